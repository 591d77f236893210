# -v=6 shows what kubectl asks the server, and what it is answered.
kubectl create deployment web --image=nginx -v=6
kubectl get pods -A -l app=web,tier!=db --field-selector status.phase!=Failed -o name -v 6
kubectl scale deployment web --replicas=2 --v=6
kubectl label deployment web tier=front --dry-run=server -v=6
kubectl apply -f - -v=6 <<< '{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}}'
kubectl apply -f - --server-side -v=6 <<< '{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "b"}}'
kubectl delete pod absent -v=9
kubectl get --raw /readyz -v=6
# Not what it does without asking, nor below 6.
kubectl get deployment web -o name -v=5
kubectl get unheard-of -v=6
for name in b c d; do kubectl create serviceaccount $name; done; kubectl get sa --chunk-size=2 -o name -v=6
kubectl get sa -A --chunk-size=3 -o name -v=6 2>&1 | grep -o 'serviceaccounts?.*=[0-9]'
kubectl get sa --chunk-size=0 -o name -v=6 2>&1 | grep -c 'serviceaccounts"'; kubectl get sa --sort-by=.metadata.name -v=6 2>&1 | grep -o 'serviceaccounts?[^"]*'
kubectl label sa --all a=b --dry-run=client -v=6 2>&1 | grep GET; kubectl describe sa --chunk-size=1 -v=6 2>&1 | grep -c continue=
kubectl drain node1 --chunk-size=10 --pod-selector=a=b --dry-run=client -v=6
kubectl get --raw /apis/metrics.k8s.io/v1beta1/nodes/absent -v=6
# With -v=7 come headers, with -v=8 the beginnings of bodies, with -v=9 more of them and the command that asks the same.
kubectl get sa default -v=7
kubectl create configmap c --from-literal=a='<b>' -v=8
kubectl get cm c -v=8
kubectl get cm c -o yaml --as=jane -v=9; kubectl get cm c d -o name -v=9 2>&1 | grep -A1 -e Trace -e '^ > milli'
kubectl get priorityclass -v=10 2>&1 | grep -A2 'Response Body'; kubectl get priorityclass --sort-by=.value -o wide -v=10 2>&1 | grep -o '"rows":.\{200\}'
kubectl label cm c x=y -v=8 2>&1 | grep -A1 -e 'Request Body' -e Content-Type; kubectl scale deployment web --replicas=0 -v=8 2>&1 | grep 'Request Body'
kubectl set image deployment/web nginx=nginx:1.29 -v=8 2>&1 | grep -e Content-Type -e 'Request Body'; kubectl apply --server-side -f - -v=8 <<< '{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "b"}}' 2>&1 | grep -A1 -e apply-patch -e 'Request Body'
kubectl delete cm c --dry-run=server --grace-period=5 -v=8
kubectl delete cm b c absent --ignore-not-found -v=6 2>&1 | grep Response
kubectl get --raw /version -v=8 | head -1; kubectl get --raw /api/v1/namespaces/absent -v=8 2>&1 | tail -4
kubectl create --raw /api/v1/namespaces/default/configmaps -v=8 -f - <<< '{"metadata": {"name": "raw"}}' 2>&1 | grep -e Body -e '"Request'
