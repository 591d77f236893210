# A ring of Cassandra: ready by its own probe, and seen by its own tool.
#file ring.yaml
kind: Service
apiVersion: v1
metadata: {name: ring}
spec: {clusterIP: None, selector: {app: ring}, ports: [{port: 9042}]}
---
kind: StatefulSet
apiVersion: apps/v1
metadata: {name: c}
spec:
  serviceName: ring
  replicas: 2
  selector: {matchLabels: {app: ring}}
  template:
    metadata: {labels: {app: ring}}
    spec:
      containers:
      - name: c
        image: gcr.io/google-samples/cassandra:v13
        env: [{name: CASSANDRA_SEEDS, value: c-0.ring.default.svc.cluster.local}]
        resources: {limits: {memory: 1Gi}}
        readinessProbe: {exec: {command: [bash, -c, /ready-probe.sh]}, periodSeconds: 2}
        lifecycle: {preStop: {exec: {command: [sh, -c, nodetool drain]}}}
#end
kubectl apply -f ring.yaml; kubectl rollout status sts/c | tail -1
kubectl exec c-0 -- nodetool status | grep -c ^UN
kubectl exec c-0 -- nodetool status | head -4
kubectl delete sts c --cascade=foreground; sleep 4; kubectl get pods
