# A probe follows redirects within the pod; what leads elsewhere counts as an answer, with a warning.
#file pods.yaml
apiVersion: v1
kind: Pod
metadata: {name: within}
spec:
  containers:
  - name: c
    image: registry.k8s.io/e2e-test-images/agnhost:2.53
    args: [liveness]
    livenessProbe: {httpGet: {path: "/redirect?loc=%2Fhealthz", port: 8080}, initialDelaySeconds: 15, failureThreshold: 1}
---
apiVersion: v1
kind: Pod
metadata: {name: elsewhere}
spec:
  containers:
  - name: c
    image: registry.k8s.io/e2e-test-images/agnhost:2.53
    args: [liveness]
    livenessProbe: {httpGet: {path: "/redirect?loc=http%3A%2F%2F0.0.0.0%2F", port: 8080}, initialDelaySeconds: 15, failureThreshold: 1}
---
apiVersion: v1
kind: Pod
metadata: {name: round}
spec:
  containers:
  - name: c
    image: registry.k8s.io/e2e-test-images/agnhost:2.53
    args: [liveness]
    readinessProbe: {httpGet: {path: "/redirect?loc=%2Fredirect%3Floc%3D%2Fa", port: 8080}, periodSeconds: 30}
---
apiVersion: v1
kind: Pod
metadata: {name: noport}
spec:
  containers:
  - name: c
    image: nginx
    livenessProbe: {tcpSocket: {port: web}, periodSeconds: 30}
---
apiVersion: v1
kind: Pod
metadata: {name: nocommand}
spec:
  containers:
  - name: c
    image: nginx
    livenessProbe: {exec: {command: [healthy]}, periodSeconds: 30}
#end
kubectl apply -f pods.yaml
sleep 35
kubectl get pods
kubectl get events --field-selector type=Warning -o custom-columns=POD:.involvedObject.name,REASON:.reason,MESSAGE:.message,COUNT:.count
