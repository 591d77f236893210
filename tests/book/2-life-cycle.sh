#! Section 2: phases and restart policies.
for policy in Always OnFailure Never; do for code in 0 1; do kubectl run $(echo $policy | tr A-Z a-z)-$code --image=busybox --restart=$policy -- sh -c "sleep 2; exit $code"; done; done
sleep 8
kubectl get pods
sleep 300
kubectl get pods
kubectl create job j --image=busybox --dry-run=client -o yaml -- true | sed 's/Never/Always/' | kubectl create -f -
kubectl create deployment d --image=busybox --dry-run=client -o yaml | sed 's/^      containers:/      restartPolicy: Never\n      containers:/' | kubectl create -f -
kubectl create -f oom-pod.yaml
sleep 10
kubectl get pod oom
kubectl get pod oom -o jsonpath='{.status.phase} {.status.containerStatuses[*].state.terminated.reason}{"\n"}'
sleep 60
kubectl get pod oom -o jsonpath='{.status.phase} {.status.containerStatuses[*].state.terminated.reason}{"\n"}'
kubectl create -f node-files-pod.yaml
sleep 4
kubectl exec -i node-files -- sh -c 'cat > /manifests/static-web.yaml' < static-web.yaml
sleep 4
kubectl get pod static-web-node1 -o wide
kubectl delete pod static-web-node1
sleep 4
kubectl get pod static-web-node1
sed 's/image: nginx/&\n    envFrom: [{configMapRef: {name: kube-root-ca.crt}}]/' static-web.yaml > with-config.yaml
kubectl exec -i node-files -- sh -c 'cat > /manifests/static-web.yaml' < with-config.yaml
sleep 35
kubectl get pod static-web-node1
