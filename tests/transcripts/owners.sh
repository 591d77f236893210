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
