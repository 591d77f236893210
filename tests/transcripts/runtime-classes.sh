# A pod gets what its RuntimeClass says, and none without its class.
#file class.yaml
apiVersion: node.k8s.io/v1
kind: RuntimeClass
metadata: {name: heavy}
handler: runc
overhead: {podFixed: {cpu: 100m, memory: 10Mi}}
scheduling: {nodeSelector: {kubernetes.io/hostname: node2}, tolerations: [{key: heavy, operator: Exists}]}
#end
kubectl apply -f class.yaml
kubectl run p --image=registry.k8s.io/pause:3.10 --overrides='{"spec":{"runtimeClassName":"heavy"}}'
sleep 2
kubectl get pod p -o jsonpath='{.spec.nodeName} {.spec.overhead} {.spec.nodeSelector} {.spec.tolerations[*].key}{"\n"}'
kubectl describe node node2 | grep ' p '
kubectl run q --image=registry.k8s.io/pause:3.10 --overrides='{"spec":{"runtimeClassName":"none"}}'
kubectl run q --image=registry.k8s.io/pause:3.10 --overrides='{"spec":{"overhead":{"cpu":"1"}}}'
kubectl run q --image=registry.k8s.io/pause:3.10 --overrides='{"spec":{"runtimeClassName":"heavy","overhead":{"cpu":"1"}}}'
kubectl run q --image=registry.k8s.io/pause:3.10 --overrides='{"spec":{"runtimeClassName":"heavy","nodeSelector":{"kubernetes.io/hostname":"node1"}}}'
