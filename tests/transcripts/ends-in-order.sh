# Sidecars end after what they serve, the last one first; hooks run at once for all. A postStart hook may sleep.
#file pod.yaml
apiVersion: v1
kind: Pod
metadata: {name: p}
spec:
  restartPolicy: Never
  volumes: [{name: d, hostPath: {path: /var/ended, type: DirectoryOrCreate}}]
  nodeName: node1
  initContainers:
  - name: first
    image: busybox:1.36
    restartPolicy: Always
    command: [sh, -c, "trap 'echo first told >> /d/log; exit 0' TERM; while true; do sleep 1; done"]
    volumeMounts: [{name: d, mountPath: /d}]
    lifecycle: {preStop: {exec: {command: [sh, -c, "echo first hook >> /d/log"]}}}
  - name: second
    image: busybox:1.36
    restartPolicy: Always
    command: [sh, -c, "trap 'sleep 1; echo second told >> /d/log; exit 0' TERM; while true; do sleep 1; done"]
    volumeMounts: [{name: d, mountPath: /d}]
    lifecycle: {preStop: {exec: {command: [sh, -c, "sleep 2; echo second hook >> /d/log"]}}}
  containers:
  - name: main
    image: busybox:1.36
    command: [sh, -c, "sleep 6; echo main ended >> /d/log"]
    volumeMounts: [{name: d, mountPath: /d}]
    lifecycle: {postStart: {sleep: {seconds: 3}}}
#end
kubectl apply -f pod.yaml
sleep 1
kubectl get pod p
sleep 3
kubectl get pod p
kubectl wait pod/p --for=jsonpath='{.status.phase}'=Succeeded --timeout=30s
kubectl run see --image=busybox:1.36 --restart=Never --overrides='{"spec":{"nodeName":"node1","volumes":[{"name":"d","hostPath":{"path":"/var/ended"}}],"containers":[{"name":"see","image":"busybox:1.36","command":["cat","/d/log"],"volumeMounts":[{"name":"d","mountPath":"/d"}]}]}}'
sleep 3
kubectl logs see
