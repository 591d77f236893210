#! Section 8: from one controller to the next, and what came after it.
kubectl rolling-update redis-master -f redis-master-controller-v2.yaml
export KUBARIUM_KUBECTL=1.3
kubectl create -f redis-master-controller-v1.yaml
sleep 4
kubectl rolling-update redis-master
kubectl rolling-update redis-master -f redis-master-controller-v1.yaml
sed 's/redis-master-v2/other/; /version/d' redis-master-controller-v2.yaml > other.yaml
kubectl rolling-update redis-master -f other.yaml
kubectl rolling-update redis-master -f redis-master-controller-v2.yaml
kubectl get rc
kubectl get pods
kubectl rolling-update redis-master-v2 --image=redis-master:3.0 --update-period=10s
#wait 25
^C
kubectl get rc
kubectl rolling-update redis-master-v2 --image=redis-master:3.0 --update-period=10s
kubectl get rc
kubectl rolling-update redis-master-v2 --image=redis-master:4.0 --update-period=10s
#wait 15
^C
kubectl rolling-update redis-master-v2 --rollback --update-period=10s
kubectl get rc -o wide
unset KUBARIUM_KUBECTL
kubectl create -f nginx-deployment.yaml
sleep 5
kubectl set image deployment/nginx-deployment nginx=nginx:1.9.1
kubectl rollout status deployment/nginx-deployment
kubectl rollout history deployment/nginx-deployment
kubectl rollout undo deployment/nginx-deployment
kubectl rollout status deployment/nginx-deployment
kubectl get rs -o custom-columns=REVISION:.metadata.annotations.'deployment\.kubernetes\.io/revision',READY:.status.readyReplicas
