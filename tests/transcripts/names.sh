# What the cluster's DNS has by a name: addresses, aliases, ports of services and names of addresses; and kernel parameters.
#file set.yaml
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: web}
spec:
  serviceName: nginx
  replicas: 2
  selector: {matchLabels: {app: nginx}}
  template:
    metadata: {labels: {app: nginx}}
    spec: {containers: [{name: c, image: nginx, ports: [{containerPort: 80, name: web}]}]}
---
apiVersion: v1
kind: Service
metadata: {name: nginx}
spec: {clusterIP: None, selector: {app: nginx}, ports: [{port: 80, name: web}]}
---
apiVersion: v1
kind: Service
metadata: {name: front}
spec: {clusterIP: 10.96.7.7, selector: {app: nginx}, ports: [{port: 8080, targetPort: 80, name: http}, {port: 53, protocol: UDP, name: dns}]}
---
apiVersion: v1
kind: Service
metadata: {name: outside}
spec: {type: ExternalName, externalName: db.example.com}
---
apiVersion: v1
kind: Service
metadata: {name: alias}
spec: {type: ExternalName, externalName: front.default.svc.cluster.local}
---
apiVersion: v1
kind: Pod
metadata: {name: box}
spec:
  securityContext: {sysctls: [{name: kernel.shm_rmid_forced, value: "1"}]}
  containers: [{name: c, image: busybox, command: [sleep, "999"]}]
---
apiVersion: v1
kind: Pod
metadata: {name: utils}
spec:
  hostAliases: [{ip: 10.1.2.3, hostnames: [foo.remote]}]
  containers: [{name: c, image: registry.k8s.io/e2e-test-images/jessie-dnsutils:1.3, command: [sleep, "999"]}]
#end
kubectl apply -f set.yaml
sleep 20; kubectl exec box -- nslookup alias; kubectl exec box -- nslookup outside
kubectl exec box -- nslookup -type=srv _http._tcp.front.default.svc.cluster.local
kubectl exec box -- nslookup -type=aaaa front.default.svc.cluster.local
kubectl exec box -- nslookup 10.96.0.1
kubectl exec utils -- dig SRV nginx.default.svc.cluster.local
kubectl exec utils -- dig +short SRV _dns._udp.front.default.svc.cluster.local
kubectl exec utils -- dig +short -x 10.96.7.7
kubectl exec utils -- dig alias.default.svc.cluster.local +noall +answer
kubectl exec utils -- dig front | grep status; kubectl exec utils -- dig +search +short front
kubectl exec utils -- host alias; kubectl exec utils -- host 10.96.7.7; kubectl exec utils -- host -t SRV _http._tcp.front.default.svc.cluster.local
kubectl exec utils -- getent hosts front; kubectl exec utils -- getent hosts foo.remote; kubectl exec utils -- getent hosts nobody; kubectl exec utils -- getent passwd root
kubectl exec box -- sysctl kernel.shm_rmid_forced net.core.somaxconn; kubectl exec box -- sysctl -n vm.max_map_count; kubectl exec box -- sysctl -w vm.max_map_count=1; kubectl exec box -- sysctl no.such
kubectl exec box -- cat /proc/sys/kernel/shm_rmid_forced
# nslookup is BIND's in one image, and in the busybox that tutorials ask for an old one.
kubectl exec utils -- nslookup web-0.nginx; kubectl exec utils -- nslookup 10.96.7.7; kubectl exec utils -- nslookup nobody; kubectl exec utils -- nslookup -type=srv _http._tcp.front.default.svc.cluster.local
kubectl run old --image=busybox:1.28 --command -- sleep 999; sleep 5
kubectl exec old -- nslookup nginx; kubectl exec old -- nslookup kubernetes.default; kubectl exec old -- nslookup nobody; kubectl exec old -- nslookup 10.96.0.10; kubectl exec old -- nslookup
# A server that is named is asked; only the cluster's own answers.
kubectl exec box -- nslookup alias.default.svc.cluster.local 10.96.0.10; kubectl exec box -- nslookup alias kube-dns.kube-system.svc.cluster.local; time kubectl exec box -- nslookup alias 8.8.8.8
kubectl exec box -- nslookup alias nobody; kubectl exec utils -- nslookup alias 8.8.8.8; kubectl exec utils -- nslookup alias nobody
