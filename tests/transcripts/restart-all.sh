# A container ends so that all containers of its pod begin anew, the init containers too.
#file pod.yaml
apiVersion: v1
kind: Pod
metadata:
  name: p
spec:
  hostnameOverride: own.name.example
  restartPolicy: Never
  initContainers:
  - name: i
    image: busybox
    command: [sh, -c, "echo init >> /d/log"]
    volumeMounts: [{name: d, mountPath: /d}]
  containers:
  - name: a
    image: busybox
    restartPolicy: Never
    restartPolicyRules:
    - action: RestartAllContainers
      exitCodes: {operator: In, values: [88]}
    command: [sh, -c, "hostname >> /d/log; test -f /d/x && sleep 1000; touch /d/x; sleep 2; exit 88"]
    volumeMounts: [{name: d, mountPath: /d}]
  - name: b
    image: busybox
    command: [sh, -c, "echo b >> /d/log; trap 'sleep 1; exit 0' TERM; sleep 1000 & wait"]
    volumeMounts: [{name: d, mountPath: /d}]
    lifecycle: {preStop: {exec: {command: [sh, -c, "echo hook >> /d/log"]}}}
  volumes: [{name: d, emptyDir: {}}]
#end
kubectl apply -f pod.yaml
kubectl wait pod/p --for=condition=AllContainersRestarting --timeout=20s
kubectl wait pod/p --for=condition=Ready --timeout=20s
kubectl exec p -c a -- cat /d/log
kubectl get pod p -o jsonpath='{range .status.conditions[*]}{.type}={.status} {end}{"\n"}{range .status.initContainerStatuses[*]}{.name} {.restartCount}{"\n"}{end}{range .status.containerStatuses[*]}{.name} {.restartCount}{"\n"}{end}'
kubectl get pod p -o jsonpath='{range .status.initContainerStatuses[*]}{.name} {.lastState.terminated.reason}{"\n"}{end}{range .status.containerStatuses[*]}{.name} {.lastState.terminated.reason} {.lastState.terminated.exitCode}{"\n"}{end}'
kubectl run loop --image=busybox --overrides='{"spec":{"containers":[{"name":"loop","image":"busybox","command":["false"],"restartPolicy":"Never","restartPolicyRules":[{"action":"RestartAllContainers","exitCodes":{"operator":"In","values":[1]}}]}]}}'; sleep 9.5
kubectl delete pod loop --wait=false; sleep 0.1
kubectl get events --field-selector involvedObject.name=loop,reason=Created -o jsonpath='{.items[*].count}{"\n"}'
kubectl get pod loop -o jsonpath='{.status.containerStatuses[0].restartCount}{"\n"}'
kubectl get events --field-selector involvedObject.name=p,reason=Killing -o jsonpath='{.items[*].message}{"\n"}'
