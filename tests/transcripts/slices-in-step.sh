# EndpointSlices follow each change of a pod, also where its controller goes on at once: a pod that is ready and the next one's end are two
# changes. Each of three pods that are replaced makes four: it ends, it is gone, the new one has an address, it is ready.
#file sts.yaml
apiVersion: v1
kind: Service
metadata: {name: db}
spec: {clusterIP: None, selector: {app: db}, ports: [{port: 80}]}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db}
spec:
  serviceName: db
  replicas: 3
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db}}
    spec:
      terminationGracePeriodSeconds: 1
      containers: [{name: c, image: nginx, readinessProbe: {exec: {command: ["true"]}, initialDelaySeconds: 2, periodSeconds: 1}}]
#end
kubectl apply -f sts.yaml
kubectl rollout status statefulset/db | tail -1
kubectl get endpointslices -l kubernetes.io/service-name=db -o jsonpath='{.items[0].metadata.generation}'; echo
kubectl set image statefulset/db c=nginx:1.27
kubectl rollout status statefulset/db | tail -1
kubectl get endpointslices -l kubernetes.io/service-name=db -o jsonpath='{.items[0].metadata.generation}'; echo
