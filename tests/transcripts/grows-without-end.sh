# A shell that grows without end is killed at its container's limit; without one it says that there is no more memory.
#file pods.yaml
apiVersion: v1
kind: Pod
metadata: {name: limited}
spec:
  restartPolicy: Never
  containers: [{name: c, image: busybox, command: [sh, -c, 'x=aaaaaaaa; while :; do x=$x$x; done'], resources: {limits: {memory: 16Mi}}}]
---
apiVersion: v1
kind: Pod
metadata: {name: free}
spec:
  restartPolicy: Never
  containers: [{name: c, image: busybox, command: [sh, -c, 'x=aaaaaaaa; while :; do x=$x$x; done']}]
#end
kubectl apply -f pods.yaml; sleep 20
kubectl get pods
kubectl logs limited; kubectl logs free
kubectl get pods -o jsonpath='{range .items[*]}{.status.containerStatuses[0].state.terminated.exitCode} {.status.containerStatuses[0].state.terminated.reason}{"\n"}{end}'
