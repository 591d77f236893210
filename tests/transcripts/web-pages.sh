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
#file http://example.com:8080/bad.yaml
apiVersion: v1
kind: Pod
metadata:
  nane: x
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
# Pods do not reach it either
kubectl run p --image=curlimages/curl --restart=Never --command -- curl -s https://k8s.io/examples/pods/simple-pod.yaml
sleep 5
kubectl get pod p
# A kustomization may name one
printf 'resources: [https://k8s.io/examples/pods/simple-pod.yaml]\nnamePrefix: my-\n' > kustomization.yaml; kubectl apply -k .
