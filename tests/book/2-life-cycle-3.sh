#! Init containers, sidecars and hooks.
cat > pods.yaml <<'E'
apiVersion: v1
kind: Pod
metadata: {name: init}
spec:
  terminationGracePeriodSeconds: 3
  initContainers:
  - {name: first, image: busybox, command: [sh, -c, 'sleep 2; echo data > /w/f'], volumeMounts: [{name: w, mountPath: /w}]}
  - {name: side, image: busybox, restartPolicy: Always, command: [sh, -c, 'while true; do sleep 1; done'], startupProbe: {exec: {command: [test, -f, /w/f]}, periodSeconds: 1}, volumeMounts: [{name: w, mountPath: /w}]}
  - {name: second, image: busybox, command: [sh, -c, 'echo second']}
  containers:
  - {name: c, image: busybox, command: [sh, -c, 'cat /w/f; sleep 1000'], volumeMounts: [{name: w, mountPath: /w}]}
  volumes: [{name: w, emptyDir: {}}]
---
apiVersion: v1
kind: Pod
metadata: {name: init-fails}
spec:
  restartPolicy: Never
  initContainers: [{name: i, image: busybox, command: [sh, -c, 'exit 3']}]
  containers: [{name: c, image: busybox, command: [sleep, "1000"]}]
---
apiVersion: v1
kind: Pod
metadata: {name: init-loops}
spec:
  initContainers: [{name: i, image: busybox, command: [sh, -c, 'exit 3']}]
  containers: [{name: c, image: busybox, command: [sleep, "1000"]}]
---
apiVersion: batch/v1
kind: Job
metadata: {name: with-sidecar}
spec:
  template:
    spec:
      restartPolicy: Never
      initContainers: [{name: side, image: busybox, restartPolicy: Always, command: [sh, -c, 'trap "exit 0" TERM; while true; do sleep 1; done']}]
      containers: [{name: c, image: busybox, command: [sh, -c, 'sleep 3']}]
---
apiVersion: v1
kind: Pod
metadata: {name: lifecycle-demo}
spec:
  containers:
  - name: lifecycle-demo-container
    image: nginx
    lifecycle:
      postStart: {exec: {command: [/bin/sh, -c, 'echo Hello from the postStart handler > /usr/share/message']}}
      preStop: {exec: {command: [/bin/sh, -c, 'nginx -s quit; while killall -0 nginx; do sleep 1; done']}}
---
apiVersion: v1
kind: Pod
metadata: {name: bad-hook}
spec:
  restartPolicy: Never
  terminationGracePeriodSeconds: 10
  containers:
  - name: c
    image: busybox
    command: [sh, -c, 'trap "" TERM; while true; do sleep 1; done']
    lifecycle: {postStart: {exec: {command: [sh, -c, 'exit 7']}}}
---
apiVersion: v1
kind: Pod
metadata: {name: no-command}
spec:
  containers: [{name: c, image: busybox, command: [/nosuch]}]
E
kubectl create -f pods.yaml
sleep 45
kubectl get pods -o custom-columns=POD:.metadata.name,PHASE:.status.phase
kubectl get pod init init-fails bad-hook
kubectl logs init -c c
kubectl logs no-command | sed 's/_[0-9a-f-]*\//_UID\//g; s/[0-9].log/N.log/g'
kubectl exec lifecycle-demo -- cat /usr/share/message
kubectl get pod bad-hook -o jsonpath='{.status.containerStatuses[0].state.terminated.exitCode}{"\n"}'
kubectl get events -o custom-columns=O:.involvedObject.name,R:.reason,M:.message | grep 'bad-hook.*Hook\|no-command.*Failed'
kubectl get job with-sidecar
kubectl delete pod lifecycle-demo init
kubectl get events -o custom-columns=O:.involvedObject.name,R:.reason,M:.message | grep 'Killing'
