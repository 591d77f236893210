#file devices.yaml
apiVersion: resource.k8s.io/v1
kind: DeviceClass
metadata: {name: gpu}
spec: {}
---
apiVersion: resource.k8s.io/v1
kind: ResourceSlice
metadata: {name: s}
spec:
  driver: gpu.example.com
  nodeName: node1
  pool: {name: node1, generation: 1, resourceSliceCount: 1}
  devices: [{name: gpu0}]
#end
#file claims.yaml
apiVersion: resource.k8s.io/v1
kind: ResourceClaim
metadata: {name: admin}
spec: {devices: {requests: [{name: r, exactly: {deviceClassName: gpu, adminAccess: true}}]}}
---
apiVersion: resource.k8s.io/v1
kind: ResourceClaim
metadata: {name: user}
spec: {devices: {requests: [{name: r, exactly: {deviceClassName: gpu}}]}}
#end
#file pods.yaml
apiVersion: v1
kind: Pod
metadata: {name: user}
spec:
  resourceClaims: [{name: gpu, resourceClaimName: user}]
  containers: [{name: a, image: nginx, resources: {claims: [{name: gpu}]}}]
---
apiVersion: v1
kind: Pod
metadata: {name: admin}
spec:
  resourceClaims: [{name: gpu, resourceClaimName: admin}]
  containers: [{name: a, image: nginx, resources: {claims: [{name: gpu}]}}]
#end
kubectl apply -f devices.yaml -f claims.yaml
kubectl label namespace default resource.kubernetes.io/admin-access=true
kubectl apply -f claims.yaml -f pods.yaml
sleep 10
kubectl get pods
kubectl get resourceclaims admin -o jsonpath='{.status.allocation.devices.results}{"\n"}'
