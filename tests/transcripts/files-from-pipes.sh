# What stands for a file: standard input by its other names, what bash hands over, and devices.
kubectl apply -f /dev/stdin <<< '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"in"}}'
kubectl apply -f <(sleep 1; echo '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"piped"}}')
kubectl get -f /dev/fd/0 <<< '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"in"}}' -o name
kubectl apply -f <(echo '{}') -f - < /dev/null
kubectl apply -f /dev/null
kubectl apply -f /dev/zero
