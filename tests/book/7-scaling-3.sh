#! Section 7: what stands between a name and a pod.
cat > web.yaml <<'E'
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 3
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers: [{name: c, image: busybox, command: [sh, -c, 'hostname > /tmp/index.html; httpd -f -p 8080 -h /tmp'], ports: [{name: http, containerPort: 8080}]}]
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80, targetPort: http}]}
---
apiVersion: v1
kind: Service
metadata: {name: headless}
spec: {clusterIP: None, selector: {app: web}, ports: [{port: 8080}]}
E
kubectl create -f web.yaml
kubectl run client --image=busybox -- sleep 100000
kubectl wait --for=condition=Ready pod --all
kubectl exec client -- nslookup web | sed -n '/^Name/,$p' | grep -c Address
kubectl exec client -- nslookup headless | grep -c 'Address: 10.244'
kubectl exec client -- nslookup web.default.svc.cluster.local | grep Name
kubectl exec client -- nslookup nosuch | grep -c NXDOMAIN
kubectl exec client -- sh -c 'for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do wget -q -O- http://web; done' | sort -u | wc -l
kubectl exec client -- sh -c 'env | grep -c ^WEB_SERVICE_HOST'
kubectl get endpointslices -l kubernetes.io/service-name=web -o jsonpath='{.items[0].endpoints[*].conditions.ready} {.items[0].ports[0].port}{"\n"}'
kubectl scale deployment web --replicas=0
sleep 35
kubectl get endpointslices -l kubernetes.io/service-name=web -o jsonpath='{.items[*].endpoints}{"\n"}'
kubectl exec client -- wget -q -O- -T 3 http://web
kubectl expose deployment web --name=again --port=81 --target-port=8080
kubectl get service again -o custom-columns=NAME:.metadata.name,PORT:.spec.ports[0].port,TARGET:.spec.ports[0].targetPort,SELECTOR:.spec.selector
