# A resource that only the node's owner knows of.
kubectl patch node node1 --subresource=status --type=json -p '[{"op":"add","path":"/status/capacity/example.com~1dongle","value":"4"}]'; sleep 1
kubectl get node node1 -o jsonpath='{.status.allocatable.example\.com/dongle}{"\n"}'
kubectl run d --image=nginx --overrides='{"spec":{"containers":[{"name":"d","image":"nginx","resources":{"limits":{"example.com/dongle":"3"}}}]}}'; sleep 2; kubectl get pod d -o wide --no-headers | grep -o node1
