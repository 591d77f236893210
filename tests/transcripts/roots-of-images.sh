# What a look around in an image shows first: its folders, and who its users are.
kubectl run busybox --image=busybox:1.37 -- sleep 1000; kubectl run alpine --image=alpine:3.22 -- sleep 1000; kubectl run debian --image=debian -- sleep 1000; kubectl run nginx --image=nginx
sleep 3
for pod in busybox alpine debian nginx; do kubectl exec $pod -- ls / | tr '\n' ' '; echo; done
kubectl exec busybox -- id
kubectl exec busybox -- sh -c 'touch /tmp/file; chgrp wheel /tmp/file; ls -l /tmp; which sysctl; sysctl -n kernel.hostname'
