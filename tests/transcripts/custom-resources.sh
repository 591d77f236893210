# A kind of one's own: from its definition to its end.
#file shirts.yaml
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: shirts.stable.example.com
spec:
  group: stable.example.com
  scope: Namespaced
  names:
    plural: shirts
    singular: shirt
    kind: Shirt
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec:
            type: object
            properties:
              color:
                type: string
              size:
                type: integer
    selectableFields:
    - jsonPath: .spec.color
    - jsonPath: .spec.size
#end
#file shirt.yaml
apiVersion: stable.example.com/v1
kind: Shirt
metadata:
  name: one
spec:
  color: blue
  size: 40
---
apiVersion: stable.example.com/v1
kind: Shirt
metadata:
  name: two
spec:
  color: green
  size: 42
#end
#file crd.yaml
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: crontabs.stable.example.com
spec:
  group: stable.example.com
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          description: A cron tab.
          properties:
            spec:
              type: object
              required: [cronSpec]
              properties:
                cronSpec:
                  type: string
                  description: When it runs.
                  pattern: '^(\d+|\*)(/\d+)?(\s+(\d+|\*)(/\d+)?){4}$'
                image:
                  type: string
                  maxLength: 10
                replicas:
                  type: integer
                  minimum: 1
                  maximum: 10
                  default: 2
                mode: {type: string, enum: [Fast, Slow], x-kubernetes-validations: [{rule: "self != ''"}]}
                ports:
                  type: array
                  x-kubernetes-list-type: map
                  x-kubernetes-list-map-keys: [name]
                  items:
                    type: object
                    required: [name]
                    properties:
                      name: {type: string}
                      port: {type: integer, format: int32}
            status:
              type: object
              properties:
                replicas: {type: integer}
                labelSelector: {type: string}
      subresources:
        status: {}
        scale:
          specReplicasPath: .spec.replicas
          statusReplicasPath: .status.replicas
          labelSelectorPath: .status.labelSelector
      additionalPrinterColumns:
      - {name: Spec, type: string, jsonPath: .spec.cronSpec, description: x}
      - {name: Replicas, type: integer, jsonPath: .spec.replicas}
      - {name: Age, type: date, jsonPath: .metadata.creationTimestamp}
      - {name: Mode, type: string, jsonPath: .spec.mode, priority: 1}
  scope: Namespaced
  names:
    plural: crontabs
    singular: crontab
    kind: CronTab
    shortNames: [ct]
    categories: [all]
#end
#file ct.yaml
apiVersion: stable.example.com/v1
kind: CronTab
metadata:
  name: my-cron
spec:
  cronSpec: "* * * * */5"
  image: my-image
#end
#file bad.yaml
apiVersion: stable.example.com/v1
kind: CronTab
metadata:
  name: bad
spec:
  cronSpec: "* * * *"
  image: much-too-long-name
  replicas: 15
  mode: Odd
  ports: [{name: a, port: "x"}, {name: a}]
#end
#file unknown.yaml
apiVersion: stable.example.com/v1
kind: CronTab
metadata:
  name: unk
spec:
  cronSpec: "* * * * */5"
  image: my-image
  foo: 1
  bar: {a: 1}
#end
#file changed.yaml
apiVersion: stable.example.com/v1
kind: CronTab
metadata:
  name: my-cron
spec:
  cronSpec: "* * * * */6"
  image: my-image
#end
#file server.yaml
apiVersion: stable.example.com/v1
kind: CronTab
metadata:
  name: ssa
spec:
  cronSpec: "* * * * */5"
  image: my-image
  ports: [{name: a, port: 80}]
#end
#file two.yaml
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: backups.stable.example.com
spec:
  group: stable.example.com
  scope: Cluster
  names: {plural: backups, kind: Backup, shortNames: [ct, bk], categories: [saved]}
  versions:
  - name: v1beta1
    served: true
    storage: false
    schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {when: {type: string}, old: {type: boolean}}}}}}
  - name: v1
    served: true
    storage: true
    schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, x-kubernetes-preserve-unknown-fields: true, properties: {when: {type: string, format: date}}}}}}
#end
#file backup.yaml
apiVersion: stable.example.com/v1beta1
kind: Backup
metadata: {name: nightly}
spec: {when: '2026-01-02', old: true}
#end
#file hpa.yaml
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: h}
spec:
  maxReplicas: 4
  scaleTargetRef: {apiVersion: stable.example.com/v1, kind: CronTab, name: my-cron}
#end
kubectl apply -f ct.yaml
kubectl get crontabs
kubectl apply -f crd.yaml -f ct.yaml
kubectl wait --for condition=established crd/crontabs.stable.example.com
kubectl get crd crontabs.stable.example.com -o jsonpath='{.status}{"\n"}{.spec.conversion}{.metadata.generation}{"\n"}'
kubectl apply -f ct.yaml
kubectl get ct
kubectl get ct -o wide --no-headers
kubectl get crontabs.v1.stable.example.com my-cron -o jsonpath='{.spec}{"\n"}'
kubectl apply -f bad.yaml
kubectl apply -f unknown.yaml
kubectl apply --validate=warn -f unknown.yaml
kubectl diff -f changed.yaml | grep '^[-+] '
kubectl apply -f changed.yaml
kubectl apply -f changed.yaml
kubectl label crontab my-cron team=a
kubectl annotate ct/my-cron note=x
kubectl patch ct my-cron -p '{"spec":{"replicas":3}}'
kubectl patch ct my-cron --type merge -p '{"spec":{"replicas":3}}'
kubectl patch ct my-cron --type json -p '[{"op":"replace","path":"/spec/mode","value":"Odd"}]'
kubectl patch ct my-cron --type merge -p '{"status":{"replicas":2}}'
kubectl patch ct my-cron --type merge --subresource status -p '{"status":{"replicas":2,"labelSelector":"app=x"},"spec":{"replicas":9}}'
kubectl get --raw /apis/stable.example.com/v1/namespaces/default/crontabs/my-cron/scale | tr , '\n' | grep -v -e Time -e uid -e resourceVersion
kubectl scale ct/my-cron --replicas=5
kubectl scale ct/my-cron --replicas=50
kubectl get ct my-cron -o jsonpath='{.spec.replicas} {.status} {.metadata.generation}{"\n"}'
kubectl apply --server-side -f server.yaml
kubectl get ct ssa -o yaml --show-managed-fields | grep -v -e uid -e resourceVersion
kubectl get all,crd
kubectl explain ct
kubectl explain ct.spec
kubectl explain ct.spec.ports.port
kubectl explain ct.spec.mode
kubectl explain ct.spec.nothing
kubectl explain ct.metadata.name
kubectl explain ct --recursive
kubectl describe ct my-cron | grep -v -e UID -e Version:
kubectl api-resources --api-group=stable.example.com -o wide
kubectl api-versions | grep example
kubectl auth can-i get crontabs
kubectl auth can-i get TurnTables.Example.com
kubectl autoscale ct my-cron --min 1 --max 5 --cpu 50% --dry-run=client -o name
kubectl apply -f two.yaml
sleep 1
kubectl get crd backups.stable.example.com -o jsonpath='{range .status.conditions[*]}{.type} {.status} {.reason}: {.message}{"\n"}{end}'
kubectl get bk
kubectl patch crd backups.stable.example.com --type json -p '[{"op":"remove","path":"/spec/names/shortNames/0"}]'
kubectl apply -f backup.yaml
kubectl get backups -o yaml | grep -e apiVersion: -e when: -e old:
kubectl get saved
kubectl delete ns default --dry-run=client
kubectl create ns tmp
kubectl -n tmp apply -f ct.yaml
kubectl delete ns tmp
kubectl get ct -A
kubectl patch crd crontabs.stable.example.com --type merge -p '{"spec":{"scope":"Cluster"}}'
kubectl patch ct my-cron --type merge -p '{"metadata":{"finalizers":["example.com/hold"]}}'
kubectl delete crd crontabs.stable.example.com --wait=false
kubectl get ct
kubectl create -f server.yaml
kubectl get crd crontabs.stable.example.com -o jsonpath='{.status.conditions[?(@.type=="Terminating")].message}{"\n"}'
kubectl patch ct my-cron --type merge -p '{"metadata":{"finalizers":null}}'
kubectl get ct
kubectl get crd -o name
kubectl delete crd --all
# Fields that a definition lets its objects be selected by.
kubectl apply -f shirts.yaml
kubectl apply -f shirt.yaml
kubectl get shirts --field-selector spec.color=blue
kubectl get shirts --field-selector spec.color=green,spec.size=42 -o name
kubectl get shirts --field-selector spec.price=1
# A column of a date, also of one before the cluster's beginning.
#file certs.yaml
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: certs.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {plural: certs, kind: Cert}
  versions:
  - name: v1
    served: true
    storage: true
    additionalPrinterColumns: [{name: Since, type: date, jsonPath: .since}]
    schema: {openAPIV3Schema: {type: object, properties: {since: {type: string}}}}
#end
#file certs-made.yaml
apiVersion: example.com/v1
kind: Cert
metadata: {name: old}
since: "2025-12-01T00:00:00Z"
---
apiVersion: example.com/v1
kind: Cert
metadata: {name: wrong}
since: yesterday
#end
kubectl create -f certs.yaml
kubectl wait --for condition=established crd/certs.example.com
kubectl create -f certs-made.yaml
kubectl get certs
