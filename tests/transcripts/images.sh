# Redis with a configuration, nginx that listens where it is told, pi, and what a Service's echo sees.
#file redis.yaml
kind: ConfigMap
apiVersion: v1
metadata: {name: conf}
data:
  conf: |
    maxmemory 2mb
    maxmemory-policy allkeys-lru
---
kind: Pod
apiVersion: v1
metadata: {name: redis}
spec:
  containers:
  - name: redis
    image: redis
    command: [redis-server, /conf/redis.conf, --appendonly, "yes"]
    volumeMounts: [{name: conf, mountPath: /conf}]
  volumes: [{name: conf, configMap: {name: conf, items: [{key: conf, path: redis.conf}]}}]
---
kind: ConfigMap
apiVersion: v1
metadata: {name: site}
data:
  site.conf: |
    server { listen 8080; # not the usual one
      location / { root /srv; } }
---
kind: Pod
apiVersion: v1
metadata: {name: nginx}
spec:
  containers:
  - name: nginx
    image: nginx
    volumeMounts: [{name: site, mountPath: /etc/nginx/conf.d}]
  volumes: [{name: site, configMap: {name: site}}]
#end
kubectl apply -f redis.yaml
kubectl run echo --image=registry.k8s.io/echoserver:1.10 --port=8080; kubectl expose pod echo --port=80 --target-port=8080
kubectl run text --image=hashicorp/http-echo -- -text=100%cats -listen=:5000
kubectl create job pi --image=perl:5.34 -- perl -Mbignum=bpi -wle 'print bpi(40)'
sleep 3; kubectl exec redis -- redis-cli config get 'max*'
kubectl exec redis -- sh -c 'redis-cli config set maxmemory 1kb; redis-cli config get maxmemory appendonly'
kubectl run bad --image=redis --restart=Never -- redis-server /none.conf; sleep 2; kubectl logs bad
kubectl exec nginx -- sh -c 'echo here > /srv/index.html; curl -s localhost:8080; curl localhost'
kubectl logs job/pi; kubectl get job pi --no-headers | cut -c1-20
kubectl exec redis -- curl -s 'http://echo/a?b=1' | grep -E 'method|path|query|agent'
test $(kubectl exec redis -- curl -s echo | grep client_address | cut -d= -f2) = $(kubectl get pod redis -o jsonpath={.status.podIP}) && echo its own address
kubectl exec text -- curl -s localhost:5000
kubectl run late --image=nginx --overrides='{"spec":{"nodeSelector":{"no":"node"}}}'; kubectl exec late -- ls
kubectl run debugged --image=registry.k8s.io/pause:3.1; sleep 2; kubectl exec debugged -- sh
kubectl create deployment hello --image=gcr.io/google-samples/hello-app:2.0 --replicas=2; kubectl expose deployment hello --port=80 --target-port=8080; sleep 2
kubectl exec redis -- sh -c 'curl -s hello | head -2; dig +short hello.default.svc.cluster.local | wc -l; dig none | grep -o "status: [A-Z]*"; host none'
