# What is wrong with files beside what is wrong with objects, names as they are written, and what is looked at first.
#file mixed.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: first}
---
apiVersion: foo/v1
kind: Foo
metadata: {name: x}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: second}
---
apiVersion: v1
kind: Bar
metadata: {name: x}
---
apiVersion: v1
kind: Service
metadata: {name: portless}
spec: {}
#end
#file number.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: number, labels: {a: 1}}
#end
#file made.yaml
apiVersion: v1
kind: ConfigMap
metadata: {generateName: made-}
#end
#file role.yaml
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: reader}
rules: [{apiGroups: [""], resources: [pods], verbs: [get]}]
#end
#file web.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: nginx}]}
#end
#file broken.yaml
spec: [
#end
kubectl create -f mixed.yaml
kubectl get -f mixed.yaml
kubectl delete -f mixed.yaml
kubectl replace -f mixed.yaml
kubectl get -f number.yaml
kubectl describe -f number.yaml
kubectl delete -f number.yaml
kubectl replace -f made.yaml
kubectl replace -f role.yaml; kubectl get role reader -o name
kubectl create cm a --from-literal=k=v; kubectl create cm b
kubectl get cm a b --sort-by=.metadata.name
kubectl get cm,roles --sort-by=.metadata.name
kubectl get cm --sort-by=.data -o name
kubectl get DEPLOY
kubectl get Deployment
kubectl get hpa.v3.autoscaling
kubectl get ""
kubectl label cm a x=y; kubectl label cm -l x=y --list; kubectl label cm a --list
kubectl create role sorted --verb=get --resource=deployments,pods --dry-run=client -o jsonpath='{.rules[*].apiGroups}{"\n"}'
kubectl set image -f web.yaml web=nginx:2 --local -o yaml
kubectl create deployment web --image=nginx
kubectl patch deployment web --type=json -p "[{'op': 'replace', 'path': '/spec/replicas', 'value': 3}]"
kubectl patch deployment web -p "{'spec': {}}"
kubectl patch deployment web -p 'spec:\n replicas: 2: 3'
kubectl patch deployment web --patch-file broken.yaml
kubectl config view --kubeconfig broken.yaml
kubectl apply set-last-applied -f web.yaml --create-annotation; kubectl apply view-last-applied deployment web
kubectl rollout history cm/a; kubectl rollout undo role/reader; kubectl rollout history rs/nope
kubectl wait --for=jsonpath={.data.k}=v --for=jsonpath={.data.k}=w cm/a cm/nope --timeout=1s
kubectl logs nope --tail=-2
kubectl explain pod..spec; kubectl explain pod.spec.nope.more; kubectl explain pod --api-version=apps/v1; kubectl explain pod --api-version=v1/v1/v1; kubectl explain pod --api-version=v9
kubectl diff --nope; kubectl options --nope; kubectl alpha nope; kubectl certificate nope
# A version with too many parts is none.
printf 'apiVersion: apps/v1/\nkind: Deployment\nmetadata: {name: web}\n' > parts.yaml
kubectl apply -f parts.yaml
kubectl create --validate=false -f parts.yaml
# What begins as JSON goes on as JSON, and no comma stands between two objects.
printf '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"j1"}},{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"j2"}}' > two.json; kubectl apply -f two.json
# An object that is not found leaves the errors of the others as they were among several.
printf 'kind: ConfigMap\napiVersion: v1\nmetadata: {name: no1}\n---\nkind: ConfigMap\napiVersion: v1\nmetadata: {name: no2, labels: {x: true}}\n' > gone.yaml
kubectl delete -f gone.yaml --ignore-not-found
kubectl delete -f gone.yaml
# Where an object fails, those that did not are printed by name alone.
printf 'kind: ConfigMap\napiVersion: v1\nmetadata: {name: well}\n---\nkind: ConfigMap\napiVersion: v1\nmetadata: {name: A_B}\n' > partly.yaml
kubectl apply -f partly.yaml -o yaml; kubectl apply -f partly.yaml -o name; kubectl get configmap well -o name
