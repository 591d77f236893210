# Volumes that are made for claims, and what becomes of them.
#storage
#file web.yaml
kind: StatefulSet
apiVersion: apps/v1
metadata: {name: web}
spec:
  serviceName: web
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - name: nginx
        image: registry.k8s.io/nginx-slim:0.24
        volumeMounts: [{name: www, mountPath: /usr/share/nginx/html}]
  volumeClaimTemplates:
  - metadata: {name: www}
    spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
#end
kubectl get storageclass
kubectl apply -f web.yaml; kubectl rollout status sts/web | tail -1
kubectl get pvc -o custom-columns=NAME:.metadata.name,CLASS:.spec.storageClassName,STATUS:.status.phase,SIZE:.status.capacity.storage
for i in 0 1; do kubectl exec web-$i -- sh -c 'echo I am $(hostname) > /usr/share/nginx/html/index.html'; done; kubectl delete pod web-0 web-1
sleep 4; for i in 0 1; do kubectl exec web-$i -- curl -s localhost; done
kubectl describe pvc www-web-0 | sed -n '/^Events/,$p' | grep -E 'Provisioning ' | cut -c1-24
kubectl delete sts web; sleep 2; kubectl get pv --no-headers | wc -l
kubectl delete pvc --all; sleep 2; kubectl get pv
