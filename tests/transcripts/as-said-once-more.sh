# What commands do with what was said before, or twice.
kubectl run p1 --image=nginx --labels=app=a --port=8080
kubectl run p2 --image=nginx --labels=app=b
kubectl expose pod p1 p2
kubectl get services -o jsonpath='{range .items[*]}{.metadata.name} {.spec.selector.app} {.spec.ports[*].port}{"\n"}{end}'
kubectl create configmap c --from-literal=k=1
kubectl create secret generic s --from-literal=k=1
kubectl create deployment d --image=nginx
kubectl set env deployment/d --from=configmap/c
kubectl set env deployment/d --from=secret/s --overwrite=false
kubectl set env deployment/d --list
kubectl set env deployment/d K=v --overwrite=false
kubectl create deployment e --image=
kubectl create -f x.yaml -k . -R
kubectl apply -f x.yaml -k .
kubectl apply -k . -R
kubectl get pods --watch --raw /x
kubectl get --raw ''
kubectl run x --image=a --overrides='{"kind":"Deployment"}'
kubectl run x --image=a --overrides='{"apiVersion":"v2"}' --dry-run=client
kubectl expose pod p1 --port=80 --overrides='{"kind":"Foo"}'
kubectl get configmap c -o go-template='{{.nope | html}} {{js .nope 1}} {{urlquery .nope}} {{print .nope}}'
