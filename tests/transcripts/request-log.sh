# -v=6 shows what kubectl asks the server, and what it is answered.
kubectl create deployment web --image=nginx -v=6
kubectl get pods -A -l app=web,tier!=db --field-selector status.phase!=Failed -o name -v 6
kubectl scale deployment web --replicas=2 --v=6
kubectl label deployment web tier=front --dry-run=server -v=6
kubectl apply -f - -v=6 <<< '{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}}'
kubectl apply -f - --server-side -v=6 <<< '{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "b"}}'
kubectl delete pod absent -v=9
kubectl get --raw /readyz -v=6
# Not what it does without asking, nor below 6.
kubectl get deployment web -o name -v=5
kubectl get unheard-of -v=6
