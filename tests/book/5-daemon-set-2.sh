#! Section 5, the rest: nodes that come, go and change labels; the node's files; the rolling update.
cat > ds.yaml <<'E'
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: agent}
spec:
  selector: {matchLabels: {app: agent}}
  template:
    metadata: {labels: {app: agent}}
    spec:
      terminationGracePeriodSeconds: 1
      nodeSelector: {disk: ssd}
      containers:
      - {name: c, image: busybox, command: [sh, -c, 'echo $NODE >> /logs/l; sleep 10000'], env: [{name: NODE, valueFrom: {fieldRef: {fieldPath: spec.nodeName}}}], volumeMounts: [{name: l, mountPath: /logs}]}
      volumes: [{name: l, hostPath: {path: /var/log/agent, type: DirectoryOrCreate}}]
E
kubectl create -f ds.yaml
sleep 2
kubectl get ds agent
kubectl label node node1 node2 disk=ssd
sleep 4
kubectl get pods -l app=agent -o custom-columns=NODE:.spec.nodeName
kubectl label node node2 disk-
sleep 4
kubectl get pods -l app=agent -o custom-columns=NODE:.spec.nodeName
printf 'apiVersion: v1\nkind: Node\nmetadata: {name: node4, labels: {disk: ssd}}\n' | kubectl create -f -
sleep 6
kubectl get nodes
kubectl get pods -l app=agent -o custom-columns=NODE:.spec.nodeName
kubectl run peek --image=busybox --restart=Never --overrides='{"spec":{"nodeName":"node1","volumes":[{"name":"l","hostPath":{"path":"/var/log"}}],"containers":[{"name":"c","image":"busybox","command":["sh","-c","tail -f /l/agent/l"],"volumeMounts":[{"name":"l","mountPath":"/l"}]}]}}'
sleep 4
kubectl exec $(kubectl get pods -l app=agent -o name --field-selector spec.nodeName=node1) -- sh -c 'echo live >> /logs/l'
sleep 2
kubectl logs peek
kubectl delete node node4
sleep 90
kubectl get pods -l app=agent -o custom-columns=NODE:.spec.nodeName
kubectl label node node2 node3 disk=ssd
kubectl rollout status ds/agent | tail -n 1
kubectl set image ds/agent c=busybox:1.36
kubectl rollout status ds/agent | tail -n 1
kubectl rollout history ds/agent
kubectl get pods -l app=agent -o custom-columns=NODE:.spec.nodeName,IMAGE:.spec.containers[0].image
kubectl rollout undo ds/agent
kubectl rollout status ds/agent | tail -n 1
kubectl get pods -l app=agent -o custom-columns=NODE:.spec.nodeName,IMAGE:.spec.containers[0].image
