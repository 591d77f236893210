# What a webhook must be asked about is refused while nobody answers there.
#file hook.yaml
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata:
  name: pod-policy.example.com
webhooks:
- name: pod-policy.example.com
  admissionReviewVersions: [v1]
  sideEffects: None
  timeoutSeconds: 5
  clientConfig:
    service: {namespace: policies, name: guard, path: /check}
  rules:
  - {operations: [CREATE], apiGroups: [""], apiVersions: [v1], resources: [pods], scope: Namespaced}
  namespaceSelector:
    matchExpressions:
    - {key: kubernetes.io/metadata.name, operator: NotIn, values: [policies]}
#end
#file mutating.yaml
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingWebhookConfiguration
metadata:
  name: labels
webhooks:
- name: labels.example.com
  admissionReviewVersions: [v1]
  sideEffects: None
  clientConfig:
    url: https://labels.example.com/mutate
  rules:
  - {operations: ["*"], apiGroups: [""], apiVersions: ["*"], resources: [configmaps]}
  matchConditions:
  - {name: not-left-alone, expression: "object == null || object.metadata.name != 'left-alone'"}
#end
kubectl create namespace policies
kubectl apply -f hook.yaml
kubectl run web --image=nginx
kubectl create deployment web --image=nginx
kubectl get deployment web
kubectl get events --field-selector reason=FailedCreate -o custom-columns=MESSAGE:.message | sort -u
# Where the Service has nothing behind it.
kubectl create service clusterip guard --tcp=443 -n policies --clusterip=10.96.0.99
kubectl run web --image=nginx
# Something runs there: what it would say is not simulated, and the request passes.
kubectl create deployment guard --image=example.com/guard:1 --port=443 -n policies
sleep 3
kubectl run web --image=nginx
kubectl delete deployment guard -n policies
sleep 35
kubectl run other --image=nginx
kubectl patch validatingwebhookconfiguration pod-policy.example.com --type=json -p '[{"op": "replace", "path": "/webhooks/0/failurePolicy", "value": "Ignore"}]'
kubectl run other --image=nginx
kubectl apply -f mutating.yaml
kubectl create configmap left-alone
kubectl create configmap c --from-literal=a=b
kubectl delete configmap left-alone
kubectl delete mutatingwebhookconfiguration labels
kubectl delete configmap left-alone
