# A line of a container's log is there once it has ended, or its process has; a very long one, written in pieces, reads as one.
#file pods.yaml
apiVersion: v1
kind: Pod
metadata: {name: slow}
spec:
  nodeName: node1
  restartPolicy: Never
  containers: [{name: c, image: busybox, command: [sh, -c, "echo first; printf begun; sleep 5; echo ', ended'; printf last; sleep 5"]}]
---
apiVersion: v1
kind: Pod
metadata: {name: long}
spec:
  nodeName: node1
  restartPolicy: Never
  containers: [{name: c, image: busybox, command: [sh, -c, "head -c 20000 /dev/zero | tr '\\0' x; echo; echo next"]}]
#end
kubectl apply -f pods.yaml
sleep 4
kubectl logs slow
sleep 5
kubectl logs slow
kubectl logs slow -f; echo .
kubectl logs slow --tail=1; echo .
kubectl logs long | cut -c 1-80
kubectl logs long | wc
kubectl logs long --timestamps | wc
kubectl logs long --tail=2 | wc -c
# Which container was chosen is not said of all pods; one that is only wished for and not there does not count.
kubectl create deployment pair --image=nginx --image=redis --replicas=2; sleep 9
kubectl logs deployment/pair --all-pods --tail=1 | cut -c 1-40
kubectl annotate pod --all kubectl.kubernetes.io/default-container=nosuch; kubectl logs deployment/pair --tail=1 | cut -c 1-40
kubectl exec deployment/pair -- echo hi
