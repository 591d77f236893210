#metrics
#file a.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: c, image: nginx, resources: {requests: {cpu: 100m}}}]}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: first}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
  maxReplicas: 3
  metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 50}}}]
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: queue}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: other}
  maxReplicas: 3
  metrics:
  - {type: External, external: {metric: {name: jobs, selector: {matchLabels: {q: a}, matchExpressions: [{key: k, operator: In, values: [b, c]}]}}, target: {type: Value, value: "3"}}}
  - {type: Object, object: {metric: {name: hits}, describedObject: {kind: Service, name: s}, target: {type: AverageValue, averageValue: "3"}}}
#end
# Two autoscalers of one target get in each other's way as soon as both have looked; what no adapter serves is named.
kubectl apply -f a.yaml
kubectl create deployment other --image=nginx
sleep 57
kubectl autoscale deployment web --name=second --cpu=50% --max=3
sleep 2
kubectl get hpa first -o 'jsonpath={.status.conditions[*].reason}{"\n"}'
sleep 30
kubectl get hpa first second -o 'jsonpath={range .items[*]}{.metadata.name} {.status.conditions[*].reason}{"\n"}{end}'
kubectl get events --field-selector reason=AmbiguousSelector -o custom-columns=HPA:.involvedObject.name,MESSAGE:.message
kubectl delete hpa second
sleep 16
kubectl get hpa first -o 'jsonpath={.status.conditions[*].reason}{"\n"}'
kubectl get events --field-selector involvedObject.name=queue -o custom-columns=REASON:.reason,MESSAGE:.message
# A container that none of the pods has is one that nothing was measured of.
kubectl patch hpa first --type=merge -p '{"spec": {"metrics": [{"type": "ContainerResource", "containerResource": {"name": "cpu", "container": "none", "target": {"type": "Utilization", "averageUtilization": 50}}}]}}'
sleep 16
kubectl get hpa first -o 'jsonpath={.status.conditions[?(@.type=="ScalingActive")].message}{"\n"}'
