# What every cluster has from the start can be changed like anything else.
#file apiservice-0.yaml
apiVersion: apiregistration.k8s.io/v1
kind: APIService
metadata: {name: v1beta1.metrics.k8s.io, labels: {k8s-app: metrics-server}}
spec: {group: metrics.k8s.io, groupPriorityMinimum: 100, insecureSkipTLSVerify: true, service: {name: metrics-server, namespace: kube-system}, version: v1beta1, versionPriority: 100}
#end
#file apiservice-1.yaml
apiVersion: apiregistration.k8s.io/v1
kind: APIService
metadata: {name: v1beta1.metrics.k8s.io, labels: {k8s-app: metrics-server}}
spec: {group: metrics.k8s.io, groupPriorityMinimum: 100, insecureSkipTLSVerify: true, service: {name: metrics-server, namespace: kube-system}, version: v1beta1, versionPriority: 100}
#end
#file flowschema-2.yaml
apiVersion: flowcontrol.apiserver.k8s.io/v1
kind: FlowSchema
metadata: {name: mine}
spec:
  priorityLevelConfiguration: {name: global-default}
  rules:
  - subjects: [{kind: Group, group: {name: web}}]
    nonResourceRules: [{verbs: ["*"], nonResourceURLs: ["*"]}]
#end
kubectl label apiservice v1beta1.metrics.k8s.io a=b --dry-run=server
kubectl get apiservice v1beta1.metrics.k8s.io --show-labels
kubectl label apiservice v1.apps a=b
kubectl get apiservice v1.apps -o yaml
kubectl apply -f apiservice-0.yaml
kubectl apply -f apiservice-1.yaml
kubectl get apiservice v1beta1.metrics.k8s.io --show-labels
kubectl patch apiservice v1.batch --type=merge -p '{"spec":{"versionPriority":-1}}'
kubectl annotate flowschema service-accounts who=me
kubectl get flowschema service-accounts -o jsonpath='{.metadata.annotations} {.metadata.generation}'
kubectl get flowschemas -o name
kubectl label servicecidr kubernetes a=b
kubectl get servicecidr --show-labels
kubectl label apiservice v9.nope a=b
kubectl create -o jsonpath='{.spec.rules[0].subjects}{"\n"}' -f flowschema-2.yaml
