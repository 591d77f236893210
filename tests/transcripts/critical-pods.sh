# A node without room ends other pods for a critical one that names it: first those that no one promised anything.
#file full.yaml
apiVersion: v1
kind: Pod
metadata: {name: guaranteed}
spec: {nodeName: node1, containers: [{name: c, image: nginx, resources: {limits: {cpu: "2", memory: 1Gi}}}]}
---
apiVersion: v1
kind: Pod
metadata: {name: large}
spec: {nodeName: node1, containers: [{name: c, image: nginx, resources: {requests: {cpu: 1500m}}}]}
---
apiVersion: v1
kind: Pod
metadata: {name: small}
spec: {nodeName: node1, containers: [{name: c, image: nginx, resources: {requests: {cpu: 500m}}}]}
---
apiVersion: v1
kind: Pod
metadata: {name: besteffort}
spec: {nodeName: node1, containers: [{name: c, image: nginx}]}
#end
#file critical.yaml
apiVersion: v1
kind: Pod
metadata: {name: critical}
spec: {nodeName: node1, priorityClassName: system-node-critical, containers: [{name: c, image: nginx, resources: {requests: {cpu: 400m}}}]}
#end
#file huge.yaml
apiVersion: v1
kind: Pod
metadata: {name: huge}
spec: {nodeName: node1, priorityClassName: system-node-critical, containers: [{name: c, image: nginx, resources: {requests: {cpu: "9"}}}]}
#end
#file late.yaml
apiVersion: v1
kind: Pod
metadata: {name: slow}
spec: {nodeName: node2, containers: [{name: c, image: busybox, command: [sh, -c, "trap 'sleep 7; exit' TERM; sleep 999 & wait"], resources: {requests: {cpu: "3"}}}]}
---
apiVersion: v1
kind: Pod
metadata: {name: late}
spec: {nodeName: node2, priorityClassName: system-node-critical, containers: [{name: c, image: nginx, resources: {requests: {cpu: "3"}}}]}
#end
kubectl apply -f full.yaml; sleep 3
kubectl apply -f critical.yaml; sleep 5
kubectl get pods
kubectl get pod small -o jsonpath='{.status.phase}: {.status.message}{"\n"}{.status.conditions[?(@.type=="DisruptionTarget")].message}{"\n"}'
kubectl get events --field-selector type=Warning -o custom-columns=POD:.involvedObject.name,REASON:.reason,MESSAGE:.message
kubectl apply -f huge.yaml; sleep 2
kubectl get pod huge -o jsonpath='{.status.reason}: {.status.message}{"\n"}'
kubectl get pods
# It waits until they have ended.
sed '/^---/,$d' late.yaml | kubectl apply -f -; sleep 3; kubectl apply -f late.yaml; sleep 5; kubectl get pods slow late
sleep 5; kubectl get pods slow late; kubectl get events --field-selector involvedObject.name=late -o custom-columns=REASON:.reason,AT:.firstTimestamp; kubectl get pod slow -o jsonpath='{.status.containerStatuses[0].state.terminated.finishedAt}{"\n"}'

kubectl describe priorityclass | grep -E 'Name|Description'
# What is as it should be already is no change, of a node that only the cluster has written either.
kubectl patch node node1 -p '{"metadata":{"labels":{"kubernetes.io/os":"linux"}}}'
kubectl patch node node1 -p '{"metadata":{"labels":{"kubernetes.io/os":"linux","disk":"ssd"}}}'
kubectl patch node node1 -p '{"metadata":{"labels":{"disk":"ssd"}}}'
kubectl get node node1 -o yaml --show-managed-fields | grep 'manager:'
