# Versions of a kind whose schemas differ, and the two of the autoscaler.
#file box.yaml
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: boxes.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {plural: boxes, singular: box, kind: Box}
  versions:
  - name: v1beta1
    served: true
    storage: false
    schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {host: {type: string, default: here}, size: {type: integer, maximum: 3}}}}}}
  - name: v1
    served: true
    storage: true
    schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {hostPort: {type: string, default: "here:80"}, size: {type: integer, maximum: 9}}}}}}
#end
#file h.yaml
apiVersion: autoscaling/v1
kind: HorizontalPodAutoscaler
metadata: {name: h}
spec: {maxReplicas: 3, targetCPUUtilizationPercentage: 50, scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: d}}
#end
kubectl apply -f box.yaml
sleep 1
echo '{"apiVersion": "example.com/v1beta1", "kind": "Box", "metadata": {"name": "old"}, "spec": {"host": "a", "size": 2}}' | kubectl create --raw /apis/example.com/v1beta1/namespaces/default/boxes -f - | grep -o '"spec.*'
echo '{"apiVersion": "example.com/v1beta1", "kind": "Box", "metadata": {"name": "large"}, "spec": {"size": 4}}' | kubectl create --raw /apis/example.com/v1beta1/namespaces/default/boxes -f -
echo '{"apiVersion": "example.com/v1", "kind": "Box", "metadata": {"name": "large"}, "spec": {"size": 4}}' | kubectl create --raw /apis/example.com/v1/namespaces/default/boxes -f - | grep -o '"spec.*'
kubectl get --raw /apis/example.com/v1beta1/namespaces/default/boxes/old | grep -o '"spec.*'
kubectl get --raw /apis/example.com/v1/namespaces/default/boxes/old | grep -o '"spec.*'
kubectl get --raw /apis/example.com/v1beta1/namespaces/default/boxes | grep -o '"spec[^}]*'
kubectl get boxes old -o jsonpath='{.apiVersion} {.spec}{"\n"}'
kubectl apply -f h.yaml
kubectl get hpa h -o yaml --show-managed-fields | sed -n '/managedFields/,/time:/p'
kubectl get --raw /apis/autoscaling/v1/namespaces/default/horizontalpodautoscalers/h | grep -o '"spec.*'
