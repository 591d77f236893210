# What a path of the host must be.
#file pod.yaml
apiVersion: v1
kind: Pod
metadata: {name: NAME}
spec:
  nodeSelector: {kubernetes.io/hostname: node1}
  containers: [{name: c, image: busybox, command: [sleep, "1000"], volumeMounts: [{name: v, mountPath: /v}]}]
  volumes: [{name: v, hostPath: {path: PATH, type: TYPE}}]
#end
#file start.sh
sed "s#NAME#$1#; s#PATH#$2#; s#TYPE#$3#" pod.yaml | kubectl apply -f -
#end
sh start.sh log /var/log Directory; sh start.sh made /data/made DirectoryOrCreate; sh start.sh empty /data/empty FileOrCreate; sh start.sh name /etc/hostname File
sh start.sh no-dir /etc/hostname Directory; sh start.sh no-file /etc FileOrCreate; sh start.sh none /nosuch File; sh start.sh no-socket /run/docker.sock Socket
sleep 8
kubectl get pods
kubectl exec name -- cat /v
kubectl get events --field-selector reason=FailedMount -o jsonpath='{range .items[*]}{.involvedObject.name}: {.message}{"\n"}{end}'
# Dots in paths name nothing.
#file dots.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: dots}
data: {k: v}
---
apiVersion: v1
kind: Pod
metadata: {name: dots}
spec:
  nodeSelector: {kubernetes.io/hostname: node1}
  containers:
  - name: c
    image: busybox
    command: [sleep, "1000"]
    volumeMounts: [{name: h, mountPath: /h/./x/}, {name: h, mountPath: /same, subPath: ./sub/.}, {name: m, mountPath: /m}]
  volumes: [{name: h, hostPath: {path: /data/./made}}, {name: m, configMap: {name: dots, items: [{key: k, path: ./a/./b}]}}]
#end
kubectl apply -f dots.yaml; kubectl wait --for=condition=Ready pod/dots > /dev/null
kubectl exec dots -- sh -c 'echo f > /h/x/f; echo g > /same/g; cat /m/a/b'; kubectl exec made -- ls -R /v
# Nothing can be below a file, and a file is made only in a folder that is there.
sh start.sh below /etc/hostname/x/y DirectoryOrCreate; sh start.sh beneath /data/empty/x ""; sh start.sh beyond /data/far/off FileOrCreate; sleep 3
kubectl get events --field-selector reason=FailedMount -o jsonpath='{range .items[*]}{.involvedObject.name}: {.message}{"\n"}{end}' | grep ^be
