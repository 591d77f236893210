# What logs, exec and top ask for, and objects at the version of their file.
#metrics
#file autoscaler.yaml
apiVersion: autoscaling/v1
kind: HorizontalPodAutoscaler
metadata: {name: web}
spec: {maxReplicas: 3, targetCPUUtilizationPercentage: 50, scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}}
#end
kubectl run web --image=nginx; kubectl wait --for=condition=Ready pod/web
kubectl logs web --tail=1 --since=90s --timestamps -v=6
kubectl logs web -p -v=6 2>&1 | grep /log
kubectl exec web -v=6 -- echo 'a b'
echo hi | kubectl exec -i web -v=6 -- cat 2>&1 | grep -o 'exec?.*'
kubectl top node -l a=b -v=6; kubectl top pod absent -v=6; kubectl top pod web -A
sleep 30; kubectl top pod -v=6; kubectl top pod web -v=6 2>&1 | grep GET; kubectl top node node9 -v=6 2>&1 | grep GET
kubectl apply -f autoscaler.yaml; kubectl get -f autoscaler.yaml -o jsonpath='{.apiVersion} {.spec.targetCPUUtilizationPercentage}{"\n"}'; kubectl get hpa web -o jsonpath='{.apiVersion}{"\n"}'; kubectl get -f autoscaler.yaml
