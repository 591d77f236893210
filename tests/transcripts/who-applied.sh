# Who owns what was applied: from the client's side to the server's, its status, and what is no longer applied.
#file one.yaml
apiVersion: v1
kind: ConfigMap
metadata:
  name: m
  labels: {set: s}
data:
  a: "1"
  b: "1"
#end
#file two.yaml
apiVersion: v1
kind: ConfigMap
metadata:
  name: m
data:
  a: "2"
#end
#file other.yaml
apiVersion: v1
kind: ConfigMap
metadata:
  name: other
  labels: {set: s}
#end
#file pod.yaml
apiVersion: v1
kind: Pod
metadata:
  name: p
spec:
  containers: [{name: c, image: nginx}]
#end
#file status.yaml
apiVersion: v1
kind: Pod
metadata:
  name: p
status:
  conditions: [{type: example.com/Seen, status: "True"}]
#end
kubectl apply -f one.yaml --field-manager=me
kubectl apply -f one.yaml --field-manager=me --server-side
kubectl get cm m -o jsonpath='{.metadata.annotations}{.metadata.managedFields[*].operation}{"\n"}'
kubectl diff -f two.yaml --field-manager=me --server-side | tail -n +4 | grep -v resourceVersion
kubectl diff -f two.yaml --server-side
kubectl apply -f two.yaml --field-manager=me --server-side
kubectl get cm m -o jsonpath='{.metadata.labels}{.data}{"\n"}'
kubectl apply -f pod.yaml --server-side
kubectl apply -f status.yaml --server-side --subresource=status --field-manager=me
kubectl get pod p -o jsonpath='{.status.conditions[?(@.type=="example.com/Seen")].status}{" "}{.metadata.managedFields[?(@.manager=="me")].subresource}{"\n"}'
kubectl apply -f status.yaml --server-side --subresource=odd
kubectl delete cm m
kubectl apply -f one.yaml
kubectl diff -f other.yaml -l set=s --prune | grep '^[-+] *name:'
kubectl apply -f other.yaml -l set=s --prune --dry-run=server
kubectl apply -f other.yaml -l set=s --prune --prune-allowlist=core/v1/ConfigMap --prune-allowlist=odd
kubectl apply -f other.yaml -l set=s --prune --prune-allowlist=core/v1/ConfigMap
# kubectl 1.3 writes as its user as well.
#file rc.yaml
apiVersion: v1
kind: ReplicationController
metadata: {name: old}
spec:
  replicas: 1
  template: {metadata: {labels: {app: a}}, spec: {containers: [{name: c, image: "nginx:1.9"}]}}
#end
kubectl create -f rc.yaml
KUBARIUM_KUBECTL=1.3 kubectl rolling-update old new --image=nginx:1.10 --update-period=1s --poll-interval=1s > /dev/null
kubectl get rc new -o jsonpath='{range .metadata.managedFields[*]}{.manager} {.operation} {.subresource}{"\n"}{end}'
