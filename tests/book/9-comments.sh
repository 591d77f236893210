#! The commands that the files name in their comments, as they stand there.
named() { sed -n 's/^# \(kubectl .*\)/\1/p' $1 | sh; }
kubectl create -f rabbitmq.yaml -f redis.yaml -f nginx-deployment.yaml -f node-files-pod.yaml
sleep 5
named job-wq-1.yaml
named job-wq-2.yaml
named nginx-deployment.yaml
named node-files-pod.yaml
sleep 20
kubectl create -f job-wq-1.yaml -f job-wq-2.yaml
sleep 90
kubectl get jobs
kubectl logs -l job-name=job-wq-1 | sort
kubectl rollout status deployment/nginx-deployment
kubectl get pods -l app=nginx -o custom-columns=IMAGE:.spec.containers[0].image
kubectl get pods static-web-node1
kubectl create -f cm-appconfigfiles.yaml
sed 's#mountPath: /configfiles#mountPath: /etc/server.xml\n      subPath: server.xml#' cm-test-app.yaml | kubectl create -f -
sleep 5
kubectl exec cm-test-app -- head -n 1 /etc/server.xml
