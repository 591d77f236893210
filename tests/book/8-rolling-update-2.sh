#! Section 8, the rest of Deployments: proportional scaling, the deadline, pause and resume, Recreate.
cat > d.yaml <<'E'
apiVersion: apps/v1
kind: Deployment
metadata: {name: d}
spec:
  replicas: 10
  progressDeadlineSeconds: 30
  revisionHistoryLimit: 2
  strategy: {rollingUpdate: {maxSurge: 3, maxUnavailable: 2}}
  selector: {matchLabels: {app: d}}
  template:
    metadata: {labels: {app: d}}
    spec: {terminationGracePeriodSeconds: 1, containers: [{name: c, image: nginx}]}
E
kubectl create -f d.yaml
kubectl rollout status deploy/d | tail -n 1
kubectl set image deploy/d c=nginx:nosuch
sleep 10
kubectl get rs -o custom-columns=SIZE:.spec.replicas,READY:.status.readyReplicas
kubectl scale deploy d --replicas=15
sleep 6
kubectl get rs -o custom-columns=SIZE:.spec.replicas,READY:.status.readyReplicas
kubectl rollout status deploy/d | tail -n 1
kubectl get deploy d -o jsonpath='{.status.conditions[?(@.type=="Progressing")].reason}{"\n"}'
kubectl rollout undo deploy/d
kubectl rollout status deploy/d | tail -n 1
kubectl rollout pause deploy/d
kubectl set image deploy/d c=nginx:1.27
kubectl set resources deploy/d --limits=memory=64Mi
sleep 3
kubectl get rs -o custom-columns=SIZE:.spec.replicas
kubectl rollout resume deploy/d
kubectl rollout status deploy/d | tail -n 1
kubectl rollout restart deploy/d
kubectl rollout status deploy/d | tail -n 1
kubectl rollout history deploy/d
kubectl rollout history deploy/d --revision=4
kubectl rollout undo deploy/d --to-revision=4
kubectl rollout status deploy/d | tail -n 1
kubectl patch deploy d -p '{"spec":{"strategy":{"type":"Recreate","rollingUpdate":null}}}'
kubectl set image deploy/d c=nginx:1.28
kubectl rollout status deploy/d | tail -n 1
kubectl get rs -o custom-columns=SIZE:.spec.replicas
