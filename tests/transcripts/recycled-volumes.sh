# Volumes that are recycled: a pod empties them once their claims are gone, and another claim may have them. What no plugin recycles fails.
#file volumes.yaml
apiVersion: v1
kind: PersistentVolume
metadata: {name: of-host}
spec:
  capacity: {storage: 1Gi}
  accessModes: [ReadWriteOnce]
  persistentVolumeReclaimPolicy: Recycle
  hostPath: {path: /mnt/data}
---
apiVersion: v1
kind: PersistentVolume
metadata: {name: of-server}
spec:
  capacity: {storage: 1Gi}
  accessModes: [ReadWriteMany]
  persistentVolumeReclaimPolicy: Recycle
  nfs: {server: 10.1.1.1, path: /exports/data}
---
apiVersion: v1
kind: PersistentVolume
metadata: {name: of-disk}
spec:
  capacity: {storage: 1Gi}
  accessModes: [ReadOnlyMany]
  persistentVolumeReclaimPolicy: Recycle
  csi: {driver: example.com, volumeHandle: x}
#end
#file claims.yaml
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: a}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: b}
spec: {accessModes: [ReadWriteMany], resources: {requests: {storage: 1Gi}}}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: c}
spec: {accessModes: [ReadOnlyMany], resources: {requests: {storage: 1Gi}}}
#end
#file pods.yaml
apiVersion: v1
kind: Pod
metadata: {name: writer}
spec:
  containers: [{name: c, image: busybox, command: [sleep, 1h], volumeMounts: [{name: b, mountPath: /b}]}]
  volumes: [{name: b, persistentVolumeClaim: {claimName: b}}]
---
apiVersion: v1
kind: Pod
metadata: {name: reader}
spec:
  containers: [{name: c, image: busybox, command: [sleep, 1h], volumeMounts: [{name: all, mountPath: /all}]}]
  volumes: [{name: all, nfs: {server: 10.1.1.1, path: /exports}}]
#end
kubectl apply -f volumes.yaml -f claims.yaml
sleep 2
kubectl apply -f pods.yaml
kubectl wait pod writer reader --for=condition=Ready
kubectl exec writer -- sh -c 'echo text > /b/file'
kubectl exec reader -- find /all
kubectl delete pod writer --now; kubectl delete -f claims.yaml
kubectl get pv -o custom-columns=NAME:.metadata.name,PHASE:.status.phase,MESSAGE:.status.message
kubectl get pods -o custom-columns=NAME:.metadata.name,DEADLINE:.spec.activeDeadlineSeconds
sleep 15
kubectl get pv -o custom-columns=NAME:.metadata.name,PHASE:.status.phase,CLAIM:.spec.claimRef.name,MESSAGE:.status.message
kubectl get pods
kubectl exec reader -- find /all
kubectl get events --field-selector involvedObject.kind=PersistentVolume -o custom-columns=NAME:.involvedObject.name,TYPE:.type,REASON:.reason,MESSAGE:.message
kubectl apply -f claims.yaml
sleep 2
kubectl get pvc a b c -o custom-columns=NAME:.metadata.name,PHASE:.status.phase
kubectl delete pvc a; kubectl delete pv of-host
kubectl get pods
sleep 10
kubectl get pods
