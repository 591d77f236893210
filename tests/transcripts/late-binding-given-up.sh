#file late.yaml
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: late}
provisioner: example.com/none
volumeBindingMode: WaitForFirstConsumer
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: c}
spec: {storageClassName: late, accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
---
apiVersion: v1
kind: Pod
metadata: {name: p}
spec:
  containers: [{name: a, image: nginx}]
  volumes: [{name: v, persistentVolumeClaim: {claimName: c}}]
#end
#file two.yaml
apiVersion: v1
kind: PersistentVolume
metadata: {name: big}
spec: {capacity: {storage: 5Gi}, accessModes: [ReadWriteOnce], storageClassName: loc, hostPath: {path: /a}}
---
apiVersion: v1
kind: PersistentVolume
metadata: {name: small, labels: {is: small}}
spec: {capacity: {storage: 1Gi}, accessModes: [ReadWriteOnce], storageClassName: loc, hostPath: {path: /b}}
---
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: loc}
provisioner: kubernetes.io/no-provisioner
volumeBindingMode: WaitForFirstConsumer
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: a}
spec: {storageClassName: loc, accessModes: [ReadWriteOnce], resources: {requests: {storage: 3Gi}}}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: b}
spec: {storageClassName: loc, accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
---
apiVersion: v1
kind: Pod
metadata: {name: q}
spec:
  containers: [{name: a, image: nginx}]
  volumes: [{name: v, persistentVolumeClaim: {claimName: a}}, {name: w, persistentVolumeClaim: {claimName: b}}]
#end
kubectl apply -f late.yaml
sleep 3
# A provisioner that gives up takes the annotation away.
kubectl annotate pvc c volume.kubernetes.io/selected-node-
sleep 2
kubectl events --for pod/p
# A claim that goes while its pod waits.
kubectl delete pod p
kubectl apply -f late.yaml
sleep 3
kubectl delete pvc c
sleep 1
kubectl get events --field-selector reason=FailedScheduling -o jsonpath='{range .items[*]}{.message}{"\n"}{end}'
# A node that goes.
kubectl delete pod p
kubectl apply -f late.yaml
sleep 3
kubectl delete node $(kubectl get pvc c -o jsonpath='{.metadata.annotations.volume\.kubernetes\.io/selected-node}') > node
sleep 2
kubectl get pod p -o jsonpath='{.status.conditions[0].reason} {.status.conditions[0].message}{"\n"}'
kubectl delete pod p
# Each claim has the volume that it just fits.
kubectl apply -f two.yaml
sleep 5
kubectl get pod/q pvc/a pvc/b
