# What nobody described has the programs that a pod starts it with, listens where it is asked, and is whom it may be.
#file operator.yaml
apiVersion: v1
kind: Pod
metadata: {name: operator}
spec:
  securityContext: {runAsNonRoot: true}
  initContainers:
  - {name: copy, image: "quay.io/acme/tools:v1", command: [sh, -c, "cp /usr/bin/tool /shared/tool && cp -r /plugins/. /shared"], volumeMounts: [{name: shared, mountPath: /shared}]}
  - {name: migrate, image: "quay.io/acme/operator:v1", args: [migrate, up]}
  containers:
  - name: manager
    image: quay.io/acme/operator:v1
    command: [/manager]
    args: [--leader-elect]
    readinessProbe: {httpGet: {path: /readyz, port: 8081}}
    livenessProbe: {exec: {command: [/bin/grpc_health_probe, "-addr=:9090"]}}
  - {name: proxy, image: "quay.io/acme/proxy:v1", args: [--v=2], ports: [{name: https, containerPort: 10250}], readinessProbe: {httpGet: {port: https, scheme: HTTPS}}}
  - {name: server, image: "quay.io/acme/server:v1", command: [sh, -c, "serve --all"], startupProbe: {grpc: {port: 9091}}, readinessProbe: {exec: {command: [sh, -c, "exec serverctl status | grep -v down || serverctl"]}}}
  - {name: tool, image: "quay.io/acme/other:v1", command: [/shared/tool], volumeMounts: [{name: shared, mountPath: /shared}]}
  - {name: app, image: "node:22", command: [npm, start], securityContext: {runAsNonRoot: false}, ports: [{containerPort: 3000}], readinessProbe: {httpGet: {port: 3000}}}
  volumes: [{name: shared, emptyDir: {}}]
#end
kubectl apply -f operator.yaml
sleep 30
kubectl get pod operator
kubectl exec operator -c manager -- sh -c 'id -u; ps -o args | head -2'
# Whoever calls it otherwise is told that there is no such program.
kubectl exec operator -c manager -- /manager --version
kubectl exec operator -c app -- node --version; echo $?
kubectl exec operator -c server -- sh -c 'serve'; echo $?
# Work that is to end does.
kubectl create job work --image=acme/batch:v1 -- sh -c 'migrate up && seed && echo done'
sleep 30
kubectl get job work
kubectl logs job/work
# What somebody described has what it has.
kubectl run web --image=nginx --command -- /manager
sleep 2
kubectl get pod web
# Well-known ones listen where they do, also where their pods declare no port.
kubectl run metrics --image=prom/prometheus:v3.5.0; kubectl expose pod metrics --port=80 --target-port=9090; kubectl run shop --image=acme/shop
sleep 5; kubectl run ask --image=busybox --restart=Never --rm -i -q -- wget -qO- metrics
kubectl run ask --image=busybox --restart=Never --rm -i -q -- wget -qO- $(kubectl get pod shop -o jsonpath={.status.podIP}):8080
# The web servers of workshops listen where their Services are told to send what they get, and are no test of Docker's.
kubectl create deployment blue --image=jpetazzo/color; kubectl create deployment hello --image=rancher/hello-world; kubectl create deployment demo --image=quay.io/rhdevelopers/quarkus-demo:v1
kubectl expose deployment blue --port=80; kubectl expose deployment hello --port=80; kubectl expose deployment demo --port=80 --target-port=8080; sleep 5
kubectl run ask --image=busybox --restart=Never -it --rm -- sh -c 'for name in blue hello demo; do wget -qO- -T 3 $name; done'
