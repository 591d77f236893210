# A kind in small letters is found, but nothing becomes of it what it is not: kubectl sends no patch that would change a kind.
#file web.yaml
apiVersion: v1
kind: Pod
metadata:
  name: web
  labels:
    app: web
spec:
  containers:
  - name: web
    image: nginx
#end
#file small.yaml
apiVersion: v1
kind: pod
metadata:
  name: web
#end
kubectl apply -f small.yaml
kubectl apply -f web.yaml
kubectl apply -f small.yaml 2>&1 | cut -c1-150
kubectl diff -f small.yaml 2>&1 | tail -2
kubectl events --for pod/ | head -2
kubectl events --for /web
kubectl events --for web --types=odd
