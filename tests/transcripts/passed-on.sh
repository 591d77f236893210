# An nginx that passes requests on to a Service: the frontend of the tutorials, and one that is configured; what else nginx does.
#file backend.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: backend}
spec:
  replicas: 2
  selector: {matchLabels: {app: hello, tier: backend}}
  template:
    metadata: {labels: {app: hello, tier: backend}}
    spec:
      containers:
      - {name: hello, image: "gcr.io/google-samples/hello-go-gke:1.0", ports: [{name: http, containerPort: 80}]}
---
apiVersion: v1
kind: Service
metadata: {name: hello}
spec: {selector: {app: hello, tier: backend}, ports: [{port: 80, targetPort: http}]}
#end
#file frontend.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: frontend}
spec:
  selector: {matchLabels: {app: hello, tier: frontend}}
  template:
    metadata: {labels: {app: hello, tier: frontend}}
    spec:
      containers:
      - name: nginx
        image: gcr.io/google-samples/hello-frontend:1.0
        lifecycle: {preStop: {exec: {command: [/usr/sbin/nginx, -s, quit]}}}
---
apiVersion: v1
kind: Service
metadata: {name: frontend}
spec: {type: NodePort, selector: {app: hello, tier: frontend}, ports: [{port: 80, nodePort: 30080}]}
#end
#file lifecycle.yaml
apiVersion: v1
kind: Pod
metadata: {name: lifecycle-demo}
spec:
  containers:
  - name: c
    image: nginx
    lifecycle: {preStop: {exec: {command: [/bin/sh, -c, "nginx -s quit; while killall -0 nginx; do sleep 1; done"]}}}
#end
#file own.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: conf}
data:
  default.conf: |
    server {
      listen 8080;
      location / { root /usr/share/nginx/html; }
      location /api/ { proxy_pass http://hello:80; }
      location /nobody { proxy_pass http://10.96.99.99:81; }
    }
---
apiVersion: v1
kind: Pod
metadata: {name: own}
spec:
  containers: [{name: nginx, image: "nginx:1.27", volumeMounts: [{name: conf, mountPath: /etc/nginx/conf.d}]}]
  volumes: [{name: conf, configMap: {name: conf}}]
#end
kubectl apply -f backend.yaml -f frontend.yaml -f own.yaml; sleep 6
curl http://node1:30080; curl -sI http://node1:30080/any?thing
kubectl exec own -- sh -c 'curl -s localhost:8080 | grep title; curl -s localhost:8080/api/x; curl -s -w "%{http_code} after %{time_total}\n" -o /dev/null localhost:8080/nobody'
kubectl logs -l tier=frontend --tail=2
kubectl scale deployment backend --replicas=0; sleep 3
curl -s -o /dev/null -w '%{http_code}\n' http://node1:30080; curl -s http://node1:30080
kubectl delete pod -l tier=frontend; kubectl get pods -l tier=frontend -o jsonpath='{.items[*].status.phase}{"\n"}'
# A load balancer asks each node whether it has endpoints of a Service with local traffic.
kubectl create deployment source-ip-app --image=registry.k8s.io/echoserver:1.10; sleep 3
kubectl expose deployment source-ip-app --name=loadbalancer --port=80 --target-port=8080 --type=LoadBalancer --overrides='{"spec":{"externalTrafficPolicy":"Local","healthCheckNodePort":32122}}'
N=$(kubectl get pod -l app=source-ip-app -o jsonpath='{.items[0].spec.nodeName}'); curl -si $N:32122/healthz; echo; for n in node1 node2 node3; do curl -s -o /dev/null -w '%{http_code}\n' $n:32122/healthz; done | sort
N=$(kubectl get pod -l app=source-ip-app -o jsonpath='{.items[0].spec.nodeName}'); kubectl run asker --image=busybox --restart=Never -- wget -qO- "$(kubectl get node $N -o jsonpath='{.status.addresses[0].address}'):32122"; sleep 3; kubectl logs asker | tail -3; echo
minikube ssh; iptables-save | grep hostnames; make keys; podman ps
# The one that serves is told to end, or to read its configuration anew.
kubectl apply -f lifecycle.yaml; sleep 4; kubectl exec lifecycle-demo -- sh -c '/usr/sbin/nginx -v; nginx -t; nginx -s nope; echo $?; nginx; echo $?'
kubectl exec lifecycle-demo -- sh -c 'echo "server { root /tmp; }" > /etc/nginx/conf.d/default.conf; echo mine > /tmp/index.html; nginx -s reload; sleep 1; curl -s localhost; echo "server { listen 8080; }" > /etc/nginx/conf.d/default.conf; nginx -s reload; sleep 1; curl -s localhost:8080 | grep title; curl localhost'; kubectl logs lifecycle-demo --tail=3
A=$(date +%s); kubectl delete pod lifecycle-demo; echo $(($(date +%s) - A)); kubectl run idle --image=nginx --restart=Never --command -- nginx -s quit; sleep 3; kubectl logs idle
kubectl run follower --image=us-docker.pkg.dev/google-samples/containers/gke/gb-redis-follower:v2; sleep 3; kubectl exec follower -- redis-cli get a
# What is not finished is refused, and a reload leaves everything as it is.
kubectl run broken --image=nginx; sleep 2; kubectl exec broken -- sh -c 'echo "server { listen 80" > /etc/nginx/conf.d/default.conf; nginx -t; echo $?; nginx -s reload; sleep 1; curl -s localhost | grep -c title'; kubectl logs broken --tail=1
# Each server has its ports, its root and its locations; what is passed on may have nothing in it.
kubectl run two --image=nginx; sleep 3; kubectl exec two -- sh -c 'echo "server { listen 81; location / { proxy_pass http://hello; } } server { listen 82; root /srv; }" > /etc/nginx/conf.d/a.conf; echo mine > /srv/index.html; nginx -s reload; sleep 1; curl -s localhost | grep title; curl -s localhost:82; curl -s -d @/dev/null -o /dev/null -w "%{http_code}\n" localhost:81'
kubectl exec two -- sh -c 'cd /etc/nginx; echo "server { listen 80; }" > nginx.conf; nginx -t; rm nginx.conf; nginx -t'
# Whoever is passed on to must be known when nginx starts.
kubectl delete service hello; kubectl run early --image=gcr.io/google-samples/hello-frontend:1.0; sleep 9; kubectl get pod early --no-headers | tr -s ' ' | cut -d ' ' -f 1-3; kubectl logs early; sleep 3
kubectl apply -f backend.yaml; sleep 30; kubectl get pod early --no-headers | tr -s ' ' | cut -d ' ' -f 1-3; kubectl exec early -- curl -s localhost
# One that listens nowhere is told all the same.
kubectl run none --image=nginx; sleep 3; kubectl exec none -- sh -c 'cd /etc/nginx/conf.d; > default.conf; nginx -s reload; sleep 1; curl -s localhost; echo $?; echo "server { }" > default.conf; nginx -s reload; sleep 1; curl -s localhost | grep title'
# Requests that are passed on do not wait for each other, and what is read anew must be found too.
kubectl run front --image=nginx; for n in a b; do kubectl run slow-$n --image=busybox --restart=Never -- sh -c 'sleep 20; (sleep 6; printf "HTTP/1.0 200 OK\r\n\r\ndone\n") | nc -l -p 80'; done; sleep 5
for n in a b; do kubectl exec front -- sh -c "echo 'server { listen 8$n; location / { proxy_pass http://$(kubectl get pod slow-$n -o jsonpath='{.status.podIP}'); } }' | sed 's/8a/81/; s/8b/82/' > /etc/nginx/conf.d/$n.conf"; done; kubectl exec front -- nginx -s reload; sleep 16
kubectl exec front -- sh -c 'date +%s > began; curl -s localhost:81 > a & curl -s localhost:82 > b; wait; cat a b; expr $(date +%s) - $(cat began)'
kubectl exec front -- sh -c 'cd /etc/nginx/conf.d; rm a.conf b.conf; echo "server { listen 84; location / { proxy_pass http://127.0.0.1:84; } } server { listen 85; location / { proxy_pass http://[::1]; } }" > d.conf; nginx -s reload; sleep 1; curl -s -o /dev/null -w "%{http_code}\n" localhost:84; curl -s localhost:85 | grep title'; kubectl logs front | grep -c alert
kubectl exec front -- sh -c 'echo "server { listen 83; location / { proxy_pass http://nobody; } }" > /etc/nginx/conf.d/c.conf; nginx -s reload; sleep 1; curl -s -o /dev/null -w "%{http_code}\n" localhost; curl localhost:83'; kubectl logs front --tail=2 | head -1
# What is looked up for one reload is given up at the next.
#file deaf.yaml
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: deaf}
spec: {podSelector: {matchLabels: {run: deaf}}, policyTypes: [Egress]}
#end
kubectl apply -f deaf.yaml; kubectl run deaf --image=nginx; sleep 3; kubectl exec deaf -- sh -c 'cd /etc/nginx/conf.d; echo "server { listen 83; location / { proxy_pass http://nobody; } }" > c.conf; nginx -s reload; sleep 1; echo "server { listen 84; }" > c.conf; nginx -s reload; sleep 70; curl -s localhost:84 | grep title'; kubectl logs deaf | grep -c emerg
# Whoever tests the configuration, or tells the one that serves, reads it as well.
kubectl run told --image=nginx; kubectl wait pod/told --for=condition=Ready; kubectl exec told -- nginx -s reload; echo 'server { listen 81; location / { proxy_pass http://nobody; } }' > c.conf; kubectl cp c.conf told:/etc/nginx/conf.d/c.conf; kubectl exec told -- nginx -t; kubectl exec told -- nginx -s reload; kubectl exec told -- sh -c 'kill -HUP 1'; sleep 6; kubectl logs told | tail -n 1; kubectl exec told -- sh -c 'echo "server {" > /etc/nginx/conf.d/c.conf; nginx -s reload; rm /etc/nginx/conf.d/c.conf; nginx -T 2> /dev/null | grep -A2 default.conf; nginx -qt; nginx -s quit'; sleep 1; kubectl logs told | tail -n 2; kubectl get pod told
kubectl exec two -- sh -c 'for o in -z foo -s -c -tz; do nginx $o; echo $?; done; nginx -s reopen; sleep 1; curl -s -o /dev/null -w "%{http_code}\n" localhost'
