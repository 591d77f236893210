# A pod that no scheduler looks at gets its node from a Binding; what is only created is neither read nor deleted.
#file pod.yaml
apiVersion: v1
kind: Pod
metadata: {name: a}
spec: {schedulerName: nobody, containers: [{name: c, image: nginx}]}
---
apiVersion: v1
kind: Pod
metadata: {name: gated}
spec: {schedulingGates: [{name: wait}], containers: [{name: c, image: nginx}]}
---
apiVersion: v1
kind: Pod
metadata: {name: b}
spec: {schedulerName: nobody, containers: [{name: c, image: nginx}]}
#end
#file binding.yaml
apiVersion: v1
kind: Binding
metadata: {name: a}
target: {apiVersion: v1, kind: Node, name: node2}
#end
#file b.yaml
apiVersion: v1
kind: Binding
metadata: {name: b}
target: {name: node1}
#end
#file gated.yaml
apiVersion: v1
kind: Binding
metadata: {name: gated}
target: {name: node1}
#end
#file wrong.yaml
apiVersion: v1
kind: Binding
metadata: {name: a}
target: {kind: Pod}
#end
#file nobody.yaml
apiVersion: v1
kind: Binding
metadata: {name: nobody}
target: {name: node2}
#end
kubectl apply -f pod.yaml
kubectl create -f wrong.yaml
kubectl create -f nobody.yaml
kubectl create -f gated.yaml
kubectl create -f binding.yaml --dry-run=server
kubectl get pod a -o wide
kubectl create -f binding.yaml
sleep 2
kubectl get pod a -o wide
kubectl create -f binding.yaml
kubectl apply -f b.yaml
kubectl get pod b -o jsonpath='{.spec.nodeName}{"\n"}'
kubectl get bindings
kubectl get binding a
kubectl delete -f binding.yaml
kubectl get tokenreviews
kubectl get subjectaccessreview a
# As a pod's subresource it says of which UID and version the pod is to be, and gives it labels and annotations.
#file c.yaml
apiVersion: v1
kind: Pod
metadata: {name: c, labels: {tier: back}}
spec: {schedulerName: nobody, containers: [{name: c, image: nginx}]}
#end
#file c.json
{"metadata": {"name": "c", "labels": {"tier": "front"}, "annotations": {"why": "by hand"}, "ID": ""}, "target": {"name": "node1"}, "node": "x"}
#end
kubectl apply -f c.yaml
for id in '"uid": "no"' '"resourceVersion": "1"'; do sed "s/\"ID\": \"\"/$id/" c.json | kubectl create --raw /api/v1/namespaces/default/pods/c/binding -f - 2>&1 | sed 's/meta: .*/meta: another/'; done
kubectl create --raw '/api/v1/namespaces/default/pods/c/binding?fieldValidation=Strict' -f c.json
kubectl create --raw /api/v1/namespaces/default/pods/c/binding -f c.json
kubectl get pod c -o jsonpath='{.spec.nodeName} {.metadata.labels.tier} {.metadata.annotations.why}{"\n"}'
echo '{"metadata": {"name": "c"}, "graceful": true}' | kubectl create --raw '/api/v1/namespaces/default/pods/c/eviction?fieldValidation=Strict' -f -
echo '{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "c"}}' | kubectl create --raw '/api/v1/namespaces/default/pods/c/eviction' -f -
