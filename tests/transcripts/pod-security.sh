# What a namespace's labels let pods do.
#file good.yaml
apiVersion: v1
kind: Pod
metadata:
  name: good
spec:
  securityContext:
    runAsNonRoot: true
    runAsUser: 1000
    seccompProfile:
      type: RuntimeDefault
  containers:
  - name: c
    image: busybox
    command: [sleep, 1d]
    securityContext:
      allowPrivilegeEscalation: false
      capabilities:
        drop: [ALL]
#end
#file host.yaml
apiVersion: v1
kind: Pod
metadata:
  name: host
spec:
  hostNetwork: true
  volumes:
  - name: root
    hostPath:
      path: /
  containers:
  - name: c
    image: busybox
    ports:
    - containerPort: 80
      hostPort: 80
    securityContext:
      capabilities:
        add: [NET_ADMIN]
#end
kubectl create namespace safe
kubectl create deployment web --image=nginx --replicas=2 -n safe
kubectl run busy --image=busybox -n safe -- sleep 1d
kubectl label namespace safe pod-security.kubernetes.io/enforce=restrictive
kubectl label namespace safe pod-security.kubernetes.io/enforce=restricted --dry-run=server
kubectl label namespace safe pod-security.kubernetes.io/enforce=baseline pod-security.kubernetes.io/warn=restricted
kubectl run other --image=nginx -n safe
kubectl create -f host.yaml -n safe
kubectl label namespace safe pod-security.kubernetes.io/enforce=restricted pod-security.kubernetes.io/enforce-version=v1.24 --overwrite
kubectl create -f good.yaml -n safe
kubectl scale deployment web --replicas=3 -n safe
kubectl get events -n safe --field-selector reason=FailedCreate -o jsonpath='{.items[0].message}' | sed 's/web-[a-z0-9-]*/web-X/'
kubectl create -f host.yaml -n default
