# A mirror stays as long as its static pod takes to end; nothing in its status follows a generation, for a file has none.
#file writer.yaml
apiVersion: v1
kind: Pod
metadata: {name: writer}
spec:
  nodeName: node1
  volumes: [{name: m, hostPath: {path: /etc/kubernetes/manifests, type: DirectoryOrCreate}}]
  containers: [{name: c, image: busybox, command: [sleep, "100000"], volumeMounts: [{name: m, mountPath: /m}]}]
#end
#file web.yaml
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  terminationGracePeriodSeconds: 10
  containers: [{name: c, image: "busybox:1.36", command: [sleep, "100000"]}]
#end
kubectl apply -f writer.yaml
kubectl wait --for=condition=Ready pod/writer
kubectl cp web.yaml writer:/m/web.yaml
sleep 5
kubectl get pod web-node1 -o jsonpath='{.metadata.generation}{.status.observedGeneration}{.status.conditions[*].observedGeneration} {.status.phase}{"\n"}'
kubectl exec writer -- sed -i s/1.36/1.37/ /m/web.yaml
sleep 6
kubectl get pod web-node1 -o jsonpath='{.spec.containers[0].image} {.status.phase} {.metadata.deletionTimestamp}{"\n"}'
sleep 8
kubectl get pod web-node1 -o jsonpath='{.spec.containers[0].image} {.status.phase} {.metadata.deletionTimestamp}{"\n"}'
kubectl exec writer -- rm /m/web.yaml
sleep 6
kubectl get pods
sleep 6
kubectl get pods
