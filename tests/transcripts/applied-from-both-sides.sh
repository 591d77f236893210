# Who owns what where kubectl applied from its side before the server does: with whom there is a conflict, and whose time is told.
#file web.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template: {metadata: {labels: {app: web}}, spec: {containers: [{name: web, image: nginx}]}}
#end
sed 's/replicas: 2/replicas: 3/; s/nginx/httpd/' web.yaml > more.yaml; grep -v replicas web.yaml > none.yaml; echo '{range .metadata.managedFields[*]}{.manager} {.operation} {.subresource} {.time}{"\n"}{end}' > owners
kubectl apply -f web.yaml
kubectl scale deployment web --replicas=9
kubectl get deployment web -o jsonpath-file=owners | grep -v controller
kubectl apply -f more.yaml
kubectl apply -f none.yaml
kubectl apply -f web.yaml --server-side
kubectl apply -f more.yaml --server-side --field-manager=bob 2>&1 | grep -v '^[ A-Z*]'
kubectl apply -f none.yaml --server-side
kubectl get deployment web -o jsonpath-file=owners | grep -v controller
kubectl apply -f more.yaml --server-side
kubectl get deployment web -o jsonpath-file=owners | grep -v controller
kubectl set image deployment/web web=busybox
kubectl apply -f more.yaml --server-side 2>&1 | head -1
