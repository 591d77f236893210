# The server answers at the version that an object was sent at.
#file customresourcedefinition-0.yaml
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: as.x.y}
spec:
  group: x.y
  names: {plural: as, kind: A}
  scope: Namespaced
  versions:
    - {name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}
    - {name: v1beta1, served: true, storage: false, schema: {openAPIV3Schema: {type: object}}}
#end
#file a-1.yaml
apiVersion: x.y/v1beta1
kind: A
metadata: {name: k}
#end
#file a-2.yaml
apiVersion: x.y/v1beta1
kind: A
metadata: {name: k, labels: {a: b}}
#end
#file a-3.yaml
apiVersion: x.y/v1beta1
kind: A
metadata: {name: k, labels: {a: c}}
#end
#file horizontalpodautoscaler-4.yaml
apiVersion: autoscaling/v1
kind: HorizontalPodAutoscaler
metadata: {name: x}
spec: {maxReplicas: 3, targetCPUUtilizationPercentage: 50, scaleTargetRef: {kind: Deployment, name: x, apiVersion: apps/v1}}
#end
kubectl create -f customresourcedefinition-0.yaml
kubectl create -f a-1.yaml -o jsonpath='{.apiVersion} {.metadata.labels}{"\n"}'
kubectl replace -f a-2.yaml -o jsonpath='{.apiVersion} {.metadata.labels}{"\n"}'
kubectl apply -f a-3.yaml -o jsonpath='{.apiVersion} {.metadata.labels}{"\n"}'
kubectl create -f horizontalpodautoscaler-4.yaml -o yaml
kubectl label -f horizontalpodautoscaler-4.yaml a=b -o jsonpath='{.apiVersion}{"\n"}'; kubectl annotate -f horizontalpodautoscaler-4.yaml a=b -o jsonpath='{.apiVersion}{"\n"}'; kubectl patch -f horizontalpodautoscaler-4.yaml -p '{"spec":{"maxReplicas":4}}' -o jsonpath='{.apiVersion} {.spec.targetCPUUtilizationPercentage}{"\n"}'; kubectl label -f a-3.yaml d=e -o jsonpath='{.apiVersion} {.metadata.labels}{"\n"}'
