# What keeps nginx from starting: a port that another container of its pod has, a user that is not root, files that it may not change.
#file pods.yaml
apiVersion: v1
kind: Pod
metadata: {name: port}
spec: {containers: [{name: first, image: nginx}, {name: second, image: nginx}]}
---
apiVersion: v1
kind: Pod
metadata: {name: user}
spec: {securityContext: {runAsUser: 1000}, containers: [{name: c, image: nginx}]}
---
apiVersion: v1
kind: Pod
metadata: {name: read-only}
spec: {containers: [{name: c, image: nginx, securityContext: {readOnlyRootFilesystem: true}}]}
---
apiVersion: v1
kind: Pod
metadata: {name: half-writable}
spec:
  containers: [{name: c, image: nginx, securityContext: {readOnlyRootFilesystem: true}, volumeMounts: [{name: cache, mountPath: /var/cache/nginx}]}]
  volumes: [{name: cache, emptyDir: {}}]
---
apiVersion: v1
kind: Pod
metadata: {name: writable}
spec:
  containers:
  - name: c
    image: nginx
    securityContext: {readOnlyRootFilesystem: true}
    volumeMounts: [{name: cache, mountPath: /var/cache/nginx}, {name: run, mountPath: /var/run}]
  volumes: [{name: cache, emptyDir: {}}, {name: run, emptyDir: {}}]
---
apiVersion: v1
kind: Pod
metadata: {name: no-chown}
spec: {containers: [{name: c, image: nginx, securityContext: {capabilities: {drop: [ALL]}}}]}
---
apiVersion: v1
kind: Pod
metadata: {name: unprivileged}
spec: {securityContext: {runAsNonRoot: true}, containers: [{name: c, image: nginxinc/nginx-unprivileged}]}
#end
kubectl apply -f pods.yaml
sleep 12
kubectl get pods --sort-by=.metadata.name
kubectl logs port -c second --previous
for p in user read-only half-writable no-chown; do kubectl logs $p --previous; done
kubectl exec writable -- sh -c 'ls /var/cache/nginx; cat /var/run/nginx.pid'
kubectl logs unprivileged
