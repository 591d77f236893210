# Watches of the API over HTTP: through kubectl proxy, from a pod with its token, and by kubectl get --raw.
#rbac
kubectl create configmap old --from-literal=a=b
kubectl proxy &
curl -si 'localhost:8001/api/v1/namespaces/default/configmaps?watch=1&fieldSelector=metadata.name!=kube-root-ca.crt' > seen & sleep 1; kubectl label configmap old tier=web; kubectl create configmap new; kubectl delete configmap old; sleep 1; cut -c1-97 seen
curl -s 'localhost:8001/api/v1/namespaces/default/configmaps?watch&labelSelector=tier=web&timeoutSeconds=9&resourceVersion=40' | cut -c1-70 & sleep 1; kubectl label configmap new tier=web; kubectl label configmap new tier-; sleep 9
curl -sSN -m 3 'localhost:8001/api/v1/namespaces?watch=true' -o seen; echo $?; wc -l < seen
wget -qO- 'localhost:8001/apis/apps/v1/deployments?watch=1&timeoutSeconds=70&allowWatchBookmarks=1' | sed 's/"resourceVersion":"[0-9]*"/R/' | cut -c1-150 & kubectl create deployment web --image=nginx --replicas=0 > /dev/null; sleep 75
kubectl get --raw '/apis/apps/v1/deployments?watch=1&timeoutSeconds=5&labelSelector=app=web' | cut -c1-110
kubectl get --raw '/api/v1/watch/namespaces/default/configmaps/new?timeoutSeconds=1' | cut -c1-70
kubectl get --raw '/apis/autoscaling/v1/horizontalpodautoscalers?watch=1&timeoutSeconds=2' & kubectl autoscale deployment web --max=3 --cpu=50% > /dev/null; sleep 3
# What a watch may not ask for, and what comes of an old revision.
kubectl get --raw '/api/v1/pods?watch=1&sendInitialEvents=true'
kubectl get --raw '/api/v1/pods?watch=1&resourceVersionMatch=NotOlderThan'
kubectl get --raw '/api/v1/pods?watch=1&timeoutSeconds=x'
kubectl get --raw '/api/v1/pods?watch=1&resourceVersion=x'
kubectl get --raw '/api/v1/pods?watch=1&labelSelector=a+b'
kubectl get --raw '/api/v1/componentstatuses?watch=1'
kubectl get --raw '/api/v1/pods?watch=1&continue=x'
# From a pod, as far as its roles let it.
kubectl create clusterrolebinding viewer --clusterrole=view --serviceaccount=default:default
kubectl run shell --image=curlimages/curl --command -- sleep 1h
kubectl wait --for=condition=Ready pod/shell
kubectl exec shell -- sh -c 'T=$(cat /var/run/secrets/kubernetes.io/serviceaccount/token); curl -sk -H "Authorization: Bearer $T" "https://kubernetes.default/api/v1/namespaces/default/services?watch=1&timeoutSeconds=4" | cut -c1-90' & sleep 1; kubectl create service clusterip late --tcp=80; kubectl delete service late; sleep 5
kubectl exec shell -- sh -c 'T=$(cat /var/run/secrets/kubernetes.io/serviceaccount/token); curl -sk -H "Authorization: Bearer $T" "https://kubernetes.default/api/v1/secrets?watch=1" | grep message'
