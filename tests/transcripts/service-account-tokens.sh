# Tokens of service accounts: requested, in a Secret that asks for one, in the containers of pods, and for other audiences.
#file claims
#!/bin/sh
# Prints what a token says.
part=$(cut -d. -f2 | tr '_-' '/+')
case $((${#part} % 4)) in 2) part=$part==;; 3) part=$part=;; esac
echo $part | base64 -d
echo
#end
#file objects.yaml
apiVersion: v1
kind: Secret
metadata: {name: robot, annotations: {kubernetes.io/service-account.name: robot}}
type: kubernetes.io/service-account-token
---
apiVersion: v1
kind: Secret
metadata: {name: nobody, annotations: {kubernetes.io/service-account.name: nobody}}
type: kubernetes.io/service-account-token
---
apiVersion: v1
kind: Pod
metadata: {name: p}
spec:
  serviceAccountName: robot
  containers:
  - name: c
    image: busybox:1.36
    command: [sleep, 1h]
    volumeMounts: [{name: vault, mountPath: /tokens}]
  volumes:
  - name: vault
    projected: {sources: [{serviceAccountToken: {path: vault, expirationSeconds: 7200, audience: vault}}]}
---
apiVersion: v1
kind: Pod
metadata: {name: without}
spec:
  automountServiceAccountToken: false
  containers: [{name: c, image: busybox:1.36, command: [sleep, 1h]}]
#end
kubectl create serviceaccount robot
kubectl create token robot | sh claims
kubectl create token robot --duration=10s
kubectl create token nobody
kubectl create token robot --bound-object-kind=Pod --bound-object-name=p
kubectl create token robot --audience=vault -o jsonpath='{.spec}{.status.expirationTimestamp}{"\n"}'
kubectl apply -f objects.yaml
sleep 2
kubectl get secrets
kubectl get secret robot -o jsonpath='{.data.token}' | base64 -d | sh claims
kubectl exec p -- ls /var/run/secrets/kubernetes.io/serviceaccount
kubectl exec p -- cat /var/run/secrets/kubernetes.io/serviceaccount/token | sh claims
kubectl exec p -- cat /tokens/vault | sh claims
kubectl exec p -- sh -c 'cat /var/run/secrets/kubernetes.io/serviceaccount/namespace; echo; touch /var/run/secrets/kubernetes.io/serviceaccount/x'
kubectl exec without -- ls /var/run/secrets
kubectl create token robot --bound-object-kind=Pod --bound-object-name=without
kubectl delete serviceaccount robot
sleep 1
kubectl get secrets
# The certificates that every namespace is given stay as they are.
kubectl patch configmap kube-root-ca.crt -p '{"metadata":{"annotations":{"kubernetes.io/description":"mine"}}}'; kubectl patch configmap kube-root-ca.crt -p '{"data":{"ca.crt":"x","other":"y"}}'
kubectl get configmap kube-root-ca.crt -o jsonpath='{.data}' | head -c 40; echo
kubectl get configmap kube-root-ca.crt -o jsonpath='{.metadata.annotations.kubernetes\.io/description}' | head -c 21; echo
