# Objects that a cluster has from the start, and the server's own Service, which comes back.
kubectl get apiservices
kubectl get flowschemas
kubectl get flowschema system-node-high -o yaml
kubectl get prioritylevelconfigurations
kubectl get servicecidrs
kubectl get componentstatuses
kubectl get leases,configmaps -n kube-system
kubectl create service clusterip web --tcp=80
kubectl get ipaddresses -o custom-columns=PARENT:.spec.parentRef.name,BY:.metadata.labels
kubectl get ipaddress 10.96.0.1 -o jsonpath='{.spec.parentRef}{"\n"}'
kubectl get ipaddress 10.96.0.2
kubectl delete service,endpointslice kubernetes
kubectl get service kubernetes
sleep 10
kubectl get service,endpointslice kubernetes
kubectl create quota none --hard=services=0
kubectl delete service kubernetes
sleep 12
kubectl get service kubernetes
kubectl delete quota none
sleep 10
kubectl get service kubernetes
