#! Section 6: the patterns of batch work.
export KUBARIUM_KUBECTL=1.3
mkdir jobs
for i in apple banana cherry
do
  cat job.yaml.txt | sed "s/\$ITEM/$i/" > ./jobs/job-$i.yaml
done
ls jobs
kubectl create -f jobs
sleep 20
kubectl get jobs -l jobgroup=jobexample
kubectl logs -l jobgroup=jobexample
unset KUBARIUM_KUBECTL
kubectl create -f rabbitmq.yaml -f redis.yaml
kubectl run temp --image=ubuntu -- sleep 100000
sleep 5
kubectl exec -ti temp -- bash
export BROKER_URL=amqp://guest:guest@rabbitmq-service:5672
amqp-declare-queue --url=$BROKER_URL -q foo -d
amqp-publish --url=$BROKER_URL -r foo -p -b Hello
amqp-consume --url=$BROKER_URL -q foo -c 1 cat && echo
amqp-declare-queue --url=$BROKER_URL -q job1 -d
for f in apple banana cherry date fig grape lemon melon; do amqp-publish --url=$BROKER_URL -r job1 -p -b $f; done
redis-cli -h redis
rpush job2 "apple" "banana" "cherry"
rpush job2 "date"
lrange job2 0 -1
exit
exit
kubectl create -f job-wq-1.yaml
sleep 15
kubectl get job job-wq-1
sleep 60
kubectl get job job-wq-1
kubectl logs -l job-name=job-wq-1 | sort
kubectl create -f job-wq-2.yaml
sleep 40
kubectl get job job-wq-2
kubectl logs -l job-name=job-wq-2 | grep Working
kubectl create -f job-static.yaml
sleep 15
kubectl get job job-static
kubectl logs -l job-name=job-static --prefix | sort
kubectl create -f cronjob.yaml
sleep 150
kubectl get cronjob hello
kubectl get jobs
