# Who writes with the status that something was applied from the client's side has not applied it: the server's apply goes on.
kubectl create deployment web --image=nginx --replicas=0
kubectl patch deployment web --subresource=status --type=merge -p '{"metadata":{"annotations":{"kubectl.kubernetes.io/last-applied-configuration":"{}"}}}'
printf 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {replicas: 0}\n' | kubectl apply --server-side --force-conflicts --field-manager=foo -f -
