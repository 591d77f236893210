# What kubectl makes of its own, or reads into Go's types, has its members in the order of the structs; the rest is sorted.
#storage
#file list.yaml
apiVersion: v1
kind: List
items:
- {apiVersion: v1, kind: ConfigMap, metadata: {name: l1}, data: {a: b}}
- {apiVersion: v1, kind: ConfigMap, metadata: {name: l2}, data: {a: b}}
#end
#file odd.yaml
{apiVersion: v1, kind: ConfigMap, metadata: {name: l1}, data: {a: c}, odd: 1}
#end
#file web.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, annotations: {kubernetes.io/change-cause: first}}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: "nginx:1.25"}]}
---
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: ds}
spec:
  selector: {matchLabels: {app: ds}}
  template:
    metadata: {labels: {app: ds}}
    spec: {containers: [{name: c, image: "nginx:1.25"}]}
---
apiVersion: v1
kind: Pod
metadata: {name: own}
spec:
  schedulingGates: [{name: a.b/c}]
  containers: [{name: c, image: nginx}]
  volumes:
  - name: e
    ephemeral:
      volumeClaimTemplate:
        metadata: {labels: {a: b, c: d}, annotations: {x: z}}
        spec: {accessModes: [ReadWriteOnce], storageClassName: standard, resources: {requests: {storage: 1Gi}}}
#end
kubectl create deployment x --image=nginx --port=80 --dry-run=client -o json
kubectl create -f list.yaml --dry-run=client -o json | head -4
kubectl create configmap c --from-literal=b=1 --save-config && kubectl get cm c -o jsonpath='{.metadata.annotations}'
kubectl create configmap c --append-hash --dry-run=client -o name
kubectl create deployment x --image=nginx --dry-run -o name
kubectl create deployment x --image=nginx --dry-run=true -o name
kubectl create clusterrole r --verb=fly --non-resource-url=/x
kubectl run x --image=nginx --expose --port=80 --dry-run=client -o yaml | grep -A1 -e ---
kubectl run x --image=nginx --overrides='{"a":' --override-type=json
echo '{"a"' | kubectl create -f -
echo 'a: {' | kubectl create -f -
kubectl apply -f web.yaml
kubectl apply -f list.yaml -o yaml | tail -3
kubectl describe pod own | grep -A6 StorageClass
kubectl describe pod we | tail -1 | wc -w
kubectl describe crd
# Kinds.
kubectl get pods.v1
kubectl get pods.v1.
kubectl get pods,
kubectl get ev nope
kubectl get cm,node -A -o wide | tail -4
kubectl get po,cm --server-print=false | tail -7
kubectl get pod a b -w
# Taints.
kubectl taint node node1 k=v:NoSchedule l=v:NoSchedule
kubectl taint node node1 k=w:NoSchedule l=w:NoSchedule
kubectl taint po x k=w:NoSchedule
kubectl taint node/node1 k=w:NoSchedule
kubectl taint node node1 m=w:NoSchedule --all
kubectl taint node --all -l a=b m=w:NoSchedule
# Printers of their own.
kubectl label cm l1 l2 z=1 -o yaml | grep -c -e ---
kubectl annotate cm l1 l2 z=1 -o yaml | grep -c -e ---
kubectl patch cm l1 l2 -p '{"data":{"z":"1"}}' -o yaml | grep -c -e ---
kubectl patch cm l1 -p '{"data":{"z":"2"}}' --dry-run=server
# Rollouts.
kubectl set image deploy/web web=nginx:1.26
kubectl set image ds/ds c=nginx:1.26
kubectl rollout history deploy/web --revision=1
kubectl rollout undo ds/ds --dry-run=client
kubectl rollout history rs -l app=web
kubectl rollout status rs -l app=web
kubectl rollout > /dev/null
kubectl certificate > /dev/null
# Others.
kubectl set env deploy/web A=1 -c 'e*'
echo A=9 | kubectl set env deploy/web -e - --dry-run=client -o jsonpath='{.spec.template.spec.containers[*].env}'
kubectl set env cm/l1 --list
kubectl apply view-last-applied deploy/web -o json | head -3
kubectl create deployment bare --image=nginx
kubectl apply view-last-applied deploy/bare
kubectl events --for nope/x
kubectl events -o name
kubectl diff -f odd.yaml | tail -1
kubectl alpha
kubectl get resourceslices --field-selector=spec.nodeName=node1
kubectl get resourceslices --field-selector=spec.pool.name=a
kubectl events -o json | head -4
kubectl wait pod own --for=condition=Ready --timeout=1s
kubectl wait pod/own deploy/web --for=jsonpath='{.metadata.name}'=web --timeout=1s
