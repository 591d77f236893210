# What the API server refuses of the rarer kinds: webhooks, drivers of volumes, flow control, API services, addresses.
#file bad-0.yaml
apiVersion: node.k8s.io/v1
kind: RuntimeClass
metadata: {name: x}
handler: "A_b"
scheduling: {nodeSelector: {"a b": c}, tolerations: [{key: a, operator: Foo}]}
overhead: {podFixed: {foo: 1, cpu: -1}}
#end
#file bad-1.yaml
apiVersion: node.k8s.io/v1
kind: RuntimeClass
metadata: {name: x}
#end
#file bad-2.yaml
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: {name: x}
webhooks:
- name: a.b
  admissionReviewVersions: [v3, v3]
  sideEffects: Some
  failurePolicy: fail
  timeoutSeconds: 31
  clientConfig: {service: {name: "", namespace: b, path: "a//b_c/", port: 70000}}
  namespaceSelector: {matchExpressions: [{key: a, operator: In}]}
  rules: [{apiGroups: ["*", a], apiVersions: [""], operations: [Create], resources: [pods, "*"], scope: A}]
- name: a.b
  clientConfig: {}
- name: a.b.c
  sideEffects: None
  admissionReviewVersions: [v1]
  clientConfig: {url: "http://me:pw@x.y/z?a=b#c"}
  matchConditions: [{name: a, expression: "1 + 1"}, {name: a, expression: "params.x == 1"}]
- name: a.b.c
  sideEffects: None
  admissionReviewVersions: [v1]
  clientConfig: {url: "foo", service: {}}
#end
#file bad-3.yaml
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingWebhookConfiguration
metadata: {name: x}
webhooks: [{reinvocationPolicy: Foo}]
#end
#file bad-4.yaml
apiVersion: storage.k8s.io/v1
kind: CSIDriver
metadata: {name: x}
spec: {fsGroupPolicy: a, tokenRequests: [{audience: a, expirationSeconds: 1}, {audience: a}], volumeLifecycleModes: [x], nodeAllocatableUpdatePeriodSeconds: 1}
#end
#file bad-5.yaml
apiVersion: storage.k8s.io/v1
kind: VolumeAttributesClass
metadata: {name: x}
driverName: "A B"
#end
#file bad-6.yaml
apiVersion: storage.k8s.io/v1
kind: CSINode
metadata: {name: x}
spec: {drivers: [{name: A, nodeID: "", allocatable: {count: -1}, topologyKeys: [a, a, ""]}, {name: A, nodeID: b}]}
#end
#file bad-7.yaml
apiVersion: storage.k8s.io/v1
kind: VolumeAttachment
metadata: {name: a}
spec: {attacher: "A!", nodeName: "", source: {}}
#end
#file bad-8.yaml
apiVersion: storage.k8s.io/v1
kind: CSIStorageCapacity
metadata: {name: a}
storageClassName: ""
capacity: -1
nodeTopology: {matchLabels: {"a b": c}}
#end
#file bad-9.yaml
apiVersion: flowcontrol.apiserver.k8s.io/v1
kind: FlowSchema
metadata: {name: x}
spec: {matchingPrecedence: 1, distinguisherMethod: {type: Foo}, rules: [{}, {subjects: [{kind: Foo}, {kind: User}, {kind: ServiceAccount, serviceAccount: {name: "A"}, user: {name: a}}], resourceRules: [{verbs: [a], apiGroups: [], resources: ["*", a]}], nonResourceRules: [{verbs: ["*", get], nonResourceURLs: [a, "/a*", /b//c]}]}]}
#end
#file bad-10.yaml
apiVersion: flowcontrol.apiserver.k8s.io/v1
kind: PriorityLevelConfiguration
metadata: {name: x}
spec: {type: Limited, limited: {nominalConcurrencyShares: -1, lendablePercent: 101, limitResponse: {type: Queue, queuing: {handSize: 20, queues: 100, queueLengthLimit: -1}}}}
#end
#file bad-11.yaml
apiVersion: flowcontrol.apiserver.k8s.io/v1
kind: PriorityLevelConfiguration
metadata: {name: x}
spec: {type: Exempt, limited: {limitResponse: {type: Foo}}}
#end
#file bad-12.yaml
apiVersion: apiregistration.k8s.io/v1
kind: APIService
metadata: {name: v1.x.z}
spec: {group: x.y, version: "1", insecureSkipTLSVerify: true, caBundle: Cg==, service: {}}
#end
#file bad-13.yaml
apiVersion: networking.k8s.io/v1
kind: ServiceCIDR
metadata: {name: x}
spec: {cidrs: ["10.0.0.0/24", "10.0.0.0/24"]}
#end
#file bad-14.yaml
apiVersion: networking.k8s.io/v1
kind: ServiceCIDR
metadata: {name: x}
spec: {cidrs: ["10.0.0.1/24"]}
#end
#file bad-15.yaml
apiVersion: networking.k8s.io/v1
kind: IPAddress
metadata: {name: "2001:DB8::1"}
spec: {parentRef: {resource: "", name: a}}
#end
#file bad-16.yaml
apiVersion: networking.k8s.io/v1
kind: IPAddress
metadata: {name: foo}
#end
#file bad-17.yaml
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: foos.a.b}
spec:
  group: a.b
  scope: Namespaced
  names: {plural: foos, kind: Foo}
  conversion: {strategy: Webhook, webhook: {clientConfig: {url: "x"}, conversionReviewVersions: []}}
  versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}]
#end
#file first.yaml
apiVersion: storage.k8s.io/v1
kind: CSIDriver
metadata: {name: x}
spec: {}
---
apiVersion: storage.k8s.io/v1
kind: VolumeAttributesClass
metadata: {name: x}
driverName: a
parameters: {a: b}
---
apiVersion: node.k8s.io/v1
kind: RuntimeClass
metadata: {name: x}
handler: a
---
apiVersion: networking.k8s.io/v1
kind: IPAddress
metadata: {name: 10.0.0.7}
spec: {parentRef: {resource: services, name: a, namespace: b}}
---
apiVersion: storage.k8s.io/v1
kind: VolumeAttachment
metadata: {name: a}
spec: {attacher: a, nodeName: b, source: {persistentVolumeName: c}}
#end
#file then.yaml
apiVersion: storage.k8s.io/v1
kind: CSIDriver
metadata: {name: x}
spec: {attachRequired: false}
---
apiVersion: storage.k8s.io/v1
kind: VolumeAttributesClass
metadata: {name: x}
driverName: b
parameters: {a: c}
---
apiVersion: node.k8s.io/v1
kind: RuntimeClass
metadata: {name: x}
handler: b
---
apiVersion: networking.k8s.io/v1
kind: IPAddress
metadata: {name: 10.0.0.7}
spec: {parentRef: {resource: services, name: c, namespace: b}}
---
apiVersion: storage.k8s.io/v1
kind: VolumeAttachment
metadata: {name: a}
spec: {attacher: b, nodeName: b, source: {persistentVolumeName: c}}
#end
#file claim.yaml
apiVersion: resource.k8s.io/v1
kind: ResourceClaim
metadata: {name: x}
spec: {devices: {requests: [{name: a, exactly: {deviceClassName: b}}, {name: c, firstAvailable: [{name: d, deviceClassName: e}]}]}}
#end
kubectl create --dry-run=server -f bad-0.yaml
kubectl create --dry-run=server -f bad-1.yaml
kubectl create --dry-run=server -f bad-2.yaml
kubectl create --dry-run=server -f bad-3.yaml
kubectl create --dry-run=server -f bad-4.yaml
kubectl create --dry-run=server -f bad-5.yaml
kubectl create --dry-run=server -f bad-6.yaml
kubectl create --dry-run=server -f bad-7.yaml
kubectl create --dry-run=server -f bad-8.yaml
kubectl create --dry-run=server -f bad-9.yaml
kubectl create --dry-run=server -f bad-10.yaml
kubectl create --dry-run=server -f bad-11.yaml
kubectl create --dry-run=server -f bad-12.yaml
kubectl create --dry-run=server -f bad-13.yaml
kubectl create --dry-run=server -f bad-14.yaml
kubectl create --dry-run=server -f bad-15.yaml
kubectl create --dry-run=server -f bad-16.yaml
kubectl create --dry-run=server -f bad-17.yaml
kubectl apply -f first.yaml
kubectl apply -f then.yaml
kubectl create --dry-run=server -f claim.yaml -o jsonpath='{.spec}'
# What may change of classes of runtimes and of what drivers tell of a node.
#file then-changed.yaml
apiVersion: node.k8s.io/v1
kind: RuntimeClass
metadata: {name: gvisor}
handler: runsc
scheduling: {tolerations: [{key: a, operator: Exists}]}
---
apiVersion: storage.k8s.io/v1
kind: CSINode
metadata: {name: node1}
spec: {drivers: [{name: d.e, nodeID: n1, topologyKeys: [a/b], allocatable: {count: 5}}]}
#end
kubectl create -f then-changed.yaml
kubectl patch runtimeclass gvisor --type=json -p '[{"op": "replace", "path": "/scheduling/tolerations/0/operator", "value": "Foo"}]'
kubectl patch runtimeclass gvisor --type=merge -p '{"handler": "A_b"}'
kubectl patch csinode node1 --type=json -p '[{"op": "replace", "path": "/spec/drivers/0/nodeID", "value": "n2"}]'
kubectl patch csinode node1 --type=json -p '[{"op": "replace", "path": "/spec/drivers/0/allocatable/count", "value": 6}]'
kubectl delete priorityclass system-node-critical
# What cannot be created is not warned of either.
echo '{"apiVersion":"v1","kind":"ComponentStatus","metadata":{"name":"x"}}' | kubectl create -f -
# What a node has is named as a member where it is wrong.
kubectl patch node node1 --subresource=status -p '{"status":{"capacity":{"cpu":"-1"}}}'
# Events of the core group that nobody reports name no reporter in the new form.
echo '{apiVersion: v1, kind: Event, metadata: {name: bare}, involvedObject: {kind: Pod, name: a, namespace: default}, reason: R, type: Normal}' | kubectl create -f -; kubectl get event bare -o yaml | grep -c reporting; kubectl get events.v1.events.k8s.io bare -o yaml | grep -c reporting
