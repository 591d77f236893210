# Reviews, certificates, kubeconfigs, custom kinds, and sets that are refused.
#file crd.yaml
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: things.example.com
spec:
  group: example.com
  scope: Namespaced
  names: {plural: things, singular: item, kind: Thing}
  versions:
    - name: v1
      served: true
      storage: true
      schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
#end
#file thing.yaml
apiVersion: example.com/v1
kind: Thing
metadata:
  name: one
#end
#file review.yaml
apiVersion: authorization.k8s.io/v1
kind: SelfSubjectAccessReview
spec:
  resourceAttributes: {verb: get, resource: pods}
#end
#file csr.yaml
apiVersion: certificates.k8s.io/v1
kind: CertificateSigningRequest
metadata:
  name: me
spec:
  signerName: kubernetes.io/kube-apiserver-client
  request: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlJQnpUQ0NBVFlDQVFBd2dZd3hDekFKQmdOVkJBWVRBbFZUTVJNd0VRWURWUVFJREFwRFlXeHBabTl5Ym1saApNUll3RkFZRFZRUUhEQTFOYjNWdWRHRnBiaUJXYVdWM01SOHdIUVlEVlFRS0RCWkhiMjluYkdVc0lFbHVZeTVsCmVHRnRjR3hsTG1OdmJURWJNQmtHQTFVRUF3d1NkM2QzTG1WNFlXMXdiR1V1WTI5dFhtTnZiVEJjTUEwR0NTcUcKU0liM0RRRUJBUVVBQTBzQU1FZ0NRUURJNW1vZjdodnhyaDF1ZmVGYWpaYXM5YkxsVEE3bmpuWmFBUHFvdmFPRwpqcmwxbjZNa1JNQVdsTnJDQ1ZMTkZXTi9sUElFU05HckJsMkVXTGhSYzRGM0FnTUJBQUdnQURBTkJna3Foa2lHCjl3MEJBUXNGQUFOQkFBPT0KLS0tLS1FTkQgQ0VSVElGSUNBVEUgUkVRVUVTVC0tLS0tCg==
  usages: [client auth]
#end
#file ca.txt
hello
#end
#file odd.yaml
apiVersion: v9
kind: Config
#end
kubectl create -f review.yaml
kubectl create -f review.yaml -o jsonpath='{.status}{"\n"}'
kubectl create -f csr.yaml
kubectl get csr me -o jsonpath='{.spec.username} {.spec.groups}{"\n"}'
kubectl certificate approve me other
kubectl certificate approve -f csr.yaml
kubectl certificate deny me
kubectl get csr
kubectl get csr me -o jsonpath='{.status.conditions[*].message}{"\n"}'
kubectl apply -f crd.yaml
kubectl apply -f thing.yaml
kubectl get thing.example.com/one item/one -o name
kubectl get thing
kubectl patch things/one -p '{"a":1}'
kubectl patch -f thing.yaml -p '{"a":1}' --local
kubectl patch -f thing.yaml -p '{"a":1}' --local --type=merge -o jsonpath='{.a}{"\n"}'
kubectl config set-cluster far --server=https://far.example.com --certificate-authority=ca.txt --embed-certs
kubectl config set clusters.near.certificate-authority-data hello --set-raw-bytes
kubectl config view -o jsonpath='{.clusters[1:]}{"\n"}'
kubectl config view --raw -o jsonpath='{.clusters[*].cluster.certificate-authority-data}{"\n"}'
kubectl config set-credentials me --client-key=none --embed-certs
kubectl get pods --kubeconfig=odd.yaml
kubectl ls
kubectl create cm m --dry-run=true
kubectl create deployment web --image=nginx
kubectl set env deploy web A=b --overwrite=false
kubectl set env deploy web A=c --overwrite=false
kubectl set env deploy web --from=deploy/web
kubectl create cm vars --from-literal=X=1
kubectl set env deploy web --from=cm/vars
kubectl delete cm vars
kubectl set env deploy web --list --resolve
kubectl set selector svc kubernetes 'a in (b, c)'
kubectl set selector svc kubernetes 'a>1'
kubectl set selector svc kubernetes 'a in'
kubectl annotate deploy web a=b a- b-

kubectl apply edit-last-applied deploy/web
KUBE_EDITOR=gedit kubectl apply edit-last-applied deploy/web --output-patch
kubectl create cm edited --dry-run=client -o yaml > edited.yaml
kubectl apply -f edited.yaml
KUBE_EDITOR=gedit kubectl apply edit-last-applied -f edited.yaml
kubectl autoscale deployment web --min=1 --max=3 --cpu=50%
kubectl get horizontalpodautoscalers.v1.autoscaling web -o jsonpath='{.apiVersion} {.spec.targetCPUUtilizationPercentage}{"\n"}'; kubectl get horizontalpodautoscaler.v1.autoscaling -o jsonpath='{.items[*].apiVersion}{"\n"}'
kubectl get hpa web -o jsonpath='{.apiVersion}{"\n"}'; kubectl get hpa.v1.autoscaling web -o jsonpath='{.apiVersion}{"\n"}'

# Paths to wait for, and files to embed.
kubectl create deployment waited --image=nginx
kubectl wait --for=jsonpath='{.spec.template}'=3 deploy/waited
kubectl wait --for=jsonpath='{.spec.replicas}=1=2' deploy/waited
kubectl wait --for=jsonpath='{.status.conditions[*].type}' deploy/waited --timeout=20s
kubectl wait --for=jsonpath='{.metadata.name[0]}'=w deploy/waited
kubectl wait '--for=jsonpath={.status.conditions[?(@.type=="Available")].status}=True' deploy/waited
kubectl set env deploy/waited A=1 A-
kubectl config set-cluster other --embed-certs
kubectl config set-credentials other --embed-certs --client-key=/nope.key
kubectl get --raw /api/v1/pods/web; kubectl get --raw /api/v1/namespaces/default/nodes
kubectl create service loadbalancer lb --tcp=80
kubectl patch svc lb --subresource=status -p '{"status":{"loadBalancer":{"ingress":[{"ip":"1.2.3.4"}]}}}'
kubectl get svc lb -o jsonpath='{.status.loadBalancer.ingress}{"\n"}'
