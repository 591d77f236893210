# What becomes of containers that never started when their pod ends; a finalizer keeps the pod to be looked at.
#file pods.yaml
apiVersion: v1
kind: Pod
metadata: {name: plain, finalizers: [example.com/keep]}
spec:
  containers:
  - {name: one, image: nosuch}
  - {name: two, image: nginx}
---
apiVersion: v1
kind: Pod
metadata: {name: inits, finalizers: [example.com/keep]}
spec:
  initContainers:
  - {name: first, image: nosuch}
  - {name: second, image: busybox}
  containers:
  - {name: main, image: nginx}
---
apiVersion: v1
kind: Pod
metadata: {name: used, finalizers: [example.com/keep]}
spec:
  restartPolicy: Never
  containers:
  - {name: c, image: busybox, command: ["true"], resources: {requests: {cpu: 100m, memory: 32Mi}, limits: {cpu: 200m, memory: 64Mi}}}
#end
kubectl create -f pods.yaml
sleep 5
kubectl get pod used -o jsonpath='{.status.phase} {.status.resources} {.status.allocatedResources}{"\n"}'
kubectl delete pod --all --wait=false
sleep 5
kubectl get pods
kubectl get pods -o jsonpath='{range .items[*]}{.metadata.name} {.status.phase}{range .status.conditions[*]} {.type}={.status}/{.reason}{end}{"\n"}{end}'
kubectl get pods -o jsonpath='{range .items[*]}{range .status.initContainerStatuses[*]}{.name} {.state}{"\n"}{end}{range .status.containerStatuses[*]}{.name} {.state}{"\n"}{end}{end}'
