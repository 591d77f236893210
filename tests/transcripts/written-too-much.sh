# Pods that write more than they may are evicted by their node, which disrupts nobody; critical ones stay.
#file pods.yaml
apiVersion: v1
kind: Pod
metadata: {name: volume}
spec:
  containers:
  - name: c
    image: busybox
    command: [sh, -c, dd if=/dev/zero of=/d/x bs=1M count=20; sleep 1h]
    volumeMounts: [{name: d, mountPath: /d}]
  volumes: [{name: d, emptyDir: {sizeLimit: 10Mi}}]
---
apiVersion: v1
kind: Pod
metadata: {name: own-files}
spec:
  containers:
  - name: c
    image: busybox
    command: [sh, -c, dd if=/dev/zero of=/x bs=1M count=20; sleep 1h]
    resources: {limits: {ephemeral-storage: 10Mi}}
---
apiVersion: v1
kind: Pod
metadata: {name: critical}
spec:
  priorityClassName: system-node-critical
  containers:
  - name: c
    image: busybox
    command: [sh, -c, dd if=/dev/zero of=/d/x bs=1M count=20; sleep 1h]
    volumeMounts: [{name: d, mountPath: /d}]
  volumes: [{name: d, emptyDir: {sizeLimit: 10Mi}}]
#end
kubectl apply -f pods.yaml
sleep 30
kubectl get pods -o custom-columns=NAME:.metadata.name,PHASE:.status.phase,REASON:.status.reason,MESSAGE:.status.message
kubectl get pods -o jsonpath='{range .items[*]}{.metadata.name}:{range .status.conditions[*]} {.type}{end}{"\n"}{end}'
