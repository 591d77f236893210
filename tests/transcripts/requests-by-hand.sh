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
# A dry run of a whole collection takes nothing away.
kubectl delete --raw '/api/v1/namespaces/default/pods?dryRun=All' > /dev/null; kubectl get pods -o name
# What the server warns of is told with its answer.
echo '{"metadata":{"name":"w"},"dat":{"a":"b"}}' | kubectl create --raw /api/v1/namespaces/default/configmaps -f - > /dev/null
(kubectl proxy --port=8023 > /dev/null & sleep 1; curl -si localhost:8023/api/v1/namespaces/default/configmaps -H 'Content-Type: application/json' -d '{"metadata":{"name":"v"},"dat":{}}' | grep Warning; kill %1); kubectl get configmap v -o name
