# Mutating admission policies: what they add to objects, in which order, and how they are told what is wrong with them.
#file sidecar.yaml
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingAdmissionPolicy
metadata:
  name: sidecar-policy.example.com
spec:
  matchConstraints:
    resourceRules:
    - {apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"]}
  matchConditions:
  - name: does-not-already-have-sidecar
    expression: "!object.spec.?initContainers.orValue([]).exists(ic, ic.name == 'mesh-proxy')"
  failurePolicy: Fail
  reinvocationPolicy: IfNeeded
  mutations:
  - patchType: ApplyConfiguration
    applyConfiguration:
      expression: >
        Object{
          metadata: Object.metadata{labels: {"mesh": "on"}},
          spec: Object.spec{
            initContainers: [
              Object.spec.initContainers{
                name: "mesh-proxy",
                image: "memcached:1.6",
                restartPolicy: "Always",
                env: [Object.spec.initContainers.env{name: "FOR", value: object.spec.containers[0].image}]
              }
            ]
          }
        }
---
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingAdmissionPolicyBinding
metadata:
  name: sidecar-here
spec:
  policyName: sidecar-policy.example.com
  matchResources:
    namespaceSelector:
      matchLabels: {mesh: enabled}
#end
kubectl apply -f sidecar.yaml
kubectl get mutatingadmissionpolicies,mutatingadmissionpolicybindings
kubectl run before --image=nginx:1.26
kubectl label namespace default mesh=enabled
kubectl create deployment web --image=nginx:1.26
sleep 5
kubectl get pods -l mesh=on
kubectl get pods before -o jsonpath='{.spec.initContainers}{"\n"}'
kubectl get pods -l app=web -o jsonpath='{range .items[0].spec.initContainers[*]}{.name} {.image} {.restartPolicy} {.imagePullPolicy} {.env}{"\n"}{end}'
kubectl get pods -l app=web -o yaml --show-managed-fields | grep -c mesh-proxy
# A JSON patch, with parameters; what it tests decides.
#file patch.yaml
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingAdmissionPolicy
metadata:
  name: team
spec:
  paramKind: {apiVersion: v1, kind: ConfigMap}
  matchConstraints:
    resourceRules:
    - {apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE", "UPDATE"], resources: ["configmaps"]}
  variables:
  - {name: team, expression: "params.data.team"}
  failurePolicy: Fail
  reinvocationPolicy: Never
  mutations:
  - patchType: JSONPatch
    jsonPatch:
      expression: >
        has(object.metadata.labels) ? [] + [
          JSONPatch{op: "test", path: "/metadata/labels/kind", value: "plain"},
          JSONPatch{op: "replace", path: "/metadata/labels/kind", value: "owned"},
          JSONPatch{op: "add", path: "/metadata/labels/" + jsonpatch.escapeKey("example.com/team"), value: variables.team}
        ] : [JSONPatch{op: "add", path: "/metadata/labels", value: {"kind": "none"}}]
  - patchType: ApplyConfiguration
    applyConfiguration:
      expression: "Object{data: {'seen': object.metadata.?labels[?'kind'].orValue('')}}"
---
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingAdmissionPolicyBinding
metadata:
  name: team-b
spec:
  policyName: team
  paramRef: {name: teams, namespace: default, parameterNotFoundAction: Allow}
#end
kubectl create configmap teams --from-literal=team=blue
kubectl apply -f patch.yaml
#file maps.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: plain, labels: {kind: plain}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: other, labels: {kind: other}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: bare}
#end
kubectl apply -f maps.yaml
kubectl get configmaps plain other bare -o jsonpath='{range .items[*]}{.metadata.name} {.metadata.labels} {.data}{"\n"}{end}'
kubectl apply -f maps.yaml --dry-run=server
# What a policy makes is judged like what a user sends.
#file wrong.yaml
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingAdmissionPolicy
metadata: {name: wrong}
spec:
  matchConstraints:
    resourceRules:
    - {apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["services", "secrets", "pods"]}
  failurePolicy: Fail
  reinvocationPolicy: Never
  mutations:
  - patchType: ApplyConfiguration
    applyConfiguration:
      expression: >
        request.resource.resource == 'services' ? Object{spec: Object.spec{clusterip: "None"}}
        : request.resource.resource == 'pods' ? Object{spec: Object.spec{tolerations: [Object.spec.tolerations{operator: "Exists"}]}}
        : Object{metadata: Object.metadata{labels: {"a b": "c"}}}
---
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingAdmissionPolicyBinding
metadata: {name: wrong}
spec: {policyName: wrong}
#end
kubectl apply -f wrong.yaml
kubectl create service clusterip s --tcp=80
kubectl create secret generic s
kubectl run p --image=nginx
kubectl patch mutatingadmissionpolicy wrong --type=merge -p '{"spec":{"failurePolicy":"Ignore"}}'
kubectl create service clusterip s --tcp=80
kubectl delete mutatingadmissionpolicy wrong
# Expressions that do not make what they should.
#file bad.yaml
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingAdmissionPolicy
metadata: {name: bad}
spec:
  matchConstraints:
    resourceRules:
    - {apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["secrets"]}
  failurePolicy: Fail
  reinvocationPolicy: Never
  mutations:
  - {patchType: ApplyConfiguration, applyConfiguration: {expression: "{'data': {}}"}}
  - {patchType: JSONPatch, jsonPatch: {expression: "[JSONPatch{op: 1, where: '/a'}]"}}
  - {patchType: JSONPatch, jsonPatch: {expression: "Object{}"}}
  - {patchType: ApplyConfiguration, applyConfiguration: {expression: "Objekt{}"}}
#end
kubectl apply -f bad.yaml
#file misplaced.yaml
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingAdmissionPolicy
metadata: {name: misplaced}
spec:
  matchConstraints:
    resourceRules:
    - {apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["secrets"]}
  failurePolicy: Fail
  reinvocationPolicy: Never
  mutations:
  - {patchType: ApplyConfiguration, applyConfiguration: {expression: "Object{metadata: Object.meta{labels: {'a': 'b'}}}"}}
---
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingAdmissionPolicyBinding
metadata: {name: misplaced}
spec: {policyName: misplaced}
#end
kubectl apply -f misplaced.yaml
kubectl create secret generic s
kubectl patch mutatingadmissionpolicy misplaced --type=json -p '[{"op": "replace", "path": "/spec/mutations/0", "value": {"patchType": "JSONPatch", "jsonPatch": {"expression": "[JSONPatch{op: \"add\", path: \"/metadata/bogus\", value: 1}]"}}}]'
kubectl create secret generic s
kubectl patch mutatingadmissionpolicy misplaced --type=json -p '[{"op": "replace", "path": "/spec/mutations/0/jsonPatch/expression", "value": "[JSONPatch{op: \"remove\", path: \"/data/a\"}]"}]'
kubectl create secret generic s
kubectl delete mutatingadmissionpolicy misplaced
# What was added is filled in by the plugins, and who asks for it is asked again: b adds to what a counts.
#file again.yaml
apiVersion: v1
kind: LimitRange
metadata: {name: small}
spec:
  limits:
  - {type: Container, default: {cpu: 200m}, defaultRequest: {cpu: 100m}}
---
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingAdmissionPolicy
metadata: {name: a}
spec:
  matchConstraints:
    resourceRules:
    - {apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"]}
  failurePolicy: Fail
  reinvocationPolicy: IfNeeded
  mutations:
  - patchType: ApplyConfiguration
    applyConfiguration:
      expression: "Object{metadata: Object.metadata{annotations: {'containers': string(size(object.spec.containers))}}}"
---
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingAdmissionPolicy
metadata: {name: b}
spec:
  matchConstraints:
    resourceRules:
    - {apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"]}
  failurePolicy: Fail
  reinvocationPolicy: Never
  mutations:
  - patchType: JSONPatch
    jsonPatch:
      expression: "[JSONPatch{op: 'add', path: '/spec/containers/-', value: Object.spec.containers{name: 'log', image: 'busybox', command: ['sleep', '99']}}]"
---
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingAdmissionPolicyBinding
metadata: {name: a}
spec: {policyName: a}
---
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingAdmissionPolicyBinding
metadata: {name: b}
spec: {policyName: b}
#end
kubectl apply -f again.yaml
kubectl run twice --image=nginx
kubectl get pod twice -o jsonpath='{.metadata.annotations}{"\n"}{range .spec.containers[*]}{.name} {.resources}{"\n"}{end}'
kubectl delete mutatingadmissionpolicies a b
# Custom resources are changed by their schema.
#file crontab.yaml
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: crontabs.example.com}
spec:
  group: example.com
  names: {plural: crontabs, singular: crontab, kind: CronTab}
  scope: Namespaced
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec:
            type: object
            properties:
              cron: {type: string}
              replicas: {type: integer}
---
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingAdmissionPolicy
metadata: {name: crontab}
spec:
  matchConstraints:
    resourceRules:
    - {apiGroups: ["example.com"], apiVersions: ["*"], operations: ["CREATE", "UPDATE"], resources: ["crontabs"]}
  failurePolicy: Fail
  reinvocationPolicy: Never
  mutations:
  - {patchType: ApplyConfiguration, applyConfiguration: {expression: "Object{spec: Object.spec{replicas: has(object.spec.replicas) ? object.spec.replicas + 1 : 3}}"}}
---
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingAdmissionPolicyBinding
metadata: {name: crontab}
spec: {policyName: crontab}
#end
kubectl apply -f crontab.yaml
sleep 1
#file mine.yaml
apiVersion: example.com/v1
kind: CronTab
metadata: {name: mine}
spec: {cron: "* * * * *"}
#end
kubectl create -f mine.yaml
kubectl get crontab mine -o jsonpath='{.spec}{"\n"}'
kubectl patch crontab mine --type=merge -p '{"spec":{"cron":"1 * * * *"}}'
kubectl get crontab mine -o jsonpath='{.spec}{"\n"}'
