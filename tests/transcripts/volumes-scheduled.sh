#file v.yaml
apiVersion: v1
kind: PersistentVolume
metadata: {name: here, labels: {topology.kubernetes.io/zone: zone-1__zone-9}}
spec: {capacity: {storage: 1Gi}, accessModes: [ReadWriteOncePod], storageClassName: x, hostPath: {path: /v}}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: mine}
spec: {accessModes: [ReadWriteOncePod], storageClassName: x, resources: {requests: {storage: 1Gi}}}
---
apiVersion: scheduling.k8s.io/v1
kind: PriorityClass
metadata: {name: low}
value: 1
globalDefault: true
---
apiVersion: scheduling.k8s.io/v1
kind: PriorityClass
metadata: {name: high}
value: 10
#end
#file pod.yaml
apiVersion: v1
kind: Pod
metadata: {name: NAME}
spec:
  priorityClassName: CLASS
  terminationGracePeriodSeconds: 1
  volumes: [{name: v, persistentVolumeClaim: {claimName: mine}}]
  containers: [{name: c, image: nginx, volumeMounts: [{name: v, mountPath: /v}]}]
#end
#file disk.yaml
apiVersion: v1
kind: Pod
metadata: {name: NAME}
spec:
  nodeSelector: {kubernetes.io/hostname: node1}
  volumes: [{name: d, iscsi: {targetPortal: 10.0.0.1, iqn: iqn.2026-01.com.example:a, lun: 0}}]
  containers: [{name: c, image: nginx}]
#end
#file own.yaml
apiVersion: v1
kind: PersistentVolume
metadata: {name: own}
spec: {capacity: {storage: 1Gi}, accessModes: [ReadWriteOnce], storageClassName: own, hostPath: {path: /v}}
---
apiVersion: v1
kind: Pod
metadata: {name: own}
spec:
  terminationGracePeriodSeconds: 1
  volumes: [{name: v, ephemeral: {volumeClaimTemplate: {metadata: {labels: {a: b}}, spec: {accessModes: [ReadWriteOnce], storageClassName: own, resources: {requests: {storage: 1Gi}}}}}}]
  containers: [{name: c, image: nginx, volumeMounts: [{name: v, mountPath: /v}]}]
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: strange-v}
spec: {accessModes: [ReadWriteOnce], storageClassName: own, resources: {requests: {storage: 1Gi}}}
#end
#file late.yaml
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: far}
provisioner: example.com/nobody
volumeBindingMode: WaitForFirstConsumer
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: late}
spec: {accessModes: [ReadWriteOnce], storageClassName: far, resources: {requests: {storage: 1Gi}}}
---
apiVersion: v1
kind: Pod
metadata: {name: late}
spec:
  volumes: [{name: v, persistentVolumeClaim: {claimName: late}}]
  containers: [{name: c, image: nginx, volumeMounts: [{name: v, mountPath: /v}]}]
#end
#file by-hand.yaml
apiVersion: v1
kind: PersistentVolume
metadata: {name: by-hand}
spec: {capacity: {storage: 1Gi}, accessModes: [ReadWriteOnce], storageClassName: far, hostPath: {path: /v}, claimRef: {namespace: default, name: late}}
#end
# A claim for one pod at a time, in one zone; who is more important takes it over. A disk that is written to once.
kubectl apply -f v.yaml
sed 's/NAME/one/; s/CLASS/low/' pod.yaml | kubectl apply -f -
sed 's/NAME/two/; s/CLASS/low/' pod.yaml | kubectl apply -f -
kubectl get pods -o custom-columns=NAME:.metadata.name,NODE:.spec.nodeName
kubectl get events --field-selector reason=FailedScheduling -o custom-columns=POD:.involvedObject.name,MESSAGE:.message
kubectl delete pod two
sed 's/NAME/three/; s/CLASS/high/' pod.yaml | kubectl apply -f -
sleep 5
kubectl get pods -o custom-columns=NAME:.metadata.name,NODE:.spec.nodeName
kubectl delete pod three
sed 's/NAME/four/; s/CLASS/low/; s/^spec:/spec:\n  nodeSelector: {kubernetes.io\/hostname: node2}/' pod.yaml | kubectl apply -f -
kubectl get pod four -o 'jsonpath={.status.conditions[0].message}{"\n"}'
sed 's/NAME/disk1/' disk.yaml | kubectl apply -f -
sed 's/NAME/disk2/' disk.yaml | kubectl apply -f -
kubectl get pod disk2 -o 'jsonpath={.status.conditions[0].message}{"\n"}'
# There is one default class, and what it says holds.
kubectl create priorityclass other --value=5 --global-default
kubectl patch priorityclass high -p '{"globalDefault":true}'
kubectl patch priorityclass low -p '{"description":"of all"}'
kubectl run meek --image=nginx --overrides='{"spec":{"preemptionPolicy":"Never"}}'
kubectl run loud --image=nginx --overrides='{"spec":{"priority":7}}'
# A pod's own claim comes and goes with it; a claim of its name that is another's keeps it waiting.
kubectl apply -f own.yaml
sleep 3; kubectl get pvc own-v -o 'jsonpath={.status.phase} {.metadata.labels} {.metadata.ownerReferences[0].kind}{"\n"}'; kubectl get pods own -o 'jsonpath={.status.phase}{"\n"}'
sed 's/name: own/name: strange/' own.yaml | kubectl apply -f - | tail -2; sleep 1; kubectl get events --field-selector involvedObject.name=strange -o custom-columns=REASON:.reason,MESSAGE:.message
kubectl delete pod own; sleep 2; kubectl get pvc own-v
# A pod is promised a node and waits there until its claims are bound, for ten minutes.
kubectl apply -f late.yaml; sleep 4; kubectl get pod late -o custom-columns=NODE:.spec.nodeName,NOMINATED:.status.nominatedNodeName
kubectl get pvc late -o 'jsonpath={.metadata.annotations.volume\.kubernetes\.io/selected-node}{"\n"}'
sleep 600; kubectl get events --field-selector involvedObject.name=late,reason=FailedScheduling -o custom-columns=MESSAGE:.message; kubectl get pod late -o 'jsonpath={.status.conditions[0].reason}{"\n"}'
kubectl apply -f by-hand.yaml; sleep 16; kubectl get pod late -o custom-columns=NODE:.spec.nodeName,NOMINATED:.status.nominatedNodeName,PHASE:.status.phase
