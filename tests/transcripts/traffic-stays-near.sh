# A Service whose traffic is to stay near leads to endpoints on the same node, or else of the same zone, or else to any.
#file pod.sh
kubectl run $1 --image=busybox --labels=app=$3 --overrides='{"spec":{"nodeName":"'$2'","containers":[{"name":"c","image":"busybox","command":["sh","-c","mkdir /w; hostname > /w/index.html; exec httpd -f -h /w"]}]}}'
#end
#file ask.sh
for i in 1 2 3 4 5 6 7 8 9 10 11 12; do kubectl exec $1 -- wget -qO- $2; done | sort -u
#end
#file services.yaml
apiVersion: v1
kind: Service
metadata: {name: any}
spec: {selector: {app: web}, ports: [{port: 80}]}
---
apiVersion: v1
kind: Service
metadata: {name: zone}
spec: {selector: {app: web}, ports: [{port: 80}], trafficDistribution: PreferSameZone}
---
apiVersion: v1
kind: Service
metadata: {name: node}
spec: {selector: {app: web}, ports: [{port: 80}], trafficDistribution: PreferSameNode}
#end
for n in 1 2 3; do kubectl label node node$n topology.kubernetes.io/zone=z$((n / 2)) --overwrite; done
sh pod.sh one node1 web; sh pod.sh two node2 web; for n in 1 2 3; do sh pod.sh client$n node$n client; done
kubectl apply -f services.yaml; sleep 5
sh ask.sh client1 any
for n in 1 2 3; do echo client$n; sh ask.sh client$n zone; done
for n in 1 2 3; do echo client$n; sh ask.sh client$n node; done
kubectl delete pod two --now; sleep 2
sh ask.sh client2 node
