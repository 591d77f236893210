# A Job keeps the labels and the selector that it brings: those of the Job that it was copied from are refused.
#file copy.yaml
apiVersion: batch/v1
kind: Job
metadata: {name: copy}
spec:
  selector: {matchLabels: {batch.kubernetes.io/controller-uid: a0}}
  template:
    metadata: {labels: {controller-uid: a0, job-name: first}}
    spec: {restartPolicy: Never, containers: [{name: c, image: busybox}]}
#end
#file named.yaml
apiVersion: batch/v1
kind: Job
metadata: {name: named}
spec:
  template:
    metadata: {labels: {job-name: named}}
    spec: {restartPolicy: Never, containers: [{name: c, image: busybox}]}
#end
kubectl create -f copy.yaml 2>&1 | sed 's/[0-9a-f]\{8\}-[0-9a-f-]*/UID/g'
kubectl create -f named.yaml
kubectl get job named -o jsonpath='{.spec.template.metadata.labels.job-name}{"\n"}'
