# A pod without a grace period is evicted, and another of its name is there at once: its budget waits two minutes and says so.
#file set.yaml
apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: s
spec:
  serviceName: s
  replicas: 2
  selector: {matchLabels: {app: s}}
  template:
    metadata: {labels: {app: s}}
    spec:
      terminationGracePeriodSeconds: 0
      containers: [{name: c, image: nginx}]
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: b
spec:
  maxUnavailable: 1
  selector: {matchLabels: {app: s}}
#end
kubectl apply -f set.yaml; kubectl rollout status sts/s | tail -1
kubectl create --raw /api/v1/namespaces/default/pods/s-0/eviction -f - <<< '{"apiVersion":"policy/v1","kind":"Eviction","metadata":{"name":"s-0"}}' | grep -o Success
sleep 60
kubectl get pods,pdb
sleep 65
kubectl get pdb b -o jsonpath='{.status.disruptedPods}{.status.currentHealthy}{"\n"}'
kubectl get events --field-selector type=Warning -o custom-columns=OBJECT:.involvedObject.name,REASON:.reason,MESSAGE:.message
