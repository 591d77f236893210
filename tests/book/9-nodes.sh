#! A node that falls silent, and comes back.
kubectl create deployment d --image=nginx --replicas=6
kubectl run bare --image=nginx --overrides='{"spec":{"nodeName":"node2"}}'
sleep 4
#fault {"node": "node2", "kubelet": "stop"}
sleep 38
kubectl get nodes
sleep 22
kubectl get nodes
kubectl get node node2 -o jsonpath='{range .spec.taints[*]}{.key}:{.effect}{"\n"}{end}'
kubectl get pods -o wide | grep -c node2
kubectl get deployment d
sleep 320
kubectl get pods -o wide | awk '$7 == "node2" {print $1, $3}'
kubectl get deployment d
#fault {"node": "node2", "kubelet": "start"}
sleep 30
kubectl get nodes
kubectl get pods -o wide | grep -c node2
kubectl get node node2 -o jsonpath='{.spec.taints}{"\n"}'
