# A kubectl in a pod: it is its account, in its namespace, and may do what the account may.
#rbac
#file cron.yaml
apiVersion: batch/v1
kind: CronJob
metadata: {name: nightly}
spec:
  schedule: "*/1 * * * *"
  jobTemplate:
    spec:
      template:
        spec:
          serviceAccountName: restarter
          restartPolicy: Never
          containers:
          - name: kubectl
            image: bitnami/kubectl:latest
            command: ["kubectl", "rollout", "restart", "deployment/web"]
#end
#file tools.yaml
apiVersion: v1
kind: Pod
metadata: {name: tools}
spec:
  serviceAccountName: restarter
  terminationGracePeriodSeconds: 0
  containers:
  - name: tools
    image: alpine/k8s:1.34.1
    command: [sleep, infinity]
#end
#file blind.yaml
apiVersion: v1
kind: Pod
metadata: {name: blind}
spec:
  automountServiceAccountToken: false
  restartPolicy: Never
  containers: [{name: k, image: "registry.k8s.io/kubectl:v1.36.2", args: [get, pods]}]
#end
kubectl create serviceaccount restarter
kubectl create role restarter --verb=get,list,watch,patch --resource=deployments.apps
kubectl create rolebinding restarter --role=restarter --serviceaccount=default:restarter
kubectl create deployment web --image=nginx --replicas=2
kubectl run k --rm -i --restart=Never --image=bitnami/kubectl -- get pods
kubectl run k --restart=Never --image=bitnami/kubectl --overrides='{"spec":{"serviceAccountName":"restarter"}}' -- get deployments
sleep 4
kubectl logs k
kubectl get pod k -o jsonpath='{.status.phase} {.status.containerStatuses[0].state.terminated.exitCode}{"\n"}'
kubectl apply -f tools.yaml -f blind.yaml
kubectl wait --for=condition=Ready pod/tools --timeout=20s
kubectl exec tools -- kubectl auth whoami
kubectl exec tools -- kubectl get deployments
kubectl exec tools -- kubectl get secrets
kubectl exec tools -- sh -c 'kubectl get deploy -o name | sed s/web/WEB/; kubectl auth can-i delete pods; echo $?'
kubectl exec tools -- kubectl config view
kubectl exec tools -- sh -c 'KUBECONFIG= kubectl scale deploy web --replicas=3'
echo '{"spec":{"template":{"spec":{"terminationGracePeriodSeconds":1}}}}' | kubectl exec -i tools -- sh -c 'cat > /tmp/p.json; kubectl patch deploy web --patch-file /tmp/p.json'
kubectl exec tools -- kubectl rollout status deploy/web
kubectl exec tools -- sh -c 'kubectl get deploy -w & sleep 2; kill $!; wait $!; echo ended with $?'
kubectl logs blind
kubectl apply -f cron.yaml
sleep 75
kubectl logs -l batch.kubernetes.io/job-name --tail=1
kubectl rollout history deploy/web
kubectl get deploy web --show-managed-fields -o jsonpath='{.metadata.managedFields[*].manager}{"\n"}'
kubectl delete cronjob nightly
kubectl exec tools -- sh -c 'kubectl get deploy -w' & sleep 2; kubectl delete pod tools --now; wait
