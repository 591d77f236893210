# What a kustomization calls by a name (`vars`), and the fields in which the names stand for values.
#file base/kustomization.yaml
resources: [web.yaml, service.yaml]
vars:
- name: SERVICE
  objref: {kind: Service, name: web, apiVersion: v1}
#end
#file base/web.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, annotations: {see: "$(SERVICE):$(PORT)"}}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}, annotations: {of: $(SERVICE)}}
    spec:
      initContainers: [{name: wait, image: busybox, command: [sh, -c, "nc -z $(SERVICE) $(PORT)"]}]
      containers:
      - name: web
        image: $(SERVICE)
        args: ["--host=$(SERVICE)", $(PORT), $(NOBODY), $$(SERVICE), a$b, "$(", "$"]
        env: [{name: HOST, value: $(SERVICE)}, {name: ADDRESS, value: "http://$(SERVICE):$(PORT)/$(SERVICE)"}]
        volumeMounts: [{name: data, mountPath: /data/$(SERVICE)}]
#end
#file base/service.yaml
apiVersion: v1
kind: Service
metadata: {name: web, labels: {called: $(SERVICE)}}
spec: {ports: [{port: 80}]}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web}
spec: {rules: [{host: $(SERVICE).example.com}], tls: [{hosts: [$(SERVICE).example.com], secretName: $(SERVICE)}]}
#end
#file over/kustomization.yaml
namePrefix: my-
resources: [../base]
vars:
- name: PORT
  objref: {kind: Service, name: web, apiVersion: v1}
  fieldref: {fieldpath: "spec.ports[0].port"}
- name: IDLE
  objref: {kind: Deployment, name: web, group: apps, version: v1}
#end
#file nobody/kustomization.yaml
resources: [../base]
vars: [{name: OTHER, objref: {kind: Service, name: api, apiVersion: v1}}]
#end
#file nothing/kustomization.yaml
resources: [../base]
vars: [{name: OTHER, objref: {kind: Service, name: web, apiVersion: v1}, fieldref: {fieldPath: spec.nothing}}]
#end
#file twice/kustomization.yaml
resources: [../base]
vars: [{name: SERVICE, objref: {kind: Service, name: web}}]
#end
#file odd/kustomization.yaml
resources: [../base]
vars: [{name: OTHER, object: web}]
#end
kubectl kustomize over
kubectl kustomize nobody
kubectl kustomize nothing
kubectl kustomize twice
kubectl kustomize odd
