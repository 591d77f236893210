# Claims that wait for a pod's node, and postStart and preStop hooks that sleep, ask and fail.
#file class.yaml
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: local}
provisioner: kubernetes.io/no-provisioner
volumeBindingMode: WaitForFirstConsumer
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data}
spec: {storageClassName: local, accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
---
apiVersion: v1
kind: Pod
metadata: {name: user}
spec:
  volumes: [{name: v, persistentVolumeClaim: {claimName: data}}]
  containers: [{name: c, image: nginx, volumeMounts: [{name: v, mountPath: /data}]}]
#end
#file volume.yaml
apiVersion: v1
kind: PersistentVolume
metadata: {name: on-node2}
spec:
  capacity: {storage: 2Gi}
  accessModes: [ReadWriteOnce]
  storageClassName: local
  hostPath: {path: /data}
  nodeAffinity: {required: {nodeSelectorTerms: [{matchExpressions: [{key: kubernetes.io/hostname, operator: In, values: [node2]}]}]}}
#end
#file hooks.yaml
apiVersion: v1
kind: Pod
metadata: {name: asks}
spec: {containers: [{name: c, image: nginx, lifecycle: {postStart: {httpGet: {port: 80}}}}]}
---
apiVersion: v1
kind: Pod
metadata: {name: asks-nobody}
spec: {containers: [{name: c, image: busybox, command: ["true"], lifecycle: {postStart: {httpGet: {port: 80}}}}]}
---
apiVersion: v1
kind: Pod
metadata: {name: sleeps}
spec: {containers: [{name: c, image: nginx, lifecycle: {postStart: {sleep: {seconds: 4}}}}]}
---
apiVersion: v1
kind: Pod
metadata: {name: cannot}
spec: {containers: [{name: c, image: nginx, lifecycle: {preStop: {exec: {command: [no-such]}}}}]}
#end
kubectl apply -f class.yaml
kubectl get events --field-selector=reason=FailedScheduling -o jsonpath='{.items[0].message}{"\n"}'
kubectl apply -f volume.yaml
sleep 3; kubectl get pod user -o jsonpath='{.spec.nodeName} {.status.phase}{"\n"}'
kubectl apply -f hooks.yaml
sleep 2; kubectl get pods
sleep 4; kubectl get pods sleeps
kubectl get events --field-selector=reason=FailedPostStartHook -o jsonpath='{.items[0].involvedObject.name} {.items[0].message}{"\n"}'
kubectl delete pod cannot
kubectl get events --field-selector=reason=FailedPreStopHook -o jsonpath='{.items[0].involvedObject.name} {.items[0].message}{"\n"}'
# A claim is looked at as soon as it is there: before the pod, or the volume, that stands after it in the file.
#file first.yaml
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: early}
spec: {storageClassName: no-such, accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
---
apiVersion: v1
kind: PersistentVolume
metadata: {name: after}
spec: {storageClassName: no-such, accessModes: [ReadWriteOnce], capacity: {storage: 1Gi}, hostPath: {path: /x}}
---
apiVersion: v1
kind: Pod
metadata: {name: own}
spec:
  volumes: [{name: v, ephemeral: {volumeClaimTemplate: {spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}}}]
  containers: [{name: c, image: nginx}]
#end
kubectl apply -f first.yaml
kubectl get pvc early
kubectl wait --for=jsonpath='{.status.phase}'=Bound pvc/early
kubectl get events --field-selector=involvedObject.kind=PersistentVolumeClaim -o custom-columns=NAME:.involvedObject.name,REASON:.reason
kubectl get pvc own-v -o jsonpath='{.metadata.annotations}{"\n"}'
