# What a pod names that is not there, and where what it names comes from: volumes, but for those that no container mounts, variables in a
# probe's command, a container whose resources are asked for, mounts that are read-only all the way down, and the end of a long message.
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
  containers: [{name: c, image: busybox, command: [sleep, '1000'], volumeMounts: [{name: v, mountPath: /v}, {name: w, mountPath: /w}]}]
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
metadata: {name: unmounted}
spec:
  nodeName: node1
  containers: [{name: c, image: busybox, command: [sleep, '1000']}]
  volumes:
  - {name: v, configMap: {name: nosuch}}
  - {name: w, persistentVolumeClaim: {claimName: nosuch}}
---
apiVersion: v1
kind: PersistentVolume
metadata: {name: pv}
spec: {capacity: {storage: 1Gi}, accessModes: [ReadWriteOnce], hostPath: {path: /data}, storageClassName: ''}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: claim}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}, storageClassName: ''}
---
apiVersion: v1
kind: Pod
metadata: {name: device}
spec:
  containers: [{name: c, image: busybox, command: [sleep, '1000'], volumeDevices: [{name: w, devicePath: /dev/w}], volumeMounts: [{name: v, mountPath: /v}]}]
  volumes:
  - {name: w, persistentVolumeClaim: {claimName: claim}}
  - {name: v, configMap: {name: nosuch}}
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
