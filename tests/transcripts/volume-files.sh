# Files are a volume's: they outlive its claim where it is kept, and go with it where it is not.
#storage
#file them.sh
volume() { kubectl create -f - <<Y
{apiVersion: v1, kind: PersistentVolume, metadata: {name: $1},
 spec: {capacity: {storage: 1Gi}, accessModes: [ReadWriteOnce], storageClassName: hand, hostPath: {path: /data/$1}}}
Y
}
claim() { kubectl create -f - <<Y
{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: $1},
 spec: {storageClassName: $2, accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}
Y
}
pod() { kubectl create -f - <<Y
{apiVersion: v1, kind: Pod, metadata: {name: $1},
 spec: {nodeName: node1, volumes: [{name: v, $2}],
  containers: [{name: c, image: busybox, command: [sh, -c, "ls /v; date > /v/$1; sleep 9999"], volumeMounts: [{name: v, mountPath: /v}]}]}}
Y
kubectl wait --for=condition=Ready pod/$1 --timeout=60s
echo "$1 saw: $(kubectl logs $1)"
}
"$@"
#end
bash them.sh volume kept
bash them.sh claim a hand
bash them.sh pod writer 'persistentVolumeClaim: {claimName: a}'
bash them.sh pod host 'hostPath: {path: /data/kept}'
kubectl delete pod writer host --now
kubectl delete pvc a
kubectl patch pv kept --type=json -p '[{"op":"remove","path":"/spec/claimRef"}]'
bash them.sh claim b hand
bash them.sh pod reader 'persistentVolumeClaim: {claimName: b}'
kubectl get pv
bash them.sh claim c standard
bash them.sh pod one 'persistentVolumeClaim: {claimName: c}'
kubectl delete pod one --now
kubectl delete pvc c
sleep 5
bash them.sh claim c standard
bash them.sh pod two 'persistentVolumeClaim: {claimName: c}'
