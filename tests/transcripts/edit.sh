# kubectl edit, and what opens an editor as it does. An editor that needs no terminal is a command.
#file bad.sh
# The first time it makes a mistake, the second time it shows what it was told, and mends it.
if [ -e /tmp/once ]; then
  head -9 "$1"
  sed -i 's/replicas: -1/replicas: 2/' "$1"
else
  touch /tmp/once
  sed -i 's/replicas: 3/replicas: -1/' "$1"
fi
#end
#file broken.sh
# Not YAML at first.
if [ -e /tmp/twice ]; then
  head -8 "$1"
  sed -i 's/^data$/data:/' "$1"
else
  touch /tmp/twice
  sed -i -e 's/^data:/data/' -e 's/x: one/x: three/' "$1"
fi
#end
#file pod.yaml
apiVersion: v1
kind: Pod
metadata:
  name: p
spec:
  containers:
  - name: c
    image: busybox
    command: ["sleep", "1000"]
#end
kubectl create deployment web --image=nginx
KUBE_EDITOR="sed -i s/replicas.*1$/replicas:\ 3/" kubectl edit deployment web
KUBE_EDITOR='sed -i "s/replicas: 1$/replicas: 3/"' kubectl edit deployment web
kubectl get deployment web -o jsonpath='{.spec.replicas} {.metadata.managedFields[?(@.manager=="kubectl-edit")].operation}{"\n"}'
EDITOR=cat kubectl edit deploy/web | head -12
KUBE_EDITOR='sh bad.sh' kubectl edit deploy/web
kubectl get deployment web -o jsonpath='{.spec.replicas}{"\n"}'
KUBE_EDITOR='sed -i "s/name: web$/name: other/"' kubectl edit deploy web
KUBE_EDITOR='sed -i "s/^  namespace: default/  namespace: kube-system/"' kubectl edit deploy web
KUBE_EDITOR=nosuch kubectl edit deploy web
KUBE_EDITOR=false kubectl edit deploy web
kubectl edit deploy web
kubectl create configmap a --from-literal=x=one; kubectl create configmap b --from-literal=x=one
KUBE_EDITOR='sed -i "s/x: one/x: two/"' kubectl edit configmap a b --output-patch
KUBE_EDITOR='sh -c '"'"'sed -i s/two/one/ $0; cat $0'"'"'' kubectl edit configmap a -o json --record
KUBE_EDITOR='sh broken.sh' kubectl edit configmap a
KUBE_EDITOR='sed -i d' kubectl edit configmap a
KUBE_EDITOR='sed -i "s/x: three/x: {}/"' kubectl edit configmap a
KUBE_EDITOR='sh -c "kubectl delete configmap b; sed -i s/two/six/ \$0"' kubectl edit configmap b
KUBE_EDITOR=cat kubectl edit configmap nosuch
KUBE_EDITOR=cat kubectl edit -o name configmap a
KUBE_EDITOR='sed -i "s/name: p$/name: q/"' kubectl create --edit -f pod.yaml
KUBE_EDITOR=true kubectl create --edit -f pod.yaml
kubectl apply edit-last-applied pod q
kubectl apply -f pod.yaml
KUBE_EDITOR='sed -i "s/1000/2000/"' kubectl apply edit-last-applied pod/p
kubectl apply view-last-applied pod/p
KUBE_EDITOR='sed -i "s/\"1000\"/\"2000\"/"' kubectl edit pod p
ls /tmp | wc -l
KUBE_EDITOR='sh -c echo' kubectl edit deploy web
KUBE_EDITOR='sed -i s/phase:.*/phase:\ Failed/' kubectl edit deployment web --subresource=status
KUBE_EDITOR='sed -i s/observedGeneration:.*/observedGeneration:\ 77/' kubectl edit deployment web --subresource=status --output-patch
KUBE_EDITOR=true kubectl edit deployment web --subresource=foo
KUBE_EDITOR=true kubectl edit deployment web --subresource=scale
kubectl create configmap lines --from-literal=x=one; EDITOR=cat kubectl edit configmap lines --windows-line-endings | od -c | sed -n 5p
EDITOR='sed -i s/one/two/' kubectl edit configmap lines --windows-line-endings; kubectl get configmap lines -o jsonpath='{.data}{"\n"}'
