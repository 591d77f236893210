# What drain says of pods that it may not or will not take along, of several nodes, and of time that runs out.
kubectl run bare --image=nginx --overrides='{"spec":{"nodeName":"node1"}}'
kubectl run scratch --image=nginx --overrides='{"spec":{"nodeName":"node1","volumes":[{"name":"v","emptyDir":{}}]}}'
kubectl run slow --image=busybox --overrides='{"spec":{"nodeName":"node2"}}' -- sh -c 'sleep 100'
kubectl run other --image=nginx --overrides='{"spec":{"nodeName":"node3"}}'
kubectl drain node1
kubectl drain node1 --force
kubectl drain node1 node3
kubectl drain node1 --force --delete-emptydir-data --dry-run=server
kubectl drain node1 --force --delete-emptydir-data
kubectl drain node2 --force --timeout=3s
kubectl drain node2 --force --disable-eviction --timeout=3s
sleep 30
kubectl run held --image=nginx --overrides='{"metadata":{"finalizers":["example.com/held"]},"spec":{"nodeName":"node2"}}'
kubectl delete pod held --wait=false --grace-period=1
kubectl drain node2 --force --skip-wait-for-delete-timeout=4
kubectl drain node2 --force --skip-wait-for-delete-timeout=1
# An eviction that names another pod is a mistake, and one that is tried out evicts nobody.
echo '{"apiVersion":"policy/v1","kind":"Eviction","metadata":{"name":"another"}}' > e.json; kubectl create --raw /api/v1/namespaces/default/pods/other/eviction -f e.json
echo '{"apiVersion":"policy/v1","kind":"Eviction","metadata":{"name":"other","namespace":"kube-system"}}' > e.json; kubectl create --raw /api/v1/namespaces/default/pods/other/eviction -f e.json
echo '{"apiVersion":"policy/v1","kind":"Eviction","metadata":{"name":"other"}}' > e.json; kubectl create --raw '/api/v1/namespaces/default/pods/other/eviction?dryRun=All' -f e.json; kubectl get pods other
# To try it out, the server is asked, which holds to the budgets.
kubectl run guarded --image=nginx --labels=app=guarded --overrides='{"spec":{"nodeName":"node3"}}'; kubectl create pdb guard --selector=app=guarded --min-available=1; sleep 5
kubectl drain node3 --force --dry-run=server --timeout=3s
kubectl drain node3 --force --dry-run=client
# Nodes are named with and without their kind, and nothing but nodes.
kubectl cordon node/node1 node2; kubectl uncordon no/node1 nodes/node2; kubectl cordon pod/other node1; kubectl drain pod/a service/b; kubectl cordon pod/other
