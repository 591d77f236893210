# Pods that name their node: what its kubelet takes and what it turns away, and why.
#file pods.yaml
apiVersion: v1
kind: Pod
metadata: {name: windows}
spec: {nodeName: node1, os: {name: windows}, containers: [{name: c, image: nginx}]}
---
apiVersion: v1
kind: Pod
metadata: {name: unknown-resource}
spec: {nodeName: node1, containers: [{name: c, image: nginx, resources: {limits: {example.com/license: 1}}}]}
---
apiVersion: v1
kind: Pod
metadata: {name: two-reasons}
spec: {nodeName: node1, nodeSelector: {disk: ssd}, containers: [{name: c, image: nginx, resources: {requests: {cpu: "9"}}}]}
---
apiVersion: v1
kind: Pod
metadata: {name: nowhere}
spec: {nodeName: node9, containers: [{name: c, image: nginx}]}
#end
kubectl apply -f pods.yaml
sleep 3
kubectl get pods
kubectl get pods -o jsonpath='{range .items[*]}{.metadata.name}: {.status.message}{"\n"}{end}'
kubectl get events --field-selector type=Warning -o custom-columns=POD:.involvedObject.name,REASON:.reason,MESSAGE:.message
sleep 70
kubectl get pod nowhere
