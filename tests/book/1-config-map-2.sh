#! Section 1, the rest: every way in, what follows an edit and what does not, and the chapter's limits.
printf 'X=1\n# a comment\nY=two words\n' > app.env
kubectl create configmap c1 --from-literal=a=1 --from-literal=b=2
kubectl create configmap c2 --from-env-file=app.env
kubectl create configmap c3 --from-file=renamed=app.env
kubectl create secret generic s1 --from-literal=user=admin --from-literal=pass=s3cret
kubectl describe configmap c3
cat > pod.yaml <<'E'
apiVersion: v1
kind: Pod
metadata: {name: reader, labels: {app: x}}
spec:
  terminationGracePeriodSeconds: 1
  containers:
  - name: c
    image: busybox
    command: [sleep, "3600"]
    resources: {requests: {cpu: 100m}, limits: {memory: 64Mi}}
    env:
    - {name: OPTIONAL, valueFrom: {configMapKeyRef: {name: none, key: k, optional: true}}}
    - {name: FROM_MAP, valueFrom: {configMapKeyRef: {name: c1, key: a}}}
    - {name: FROM_SECRET, valueFrom: {secretKeyRef: {name: s1, key: pass}}}
    - {name: FROM_POD, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
    - {name: FROM_LIMIT, valueFrom: {resourceFieldRef: {resource: limits.memory}}}
    envFrom:
    - configMapRef: {name: c2}
    - configMapRef: {name: nothere, optional: true}
    - {prefix: S_, secretRef: {name: s1}}
    volumeMounts:
    - {name: whole, mountPath: /whole}
    - {name: some, mountPath: /some}
    - {name: whole, mountPath: /etc/one, subPath: a}
    - {name: secret, mountPath: /secret}
    - {name: down, mountPath: /down}
  volumes:
  - {name: whole, configMap: {name: c1}}
  - {name: some, configMap: {name: c1, defaultMode: 0640, items: [{key: a, path: x/a.txt, mode: 0400}, {key: b, path: b.txt}]}}
  - {name: secret, secret: {secretName: s1, defaultMode: 0400}}
  - name: down
    downwardAPI: {items: [{path: labels, fieldRef: {fieldPath: metadata.labels}}, {path: cpu, resourceFieldRef: {containerName: c, resource: requests.cpu, divisor: 1m}}]}
E
kubectl create -f pod.yaml
kubectl wait --for=condition=Ready pod/reader
kubectl exec reader -- sh -c 'env | grep -E "^(X|Y|FROM|S_|OPT)" | sort'
kubectl exec reader -- sh -c 'ls /whole /some /some/x /secret /down; cat /etc/one /secret/pass; stat -c "%a %n" /some/..data/x/a.txt /some/..data/b.txt /secret/..data/user'
kubectl exec reader -- sh -c 'echo x > /whole/new'
kubectl exec reader -- sh -c 'readlink /whole/..data > /tmp/before'
kubectl patch configmap c1 -p '{"data":{"a":"changed"}}'
kubectl patch secret s1 -p '{"stringData":{"pass":"new"}}'
sleep 1
kubectl exec reader -- cat /whole/a
sleep 130
kubectl exec reader -- sh -c 'cat /whole/a /some/x/a.txt /secret/pass; echo; echo env $FROM_MAP $FROM_SECRET subPath $(cat /etc/one); [ $(readlink /whole/..data) = $(cat /tmp/before) ] || echo swapped; ls -a /whole | grep -c 2026'
kubectl label pod reader more=yes
sleep 100
kubectl exec reader -- cat /down/labels
cat > late.yaml <<'E'
apiVersion: v1
kind: Pod
metadata: {name: mounts}
spec:
  containers: [{name: c, image: busybox, command: [sh, -c, 'cat /v/k; sleep 3600'], volumeMounts: [{name: v, mountPath: /v}]}]
  volumes: [{name: v, configMap: {name: late}}]
---
apiVersion: v1
kind: Pod
metadata: {name: reads}
spec:
  restartPolicy: Never
  containers: [{name: c, image: busybox, command: [sh, -c, 'env | grep EV'], env: [{name: EV, valueFrom: {configMapKeyRef: {name: late, key: k}}}]}]
E
kubectl create -f late.yaml
kubectl create configmap late --from-literal=k=other -n kube-system
sleep 30
kubectl get pods mounts reads
kubectl get events --field-selector type=Warning -o custom-columns=O:.involvedObject.name,R:.reason,M:.message | grep late
kubectl create configmap late --from-literal=k=v
sleep 130
kubectl get pods mounts reads
kubectl logs reads
cat > hides.yaml <<'E'
apiVersion: v1
kind: Pod
metadata: {name: hides}
spec:
  containers: [{name: c, image: nginx, volumeMounts: [{name: v, mountPath: /etc/nginx/conf.d}]}]
  volumes: [{name: v, configMap: {name: c2}}]
---
apiVersion: v1
kind: Pod
metadata: {name: copies}
spec:
  containers: [{name: c, image: nginx, command: [sh, -c, 'cp /tmp/conf/* /etc/nginx/conf.d/ && exec nginx -g "daemon off;"'], volumeMounts: [{name: v, mountPath: /tmp/conf}]}]
  volumes: [{name: v, configMap: {name: c2}}]
E
kubectl create -f hides.yaml
sleep 5
kubectl exec hides -- ls /etc/nginx/conf.d
kubectl exec copies -- ls /etc/nginx/conf.d
kubectl patch configmap c1 -p '{"immutable":true}'
kubectl patch configmap c1 -p '{"data":{"a":"again"}}'
