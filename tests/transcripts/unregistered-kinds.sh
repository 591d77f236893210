# Commands that read objects into Go's types do not take those of kinds that kubectl is not built with.
#file bars.yaml
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: bars.company.com}
spec:
  group: company.com
  scope: Namespaced
  names: {plural: bars, kind: Bar}
  versions:
  - {name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}}
#end
#file bar.yaml
apiVersion: company.com/v1
kind: Bar
metadata: {name: b, labels: {app: b}}
#end
kubectl create -f bars.yaml; sleep 2; kubectl create -f bar.yaml
kubectl rollout status bar/b
kubectl rollout restart bar -l app=b
kubectl rollout undo bar/nope
kubectl set image -f bar.yaml a=b --local
kubectl set env bar --all A=b
kubectl expose crd bars.company.com --port=80
kubectl logs bar/b
kubectl exec bar/b -- ls
kubectl port-forward bar/b 80
kubectl create job j --from=bar/b
kubectl auth reconcile -f bar.yaml
kubectl scale bar/b --replicas=1
kubectl label bar/b x=y
