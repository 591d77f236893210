# Who asks where a hook asks, what is told of a request that failed, and by which name a node refuses what it has too little of.
#file pods.yaml
apiVersion: v1
kind: Pod
metadata: {name: asked}
spec:
  nodeName: node1
  containers:
  - name: c
    image: nginx
    lifecycle: {postStart: {httpGet: {port: 80, path: /warm}}}
    readinessProbe: {httpGet: {port: 80, path: /}, periodSeconds: 100}
---
apiVersion: v1
kind: Pod
metadata: {name: deaf}
spec:
  nodeName: node2
  terminationGracePeriodSeconds: 2
  containers: [{name: c, image: busybox, command: [sleep, "1000"], lifecycle: {postStart: {httpGet: {port: 99, path: warm}}}}]
---
apiVersion: v1
kind: Pod
metadata: {name: unnamed}
spec:
  nodeName: node2
  terminationGracePeriodSeconds: 2
  containers: [{name: c, image: busybox, command: [sleep, "1000"], lifecycle: {postStart: {httpGet: {port: web, path: /warm}}}}]
---
apiVersion: v1
kind: Pod
metadata: {name: huge}
spec:
  nodeName: node3
  containers: [{name: c, image: busybox, resources: {limits: {hugepages-2Mi: 4Mi, memory: 8Mi}}}]
#end
kubectl apply -f pods.yaml
sleep 4
kubectl logs asked | grep kube-
kubectl get pods deaf unnamed -o jsonpath='{range .items[*]}{.status.containerStatuses[0].state.waiting.reason}: {.status.containerStatuses[0].state.waiting.message}{"\n"}{end}'
kubectl get events --field-selector involvedObject.name=huge -o custom-columns=REASON:.reason,MESSAGE:.message
kubectl get pod huge
