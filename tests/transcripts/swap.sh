# Usage with what is swapped, which is nothing.
#metrics
kubectl run p --image=nginx
sleep 40
kubectl top nodes --show-swap
kubectl top pods --show-swap --sum
kubectl top pods --show-swap --containers
kubectl top nodes
