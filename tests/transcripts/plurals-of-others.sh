# Kinds that a definition makes and that are called like the server's own: nothing is done with them that is done with those.
#rbac
#file crds.yaml
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: namespaces.example.com}
spec:
  group: example.com
  names: {kind: Room, plural: namespaces, singular: room}
  scope: Namespaced
  versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}}]
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: persistentvolumeclaims.example.com}
spec:
  group: example.com
  names: {kind: Wish, plural: persistentvolumeclaims, singular: wish}
  scope: Namespaced
  versions:
  - name: v1
    served: true
    storage: true
    subresources: {status: {}}
    schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: services.example.com}
spec:
  group: example.com
  names: {kind: Service, plural: services, singular: service}
  scope: Namespaced
  versions:
  - name: v1
    served: true
    storage: true
    subresources: {status: {}}
    schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: selfsubjectreviews.example.com}
spec:
  group: example.com
  names: {kind: SelfSubjectReview, plural: selfsubjectreviews, singular: selfsubjectreview}
  scope: Namespaced
  versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}}]
#end
#file objects.yaml
apiVersion: example.com/v1
kind: Room
metadata: {name: default}
---
apiVersion: example.com/v1
kind: Wish
metadata: {name: w}
spec: {}
---
apiVersion: example.com/v1
kind: Service
metadata: {name: s}
spec: {}
---
apiVersion: example.com/v1
kind: SelfSubjectReview
metadata: {name: r}
#end
kubectl create -f crds.yaml; sleep 2
kubectl create -f objects.yaml
kubectl get services.example.com
kubectl get room,wish,services.example.com,selfsubjectreviews.example.com -o jsonpath='{range .items[*]}{.kind} {.metadata.finalizers} {.spec} {.status}{"\n"}{end}'
kubectl patch services.example.com s --subresource=status --type=merge -p '{"status":{"loadBalancer":{"ingress":[{}]}}}'
kubectl delete -f objects.yaml --timeout=5s
