# As which field manager the commands write that name none, or leave it empty.
#file c.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: c}
data: {k: v}
#end
kubectl create -f c.yaml
# Without the annotation there is nothing to be shown in any format.
kubectl apply view-last-applied configmap c -o table
kubectl apply set-last-applied -f c.yaml --create-annotation
kubectl apply view-last-applied configmap c -o table
kubectl apply -f c.yaml --server-side --field-manager=
kubectl apply -f c.yaml --field-manager=
kubectl get configmap c -o jsonpath='{range .metadata.managedFields[*]}{.manager} {.operation}{"\n"}{end}' --show-managed-fields
kubectl create deployment d --image=nginx
kubectl set image deployment/d nginx=nginx:2; sleep 3
kubectl rollout undo deployment/d
kubectl get deployment d -o jsonpath='{range .metadata.managedFields[*]}{.manager} {.operation}{"\n"}{end}' --show-managed-fields
# Of a request for a certificate nobody owns the spec, which is there all the same.
openssl genrsa -out a.key 2048; openssl req -new -key a.key -subj /CN=a -out a.csr
echo "{apiVersion: certificates.k8s.io/v1, kind: CertificateSigningRequest, metadata: {name: r}, spec: {request: $(base64 -w0 a.csr), signerName: a.b/c, usages: [digital signature]}}" > r.yaml
kubectl apply --server-side -f r.yaml
kubectl get csr r -o jsonpath='{.spec.signerName} {.spec.usages}{"\n"}'
