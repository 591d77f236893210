# Patches, configurations, flags and kinds that make no sense, and what is forced.
kubectl create deployment web --image=nginx
kubectl run p --image=busybox -- sleep 1000
sleep 3
kubectl patch deploy web -p '{"spec":{"strategy":{"$retainKeys":["x"],"type":"Recreate"}}}'
kubectl patch deploy web -p '{"spec":{"template":{"spec":{"$patch":"merge"}}}}'
kubectl patch deploy web --subresource=scale -p '{"spec":{"replicas":"a"}}'
kubectl patch deploy web --subresource=scale --type=merge -p '{"spec":{"replicas":-1}}'
kubectl patch deploy web --type=json -p '[{"op":"remove","path":"/spec/template/spec/containers/-2"}]'
kubectl patch deploy web --dry-run=client -p '{"spec":{"template":{"spec":{"containers":[{"image":"x"}]}}}}'
echo '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"},"spec":{"containers":[{"name":"p","image":"busybox","tty":true}]}}' > pod.json
kubectl apply -f pod.json --force --grace-period=1 2>&1 | tail -n 4
echo '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"q"},"spec":{"containers":[{"name":"q","image":"busybox","tty":1}]}}' | kubectl apply --server-side -f -
echo '{"apiVersion":"v1","kind":"ConfigMap","data":{"a":"b"}}' | kubectl apply --server-side -f -
echo '{"apiVersion":"v1","kind":"pod","metadata":{"name":"q"}}' | kubectl apply --server-side -f -
kubectl logs node/node1
kubectl get pods --profile=foo
kubectl autoscale deploy web --max=4294967296
kubectl autoscale deploy web --max=3 --cpu-percent=50
kubectl autoscale deploy web --max=3 --cpu-percent=50
kubectl alpha
kubectl | head -n 12
kubectl patch deploy web --type=json -p '[{"op":"add","path":"/spec/template/spec/containers/0/env","value":[{"name":"N","valueFrom":{"fieldRef":{"fieldPath":"metadata.name"}}},{"name":"I","valueFrom":{"fieldRef":{"fieldPath":"status.podIP"}}}]}]'
kubectl set env deploy/web --list --resolve
kubectl top pod --field-selector=spec.nodeName=x
# What a JSON or merge patch makes is read as any object is.
kubectl create configmap c --from-literal=a=b; for p in '{"kind":"Foo"}' '{"apiVersion":"v2"}' '{"kind":"Service"}' '{"apiVersion":"apps/v1","kind":"Deployment"}' '{"kind":null}' '{"data":{"a":1}}'; do kubectl patch configmap c --type=merge -p "$p" 2>&1 | sed 's/Invalid value: .*}": /… /'; done; kubectl patch configmap c --type=json -p '[{"op":"replace","path":"/kind","value":"Foo"}]' 2>&1 | sed 's/Invalid value: .*}": /… /'
# The range of a node's pods is not changed, whichever of its members says so; and one member follows the other.
kubectl patch node node1 --type=merge -p '{"spec":{"podCIDR":"10.9.0.0/24"}}'; kubectl patch node node1 --type=merge -p '{"spec":{"podCIDR":null}}'; kubectl patch node node1 --type=merge -p '{"spec":{"podCIDRs":["10.9.0.0/24"],"podCIDR":null}}'
kubectl create -o jsonpath='{.spec}{"\n"}' -f - <<< '{"apiVersion":"v1","kind":"Node","metadata":{"name":"n9"},"spec":{"podCIDRs":["10.9.0.0/24"]}}'
kubectl create -o jsonpath='{.spec}{"\n"}' -f - <<< '{"apiVersion":"v1","kind":"Node","metadata":{"name":"n8"},"spec":{"podCIDR":"10.8.0.0/24"}}'
