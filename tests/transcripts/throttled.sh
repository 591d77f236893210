# A controller's client may ask for 30 things at once and for 20 a second: pods that are many come one after the other.
kubectl create deployment web --image=registry.k8s.io/pause:3.9 --replicas=100
sleep 0.5
kubectl get pods --no-headers | wc -l
kubectl get rs
sleep 2
kubectl get pods --no-headers | wc -l
sleep 3
kubectl get pods --no-headers | wc -l
kubectl get rs
kubectl scale deployment web --replicas=40
sleep 1
kubectl get rs
sleep 2
kubectl get rs
kubectl delete deployment web
kubectl get pods --no-headers | grep -v Terminating | wc -l
sleep 3
kubectl get pods --no-headers | grep -v Terminating | wc -l
