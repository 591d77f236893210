# A quota on a kind that there is not has no count in the status; kubectl shows it as zero.
kubectl create quota q --hard=count/widgets.example.com=1,count/jobs.batch=2; sleep 1
kubectl get quota q -o jsonpath='{.status.used}{"\n"}'
kubectl get quota q --no-headers | sed 's/ [0-9]*s$//'
