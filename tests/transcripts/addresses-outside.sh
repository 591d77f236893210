# What pods send to a Service's addresses outside of the cluster, nodes lead to its endpoints.
#file services.yaml
apiVersion: v1
kind: Service
metadata: {name: outside}
spec: {selector: {run: web}, ports: [{port: 80}], externalIPs: [198.51.100.7], internalTrafficPolicy: Local}
---
apiVersion: v1
kind: Service
metadata: {name: balanced}
spec: {type: LoadBalancer, selector: {run: web}, ports: [{port: 80}], externalTrafficPolicy: Local}
#end
kubectl apply -f services.yaml
kubectl run web --image=nginx --overrides='{"spec":{"nodeName":"node1"}}'; kubectl run ask --image=busybox --overrides='{"spec":{"nodeName":"node2"}}' -- sleep 999
kubectl patch service balanced --subresource=status -p '{"status":{"loadBalancer":{"ingress":[{"ip":"198.51.100.8"}]}}}'; sleep 5
kubectl exec ask -- wget -qO- 198.51.100.7 | grep title
kubectl exec ask -- wget -qO- -T 3 outside
kubectl exec ask -- wget -qO- -T 3 198.51.100.7:81
kubectl exec ask -- wget -qO- 198.51.100.8 | grep title
kubectl exec ask -- wget -qO- -T 3 198.51.100.9
kubectl patch service balanced -p '{"spec":{"loadBalancerSourceRanges":["10.0.0.0/16"]}}'
kubectl exec ask -- wget -qO- -T 3 198.51.100.8
kubectl patch service balanced -p '{"spec":{"loadBalancerSourceRanges":["10.0.0.0/16","10.244.0.0/16"]}}'
kubectl exec ask -- wget -qO- -T 3 198.51.100.8 | grep title
# A Service that is no load balancer any more has none.
kubectl patch service balanced -p '{"spec":{"type":"ClusterIP","loadBalancerSourceRanges":null}}'
kubectl get service balanced -o jsonpath='{.status}{"\n"}'
