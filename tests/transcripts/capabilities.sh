# What a container's superuser may do stands in the status of its processes, by number.
#file pods.yaml
apiVersion: v1
kind: Pod
metadata: {name: three}
spec: {containers: [{name: c, image: gcr.io/google-samples/hello-app:2.0}]}
---
apiVersion: v1
kind: Pod
metadata: {name: four}
spec:
  containers:
  - name: c
    image: gcr.io/google-samples/hello-app:2.0
    securityContext: {capabilities: {add: [NET_ADMIN, SYS_TIME]}}
---
apiVersion: v1
kind: Pod
metadata: {name: five}
spec:
  containers:
  - {name: own, image: debian, command: [sleep, "999"], securityContext: {runAsUser: 1000, capabilities: {drop: [all], add: [NET_BIND_SERVICE]}}}
  - {name: less, image: debian, command: [sleep, "999"], securityContext: {capabilities: {add: [ALL], drop: [CHOWN]}}}
  - {name: all, image: debian, command: [sleep, "999"], securityContext: {privileged: true}}
#end
kubectl apply -f pods.yaml; sleep 5
kubectl exec three -- sh -c 'cd /proc/1; pwd; grep Cap status'
kubectl exec four -- sh -c 'cd /proc/1; grep Cap status; ls /proc; cd /proc/99'
for c in own less all; do kubectl exec five -c $c -- grep -E 'Gid|Prm|Bnd' /proc/1/status; done
