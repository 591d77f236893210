# A dry run by kubectl itself patches what the server has, as kubectl 1.36 does.
kubectl create deployment w --image=nginx --dry-run=client -o yaml > w.yaml
kubectl apply -f w.yaml
kubectl apply -f w.yaml --dry-run=client
kubectl scale deployment w --replicas=3
sed -i s/nginx/httpd/ w.yaml
kubectl apply -f w.yaml --dry-run=client
kubectl apply -f w.yaml --dry-run=client -o jsonpath='{.spec.replicas} {.spec.template.spec.containers[*].image} {.metadata.generation}{"\n"}'
kubectl get deployment w -o jsonpath='{.spec.template.spec.containers[*].image}{"\n"}'
# What was not applied before is warned of.
kubectl create configmap c --from-literal=a=b
kubectl create configmap c --from-literal=a=c --dry-run=client -o yaml | kubectl apply --dry-run=client -f - -o jsonpath='{.data}{"\n"}'
# So is what is being deleted, also where nothing changes.
kubectl create configmap kept --from-literal=a=b --dry-run=client -o yaml | sed 's/  name: kept/  name: kept\n  finalizers: [example.com\/kept]/' > kept.yaml
kubectl apply -f kept.yaml
kubectl delete configmap kept --wait=false
kubectl apply -f kept.yaml
