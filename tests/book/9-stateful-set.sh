#! StatefulSets, disruption budgets, drain.
for i in 0 1 2; do printf 'apiVersion: v1\nkind: PersistentVolume\nmetadata: {name: pv%s}\nspec: {capacity: {storage: 1Gi}, accessModes: [ReadWriteOnce], hostPath: {path: /data/%s}}\n' $i $i | kubectl create -f -; done
cat > ss.yaml <<'E'
apiVersion: v1
kind: Service
metadata: {name: nginx}
spec: {clusterIP: None, selector: {app: nginx}, ports: [{port: 80, name: web}]}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: web}
spec:
  serviceName: nginx
  replicas: 3
  selector: {matchLabels: {app: nginx}}
  template:
    metadata: {labels: {app: nginx}}
    spec:
      terminationGracePeriodSeconds: 2
      containers:
      - {name: nginx, image: nginx, volumeMounts: [{name: www, mountPath: /usr/share/nginx/html}]}
  volumeClaimTemplates:
  - metadata: {name: www}
    spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: web}
spec: {maxUnavailable: 1, selector: {matchLabels: {app: nginx}}}
E
kubectl create -f ss.yaml
kubectl rollout status sts/web | tail -n 1
kubectl get pods,pvc
kubectl get pods -o jsonpath='{range .items[*]}{.metadata.name} {.metadata.labels.apps\.kubernetes\.io/pod-index}{"\n"}{end}'
for i in 0 1 2; do kubectl exec web-$i -- sh -c 'hostname > /usr/share/nginx/html/index.html'; done
kubectl run t --image=busybox --restart=Never -- sh -c 'for i in 0 1 2; do wget -q -O- http://web-$i.nginx; done'
sleep 4
kubectl logs t
kubectl delete pod web-1 t
sleep 6
kubectl exec web-1 -- cat /usr/share/nginx/html/index.html
kubectl scale sts web --replicas=1
sleep 10
kubectl get pods,pvc
kubectl scale sts web --replicas=3
kubectl rollout status sts/web | tail -n 1
kubectl patch sts web -p '{"spec":{"updateStrategy":{"rollingUpdate":{"partition":2}}}}'
kubectl set image sts/web nginx=nginx:1.27
kubectl rollout status sts/web | tail -n 1
kubectl get pods -o custom-columns=POD:.metadata.name,IMAGE:.spec.containers[0].image
kubectl get pdb web
node=$(kubectl get pod web-0 -o jsonpath='{.spec.nodeName}')
kubectl cordon node1 node2 node3
kubectl drain $node | grep -c evicted
kubectl get pdb web
kubectl drain $(kubectl get pod web-1 -o jsonpath='{.spec.nodeName}') --timeout=12s | grep -c evicted
kubectl uncordon node1 node2 node3
sleep 8
kubectl get pods
