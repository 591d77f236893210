# What the API server refuses of policies that change what is asked for.
#file mutatingadmissionpolicy-0.yaml
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingAdmissionPolicy
metadata: {name: a}
spec: {}
#end
#file mutatingadmissionpolicy-1.yaml
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingAdmissionPolicy
metadata: {name: a}
spec:
  failurePolicy: Some
  reinvocationPolicy: Some
  matchConstraints: {resourceRules: [{operations: [DELETE, CREATE], apiGroups: [""], apiVersions: [v1], resources: [pods]}]}
  variables: [{name: x y, expression: ""}]
  mutations: [{}, {patchType: Some}, {patchType: JSONPatch, applyConfiguration: {expression: a}}, {patchType: ApplyConfiguration, applyConfiguration: {expression: " "}, jsonPatch: {}}]
#end
#file mutatingadmissionpolicybinding-2.yaml
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingAdmissionPolicyBinding
metadata: {name: a}
spec: {paramRef: {name: x, selector: {}}, matchResources: {resourceRules: [{operations: [DELETE], apiGroups: [""], apiVersions: [v1], resources: [pods]}]}}
#end
#file mutatingadmissionpolicy-3.yaml
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingAdmissionPolicy
metadata: {name: a}
spec:
  reinvocationPolicy: Never
  matchConstraints: {resourceRules: [{operations: [CREATE], apiGroups: [""], apiVersions: [v1], resources: [pods]}]}
  mutations: [{patchType: JSONPatch, jsonPatch: {expression: '[JSONPatch{op: "add", path: "/metadata/labels/a", value: "b"}]'}}]
#end
kubectl create --dry-run=server -f mutatingadmissionpolicy-0.yaml
kubectl create --dry-run=server -f mutatingadmissionpolicy-1.yaml
kubectl create --dry-run=server -f mutatingadmissionpolicybinding-2.yaml
kubectl create --dry-run=server -f mutatingadmissionpolicy-3.yaml
