# What one quota wants pods to say is told before what another has no room for.
#file quotas.yaml
apiVersion: v1
kind: ResourceQuota
metadata: {name: a-full}
spec: {hard: {pods: "0"}}
---
apiVersion: v1
kind: ResourceQuota
metadata: {name: b-cpu}
spec: {hard: {requests.cpu: "1"}}
#end
kubectl apply -f quotas.yaml
kubectl run p --image=nginx
kubectl run p --image=nginx --overrides='{"spec":{"containers":[{"name":"p","image":"nginx","resources":{"requests":{"cpu":"2"}}}]}}'
