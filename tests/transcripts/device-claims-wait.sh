# Pods with claims of devices that are not there, or get no devices: what the scheduler, the controller and the kubelet say.
#file template.yaml
apiVersion: resource.k8s.io/v1
kind: ResourceClaimTemplate
metadata: {name: gpu}
spec:
  metadata: {labels: {made: from-a-template}}
  spec: {devices: {requests: [{name: req, exactly: {deviceClassName: gpu.example.com}}]}}
#end
#file class.yaml
apiVersion: resource.k8s.io/v1
kind: DeviceClass
metadata: {name: gpu.example.com}
spec: {selectors: [{cel: {expression: "device.driver == 'gpu.example.com'"}}]}
#end
#file claim.yaml
apiVersion: resource.k8s.io/v1
kind: ResourceClaim
metadata: {name: shared}
spec: {devices: {requests: [{name: one, firstAvailable: [{name: big, deviceClassName: big.example.com}, {name: small, deviceClassName: gpu.example.com}]}]}}
#end
#file from-template.yaml
apiVersion: v1
kind: Pod
metadata: {name: from-template}
spec:
  resourceClaims: [{name: gpu, resourceClaimTemplateName: gpu}]
  containers: [{name: c, image: busybox, command: [sleep, infinity], resources: {claims: [{name: gpu}]}}]
#end
#file by-name.yaml
apiVersion: v1
kind: Pod
metadata: {name: by-name}
spec:
  resourceClaims: [{name: gpu, resourceClaimName: shared}]
  containers: [{name: c, image: busybox, command: [sleep, infinity], resources: {claims: [{name: gpu}]}}]
#end
#file on-node.yaml
apiVersion: v1
kind: Pod
metadata: {name: on-node}
spec:
  nodeName: node1
  terminationGracePeriodSeconds: 0
  resourceClaims: [{name: gpu, resourceClaimTemplateName: gpu}]
  containers: [{name: c, image: busybox, command: [sleep, infinity]}]
#end
kubectl create -f from-template.yaml -f by-name.yaml
kubectl get pods -o custom-columns=NAME:.metadata.name,PHASE:.status.phase,CONDITIONS:.status.conditions,CLAIMS:.status.resourceClaimStatuses
kubectl events --for pod/from-template
kubectl events --for pod/by-name
# The controller looks for the template less and less often.
kubectl create -f template.yaml
sleep 5
kubectl get resourceclaims -L made
kubectl get resourceclaims -o jsonpath='{range .items[*]}{.metadata.generateName} {.metadata.annotations} {.metadata.ownerReferences[0].kind}/{.metadata.ownerReferences[0].name} {.spec}{"\n"}{end}'
kubectl get pod from-template -o jsonpath='{.status.resourceClaimStatuses[0].name}{"\n"}'
kubectl get pod from-template --show-managed-fields -o jsonpath='{.metadata.managedFields[?(@.manager=="ResourceClaimController")]}{"\n"}'
kubectl get events --field-selector reason=FailedScheduling -o custom-columns=POD:.involvedObject.name,MESSAGE:.message
kubectl create -f class.yaml -f claim.yaml
sleep 3
kubectl get events --field-selector reason=FailedScheduling -o custom-columns=POD:.involvedObject.name,MESSAGE:.message
# A pod that came to its node past the scheduler has nobody to allocate its claim.
kubectl create -f on-node.yaml
sleep 3
kubectl get pods on-node
kubectl get events --field-selector involvedObject.name=on-node -o custom-columns=REASON:.reason,MESSAGE:.message | sed -E 's/[0-9a-f]{8}-[-0-9a-f]{27}/UID/g; s/gpu-.{5} /gpu-XXXXX /'
# With the pod goes its claim.
kubectl delete pod on-node from-template --now
sleep 2
kubectl get pods,resourceclaims
