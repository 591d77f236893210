# A directory goes over no file, and a file over no directory, nor is one to work in; a part that a ConfigMap does not have is a directory.
#file pods.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: m}
data: {index.html: hi, nginx.conf: "events {}"}
---
apiVersion: v1
kind: Pod
metadata: {name: file-over-directory}
spec:
  volumes: [{name: v, configMap: {name: m}}]
  containers: [{name: c, image: nginx, volumeMounts: [{name: v, mountPath: /usr/share/nginx/html, subPath: index.html}]}]
---
apiVersion: v1
kind: Pod
metadata: {name: directory-over-file}
spec:
  restartPolicy: Never
  volumes: [{name: v, configMap: {name: m}}]
  containers: [{name: c, image: nginx, volumeMounts: [{name: v, mountPath: /etc/nginx/nginx.conf}]}]
---
apiVersion: v1
kind: Pod
metadata: {name: wrong-key}
spec:
  restartPolicy: Never
  volumes: [{name: v, configMap: {name: m}}]
  containers: [{name: c, image: nginx, volumeMounts: [{name: v, mountPath: /etc/nginx/nginx.conf, subPath: ngnix.conf}]}]
---
apiVersion: v1
kind: Pod
metadata: {name: fits}
spec:
  restartPolicy: Never
  volumes: [{name: v, configMap: {name: m}}, {name: e, emptyDir: {}}]
  containers:
  - name: c
    image: busybox
    command: [sh, -c, "cat /e/index.html; echo; ls -ld /none | cut -c1-10"]
    volumeMounts: [{name: e, mountPath: /e}, {name: v, mountPath: /e/index.html, subPath: index.html}, {name: v, mountPath: /none, subPath: none}]
---
apiVersion: v1
kind: Pod
metadata: {name: works-in-file}
spec:
  restartPolicy: Never
  containers: [{name: c, image: nginx, workingDir: /etc/nginx/nginx.conf}]
#end
kubectl apply -f pods.yaml
sleep 8
kubectl get pods
kubectl get pods -o jsonpath='{range .items[*].status.containerStatuses[0]}{.state}{"\n"}{.lastState}{"\n\n"}{end}'
kubectl logs fits
kubectl logs wrong-key; echo
kubectl get events | grep Warning
