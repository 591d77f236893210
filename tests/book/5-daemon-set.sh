#! Section 5: one pod on every node.
kubectl create -f fluentd-ds.yaml
export KUBARIUM_KUBECTL=1.3
kubectl create -f fluentd-ds.yaml
sleep 4
kubectl get daemonset --namespace=kube-system
kubectl get pods --namespace=kube-system -o wide
pod=$(kubectl get pods --namespace=kube-system -o name | head -n 1 | cut -d / -f 2)
kubectl exec $pod --namespace=kube-system -- sh -c 'echo written on the node > /var/log/shared.log'
kubectl delete daemonset fluentd-cloud-logging --namespace=kube-system
sleep 40
unset KUBARIUM_KUBECTL
kubectl create -f fluentd-ds-apps.yaml
sleep 4
kubectl get daemonset -n kube-system
for p in $(kubectl get pods -n kube-system -o name); do kubectl exec -n kube-system $p -- sh -c 'cat /var/log/shared.log 2>/dev/null'; done
