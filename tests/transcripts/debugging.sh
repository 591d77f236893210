# What a debugger may do, by its profile.
#file extra.yaml
env:
  - name: A
    value: b
securityContext:
  runAsUser: 0
#end
#file user.yaml
apiVersion: v1
kind: Pod
metadata:
  name: user
  annotations: {note: kept}
  labels: {app: user}
spec:
  securityContext: {runAsUser: 1000}
  initContainers: [{name: init, image: busybox, command: [sleep, "1"]}]
  containers:
    - {name: web, image: nginx, livenessProbe: {httpGet: {path: /, port: 80}}}
#end
kubectl apply -f user.yaml
kubectl debug user --image=busybox -c general
kubectl debug user --image=busybox -c custom --custom=extra.yaml --profile=netadmin
kubectl debug user --image=busybox -c restricted --profile=restricted --target=web
kubectl debug user --image=busybox -c old --profile=legacy
kubectl debug user --image=busybox -c odd --profile=odd
kubectl get pod user -o jsonpath='{range .spec.ephemeralContainers[*]}{.name} {.env} {.securityContext}{"\n"}{end}'
kubectl debug user --image=busybox -c side --copy-to=copy --profile=sysadmin --env=B=c -- sleep 9
kubectl get pod copy -o jsonpath='{.metadata.annotations.note}|{.spec.shareProcessNamespace}|{.spec.initContainers[*].name}|{.spec.containers[0].livenessProbe}|{.spec.containers[1].env}{.spec.containers[1].securityContext}{"\n"}'
kubectl debug user --image=busybox -c web --copy-to=kept --keep-labels --keep-annotations --keep-liveness --keep-init-containers=false --share-processes=false
kubectl get pod kept -o jsonpath='{.metadata.annotations.note}|{.metadata.labels.app}|{.spec.shareProcessNamespace}|{.spec.initContainers[*].name}|{.spec.containers[0].livenessProbe.httpGet.path}|{.spec.containers[0].image}{"\n"}'
kubectl debug user --copy-to=images --set-image=web=httpd
kubectl get pod images -o jsonpath='{.spec.containers[*].image} {.metadata.labels.app}{"\n"}'
kubectl debug user --copy-to=images --set-image=web
kubectl debug user --copy-to=images -c new -- sleep 9
kubectl debug node/node1 --image=busybox --profile=baseline
kubectl get pod -l app.kubernetes.io/managed-by=kubectl-debug -o jsonpath='{.items[0].spec.hostPID}|{.items[0].spec.volumes}{"\n"}'
kubectl debug svc/kubernetes --image=busybox
kubectl exec -f user.yaml -f user.yaml -- date
# A node's own files; they hold no programs.
kubectl debug node/node3 --image=busybox -- sh -c 'ls /host; cat /host/etc/hostname; chroot /host ls' | sed 's/r-node3-...../r-node3-XXXXX/'
sleep 5; kubectl logs $(kubectl get pods -o name | grep node-debugger-node3 | tail -1)
