# Flags that say nothing, objects that a command is not for, and what is done with names that nobody has.
#file two.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: one}
data: {k: a}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: two}
data: {j: b}
#end
#file word.yaml
word
#end
#file three.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: three}
data: {a: b}
#end
#file node.yaml
apiVersion: v1
kind: Node
metadata: {name: node1}
#end
# A variable that is not set names no file.
for c in apply create replace diff 'auth reconcile' get describe 'label a=b' 'rollout status' 'certificate approve'; do kubectl $c -f ""; done
kubectl apply -k ""
kubectl kustomize /nosuch/a
kubectl kustomize ../nosuch
kubectl kustomize ./
kubectl delete -f word.yaml
kubectl apply set-last-applied -f two.yaml
kubectl delete configmap nosuch -i <<< n
kubectl delete configmap nosuch -i <<< y
kubectl apply -f two.yaml
kubectl certificate approve -f two.yaml
kubectl certificate deny -f node.yaml
kubectl certificate approve one -f two.yaml
kubectl events --for=pods.v1/p1
kubectl get pods --log-flush-frequency=5
kubectl taint node node1 a=b:NoSchedule --overwrite
kubectl taint node node1 a- --overwrite
kubectl diff -f three.yaml --show-managed-fields | grep manager:
# A condition that cannot be gone through to its end holds where something is left of it.
kubectl get configmap one two -o jsonpath='{.items[?(@.data.k in "x")].metadata.name}{"\n"}'
kubectl get configmap one two -o jsonpath='{.items[?(@.data[0])].metadata.name}{"\n"}'
kubectl get configmap one two -o jsonpath='{.items[?(@.data.k)].metadata.name}{"\n"}' --allow-missing-template-keys=false
# Those without the member come first, backwards.
kubectl get configmap --sort-by=.data.k -o name
# What is no kubeconfig is refused; a plugin of the older API may ask at the terminal, as soon as the file is read.
kubectl get pods --kubeconfig=three.yaml
kubectl config set-credentials u --exec-command=x --exec-api-version=client.authentication.k8s.io/v1beta1 --kubeconfig=new.conf; tail -n 8 new.conf; kubectl config view --kubeconfig=new.conf | tail -n 7
# An entry is shown with all that it may have.
printf 'users:\n- name: u\n  user: {exec: {apiVersion: client.authentication.k8s.io/v1, command: c}}\n' > exec.conf; kubectl config view --kubeconfig=exec.conf
kubectl get configmap one -w --output-watch-events -o name --request-timeout=1s
# One file is one thing, even where it holds several; what comes from a pipe is a list.
kubectl apply -f three.yaml; kubectl get -f three.yaml -o jsonpath='{.kind}{"\n"}'; cat three.yaml | kubectl get -f - -o jsonpath='{.kind} of {.items[*].metadata.name}{"\n"}'
kubectl label -f two.yaml a=b --list; cat three.yaml | kubectl label -f - a=b --list
kubectl delete configmap two; kubectl get -f two.yaml -o name; kubectl get -f two.yaml -o name -f three.yaml
kubectl wait --for=create -f two.yaml --timeout=1s
kubectl get -f three.yaml -A
kubectl get -f three.yaml -l a=b; kubectl label configmap three a=c --overwrite; kubectl label -f three.yaml -l a=c d=e
kubectl get configmap nosuch --ignore-not-found -w
kubectl get configmap --request-timeout=-1
kubectl set env -k . A=b
kubectl exec nosuch --pod-running-timeout=0s -- ls
kubectl proxy --accept-hosts='('
KUBE_EDITOR='sed -i "s/k: a/k: z/"' kubectl apply edit-last-applied configmap/one -o yaml
# An event is of an object whose version it names too.
printf 'apiVersion: v1\nkind: Event\nmetadata: {name: a}\ninvolvedObject: {kind: ConfigMap, name: one, namespace: default}\nreason: NoVersion\n---\napiVersion: v1\nkind: Event\nmetadata: {name: b}\ninvolvedObject: {apiVersion: v1, kind: ConfigMap, name: one, namespace: default}\nreason: Version\n' | kubectl create -f -
kubectl events --for=configmap/one -o jsonpath='{.items[*].reason}{"\n"}'
