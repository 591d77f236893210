# Variables from a file that an init container wrote: what stands in single quotes is taken, what is missing or not well formed
# keeps the container from being made. YAML's double quotes may escape a single one.
#file pod.yaml
apiVersion: v1
kind: Pod
metadata: {name: envfile}
spec:
  restartPolicy: Never
  initContainers:
  - name: setup
    image: busybox
    command: ['sh', '-c', "echo \"DB_ADDRESS=\'address\'\nTWO='one\n two'\" > /data/config.env"]
    volumeMounts: [{name: config, mountPath: /data}]
  containers:
  - name: use
    image: busybox
    command: [sh, -c, 'echo "$DB_ADDRESS $TWO ${NOWHERE-none}"']
    env:
    - {name: DB_ADDRESS, valueFrom: {fileKeyRef: {path: config.env, volumeName: config, key: DB_ADDRESS}}}
    - {name: TWO, valueFrom: {fileKeyRef: {path: config.env, volumeName: config, key: TWO}}}
    - {name: NOWHERE, valueFrom: {fileKeyRef: {path: config.env, volumeName: config, key: NOWHERE, optional: true}}}
  - name: missing
    image: busybox
    env: [{name: A, valueFrom: {fileKeyRef: {path: config.env, volumeName: config, key: A}}}]
  - name: nofile
    image: busybox
    env: [{name: A, valueFrom: {fileKeyRef: {path: other.env, volumeName: config, key: A, optional: true}}}]
  volumes: [{name: config, emptyDir: {}}]
#end
kubectl apply -f pod.yaml
sleep 10
kubectl logs envfile -c use
kubectl get pod envfile
kubectl get pod envfile -o jsonpath='{range .status.containerStatuses[*]}{.name} {.state.waiting.reason}: {.state.waiting.message}{"\n"}{end}'
printf '\xef\xbb\xbfA=b\n  C=d\n\xff\xfe=x\n' > odd.env; kubectl create configmap odd --from-env-file=odd.env
# Variables of a template, from standard input and taken away.
kubectl create deployment d --image=nginx
kubectl set env deploy d
kubectl set env deploy d A=b B=c; printf 'C=d # x\nD\nE=f\n' | kubectl set env deploy d -
kubectl set env deploy d --env=A-
kubectl set env deploy d G=h --prefix=P_ --list
kubectl set env A=b deploy
