# How changes are recorded, sent as they are, and refused.
#file web.yaml
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  labels:
    app: web
spec:
  selector:
    matchLabels:
      app: web
  template:
    metadata:
      labels:
        app: web
    spec:
      containers:
        - name: nginx
          image: nginx
          ports:
            - containerPort: 53
            - containerPort: 53
              protocol: UDP
#end
#file none.yaml
apiVersion: apps/v1
kind: Deployment
metadata:
  name: none
spec:
  template:
    spec:
      containers: [{name: c, image: nginx}]
#end
#file pods/a.yaml
apiVersion: v1
ind: Pod
metadata:
  name: a
#end
#file pods/b.yaml
apiVersion: v1
kind: Pod
metadata:
  name: b
spec:
  containers: [{name: c, image: nginx}]
#end
#file map.json
{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "m"}, "data": {"a": "1"}}
#end
#file over.yaml
apiVersion: v1
kind: ConfigMap
metadata:
  name: m
  resourceVersion: "0"
data:
  a: "2"
#end
kubectl apply -f web.yaml --record
kubectl set image deploy/web nginx=nginx:1.27 --record
kubectl set env deploy/web A=b --record
kubectl annotate deploy web kubernetes.io/change-cause=mine
kubectl scale deploy web --replicas=2 --record -o jsonpath='{.metadata.annotations.kubernetes\.io/change-cause}{" "}{.spec.replicas}{"\n"}'
kubectl rollout history deploy web
kubectl label deploy web a=1 app-
kubectl label deploy web a=1
kubectl label deploy web a- b-
kubectl run one --image=nginx --labels=tier=one
kubectl label ns default kube-public --list
kubectl expose -f web.yaml --name dns --overrides='{"metadata":{"annotations":{"by":"me"}}}' -o jsonpath='{.metadata.annotations} {.spec.ports[*].name}{"\n"}'
kubectl expose -f none.yaml --port 80
kubectl expose -f web.yaml --name x --port 80 --overrides='{'
kubectl expose -f web.yaml --name x --port 80 --overrides='{}' --override-type=odd
kubectl autoscale -f none.yaml --max 3 --dry-run=client
kubectl set selector svc dns app=dns --local
kubectl set env deploy web A=c --local
kubectl set selector svc dns app=dns --resource-version=1
kubectl scale deploy/web deploy/none --replicas=3
kubectl patch deploy web --subresource=scale --type=merge -p '{"spec":{"replicas":1}}'
kubectl patch deploy web --subresource=log --type=merge -p '{}'
kubectl get deploy web --subresource=scale
kubectl get pod one --subresource=scale
kubectl get pods --subresource=status
kubectl get odd.v1.example.com
kubectl create --raw /api/v1/namespaces/default/configmaps -f web.yaml
kubectl create --raw /api/v1/namespaces/default/configmaps -f map.json --edit
kubectl create --raw /api/v1/namespaces/default/configmaps -f map.json | grep -c resourceVersion
kubectl replace --raw /api/v1/namespaces/default/configmaps/other -f map.json
kubectl replace -f over.yaml
kubectl get cm m -o jsonpath='{.data.a}{"\n"}'
kubectl delete --raw /api/v1/namespaces/default/configmaps/m | grep -o '"status":"[A-Za-z]*"'
kubectl create -f pods -R
kubectl create -f pods -R --dry-run=client
kubectl patch -f pods -p '{"metadata":{"labels":{"a":"b"}}}'
kubectl get -f pods pod/b
kubectl get pods/b deploy/web --watch
kubectl get pods -l tier=one --watch --no-headers -o name --request-timeout=2s
kubectl get endpoints none --ignore-not-found --warnings-as-errors
kubectl get pods --as-group=admins
kubectl auth whoami -o jsonpath='{.status.userInfo.username}{"\n"}'
kubectl drain node1 --pod-selector 'a in'
kubectl cordon --selector=
