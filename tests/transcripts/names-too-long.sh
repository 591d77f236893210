# A pod whose whole name the kernel cannot take gets no sandbox; a root that is read-only refuses whoever asks; and a node tells of its cordon.
#file pods.yaml
apiVersion: v1
kind: Pod
metadata: {name: toolong}
spec:
  nodeName: node1
  hostname: a-name-that-is-not-too-long-by-itself-but-is-so-with-its-domain
  subdomain: sub
  setHostnameAsFQDN: true
  containers: [{name: c, image: busybox, command: [hostname]}]
---
apiVersion: v1
kind: Pod
metadata: {name: otherwise}
spec:
  nodeName: node1
  hostname: x
  subdomain: sub
  hostnameOverride: my.own.name
  restartPolicy: Never
  containers: [{name: c, image: busybox, command: [sh, -c, "hostname; tail -n 1 /etc/hosts | cut -f 2-"]}]
---
apiVersion: v1
kind: Pod
metadata: {name: readonly}
spec:
  nodeName: node2
  restartPolicy: Never
  volumes: [{name: v, emptyDir: {}}]
  containers:
  - name: c
    image: busybox
    command: [sh, -c, "touch /x; mkdir /y; rm /etc/passwd; echo > /etc/passwd; touch /v/x && echo written"]
    securityContext: {runAsUser: 1000, readOnlyRootFilesystem: true}
    volumeMounts: [{name: v, mountPath: /v}]
#end
kubectl apply -f pods.yaml
kubectl cordon node3
sleep 11
kubectl get pods
kubectl logs readonly
kubectl logs otherwise
kubectl get events --field-selector type=Warning -o custom-columns=REASON:.reason,MESSAGE:.message
kubectl uncordon node3
sleep 11
kubectl get events --field-selector source=kubelet,involvedObject.name=node3
