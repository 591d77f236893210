# Users that another program vouches for, and what may not be set.
kubectl config set-credentials u --exec-command=x --exec-api-version=client.authentication.k8s.io/v1 --exec-arg=a,b --exec-env=k=v
kubectl config set-credentials u --exec-env=k- --exec-env=l=m --exec-interactive-mode=Never
kubectl config view -o jsonpath='{.users[1].user}'
kubectl config set-credentials u --exec-interactive-mode=Sometimes
kubectl config set-credentials u --exec-env=k 2>&1 | tail -1
kubectl config set-credentials w --auth-provider=oidc --auth-provider-arg=client-id=foo --auth-provider-arg=gone-
kubectl config set-credentials w --username=a --password=b
kubectl config set-credentials w --token=t
kubectl config view --raw -o jsonpath='{.users[2].user}'
kubectl config set-credentials w --embed-certs
kubectl config set-credentials w --client-certificate=nosuch --embed-certs
kubectl config set clusters.kubarium.insecure-skip-tls-verify maybe
kubectl config set clusters.kubarium.certificate-authority-data abc
kubectl config set clusters.kubarium.certificate-authority-data abc --set-raw-bytes=true
kubectl config set a 2>&1 | tail -1
kubectl config use-context 2>&1 | tail -1
kubectl config delete-context 2>&1 | head -1
kubectl config get-contexts -o json
kubectl config unset current-context
kubectl config view --minify
kubectl config set current-context nosuch
kubectl config view --minify; kubectl config use-context kubarium
kubectl create token default --bound-object-kind=Foo
kubectl create token default --bound-object-uid=x
kubectl create deployment d --image=nginx
kubectl label deployments --all a=b --resource-version=1
kubectl annotate deployments --all a=b --resource-version=1
kubectl get --raw /version | head -3
kubectl get deployments,replicasets --server-print=false
kubectl patch deployment d --type=json -p '[{"op":"add","value":1}]'
kubectl taint node node1 a=b:NoSchedule a:NoSchedule-
kubectl cp a/b/c:x y
kubectl run p --image=nginx
kubectl port-forward p :
kubectl port-forward p a:b:c
kubectl create configmap a; kubectl create configmap b
kubectl delete configmap a b -i <<< n
kubectl delete configmap a deployment/d -i <<< y
kubectl delete configmap a b --interactive <<< Y
kubectl delete configmap a --interactive <<< 'y y'
kubectl delete configmap nosuch --interactive <<< y
kubectl delete deployments --all --interactive <<< yes
kubectl delete deployments --all -i --raw /x
# JSON patches that a client applies for itself.
kubectl create configmap patched --from-literal=a=b; for p in '{"op":"remove"}' '["x"]' '[{"op":"replace","path":"/data/no","value":"1"}]' '[{"op":"replace","path":"","value":1}]' '[{"op":"remove","path":"/data/no"}]'; do kubectl patch configmap patched --type=json -p "$p" --dry-run=client; done
kubectl run patched --image=nginx --override-type=json --overrides='{"op":"remove"}'
# Of several workloads, first what is not there is told, then what cannot be changed.
kubectl rollout restart configmap/patched deployment/none; kubectl top pod deployment/none; kubectl top node a%b; EDITOR=cat kubectl apply edit-last-applied nodes
# What the server refuses is told with its file by diff too.
printf 'apiVersion: v1\nkind: PersistentVolume\nmetadata: {name: fixed}\nspec: {accessModes: [ReadWriteOnce], capacity: {storage: 1Gi}, hostPath: {path: /tmp}}\n---\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: fixed}\nspec: {accessModes: [ReadWriteOnce], storageClassName: "", resources: {requests: {storage: 1Gi}}}\n' > claim.yaml; kubectl apply -f claim.yaml; sleep 20; sed -i 's/requests: {storage: 1Gi/requests: {storage: 2Gi/' claim.yaml; kubectl diff -f claim.yaml
