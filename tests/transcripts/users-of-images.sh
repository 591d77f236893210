# An image runs as the user that it names, which is known not to be root by a number alone.
#file p.yaml
apiVersion: v1
kind: Pod
metadata: {name: u}
spec:
  securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
  containers: [{name: c, image: nginxinc/nginx-unprivileged:1.27, securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}, ports: [{containerPort: 8080}], readinessProbe: {httpGet: {port: 8080, path: /}}}]
---
apiVersion: v1
kind: Pod
metadata: {name: v}
spec:
  securityContext: {runAsNonRoot: true}
  containers: [{name: c, image: memcached:1.6}]
---
apiVersion: v1
kind: Pod
metadata: {name: w}
spec:
  securityContext: {runAsNonRoot: true}
  containers: [{name: c, image: registry.k8s.io/pause:3.10}]
---
apiVersion: v1
kind: Pod
metadata: {name: r}
spec:
  securityContext: {runAsNonRoot: true}
  containers: [{name: c, image: nginx}]
---
apiVersion: v1
kind: Pod
metadata: {name: b}
spec:
  securityContext: {runAsNonRoot: true}
  containers: [{name: c, image: bitnami/redis}]
---
apiVersion: v1
kind: Pod
metadata: {name: k}
spec:
  containers: [{name: c, image: curlimages/curl, command: [sh, -c, "id; whoami; touch /x; touch /tmp/x && echo ok; sleep 1000"]}]
#end
kubectl apply -f p.yaml
sleep 9
kubectl get pods
kubectl exec u -- id
kubectl exec b -- id
kubectl exec b -- redis-cli set a b
kubectl logs k
kubectl get events | grep Warn
