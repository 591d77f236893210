# The groups of a pod's processes: its own and, unless it is strict, those that its image has for its user.
#file pods.yaml
apiVersion: v1
kind: Pod
metadata: {name: merge}
spec:
  securityContext: {runAsUser: 1000, runAsGroup: 3000, supplementalGroups: [4000]}
  containers: [{name: c, image: "registry.k8s.io/e2e-test-images/agnhost:2.45", command: [sh, -c, sleep 1h]}]
---
apiVersion: v1
kind: Pod
metadata: {name: strict}
spec:
  securityContext: {runAsUser: 1000, runAsGroup: 3000, supplementalGroups: [4000], supplementalGroupsPolicy: Strict}
  containers: [{name: c, image: "registry.k8s.io/e2e-test-images/agnhost:2.45", command: [sh, -c, sleep 1h]}]
#end
kubectl apply -f pods.yaml; sleep 5; kubectl exec merge -- id; kubectl exec merge -- cat /etc/group | grep -e 1000 -e 50000
kubectl exec strict -- id; kubectl exec strict -- id -G; kubectl exec strict -- id user-defined-in-image
