#! The memory and CPU tutorials of kubernetes.io, classes of service, and a node that runs out.
kubectl create namespace mem-example
cat > memory-request-limit.yaml <<'E'
apiVersion: v1
kind: Pod
metadata:
  name: memory-demo
  namespace: mem-example
spec:
  containers:
  - name: memory-demo-ctr
    image: polinux/stress
    resources:
      requests:
        memory: "100Mi"
      limits:
        memory: "200Mi"
    command: ["stress"]
    args: ["--vm", "1", "--vm-bytes", "150M", "--vm-hang", "1"]
E
kubectl apply -f memory-request-limit.yaml
sleep 60
kubectl get pod memory-demo --namespace=mem-example
kubectl top pod memory-demo --namespace=mem-example | awk '{print $1, $3}'
kubectl delete pod memory-demo --namespace=mem-example
sed 's/memory-demo/memory-demo-2/; s/100Mi/50Mi/; s/200Mi/100Mi/; s/150M/250M/' memory-request-limit.yaml | kubectl apply -f -
sleep 20
kubectl get pod memory-demo-2 --namespace=mem-example -o jsonpath='{.status.containerStatuses[0].lastState.terminated.reason} {.status.containerStatuses[0].lastState.terminated.exitCode} {.status.qosClass}{"\n"}'
sed 's/memory-demo/memory-demo-3/; s/100Mi/1000Gi/; s/200Mi/1000Gi/' memory-request-limit.yaml | kubectl apply -f -
sleep 1
kubectl describe pod memory-demo-3 --namespace=mem-example | tail -n 4
kubectl delete namespace mem-example
kubectl create namespace cpu-example
cat > cpu-request-limit.yaml <<'E'
apiVersion: v1
kind: Pod
metadata:
  name: cpu-demo
  namespace: cpu-example
spec:
  containers:
  - name: cpu-demo-ctr
    image: vish/stress
    resources:
      limits:
        cpu: "1"
      requests:
        cpu: "0.5"
    args:
    - -cpus
    - "2"
E
kubectl apply -f cpu-request-limit.yaml --namespace=cpu-example
sleep 60
kubectl get pod cpu-demo --namespace=cpu-example
kubectl top pod cpu-demo --namespace=cpu-example
sed 's/cpu-demo/cpu-demo-2/; s/"1"/"100"/; s/"0.5"/"100"/' cpu-request-limit.yaml | kubectl apply -f - --namespace=cpu-example
sleep 1
kubectl get pod cpu-demo-2 --namespace=cpu-example
kubectl describe pod cpu-demo-2 --namespace=cpu-example | tail -n 4
kubectl delete namespace cpu-example
for n in 1 2 3; do kubectl run hog$n --image=polinux/stress --overrides='{"spec":{"nodeName":"node1"}}' --command -- stress --vm 1 --vm-bytes 2${n}00M --vm-hang 0; done
kubectl run good --image=polinux/stress --overrides='{"spec":{"nodeName":"node1","containers":[{"name":"good","image":"polinux/stress","command":["stress","--vm","1","--vm-bytes","2G","--vm-hang","0"],"resources":{"requests":{"memory":"2100Mi"}}}]}}'
sleep 40
kubectl get pods -o custom-columns=POD:.metadata.name,PHASE:.status.phase,REASON:.status.reason,CLASS:.status.qosClass
kubectl get node node1 -o jsonpath='{.status.conditions[?(@.type=="MemoryPressure")].status} {.spec.taints[*].key}{"\n"}'
kubectl get events -o custom-columns=O:.involvedObject.name,R:.reason,M:.message | grep -i 'evict\|Insufficient'
kubectl run late --image=nginx --overrides='{"spec":{"nodeName":"node1"}}'
sleep 2
kubectl get pod late -o jsonpath='{.status.phase} {.status.message}{"\n"}'
sleep 330
kubectl get node node1 -o jsonpath='{.status.conditions[?(@.type=="MemoryPressure")].status} {.spec.taints[*].key}{"\n"}'
