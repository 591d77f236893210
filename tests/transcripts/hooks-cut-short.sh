# Hooks whose container ends before them: by itself, because the grace period is over, or while a request waits for its answer.
#file pods.yaml
apiVersion: v1
kind: Pod
metadata:
  name: done
spec:
  nodeName: node1
  restartPolicy: Never
  containers:
  - name: c
    image: busybox
    command: [sh, -c, "sleep 1"]
    lifecycle: {postStart: {exec: {command: [sleep, "6"]}}}
---
apiVersion: v1
kind: Pod
metadata:
  name: asked
spec:
  nodeName: node2
  restartPolicy: Never
  containers:
  - name: c
    image: busybox
    command: [sh, -c, "nc -l -p 80 & sleep 2; exit 3"]
    lifecycle: {postStart: {httpGet: {port: 80, path: /warm}}}
---
apiVersion: v1
kind: Pod
metadata:
  name: slow
spec:
  nodeName: node3
  terminationGracePeriodSeconds: 3
  containers:
  - name: c
    image: busybox
    command: [sh, -c, "trap 'exit 0' TERM; sleep 1000 & wait"]
    lifecycle: {preStop: {exec: {command: [sleep, "60"]}}}
#end
kubectl apply -f pods.yaml
sleep 5
kubectl get pods
kubectl delete pod slow
kubectl get events --field-selector type=Warning -o custom-columns=POD:.involvedObject.name,REASON:.reason,MESSAGE:.message
kubectl get events --field-selector reason=Killing -o custom-columns=POD:.involvedObject.name,MESSAGE:.message
kubectl get pod done asked -o jsonpath='{range .items[*]}{.status.phase} {.status.containerStatuses[0].state.terminated.exitCode}{"\n"}{end}'
