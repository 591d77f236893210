#! Section 4: where pods go.
export KUBARIUM_KUBECTL=1.3
kubectl create -f frontend-controller.yaml
sleep 4
kubectl get rc
kubectl get pods -o wide
kubectl create -f redis-master-controller.yaml
sleep 2
kubectl get pods -l name=redis-master
kubectl label nodes node1 zone=north
sleep 4
kubectl get pods -l name=redis-master -o wide
kubectl create -f with-labels-pod.yaml
kubectl create -f with-labels-executing-pod.yaml
sleep 2
kubectl get pods with-labels with-labels-executing
kubectl label nodes node2 kubernetes.io/e2e-az-name=e2e-az1
sleep 4
kubectl get pods with-labels with-labels-executing -o wide
kubectl label nodes node2 kubernetes.io/e2e-az-name-
sleep 35
kubectl get pods -l '!name'
unset KUBARIUM_KUBECTL
kubectl create -f node-affinity-pod.yaml
sleep 2
kubectl get pod with-node-affinity
kubectl get events --field-selector involvedObject.name=with-node-affinity -o custom-columns=MESSAGE:.message
kubectl label node node3 disk=ssd
kubectl label nodes node3 node2 zone=south cores=8
sleep 4
kubectl get pod with-node-affinity -o wide
