#! Section 3, the rest: gRPC, readiness and the Service's endpoints, and which answers are healthy.
cat > grpc.yaml <<'E'
apiVersion: v1
kind: Pod
metadata: {name: etcd-with-grpc}
spec:
  containers:
  - name: etcd
    image: registry.k8s.io/etcd:3.5.1-0
    command: [/usr/local/bin/etcd, --data-dir, /var/lib/etcd, --listen-client-urls, http://0.0.0.0:2379, --advertise-client-urls, http://127.0.0.1:2379, --log-level, debug]
    ports: [{containerPort: 2379}]
    livenessProbe: {grpc: {port: 2379}, initialDelaySeconds: 10}
---
apiVersion: v1
kind: Pod
metadata: {name: grpc-closed}
spec:
  containers: [{name: c, image: nginx, livenessProbe: {grpc: {port: 2379}, initialDelaySeconds: 5, periodSeconds: 5}}]
---
apiVersion: v1
kind: Pod
metadata: {name: grpc-is-http}
spec:
  containers: [{name: c, image: nginx, readinessProbe: {grpc: {port: 80}, initialDelaySeconds: 5, timeoutSeconds: 3}}]
E
kubectl create -f grpc.yaml
sleep 27
kubectl get pods
cat > web.yaml <<'E'
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - {name: c, image: busybox, command: [sh, -c, 'touch /tmp/ready; httpd -f -p 8080 -h /tmp'], readinessProbe: {exec: {command: [cat, /tmp/ready]}, periodSeconds: 5}}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}
E
kubectl create -f web.yaml
kubectl rollout status deployment/web | tail -n 1
ready() { kubectl get endpoints web -o jsonpath='{.subsets[*].addresses[*].targetRef.name}' 2> /dev/null | wc -w; kubectl get endpointslices -l kubernetes.io/service-name=web -o jsonpath='{.items[*].endpoints[*].conditions.ready}{"\n"}' | tr ' ' '\n' | sort; }
ready
pod=$(kubectl get pods -l app=web -o name | head -n 1)
kubectl exec $pod -- rm /tmp/ready
sleep 18
ready
kubectl get pods -l app=web
kubectl exec $pod -- touch /tmp/ready
sleep 8
ready
for code in 200 204 301 399 400 404 500; do printf 'apiVersion: v1\nkind: Pod\nmetadata: {name: code-%s}\nspec:\n  containers:\n  - name: c\n    image: busybox\n    command: [sh, -c, "while true; do printf \\"HTTP/1.1 %s X\\\\r\\\\nContent-Length: 0\\\\r\\\\n\\\\r\\\\n\\" | nc -l -p 8080; done"]\n    livenessProbe: {httpGet: {port: 8080}, periodSeconds: 5, initialDelaySeconds: 2}\n' $code $code | kubectl create -f -; done
sleep 14
kubectl get events --field-selector reason=Unhealthy -o custom-columns=M:.message | sed 's/10.244.[0-9.]*/IP/g'
cat > startup.yaml <<'E'
apiVersion: v1
kind: Pod
metadata: {name: slow-start}
spec:
  containers:
  - name: c
    image: busybox
    command: [sh, -c, 'sleep 20; touch /tmp/up; sleep 3600']
    startupProbe: {exec: {command: [test, -f, /tmp/up]}, periodSeconds: 5, failureThreshold: 6}
    livenessProbe: {exec: {command: [test, -f, /tmp/up]}, periodSeconds: 1, failureThreshold: 1}
E
kubectl create -f startup.yaml
sleep 15
kubectl get pod slow-start
sleep 20
kubectl get pod slow-start
