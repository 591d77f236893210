# What limits, quotas and budgets refuse, and what becomes of owners, finalizers and selectors written in odd ways.
#storage
#file limits.yaml
apiVersion: v1
kind: LimitRange
metadata: {name: ratio}
spec: {limits: [{type: Container, maxLimitRequestRatio: {cpu: 2}}, {type: Pod, max: {memory: 1Gi}}, {type: PersistentVolumeClaim, max: {storage: 2Gi}}]}
#end
#file claim.yaml
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: c}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
#end
#file pods.yaml
apiVersion: v1
kind: Pod
metadata: {name: no-limit}
spec: {containers: [{name: c, image: nginx, resources: {requests: {cpu: 100m}, limits: {memory: 1Gi}}}]}
---
apiVersion: v1
kind: Pod
metadata: {name: big-start}
spec:
  initContainers: [{name: i, image: busybox, resources: {requests: {cpu: 100m}, limits: {cpu: 200m, memory: 2Gi}}}]
  containers: [{name: c, image: nginx, resources: {requests: {cpu: 100m}, limits: {cpu: 200m, memory: 1Gi}}}]
---
apiVersion: v1
kind: Pod
metadata: {name: as-a-whole}
spec:
  resources: {limits: {memory: 3Gi}}
  containers: [{name: c, image: nginx, resources: {requests: {cpu: 100m}, limits: {cpu: 200m, memory: 1Gi}}}]
#end
#file ds.yaml
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: ds}
spec:
  selector: {matchLabels: {a: ds}}
  template:
    metadata: {labels: {a: ds}}
    spec: {containers: [{name: c, image: nginx}]}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: b}
spec: {maxUnavailable: 1, selector: {matchLabels: {a: ds}}}
#end
kubectl create quota q --hard=services.loadbalancers=0,requests.storage=1500Mi,pods=9
kubectl create service clusterip s --tcp=80; kubectl patch svc s -p '{"spec":{"type":"LoadBalancer"}}'
kubectl patch svc s -p '{"spec":{"type":"NodePort"}}'
kubectl patch sc standard -p '{"allowVolumeExpansion":true}'; kubectl create -f claim.yaml -f limits.yaml
kubectl patch pvc c -p '{"spec":{"resources":{"requests":{"storage":"2Gi"}}}}'; kubectl patch pvc c -p '{"spec":{"resources":{"requests":{"storage":"3Gi"}}}}'
kubectl create -f pods.yaml
kubectl delete limitrange ratio; kubectl create -f ds.yaml
sleep 4; kubectl get pdb b -o jsonpath='{.status.conditions[0].reason}: {.status.conditions[0].message}{"\n"}'
kubectl get pods --field-selector 'metadata.name=a\,b'; kubectl get pods --field-selector metadata.name=a=b
kubectl get --raw /api/v1/namespaces/default/pods/a+b
kubectl create deploy d --image=nginx; sleep 2; RS=$(kubectl get rs -l app=d -o name); kubectl patch $RS --type=json -p '[{"op":"add","path":"/metadata/ownerReferences/-","value":{"apiVersion":"v1","kind":"Service","name":"s","uid":"'$(kubectl get svc s -o jsonpath='{.metadata.uid}')'"}}]'
kubectl label $(kubectl get rs -o name) app=other --overwrite; kubectl get rs -l app=other -o jsonpath='{.items[*].metadata.ownerReferences[*].name}{"\n"}'
kubectl create cm held --dry-run=client -o yaml | sed 's/name: held/name: held\n  finalizers: [orphan, example.com\/f]/' | kubectl create -f -; kubectl delete cm held --wait=false; kubectl get cm held -o jsonpath='{.metadata.finalizers}{"\n"}'
kubectl patch cm held --type=json -p '[{"op":"remove","path":"/metadata/finalizers"}]'; head -c 1048576 /dev/zero > full; kubectl create secret generic full --from-file=full; echo >> full; kubectl create secret generic over --from-file=full
# What is not valid is said to be so, whatever a quota says; what comes is counted at once, what goes soon after.
kubectl create quota full --hard=pods=0,configmaps=9; sleep 1; kubectl run Bad --image=nginx; kubectl run good --image=nginx
kubectl create cm one; kubectl create cm two --dry-run=server; kubectl get quota full -o 'jsonpath={.status.used.configmaps}{"\n"}'
kubectl delete cm one; sleep 1; kubectl get quota full -o 'jsonpath={.status.used.configmaps}{"\n"}'
kubectl create quota few --hard=resourcequotas=4; sleep 1; kubectl create quota more --hard=pods=1; kubectl create quota most --hard=pods=1
