# An nginx that is told to begin with another file than its image's.
#file nginx.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: conf}
data:
  my.conf: |
    events {}
    http { server { listen 8080; location / { return 200 "mine\n"; } } }
---
apiVersion: v1
kind: Pod
metadata: {name: mine}
spec:
  volumes: [{name: conf, configMap: {name: conf}}]
  containers:
  - name: nginx
    image: nginx
    command: [nginx, -g, daemon off;, -c, /conf/my.conf]
    volumeMounts: [{name: conf, mountPath: /conf}]
---
apiVersion: v1
kind: Pod
metadata: {name: none}
spec:
  restartPolicy: Never
  containers: [{name: nginx, image: nginx, command: [nginx, -c, my.conf]}]
#end
kubectl apply -f nginx.yaml; sleep 5; kubectl exec mine -- curl -s localhost:8080
kubectl exec mine -- nginx -t -c /conf/my.conf; kubectl exec mine -- nginx -t; kubectl exec mine -- curl -s localhost
kubectl logs none; kubectl get pod none
