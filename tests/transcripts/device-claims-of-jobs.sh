# One device that a Job's pods use one after the other: a pod's claim goes when the pod is done, and none comes in its place.
#file job.yaml
apiVersion: resource.k8s.io/v1
kind: DeviceClass
metadata: {name: any}
---
apiVersion: resource.k8s.io/v1
kind: ResourceSlice
metadata: {name: shared}
spec: {driver: d.example.com, allNodes: true, pool: {name: shared, generation: 1, resourceSliceCount: 1}, devices: [{name: only}]}
---
apiVersion: resource.k8s.io/v1
kind: ResourceClaimTemplate
metadata: {name: one}
spec: {spec: {devices: {requests: [{name: r, exactly: {deviceClassName: any}}]}}}
---
apiVersion: batch/v1
kind: Job
metadata: {name: job}
spec:
  completions: 2
  parallelism: 2
  template:
    spec: {restartPolicy: Never, resourceClaims: [{name: c, resourceClaimTemplateName: one}], containers: [{name: c, image: busybox, command: [sleep, "10"]}]}
#end
kubectl create -f job.yaml
sleep 5
kubectl get pods --no-headers -o custom-columns=PHASE:.status.phase
kubectl get resourceclaims --no-headers -o custom-columns=POOL:.status.allocation.devices.results[*].pool,NODES:.status.allocation.nodeSelector
kubectl wait --for=condition=complete job/job --timeout=60s
sleep 2
kubectl get resourceclaims
kubectl get pods --no-headers -o custom-columns=PHASE:.status.phase,CLAIMS:.status.resourceClaimStatuses[*].name
# Nothing is done any more.
kubectl create configmap before
sleep 600
kubectl create configmap after
kubectl get configmaps before after -o jsonpath='{.items[*].metadata.resourceVersion}' | awk '{print $2 - $1}'
