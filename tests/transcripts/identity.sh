# What makes an object the one it is cannot be changed: a patch is told so, and a replacement of another object conflicts.
#file configmap-0.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: c}
data: {a: b}
#end
#file configmap-1.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: c, uid: q}
data: {b: b}
#end
#file configmap-2.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: c, uid: q}
data: {a: c}
#end
#file configmap-3.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: c, uid: q}
data: {a: c}
#end
#file customresourcedefinition-4.yaml
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: boats.fleet.example.com}
spec:
  group: fleet.example.com
  scope: Namespaced
  names: {plural: boats, singular: boat, kind: Boat, listKind: BoatList}
  versions:
  - {name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}}
#end
#file boat-5.yaml
apiVersion: fleet.example.com/v1
kind: Boat
metadata: {name: b}
#end
kubectl create -f configmap-0.yaml
kubectl patch cm c -p '{"metadata":{"uid":"q"}}'
kubectl patch cm c --type=json -p '[{"op":"replace","path":"/metadata/uid","value":"q"}]'
kubectl patch cm c --type=json -p '[{"op":"remove","path":"/metadata/uid"}]'
kubectl patch cm c -p '{"metadata":{"creationTimestamp":"2020-01-01T00:00:00Z","generation":7,"selfLink":"x","deletionTimestamp":"2020-01-01T00:00:00Z"}}'
kubectl apply --server-side -f configmap-1.yaml
kubectl replace -f configmap-2.yaml
kubectl apply -f configmap-3.yaml
kubectl get cm c -o jsonpath='{.metadata.uid} {.data}'
kubectl patch cm c -p '{"metadata":{"deletionTimestamp":"2020-01-01T00:00:00Z"}}'
kubectl patch cm c -p '{"metadata":{"deletionGracePeriodSeconds":5}}'
kubectl create deploy d --image=nginx --replicas=0
kubectl patch deploy d --type=merge -p '{"metadata":{"uid":"q"},"spec":{"replicas":-1}}'
kubectl patch deploy d --type=merge --subresource=status -p '{"metadata":{"uid":"q"},"status":{"replicas":0}}'
kubectl patch ns corpus -p '{"metadata":{"uid":"q"}}'
kubectl patch priorityclass system-node-critical -p '{"metadata":{"uid":"q"}}'
kubectl create -f customresourcedefinition-4.yaml
kubectl patch crd boats.fleet.example.com -p '{"metadata":{"uid":"q"}}'
kubectl create -f boat-5.yaml
kubectl patch boat b --type=merge -p '{"metadata":{"uid":"q"}}'
kubectl patch boat b --type=merge -p '{"metadata":{"deletionTimestamp":"2020-01-01T00:00:00Z"}}'
kubectl patch boat b --type=merge -p '{"metadata":{"finalizers":["a.b/c"]}}'
kubectl delete boat b --wait=false
kubectl patch boat b --type=merge -p '{"metadata":{"deletionTimestamp":"2020-01-01T00:00:00Z","deletionGracePeriodSeconds":9}}'
kubectl patch boat b --type=merge -p '{"metadata":{"deletionTimestamp":null,"deletionGracePeriodSeconds":null,"labels":{"a":"b"}}}'
