# Users and groups that an image has no names for, as security contexts like them.
#file pod.yaml
apiVersion: v1
kind: Pod
metadata: {name: p}
spec:
  securityContext: {runAsUser: 1000, runAsGroup: 3000, fsGroup: 2000}
  containers:
  - {name: busybox, image: busybox, command: [sleep, 1h]}
  - {name: debian, image: debian, command: [sleep, 1h]}
#end
kubectl apply -f pod.yaml; sleep 5; kubectl exec p -- whoami
kubectl exec p -- id; kubectl exec p -- id -un; kubectl exec p -- groups; kubectl exec p -- id -gn
kubectl exec p -c debian -- whoami; kubectl exec p -c debian -- id -un; kubectl exec p -c debian -- groups
kubectl exec p -- sh -c 'whoami || echo nobody'; kubectl exec p -- nslookup; kubectl exec p -- ping
