# Where several things are wrong, what kubectl looks at first is told of.
kubectl replace x --validate=maybe -o bad
kubectl create configmap flags --from-literal=a=b --validate=1 --dry-run=client; kubectl create configmap flags --validate=2
kubectl cordon node1 -l a=b --dry-run=bad
kubectl taint nodes node1 k=v:Bad --validate=x
kubectl taint nodes node1 k=v:NoSchedule -o custom-columns=
kubectl patch pod p -p '{}' --type=Bad
kubectl label pods p a=b=c --dry-run=bad
kubectl annotate pods p a=b=c -o bad
kubectl rollout history -o wide; kubectl rollout status --revision=-1
kubectl set selector -o template
kubectl explain pods --api-version=none -o yaml
kubectl create role r --verb=look
kubectl create clusterrole r --verb=look
for of in configmap 'secret generic' clusterrole role token serviceaccount; do kubectl create $of '' --from-file=nosuch 2>&1 | head -n 1; done
kubectl create configmap '' --from-file=nosuch; kubectl create clusterrole '' --resource=pods; kubectl create token ''; kubectl run '' --image=nginx
# Whether a context is there is said in the words of who asks for it: for the namespace first, or for the server.
for of in 'get pods' 'get --raw /' 'create ns x' 'create token d' 'set env deployment/d A=b' 'set image deployment/d a=b' 'top pods' 'top nodes' apply 'auth can-i get pods'; do kubectl $of --context=none; done
kubectl get pods --context=none -n default
