# What stands for a file: standard input by its other names, what bash hands over, and devices.
kubectl apply -f /dev/stdin <<< '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"in"}}'
kubectl apply -f <(sleep 1; echo '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"piped"}}')
kubectl get -f /dev/fd/0 <<< '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"in"}}' -o name
kubectl apply -f <(echo '{}') -f - < /dev/null
kubectl apply -f /dev/null
kubectl apply -f /dev/zero
kubectl create secret generic piped --from-file=k=<(printf '\377x') -o jsonpath='{.data}'; kubectl create cm env --from-env-file=/dev/stdin -o jsonpath='{.data}' <<< a=b
kubectl create cm two --from-file=a=<(echo a) --from-file=b=<(echo b)
kubectl patch cm in --patch-file <(sleep 1; echo 'data: {a: b}'); kubectl get cm in -o jsonpath='{.data}'
kubectl config set-cluster far --embed-certs --certificate-authority <(echo ca); kubectl config view --raw -o jsonpath='{.clusters[?(@.name=="far")].cluster}{"\n"}'
kubectl create secret tls t --cert <(echo -----BEGIN X) --key <(echo -----BEGIN Y)
# One that is not open is no file.
kubectl apply -f /dev/fd/9; kubectl create cm none --from-file=/dev/fd/9
