# The history of workloads whose revisions are ControllerRevisions, as objects: the workload as it was.
kubectl create deployment base --image=nginx --dry-run=client -o yaml | sed -e 's/kind: Deployment/kind: StatefulSet/' -e 's/^  strategy.*/  serviceName: base/' -e 's/name: base$/name: db/' | kubectl apply -f -
sleep 3
kubectl set image sts/db nginx=nginx:2
sleep 3
kubectl rollout history sts/db
kubectl rollout history sts/db -o name
kubectl rollout history sts/db --revision=1 -o jsonpath='{.kind} {.metadata.name} {.spec.template}{"\n"}'
kubectl rollout history sts/db -o jsonpath='{.spec.template.spec.containers[0].image}{"\n"}'
kubectl rollout undo sts/db
kubectl rollout history sts/db
