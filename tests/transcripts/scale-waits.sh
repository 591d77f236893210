# A scale that waits until the replicas are there, and what cannot be scaled.
#rbac
kubectl create deployment web --image=nginx
kubectl create quota few --hard=pods=3
kubectl scale deployment web --replicas=3 --timeout=1m
kubectl scale deployment web --replicas=9 --timeout=5s
kubectl get deployment web
kubectl scale deployment web --replicas=2 --current-replicas=9 -v=6 | cut -d' ' -f2-
kubectl scale deployment web --replicas=1 -v=6 --timeout=10s | cut -d' ' -f2-
kubectl run alone --image=nginx
kubectl scale pod alone --replicas=2
kubectl scale pod alone --replicas=2 --current-replicas=1
kubectl create role reader --verb=get,list --resource=deployments
kubectl create role scaler --verb=patch --resource=deployments/scale
for r in reader scaler; do kubectl create rolebinding $r --role=$r --user=bob; done
kubectl scale deployment web --replicas=2 --as=bob
kubectl scale deployment web --replicas=3 --current-replicas=2 --as=bob
