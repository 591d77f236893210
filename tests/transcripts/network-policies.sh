# Which pods may talk to which.
#file nginx-policy.yaml
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: access-nginx
spec:
  podSelector:
    matchLabels:
      app: nginx
  ingress:
  - from:
    - podSelector:
        matchLabels:
          access: "true"
#end
#file deny-egress.yaml
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: deny-egress
spec:
  podSelector:
    matchLabels:
      access: "true"
  policyTypes:
  - Egress
#end
#file allow-dns.yaml
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: allow-dns
spec:
  podSelector: {}
  policyTypes:
  - Egress
  egress:
  - ports:
    - port: 53
      protocol: UDP
  - to:
    - namespaceSelector:
        matchLabels:
          kubernetes.io/metadata.name: default
    ports:
    - port: 80
#end
kubectl create deployment nginx --image=nginx
kubectl expose deployment nginx --port=80
kubectl run other --image=busybox:1.28 -- sleep 1d
kubectl run friend --image=busybox:1.28 --labels=access=true -- sleep 1d
sleep 5; kubectl exec other -- wget --spider --timeout=1 nginx
kubectl apply -f nginx-policy.yaml
kubectl exec other -- wget --spider --timeout=1 nginx
kubectl exec friend -- wget --spider --timeout=1 nginx
kubectl apply -f deny-egress.yaml
kubectl exec friend -- wget -qO- --timeout=20 nginx
kubectl exec friend -- wget -qO- -T 1 $(kubectl get service nginx -o jsonpath={.spec.clusterIP})
kubectl apply -f allow-dns.yaml
kubectl exec friend -- nc -zvw 1 nginx 80
kubectl exec other -- nc -zvw 1 nginx 80
kubectl delete networkpolicies --all
kubectl exec other -- wget --spider --timeout=1 nginx
