# Where files hold lists of what is not there, no version or no kustomization, commands say so as each of them collects its errors.
#file list.yaml
apiVersion: v1
kind: List
items:
- {apiVersion: v1, kind: ConfigMap, metadata: {name: a}}
- {apiVersion: v1, kind: Service, metadata: {name: b}}
#end
#file bare.yaml
kind: Pod
metadata: {name: x}
#end
kubectl get -f list.yaml
kubectl describe -f list.yaml
kubectl delete -f list.yaml
kubectl rollout restart -f list.yaml
kubectl get -f list.yaml --ignore-not-found
kubectl wait -f list.yaml --for=delete
kubectl get -k .
kubectl get -k . -o yaml
kubectl describe -k nowhere
kubectl delete -k .
kubectl rollout pause -k .
kubectl get -f bare.yaml
kubectl describe -f bare.yaml
kubectl delete -f bare.yaml
kubectl label -f bare.yaml a=b
kubectl set image -f bare.yaml a=b
kubectl create -f bare.yaml
kubectl create -f bare.yaml --validate=false
kubectl run p --image=nginx
sleep 5
kubectl debug p q --image=busybox --attach=false | cut -c1-40
#file odd.yaml
apiVersion: v1
kind: ConfigMap
metadata: [a]
---
apiVersion: 1
kind: ConfigMap
metadata: {name: a}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: a, creationTimestamp: x}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: a, ownerReferences: x}
---
apiVersion: v1
kind: List
items: [a]
---
apiVersion: v1
kind: ConfigMap
items: [{a: b}]
#end
kubectl get -f odd.yaml
kubectl delete -f odd.yaml
#file lists.yaml
apiVersion: v1
kind: List
#end
#file items.yaml
apiVersion: v1
kind: List
items: [{kind: ConfigMap}, {apiVersion: v1}, x]
#end
kubectl apply -f lists.yaml
kubectl create -f items.yaml
