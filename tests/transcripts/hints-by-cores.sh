# Endpoints are for zones by how many of the nodes' cores these have, where their Service asks for that; the events say why they are not.
#file web.yaml
apiVersion: v1
kind: Service
metadata: {name: web, annotations: {service.kubernetes.io/topology-mode: Auto}}
spec: {selector: {app: web}, ports: [{port: 80}]}
#end
#file on.sh
for i in $(seq $2 $3); do kubectl run p$i --image=nginx --labels=app=web --overrides='{"spec":{"nodeName":"'$1'"}}'; done > /dev/null
#end
#file hints.sh
kubectl get endpointslices -l kubernetes.io/service-name=web -o jsonpath='{range .items[*].endpoints[*]}{.targetRef.name} {.zone} for {.hints.forZones[*].name}{"\n"}{end}'
#end
kubectl get nodes -L topology.kubernetes.io/zone
kubectl apply -f web.yaml
sh on.sh node1 1 1
sleep 5
sh hints.sh
sh on.sh node1 2 4
sleep 5
kubectl get events --field-selector involvedObject.kind=Service
sh on.sh node1 5 6
sleep 5
sh hints.sh
# With each endpoint, and where a zone is left with too few, they are given out anew.
sh on.sh node2 7 7
sleep 5
sh hints.sh
kubectl label node node3 topology.kubernetes.io/zone=zone-3 --overwrite
sleep 1
sh hints.sh
kubectl annotate service web service.kubernetes.io/topology-mode-
sleep 1
sh hints.sh
kubectl get events --field-selector involvedObject.kind=Service
