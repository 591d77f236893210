# Where all that runs of a pod is to end for good, the pod ends as a whole, its sidecars in order and with the grace of the pod; rules for exit codes say nothing of a failed probe.
#file pods.yaml
apiVersion: v1
kind: Pod
metadata: {name: never}
spec:
  nodeName: node1
  restartPolicy: Never
  terminationGracePeriodSeconds: 4
  initContainers:
  - {name: side, image: busybox, restartPolicy: Always, command: [sh, -c, "trap 'exit 0' TERM; while true; do sleep 1; done"]}
  containers:
  - name: c
    image: busybox
    command: [sleep, "1000"]
    livenessProbe: {exec: {command: ["false"]}, periodSeconds: 3, failureThreshold: 1, terminationGracePeriodSeconds: 20}
---
apiVersion: v1
kind: Pod
metadata: {name: two}
spec:
  nodeName: node2
  restartPolicy: Never
  terminationGracePeriodSeconds: 4
  containers:
  - {name: other, image: busybox, command: [sleep, "20"]}
  - name: c
    image: busybox
    command: [sleep, "1000"]
    livenessProbe: {exec: {command: ["false"]}, periodSeconds: 3, failureThreshold: 1, terminationGracePeriodSeconds: 8}
---
apiVersion: v1
kind: Pod
metadata: {name: rule}
spec:
  nodeName: node3
  restartPolicy: Never
  terminationGracePeriodSeconds: 2
  containers:
  - {name: other, image: busybox, command: [sleep, "40"]}
  - name: c
    image: busybox
    command: [sleep, "1000"]
    restartPolicy: Never
    restartPolicyRules: [{action: Restart, exitCodes: {operator: In, values: [137]}}]
    livenessProbe: {exec: {command: ["false"]}, periodSeconds: 3, failureThreshold: 1}
#end
kubectl apply -f pods.yaml
sleep 60
kubectl get pods
kubectl get events --field-selector reason=Killing -o custom-columns=T:.lastTimestamp,POD:.involvedObject.name,COUNT:.count,MESSAGE:.message
kubectl get pods -o jsonpath='{range .items[*]}{.metadata.name} {.status.phase} {range .status.containerStatuses[*]}{.name} {.restartCount} {.state.terminated.exitCode} {.state.terminated.finishedAt} {end}{"\n"}{end}'
