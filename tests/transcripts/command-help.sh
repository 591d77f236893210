kubectl create deployment --help
kubectl logs -h
kubectl apply view-last-applied --help
# Of a group
kubectl rollout --help
