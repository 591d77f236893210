# Commands on more objects than they do something to at a time: what they say, and in which order, is that of one go.
for i in $(seq 100 139); do printf -- '---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: c%s, labels: {part: "%s"}}\n' $i $((i % 7)); done > many.yaml
kubectl create -f many.yaml | tail -2
kubectl label cm -l part x=y | tail -2
kubectl label cm -l part x=z 2>&1 | sed -n '1p;2p;$p'
kubectl label cm -l part x=z --overwrite --list | tail -3
kubectl label cm -l part x- -o yaml | grep -c '^---'
kubectl label -f many.yaml -f nowhere.yaml x=z 2>&1 | tail -1
kubectl annotate cm -l part a=b | wc -l
kubectl describe cm -l part | grep '^Name:' | uniq | wc -l
kubectl get cm -l part --sort-by=.metadata.labels.part -o name | head -9
kubectl get cm -l part --sort-by='{.metadata.labels.part}' | tail -3
kubectl delete -f many.yaml | tail -1
for i in $(seq 20 39); do kubectl create deployment d$i --image=nginx --replicas=0; done | tail -1
kubectl scale deploy --all --replicas=1 -o yaml | grep -c '^---'
kubectl rollout pause deploy | tail -2
kubectl rollout restart deploy 2>&1 | tail -1
kubectl rollout resume deploy | wc -l
kubectl wait deploy --all --for=condition=Available | tail -2
kubectl wait deploy --all --for=condition=Nope --timeout=1s 2>&1 | sort | uniq | wc -l
kubectl describe deploy | grep -c '^Name:'
