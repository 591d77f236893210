# A server in Java whose scripts its own user may take away, and how it ends; what ps tells of it, and of a server with a title.
kubectl run zk --image=registry.k8s.io/kubernetes-zookeeper:1.0-3.4.10 --overrides='{"spec": {"securityContext": {"runAsUser": 1000, "fsGroup": 1000}, "containers": [{"name": "zk", "image": "registry.k8s.io/kubernetes-zookeeper:1.0-3.4.10", "livenessProbe": {"exec": {"command": ["sh", "-c", "zookeeper-ready 2181"]}, "periodSeconds": 5, "failureThreshold": 1}}]}}'
sleep 5; kubectl exec zk -- ps -elf
kubectl exec zk -- ls -l /opt/zookeeper /opt/zookeeper/bin
kubectl exec zk -- pkill java; sleep 2; kubectl get pod zk -o jsonpath='{.status.containerStatuses[0].lastState.terminated.exitCode}'; echo
kubectl exec zk -- rm /opt/zookeeper/bin/zookeeper-ready
sleep 10; kubectl get pod zk; kubectl get events --field-selector reason=Unhealthy -o jsonpath='{.items[*].message}'
kubectl run web --image=nginx; sleep 3; kubectl exec web -- sh -c 'ps aux; pidof nginx; ps -o comm,args -p 1; cat /proc/1/comm; tr "\0" " " < /proc/1/cmdline; grep -c overlay /proc/1/mounts; netstat -tlnp'
kubectl exec web -- sh -c 'nginx -s reload; killall -HUP nginx; sleep 1'; kubectl logs web | grep -c reconfiguring
