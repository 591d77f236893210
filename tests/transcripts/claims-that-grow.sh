# Who would have to make a volume larger whose claim asks for more, and that it is said once for each growth.
#storage
#file claims.yaml
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: made}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
---
apiVersion: v1
kind: PersistentVolume
metadata: {name: driven}
spec:
  capacity: {storage: 1Gi}
  accessModes: [ReadWriteOnce]
  storageClassName: standard
  claimRef: {namespace: default, name: driven}
  csi: {driver: driver.example.com, volumeHandle: a}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: driven}
spec: {volumeName: driven, accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
#end
kubectl apply -f claims.yaml; kubectl wait --for=jsonpath={.status.phase}=Bound pvc/made pvc/driven
kubectl patch pvc made -p '{"spec":{"resources":{"requests":{"storage":"2Gi"}}}}'
kubectl patch sc standard -p '{"allowVolumeExpansion":true}'
for i in 2 3; do kubectl patch pvc made driven -p '{"spec":{"resources":{"requests":{"storage":"'$i'Gi"}}}}'; kubectl annotate pvc made driven n=$i --overwrite; sleep 1; done
kubectl get events --field-selector reason=ExternalExpanding -o jsonpath='{range .items[*]}{.source.component} {.involvedObject.name} {.type} {.count} {.message}{"\n"}{end}'
kubectl get pvc
