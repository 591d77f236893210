# Values of flags that are lists, pairs or rules; files that are not what they are to be; what is printed of several.
#file a.txt
one
#end
#file b.txt
two
#end
#file two.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: first}
data: {a: "1"}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: second}
#end
#file lists.conf
apiVersion: v1
kind: Config
clusters: {name: a}
#end
kubectl create configmap files --from-file=a.txt,k=b.txt -o jsonpath='{.data}'
kubectl create secret generic files --from-file=a.txt,nope.txt
kubectl create role r --verb=get --resource=deployments.v1.apps
kubectl create role r --verb=use --resource=podsecuritypolicies
kubectl create role r --verb=approve,use --resource=signers
kubectl create role r --verb=get --resource=deploy.apps,cm -o jsonpath='{.rules}'
kubectl create clusterrole c --aggregation-rule=a
kubectl create clusterrole c --aggregation-rule=a --verb
kubectl create clusterrole c --aggregation-rule=a=b,c=d --aggregation-rule=e=f --dry-run=client -o jsonpath='{.aggregationRule.clusterRoleSelectors}'
kubectl create clusterrole c --verb=get --non-resource-url='*',/a --dry-run=client -o jsonpath='{.rules[0].nonResourceURLs}'
kubectl create clusterrolebinding c --role=x
for r in 'a.com/=s:80,foo' 'a.com/=s:80,tls=x,tls=y' 'a.com/=s:80,' 'a.com/x=s:80=y' 'a.com/=s:80:90' 'a com/=s:80' 'a.com/=s:' 'a.com/=:80'; do kubectl create ingress i --rule="$r" --dry-run=client -o jsonpath='{.spec}{"\n"}'; done
kubectl create token default -o foo
kubectl apply -f two.yaml
kubectl create configmap plain
kubectl apply view-last-applied configmap first plain second
kubectl apply view-last-applied -f two.yaml -o json
kubectl create deployment web --image=nginx --replicas=0
kubectl rollout history deployment/web --revision=9 -o yaml
kubectl config view --kubeconfig=lists.conf
mkdir folder; kubectl config view --kubeconfig=folder
kubectl config set-context '' --user=a --kubeconfig=new.conf
kubectl config set-context only --namespace=a --kubeconfig=new.conf; cat new.conf
# A pattern that the shell leaves as it is is kubectl's to look for.
mkdir -p many/more; for n in a ab b .c; do printf "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: of-${n#.}}\n" > many/$n.yaml; done; cp many/a.yaml many/more/d.yaml
kubectl apply -f 'many/[ab].yaml'
kubectl apply -f 'm?ny/*.yaml' -f 'many/m*'
kubectl get -f '*/a*.yaml' -o name
kubectl get -f './many/a.y*'
kubectl delete -f 'many/*.json' -f 'none*/a.yaml'
kubectl delete -f 'many/*' -R
# A list of one thing is held against the path that it is to be sorted by, unless it is a table.
for o in '' '-o name' '-o wide' '-o custom-columns=N:.kind'; do for p in .nope '{.x' '.metadata.name[*]' .data; do kubectl get deployment --sort-by="$p" $o | sed 's/ [0-9]*s / AGE /'; done; done; kubectl get deployment web --sort-by=.nope -o name; kubectl get deployment,configmap --sort-by='{.x'; kubectl get cronjob --sort-by=.nope -o name
