# Flags that only some commands have, and what their help says of them.
#metrics
#file role.yaml
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: reader}
rules: [{apiGroups: [""], resources: [pods], verbs: [get]}]
#end
#file web.yaml
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {ports: [{port: 80}]}
#end
#file two.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: one}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: two}
#end
for c in 'exec' 'debug' 'apply set-last-applied' 'apply view-last-applied' 'wait' 'set selector'; do echo "$c"; kubectl $c --help | grep -oE -e '--(filename|kustomize|recursive|template)=[^:]*'; done
for c in set-cluster set-credentials set-context; do kubectl config $c --help | grep -oE '^    -.*='; done
kubectl create clusterrole --help | grep aggregation-rule=
kubectl explain pod --max-depth=1
kubectl run x --image=nginx -e A=b
kubectl run x --image=nginx --cascade=foo
kubectl auth reconcile -f role.yaml --field-manager=me
kubectl auth reconcile -f role.yaml --dry-run=server
kubectl auth reconcile -f role.yaml
kubectl create secret tls x --cert=a --key=b -o wide
kubectl diff -f two.yaml --force-conflicts
# What kubectl makes of Go's types is in their order
kubectl config view -o json | head -12
kubectl api-resources --api-group=batch -o json | head -14
kubectl apply -f two.yaml -o json | head -4
kubectl apply set-last-applied -f two.yaml -f role.yaml --create-annotation --dry-run=client
kubectl set selector -f web.yaml app=web --local -o yaml
kubectl set subject -f role.yaml --user=jane --local
kubectl get pods -k nowhere
kubectl create -f - -f - < two.yaml
kubectl events --for=pod/a/b
kubectl annotate cm one a=b; kubectl annotate cm one --list -o yaml
kubectl create deployment web --image=nginx; kubectl set env deployment/web A=b; kubectl set env deployment/web A- --dry-run=client -o jsonpath='{.spec.template.spec.containers[0]}{"\n"}'
kubectl gett
kubectl cluster-info dump -o yaml --namespaces kube-public | grep -cx -e ---
# What the metrics server says
sleep 60
kubectl get podmetrics -l app=web | sed 's/^web-[^ ]*/web/'
kubectl get podmetrics -l app=other
kubectl get nodemetrics | head -1
# Of two that are named in full nothing is shown where one is missing
kubectl describe cm/one cm/nosuch
minikube addons enable metrics-server; minikube addons list
