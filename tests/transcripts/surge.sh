# A DaemonSet whose new pods come beside the old ones, which go once the new ones have been ready for long enough.
#file ds.yaml
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: ds}
spec:
  minReadySeconds: 5
  updateStrategy: {rollingUpdate: {maxSurge: 100%, maxUnavailable: 0}}
  selector: {matchLabels: {d: s}}
  template:
    metadata: {labels: {d: s}}
    spec: {containers: [{name: app, image: nginx:1.26}]}
#end
kubectl apply -f ds.yaml
kubectl rollout status ds/ds
kubectl set image ds/ds app=nginx:1.27
kubectl rollout status ds/ds
kubectl get ds,pods -o custom-columns=KIND:.kind,READY:.status.numberReady,IMAGE:.spec.containers[0].image
# A pod that fails at once is made anew a few times a second, not more.
#file sts.yaml
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: big}
spec:
  serviceName: big
  selector: {matchLabels: {b: g}}
  template:
    metadata: {labels: {b: g}}
    spec: {nodeName: node1, containers: [{name: app, image: nginx, resources: {requests: {cpu: "100"}}}]}
#end
kubectl apply -f sts.yaml
sleep 4
kubectl get events --field-selector reason=OutOfcpu --no-headers | wc -l
