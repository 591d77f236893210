# ServiceCIDRs give Services more addresses, and stay as long as one of those is needed.
#file cidrs.yaml
apiVersion: networking.k8s.io/v1
kind: ServiceCIDR
metadata: {name: more}
spec: {cidrs: [10.200.0.0/24]}
---
apiVersion: networking.k8s.io/v1
kind: ServiceCIDR
metadata: {name: within}
spec: {cidrs: [10.96.1.0/28]}
#end
kubectl create service clusterip web --tcp=80 --clusterip=10.200.0.7
kubectl apply -f cidrs.yaml; sleep 1; kubectl describe servicecidr more; kubectl get servicecidr
kubectl create service clusterip web --tcp=80 --clusterip=10.200.0.7; kubectl create service clusterip other --tcp=80 --clusterip=10.201.0.1; for ip in 10.200.0.0 10.200.0.255 10.96.0.0; do kubectl create service clusterip other --tcp=80 --clusterip=$ip; done; kubectl get ipaddress
kubectl delete servicecidr more within --wait=false; sleep 11; kubectl get servicecidr -o custom-columns='NAME:.metadata.name,READY:.status.conditions[0].status,WHY:.status.conditions[0].reason,MESSAGE:.status.conditions[0].message'
kubectl create service clusterip third --tcp=80 --clusterip=10.200.0.9
kubectl delete service web; sleep 1; kubectl get servicecidr more -o name
