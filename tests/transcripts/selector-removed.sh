# A Service that loses its selector keeps its Endpoints and slices, and the Endpoints are mirrored now.
kubectl create deployment d --image=nginx; sleep 4
kubectl expose deployment d --port=80; sleep 2
kubectl patch service d --type=merge -p '{"spec":{"selector":null}}'; sleep 2
kubectl get endpointslices -l kubernetes.io/service-name=d -o jsonpath='{range .items[*]}{.metadata.labels.endpointslice\.kubernetes\.io/managed-by} {.metadata.ownerReferences[*].kind}{"\n"}{end}' | sort
kubectl patch service d --type=merge -p '{"spec":{"selector":{"app":"d"}}}'; sleep 2
kubectl get endpointslices -l kubernetes.io/service-name=d -o name | wc -l
