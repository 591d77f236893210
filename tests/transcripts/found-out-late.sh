# What kubectl finds out only after it has asked the server, and what it says of parts and prunings.
#file web.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {app: web}}
spec:
  replicas: 1
  selector: {matchLabels: {app: web}}
  template: {metadata: {labels: {app: web}}, spec: {containers: [{name: c, image: nginx}]}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: settings, labels: {app: web}}
data: {a: "1"}
#end
#file less.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: settings, labels: {app: web}}
data: {a: "2"}
#end
#file job.yaml
apiVersion: batch/v1
kind: CronJob
metadata: {name: once}
spec: {schedule: "@daily", jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: busybox}]}}}}}
#end
#file words.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec: {replicas: two}
#end
#file absent.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: absent}
#end
kubectl apply -f web.yaml -o wide
kubectl label cm settings tier=back -o wide
kubectl label cm settings tier=front nope-
kubectl get cm settings --show-labels
kubectl annotate cm settings note=x -o wide
kubectl patch cm settings -p '{"data":{"b":"3"},"extra":1}' -o custom-columns=A:.data
kubectl get cm settings -o jsonpath='{.data}{"\n"}'
kubectl get cm nope -o foo
kubectl get cm settings -o foo
kubectl rollout pause deploy/web -o wide
kubectl rollout resume deploy/web
kubectl patch deploy web --subresource=scale -p '{}'
kubectl patch cm settings --subresource=status -p '{}'
kubectl get cm settings --subresource=scale
kubectl get -f web.yaml --subresource=scale
kubectl get deploy,cm --field-selector spec.nodeName=
kubectl get pods,cm --field-selector spec.nodeName=
kubectl set env deploy/web --from=cm/settings --local
kubectl set env -f web.yaml --from=cm/settings
kubectl set image -f job.yaml c=busybox:2 --local -o yaml
kubectl apply view-last-applied cm settings --all
kubectl create service clusterip s --tcp=80 --save-config --dry-run=client -o yaml
kubectl create configmap s --from-literal=b=1 --from-literal=a=2 --dry-run=client -o kyaml
kubectl get cm settings -o kyaml
kubectl edit cm settings -o name
kubectl apply -f less.yaml --server-side --dry-run=server
kubectl diff -f less.yaml --prune -l app=web --prune-allowlist=apps/v1/Deployment | grep -e managedFields -e manager -e '^[-+]  a:'
kubectl patch cm settings -p '{"metadata":{"finalizers":["example.com/held"]}}'
kubectl delete cm settings --wait=false
kubectl apply -f less.yaml --server-side --force-conflicts
kubectl diff -f less.yaml
kubectl patch deploy web --subresource=scale --type=merge -p '{"spec":{"replicas":1}}'
kubectl patch deploy web --subresource=scale --type=merge -p '{"spec":{"replicas":2}}'
kubectl patch deploy web --subresource=scale --type=merge -p '{"spec":{"replicas":2}}'
kubectl diff -f words.yaml 2>&1 | sed 's/resourceVersion:[0-9]*/resourceVersion:N/'
kubectl apply -f web.yaml --prune --prune-allowlist=odd
kubectl get -f absent.yaml -w --request-timeout=1s
kubectl explain ev 2>&1 | head -1
kubectl get priorityclasses -o jsonpath='{range .items[*]}{.description}{"\n"}{end}'
kubectl logs -l "app in"
kubectl logs deploy/web -f --request-timeout=2s >/dev/null
