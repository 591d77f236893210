# The images and the programs of tutorials: databases as far as they are needed, and what is said of the rest.
#storage
#file mysql.yaml
apiVersion: v1
kind: ConfigMap
metadata:
  name: mysql
data:
  primary.cnf: |
    [mysqld]
    log-bin
---
apiVersion: v1
kind: Service
metadata:
  name: mysql
spec:
  clusterIP: None
  selector:
    app: mysql
  ports:
  - port: 3306
---
apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: mysql
spec:
  serviceName: mysql
  replicas: 2
  selector:
    matchLabels:
      app: mysql
  template:
    metadata:
      labels:
        app: mysql
    spec:
      initContainers:
      - name: init
        image: mysql:5.7
        command:
        - bash
        - -c
        - |
          set -ex
          [[ `hostname` =~ -([0-9]+)$ ]] || exit 1
          ordinal=${BASH_REMATCH[1]}
          echo [mysqld] > /mnt/conf.d/server-id.cnf
          echo server-id=$((100 + $ordinal)) >> /mnt/conf.d/server-id.cnf
          if [[ $ordinal -eq 0 ]]; then
            cp /mnt/config-map/primary.cnf /mnt/conf.d/
          fi
        volumeMounts:
        - name: conf
          mountPath: /mnt/conf.d
        - name: config-map
          mountPath: /mnt/config-map
      containers:
      - name: mysql
        image: mysql:5.7
        env:
        - name: MYSQL_ROOT_PASSWORD
          value: secret
        volumeMounts:
        - name: data
          mountPath: /var/lib/mysql
          subPath: mysql
        - name: conf
          mountPath: /etc/mysql/conf.d
        readinessProbe:
          exec:
            command: [mysql, -h, 127.0.0.1, -psecret, -e, SELECT 1]
          periodSeconds: 2
      - name: xtrabackup
        image: gcr.io/google-samples/xtrabackup:1.0
        command: [bash, -c, 'exec ncat --listen --keep-open --send-only 3307 -c "xtrabackup --backup"']
      volumes:
      - name: conf
        emptyDir: {}
      - name: config-map
        configMap:
          name: mysql
  volumeClaimTemplates:
  - metadata:
      name: data
    spec:
      accessModes: [ReadWriteOnce]
      resources:
        requests:
          storage: 1Gi
#end
#file zk.yaml
apiVersion: v1
kind: Service
metadata:
  name: zk-hs
spec:
  clusterIP: None
  selector:
    app: zk
  ports:
  - port: 2888
---
apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: zk
spec:
  serviceName: zk-hs
  podManagementPolicy: Parallel
  replicas: 2
  selector:
    matchLabels:
      app: zk
  template:
    metadata:
      labels:
        app: zk
    spec:
      securityContext:
        runAsUser: 1000
      containers:
      - name: zk
        image: registry.k8s.io/kubernetes-zookeeper:1.0-3.4.10
        command:
        - sh
        - -c
        - "start-zookeeper --servers=2 --data_dir=/var/lib/zookeeper/data --data_log_dir=/var/lib/zookeeper/data/log \
           --conf_dir=/opt/zookeeper/conf --client_port=2181 --election_port=3888 --server_port=2888 --tick_time=2000 \
           --log_level=INFO"
        readinessProbe:
          exec:
            command: [sh, -c, zookeeper-ready 2181]
        volumeMounts:
        - name: datadir
          mountPath: /var/lib/zookeeper
  volumeClaimTemplates:
  - metadata:
      name: datadir
    spec:
      accessModes: [ReadWriteOnce]
      resources:
        requests:
          storage: 1Gi
#end
kubectl apply -f mysql.yaml -f zk.yaml
kubectl run mongo --image=mongo:4.2 -- --bind_ip 0.0.0.0
kubectl run bare --image=mysql:8
sleep 20; kubectl get pods --no-headers | awk '{print $1, $2, $3}'
kubectl logs mysql-0 -c init
kubectl logs mongo; kubectl logs bare | cut -d']' -f3-; kubectl logs mysql-1 -c xtrabackup
kubectl run client --image=mysql:5.7 -i --rm --restart=Never -q -- sh -c 'for i in 0 1; do mysql -h mysql-$i.mysql -psecret -e "SELECT @@server_id"; done; nc mysql-1.mysql 3307 </dev/null; mysql -h mysql -e "SELECT 1" 2>&1 | cut -d@ -f1; mysql -h nobody -e "SELECT 1"; mysql -h mysql-0.mysql -psecret -e "SELECT * FROM test.messages"'
kubectl exec mysql-0 -c mysql -- mysqladmin ping
kubectl exec zk-1 -- sh -c 'hostname -d; cat /var/lib/zookeeper/data/myid; tail -n 3 /opt/zookeeper/conf/zoo.cfg'
kubectl exec zk-0 -- zkCli.sh create /hello world
kubectl exec zk-0 -- pkill java; sleep 2; kubectl get pod zk-0 -o jsonpath='{.status.containerStatuses[0].restartCount}{"\n"}'
# What dash and bash make of a line.
kubectl run deb --image=nginx
sleep 2; kubectl exec deb -- sh -c 'echo "a\tb"; echo -n c; echo -e d'
kubectl exec deb -- bash -c 'echo "a\tb"; set -x; [[ $(hostname) == d* && ! -d /none ]] && [[ -n "" || 2 -gt 1 ]]'
# The secrets of a service account.
kubectl create secret docker-registry registry --docker-server=example.com --docker-username=me --docker-password=pass
kubectl patch serviceaccount default -p '{"imagePullSecrets": [{"name": "registry"}]}'
kubectl run private --image=example.com/app
kubectl get pod private -o jsonpath='{.spec.imagePullSecrets[0].name}{"\n"}'
# Addresses that are given, and names that files come under.
curl -s --resolve web.example:8080:127.0.0.1 http://web.example:8080; echo $?
curl -LO https://k8s.io/examples/pods/simple-pod.yaml
curl -O https://k8s.io/
# What there is no such thing for here says so.
ssh node1; docker build .; kind create cluster; nano pod.yaml; git clone x; man kubectl; python3 -V
help | sed -n "1p;$p"; help nosuch; help cd
kubectl get secret registry -o jsonpath='{.data.*}' | base64 --decode; echo | sudo -E base64 --wrap 0
kubectl create deployment proportional --image=nginx:sometag
sleep 2; kubectl get pods -l app=proportional -o jsonpath='{.items[0].status.containerStatuses[0].state.waiting.reason}{"\n"}'
# curl waits for what is to be sent.
kubectl run sink --image=nginx --port=80 --expose; kubectl run sender --image=nginx; kubectl wait --for=condition=Ready pod/sink pod/sender > /dev/null
kubectl exec sender -- sh -c '(sleep 1; echo a) | curl -s -o /dev/null -w "%{http_code}\n" -d @- http://sink/; head -c 100000 /dev/zero | curl -d @- http://sink/'
kubectl exec sender -- sh -c 'cd /tmp; printf "\377 b" > f; curl -s -o /dev/null -G --data-urlencode x@f --data-urlencode y=@f http://sink/; head -c 1048577 /dev/zero > big; curl -T big http://sink/'
kubectl logs sink --tail=1 | cut -d ' ' -f 6-9
# What an image has can be installed in it; of anything else it is said that it is not simulated.
kubectl run packages --image=debian --restart=Never -- sh -c 'apt-get update -q && apt-get install -y curl procps && apt-get install -y less tcpdump; echo $?'; sleep 5; kubectl logs packages
kubectl run alpine --image=alpine --restart=Never -- sh -c 'apk add --no-cache curl; cat /etc/alpine-release'; sleep 5; kubectl logs alpine
# What interprets programs says that it does not.
kubectl run py --image=python:3 --restart=Never --command -- python3 -c 'print(1)'; kubectl run jar --image=openjdk:21 --command -- java -jar app.jar; sleep 5; kubectl logs py; kubectl logs jar; kubectl get pods py jar
# tail -F waits for a file that is not there yet.
for i in alpine debian; do kubectl run waits-$i --image=$i --restart=Never -- sh -c 'tail -F /log & sleep 1; echo a > /log; sleep 1; echo b >> /log; sleep 1; rm /log; sleep 1; echo c > /log; sleep 2'; done; sleep 12; kubectl logs waits-alpine; kubectl logs waits-debian
kubectl exec sink -- sh -c 'tail -f /none; echo $?'
# An image as a volume has the image's files, as far as they are known, and is read-only.
echo '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"image-volume"},"spec":{"containers":[{"name":"c","image":"debian","command":["sleep","999"],"volumeMounts":[{"name":"a","mountPath":"/a"},{"name":"b","mountPath":"/b","subPath":"usr/share/nginx/html"}]}],"volumes":[{"name":"a","image":{"reference":"quay.io/crio/artifact:v2"}},{"name":"b","image":{"reference":"nginx:1.27"}}]}}' | kubectl create -f -; sleep 5; kubectl exec image-volume -- sh -c 'cat /a/*; ls /b; touch /b/x'
# An init container that clones finds no network beyond the cluster.
kubectl run clone --image=alpine/git --restart=Never -- clone --depth=1 https://github.com/kubernetes/website /data
kubectl run asked --image=alpine/git --restart=Never --command -- sh -c 'git --version; git clone || echo $?; git pull'
sleep 10
kubectl logs clone
kubectl get pod clone
kubectl logs asked
