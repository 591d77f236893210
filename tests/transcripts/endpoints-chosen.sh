# Which endpoint a client meets: always the same with session affinity, one of its own node with a local policy, one that ends but
# still serves where there is no other; and what the cluster's DNS says of pods and aliases.
#file web.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 1
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      terminationGracePeriodSeconds: 30
      nodeSelector: {kubernetes.io/hostname: node1}
      containers:
      - {name: c, image: nginx, ports: [{containerPort: 80}], lifecycle: {preStop: {sleep: {seconds: 10}}}}
---
apiVersion: v1
kind: Service
metadata: {name: local}
spec: {selector: {app: web}, internalTrafficPolicy: Local, ports: [{port: 80}]}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80}]}
---
apiVersion: v1
kind: Service
metadata: {name: alias}
spec: {type: ExternalName, externalName: web.default.svc.cluster.local}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: names}
spec:
  replicas: 3
  selector: {matchLabels: {app: names}}
  template:
    metadata: {labels: {app: names}}
    spec:
      containers: [{name: c, image: registry.k8s.io/e2e-test-images/agnhost:2.53, args: [serve-hostname]}]
---
apiVersion: v1
kind: Service
metadata: {name: names}
spec: {selector: {app: names}, sessionAffinity: ClientIP, ports: [{port: 80, targetPort: 9376}]}
---
apiVersion: v1
kind: Service
metadata: {name: group}
spec: {selector: {app: member}, clusterIP: None, ports: [{port: 80}]}
---
apiVersion: v1
kind: Pod
metadata: {name: member, labels: {app: member}}
spec:
  hostname: first
  subdomain: group
  containers: [{name: c, image: busybox, command: [sleep, "3600"], readinessProbe: {exec: {command: [test, -e, /tmp/ready]}, periodSeconds: 1}}]
---
apiVersion: v1
kind: Pod
metadata: {name: c1}
spec: {nodeName: node1, containers: [{name: c, image: busybox, command: [sleep, "3600"]}]}
---
apiVersion: v1
kind: Pod
metadata: {name: c2}
spec: {nodeName: node2, containers: [{name: c, image: busybox, command: [sleep, "3600"]}]}
#end
#file orphan.yaml
apiVersion: v1
kind: Endpoints
metadata: {name: orphan}
subsets: [{addresses: [{ip: 192.0.2.7}], ports: [{port: 80}]}]
#end
kubectl apply -f web.yaml
sleep 10
kubectl exec c1 -- sh -c 'for i in 1 2 3 4 5 6 7 8; do wget -qO- http://names; echo; done' | sort -u | wc -l
kubectl exec c1 -- wget -T 3 -qO /dev/null http://local
kubectl exec c2 -- wget -T 3 -qO /dev/null http://local
kubectl exec c2 -- wget -T 3 -qO /dev/null http://alias
kubectl exec c1 -- nslookup alias | grep Name
kubectl exec c1 -- nslookup 10-244-1-3.default.pod.cluster.local | tail -2
# A host name behind a headless service is found once its pod is ready.
kubectl exec c1 -- nslookup first.group | tail -2
kubectl exec member -- hostname -f
kubectl exec member -- touch /tmp/ready
sleep 3
kubectl exec c1 -- nslookup first.group | grep Name
kubectl scale deploy web --replicas=0
kubectl exec c2 -- wget -T 3 -qO /dev/null http://web
sleep 15
kubectl exec c2 -- wget -T 3 -qO /dev/null http://web
kubectl patch svc web --subresource=status --type=merge -p '{"status":{"loadBalancer":{"ingress":[{"ip":"203.0.113.1"}]}}}'
# Endpoints that no Service has stay, and so does what is written into those of one, until its pods change.
kubectl apply -f orphan.yaml 2> /dev/null
kubectl patch endpoints names --type=merge -p '{"subsets":[{"addresses":[{"ip":"192.0.2.8"}]}]}' 2> /dev/null
sleep 2
kubectl get endpoints orphan names -o custom-columns=NAME:.metadata.name,ADDRESSES:.subsets[*].addresses[*].ip 2> /dev/null
kubectl delete pod -l app=names --wait=false > /dev/null; sleep 5; kubectl get endpoints names -o 'jsonpath={.subsets[*].addresses[*].ip}' 2> /dev/null | wc -w
