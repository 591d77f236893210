# A ReplicaSet whose pods a quota refuses tries again with every change of those that it has, and counts each time: its next try after
# the quota is raised comes late.
#file web.yaml
apiVersion: v1
kind: ResourceQuota
metadata: {name: one}
spec: {hard: {pods: "1"}}
---
apiVersion: apps/v1
kind: ReplicaSet
metadata: {name: web}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: c, image: nginx}]}
#end
kubectl apply -f web.yaml; sleep 3
kubectl get events --field-selector reason=FailedCreate -o jsonpath='{.items[*].count}'; echo
kubectl patch quota one -p '{"spec":{"hard":{"pods":"2"}}}'; sleep 1; kubectl get replicaset web; sleep 5; kubectl get replicaset web
