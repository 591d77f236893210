# A projected volume says all that its sources lack at once; where roles are enforced, a pod that mounts a token names an account.
#rbac
#file pods.yaml
apiVersion: v1
kind: Pod
metadata: {name: lacks}
spec:
  containers: [{name: c, image: nginx, volumeMounts: [{name: all, mountPath: /all}]}]
  volumes:
  - name: all
    projected:
      sources:
      - secret: {name: user}
      - configMap: {name: settings}
      - configMap: {name: kube-root-ca.crt, items: [{key: ca.pem, path: ca.pem}]}
---
apiVersion: v1
kind: Pod
metadata: {name: token}
spec:
  containers: [{name: c, image: busybox, command: [sleep, 1h], volumeMounts: [{name: token, mountPath: /token}]}]
  volumes:
  - name: token
    projected:
      sources:
      - serviceAccountToken: {path: vault, audience: vault, expirationSeconds: 7200}
#end
kubectl apply -f pods.yaml
sleep 3
kubectl get events --field-selector reason=FailedMount -o custom-columns=MESSAGE:.message
kubectl get pod token -o jsonpath='{.spec.serviceAccountName} {.spec.serviceAccount}{"\n"}'
kubectl exec token -- sh -c 'cut -d. -f2 /token/vault | base64 -d' | grep -o '"aud":[^,]*'
