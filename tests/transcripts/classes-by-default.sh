# Which class a claim and an Ingress get that name none, which claims may grow, and what else the server adds to or refuses of a request.
#file class.sh
kubectl create -f - <<Y
apiVersion: $1
kind: $2
metadata: {name: $3, annotations: {$4/is-default-class: "true"}}
$5
$6
Y
#end
#file claim.sh
kubectl create -f - <<Y
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: $1, annotations: {$2}}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
Y
#end
#file csr.yaml
apiVersion: certificates.k8s.io/v1
kind: CertificateSigningRequest
metadata: {name: jane}
spec: {request: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KLS0tLS1FTkQgQ0VSVElGSUNBVEUgUkVRVUVTVC0tLS0tCg==, signerName: example.com/s, usages: [client auth], username: root, uid: "0"}
#end
sh claim.sh early
for c in b a; do sh class.sh storage.k8s.io/v1 StorageClass $c storageclass.kubernetes.io 'provisioner: x.y/z' 'allowVolumeExpansion: false'; done; sleep 2
sh class.sh storage.k8s.io/v1 StorageClass c storageclass.beta.kubernetes.io 'provisioner: k8s.io/minikube-hostpath'
sh claim.sh late; sh claim.sh old 'volume.beta.kubernetes.io/storage-class: a'; sleep 15
kubectl get pvc -o custom-columns=NAME:.metadata.name,CLASS:.spec.storageClassName,STATUS:.status.phase
kubectl patch pvc late -p '{"spec":{"resources":{"requests":{"storage":"2Gi"}}}}'; kubectl patch sc c -p '{"allowVolumeExpansion":true}'
kubectl patch pvc late -p '{"spec":{"resources":{"requests":{"storage":"2Gi"}}}}'
kubectl create ingress none --rule='a.com/*=s:80'; for c in b a; do sh class.sh networking.k8s.io/v1 IngressClass $c ingressclass.kubernetes.io 'spec: {controller: a.b/c}'; done
kubectl create ingress one --rule='a.com/*=s:80'; kubectl create ingress own --class=b --rule='a.com/*=s:80'; kubectl get ingress -o custom-columns=NAME:.metadata.name,CLASS:.spec.ingressClassName
kubectl create -f csr.yaml --as=jane; kubectl patch csr jane -p '{"spec":{"username":"root"}}'; kubectl get csr jane -o jsonpath='{.spec.username} {.spec.uid} {.spec.groups}{"\n"}'
echo '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c","resourceVersion":"7"}}' > c.json; kubectl create --raw /api/v1/namespaces/default/configmaps -f c.json; kubectl create -f c.json; kubectl create --raw '/api/v1/namespaces/default/configmaps?dryRun=All' -f c.json
echo '{"apiVersion":"v1","kind":"Node","metadata":{"name":"n"}}' | kubectl create -f - -o jsonpath='{.spec.taints}{"\n"}'; sleep 1; kubectl get node n -o jsonpath='[{.spec.taints}]{"\n"}'
for r in apiregistration.k8s.io/v1/apiservices flowcontrol.apiserver.k8s.io/v1/flowschemas networking.k8s.io/v1/servicecidrs; do kubectl get ${r##*/} --no-headers | wc -l; kubectl get --raw /apis/$r | grep -o '"uid"' | wc -l; done
P='/apis/flowcontrol.apiserver.k8s.io/v1/flowschemas?limit=2'; C=$(kubectl get --raw "$P" | grep -oE '"continue":"[^"]*' | cut -d'"' -f4); kubectl get --raw "$P&continue=$C" | grep -oE '"name":"[^"]*","uid"|"remaining[^}]*'
