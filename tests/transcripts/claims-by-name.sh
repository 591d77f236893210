# A claim that names a volume is told what is in the way; a volume that names a claim is its own, of whatever class; exact access modes come before size.
#file volumes.yaml
apiVersion: v1
kind: PersistentVolume
metadata: {name: taken}
spec: {capacity: {storage: 1Gi}, accessModes: [ReadWriteOnce], persistentVolumeReclaimPolicy: Retain, storageClassName: t, hostPath: {path: /data/1}}
---
apiVersion: v1
kind: PersistentVolume
metadata: {name: reserved}
spec: {capacity: {storage: 1Gi}, accessModes: [ReadWriteOnce], storageClassName: other, hostPath: {path: /data/2}, claimRef: {namespace: default, name: awaited}}
---
apiVersion: v1
kind: PersistentVolume
metadata: {name: free}
spec: {capacity: {storage: 1Gi}, accessModes: [ReadWriteOnce], storageClassName: t, hostPath: {path: /data/3}}
---
apiVersion: v1
kind: PersistentVolume
metadata: {name: small-of-many-modes}
spec: {capacity: {storage: 1Gi}, accessModes: [ReadWriteOnce, ReadWriteMany], storageClassName: m, hostPath: {path: /data/4}}
---
apiVersion: v1
kind: PersistentVolume
metadata: {name: large-of-one-mode}
spec: {capacity: {storage: 9Gi}, accessModes: [ReadWriteOnce], storageClassName: m, hostPath: {path: /data/5}}
#end
#file class.yaml
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: made}
provisioner: k8s.io/minikube-hostpath
#end
#file first.yaml
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: first}
spec: {accessModes: [ReadWriteOnce], storageClassName: t, volumeName: taken, resources: {requests: {storage: 1Gi}}}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: awaited}
spec: {accessModes: [ReadWriteOnce], storageClassName: t, resources: {requests: {storage: 1Gi}}}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: modes}
spec: {accessModes: [ReadWriteOnce], storageClassName: m, resources: {requests: {storage: 1Gi}}}
#end
#file others.yaml
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: second}
spec: {accessModes: [ReadWriteOnce], storageClassName: t, volumeName: taken, resources: {requests: {storage: 1Gi}}}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: big}
spec: {accessModes: [ReadWriteOnce], storageClassName: t, volumeName: free, resources: {requests: {storage: 5Gi}}}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: many}
spec: {accessModes: [ReadWriteMany], storageClassName: t, volumeName: free, resources: {requests: {storage: 1Gi}}}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: class}
spec: {accessModes: [ReadWriteOnce], storageClassName: u, volumeName: free, resources: {requests: {storage: 1Gi}}}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: block}
spec: {accessModes: [ReadWriteOnce], storageClassName: t, volumeMode: Block, volumeName: free, resources: {requests: {storage: 1Gi}}}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: raw}
spec: {accessModes: [ReadWriteOnce], storageClassName: made, volumeMode: Block, resources: {requests: {storage: 1Gi}}}
#end
kubectl apply -f volumes.yaml -f class.yaml
sleep 1
kubectl apply -f first.yaml
sleep 1
kubectl apply -f others.yaml
sleep 2
kubectl get pvc
kubectl get events --field-selector type=Warning -o custom-columns=CLAIM:.involvedObject.name,REASON:.reason,MESSAGE:.message
kubectl patch pv taken --type=merge -p '{"spec":{"claimRef":null}}'
sleep 1
kubectl get pv taken
sleep 16
kubectl get pv taken
kubectl get pvc first second
