# What makes the Secret of an admission webhook makes one, so that the webhook's server finds what it mounts.
#file install.yaml
apiVersion: batch/v1
kind: Job
metadata: {name: admission-create}
spec:
  template:
    spec:
      restartPolicy: OnFailure
      containers:
      - name: create
        image: registry.k8s.io/ingress-nginx/kube-webhook-certgen:v1.6.0
        args: [create, "--host=controller,controller.$(SPACE).svc", --namespace=$(SPACE), --secret-name=admission]
        env: [{name: SPACE, valueFrom: {fieldRef: {fieldPath: metadata.namespace}}}]
---
apiVersion: batch/v1
kind: Job
metadata: {name: admission-patch}
spec:
  template:
    spec:
      restartPolicy: OnFailure
      containers: [{name: patch, image: "registry.k8s.io/ingress-nginx/kube-webhook-certgen:v1.6.0", args: [patch, --webhook-name=admission]}]
---
apiVersion: v1
kind: Pod
metadata: {name: controller}
spec:
  containers:
  - {name: c, image: "registry.k8s.io/ingress-nginx/controller:v1.13.0", args: [/nginx-ingress-controller], volumeMounts: [{name: cert, mountPath: /cert}, {name: modules, mountPath: /lib/modules}, {name: bpf, mountPath: /bpf}]}
  volumes: [{name: cert, secret: {secretName: admission}}, {name: modules, hostPath: {path: /lib/modules, type: Directory}}, {name: bpf, hostPath: {path: /sys/fs/bpf, type: Directory}}]
#end
kubectl apply -f install.yaml
sleep 60
kubectl get jobs,secrets
kubectl get pod controller
kubectl exec controller -- ls /cert
