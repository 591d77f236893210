# The API behind a local port, pods and services behind the API, and services behind the ports of nodes.
#file hello.yaml
apiVersion: v1
kind: Pod
metadata: {name: hello, labels: {app: hello}}
spec:
  nodeName: node1
  containers:
  - name: web
    image: nginx
    ports: [{containerPort: 80, hostPort: 8080}]
#end
kubectl apply -f hello.yaml
sleep 5; kubectl expose pod hello --type=NodePort --port=80
kubectl proxy > proxy.log &
sleep 1; cat proxy.log; curl http://localhost:8001/healthz
curl -s http://localhost:8001/api/v1/namespaces/default/pods/hello | head -n 6
curl -s http://localhost:8001/api/v1/namespaces/default/pods/hello:80/proxy/ | grep title
curl -s http://localhost:8001/api/v1/namespaces/default/services/hello/proxy/ | grep title
curl -s http://localhost:8001/api/v1/namespaces/default/pods/hello:81/proxy/
curl -s http://localhost:8001/api/v1/namespaces/default/services/nobody/proxy/ | grep message
curl -s -o /dev/null -w '%{http_code}\n' http://localhost:8001/apis/apps/v2
curl -s -X POST -H 'Content-Type: application/json' -d '{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"by-hand"}}' http://localhost:8001/api/v1/namespaces/default/configmaps | grep '"name"'
curl -s -X POST -d '{"kind"' http://localhost:8001/api/v1/namespaces/default/configmaps | grep message
curl -s http://localhost:8001/apis/batch
kubectl proxy
kubectl proxy --www=/tmp
kubectl port-forward hello 8001:80
timeout 1 kubectl get --raw '/api/v1/pods?watch=true' | cut -c1-70
kubectl get --raw /api/v1/namespaces/default/pods/hello/proxy/
# A node's port leads to the pods of the service, wherever they run; a host's port to the pod there.
port=$(kubectl get service hello -o jsonpath='{.spec.ports[0].nodePort}'); for node in node1 node3; do curl -s http://$node:$port | grep title; done
curl -s $(minikube service hello --url) | grep title
curl http://node1:8080 | grep title; curl http://node2:8080
curl http://hello; curl http://10.96.0.1
kubectl patch service hello -p '{"spec": {"externalTrafficPolicy": "Local"}}'
port=$(kubectl get service hello -o jsonpath='{.spec.ports[0].nodePort}'); curl -s http://node1:$port | grep title; curl -m 3 http://node3:$port
minikube ip; minikube dashboard; minikube tunnel; minikube addons enable metrics-server
