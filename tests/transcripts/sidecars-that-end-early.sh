# A sidecar that ends while init containers after it run is started again and holds nothing up; what ends one is told as an init container's.
#file pods.yaml
apiVersion: v1
kind: Pod
metadata:
  name: p
spec:
  nodeName: node1
  restartPolicy: Never
  initContainers:
  - {name: crashing, image: busybox, restartPolicy: Always, command: [sh, -c, "sleep 1; exit 1"]}
  - {name: first, image: busybox, command: [sleep, "4"]}
  - {name: second, image: busybox, command: [sleep, "1"]}
  containers:
  - {name: c, image: busybox, command: [sleep, "1000"]}
---
apiVersion: v1
kind: Pod
metadata:
  name: q
spec:
  nodeName: node2
  terminationGracePeriodSeconds: 1
  initContainers:
  - name: unhealthy
    image: busybox
    restartPolicy: Always
    command: [sleep, "1000"]
    livenessProbe: {exec: {command: ["false"]}, initialDelaySeconds: 3, periodSeconds: 1, failureThreshold: 1}
  containers:
  - {name: c, image: busybox, command: [sleep, "1000"]}
#end
kubectl apply -f pods.yaml
sleep 17
kubectl get pods
kubectl get pod p -o jsonpath='{range .status.initContainerStatuses[*]}{.name} {.restartCount} {.state.waiting.reason}{.state.terminated.reason}{"\n"}{end}'
kubectl get events --field-selector reason=Killing -o custom-columns=POD:.involvedObject.name,COUNT:.count,MESSAGE:.message
