# Roles and bindings: what somebody may do, and how a refusal words it.
#rbac
kubectl get clusterroles
kubectl get clusterrolebindings
kubectl auth whoami
kubectl auth whoami --as=jane --as-uid=7 --as-group=devs
kubectl auth whoami --as=system:serviceaccount:dev:builder
kubectl auth can-i --list --as=jane
kubectl auth can-i '*' '*' --as=jane --as-group=system:masters
kubectl get pods --as=jane
kubectl get pod x --as=jane
kubectl get nodes --as=jane
kubectl get pods -A --as=jane
kubectl get pods --as=jane -w

# A role of one namespace, for a user.
kubectl create namespace dev
kubectl run web --image=nginx -n dev
kubectl create role reader --verb=get,list --resource=pods -n dev
kubectl create rolebinding jane-reads --role=reader --user=jane -n dev
kubectl get pods -n dev --as=jane
kubectl get pods --as=jane
for verb in get list watch delete; do echo "$verb: $(kubectl auth can-i $verb pods -n dev --as=jane)"; done
kubectl auth can-i get pods/web -n dev --as=jane
kubectl auth can-i get pods --subresource=log -n dev --as=jane; echo "exit $?"
kubectl auth can-i get pods -A --as=jane
kubectl auth can-i get /version --as=jane
kubectl auth can-i get /metrics --as=jane
kubectl get pods -n dev -w --as=jane
kubectl logs web -n dev --as=jane
kubectl exec web -n dev --as=jane -- ls
kubectl cp dev/web:/etc/hosts hosts --as=jane
kubectl port-forward web 8080:80 -n dev --as=jane
kubectl delete pod web -n dev --as=jane
kubectl label pod web a=b -n dev --as=jane
kubectl create deployment d --image=nginx -n dev --as=jane
kubectl drain node1 --as=jane
kubectl get --raw /metrics --as=jane
kubectl get --raw /api/v1/namespaces/dev/pods/web/log --as=jane
echo '{apiVersion: v1, kind: ConfigMap, metadata: {name: c}}' | kubectl apply -n dev --as=jane -f -

# Named objects, groups, and a role that is not there.
kubectl create role one --verb=get,update --resource=configmaps --resource-name=settings -n dev
kubectl create rolebinding devs-one --role=one --group=devs -n dev
kubectl auth can-i get configmaps/settings -n dev --as=ann --as-group=devs
kubectl auth can-i get configmaps -n dev --as=ann --as-group=devs
kubectl create rolebinding gone --role=nothing --user=bob -n dev
kubectl create rolebinding gone2 --clusterrole=nobody --user=bob -n dev
kubectl auth can-i list pods -n dev --as=bob
kubectl get pods -n dev --as=bob

# A service account with a role of the cluster, in one namespace.
kubectl create serviceaccount builder -n dev
kubectl create rolebinding builder-edits --clusterrole=edit --serviceaccount=dev:builder -n dev
kubectl create deployment d --image=nginx -n dev --as=system:serviceaccount:dev:builder
kubectl scale deployment d --replicas=2 -n dev --as=system:serviceaccount:dev:builder
kubectl create deployment d --image=nginx --as=system:serviceaccount:dev:builder
kubectl create role more --verb=get --resource=secrets -n dev --as=system:serviceaccount:dev:builder

# Nobody grants more than they have.
kubectl create rolebinding ann-admin --clusterrole=admin --user=ann -n dev
kubectl create role more --verb=get,list --resource=nodes,secrets -n dev --as=ann
kubectl create role more --verb=get,list --resource=secrets -n dev --as=ann
kubectl create rolebinding more --clusterrole=cluster-admin --user=ann -n dev --as=ann
kubectl create rolebinding more --clusterrole=view --user=joe -n dev --as=ann
kubectl patch role more -n dev --as=ann --type=json -p '[{"op":"add","path":"/rules/0/resources/-","value":"nodes"}]'
kubectl label clusterrole view example.com/mine=yes --as=ann

# Roles that are put together.
kubectl create clusterrole watcher --aggregation-rule="example.com/watch=true"
kubectl create clusterrole services --verb=get --resource=services
kubectl label clusterrole services example.com/watch=true
sleep 1
kubectl describe clusterrole watcher

# Reviews.
echo '{apiVersion: authorization.k8s.io/v1, kind: SubjectAccessReview, spec: {user: jane, resourceAttributes: {namespace: dev, verb: get, resource: pods}}}' | kubectl create -o jsonpath='{.status}{"\n"}' -f -
echo '{apiVersion: authorization.k8s.io/v1, kind: SubjectAccessReview, spec: {user: bob, groups: [devs], nonResourceAttributes: {verb: get, path: /version}}}' | kubectl create -o jsonpath='{.status}{"\n"}' -f -
echo '{apiVersion: authorization.k8s.io/v1, kind: SelfSubjectAccessReview, spec: {resourceAttributes: {namespace: dev, verb: delete, resource: pods}}}' | kubectl create -o jsonpath='{.status}{"\n"}' -f -
echo '{apiVersion: authorization.k8s.io/v1, kind: SelfSubjectAccessReview, spec: {resourceAttributes: {namespace: dev, verb: delete, resource: pods}}}' | kubectl create -o jsonpath='{.status}{"\n"}' --as=system:serviceaccount:dev:builder -f -
echo '{apiVersion: authorization.k8s.io/v1, kind: SelfSubjectRulesReview, spec: {namespace: dev}}' | kubectl create -o jsonpath='{.status.resourceRules[0]}{"\n"}' --as=ann -f -
# What else asks the API.
kubectl top pods -n dev --as=jane
kubectl top nodes --as=jane
kubectl events -n dev --as=jane
kubectl delete namespace dev --as=ann
# What is refused is logged too.
kubectl get pods --as=jane -v=6; kubectl delete pod a --as=jane -v=6; kubectl get --raw /api/v1/pods --as=jane -v=6
# Who may not list events is described an object without them.
kubectl create configmap told -n default --from-literal=a=b; kubectl create role looker -n default --verb=get --resource=configmaps; kubectl create rolebinding looker -n default --role=looker --user=kim
kubectl describe configmap told -n default --as=kim | tail -2; kubectl describe configmap told -n default | tail -1
# What commands read and write on the way takes leave, too.
kubectl create deployment shop -n default --image=nginx; kubectl create role shop -n default --verb=get --resource=deployments; kubectl create rolebinding shop -n default --role=shop --user=lea; kubectl create clusterrole cordons --verb=get,patch --resource=nodes; kubectl create clusterrolebinding cordons --clusterrole=cordons --user=lea; kubectl create secret generic hidden -n default --from-literal=k=v; kubectl set env deployment/shop -n default --from=secret/hidden
kubectl create token default -n default --as=lea; kubectl logs deployment/shop -n default --as=lea; kubectl drain node1 --as=lea; kubectl uncordon node1; kubectl cluster-info dump --as=lea
kubectl set image deployment/shop nginx=nginx:1 -n default --as=lea; kubectl rollout restart deployment/shop -n default --as=lea; kubectl set env deployment/shop --list --resolve -n default --as=lea; kubectl wait --for=condition=Available deployment/shop -n default --as=lea; kubectl get role shop -n default -o yaml > shop.yaml; kubectl auth reconcile -f shop.yaml --as=lea; kubectl get deployment shop -n default -o yaml > shop.yaml; kubectl diff -f shop.yaml --as=lea
# A proxy asks as whoever it is of.
kubectl expose deployment shop -n default --port=80; (kubectl proxy --port=8021 --as=lea & sleep 1; for p in api/v1/nodes api/v1/namespaces/default/services/shop/proxy/ api/v1/namespaces/default/pods/shop/log apis/apps/v1/namespaces/default/deployments/shop; do curl -s localhost:8021/$p | grep -E 'message|uid'; done; kill %1); (kubectl proxy --port=8022 & sleep 1; curl -s localhost:8022/api/v1/namespaces/default/services/shop/proxy/ | grep title; kill %1)
kubectl rollout history deployment/shop -n default --as=lea; kubectl rollout undo deployment/shop -n default --as=lea; kubectl rollout history deployment/shop -n default
# A list or a watch of one name is asked of that object.
kubectl create role one-pod -n default --verb=get,list,watch --resource=pods --resource-name=web; kubectl create rolebinding one-pod -n default --role=one-pod --user=pia; kubectl run web -n default --image=nginx; kubectl wait pod/web -n default --for=condition=Ready --as=pia; kubectl get pods -n default --field-selector metadata.name=web -o name --as=pia; kubectl get pod web -n default -o name --watch --request-timeout=1s --as=pia; kubectl get --raw '/api/v1/namespaces/default/pods?fieldSelector=metadata.name%3Dweb' --as=pia | wc -l; kubectl get pods -n default --field-selector metadata.name=other --as=pia; kubectl get pods -n default --as=pia
# What belongs to an object is told to whoever may read it.
kubectl create clusterrole nodes-only --verb=get --resource=nodes,deployments; kubectl create clusterrolebinding nodes-only --clusterrole=nodes-only --user=kim; kubectl describe node node1 --as=kim | grep -E '^(Pods|Non-terminated)'; kubectl describe deployment shop -n default --as=kim | grep ReplicaSet; kubectl rollout status deployment/shop -n default --as=kim
kubectl create clusterrole almost -n default --verb=get,list --resource=namespaces,nodes,statefulsets,replicasets,deployments; kubectl create clusterrolebinding almost --clusterrole=almost --user=zoe; kubectl create ns quiet; kubectl describe ns default quiet --as=zoe; kubectl describe node node1 --as=zoe | grep ^Lease; kubectl describe rs -n default --as=zoe | grep '^Pods Status'
kubectl create -n default -f - <<< '{"apiVersion":"apps/v1","kind":"StatefulSet","metadata":{"name":"s"},"spec":{"replicas":0,"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"nginx"}]}}}}'; kubectl describe sts,ns -n default --as=zoe
# A request by hand is answered as whose it is, whoever asked before.
kubectl get pods -n dev > /dev/null
echo '{"apiVersion":"authentication.k8s.io/v1","kind":"SelfSubjectReview"}' | kubectl create --raw /apis/authentication.k8s.io/v1/selfsubjectreviews --as=ann -f - | grep -o '"userInfo":.*'
echo '{"metadata":{"name":"raw"},"rules":[{"apiGroups":[""],"resources":["nodes"],"verbs":["get"]}]}' | kubectl create --raw /apis/rbac.authorization.k8s.io/v1/namespaces/dev/roles --as=ann -f -
# What keeps one node from being cordoned keeps no other, and is no failure.
kubectl cordon node1 node2 --as=kim; echo $?; kubectl taint node node1 a=b:NoSchedule --as=kim
# Events are in two groups, and claims of devices are among what a namespace's users have.
kubectl describe clusterrole system:aggregate-to-view | grep -e ^R -e events -e resourceclaim
kubectl create namespace owned; kubectl create rolebinding viewer -n owned --clusterrole=view --user=vera; for what in events.events.k8s.io resourceclaims secrets; do kubectl auth can-i list $what -n owned --as=vera; done
