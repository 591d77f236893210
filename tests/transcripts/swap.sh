# Usage with what is swapped, which is nothing.
#metrics
kubectl run p --image=nginx
sleep 40
kubectl top nodes --show-swap
kubectl top pods --show-swap --sum
kubectl top pods --show-swap --containers
kubectl top nodes
# What was measured, as the API has it.
kubectl get --raw /apis/metrics.k8s.io/v1beta1/nodes | grep -o '"name":"[^"]*"\|"kind":"NodeMetrics[^"]*"\|"cpu":"[^"]*"'; kubectl get --raw /apis/metrics.k8s.io/v1beta1/nodes/none
