# Requests that no command of kubectl makes.
#file pod.json
{"apiVersion":"v1","kind":"Pod","metadata":{"name":"a"},"spec":{"containers":[{"name":"c","image":"nginx"}]}}
#end
#file namespace.json
{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"held"},"spec":{"finalizers":[]}}
#end
#file token.json
{"apiVersion":"authentication.k8s.io/v1","kind":"TokenRequest","spec":{"audiences":["a"],"expirationSeconds":3}}
#end
kubectl create --raw /api/v1/pods -f pod.json
kubectl delete --raw /api/v1/pods
kubectl get --raw /api/v1/pods
kubectl create --raw /api/v1/namespaces/default/pods -f pod.json > /dev/null
kubectl create --raw /api/v1/namespaces/default/serviceaccounts/default/token -f token.json
kubectl create namespace held
kubectl replace --raw /api/v1/namespaces/held/finalize -f namespace.json > /dev/null
kubectl get namespace held -o jsonpath='{.metadata.labels} {.spec}{"\n"}'
kubectl label namespace held kubernetes.io/metadata.name-
kubectl get namespace held -o jsonpath='{.metadata.labels}{"\n"}'
