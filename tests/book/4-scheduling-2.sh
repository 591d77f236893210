#! Section 4, the rest: pods near to and far from others, taints, spread, and who gives way.
pod() { printf 'apiVersion: v1\nkind: Pod\nmetadata: {name: %s, labels: {app: %s}}\nspec:\n  terminationGracePeriodSeconds: 1\n  containers: [{name: c, image: nginx%s}]\n%s\n' "$1" "$2" "$3" "$4" | kubectl create -f -; }
pod cache cache '' '  nodeName: node2'
sleep 2
pod near web '' '  affinity: {podAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: kubernetes.io/hostname, labelSelector: {matchLabels: {app: cache}}}]}}'
pod far web '' '  affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: kubernetes.io/hostname, labelSelector: {matchExpressions: [{key: app, operator: In, values: [cache, web]}]}}]}}'
pod nowhere web '' '  affinity: {podAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: kubernetes.io/hostname, labelSelector: {matchLabels: {app: nobody}}}]}}'
sleep 2
kubectl get pods cache near -o custom-columns=POD:.metadata.name,NODE:.spec.nodeName
kubectl get pod far -o jsonpath='{.spec.nodeName}{"\n"}' | grep -c node2
kubectl get events --field-selector involvedObject.name=nowhere -o custom-columns=M:.message
kubectl taint node node1 team=a:NoSchedule
kubectl taint node node2 node3 team=b:NoExecute
sleep 5
kubectl get pods -o custom-columns=POD:.metadata.name,NODE:.spec.nodeName
pod plain t '' ''
pod tolerant t '' '  tolerations: [{key: team, operator: Equal, value: a, effect: NoSchedule}]'
pod for-a-while t '' '  tolerations: [{key: team, value: b, effect: NoExecute, tolerationSeconds: 20}]'
sleep 3
kubectl get pod tolerant for-a-while -o wide | awk '{print $1, $3, $7}' | sed 's/node[23]/node2 or 3/'
kubectl get events --field-selector involvedObject.name=plain -o custom-columns=M:.message
sleep 25
kubectl get pod for-a-while
kubectl taint node node1 node2 node3 team-
kubectl delete pods --all
kubectl create deployment spread --image=nginx --replicas=6 --dry-run=client -o yaml | sed 's/^      containers:/      topologySpreadConstraints: [{maxSkew: 1, topologyKey: kubernetes.io\/hostname, whenUnsatisfiable: DoNotSchedule, labelSelector: {matchLabels: {app: spread}}}]\n      containers:/' | kubectl create -f -
sleep 4
kubectl get pods -o jsonpath='{range .items[*]}{.spec.nodeName}{"\n"}{end}' | sort | uniq -c
kubectl delete deployment spread
kubectl create priorityclass high --value=1000
for i in 1 2 3; do pod filler$i fill ', resources: {requests: {cpu: "3"}}' ''; done
sleep 3
pod important vip ', resources: {requests: {cpu: "2"}}' '  priorityClassName: high'
sleep 6
kubectl get pod important -o jsonpath='{.status.phase}{"\n"}'
kubectl get pods -l app=fill --no-headers | wc -l
kubectl get events --field-selector reason=Preempted -o custom-columns=M:.message | sed 's/pod [0-9a-f-]* on node node[0-9]/pod UID on node N/; s/pod: [0-9a-f-]*/pod: UID/'
pod modest vip ', resources: {requests: {cpu: "3"}}' '  nodeSelector: {tier: gold}'
kubectl label node node3 tier=gold
sleep 2
kubectl get pod modest
kubectl get events --field-selector involvedObject.name=modest,reason=FailedScheduling -o custom-columns=M:.message | sed 's/[0-9] Insufficient/N Insufficient/; s/[0-9] node(s)/N node(s)/g'
