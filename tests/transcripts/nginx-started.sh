# What nginx' image says and does before it serves: by its entry point, by what is mounted there, and by a command of one's own.
#file pods.yaml
apiVersion: v1
kind: Pod
metadata:
  name: mounted
spec:
  containers:
  - name: nginx
    image: nginx:1.28-alpine
    volumeMounts:
    - name: conf
      mountPath: /etc/nginx/conf.d
  volumes:
  - name: conf
    configMap:
      name: conf
---
apiVersion: v1
kind: Pod
metadata:
  name: templates
spec:
  containers:
  - name: nginx
    image: nginx
    env:
    - name: NGINX_PORT
      value: "8080"
    - name: NGINX_ENTRYPOINT_QUIET_LOGS
      value: "1"
    volumeMounts:
    - name: conf
      mountPath: /etc/nginx/templates
      subPath: templates
    - name: scripts
      mountPath: /docker-entrypoint.d/40-own.sh
      subPath: own.sh
  initContainers:
  - name: init
    image: busybox
    command: [sh, -c, "mkdir /c/templates; echo 'server { listen ${NGINX_PORT}; server_name $host; root /usr/share/nginx/html; }' > /c/templates/own.conf.template"]
    volumeMounts:
    - name: conf
      mountPath: /c
  volumes:
  - name: conf
    emptyDir: {}
  - name: scripts
    configMap:
      name: conf
      defaultMode: 0755
#end
kubectl create configmap conf --from-literal=own.conf='server { listen 81; }' --from-literal=own.sh='echo "own script of $NGINX_VERSION"'
kubectl run nginx --image=nginx
kubectl run old --image=nginx:1.14.2
kubectl run between --image=nginx:1.20
kubectl run bare --image=nginx --command -- nginx -g 'daemon off;'
kubectl apply -f pods.yaml
sleep 5; kubectl get pods --no-headers | awk '{print $1, $2, $3}'
kubectl logs nginx
# Where the scripts are newer than the image's they are run, and say the same.
kubectl exec nginx -- sh -c 'touch /docker-entrypoint.d/*; /docker-entrypoint.sh nginx -t 2>/dev/null' > run; kubectl logs nginx | head -n 9 | diff - run && wc -l < run
kubectl logs mounted
kubectl logs templates | head -n 2; kubectl exec templates -- sh -c 'cat /etc/nginx/conf.d/own.conf; curl -s localhost:8080 | head -n 1'
kubectl logs old; kubectl logs between | tail -n 1 | cut -d' ' -f2-; kubectl logs bare | head -n 1 | cut -d' ' -f3-
# Who asks from within is 127.0.0.1.
kubectl exec nginx -- curl -s localhost -o /dev/null; kubectl logs nginx --tail=1 | cut -d' ' -f1
# What a container is told comes in containerd's order, and lists are those of the image's programs.
kubectl exec nginx -- env | cut -d= -f1 | tr '\n' ' '; echo
kubectl run term --image=busybox -i -t --restart=Never -q -- env 2>/dev/null | cut -d= -f1 | grep -v KUBERNETES | tr '\r\n' '  '; echo
kubectl exec nginx -- ls -l /docker-entrypoint.d | awk '{print $1, $2, $3, $4, $9}'; kubectl exec nginx -- df -h / | head -n 1
# A container that was created and does not run yet cannot be entered, and nothing that tries harms it.
kubectl run once --image=busybox -- sleep 5
for n in $(seq 120); do kubectl exec once -- true 2>/dev/null; sleep 0.05; done
kubectl describe pod once | grep -c StartError
# Manifests with variables.
export TAG=1.28; echo 'image: nginx:${TAG} $TAG $NONE ${HOME}' | envsubst; echo '$TAG ${HOME}' | envsubst '${TAG}'
# Images of books and courses.
kubectl run kubia --image=luksa/kubia-unhealthy; kubectl run hello --image=bmuschko/nodejs-hello-world:1.0.0; kubectl run fortune --image=luksa/fortune:args --  3; kubectl run sise --image=quay.io/openshiftlabs/simpleservice:0.5.0; kubectl run red --image=kodekloud/webapp-color; kubectl run simple --image=dgkanatsios/simpleapp; kubectl run ssd --image=luksa/ssd-monitor; kubectl run cent --image=centos:7 -- sleep 99
kubectl wait --for=condition=Ready pod/kubia pod/hello pod/fortune pod/sise pod/red pod/simple pod/ssd pod/cent > /dev/null; sleep 4
kubectl exec hello -- curl -s localhost:3000; echo; kubectl exec sise -- curl -s localhost:9876/info; echo; kubectl exec red -- curl -s localhost:8080 | grep h1; kubectl exec simple -- curl -s localhost:8080
for n in 1 2 3 4 5 6; do kubectl exec kubia -- curl -s localhost:8080; done; echo; kubectl logs kubia --tail=1
kubectl logs fortune; kubectl logs ssd; kubectl exec cent -- grep PRETTY /etc/os-release
# The headers of its answers, in its order; HEAD tells of a body that it leaves out.
kubectl exec nginx -- curl -sI localhost; kubectl exec nginx -- curl -si localhost/none | head -6; kubectl exec simple -- curl -sI localhost:8080
# Its logs are links to its outputs, and files where something is mounted over them: a sidecar reads those.
#file sidecar.yaml
apiVersion: v1
kind: Pod
metadata:
  name: sidecar
spec:
  containers:
  - name: nginx
    image: nginx
    volumeMounts:
    - name: logs
      mountPath: /var/log/nginx
  - name: reader
    image: busybox
    command: [sh, -c, "sleep 2; tail -f /var/log/nginx/access.log"]
    volumeMounts:
    - name: logs
      mountPath: /var/log/nginx
  volumes:
  - name: logs
    emptyDir: {}
#end
kubectl exec nginx -- ls -l /var/log/nginx | awk '{print $9, $10, $11}'
kubectl apply -f sidecar.yaml; sleep 5; kubectl exec sidecar -c nginx -- curl -s localhost/none -o /dev/null; sleep 2
kubectl logs sidecar -c reader; kubectl logs sidecar -c nginx | tail -n 1; kubectl exec sidecar -c reader -- tail -n 1 /var/log/nginx/error.log
