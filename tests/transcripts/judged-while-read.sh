# What the server says of bodies while it reads them, and of subresources that a kind of one's own does not have.
#file endpoints.yaml
apiVersion: v1
kind: Endpoints
metadata:
  name: e
subsets:
- addresses: [{ip: nowhere, port: 80}]
#end
#file secret.yaml
apiVersion: v1
kind: Secret
metadata:
  name: s
data:
  listed: [a, b]
#end
#file unset.yaml
apiVersion: v1
kind: Secret
metadata:
  name: s
data:
  unset:
#end
#file crd.yaml
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: lists.example.com
spec:
  group: example.com
  scope: Namespaced
  names: {plural: lists, kind: List}
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec: {type: array, items: {type: string, maxLength: long}}
#end
#file things.yaml
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: things.example.com
spec:
  group: example.com
  scope: Namespaced
  names: {plural: things, kind: Thing}
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema:
        type: object
        properties:
          parts:
            type: array
            x-kubernetes-list-type: map
            x-kubernetes-list-map-keys: [name]
            items: {type: object, required: [name], properties: {name: {type: string}}}
#end
#file thing.yaml
apiVersion: example.com/v1
kind: Thing
metadata: {name: t}
parts: [{name: a}, b]
#end
kubectl create -f endpoints.yaml --validate=warn
kubectl create -f secret.yaml
kubectl create -f unset.yaml && kubectl get secret s -o jsonpath='{.data}{"\n"}'
kubectl create -f crd.yaml
kubectl create -f things.yaml
kubectl create -f thing.yaml --validate=ignore
sed 's/, b\]/]/' thing.yaml > right.yaml; kubectl create -f right.yaml
kubectl scale thing t --replicas=2
kubectl patch thing t --subresource=status --type=merge -p '{}'
kubectl get thing t --subresource=status
kubectl patch secret s --subresource=status -p '{}'
