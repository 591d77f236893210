#! Section 2, the table of transitions: containers, what happens, and the phase under each policy.
cat > row.sh <<'E'
# One pod: its name, its policy, and a command for each container.
name=$1 policy=$2; shift 2
printf 'apiVersion: v1\nkind: Pod\nmetadata: {name: %s}\nspec:\n  restartPolicy: %s\n  terminationGracePeriodSeconds: 1\n  containers:\n' $name $policy
i=0
for command; do i=$((i+1)); printf '  - {name: c%s, image: busybox, resources: {limits: {memory: 20Mi}}, command: [sh, -c, "%s"]}\n' $i "$command"; done
E
for p in Always OnFailure Never; do l=$(echo $p | tr A-Z a-z); bash row.sh one-succeeds-$l $p 'sleep 2; exit 0' | kubectl create -f -; bash row.sh one-fails-$l $p 'sleep 2; exit 1' | kubectl create -f -; bash row.sh one-oom-$l $p 'sleep 2; head -c 60000000 /dev/zero | tail' | kubectl create -f -; bash row.sh two-one-fails-$l $p 'sleep 2; exit 1' 'sleep 9999' | kubectl create -f -; bash row.sh two-one-succeeds-$l $p 'sleep 2; exit 0' 'sleep 9999' | kubectl create -f -; bash row.sh two-one-oom-$l $p 'sleep 2; head -c 60000000 /dev/zero | tail' 'sleep 9999' | kubectl create -f -; bash row.sh two-oom-then-done-$l $p 'sleep 2; head -c 60000000 /dev/zero | tail' 'sleep 6' | kubectl create -f -; done
sleep 60
kubectl get pods -o custom-columns=POD:.metadata.name,PHASE:.status.phase
kubectl get pods -o jsonpath='{range .items[*]}{.metadata.name}{" "}{.status.containerStatuses[0].state.terminated.reason}{.status.containerStatuses[0].lastState.terminated.reason}{" "}{.status.containerStatuses[0].restartCount}{"\n"}{end}' | grep oom
#! Which controllers take which policy.
kubectl create deployment d --image=busybox --dry-run=client -o yaml | sed 's/^      containers:/      restartPolicy: OnFailure\n      containers:/' > d.yaml
kubectl create -f d.yaml
sed 's/kind: Deployment/kind: ReplicaSet/; /strategy/d' d.yaml | kubectl create -f -
sed 's/kind: Deployment/kind: DaemonSet/; /strategy/d; /replicas/d' d.yaml | kubectl create -f -
sed 's/kind: Deployment/kind: StatefulSet/; /strategy/d' d.yaml | kubectl create -f -
sed 's/apps.v1/v1/; s/kind: Deployment/kind: ReplicationController/; /strategy/d; /matchLabels/d; s/^      app: d/    app: d/' d.yaml | kubectl create -f -
for p in OnFailure Never Always; do kubectl create job $(echo $p | tr A-Z a-z) --image=busybox --dry-run=client -o yaml -- true | sed "s/Policy: Never/Policy: $p/" | kubectl create -f -; done
#! A static pod's mirror may be deleted; its containers go on.
kubectl create -f node-files-pod.yaml
sleep 4
sed 's/image: nginx/image: busybox\n    command: [sleep, "100000"]/' static-web.yaml > own.yaml
kubectl exec -i node-files -- sh -c 'cat > /manifests/own.yaml' < own.yaml
sleep 8
kubectl exec static-web-node1 -- sh -c 'echo still there > /tmp/mark'
kubectl delete pod static-web-node1
sleep 2
kubectl get pod static-web-node1
kubectl exec static-web-node1 -- cat /tmp/mark
kubectl exec -i node-files -- rm /manifests/own.yaml
sleep 40
kubectl get pod static-web-node1
