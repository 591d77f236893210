# Paths in volumes that no file system takes: of a file of a ConfigMap, of a name in it, of a part of a volume, and on the node.
#file pods.yaml
apiVersion: v1
kind: Pod
metadata: {name: of-file}
spec:
  nodeName: node1
  volumes: [{name: v, configMap: {name: m, items: [{key: k, path: LONG}]}}]
  containers: [{name: c, image: busybox, command: [sleep, "1000"], volumeMounts: [{name: v, mountPath: /v}]}]
---
apiVersion: v1
kind: Pod
metadata: {name: of-name}
spec:
  nodeName: node1
  volumes: [{name: v, configMap: {name: m, items: [{key: k, path: d/NAME}]}}]
  containers: [{name: c, image: busybox, command: [sleep, "1000"], volumeMounts: [{name: v, mountPath: /v}]}]
---
apiVersion: v1
kind: Pod
metadata: {name: of-part}
spec:
  nodeName: node1
  volumes: [{name: v, emptyDir: {}}]
  containers: [{name: c, image: busybox, command: [sleep, "1000"], volumeMounts: [{name: v, mountPath: /v, subPath: LONG}]}]
---
apiVersion: v1
kind: Pod
metadata: {name: on-node}
spec:
  nodeName: node1
  volumes: [{name: v, hostPath: {path: /LONG, type: DirectoryOrCreate}}]
  containers: [{name: c, image: busybox, command: [sleep, "1000"], volumeMounts: [{name: v, mountPath: /v}]}]
#end
kubectl create configmap m --from-literal=k=v
sed "s/NAME/$(printf 'n%.0s' $(seq 300))/; s#LONG#$(printf 'a/%.0s' $(seq 20000))x#" pods.yaml | kubectl create -f -
sleep 5
kubectl get pods
kubectl get events --field-selector type=Warning -o custom-columns=POD:.involvedObject.name,REASON:.reason,MESSAGE:.message | cut -c1-140
kubectl get events --field-selector involvedObject.name=on-node,type=Warning -o jsonpath='{.items[*].message}' | tail -c 40
kubectl delete pods --all --now
