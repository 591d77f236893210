#! Section 7: by hand and by load.
export KUBARIUM_KUBECTL=1.3
kubectl create -f redis-slave-controller.yaml
sleep 4
kubectl scale rc redis-slave --replicas=3
sleep 4
kubectl get pods
kubectl scale rc redis-slave --replicas=1
sleep 35
kubectl get pods
kubectl create -f php-apache-rc.yaml
kubectl create -f php-apache-svc.yaml
kubectl create -f hpa-php-apache.yaml
kubectl create -f busybox-pod.yaml
sleep 60
kubectl get hpa
kubectl exec -ti busybox -- sh
wget -q -O- http://php-apache
while true; do wget -q -O- http://php-apache > /dev/null; done
#wait 35
^C
exit
kubectl get hpa
kubectl exec busybox -- timeout 240 sh -c 'while true; do wget -q -O- http://php-apache > /dev/null; done' &
sleep 120
kubectl get hpa
kubectl get rc php-apache
sleep 600
kubectl get hpa
kubectl get rc php-apache
unset KUBARIUM_KUBECTL
kubectl get hpa
kubectl get events --field-selector reason=SuccessfulRescale -o custom-columns=MESSAGE:.message | sed -n '$p'
kubectl autoscale rc redis-slave --min=1 --max=3 --cpu=50%
sleep 40
kubectl get hpa redis-slave -o jsonpath='{.status.conditions[?(@.type=="ScalingActive")].message}{"\n"}'
