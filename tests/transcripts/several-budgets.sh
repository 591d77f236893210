# Of several budgets over one pod any is chosen; an eviction is refused. What a command creates comes one after the other.
#file all.yaml
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: one}
spec: {minAvailable: 1, selector: {matchLabels: {app: web}}}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: two}
spec: {minAvailable: 1, selector: {matchLabels: {app: web}}}
---
apiVersion: v1
kind: PersistentVolume
metadata: {name: pv}
spec: {capacity: {storage: 2Gi}, accessModes: [ReadWriteOnce], storageClassName: manual, hostPath: {path: /tmp/pv}}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: claim}
spec: {accessModes: [ReadWriteOnce], storageClassName: manual, resources: {requests: {storage: 1Gi}}}
---
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: manual}
provisioner: kubernetes.io/no-provisioner
#end
kubectl create -f all.yaml
kubectl create deployment web --image=nginx --replicas=6
kubectl rollout status deployment/web --timeout=30s
kubectl get events --field-selector reason=MultiplePodDisruptionBudgets -o jsonpath='{range .items[*]}{.count} {.message}{"\n"}{end}' | sed 's/web-[^"]*/POD/' | sort | uniq -c
kubectl drain node1 --timeout=1s
kubectl get pvc
kubectl get events --field-selector involvedObject.kind=PersistentVolumeClaim
