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
# What is there is not created again, and comes again where it is deleted.
kubectl create -f - <<< '{"apiVersion":"networking.k8s.io/v1","kind":"ServiceCIDR","metadata":{"name":"kubernetes"},"spec":{"cidrs":["10.96.0.0/12"]}}'
kubectl apply --server-side -f - <<< '{"apiVersion":"coordination.k8s.io/v1","kind":"Lease","metadata":{"name":"kube-scheduler","namespace":"kube-system","labels":{"a":"b"}}}'
kubectl get apiservice v1.autoscaling -o jsonpath='{.metadata.uid}' > uid; kubectl delete apiservice v1.autoscaling; kubectl get apiservice v1.autoscaling -o jsonpath='{.metadata.uid}' | cmp -s - uid || echo another
kubectl create service clusterip s --clusterip=10.96.0.9 --tcp=80; kubectl delete ipaddress 10.96.0.9; kubectl get ipaddress 10.96.0.9 -o name
# Who makes it anew is who made it before; and what is only read is not deleted.
kubectl delete flowschema exempt; kubectl get flowschema exempt -o jsonpath='{.metadata.managedFields[*].manager}{"\n"}'
kubectl delete lease --all -n kube-system; kubectl get lease -n kube-system -o jsonpath='{.items[*].metadata.managedFields[*].manager}{"\n"}'
kubectl get lease kube-scheduler -n kube-system -o jsonpath='{.metadata.uid}' > uid; kubectl delete lease kube-scheduler -n kube-system; kubectl get lease kube-scheduler -n kube-system -o jsonpath='{.metadata.uid}' | cmp -s - uid || echo another
kubectl delete cs scheduler; kubectl label cs scheduler a=b; kubectl get cs scheduler
