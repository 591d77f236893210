# Requests and certificates as exercises have openssl make them: they name whom they are for, and the rest of them is empty.
#rbac
openssl genrsa -out john.key 2048; head -1 john.key; openssl req -new -key john.key -subj "/CN=john/O=dev team" -out john.csr; cat john.csr
printf '{"apiVersion":"certificates.k8s.io/v1","kind":"CertificateSigningRequest","metadata":{"name":"john"},"spec":{"request":"%s","signerName":"kubernetes.io/kube-apiserver-client","usages":["client auth"]}}' "$(base64 -w0 john.csr)" | kubectl create -f -
kubectl certificate approve john; sleep 1; kubectl describe csr john; kubectl get csr
kubectl get csr john -o jsonpath='{.status.certificate}' | base64 -d
kubectl get csr john -o json | jq '.metadata.name = "paul" | .spec.usages = ["server auth"] | del(.status)' | kubectl create -f -; kubectl certificate approve paul; sleep 1; kubectl get csr; kubectl get csr paul -o jsonpath='{.status.conditions[1].reason} {.status.conditions[1].message}{"\n"}'
openssl req -new -key john.key -subj "/O=$(printf %0150d 1)/CN=jane" -out jane.csr; printf '{"apiVersion":"certificates.k8s.io/v1","kind":"CertificateSigningRequest","metadata":{"name":"jane"},"spec":{"request":"%s","signerName":"kubernetes.io/kube-apiserver-client","usages":["client auth"]}}' "$(base64 -w0 jane.csr)" | kubectl create -f -; kubectl describe csr jane | grep -A 4 Subject
openssl x509 -req -in john.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 500 -out john.crt; head -1 john.crt
kubectl create role reader --verb=list --resource=pods; kubectl create rolebinding reader --role=reader --user=john
kubectl config set-credentials john --client-key=john.key --client-certificate=john.crt --embed-certs; kubectl config set-context john --cluster=kubarium --user=john
kubectl --context=john get pods; kubectl --context=john get services
openssl req -x509 -nodes -days 365 -newkey rsa:2048 -keyout tls.key -out tls.crt -subj /CN=example.com && kubectl create secret tls page --cert=tls.crt --key=tls.key
kubectl get secret page -o jsonpath='{.data.tls\.crt}' | openssl base64 -d -A | tail -1; openssl rand -base64 12 | wc -c; openssl rand -hex 4 | wc -c
openssl req -new -key none.key -subj /CN=x; openssl x509 -in john.crt -noout -text; openssl s_client
# Whom they name is read again.
openssl req -in john.csr -noout -subject; openssl x509 -in john.crt -noout -subject; openssl req -in jane.csr -noout -subject | wc -c; kubectl get csr john -o jsonpath='{.status.certificate}' | base64 -d > issued.crt; openssl x509 -noout -subject -in issued.crt; openssl x509 -noout -dates -in john.crt; openssl x509 -noout -subject -in none.crt
# What is neither is refused.
echo hello > hello.pem; openssl x509 -noout -subject -in hello.pem; openssl x509 -noout -subject -in john.csr; openssl req -noout -subject -in john.crt
