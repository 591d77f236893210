# The API's lists in chunks and of the past, its watches and logs, as a client without kubectl sees them.
for i in 1 2 3 4 5; do kubectl create cm c$i --from-literal=n=$i; done
kubectl get --raw '/api/v1/namespaces/default/configmaps?limit=2' > page
grep -o '"metadata":{"resourceVersion[^}]*continue[^}]*}' page
grep -o '"name":"[^"]*"' page
kubectl create cm c25
T=$(sed 's/.*"continue":"\([^"]*\)".*/\1/' page); kubectl get --raw "/api/v1/namespaces/default/configmaps?limit=3&continue=$T" > page
grep -o '"name":"[^"]*"' page
T=$(sed 's/.*"continue":"\([^"]*\)".*/\1/' page); kubectl get --raw "/api/v1/configmaps?continue=$T&resourceVersion=3"
T=$(sed 's/.*"continue":"\([^"]*\)".*/\1/' page); kubectl get --raw "/api/v1/namespaces/default/configmaps?limit=1000&continue=$T" | grep -o '"name":"[^"]*"'
kubectl get --raw '/api/v1/namespaces/default/configmaps?continue=nonsense'
kubectl get --raw '/api/v1/namespaces/default/configmaps?limit=two'
kubectl get --raw '/api/v1/namespaces/default/configmaps?resourceVersion=9999'
kubectl get --raw '/api/v1/namespaces/default/configmaps?resourceVersionMatch=Exact'
RV=$(kubectl get cm c1 -o jsonpath='{.metadata.resourceVersion}'); kubectl get --raw "/api/v1/namespaces/default/configmaps?resourceVersion=$RV&resourceVersionMatch=Exact&fieldSelector=metadata.name!=kube-root-ca.crt" | grep -o '"name":"[^"]*"'
kubectl label cm c1 a=1
kubectl label cm c1 a=2 --overwrite
kubectl delete cm c1
RV=$(kubectl get cm c2 -o jsonpath='{.metadata.resourceVersion}'); kubectl get --raw "/api/v1/namespaces/default/configmaps?watch=1&timeoutSeconds=1&resourceVersion=$RV&fieldSelector=metadata.name=c1" | grep -o '"type":"[^"]*"'
RV=$(kubectl get cm c2 -o jsonpath='{.metadata.resourceVersion}'); kubectl get --raw "/api/v1/configmaps?watch=1&timeoutSeconds=1&resourceVersion=$RV&labelSelector=a=1" | grep -o '"type":"[^"]*"'
kubectl get --raw '/api/v1/namespaces/default/configmaps?watch=1&timeoutSeconds=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&labelSelector=none' | grep -o '"type":"[^"]*"'
kubectl run p --image=busybox:1.36 -- sh -c 'echo one; echo two; sleep 1000'
kubectl wait pod/p --for=condition=Ready
kubectl get --raw '/api/v1/namespaces/default/pods/p/log?tailLines=1'
kubectl get --raw '/api/v1/namespaces/default/pods/p/log?sinceTime=2027-01-01T00:00:00Z'
kubectl get --raw '/api/v1/namespaces/default/pods/q/log'
