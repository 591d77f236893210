# A session brings along what its commands find on the web
#file https://k8s.io/examples/pods/simple-pod.yaml
apiVersion: v1
kind: Pod
metadata:
  name: nginx
spec:
  containers:
  - name: nginx
    image: nginx:1.14.2
    ports:
    - containerPort: 80
#end
#file https://get.example.dev/tool?v=1
hello
#end
#file policy.yaml
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: p}
spec:
  podSelector: {}
  policyTypes: [Egress]
  egress: [{to: [{ipBlock: {cidr: 0.0.0.0/0}}], ports: [{port: 443}, {port: 53, protocol: UDP}]}]
#end
#file http://get.example.dev
at the root
#end
#file http://example.com:8080/bad.yaml
apiVersion: v1
kind: Pod
metadata:
  nane: x
#end
#file init.yaml
apiVersion: v1
kind: Pod
metadata: {name: init-demo}
spec:
  containers:
  - name: nginx
    image: nginx
    volumeMounts: [{name: workdir, mountPath: /usr/share/nginx/html}]
  initContainers:
  - name: install
    image: busybox:1.28
    command: [wget, -O, /work-dir/index.html, http://info.cern.ch]
    volumeMounts: [{name: workdir, mountPath: /work-dir}]
  dnsPolicy: Default
  volumes: [{name: workdir, emptyDir: {}}]
#end
kubectl apply -f https://k8s.io/examples/pods/simple-pod.yaml
kubectl apply -f http://example.com:8080/bad.yaml
curl -s https://k8s.io/examples/pods/simple-pod.yaml | head -2
curl -sLO https://k8s.io/examples/pods/simple-pod.yaml && ls
wget -q -O - http://example.com:8080/bad.yaml | kubectl create -f -
kubectl delete -f https://k8s.io/examples/pods/simple-pod.yaml
curl -s 'https://get.example.dev/tool?v=1#part'; curl -sI https://get.example.dev/tool?v=1 | head -1
# All else of the web is not there
kubectl apply -f https://k8s.io/examples/pods/other.yaml
curl https://k8s.io/examples/pods/other.yaml
# Pods reach the same pages, as far as policies let them, and nothing else
kubectl run p --image=curlimages/curl --restart=Never --command -- sleep 999
sleep 5
kubectl exec p -- curl -s https://k8s.io/examples/pods/simple-pod.yaml | head -2
kubectl exec p -- nslookup example.com; kubectl exec p -- curl -s http://get.example.dev; kubectl exec p -- curl https://k8s.io/examples/pods/other.yaml
# The first page of the web is there: an init container of a tutorial fetches it.
kubectl apply -f init.yaml; sleep 5; kubectl exec init-demo -- curl -s localhost
curl -sI http://info.cern.ch/ | head -1; curl -s http://info.cern.ch/other
kubectl create -f policy.yaml; sleep 1; time kubectl exec p -- curl -s http://example.com:8080/bad.yaml; kubectl exec p -- curl -s https://k8s.io/examples/pods/simple-pod.yaml | head -1
# A kustomization may name one
printf 'resources: [https://k8s.io/examples/pods/simple-pod.yaml]\nnamePrefix: my-\n' > kustomization.yaml; kubectl apply -k .
