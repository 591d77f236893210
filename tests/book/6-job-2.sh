#! Section 6, the rest: a message comes again when its holder is killed; the other forms of Jobs.
kubectl create -f rabbitmq.yaml
kubectl run temp --image=ubuntu -- sleep 100000
sleep 5
kubectl exec -i temp -- bash <<'X'
export BROKER_URL=amqp://guest:guest@rabbitmq-service:5672
amqp-declare-queue --url=$BROKER_URL -q q -d
amqp-publish --url=$BROKER_URL -r q -p -b apple
amqp-consume --url=$BROKER_URL -q q -c 1 sh -c 'cat; echo; sleep 1000' &
sleep 2
kill -9 $!
sleep 1
amqp-consume --url=$BROKER_URL -q q -c 1 sh -c 'cat; echo " again"; false'
amqp-consume --url=$BROKER_URL -q q -c 1 sh -c 'cat; echo " once more"'
amqp-get --url=$BROKER_URL -q q || echo empty
amqp-publish --url=$BROKER_URL -r q -p -b cherry
X
cat > holder.yaml <<'E'
apiVersion: v1
kind: Pod
metadata: {name: holder}
spec:
  restartPolicy: Never
  containers:
  - {name: c, image: kubeguide/job-wq-1, command: [amqp-consume, --url=amqp://guest:guest@rabbitmq-service:5672, -q, q, -c, "1", sh, -c, 'cat; echo; sleep 1000']}
E
kubectl create -f holder.yaml
sleep 5
kubectl logs holder
kubectl exec temp -- amqp-get --url=amqp://guest:guest@rabbitmq-service:5672 -q q
#fault {"kill": "default/holder/c"}
sleep 3
kubectl get pod holder
kubectl exec temp -- amqp-get --url=amqp://guest:guest@rabbitmq-service:5672 -q q
cat > jobs.yaml <<'E'
apiVersion: batch/v1
kind: Job
metadata: {name: indexed}
spec:
  completions: 4
  parallelism: 2
  completionMode: Indexed
  template: {spec: {restartPolicy: Never, containers: [{name: c, image: busybox, command: [sh, -c, 'sleep 2; echo $JOB_COMPLETION_INDEX']}]}}
---
apiVersion: batch/v1
kind: Job
metadata: {name: too-often}
spec:
  backoffLimit: 2
  template: {spec: {restartPolicy: Never, containers: [{name: c, image: busybox, command: [sh, -c, 'exit 1']}]}}
---
apiVersion: batch/v1
kind: Job
metadata: {name: too-long}
spec:
  activeDeadlineSeconds: 8
  template: {spec: {restartPolicy: Never, terminationGracePeriodSeconds: 1, containers: [{name: c, image: busybox, command: [sleep, "1000"]}]}}
---
apiVersion: batch/v1
kind: Job
metadata: {name: goes-away}
spec:
  ttlSecondsAfterFinished: 10
  template: {spec: {restartPolicy: Never, containers: [{name: c, image: busybox, command: ["true"]}]}}
---
apiVersion: batch/v1
kind: Job
metadata: {name: suspended}
spec:
  suspend: true
  template: {spec: {restartPolicy: Never, containers: [{name: c, image: busybox, command: ["true"]}]}}
E
kubectl create -f jobs.yaml
sleep 9
kubectl get jobs
kubectl patch job suspended -p '{"spec":{"suspend":false}}'
sleep 61
kubectl get jobs
kubectl logs -l job-name=indexed | sort
kubectl get pods -l job-name=too-often --no-headers | wc -l
kubectl get jobs -o jsonpath='{range .items[*]}{.metadata.name} {.status.conditions[?(@.type=="Failed")].reason} {.status.succeeded} {.status.completedIndexes}{"\n"}{end}'
#! A CronJob keeps its own zone's time: half past nine in Shanghai.
kubectl create cronjob morning --image=busybox --schedule='30 9 * * *' --dry-run=client -o yaml -- date | sed 's/^  schedule:/  timeZone: Asia\/Shanghai\n  schedule:/' | kubectl create -f -
sleep 3000
sleep 2300
kubectl get cronjob morning
kubectl get jobs | grep -c morning
sleep 120
kubectl get jobs | grep -c morning
kubectl logs -l batch.kubernetes.io/job-name=$(kubectl get jobs -o name | grep morning | cut -d / -f 2) | cut -c 1-16
