# What an autoscaler is to hold a resource at: thousandths of a CPU and mebibytes where a number has no unit; shares below zero are none.
kubectl create deployment w --image=nginx
kubectl autoscale deployment w --max=3 --cpu=500 --memory=1.5 --name=a
kubectl autoscale deployment w --max=3 --cpu=1.5 --memory=70% --name=b
kubectl autoscale deployment w --max=3 --cpu=250m --memory=1Gi --name=c
kubectl get hpa -o jsonpath='{range .items[*]}{.spec.metrics[*].resource.target}{"\n"}{end}'
kubectl autoscale deployment w --max=3 --cpu=-5%
kubectl autoscale deployment w --max=3 --memory=x%
# Flags are read before anything is looked for.
kubectl autoscale deployment nope --max=3 --cpu=x
kubectl api-resources --api-group=nope -o yaml
