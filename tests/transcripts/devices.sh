# What the API server refuses of claims of devices, their classes and the slices that tell of them.
#file resourceclaim-0.yaml
apiVersion: resource.k8s.io/v1
kind: ResourceClaim
metadata: {name: a}
spec: {devices: {requests: [{name: A}, {name: b, exactly: {deviceClassName: ""}, firstAvailable: [{name: x, deviceClassName: z}]}, {name: c, exactly: {count: -1, selectors: [{}]}}, {name: c, exactly: {deviceClassName: A_, allocationMode: All, count: 2, tolerations: [{operator: Exists, value: x}, {operator: In}, {key: "a b", effect: X}]}}, {name: d, exactly: {deviceClassName: e, allocationMode: Some}}]}}
#end
#file resourceclaim-1.yaml
apiVersion: resource.k8s.io/v1
kind: ResourceClaim
metadata: {name: a}
spec:
  devices:
    requests: [{name: a, firstAvailable: [{name: b, deviceClassName: c}, {name: b, deviceClassName: c}]}]
    constraints: [{requests: [a/b, a/c, d, a/b/c, a/b], matchAttribute: x}, {matchAttribute: "/1"}, {distinctAttribute: x.y/z}, {}]
    config: [{}, {opaque: {driver: "", parameters: []}}, {requests: [z], opaque: {driver: a.b, parameters: {a: b}}}]
#end
#file resourceclaimtemplate-2.yaml
apiVersion: resource.k8s.io/v1
kind: ResourceClaimTemplate
metadata: {name: a}
spec: {metadata: {labels: {a b: c}}, spec: {devices: {requests: [{name: a, exactly: {}}]}}}
#end
#file deviceclass-3.yaml
apiVersion: resource.k8s.io/v1
kind: DeviceClass
metadata: {name: A}
spec: {selectors: [{}], config: [{}], extendedResourceName: cpu}
#end
#file resourceslice-4.yaml
apiVersion: resource.k8s.io/v1
kind: ResourceSlice
metadata: {name: a}
spec: {driver: "A B", pool: {name: "a/B", generation: -1, resourceSliceCount: 0}, nodeName: "", allNodes: false}
#end
#file resourceslice-5.yaml
apiVersion: resource.k8s.io/v1
kind: ResourceSlice
metadata: {name: a}
spec:
  driver: a.b
  pool: {name: a, generation: 1, resourceSliceCount: 1}
  nodeName: a
  allNodes: true
  devices: [{name: a, nodeName: b, attributes: {e: {}, f: {int: 1, bool: true}, g: {string: a}}, taints: [{key: a}, {key: b, effect: X, value: "x y"}]}, {name: a}]
#end
#file resourceslice-6.yaml
apiVersion: resource.k8s.io/v1
kind: ResourceSlice
metadata: {name: a}
spec:
  driver: a.b
  pool: {name: a, generation: 1, resourceSliceCount: 1}
  perDeviceNodeSelection: true
  devices: [{name: a}, {name: b, nodeName: c, allNodes: true}, {name: c, nodeName: d}]
#end
#file resourceclaim-7.yaml
apiVersion: resource.k8s.io/v1
kind: ResourceClaim
metadata: {name: a}
spec: {devices: {requests: [{name: a, exactly: {deviceClassName: b}}], config: [{opaque: {driver: a.b, parameters: {a: b}}}]}}
#end
kubectl create --dry-run=server -f resourceclaim-0.yaml
kubectl create --dry-run=server -f resourceclaim-1.yaml
kubectl create --dry-run=server -f resourceclaimtemplate-2.yaml
kubectl create --dry-run=server -f deviceclass-3.yaml
kubectl create --dry-run=server -f resourceslice-4.yaml
kubectl create --dry-run=server -f resourceslice-5.yaml
kubectl create --dry-run=server -f resourceslice-6.yaml
kubectl create -f resourceclaim-7.yaml
kubectl patch resourceclaim a --type=json -p '[{"op":"replace","path":"/spec/devices/requests/0/name","value":"b"}]'
