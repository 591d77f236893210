# What a real server has at a path and this one has not is said, and told from what neither has.
kubectl get --raw /metrics
kubectl get --raw /openapi/v3/apis/apps/v1
kubectl get --raw /api/v1/nodes/node1/proxy/configz
kubectl get --raw /api/v1/nodes/node1/proxy
kubectl get --raw /api/v1/nodes/node1/nonsense
kubectl get --raw /nonsense
kubectl proxy --port=8001 &
sleep 1
curl -s -o /dev/null -w '%{http_code}\n' localhost:8001/metrics
