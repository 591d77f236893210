# A local volume is where it is said to be, or its pod waits, as one does that was put on a node from which the volume is out of reach;
# what is told of a mount names the persistent volume.
#file pods.yaml
apiVersion: v1
kind: PersistentVolume
metadata: {name: disk}
spec:
  capacity: {storage: 1Gi}
  accessModes: [ReadWriteOnce]
  storageClassName: local
  local: {path: /mnt/disk}
  nodeAffinity: {required: {nodeSelectorTerms: [{matchExpressions: [{key: kubernetes.io/hostname, operator: In, values: [node2]}]}]}}
---
apiVersion: v1
kind: PersistentVolume
metadata: {name: folder}
spec: {capacity: {storage: 1Gi}, accessModes: [ReadWriteOnce], storageClassName: folders, hostPath: {path: /mnt/folder, type: Directory}}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: disk}
spec: {accessModes: [ReadWriteOnce], storageClassName: local, resources: {requests: {storage: 1Gi}}}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: folder}
spec: {accessModes: [ReadWriteOnce], storageClassName: folders, resources: {requests: {storage: 1Gi}}}
---
apiVersion: v1
kind: Pod
metadata: {name: a}
spec:
  volumes: [{name: v, persistentVolumeClaim: {claimName: disk}}]
  containers: [{name: c, image: busybox, command: [sleep, "1000"], volumeMounts: [{name: v, mountPath: /v}]}]
---
apiVersion: v1
kind: Pod
metadata: {name: b}
spec:
  volumes: [{name: v, persistentVolumeClaim: {claimName: folder}}]
  containers: [{name: c, image: busybox, command: [sleep, "1000"], volumeMounts: [{name: v, mountPath: /v}]}]
#end
#file maker.yaml
apiVersion: v1
kind: Pod
metadata: {name: maker}
spec:
  nodeName: node2
  restartPolicy: Never
  volumes: [{name: mnt, hostPath: {path: /mnt}}]
  containers: [{name: c, image: busybox, command: [mkdir, /mnt/disk], volumeMounts: [{name: mnt, mountPath: /mnt}]}]
#end
kubectl apply -f pods.yaml
sleep 3
kubectl get pods
kubectl get events --field-selector reason=FailedMount -o custom-columns=POD:.involvedObject.name,MESSAGE:.message
kubectl apply -f maker.yaml
sleep 20
kubectl get pods
#file astray.yaml
apiVersion: v1
kind: Pod
metadata: {name: astray}
spec:
  nodeName: node1
  volumes: [{name: v, persistentVolumeClaim: {claimName: disk}}]
  containers: [{name: c, image: busybox, command: [sleep, "1000"], volumeMounts: [{name: v, mountPath: /v}]}]
---
apiVersion: v1
kind: Pod
metadata: {name: sent}
spec:
  nodeSelector: {kubernetes.io/hostname: node1}
  volumes: [{name: v, persistentVolumeClaim: {claimName: disk}}]
  containers: [{name: c, image: busybox, command: [sleep, "1000"], volumeMounts: [{name: v, mountPath: /v}]}]
#end
kubectl apply -f astray.yaml
sleep 5
kubectl get pods astray sent
kubectl get events --field-selector involvedObject.name=astray -o custom-columns=REASON:.reason,MESSAGE:.message
kubectl get events --field-selector involvedObject.name=sent -o custom-columns=REASON:.reason,MESSAGE:.message
