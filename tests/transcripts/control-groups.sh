# What a container's control group says of its limits: its own or its pod's, and after a resize.
#file pod.yaml
apiVersion: v1
kind: Pod
metadata: {name: p}
spec:
  resources: {limits: {cpu: "1", memory: 200Mi}}
  containers:
  - {name: own, image: busybox:1.36, command: [sleep, 1h], resources: {limits: {cpu: 250m, memory: 64Mi}}}
  - {name: pods, image: busybox:1.36, command: [sleep, 1h]}
#end
kubectl apply -f pod.yaml
kubectl run q --image=busybox:1.36 -- sleep 1h
kubectl wait pod/p pod/q --for=condition=Ready
kubectl exec p -c own -- sh -c 'cd /sys/fs/cgroup; ls; cat cpu.max memory.max'
kubectl exec p -c pods -- cat /sys/fs/cgroup/cpu.max /sys/fs/cgroup/memory.max
kubectl exec q -- cat /sys/fs/cgroup/cpu.max /sys/fs/cgroup/memory.max
kubectl patch pod p --subresource=resize -p '{"spec":{"containers":[{"name":"own","resources":{"limits":{"cpu":"500m"}}}]}}'
sleep 2
kubectl exec p -c own -- cat /sys/fs/cgroup/cpu.max
# A node that runs out of memory ends first who asked for least of it.
kubectl exec p -c own -- cat /proc/1/oom_score_adj
kubectl exec q -- cat /proc/1/oom_score_adj /proc/self/oom_score
