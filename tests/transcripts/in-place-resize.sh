# A pod's resources change while it runs: at once, by a restart, later, and not at all.
#file pod.yaml
apiVersion: v1
kind: Pod
metadata:
  name: r
spec:
  nodeName: node1
  containers:
  - name: c
    image: busybox
    command: [sh, -c, "trap 'exit 0' TERM; sleep 10000 & wait"]
    resources:
      requests: {cpu: 100m, memory: 64Mi}
      limits: {cpu: 200m, memory: 128Mi}
    resizePolicy:
    - {resourceName: memory, restartPolicy: RestartContainer}
---
apiVersion: v1
kind: Pod
metadata:
  name: hog
spec:
  nodeName: node1
  containers:
  - name: c
    image: busybox
    command: [sh, -c, "trap 'exit 0' TERM; sleep 10000 & wait"]
    resources:
      requests: {cpu: "3"}
#end
#file limits.yaml
apiVersion: v1
kind: LimitRange
metadata:
  name: l
spec:
  limits:
  - type: Container
    max: {cpu: "3"}
#end
kubectl apply -f pod.yaml
sleep 3
kubectl patch pod r --subresource resize -p '{"spec":{"containers":[{"name":"c","resources":{"requests":{"cpu":"150m"}}}]}}'
kubectl get pod r -o jsonpath='{.status.containerStatuses[0].resources} {.status.containerStatuses[0].restartCount} {.status.resources}{"\n"}'
kubectl patch pod r --subresource resize -p '{"spec":{"containers":[{"name":"c","resources":{"limits":{"memory":"256Mi"}}}]}}'
sleep 3
kubectl get pod r -o jsonpath='{.status.containerStatuses[0].resources} {.status.containerStatuses[0].restartCount}{"\n"}'
kubectl patch pod r --subresource resize -p '{"spec":{"containers":[{"name":"c","resources":{"requests":{"cpu":"2"},"limits":{"cpu":"2"}}}]}}'
kubectl get pod r -o jsonpath='{range .status.conditions[*]}{.type} {.reason} {.message}{"\n"}{end}{.status.containerStatuses[0].resources.requests.cpu}{"\n"}'
kubectl delete pod hog
kubectl get pod r -o jsonpath='{.status.conditions[0].type} {.status.containerStatuses[0].resources.requests.cpu}{"\n"}'
kubectl patch pod r --subresource resize -p '{"spec":{"containers":[{"name":"c","resources":{"requests":{"cpu":"5"},"limits":{"cpu":"5"}}}]}}'
kubectl apply -f limits.yaml
kubectl patch pod r --subresource resize -p '{"spec":{"containers":[{"name":"c","resources":{"requests":{"cpu":"3500m"},"limits":{"cpu":"3500m"}}}]}}'
kubectl create quota q --hard=requests.cpu=2500m
kubectl patch pod r --subresource resize -p '{"spec":{"containers":[{"name":"c","resources":{"requests":{"cpu":"3"},"limits":{"cpu":"3"}}}]}}'
kubectl get events --field-selector involvedObject.name=r -o custom-columns=REASON:.reason,MESSAGE:.message
kubectl run m --image=busybox --overrides='{"spec":{"containers":[{"name":"m","image":"busybox","command":["sh","-c","dd if=/dev/zero bs=8M | sleep 40; sleep 1000"],"resources":{"limits":{"cpu":"100m","memory":"64Mi"}}}]}}'; sleep 3
kubectl patch pod m --subresource resize -p '{"spec":{"containers":[{"name":"m","resources":{"requests":{"memory":"4Mi"},"limits":{"memory":"4Mi"}}}]}}'; sleep 20
kubectl get pod m -o jsonpath='{range .status.conditions[?(@.type=="PodResizeInProgress")]}{.status} {.reason} {.message}{"\n"}{end}{.status.containerStatuses[0].resources.limits.memory}{"\n"}'
sleep 40
kubectl get pod m -o jsonpath='{.status.containerStatuses[0].resources.limits.memory} {.status.containerStatuses[0].restartCount}{"\n"}'
kubectl get events --field-selector involvedObject.name=m -o custom-columns=REASON:.reason,MESSAGE:.message | grep Resize
kubectl delete quota/q limits/l
kubectl run huge --image=busybox --overrides='{"spec":{"containers":[{"name":"a","image":"nginx","resources":{"limits":{"memory":"9E"},"requests":{"cpu":"1m","memory":"1M"}}},{"name":"b","image":"redis","resources":{"limits":{"memory":"9E"},"requests":{"cpu":"1m","memory":"1M"}}},{"name":"c","image":"httpd","resources":{"limits":{"memory":"9E"},"requests":{"cpu":"1m","memory":"1M"}}}]}}'; sleep 10
kubectl patch pod huge --subresource resize -p '{"spec":{"containers":[{"name":"a","resources":{"limits":{"memory":"8E"}}}]}}'; sleep 3
kubectl get pod huge -o jsonpath='{.status.containerStatuses[*].resources.limits.memory}{"\n"}'
kubectl patch pod r --subresource resize -p '{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"nginx"}]}}'
kubectl patch pod r --subresource resize -p '{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"nginx","resources":{"requests":{"cpu":"120m"}}}]}}'
kubectl get pod r -o yaml --show-managed-fields | grep -B9 'subresource: resize'
kubectl get pod r -o jsonpath='{.metadata.labels.a} {.spec.containers[0].image}{"\n"}'
kubectl create deploy d --image=nginx
kubectl patch deploy d --subresource status -p '{"metadata":{"labels":{"a":"b"},"annotations":{"a":"b"}}}'
kubectl get deploy d -o jsonpath='{.metadata.labels} {.metadata.annotations.a}{"\n"}'
for p in one two; do kubectl run $p --image=busybox --overrides='{"spec":{"nodeName":"node2","containers":[{"name":"c","image":"busybox","command":["sleep","999"],"resources":{"requests":{"cpu":"500m"}}}]}}'; done
kubectl run hog --image=busybox --overrides='{"spec":{"nodeName":"node2","containers":[{"name":"c","image":"busybox","command":["sleep","999"],"resources":{"requests":{"cpu":"2500m"}}}]}}'; sleep 5
for p in one two; do kubectl patch pod $p --subresource resize -p '{"spec":{"containers":[{"name":"c","resources":{"requests":{"cpu":"1200m"}}}]}}'; done
kubectl delete pod hog --now; sleep 2
for p in one two; do kubectl get events --field-selector involvedObject.name=$p -o custom-columns=REASON:.reason,COUNT:.count --no-headers | grep Resize; done
