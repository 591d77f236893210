# Several kubeconfigs, one at a time and as one.
#file config-demo
apiVersion: v1
kind: Config
preferences: {}
clusters:
- cluster:
  name: development
- cluster:
  name: test
users:
- name: developer
- name: experimenter
contexts:
- context:
  name: dev-frontend
- context:
  name: exp-test
#end
#file config-demo-2
apiVersion: v1
kind: Config
contexts:
- context:
    cluster: development
    namespace: ramp
    user: developer
  name: dev-ramp-up
#end
kubectl config --kubeconfig=config-demo set-cluster development --server=https://1.2.3.4 --certificate-authority=fake-ca-file
kubectl config --kubeconfig=config-demo set-cluster test --server=https://5.6.7.8 --insecure-skip-tls-verify
kubectl config --kubeconfig=config-demo set-credentials developer --client-certificate=fake-cert-file --client-key=fake-key-file
kubectl config --kubeconfig=config-demo set-credentials experimenter --username=exp --password=some-password
kubectl config --kubeconfig=config-demo set-context dev-frontend --cluster=development --namespace=frontend --user=developer
kubectl config --kubeconfig=config-demo set-context exp-test --cluster=test --namespace=default --user=experimenter
kubectl config --kubeconfig=config-demo use-context dev-frontend
kubectl config --kubeconfig=config-demo view --minify
export KUBECONFIG=config-demo:config-demo-2; kubectl config view; kubectl config set-context dev-ramp-up --namespace=ramp-2; kubectl config use-context dev-ramp-up; kubectl config set-context new --cluster=test
cat config-demo-2; sed -n '/^contexts/,/^kind/p' config-demo
export KUBECONFIG=config-demo:config-demo-2:$HOME/.kube/config:nowhere; kubectl config get-contexts
kubectl config --kubeconfig=nowhere view
kubectl config get-contexts
# The file that a workstation begins with, and all that it names in one.
head -7 ~/.kube/config
kubectl config view --flatten | cut -c1-60 | head -6
kubectl config view --minify --context=nope
kubectl config view x
kubectl config view --merge=false
# Contexts and clusters that are not there, and servers that nobody is at.
kubectl --context=nope get pods
kubectl --context=nope -n default get pods
kubectl --server=https://10.20.30.40 get pods
kubectl --server=https://far.example.com get pods
kubectl --server=http://localhost:8001/ get pods
for what in 'get pods,svc' 'delete pod/a' 'logs a' version 'rollout status deploy/a'; do kubectl --server=localhost:1 $what 2>&1 | grep -c memcache.go:265; done
printf 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n---\napiVersion: v1\nkind: Secret\nmetadata: {name: b}\n' > ab.yaml
kubectl --server=localhost:1 apply -f ab.yaml -f none.yaml; kubectl --server=localhost:1 create -f ab.yaml; kubectl --server=https://far.example.com delete -f ab.yaml
kubectl --server=https://localhost:6443 get namespaces -o name | head -1
kubectl --server=far create secret generic s --dry-run=client -o name; kubectl --server=far create role r --verb=get --resource=pods --dry-run=client
kubectl --server=far version; kubectl --server=far version --client
KUBECONFIG=nowhere kubectl config view; KUBECONFIG=nowhere kubectl get pods
kubectl config set current-context gone; kubectl get pods
kubectl config unset current-context; kubectl get pods; kubectl --context=kubarium get pods
kubectl config use-context kubarium; kubectl config unset clusters; kubectl get pods; head -4 ~/.kube/config
rm ~/.kube/config; kubectl get pods; kubectl version
kubectl config set-cluster again --server=https://127.0.0.1:6443; kubectl config set-context again --cluster=again; kubectl config use-context again; kubectl get pods
kubectl version -o json
kubectl version --client -o yaml
# A kubeconfig that is written from nothing, and how it keeps what files it names.
mkdir -p own/pki; echo ca > own/pki/ca.crt; cd own; kubectl config --kubeconfig=new set-cluster k --server=https://127.0.0.1:6443 --certificate-authority=pki/ca.crt; kubectl config --kubeconfig=new set-credentials u --token=kubarium-admin --client-certificate=../c.crt
cd own; kubectl config --kubeconfig=new set-context d --cluster=k --user=u; kubectl config --kubeconfig=new use-context d; cat new; kubectl --kubeconfig=new get namespaces -o name
cd own; kubectl config --kubeconfig=new set-cluster k --certificate-authority=pki/ca.crt --embed-certs; kubectl config --kubeconfig=new view -o jsonpath='{.clusters[0].cluster}{"\n"}'
cd own; kubectl config --kubeconfig=new set-cluster k --insecure-skip-tls-verify --tls-server-name=x; kubectl config --kubeconfig=new view -o jsonpath='{.clusters[0].cluster}{"\n"}'
cd own; kubectl config --kubeconfig=new set-cluster k --server=https://y --certificate-authority=/ca; kubectl config --kubeconfig=new view -o jsonpath='{.clusters[0].cluster}{"\n"}'
kubectl config --kubeconfig=none view --merge=false
kubectl config set users.robot.tokenFile /tmp/t; kubectl config view -o jsonpath='{.users[?(@.name=="robot")].user}{"\n"}'; kubectl config set clusters.c.tokenFile /tmp/t
# What is added stands by its name, a cluster always has a server, and a namespace of no name is none.
cd own; kubectl config --kubeconfig=by-name set-context z --cluster=k --namespace=n; kubectl config --kubeconfig=by-name set-context a --namespace=; kubectl config --kubeconfig=by-name set-cluster k --proxy-url=http://p; cat by-name
