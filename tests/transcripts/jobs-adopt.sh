# A Job adopts a pod that fits its selector and counts it, and lets one go that fits no more.
#file job.yaml
apiVersion: batch/v1
kind: Job
metadata:
  name: j
spec:
  manualSelector: true
  completions: 2
  parallelism: 2
  selector: {matchLabels: {group: z}}
  template:
    metadata: {labels: {group: z}}
    spec:
      restartPolicy: Never
      containers: [{name: c, image: busybox, command: [sleep, "12"]}]
#end
kubectl run lone --image=busybox --restart=Never --labels=group=z -- sleep 9
kubectl apply -f job.yaml
kubectl get pods -o custom-columns=OWNER:.metadata.ownerReferences[*].name,FINALIZERS:.metadata.finalizers
sleep 12
kubectl get job j -o jsonpath='{.status.succeeded} {.status.active}{"\n"}'
sleep 5
kubectl get job j
kubectl get pods -o jsonpath='{range .items[*]}{.metadata.finalizers}{.status.phase}{"\n"}{end}'
kubectl delete job j
kubectl run lone --image=busybox --restart=Never --labels=group=z -- sleep 90
kubectl apply -f job.yaml
kubectl label pod lone group=y --overwrite; sleep 2
kubectl get pod lone -o jsonpath='{.metadata.ownerReferences}{.metadata.finalizers}{"\n"}'
