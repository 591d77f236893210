# A pod that a taint evicts already is not told anew when another taint comes before it has ended.
kubectl run slow --image=busybox --overrides='{"spec":{"nodeName":"node2","terminationGracePeriodSeconds":20}}' --command -- sleep 9999; sleep 3
kubectl taint nodes node2 a=b:NoExecute; sleep 3
kubectl taint nodes node2 c=d:NoExecute; sleep 3
kubectl get pod slow -o jsonpath='{.metadata.generation} {.status.conditions[?(@.type=="DisruptionTarget")]}{"\n"}'
