# Rules that few objects run into: names of sets and budgets, defaults of limits, scopes of quotas, ranges of nodes.
#file statefulset-0.yaml
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: a.b}
spec:
  serviceName: X
  revisionHistoryLimit: -1
  persistentVolumeClaimRetentionPolicy: {whenDeleted: x}
  selector: {matchLabels: {a: b}}
  template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: nginx}]}}
  volumeClaimTemplates: [{metadata: {name: a}, spec: {resources: {requests: {storage: 200m}}}}]
#end
#file pod-1.yaml
apiVersion: v1
kind: Pod
metadata: {name: a}
spec:
  volumes: [{name: v, gcePersistentDisk: {pdName: "", partition: 300}}]
  containers: [{name: c, image: nginx}]
#end
#file limitrange-2.yaml
apiVersion: v1
kind: LimitRange
metadata: {name: a}
spec: {limits: [{type: Container, default: {nvidia.com/gpu: 2}, defaultRequest: {nvidia.com/gpu: 1}}]}
#end
#file resourcequota-3.yaml
apiVersion: v1
kind: ResourceQuota
metadata: {name: a}
spec: {hard: {pods: 1, hugepages-2Mi: 2, count/x: 1, services: 2}, scopes: [BestEffort]}
#end
#file node-4.yaml
apiVersion: v1
kind: Node
metadata: {name: a}
spec: {podCIDRs: [10.0.0.0/24, 10.0.0.0/24]}
#end
#file poddisruptionbudget-5.yaml
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: A_b, finalizers: [x]}
spec: {minAvailable: 1}
#end
#file poddisruptionbudget-6.yaml
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: A%b}
spec: {minAvailable: -1}
#end
#file poddisruptionbudget-7.yaml
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: A%b}
spec: {minAvailable: 1}
#end
#file ipaddress-8.yaml
apiVersion: networking.k8s.io/v1
kind: IPAddress
metadata: {name: "2001:DB8::1"}
spec: {parentRef: {resource: services, name: a}}
#end
#file ipaddress-9.yaml
apiVersion: networking.k8s.io/v1
kind: IPAddress
metadata: {name: "010.1.1.1"}
spec: {parentRef: {resource: services, name: a}}
#end
#file deployment-10.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: a.b}
spec:
  selector: {matchLabels: {a: b}}
  template:
    metadata: {labels: {a: b}, annotations: {container.apparmor.security.beta.kubernetes.io/c: unconfined}}
    spec: {containers: [{name: c, image: nginx, securityContext: {appArmorProfile: {type: RuntimeDefault}}}]}
#end
#file servicecidr-11.yaml
apiVersion: networking.k8s.io/v1
kind: ServiceCIDR
metadata: {name: a}
spec: {cidrs: ["2001:DB8::/64"]}
#end
#file networkpolicy-12.yaml
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: a}
spec: {podSelector: {}, ingress: [{ports: [{port: 90, endPort: 80}]}]}
#end
#file ingressclass-13.yaml
apiVersion: networking.k8s.io/v1
kind: IngressClass
metadata: {name: a}
spec: {controller: a.b/c d, parameters: {kind: "", name: "", scope: Cluster}}
#end
#file cronjob-14.yaml
apiVersion: batch/v1
kind: CronJob
metadata: {name: a}
spec: {schedule: "* * * * *", timeZone: local, jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: nginx}]}}}}}
#end
#file daemonset-15.yaml
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: a}
spec:
  updateStrategy: {rollingUpdate: {maxSurge: 1, maxUnavailable: 1}}
  selector: {matchLabels: {a: b}}
  template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: nginx}]}}
#end
#file daemonset-16.yaml
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: a}
spec:
  updateStrategy: {rollingUpdate: {maxSurge: 0, maxUnavailable: 0%}}
  selector: {matchLabels: {a: b}}
  template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: nginx}]}}
#end
kubectl create --dry-run=server -f statefulset-0.yaml
kubectl create --dry-run=server -f pod-1.yaml
kubectl create --dry-run=server -f limitrange-2.yaml
kubectl create --dry-run=server -f resourcequota-3.yaml
kubectl create --dry-run=server -f node-4.yaml
kubectl create --dry-run=server -f poddisruptionbudget-5.yaml
kubectl create --dry-run=server -f poddisruptionbudget-6.yaml
kubectl create --dry-run=server -f poddisruptionbudget-7.yaml
kubectl create --dry-run=server -f ipaddress-8.yaml
kubectl create --dry-run=server -f ipaddress-9.yaml
kubectl create --dry-run=server -f deployment-10.yaml
kubectl create --dry-run=server -f servicecidr-11.yaml
kubectl create --dry-run=server -f networkpolicy-12.yaml
kubectl create --dry-run=server -f ingressclass-13.yaml
kubectl create --dry-run=server -f cronjob-14.yaml
kubectl create --dry-run=server -f daemonset-15.yaml
kubectl create --dry-run=server -f daemonset-16.yaml
# What an annotation said when the pod was made stays: replacing the pod by the same manifest takes the profile away.
#file armored.yaml
apiVersion: v1
kind: Pod
metadata: {name: armored, annotations: {container.apparmor.security.beta.kubernetes.io/c: localhost/mine}}
spec: {containers: [{name: c, image: busybox}]}
#end
kubectl create -f armored.yaml
kubectl get pod armored -o jsonpath='{.spec.containers[0].securityContext}{"\n"}'
kubectl replace -f armored.yaml 2>&1 | head -n 3
