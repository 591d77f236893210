# A pod that was put on its node past the scheduler waits there for its claims, and is told at once; it starts when they are bound. What
# merely takes long to mount is not told of twice.
#file pods.yaml
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: late}
spec: {accessModes: [ReadWriteOnce], storageClassName: "", resources: {requests: {storage: 1Gi}}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {a: b}
---
apiVersion: v1
kind: Pod
metadata: {name: early}
spec:
  nodeName: node1
  volumes:
  - {name: data, persistentVolumeClaim: {claimName: late}}
  - {name: more, persistentVolumeClaim: {claimName: missing}}
  - {name: settings, configMap: {name: settings}}
  containers:
  - name: c
    image: busybox
    command: [sleep, "1000"]
    volumeMounts: [{name: data, mountPath: /data}, {name: more, mountPath: /more}, {name: settings, mountPath: /s}]
---
apiVersion: v1
kind: Pod
metadata: {name: patient}
spec:
  nodeName: node2
  volumes: [{name: settings, configMap: {name: nowhere}}]
  containers: [{name: c, image: busybox, command: [sleep, "1000"], volumeMounts: [{name: settings, mountPath: /s}]}]
#end
#file rest.yaml
apiVersion: v1
kind: PersistentVolume
metadata: {name: one}
spec: {capacity: {storage: 1Gi}, accessModes: [ReadWriteOnce], hostPath: {path: /data/one}}
---
apiVersion: v1
kind: PersistentVolume
metadata: {name: two}
spec: {capacity: {storage: 1Gi}, accessModes: [ReadWriteOnce], hostPath: {path: /data/two}}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: missing}
spec: {accessModes: [ReadWriteOnce], storageClassName: "", resources: {requests: {storage: 1Gi}}}
#end
kubectl apply -f pods.yaml
sleep 2
kubectl get pods
kubectl get events --field-selector type=Warning,involvedObject.name=early -o custom-columns=REASON:.reason,MESSAGE:.message
kubectl apply -f rest.yaml
sleep 40
kubectl get pvc
kubectl get pods
sleep 100
kubectl get events --field-selector type=Warning,involvedObject.name=patient -o custom-columns=REASON:.reason,MESSAGE:.message
