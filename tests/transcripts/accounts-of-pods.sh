# Where roles are enforced a pod has an account, and one that is there.
#rbac
#file dapi.yaml
apiVersion: v1
kind: Pod
metadata: {name: dapi}
spec:
  restartPolicy: Never
  containers:
  - name: c
    image: busybox
    command: [sh, -c, 'echo $ACCOUNT']
    env: [{name: ACCOUNT, valueFrom: {fieldRef: {fieldPath: spec.serviceAccountName}}}]
#end
kubectl create -f dapi.yaml; sleep 4; kubectl logs dapi; kubectl get pod dapi -o jsonpath='{.spec.serviceAccountName} {.spec.serviceAccount}{"\n"}'; kubectl describe pod dapi | grep Account
kubectl run web --image=nginx --overrides='{"spec":{"serviceAccountName":"nobody"}}'
kubectl create deployment web --image=nginx; kubectl set serviceaccount deployment web robot; sleep 3; kubectl get pods -l app=web -o custom-columns=ACCOUNT:.spec.serviceAccountName; kubectl get events --field-selector reason=FailedCreate -o custom-columns=MESSAGE:.message | sed 's/web-[a-z0-9-]*/web-X/' | sort -u
kubectl create serviceaccount robot; sleep 30; kubectl get pods -l app=web -o custom-columns=ACCOUNT:.spec.serviceAccountName
