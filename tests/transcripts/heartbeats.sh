# Leases and conditions show when a node was last heard of.
sleep 33
kubectl get lease node1 -n kube-node-lease -o jsonpath='{.spec.renewTime}{"\n"}'
kubectl describe node node1 | grep RenewTime
sleep 600
kubectl get lease -n kube-node-lease -o jsonpath='{range .items[*]}{.metadata.name} {.spec.renewTime}{"\n"}{end}'
kubectl get node node1 -o jsonpath='{.status.conditions[3].type} {.status.conditions[3].lastHeartbeatTime} {.status.conditions[3].lastTransitionTime}{"\n"}'
kubectl get node node1 -o jsonpath='{.status.declaredFeatures[*]}{"\n"}'
