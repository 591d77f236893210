# Folders of manifests with links in them: to a file, which is read, and to folders, even back up, which are not gone into.
mkdir -p manifests/inner elsewhere
kubectl create configmap one --dry-run=client -o yaml > manifests/one.yaml
kubectl create configmap two --dry-run=client -o yaml > manifests/inner/two.yaml
kubectl create configmap three --dry-run=client -o yaml > elsewhere/three.yaml
ln -s .. manifests/inner/up
ln -s . manifests/self
ln -s ../elsewhere manifests/elsewhere
ln -s ../elsewhere/three.yaml manifests/three.yaml
kubectl apply -R -f manifests
kubectl delete -f manifests
