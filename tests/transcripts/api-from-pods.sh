# The API server from inside a pod and by tokens: who asks is who the token says, and may what the roles say.
#rbac
kubectl create serviceaccount reader
kubectl run shell --image=curlimages/curl --overrides='{"spec":{"serviceAccountName":"reader"}}' --command -- sleep 1h
kubectl wait --for=condition=Ready pod/shell
kubectl exec shell -- curl -sS https://kubernetes.default.svc/api
kubectl exec shell -- curl -sSk https://kubernetes.default.svc/version -o /dev/null -w '%{http_code}\n'
kubectl exec shell -- curl -sSk https://kubernetes.default.svc/api
kubectl exec shell -- curl -sS http://kubernetes.default.svc:443/api
kubectl exec shell -- curl -sSk -H 'Authorization: Bearer nonsense' https://kubernetes.default/api
kubectl exec shell -- sh -c 'D=/var/run/secrets/kubernetes.io/serviceaccount; curl -sS --cacert $D/ca.crt -H "Authorization: Bearer $(cat $D/token)" https://kubernetes.default.svc/api/v1/namespaces/$(cat $D/namespace)/pods'
kubectl create rolebinding reader-views --clusterrole=view --serviceaccount=default:reader
kubectl exec shell -- sh -c 'D=/var/run/secrets/kubernetes.io/serviceaccount; curl -sS --cacert $D/ca.crt -H "Authorization: Bearer $(cat $D/token)" https://kubernetes.default.svc/api/v1/namespaces/default/pods | grep \"name\"'
kubectl exec shell -- sh -c 'D=/var/run/secrets/kubernetes.io/serviceaccount; curl -sSk -X DELETE -H "Authorization: Bearer $(cat $D/token)" https://$KUBERNETES_SERVICE_HOST:$KUBERNETES_SERVICE_PORT/api/v1/namespaces/default/pods/shell | grep message'
kubectl --token=$(kubectl create token reader) get pods
kubectl --token=$(kubectl create token reader) auth whoami
kubectl --token=$(kubectl create token reader) get secrets
kubectl --token=$(kubectl create token reader) get pods --as=jane
kubectl --token=nonsense get pods
kubectl config set-credentials robot --token=$(kubectl create token reader --duration=10m)
kubectl config set-context robot --cluster=kubarium --user=robot
kubectl --context=robot auth can-i list pods
kubectl --context=robot delete pod shell
kubectl config set-credentials jane --client-certificate=jane.crt --client-key=jane.key
kubectl config set-context jane --cluster=kubarium --user=jane --namespace=default
kubectl config use-context jane
kubectl get pods
kubectl auth whoami
kubectl config use-context kubarium
kubectl create rolebinding jane-views --clusterrole=view --user=jane
kubectl get pods --context=jane
kubectl get pods --user=robot -o name
sleep 400
sleep 300
kubectl --context=robot get pods
kubectl delete serviceaccount reader
kubectl exec shell -- sh -c 'D=/var/run/secrets/kubernetes.io/serviceaccount; curl -sSk -H "Authorization: Bearer $(cat $D/token)" https://kubernetes.default.svc/api | grep message'
# The API without `kubectl proxy`, from the workstation.
A=$(kubectl config view --minify -o jsonpath='{.clusters[0].cluster.server}'); curl -s $A/api --header "Authorization: Bearer $(kubectl create token default)" --insecure; echo; curl -sk $A/api/v1/namespaces/default/pods --header "Authorization: Bearer $(kubectl create token default)" | grep message; curl -sk $A/api/v1/nodes | grep message; curl $A/version; curl -s http://127.0.0.1:6443/api
