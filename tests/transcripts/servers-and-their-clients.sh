# Servers as their entry points start them, and the programs by which probes and those that wait see whether they are there.
#file servers.yaml
apiVersion: v1
kind: Pod
metadata: {name: db, labels: {app: db}}
spec:
  containers:
  - {name: c, image: "postgres:16", args: ["-c", "max_connections=200"], env: [{name: POSTGRES_PASSWORD, value: x}], readinessProbe: {exec: {command: [pg_isready, -U, postgres]}}}
---
apiVersion: v1
kind: Pod
metadata: {name: mongo}
spec:
  containers:
  - {name: c, image: "mongo:7", args: [--replSet, rs0], readinessProbe: {exec: {command: [mongosh, --quiet, --eval, 'db.adminCommand("ping")']}}}
---
apiVersion: v1
kind: Pod
metadata: {name: queue}
spec:
  containers:
  - {name: c, image: "rabbitmq:4-management", readinessProbe: {exec: {command: [rabbitmq-diagnostics, -q, ping]}}, livenessProbe: {httpGet: {port: 15672}}}
---
apiVersion: v1
kind: Pod
metadata: {name: cache}
spec:
  containers:
  - {name: c, image: "redis:7", args: ["--save", "", "--requirepass", "x"], readinessProbe: {exec: {command: [redis-cli, ping]}}}
---
apiVersion: v1
kind: Pod
metadata: {name: waits}
spec:
  initContainers:
  - {name: wait, image: "postgres:16", command: [sh, -c, "until pg_isready -h db -p 5432; do sleep 5; done"]}
  containers: [{name: c, image: "nginx"}]
#end
kubectl apply -f servers.yaml
sleep 30
kubectl get pods
kubectl logs waits -c wait | sort -u
kubectl expose pod db --port=5432
sleep 15
kubectl logs waits -c wait | tail -1
kubectl get pod waits
kubectl exec db -- pg_isready
kubectl exec db -- psql -h 127.0.0.1 -p 1 -c 'select 1'; echo $?
kubectl exec mongo -- mongosh mongodb://root:x@localhost:1/admin; echo $?
kubectl exec queue -- rabbitmq-diagnostics ping
# A kernel parameter can be set by whoever may do everything.
kubectl run sysctl --image=busybox --privileged --restart=Never -- sysctl -w vm.max_map_count=262144
kubectl run plain --image=busybox --restart=Never -- sysctl -w vm.max_map_count=262144
sleep 5
kubectl logs sysctl; kubectl logs plain
kubectl run writer --image=busybox --restart=Never -- sh -c 'echo 1 > /proc/sys/vm/max_map_count'
sleep 5; kubectl logs writer
# What else they are asked is not simulated, which they say.
kubectl exec mongo -- mongosh --quiet --eval 'db.users.find()'
kubectl exec queue -- rabbitmqctl list_queues
