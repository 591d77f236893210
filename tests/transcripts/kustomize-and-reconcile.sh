# A directory that is built and applied, roles that are completed, a cluster that is dumped.
#file app/kustomization.yaml
resources: [deploy.yaml]
namePrefix: dev-
configMapGenerator:
- name: settings
  literals: [mode=fast]
#end
#file app/deploy.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: nginx, envFrom: [{configMapRef: {name: settings}}]}]}
#end
#file role.yaml
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: reader, namespace: default}
rules: [{apiGroups: [""], resources: [pods], verbs: [get, list]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: reader, namespace: default}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader}
subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: jane}]
#end
#file more.yaml
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: reader, namespace: default}
rules: [{apiGroups: [""], resources: [pods, services], verbs: [get]}]
#end
kubectl kustomize app
kubectl apply -k app
kubectl get deploy,cm -o name
kubectl diff -k app
kubectl describe -k app | grep -E '^(Name|Kind|Image):?'; kubectl set env -k app --list
kubectl delete -k app
kubectl apply -k nowhere
kubectl auth reconcile -f role.yaml
kubectl auth reconcile -f role.yaml
kubectl auth reconcile -f more.yaml
kubectl get role reader -o jsonpath='{.rules}{"\n"}'
kubectl auth reconcile -f more.yaml --remove-extra-permissions
kubectl cluster-info dump --namespaces kube-public | grep List
kubectl cluster-info dump --output-directory /tmp/dump
kubectl options | head -8
kubectl explain quota.spec.hard | head -12
kubectl explain hpa.spec.behavior | head -20
