#file p.yaml
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  shareProcessNamespace: true
  containers:
  - name: nginx
    image: nginx
  - name: shell
    image: busybox
    command: [sleep, "3600"]
#end
#file q.yaml
apiVersion: v1
kind: Pod
metadata:
  name: alone
spec:
  containers:
  - name: nginx
    image: nginx
#end
kubectl apply -f p.yaml -f q.yaml
kubectl wait --for=condition=Ready pod/web pod/alone
# The pod's first process is its pause; what runs in one container is seen, read and told from the other.
kubectl exec web -c shell -- ps
kubectl exec web -c shell -- head -2 /proc/8/root/etc/nginx/nginx.conf
kubectl exec web -c shell -- sh -c 'kill -HUP 8; kill 1; pidof nginx'
kubectl exec web -c shell -- sh -c 'kill 8; kill 9999'
sleep 3
kubectl get pod web
# Number 15 is nobody's first process: nothing keeps it from ending.
kubectl exec web -c nginx -- sh -c 'kill 15'
sleep 3
kubectl get pod web
# A debug container joins its target, and ends with it.
kubectl debug alone --image=busybox --target=nginx -c look -- sleep 3600
sleep 3
kubectl exec alone -c look -- ps
kubectl exec alone -c look -- kill 1
sleep 4
kubectl get pod alone -o jsonpath='{.status.ephemeralContainerStatuses[0].state.terminated.exitCode} {.status.containerStatuses[0].restartCount}{"\n"}'
