# Logs of containers are files of their node, for whoever mounts them there.
#file agent.yaml
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: agent}
spec:
  selector: {matchLabels: {app: agent}}
  template:
    metadata: {labels: {app: agent}}
    spec:
      containers:
      - name: agent
        image: busybox
        command: [sh, -c, "tail -n 2 -f /var/log/containers/clock_*.log"]
        volumeMounts: [{name: logs, mountPath: /var/log}]
      volumes: [{name: logs, hostPath: {path: /var/log}}]
#end
#file short
sed -E 's/[0-9a-f]{64}/ID/g; s/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/UID/g; s/(agent|node1)-[a-z0-9]{5}/\1-XXXXX/g; s/:[0-9.]*Z (std)/ \2/'
#end
kubectl cordon node2 node3
kubectl run clock --image=busybox -- sh -c 'while true; do date; sleep 10; done'
kubectl run fails --image=busybox -- sh -c 'echo begun; echo wrong >&2; printf half; exit 1'
sleep 30; kubectl apply -f agent.yaml
sleep 20; kubectl logs ds/agent | sh short
kubectl exec ds/agent -- sh -c 'cd /var/log/containers; for f in *; do echo $f "->" $(readlink $f); done' | sh short
kubectl exec ds/agent -- sh -c 'ls -R /var/log/pods' | sh short
kubectl exec ds/agent -- sh -c 'cat /var/log/containers/fails_*' | sh short
# What an agent writes beside them is kept, and what it does to them is not.
kubectl exec ds/agent -- sh -c 'echo 17 > /var/log/position; rm -r /var/log/pods/*clock*; mkdir /var/log/pods/mine'
sleep 20; kubectl exec ds/agent -- sh -c 'cat /var/log/position; ls /var/log/pods; tail -n 1 /var/log/containers/clock_*' | sh short
kubectl delete pod fails --now
kubectl exec ds/agent -- ls /var/log/pods /var/log/containers | sh short
# A file that has grown long makes room for another one.
kubectl run talks --image=busybox -- sh -c 'i=0; while [ $i -lt 3000 ]; do i=$((i + 1)); echo "line $i of what is a long text that fills files"; done; sleep 1000'
sleep 10; kubectl exec ds/agent -- sh -c 'cd /var/log/pods/*talks*/talks; ls | sed s/[0-9]*-[0-9]*$/TIME/; cat 0.log.* 0.log | tail -n 1 | cut -d " " -f 2-; cat 0.log* | wc -l'
# With nobody to read them they are not written; whoever comes then finds them all the same.
kubectl delete -f agent.yaml
sleep 60; kubectl debug -q node/node1 -it --image=busybox -- sh -c 'ls /host/var/log/pods; tail -n 1 /host/var/log/pods/*clock*/clock/0.log' | sh short
