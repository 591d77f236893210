# The largest number that a revision can have, written by hand: the one after it is the smallest, as in Go.
#file set.yaml
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: s}
spec:
  selector: {matchLabels: {a: s}}
  template:
    metadata: {labels: {a: s}}
    spec: {containers: [{name: c, image: nginx}]}
#end
kubectl create deployment web --image=nginx
kubectl apply -f set.yaml
sleep 5
kubectl annotate replicaset -l app=web deployment.kubernetes.io/revision=9223372036854775807 --overwrite
kubectl set image deployment web nginx=nginx:1.27
sleep 5
kubectl rollout history deployment web
kubectl get deployment web -o jsonpath='{.metadata.annotations}{"\n"}'
kubectl patch $(kubectl get controllerrevisions -o name) -p '{"revision":9223372036854775807}'
kubectl set image statefulset s c=nginx:1.27
sleep 5
kubectl get controllerrevisions
kubectl get pods
