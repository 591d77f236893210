# Ingresses, once there is a controller that acts on them.
#rbac
#file web.yaml
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web}
spec:
  rules:
  - host: web.example
    http:
      paths:
      - {path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 8080}}}}
      - {path: /v2, pathType: Prefix, backend: {service: {name: web2, port: {name: http}}}}
      - {path: /only, pathType: Exact, backend: {service: {name: web2, port: {name: http}}}}
#end
#file all.yaml
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: all}
spec:
  ingressClassName: nginx
  rules:
  - host: "*.example"
    http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web2, port: {number: 80}}}}]}
  defaultBackend: {service: {name: web, port: {number: 8080}}}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: another}
spec:
  ingressClassName: other
  defaultBackend: {service: {name: web, port: {number: 8080}}}
#end
#file get
curl -s --resolve "$1:80:$(minikube ip)" "http://$1$2" | grep -e Version -e title
#end
kubectl create deployment web --image=gcr.io/google-samples/hello-app:1.0; kubectl create deployment web2 --image=gcr.io/google-samples/hello-app:2.0
kubectl expose deployment web --port=8080; kubectl create service clusterip web2 --tcp=80:8080 --dry-run=client -o json | jq '.spec.ports[0].name = "http"' | kubectl apply -f -
kubectl apply -f web.yaml; kubectl get ingress
minikube addons enable ingress
kubectl get pods,ingressclasses -n ingress-nginx | sed 's/-[a-z0-9]*-.....  /-XXXXX  /'
kubectl get ingress
kubectl replace --force -f web.yaml
sleep 3; kubectl get ingress
kubectl describe ingress web | tail -n 4 | sed 's/  [0-9]*s  /  AGE  /'
for path in / /more?a=b /v2 /v2/x /v2x /only /only/x; do sh get web.example $path; done
sh get other.example /; curl -s $(minikube ip); curl -s -o /dev/null -w '%{http_code}\n' $(minikube ip)/healthz
kubectl apply -f all.yaml
sleep 3; kubectl get ingress
sh get other.example /; sh get example /; sh get web.example /; curl -s -H 'Host: WEB.example:80' $(minikube ip)/v2 | grep Version
# A path that would break the configuration is left out, and the others stay.
sed 's#name: web}#name: odd}#; s#web.example#odd.example#; s#/v2#"/a;b{c"#; s#/only#"/x y"#' web.yaml | kubectl apply -f -; sleep 3; for path in / /x; do sh get odd.example $path; done; kubectl delete ingress odd
# Nobody answers where no pod is ready, and then somebody.
kubectl scale deployment web2 --replicas=0; sleep 5; sh get web.example /v2
kubectl scale deployment web2 --replicas=2; sleep 5; sh get web.example /v2
kubectl delete ingress web all; sleep 3; sh get web.example /
kubectl logs -n ingress-nginx deployment/ingress-nginx-controller | grep -v ' nginx/\| built by\|OS:\|getrlimit\|epoll' | cut -d ' ' -f 3- | sort | uniq -c | sort -rn | head -3
minikube addons disable ingress; kubectl get namespaces,ingressclasses
minikube addons enable dashboard
# As its own manifest has it: another user, and a Service that is published.
#file deploy.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: ingress-nginx-controller, namespace: ingress-nginx}
spec:
  selector: {matchLabels: {app: ingress-nginx}}
  template:
    metadata: {labels: {app: ingress-nginx}}
    spec:
      serviceAccountName: ingress-nginx
      containers:
      - name: controller
        image: registry.k8s.io/ingress-nginx/controller:v1.14.0@sha256:e4127065d0317bd11dc64c4dd38dcf7fb1c3d72e468110b4086e636dbaac943d
        args: [/nginx-ingress-controller, --publish-service=$(POD_NAMESPACE)/ingress-nginx-controller, --election-id=ingress-nginx-leader, --controller-class=k8s.io/ingress-nginx, --ingress-class=nginx]
        env:
        - {name: POD_NAME, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
        - {name: POD_NAMESPACE, valueFrom: {fieldRef: {fieldPath: metadata.namespace}}}
        securityContext: {allowPrivilegeEscalation: false, capabilities: {add: [NET_BIND_SERVICE], drop: [ALL]}, runAsGroup: 82, runAsNonRoot: true, runAsUser: 101}
        livenessProbe: {failureThreshold: 5, httpGet: {path: /healthz, port: 10254}, initialDelaySeconds: 10}
        readinessProbe: {httpGet: {path: /healthz, port: 10254}}
---
apiVersion: v1
kind: Service
metadata: {name: ingress-nginx-controller, namespace: ingress-nginx}
spec:
  type: LoadBalancer
  selector: {app: ingress-nginx}
  ports: [{name: http, port: 80}]
#end
minikube addons enable ingress; kubectl delete deployment,service -n ingress-nginx ingress-nginx-controller; kubectl apply -f deploy.yaml -f web.yaml
sleep 15; kubectl get ingress; kubectl get pods -n ingress-nginx -o jsonpath='{.items[*].status.phase}{"\n"}'
curl -s -H 'Host: web.example' $(minikube ip):$(kubectl get service -n ingress-nginx ingress-nginx-controller -o jsonpath='{.spec.ports[0].nodePort}') | grep Version
kubectl patch service -n ingress-nginx ingress-nginx-controller --subresource=status -p '{"status":{"loadBalancer":{"ingress":[{"ip":"192.0.2.7"}]}}}'; sleep 3; kubectl get ingress
