# Pods on their node's network share its ports: the second one cannot listen before the first has gone.
#file pods.yaml
apiVersion: v1
kind: Pod
metadata: {name: first}
spec: {hostNetwork: true, nodeName: node1, terminationGracePeriodSeconds: 1, containers: [{name: c, image: "nginx:1.25"}]}
---
apiVersion: v1
kind: Pod
metadata: {name: second}
spec: {hostNetwork: true, nodeName: node1, containers: [{name: c, image: "nginx:1.25"}]}
---
apiVersion: v1
kind: Pod
metadata: {name: elsewhere}
spec: {hostNetwork: true, nodeName: node2, containers: [{name: c, image: "nginx:1.25"}]}
---
apiVersion: v1
kind: Pod
metadata: {name: apart}
spec: {nodeName: node1, containers: [{name: c, image: "nginx:1.25"}]}
#end
kubectl apply -f pods.yaml
sleep 8
kubectl get pods -o custom-columns=NAME:.metadata.name,READY:.status.containerStatuses[0].ready,RESTARTS:.status.containerStatuses[0].restartCount
kubectl logs second | tail -2
kubectl delete pod first
sleep 25
kubectl get pods -o custom-columns=NAME:.metadata.name,READY:.status.containerStatuses[0].ready
