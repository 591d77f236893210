# Owners that the garbage collector cannot find: one in another namespace is as good as none, and said to be; one of no known kind, or
# one in a namespace of what has none, keeps what it owns.
kubectl create namespace other
kubectl create configmap owner -n other
kubectl create configmap owned
kubectl create configmap strange
kubectl create priorityclass wide --value=1
U=$(kubectl get cm owner -n other -o jsonpath='{.metadata.uid}'); for o in "cm owned ConfigMap" "cm strange Config" "priorityclass wide ConfigMap"; do set -- $o; kubectl patch $1 $2 --type=merge -p "{\"metadata\":{\"ownerReferences\":[{\"apiVersion\":\"v1\",\"kind\":\"$3\",\"name\":\"owner\",\"uid\":\"$U\"}]}}"; done
sleep 2
kubectl get cm -o name
kubectl get priorityclass wide -o name
kubectl get events -A --field-selector reason=OwnerRefInvalidNamespace -o custom-columns=OBJECT:.involvedObject.name,TYPE:.type,MESSAGE:.message | sed 's/uid: [^]]*/uid: U/'
# One that waits for what it owns waits no longer for what has another owner, or was let go; two that own each other go together.
for n in a b c d e; do kubectl create configmap $n; done
own() { d=$1; shift; l=; for o in $*; do l="$l{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"name\":\"$o\",\"uid\":\"$(kubectl get cm $o -o jsonpath='{.metadata.uid}')\",\"blockOwnerDeletion\":true},"; done; kubectl patch cm $d --type=merge -p "{\"metadata\":{\"ownerReferences\":[${l%,}]}}"; }; own c a b; own d e; own e d
kubectl delete cm a d --cascade=foreground --timeout=9s
kubectl get cm -o name
kubectl patch cm c --type=merge -p '{"metadata":{"finalizers":["example.com/held"]}}'
kubectl delete cm b --cascade=foreground --timeout=2s
kubectl patch cm c --type=merge -p '{"metadata":{"ownerReferences":null}}'
sleep 1; kubectl get cm -o name
# What a custom resource owned goes with it, even where its definition is deleted.
#file wells.yaml
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: wells.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {plural: wells, singular: well, kind: Well}
  versions:
  - name: v1
    served: true
    storage: true
    schema: {openAPIV3Schema: {type: object}}
#end
#file deep.yaml
apiVersion: example.com/v1
kind: Well
metadata: {name: deep}
#end
kubectl create -f wells.yaml
kubectl wait --for condition=established crd/wells.example.com
kubectl create -f deep.yaml
kubectl create configmap water
kubectl patch configmap water -p '{"metadata":{"ownerReferences":[{"apiVersion":"example.com/v1","kind":"Well","name":"deep","uid":"'$(kubectl get well deep -o jsonpath={.metadata.uid})'"}]}}'
kubectl delete crd wells.example.com
sleep 1
kubectl get configmap water
