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
