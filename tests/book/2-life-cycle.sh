#! Section 2: phases and restart policies.
for policy in Always OnFailure Never; do for code in 0 1; do kubectl run $(echo $policy | tr A-Z a-z)-$code --image=busybox --restart=$policy -- sh -c "sleep 2; exit $code"; done; done
sleep 8
kubectl get pods
sleep 300
kubectl get pods
kubectl create job j --image=busybox --dry-run=client -o yaml -- true | sed 's/Never/Always/' | kubectl create -f -
kubectl create deployment d --image=busybox --dry-run=client -o yaml | sed 's/^      containers:/      restartPolicy: Never\n      containers:/' | kubectl create -f -
