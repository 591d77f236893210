# What the API server warns of: as an object is made, and again as it is changed.
#file deployment-0.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: d}
spec:
  selector: {matchLabels: {a: b}}
  template:
    metadata: {labels: {a: b}}
    spec: {containers: [{name: c, image: nginx, env: [{name: A, value: x},{name: A, value: z}]}]}
#end
#file deployment-1.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: d}
spec:
  selector: {matchLabels: {a: b}}
  template:
    metadata: {labels: {a: b}}
    spec: {containers: [{name: c, image: nginx:1.25, env: [{name: A, value: x},{name: A, value: z}]}]}
#end
#file deployment-2.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: d}
spec:
  selector: {matchLabels: {a: b}}
  template:
    metadata: {labels: {a: b}}
    spec: {containers: [{name: c, image: nginx:1.26, env: [{name: A, value: x},{name: A, value: z}]}]}
#end
#file persistentvolumeclaim-3.yaml
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: c}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 2000m}, limits: {storage: 5500m}}}
#end
#file service-4.yaml
apiVersion: v1
kind: Service
metadata: {name: s}
spec: {type: LoadBalancer, ports: [{port: 80}], loadBalancerSourceRanges: ["2001:DB8::/32"]}
#end
#file ingress-5.yaml
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: i, annotations: {kubernetes.io/ingress.class: nginx}}
spec: {defaultBackend: {service: {name: s, port: {number: 80}}}}
#end
#file serviceaccount-6.yaml
apiVersion: v1
kind: ServiceAccount
metadata: {name: i, annotations: {kubernetes.io/enforce-mountable-secrets: "true"}}
#end
#file endpointslice-7.yaml
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: i}
addressType: FQDN
endpoints: [{addresses: [a.b.c]}]
#end
#file customresourcedefinition-8.yaml
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: as.x.y}
spec:
  group: x.y
  names: {plural: as, kind: A}
  scope: Namespaced
  versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object, properties: {a: {type: string, format: ip}, b: {type: integer, format: int32}, c: {type: string, format: date-time}}}}}]
#end
#file a-9.yaml
apiVersion: x.y/v1
kind: A
metadata: {name: i, finalizers: [b, a.b, c/d]}
#end
#file statefulset-10.yaml
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: st}
spec:
  revisionHistoryLimit: -1
  selector: {matchLabels: {a: b}}
  template:
    metadata: {labels: {a: b}, annotations: {container.apparmor.security.beta.kubernetes.io/c: unconfined, container.apparmor.security.beta.kubernetes.io/d: runtime/default}}
    spec:
      containers: [{name: c, image: nginx}, {name: d, image: nginx, securityContext: {appArmorProfile: {type: RuntimeDefault}}}]
  volumeClaimTemplates: [{metadata: {name: a}, spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 200m}}}}]
#end
#file persistentvolume-11.yaml
apiVersion: v1
kind: PersistentVolume
metadata: {name: pv, annotations: {volume.beta.kubernetes.io/mount-options: a}}
spec:
  capacity: {storage: 1Gi}
  accessModes: [ReadWriteOnce]
  nfs: {server: a, path: /x}
  nodeAffinity: {required: {nodeSelectorTerms: [{matchExpressions: [{key: failure-domain.beta.kubernetes.io/zone, operator: In, values: [a]}]}]}}
#end
#file endpoints-12.yaml
apiVersion: v1
kind: Endpoints
metadata: {name: e}
subsets: [{addresses: [{ip: "2001:DB8::1"}], ports: [{port: 1}]}]
#end
#file runtimeclass-13.yaml
apiVersion: node.k8s.io/v1
kind: RuntimeClass
metadata: {name: r}
handler: a
scheduling: {nodeSelector: {beta.kubernetes.io/os: linux}}
#end
#file storageclass-14.yaml
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: s}
provisioner: a/b
allowedTopologies: [{matchLabelExpressions: [{key: failure-domain.beta.kubernetes.io/zone, values: [a]}]}]
#end
#file csistoragecapacity-15.yaml
apiVersion: storage.k8s.io/v1
kind: CSIStorageCapacity
metadata: {name: c}
storageClassName: s
nodeTopology: {matchLabels: {beta.kubernetes.io/os: linux}, matchExpressions: [{key: beta.kubernetes.io/arch, operator: Exists}]}
#end
#file networkpolicy-16.yaml
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: np}
spec: {podSelector: {}, egress: [{to: [{ipBlock: {cidr: "2001:DB8::/32", except: ["2001:0db8:1::/48"]}}]}]}
#end
#file job-17.yaml
apiVersion: batch/v1
kind: Job
metadata: {name: j}
spec:
  completionMode: Indexed
  completions: 100001
  parallelism: 10001
  suspend: true
  template:
    metadata: {annotations: {container.apparmor.security.beta.kubernetes.io/c: unconfined, container.seccomp.security.alpha.kubernetes.io/d: runtime/default}}
    spec:
      restartPolicy: Never
      containers: [{name: d, image: nginx}]
      initContainers: [{name: c, image: nginx}]
#end
#file csidriver-18.yaml
apiVersion: storage.k8s.io/v1
kind: CSIDriver
metadata: {name: d}
spec: {tokenRequests: [{audience: a}]}
#end
kubectl apply -f deployment-0.yaml
kubectl apply -f deployment-1.yaml
kubectl replace -f deployment-2.yaml
kubectl label deploy d x=y
kubectl scale deploy d --replicas=2
kubectl apply -f persistentvolumeclaim-3.yaml
kubectl label pvc c x=y
kubectl apply -f service-4.yaml
kubectl label svc s x=y
kubectl create -f ingress-5.yaml
kubectl label ing i x=y
kubectl create -f serviceaccount-6.yaml
kubectl label sa i x=y
kubectl create -f endpointslice-7.yaml
kubectl create -f customresourcedefinition-8.yaml
kubectl label crd as.x.y x=y
kubectl create -f a-9.yaml
kubectl label as.x.y i x=y
kubectl patch as.x.y i --type=merge -p '{"metadata":{"finalizers":["b","e"]}}'
kubectl create -f statefulset-10.yaml
kubectl label sts st x=y
kubectl set image sts st c=nginx:1.25
kubectl set image sts st c=nginx:1.26
kubectl rollout history sts st
kubectl create -f persistentvolume-11.yaml
kubectl create -f endpoints-12.yaml
kubectl label endpoints e x=y
kubectl create -f runtimeclass-13.yaml
kubectl create -f storageclass-14.yaml
kubectl create -f csistoragecapacity-15.yaml; kubectl get csistoragecapacities
kubectl create -f networkpolicy-16.yaml
kubectl create -f job-17.yaml
kubectl create -f csidriver-18.yaml
kubectl label csidriver d x=y
kubectl patch csidriver d --type=merge -p '{"spec":{"tokenRequests":[{"audience":"b"}]}}'
kubectl get csidriver d -o jsonpath={.metadata.generation}
