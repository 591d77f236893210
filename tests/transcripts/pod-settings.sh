# What a pod's settings make of its volumes' owners, of its resolver and of the kernel's parameters; and paths that may not be mounted.
#file pods.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {key: value}
---
apiVersion: v1
kind: Pod
metadata: {name: group}
spec:
  securityContext: {runAsUser: 1000, runAsGroup: 3000, fsGroup: 2000, supplementalGroups: [4000]}
  containers:
  - name: c
    image: busybox
    command: [sleep, 1h]
    env: [{name: POD, valueFrom: {fieldRef: {fieldPath: metadata.name}}}]
    volumeMounts: [{name: data, mountPath: /data}, {name: data, mountPath: /logs, subPathExpr: $(POD)}, {name: settings, mountPath: /settings}]
  volumes: [{name: data, emptyDir: {}}, {name: settings, configMap: {name: settings, defaultMode: 0400}}]
---
apiVersion: v1
kind: Pod
metadata: {name: resolver}
spec:
  dnsPolicy: None
  dnsConfig: {nameservers: [1.1.1.1], searches: [resolv.conf.local], options: [{name: ndots, value: "2"}, {name: edns0}]}
  containers: [{name: c, image: busybox, command: [sleep, 1h]}]
---
apiVersion: v1
kind: Pod
metadata: {name: more}
spec:
  dnsConfig: {searches: [svc.cluster.local, example.com], options: [{name: ndots, value: "1"}]}
  containers: [{name: c, image: busybox, command: [sleep, 1h]}]
---
apiVersion: v1
kind: Pod
metadata: {name: full}
spec:
  dnsConfig: {nameservers: [1.1.1.1, 8.8.8.8, 9.9.9.9], searches: [s1.x, s2.x, s3.x, s4.x, s5.x, s6.x, s7.x, s8.x, s9.x, s10.x, s11.x, s12.x, s13.x, s14.x, s15.x, s16.x, s17.x, s18.x, s19.x, s20.x, s21.x, s22.x, s23.x, s24.x, s25.x, s26.x, s27.x, s28.x, s29.x, s30.x]}
  containers: [{name: c, image: busybox, command: [sleep, 1h]}]
---
apiVersion: v1
kind: Pod
metadata: {name: unsafe}
spec:
  securityContext: {sysctls: [{name: kernel.shm_rmid_forced, value: "1"}, {name: kernel.msgmax, value: "65536"}]}
  containers: [{name: c, image: busybox}]
---
apiVersion: v1
kind: Pod
metadata: {name: paths}
spec:
  containers:
  - name: absolute
    image: busybox
    env: [{name: A, value: /x}]
    volumeMounts: [{name: e, mountPath: /logs, subPathExpr: $(A)}]
  - name: back
    image: busybox
    env: [{name: A, value: ../x}]
    volumeMounts: [{name: e, mountPath: /logs, subPathExpr: $(A)}]
  - name: unset
    image: busybox
    volumeMounts: [{name: e, mountPath: /logs, subPathExpr: $(B)/$(A)}]
  volumes: [{name: e, emptyDir: {}}]
---
apiVersion: v1
kind: Pod
metadata: {name: port1}
spec:
  nodeName: node2
  containers: [{name: c, image: nginx, ports: [{containerPort: 80, hostPort: 54321, hostIP: 127.0.0.1}]}]
---
apiVersion: v1
kind: Pod
metadata: {name: port2}
spec:
  nodeName: node2
  containers: [{name: c, image: nginx, ports: [{containerPort: 80, hostPort: 54321, hostIP: 10.0.0.1}]}]
---
apiVersion: v1
kind: Pod
metadata: {name: port3}
spec:
  nodeName: node2
  containers: [{name: c, image: nginx, ports: [{containerPort: 80, hostPort: 54321}]}]
#end
kubectl apply -f pods.yaml
sleep 10
kubectl get pods
kubectl exec group -- sh -c 'id; echo hello > /data/file; mkdir /data/dir; touch /logs/file; ls -l /data /logs; cat /settings/key; ls -l /settings/..data/; ls -ld /data'
kubectl exec resolver -- cat /etc/resolv.conf
kubectl exec more -- cat /etc/resolv.conf
kubectl exec full -- cat /etc/resolv.conf
kubectl get events --field-selector reason=DNSConfigForming -o jsonpath='{range .items[*]}{.type} {.involvedObject.name} {.message}{"\n"}{end}'
kubectl get pods unsafe port3 -o jsonpath='{range .items[*]}{.status.reason}: {.status.message}{"\n"}{end}'
kubectl get pod paths -o jsonpath='{range .status.containerStatuses[*]}{.name} {.state.waiting.reason}: {.state.waiting.message}{"\n"}{end}'
kubectl run named --image=busybox --restart=Never --overrides='{"spec":{"hostname":"h","subdomain":"sub","setHostnameAsFQDN":true}}' -- sh -c 'hostname; echo $HOSTNAME; tail -1 /etc/hosts'
kubectl run hosted --image=busybox --restart=Never --overrides='{"spec":{"hostNetwork":true,"nodeName":"node2"}}' -- sh -c 'hostname; head -1 /etc/hosts; tail -1 /etc/hosts'
sleep 4
kubectl logs named
kubectl logs hosted
