# Secrets and what is put together for a pod are in memory, and an emptyDir that asks for it; a ConfigMap is on the node's disk.
kubectl create secret generic s --from-literal=pw=x; kubectl create configmap m --from-literal=a=b
#file pod.yaml
apiVersion: v1
kind: Pod
metadata: {name: p}
spec:
  automountServiceAccountToken: false
  containers:
  - name: c
    image: busybox
    command: [sleep, "1000"]
    resources: {limits: {memory: 128Mi}}
    volumeMounts: [{name: d, mountPath: /d}, {name: e, mountPath: /e}, {name: f, mountPath: /f}, {name: m, mountPath: /m}, {name: s, mountPath: /s}]
  volumes:
  - {name: d, downwardAPI: {items: [{path: name, fieldRef: {fieldPath: metadata.name}}]}}
  - {name: e, emptyDir: {medium: Memory}}
  - {name: f, emptyDir: {medium: Memory, sizeLimit: 64Mi}}
  - {name: m, configMap: {name: m}}
  - {name: s, secret: {secretName: s}}
#end
kubectl apply -f pod.yaml; kubectl wait --for=condition=Ready pod/p > /dev/null
kubectl exec p -- sh -c 'echo hello > /f/hello; df -h /d /e /f /s; df /m | tail -1 | cut -d" " -f1; ls -ld /e /m /s | cut -c1-10; mount | grep -E " /[defms] "'
# One that has a size takes no more.
kubectl exec p -- dd if=/dev/zero of=/f/big bs=1M count=100
kubectl exec p -- sh -c 'echo more > /f/more; echo $?; rm /f/big; echo more > /f/more; cat /f/*'
