# Devices of nodes for the claims of pods: which are chosen, for whom, and what becomes of them when the pods are done.
#file devices.yaml
apiVersion: resource.k8s.io/v1
kind: DeviceClass
metadata: {name: gpu.example.com}
spec:
  selectors: [{cel: {expression: "device.driver == 'gpu.example.com'"}}]
  config: [{opaque: {driver: gpu.example.com, parameters: {sharing: none}}}]
---
apiVersion: resource.k8s.io/v1
kind: ResourceSlice
metadata: {name: node1-gpus}
spec:
  driver: gpu.example.com
  nodeName: node1
  pool: {name: node1, generation: 1, resourceSliceCount: 1}
  devices:
  - {name: gpu-0, attributes: {model: {string: small}, version: {version: 1.9.0}}, capacity: {memory: {value: 10Gi}}}
  - {name: gpu-1, attributes: {model: {string: big}, version: {version: 1.10.0}}, capacity: {memory: {value: 40Gi}}}
---
apiVersion: resource.k8s.io/v1
kind: ResourceSlice
metadata: {name: node2-gpus}
spec:
  driver: gpu.example.com
  nodeName: node2
  pool: {name: node2, generation: 1, resourceSliceCount: 1}
  devices:
  - {name: gpu-0, attributes: {model: {string: small}, version: {version: 1.9.0}}, capacity: {memory: {value: 10Gi}}}
#end
#file claims.yaml
apiVersion: resource.k8s.io/v1
kind: ResourceClaimTemplate
metadata: {name: big}
spec:
  spec:
    devices:
      requests:
      - name: gpu
        exactly:
          deviceClassName: gpu.example.com
          selectors:
          - cel:
              expression: |-
                device.capacity['gpu.example.com'].memory.compareTo(quantity('20Gi')) >= 0 &&
                device.attributes['gpu.example.com'].version.isGreaterThan(semver('1.9.5'))
---
apiVersion: resource.k8s.io/v1
kind: ResourceClaimTemplate
metadata: {name: any}
spec: {spec: {devices: {requests: [{name: gpu, exactly: {deviceClassName: gpu.example.com}}]}}}
---
apiVersion: resource.k8s.io/v1
kind: ResourceClaim
metadata: {name: shared}
spec: {devices: {requests: [{name: gpu, exactly: {deviceClassName: gpu.example.com}}]}}
#end
#file pod.sh
# Usage: sh pod.sh NAME {resourceClaimTemplateName|resourceClaimName} CLAIM COMMAND
cat <<END
apiVersion: v1
kind: Pod
metadata: {name: $1}
spec:
  restartPolicy: Never
  terminationGracePeriodSeconds: 0
  resourceClaims: [{name: gpu, $2: $3}]
  containers: [{name: c, image: busybox, command: [sh, -c, '$4'], resources: {claims: [{name: gpu}]}}]
END
#end
kubectl create -f devices.yaml -f claims.yaml
kubectl get resourceslices,deviceclasses
# The one big device goes to the first pod that wants it; the next waits.
sh pod.sh first resourceClaimTemplateName big 'sleep 30' | kubectl create -f -
sleep 5
sh pod.sh second resourceClaimTemplateName big 'sleep infinity' | kubectl create -f -
sleep 5
kubectl get pods -o wide
kubectl get resourceclaims | sed 's/-gpu-...../-gpu-XXXXX/'
kubectl get resourceclaims -o jsonpath='{range .items[?(@.status.allocation)]}{.metadata.finalizers} {.status}{"\n"}{end}' | sed -E 's/"uid":"[^"]*"/"uid":"UID"/'
kubectl get events --field-selector reason=FailedScheduling -o custom-columns=POD:.involvedObject.name,MESSAGE:.message
# When the first is done, its claim goes, and the second gets the device.
sleep 30
kubectl get pods -o wide
kubectl get resourceclaims | sed 's/-gpu-...../-gpu-XXXXX/'
# Two pods share one claim, so they are on one node. It is kept while they use it.
sh pod.sh one resourceClaimName shared 'sleep 20' | kubectl create -f -
sh pod.sh two resourceClaimName shared 'sleep infinity' | kubectl create -f -
sleep 5
kubectl get pods one two -o custom-columns=NAME:.metadata.name,NODE:.spec.nodeName,PHASE:.status.phase
kubectl get resourceclaim shared -o jsonpath='{.status.allocation.devices.results} {.status.reservedFor[*].name}{"\n"}'
kubectl delete resourceclaim shared --wait=false
kubectl get resourceclaim shared
sleep 20
kubectl get resourceclaim shared -o jsonpath='{.status.reservedFor[*].name}{"\n"}'
kubectl delete pod two
kubectl get resourceclaims shared
# A node drained of pods gives its devices back; what is wrong with a selector is said of every pod that comes to it.
kubectl delete pod first second one
kubectl create -f - <<< '{apiVersion: resource.k8s.io/v1, kind: ResourceClaim, metadata: {name: wrong}, spec: {devices: {requests: [{name: gpu, exactly: {deviceClassName: gpu.example.com, selectors: [{cel: {expression: "device.attributes[\"gpu.example.com\"].colour == \"red\""}}]}}]}}}'
sh pod.sh colour resourceClaimName wrong 'sleep infinity' | kubectl create -f -
sleep 2
kubectl get events --field-selector involvedObject.name=colour -o custom-columns=REASON:.reason,MESSAGE:.message
kubectl get pod colour -o jsonpath='{.status.conditions[0].reason}{"\n"}'
kubectl create -f - <<< '{apiVersion: resource.k8s.io/v1, kind: DeviceClass, metadata: {name: wrong}, spec: {selectors: [{cel: {expression: "device.model"}}, {cel: {expression: "device.driver"}}]}}'
