# A pod that is evicted says so, and a Job that takes no account of disruptions goes on with another.
#file job.yaml
kind: Job
apiVersion: batch/v1
metadata: {name: long}
spec:
  backoffLimit: 0
  podFailurePolicy: {rules: [{action: Ignore, onPodConditions: [{type: DisruptionTarget}]}]}
  template:
    spec:
      restartPolicy: Never
      containers: [{name: c, image: busybox, command: [sleep, "60"]}]
#end
kubectl apply -f job.yaml; sleep 3
kubectl get pods -w -o 'custom-columns=PHASE:.status.phase,WHY:.status.conditions[?(@.type=="DisruptionTarget")].reason' > seen & kubectl drain $(kubectl get pods -o jsonpath='{.items[0].spec.nodeName}') --grace-period=1 --force; sleep 1; kill %1; sort -u seen
for i in 1 2; do kubectl run p$i --image=nginx --overrides='{"spec":{"nodeName":"node'$i'"}}'; done; kubectl create pdb held --selector=run=p1 --min-available=1; sleep 4; kubectl drain node1 node2 --force --timeout=8s
sleep 75; kubectl get job long --no-headers | cut -c1-22; kubectl get job long -o jsonpath='{.status.failed}/{.status.succeeded}{"\n"}'
