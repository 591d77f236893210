# What failed with one image is not held against another: the container starts at once.
kubectl run p --image=busybox:1.35 -- sh -c 'sleep 1; exit 1'
sleep 100
kubectl get pod p
kubectl set image pod/p p=busybox:1.36
sleep 2
kubectl get pod p
# A container is stopped by the signal of the image it runs, not of the one that comes next.
kubectl run h --image=httpd
sleep 5
kubectl set image pod/h h=nginx
sleep 5
kubectl get pod h
