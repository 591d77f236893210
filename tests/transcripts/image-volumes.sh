# Images that are mounted as volumes are pulled first, and a container that mounts one which cannot be had waits.
#file pods.yaml
apiVersion: v1
kind: Pod
metadata: {name: reader}
spec:
  nodeName: node1
  containers:
  - {name: c, image: busybox, command: [sleep, "999"], volumeMounts: [{name: tools, mountPath: /tools}]}
  volumes: [{name: tools, image: {reference: "nginx:1.27"}}]
---
apiVersion: v1
kind: Pod
metadata: {name: waiter}
spec:
  nodeName: node1
  containers:
  - {name: free, image: busybox, command: [sleep, "999"]}
  - {name: c, image: busybox, command: [sleep, "999"], volumeMounts: [{name: tools, mountPath: /tools}, {name: never, mountPath: /n}]}
  volumes: [{name: never, image: {reference: "redis:7", pullPolicy: Never}}, {name: tools, image: {reference: "nginx:nosuch"}}]
#end
kubectl apply -f pods.yaml; sleep 40
kubectl get pods; kubectl exec reader -- ls /tools/usr/sbin
kubectl get events --field-selector involvedObject.name=reader -o custom-columns=AT:.involvedObject.fieldPath,REASON:.reason,MESSAGE:.message
kubectl get events --field-selector involvedObject.name=waiter -o custom-columns=AT:.involvedObject.fieldPath,REASON:.reason,MESSAGE:.message,COUNT:.count
kubectl get pod waiter -o jsonpath='{.status.containerStatuses[?(@.name=="c")].state.waiting}{"\n"}'
