#! Section 3: probes by a command, a connection and a request.
kubectl create -f liveness-exec.yaml
kubectl create -f pod-with-healthcheck.yaml
kubectl create -f pod-with-http-check.yaml
sleep 40
kubectl get pods
sleep 120
kubectl get pods
kubectl get events --field-selector reason=Unhealthy -o custom-columns=POD:.involvedObject.name,MESSAGE:.message
