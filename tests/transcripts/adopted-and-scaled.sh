# A Deployment that finds its ReplicaSet with another number of replicas is still as it was found when that number is reached.
#file d.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: d}
spec:
  replicas: 1
  selector: {matchLabels: {app: d}}
  template:
    metadata: {labels: {app: d}}
    spec:
      containers: [{name: c, image: nginx, readinessProbe: {exec: {command: ["false"]}}}]
#end
kubectl apply -f d.yaml; sleep 4
kubectl scale deployment d --replicas=4; sleep 1
kubectl delete deployment d --cascade=orphan
kubectl apply -f d.yaml; sleep 0.1
kubectl get deployment d -o jsonpath='{range .status.conditions[*]}{.type} {.status} {.reason}{"\n"}{end}'
