# Admission policies in CEL: what they match, refuse, warn of, and how they are told what is wrong with them.
#rbac
#file policy.yaml
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata:
  name: replicas.example.com
spec:
  failurePolicy: Fail
  paramKind:
    apiVersion: v1
    kind: ConfigMap
  matchConstraints:
    resourceRules:
    - apiGroups: ["apps"]
      apiVersions: ["v1"]
      operations: ["CREATE", "UPDATE"]
      resources: ["deployments", "deployments/scale"]
  matchConditions:
  - name: not-exempt
    expression: "!has(object.metadata.labels) || object.metadata.labels.?exempt.orValue('') != 'yes'"
  variables:
  - name: max
    expression: "int(params.data.max)"
  - name: replicas
    expression: "object.spec.replicas"
  validations:
  - expression: "variables.replicas <= variables.max"
    messageExpression: "'at most ' + string(variables.max) + ' replicas, not ' + string(variables.replicas)"
  - expression: "request.operation == 'UPDATE' || object.metadata.name.startsWith('app-')"
    message: the name must begin with app-
    reason: Forbidden
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata:
  name: replicas-here
spec:
  policyName: replicas.example.com
  validationActions: [Deny]
  paramRef:
    name: limits
    namespace: default
    parameterNotFoundAction: Deny
  matchResources:
    namespaceSelector:
      matchExpressions:
      - {key: kubernetes.io/metadata.name, operator: NotIn, values: [free]}
#end
#file warn.yaml
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata:
  name: owned
spec:
  matchConstraints:
    resourceRules:
    - {apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE", "DELETE"], resources: ["configmaps"]}
  validations:
  - expression: "request.operation == 'DELETE' ? oldObject.metadata.name != 'kept' : has(object.metadata.labels)"
  - expression: "authorizer.group('').resource('secrets').namespace(request.namespace).check('get').allowed()"
    messageExpression: "request.userInfo.username + ' may not see secrets in ' + namespaceObject.metadata.name"
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata:
  name: owned
spec:
  policyName: owned
  validationActions: [Warn, Audit]
#end
#file bad.yaml
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata:
  name: bad
spec:
  paramKind: {apiVersion: a/b/c}
  matchConstraints:
    resourceRules:
    - {apiGroups: ["*", "apps"], apiVersions: [""], operations: ["GET"], resources: ["pods/*", "pods/status"], resourceNames: [a/b, c, c]}
  matchConditions:
  - {name: a b, expression: "object.spec.replicas"}
  variables:
  - {name: a-b, expression: "1 +"}
  validations:
  - {expression: "object.spec.hostNetwork", message: " ", reason: Never}
  - {expression: "request.foo == 1", messageExpression: "authorizer.path('/x')"}
  auditAnnotations:
  - {key: k, valueExpression: "1 == 1"}
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata:
  name: bad
spec:
  policyName: A
  validationActions: [Warn, Deny, Deny, Say]
  paramRef: {}
#end
#file typed.yaml
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata:
  name: typed
spec:
  matchConstraints:
    resourceRules:
    - {apiGroups: ["apps"], apiVersions: ["v1"], operations: ["CREATE"], resources: ["deployments"]}
  validations:
  - expression: "object.replicas > 1"
  - expression: "object.spec.replicas > 1 && object.spec.template.spec.containers.all(c, c.image != '')"
#end
kubectl apply -f policy.yaml
kubectl create deployment app-a --image=nginx
kubectl create configmap limits --from-literal=max=3
kubectl create deployment app-a --image=nginx --replicas=5
kubectl create deployment other --image=nginx
kubectl create deployment app-a --image=nginx --replicas=2
kubectl patch deployment app-a -p '{"spec":{"replicas":4}}'
kubectl scale deployment app-a --replicas=9
kubectl patch validatingadmissionpolicy replicas.example.com --type=json -p '[{"op":"remove","path":"/spec/matchConstraints/resourceRules/0/resources/1"}]'
kubectl scale deployment app-a --replicas=9
kubectl scale deployment app-a --replicas=2
kubectl label deployment app-a exempt=yes
kubectl patch deployment app-a -p '{"spec":{"replicas":4}}'
kubectl create namespace free
kubectl create deployment other --image=nginx -n free
kubectl patch configmap limits -p '{"data":{"max":"many"}}'
kubectl create deployment app-b --image=nginx
kubectl get validatingadmissionpolicies,validatingadmissionpolicybindings
kubectl delete -f policy.yaml
kubectl apply -f warn.yaml
kubectl create configmap kept
kubectl create clusterrole writer --verb=create,get,delete --resource=configmaps
kubectl create clusterrolebinding jane --clusterrole=writer --user=jane
kubectl create configmap plain --as=jane
kubectl delete configmap kept
kubectl apply -f bad.yaml
kubectl apply -f typed.yaml
kubectl get validatingadmissionpolicy typed -o jsonpath='{.metadata.generation}{"\n"}{.status.observedGeneration}{"\n"}{range .status.typeChecking.expressionWarnings[*]}{.fieldRef}{"\n"}{.warning}{end}'
kubectl get validatingadmissionpolicy owned -o jsonpath='{.status}{"\n"}'
# What components are warned of nobody else hears.
kubectl create namespace gone; echo '{apiVersion: v1, kind: ConfigMap, metadata: {name: kept, labels: {a: b}}}' | kubectl create -n gone -f -; kubectl delete namespace gone; kubectl get configmaps -n gone
# A message is one line.
printf '{"apiVersion":"admissionregistration.k8s.io/v1","kind":"ValidatingAdmissionPolicy","metadata":{"name":"m"},"spec":{"matchConstraints":{"resourceRules":[{"apiGroups":[""],"apiVersions":["v1"],"operations":["CREATE"],"resources":["pods"]}]},"validations":[{"expression":"true","message":"a\\nb"}]}}' | kubectl create -f -
