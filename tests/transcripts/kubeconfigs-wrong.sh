# Kubeconfigs that are not as Go's types have them, and servers that are none.
#file unknown
clusters:
- name: a
  cluster: {server: x, foo: z}
  zz: q
users:
- {name: u, user: {tok: en, token: t}}
contexts:
- {name: c, context: {cluster: a, user: u, zip: zap}}
foo: bar
#end
kubectl --kubeconfig=unknown config view
echo '{' > open; kubectl --kubeconfig=open get pods
echo '[1]' > list; kubectl --kubeconfig=list config view
echo 'current-context: 3' > number; kubectl --kubeconfig=number config view
echo 'contexts: [{name: 3}]' > inner; kubectl --kubeconfig=inner config view
echo 'users: [{name: c, user: {token: 3}}]' > deep; kubectl --kubeconfig=deep config view
echo 'clusters: [{name: c, cluster: {insecure-skip-tls-verify: "x"}}]' > switch; kubectl --kubeconfig=switch config view
echo 'clusters: 3' > lists; kubectl --kubeconfig=lists config view
kubectl config set-credentials o --auth-provider=oidc
kubectl config view -o jsonpath='{.users[?(@.name=="o")].user}'
kubectl --server=foo:bar get pods
kubectl --server=https://foo:bar version
kubectl --server=http:// get pods
kubectl --server=http://127.0.0.1:1 get pods --request-timeout=90
