# What the test image of many commands does, and who it sees.
kubectl run net --image=registry.k8s.io/e2e-test-images/agnhost:2.53 --port=8080 -- netexec --http-port=8080
kubectl run host --image=registry.k8s.io/e2e-test-images/agnhost:2.53 -- serve-hostname --port 9000
kubectl run nothing --image=registry.k8s.io/e2e-test-images/agnhost:2.53
kubectl run wrong --image=registry.k8s.io/e2e-test-images/agnhost:2.53 --restart=Never -- no-such
kubectl run porter --image=registry.k8s.io/e2e-test-images/agnhost:2.53 --env=SERVE_PORT_81=of-81 -- porter
#file liveness.yaml
kind: Pod
apiVersion: v1
metadata: {name: ill}
spec:
  containers:
  - name: c
    image: registry.k8s.io/e2e-test-images/agnhost:2.40
    args: [liveness]
    livenessProbe:
      httpGet: {path: /healthz, port: 8080}
      periodSeconds: 3
#end
kubectl apply -f liveness.yaml
kubectl expose pod net
sleep 3; kubectl run c --image=busybox --restart=Never -i --rm -q -- sh -c 'wget -qO- net:8080/hostname; echo; wget -qO- "net:8080/echo?msg=hi"; echo; wget -O- net:8080/none'
kubectl exec net -- sh -c 'curl -s localhost:8080/clientip | cut -d: -f2; curl -s localhost:8080 | cut -c1-20'
kubectl get pod host porter -o jsonpath='{range .items[*]}{.status.podIP}{"\n"}{end}' | while read ip; do kubectl exec net -- curl -s $ip:9000 || kubectl exec net -- curl -s $ip:81; echo; done
kubectl logs net; kubectl logs nothing; kubectl logs wrong
sleep 15; kubectl get pod ill --no-headers | cut -c1-30; kubectl get events --field-selector reason=Unhealthy -o custom-columns=M:.message --no-headers
