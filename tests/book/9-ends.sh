#! Namespaces that end, and the three ways to delete an owner; quotas and ranges.
kubectl create namespace gone
kubectl -n gone create deployment d --image=nginx --replicas=2
kubectl -n gone create configmap c --from-literal=a=b
sleep 4
kubectl delete namespace gone --wait=false
sleep 1
kubectl get namespace gone
kubectl -n gone create configmap c2 --from-literal=a=b
sleep 20
kubectl get namespace gone
kubectl -n gone get all
for p in foreground background orphan; do kubectl create deployment $p --image=nginx; done
sleep 4
kubectl delete deployment foreground --cascade=foreground --wait=false
kubectl get deployment,rs -l app=foreground
kubectl delete deployment background --cascade=background --wait=false
kubectl get deployment -l app=background
kubectl delete deployment orphan --cascade=orphan
sleep 5
kubectl get deployment,rs
kubectl get pods
kubectl create namespace q
kubectl config set-context --current --namespace=q
cat > q.yaml <<'E'
apiVersion: v1
kind: ResourceQuota
metadata: {name: quota}
spec: {hard: {requests.cpu: "1", requests.memory: 1Gi, limits.cpu: "2", limits.memory: 2Gi, pods: "2"}}
---
apiVersion: v1
kind: LimitRange
metadata: {name: range}
spec: {limits: [{type: Container, default: {cpu: 500m, memory: 512Mi}, defaultRequest: {cpu: 250m, memory: 256Mi}, max: {cpu: "1"}, min: {cpu: 100m}}]}
E
kubectl create quota quota --hard=requests.cpu=1,pods=2
kubectl run a --image=nginx
kubectl delete quota quota
kubectl create -f q.yaml
kubectl run a --image=nginx
kubectl get pod a -o jsonpath='{.spec.containers[0].resources}{"\n"}'
kubectl run b --image=nginx --overrides='{"spec":{"containers":[{"name":"b","image":"nginx","resources":{"limits":{"cpu":"3"}}}]}}'
kubectl run b --image=nginx
sleep 1
kubectl run c --image=nginx
kubectl describe quota
kubectl create deployment d --image=nginx
sleep 2
kubectl get deployment d
kubectl get events --field-selector reason=FailedCreate -o custom-columns=M:.message | head -n 2 | sed 's/d-[a-z0-9-]*/POD/g'
kubectl delete pod a
sleep 40
kubectl get deployment d
