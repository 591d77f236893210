#! Section 7 on the book's terms: its kubectl, and a controller manager that looks every 30 seconds.
#session {"kubectl": "1.3", "controller_manager": ["--horizontal-pod-autoscaler-sync-period=30s"]}
kubectl create -f php-apache-rc.yaml
kubectl create -f php-apache-svc.yaml
kubectl create -f hpa-php-apache.yaml
kubectl create -f busybox-pod.yaml
sleep 25
kubectl get hpa
sleep 10
kubectl get hpa
kubectl exec busybox -- timeout 240 sh -c 'while true; do wget -q -O- http://php-apache > /dev/null; done' &
sleep 150
kubectl get rc php-apache
sleep 600
kubectl get rc php-apache
kubectl describe hpa php-apache | sed -n '/Events/,$p' | grep 'Rescale\|Seen\|---'
kubectl get pods nothere
kubectl create -f php-apache-svc.yaml
