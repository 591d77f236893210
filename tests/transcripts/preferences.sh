# Names of one's own for commands, and defaults of their flags.
kubectl create deployment d --image=nginx
kubectl kuberc view <<< n
kubectl kuberc view <<< y
cat ~/.kube/kuberc
kubectl delete deployment d <<< n
kubectl delete deployment d --interactive=false --dry-run=client
kubectl kuberc set --section defaults --command get --option output=name --option=--show-labels=true
kubectl kuberc set --section defaults --command get --option output=wide
kubectl kuberc set --section defaults --command get --option output=name --overwrite
kubectl get deployments
kubectl get deployments -o jsonpath='{.items[0].metadata.name}{"\n"}'
KUBERC=off kubectl get namespace default -o name; KUBERC=off kubectl get namespace default --kuberc=x; KUBERC=off kubectl kuberc view
kubectl kuberc set --section aliases --name getn --command get --prependarg nodes --option output=wide --option no-headers=true
kubectl getn node1 | cut -c1-5
kubectl getn node1 -o name
kubectl kuberc set --section aliases --name runx --command run --option image=nginx --appendarg -- --appendarg sleep
kubectl runx p --dry-run=client -o jsonpath='{.spec.containers[0]}{"\n"}'
kubectl kuberc set --section credentialplugin --policy Allowlist --allowlist-entry command=a,command=b
kubectl kuberc view
kubectl kuberc set --section aliases --name getn --command get
kubectl kuberc set
kubectl kuberc set --section x
kubectl kuberc set --section aliases --command get
kubectl kuberc set --section defaults --command get --name x
kubectl kuberc set --section defaults --command get --option x
kubectl kuberc set --section credentialplugin --policy Allowlist --allowlist-entry name=a,b,command=
kubectl kuberc set --section defaults --command scale --option nosuch=1
kubectl scale deployment d --replicas=2
kubectl kuberc set --section aliases --name a1 --command get
kubectl get nodes
kubectl --kuberc=nosuch get nodes
echo 'kind: Foo' > bad; KUBERC=bad kubectl get nodes
printf 'apiVersion: kubectl.config.k8s.io/v1alpha1\nkind: Preference\naliases:\n- name: names\n  command: get\n  flags:\n  - name: output\n    default: name\noverrides:\n- command: get\n  flags:\n  - name: no-headers\n    default: "true"\n' > old; kubectl --kuberc=old names namespace default; kubectl --kuberc=old get namespace default
printf 'apiVersion: kubectl.config.k8s.io/v1beta1\nkind: Preference\ndefaults:\n- command: get\n  option: []\n' > odd; kubectl --kuberc=odd get namespace default -o name
KUBECTL_KUBERC=false kubectl names
