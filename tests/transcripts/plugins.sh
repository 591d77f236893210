# Programs on the path whose names begin with kubectl- are commands.
#file foo.sh
#!/bin/sh
# The plugin of the documentation.
if [ "$1" = "version" ]; then
  echo "1.0.0"
  exit 0
fi
if [ "$1" = "config" ]; then
  echo "$KUBECONFIG"
  exit 0
fi
echo "I am a plugin named kubectl-foo"
#end
kubectl plugin list
kubectl foo
chmod +x foo.sh; cp foo.sh /usr/local/bin/kubectl-foo
kubectl foo; kubectl foo version; kubectl foo config
printf '#!/bin/sh\necho "$0 $#: $@"; exit 3\n' > /usr/local/bin/kubectl-foo-bar_baz; chmod +x /usr/local/bin/kubectl-foo-bar_baz
kubectl foo bar-baz qux --flag=x y
kubectl foo bar-baz -n x
printf '#!/bin/sh\nread line; echo "read $line"; kubectl create configmap "$line" -o name\n' > /usr/local/bin/kubectl-make; chmod +x /usr/local/bin/kubectl-make
echo one | kubectl make; kubectl get configmap one -o name
touch /usr/local/bin/kubectl-get
kubectl plugin list
kubectl plugin list --name-only
kubectl get nodes -o name
kubectl nosuch command
kubectl --nosuch foo
