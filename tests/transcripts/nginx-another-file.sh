# An nginx that is told to begin with another file than its image's, in which stands what it answers.
#file nginx.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: conf}
data:
  my.conf: |
    events {}
    http {
      server {
        listen 8080;
        location / { return 200 "$request_uri on $hostname\n"; }
        location = /healthz { return 204; }
        location /old { return 301 http://$host/new; }
        location /none { return 404; }
      }
    }
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
kubectl apply -f nginx.yaml; sleep 5; kubectl exec mine -- curl -s localhost:8080/a
for path in healthz old none; do kubectl exec mine -- curl -s -o /dev/null -w '%{http_code}\n' localhost:8080/$path; done; kubectl exec mine -- curl -sI localhost:8080/old
kubectl exec mine -- nginx -t -c /conf/my.conf; kubectl exec mine -- nginx -t; kubectl exec mine -- curl -s localhost
kubectl logs none; kubectl get pod none
