# What provisioners of the cloud's disks are called since drivers do their work, and those that nobody has.
for p in gce-pd glusterfs; do
kubectl apply -f - <<EOF
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: $p}
provisioner: kubernetes.io/$p
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: $p}
spec:
  storageClassName: $p
  accessModes: [ReadWriteOnce]
  resources: {requests: {storage: 1Gi}}
EOF
done
sleep 5
kubectl get pvc gce-pd -o jsonpath='{.metadata.annotations.volume\.kubernetes\.io/storage-provisioner}{"\n"}'
kubectl get events -o custom-columns=FOR:.involvedObject.name,REASON:.reason,MESSAGE:.message
