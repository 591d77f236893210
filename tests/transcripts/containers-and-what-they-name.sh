# What a pod names that is not there, and where what it names comes from: variables in a probe's command, a container whose resources are
# asked for, mounts that are read-only all the way down, and the end of a long termination message.
#file pods.yaml
apiVersion: v1
kind: Pod
metadata: {name: probed}
spec:
  containers:
  - name: c
    image: busybox
    command: [sh, -c, 'touch /tmp/there; sleep 1000']
    env:
    - {name: FILE, value: /tmp/none}
    - {name: FILE, value: /tmp/there}
    - {name: FROM, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
    readinessProbe: {exec: {command: [cat, $(FILE)]}}
    livenessProbe: {exec: {command: [cat, $(FILE)x, $(FROM), $(NONE), $$(FILE)]}, periodSeconds: 60, failureThreshold: 99}
    volumeMounts:
    - {name: v, mountPath: /a, readOnly: true, recursiveReadOnly: IfPossible}
    - {name: v, mountPath: /b, readOnly: true}
    - {name: v, mountPath: /c}
  volumes: [{name: v, emptyDir: {}}]
---
apiVersion: v1
kind: Pod
metadata: {name: asks}
spec:
  containers:
  - name: c
    image: busybox
    command: [sleep, '1000']
    env: [{name: A, valueFrom: {resourceFieldRef: {resource: limits.cpu, containerName: nosuch}}}]
---
apiVersion: v1
kind: Pod
metadata: {name: mounts}
spec:
  containers: [{name: c, image: busybox, command: [sleep, '1000']}]
  volumes:
  - {name: v, downwardAPI: {items: [{path: a, resourceFieldRef: {resource: limits.cpu, containerName: nosuch}}]}}
  - name: w
    projected:
      sources:
      - configMap: {name: nosuch}
      - downwardAPI: {items: [{path: a, resourceFieldRef: {resource: limits.cpu, containerName: nosuch}}]}
---
apiVersion: v1
kind: Pod
metadata: {name: wordy}
spec:
  restartPolicy: Never
  containers: [{name: c, image: busybox, command: [sh, -c, 'head -c 5000 /dev/zero | tr "\0" x > /dev/termination-log; echo the end >> /dev/termination-log']}]
#end
kubectl apply -f pods.yaml
sleep 75
kubectl get pods
kubectl get events --field-selector type=Warning -o custom-columns=POD:.involvedObject.name,REASON:.reason,MESSAGE:.message
kubectl get pod probed -o jsonpath='{.status.containerStatuses[0].volumeMounts}{"\n"}'
kubectl get pod asks -o jsonpath='{.status.containerStatuses[0].state}{"\n"}'
kubectl get pod wordy -o jsonpath='{.status.containerStatuses[0].state.terminated.message}' | wc -c
kubectl get pod wordy -o jsonpath='{.status.containerStatuses[0].state.terminated.message}' | tail -c 12
