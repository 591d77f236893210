# What the server refuses, warns of and drops: addresses that readers take differently, features that are off.
#file addresses.yaml
apiVersion: v1
kind: Service
metadata: {name: addresses}
spec:
  type: LoadBalancer
  ports: [{port: 80}]
  externalIPs: [010.1.1.1, "::ffff:1.2.3.4", 10.1.1.1]
  loadBalancerSourceRanges: [10.1.1.1/8, 10.0.0.0/08]
#end
#file external.yaml
apiVersion: v1
kind: Service
metadata: {name: external}
spec: {ports: [{port: 80}], externalIPs: [10.1.1.1, "2001:DB8::1"]}
#end
#file node-port.yaml
apiVersion: v1
kind: Service
metadata: {name: node-port}
spec: {ports: [{port: 80, nodePort: 30000}]}
#end
#file pod.yaml
apiVersion: v1
kind: Pod
metadata:
  name: web
  annotations: {seccomp.security.alpha.kubernetes.io/pod: runtime/default, container.seccomp.security.alpha.kubernetes.io/c: unconfined}
spec:
  affinity:
    nodeAffinity:
      preferredDuringSchedulingIgnoredDuringExecution:
        - {weight: 1, preference: {matchExpressions: [{key: a, operator: In, values: ["x y"]}]}}
  volumes:
    - name: v
      projected: {sources: [{}, {configMap: {name: a, items: [{key: x, path: p}]}}, {secret: {name: b, items: [{key: x, path: p/q}]}}]}
  containers:
    - name: c
      image: nginx
      ports: [{containerPort: 80, hostIP: 1.2.3.4}, {containerPort: 53, protocol: UDP}]
      lifecycle: {stopSignal: SIGUSR1}
#end
#file printed.yaml
apiVersion: v1
kind: Pod
metadata: {name: printed, ownerReferences: [{apiVersion: v1, kind: Event, name: a, uid: b}]}
spec:
  resourceClaims: [{name: a}]
  containers:
    - {name: c, image: nginx, securityContext: {privileged: true, allowPrivilegeEscalation: false, seccompProfile: {type: Unconfined, localhostProfile: x}}}
#end
#file set.yaml
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: set}
spec:
  updateStrategy: {rollingUpdate: {maxUnavailable: 0}}
  selector: {matchLabels: {a: b}}
  template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: nginx}]}}
#end
#file rest.yaml
apiVersion: v1
kind: Namespace
metadata: {name: q}
spec: {finalizers: [foo, a.b/c]}
---
apiVersion: v1
kind: Node
metadata: {name: n1}
spec: {taints: [{key: b, value: d, effect: NoSchedule}, {key: b, value: c, effect: NoSchedule}], podCIDRs: [10.1.1.1/24]}
---
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: s}
provisioner: a.b/c
allowedTopologies: [{matchLabelExpressions: [{key: a}, {key: a, values: [b, b]}]}]
#end
#file scaler.yaml
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: s}
spec: {maxReplicas: 2, scaleTargetRef: {apiVersion: apps/v1, kind: DaemonSet, name: d}}
#end
#file behaviour.yaml
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: behaviour}
spec:
  maxReplicas: 2
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: d}
  behavior: {scaleUp: {policies: []}, scaleDown: {stabilizationWindowSeconds: 5}}
#end
#file volumes.yaml
apiVersion: v1
kind: Pod
metadata: {name: volumes}
spec:
  schedulingGroup: {podGroupName: x}
  containers: [{name: c, image: nginx, volumeMounts: [{name: html, mountPath: /html}, {name: p, mountPath: /p}]}]
  volumes:
    - {name: html, gitRepo: {repository: "https://example.com/x.git"}}
    - name: p
      projected:
        sources:
          - {clusterTrustBundle: {name: a, path: b}}
          - {podCertificate: {signerName: a.b/c, keyType: ED25519, credentialBundlePath: x}}
#end
kubectl apply -f behaviour.yaml
kubectl apply -f volumes.yaml
kubectl get pod volumes -o jsonpath='{.spec.schedulingGroup}{.spec.volumes[1].projected.sources}{"\n"}'
sleep 2; kubectl get events -o jsonpath='{.items[?(@.type=="Warning")].message}{"\n"}'
kubectl delete pod volumes --now
kubectl apply -f addresses.yaml
kubectl apply -f external.yaml
kubectl apply -f node-port.yaml
kubectl apply -f pod.yaml
kubectl get pod web -o jsonpath='{.spec.containers[0].lifecycle}{"\n"}'
kubectl apply -f printed.yaml
kubectl apply -f set.yaml
kubectl get sts set -o jsonpath='{.spec.updateStrategy}{"\n"}'
kubectl apply -f rest.yaml
kubectl run x --image=nginx --env='A B=c'
kubectl run x --image=nginx --env=A=b --port=80 --expose
kubectl exec svc/kubernetes -- ls
kubectl create configmap c
kubectl exec cm/c -- ls
sleep 3
kubectl logs x --limit-bytes=0 | wc -l
kubectl port-forward x 0
kubectl port-forward x 99999
kubectl port-forward x 80:
kubectl port-forward x y:80
kubectl port-forward svc/x 81
kubectl port-forward svc/x z:80
kubectl apply -f scaler.yaml
sleep 16; kubectl get hpa s -o jsonpath='{.status.conditions[0].message}{"\n"}'
kubectl help rollout undo | tail -4
kubectl help nothing
kubectl replace
kubectl replace -f set.yaml --force --dry-run=client
kubectl apply -f set.yaml --cascade=x
kubectl kustomize a b
kubectl patch cm c --type=merge -p '[]'
kubectl patch cm c --type=merge -p null
kubectl patch cm c --type=json -p '[5]'
kubectl patch cm c -p '{"metadata":{"namespace":"x"}}'
kubectl patch pod x -p '{"spec":{"image":"nginx","containers":[{"name":"x","port":[]}]}}'
kubectl patch pod x --type=merge -p '{"spec":{"image":"nginx"}}' --warnings-as-errors
kubectl patch pod x --type=json -p '[{"op":"add","path":"/spec/image","value":"nginx"}]' -v=6
kubectl top pods --sum
kubectl logs x -c nope
kubectl exec x -c nope -- ls
kubectl attach x -c nope
kubectl create secret generic hidden --from-literal=a=1 --from-literal=b=2
kubectl create secret generic hidden --from-literal=a=2 --from-literal=b=2 --from-literal=c=3 --dry-run=client -o yaml | kubectl diff -f - | grep '\*\*\*'
kubectl create secret generic hidden --from-literal=a=2 --dry-run=client -o yaml | kubectl diff -f - --show-secrets | grep ' a:'
kubectl run odd --image=nginx --overrides='{"spec":{"bogus":1,"containers":[{"name":"odd","image":"busybox","resources":{"limits":{"cpu":"0.5"}}}]}}' --dry-run=client -o jsonpath='{.spec}{"\n"}'
kubectl run odd --image=nginx --overrides='{"spec":{"hostNetwork":"yes"}}'
kubectl get pods --show-labels -o custom-columns=N:.metadata.name
