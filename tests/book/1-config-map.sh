#! Section 1: ConfigMaps as kubectl 1.3 showed them.
export KUBARIUM_KUBECTL=1.3
mkdir configfiles
echo 'handlers = 1catalina.org.apache.juli.FileHandler' > configfiles/logging.properties
echo '<Server port="8005" shutdown="SHUTDOWN"></Server>' > configfiles/server.xml
kubectl create configmap cm-appconf --from-file=configfiles
kubectl describe configmap cm-appconf
kubectl create configmap cm-appenv --from-literal=loglevel=info --from-literal=appdatadir=/var/data
kubectl describe configmap cm-appenv
kubectl create -f cm-test-pod.yaml
sleep 5
kubectl get pods
kubectl create -f cm-appvars.yaml
sleep 20
kubectl get pods
kubectl get pods --show-all
kubectl logs cm-test-pod
kubectl create -f cm-appconfigfiles.yaml
kubectl create -f cm-test-app.yaml
sleep 4
kubectl exec -ti cm-test-app -- bash
cat /configfiles/server.xml
cat /configfiles/logging.properties
ls -l /configfiles
exit
kubectl create -f cm-test-app-all.yaml
sleep 4
kubectl exec cm-test-app-all -- ls /configfiles
