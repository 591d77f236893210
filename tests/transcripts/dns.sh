# A cluster whose names are served by CoreDNS, as kubeadm sets it up: it can be looked at, and without it no name is found.
#dns
#rbac
sleep 5; kubectl get services kube-dns --namespace=kube-system; kubectl get deployment,pods -n kube-system -l k8s-app=kube-dns
kubectl get cm coredns -n kube-system -o jsonpath='{.data.Corefile}' | head -3; kubectl cluster-info | sed -n 2p
kubectl get ep kube-dns -n kube-system; kubectl get endpointslices -n kube-system -l kubernetes.io/service-name=kube-dns -o custom-columns=ADDRESSES:.endpoints[*].addresses,PORTS:.ports[*].port
for p in $(kubectl get pods --namespace=kube-system -l k8s-app=kube-dns -o name); do kubectl logs --namespace=kube-system $p; done
kubectl run dnsutils --image=registry.k8s.io/e2e-test-images/agnhost:2.39 --command -- sleep 9999; kubectl run box --image=busybox:1.28 --command -- sleep 9999; sleep 10
kubectl exec -i -t dnsutils -- nslookup kubernetes.default; kubectl exec dnsutils -- cat /etc/resolv.conf
kubectl exec box -- nslookup kubernetes.default; kubectl exec box -- nslookup kube-dns.kube-system; kubectl exec box -- nslookup 10.96.0.10
kubectl exec box -- nc -z -w 2 10.96.0.10 53 && echo reached; kubectl exec box -- wget -qO- 10.96.0.10:9153/metrics
kubectl auth can-i list endpointslices --as=system:serviceaccount:kube-system:coredns -A; kubectl auth can-i list secrets --as=system:serviceaccount:kube-system:coredns -A
# No pod of it is ready: no name.
kubectl scale deployment coredns -n kube-system --replicas=0; sleep 5
time kubectl exec dnsutils -- nslookup kubernetes.default
kubectl exec box -- wget -qO- -T 20 http://kubernetes.default; kubectl exec box -- nc -z -w 2 10.96.0.1 443 && echo by its address
kubectl scale deployment coredns -n kube-system --replicas=1; sleep 15; kubectl exec dnsutils -- nslookup kubernetes.default
# Nor without its Service.
kubectl delete service kube-dns -n kube-system; kubectl exec dnsutils -- nslookup kubernetes.default
