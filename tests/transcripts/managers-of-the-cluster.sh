# Who wrote what of objects that only the cluster has written.
kubectl create deployment web --image=nginx
sleep 5; kubectl get pods -o yaml --show-managed-fields | sed -n '/managedFields/,/name: web/p' | grep -v -e uid -e ip:
kubectl get rs -o jsonpath='{range .items[*].metadata.managedFields[*]}{.manager} {.operation} {.subresource} {.fieldsV1.f:status}{"\n"}{end}'
kubectl get node node1 -o jsonpath='{range .metadata.managedFields[*]}{.manager} {.operation} {.subresource}{"\n"}{end}'
# From then on, a user is one of them.
kubectl label node node1 disk=ssd; kubectl label pods --all tier=front > /dev/null
kubectl get node node1 -o jsonpath='{range .metadata.managedFields[*]}{.manager} {.operation} {.subresource}{"\n"}{end}'
kubectl get pods -o jsonpath='{range .items[*].metadata.managedFields[*]}{.manager} {.operation} {.subresource}{"\n"}{end}'
sleep 1; kubectl get --raw /api/v1/namespaces/default/serviceaccounts/default; kubectl get --raw /api/v1/namespaces/default | grep -o '"manager":"[^"]*"'
# What a controller wrote conflicts with who applies something else.
printf 'apiVersion: v1\nkind: Pod\nmetadata: {name: %s, labels: {app: other}}\n' $(kubectl get pods -o jsonpath='{.items[0].metadata.name}') | kubectl apply --server-side -f - 2>&1 | head -1
# What the server fills in as it takes an object nobody owns.
kubectl get ns default kube-system -o jsonpath='{range .items[*]}{.metadata.managedFields[*].fieldsV1}{"\n"}{end}'
kubectl create cronjob tick --image=busybox --schedule='* * * * *' -- true; sleep 65; kubectl get jobs -o jsonpath='{.items[0].metadata.managedFields[0].manager} {.items[0].metadata.managedFields[0].fieldsV1.f:metadata.f:labels}{.items[0].metadata.managedFields[0].fieldsV1.f:spec.f:selector}|{"\n"}'
