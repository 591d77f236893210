# What a kustomization changes in objects of each kind, and what it makes of words, orders and patches.
#file base/web.yaml
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: web, annotations: {n: "1"}}
spec:
  serviceName: web
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      serviceAccountName: robot
      affinity:
        podAntiAffinity:
          preferredDuringSchedulingIgnoredDuringExecution:
          - weight: 1
            podAffinityTerm: {topologyKey: zone, labelSelector: {matchLabels: {app: web}}}
      topologySpreadConstraints: [{maxSkew: 1, topologyKey: zone, whenUnsatisfiable: DoNotSchedule, labelSelector: {matchLabels: {app: web}}}]
      containers: [{name: web, image: "nginx:1.27", env: [{name: DEBUG, value: no}]}]
  volumeClaimTemplates: [{metadata: {name: data}, spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}]
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web}
spec:
  podSelector: {matchLabels: {app: web}}
  ingress: [{from: [{podSelector: {matchLabels: {app: y}}}, {podSelector: {}}]}]
---
apiVersion: example.com/v1
kind: Rollout
metadata: {name: web}
spec: {template: {metadata: {labels: {app: web}}}}
#end
#file base/access.yaml
apiVersion: v1
kind: ServiceAccount
metadata: {name: robot}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: read}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
subjects:
- {kind: ServiceAccount, name: robot, namespace: default}
- {kind: ServiceAccount, name: robot, namespace: elsewhere}
- {kind: ServiceAccount, name: another}
- {kind: ServiceAccount, name: default}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: own, annotations: {config.kubernetes.io/local-config: "true"}}
#end
#file over/kustomization.yaml
resources: [../base]
#end
echo 'resources: [web.yaml, access.yaml]' > base/kustomization.yaml
kubectl kustomize over
printf 'resources: [../base]\nnamespace: shop\nnamePrefix: my-\nlabels: [{pairs: {tier: web}, includeSelectors: true}]\ncommonAnnotations: {by: me}\nbuildMetadata: [managedByLabel]\n' > over/kustomization.yaml
kubectl kustomize over
printf 'resources: [../base]\nlabels: [{pairs: {tier: web}, includeTemplates: true, fields: [{path: spec/extra, kind: Rollout, create: true}]}]\nimages: [{name: nginx, tagSuffix: -alpine}]\nsortOptions: {order: legacy, legacySortOptions: {orderFirst: [StatefulSet, Rollout], orderLast: [ServiceAccount]}}\n' > over/kustomization.yaml
kubectl kustomize over | grep 'kind\|tier\|image\|extra'
# A patch may give another name; one of JSON says what it is for, and is JSON where it opens with a bracket.
printf 'resources: [../base]\npatches:\n- target: {kind: StatefulSet}\n  options: {allowNameChange: true, allowKindChange: true}\n  patch: |-\n    apiVersion: apps/v1\n    kind: Deployment\n    metadata: {name: renamed}\n' > over/kustomization.yaml
kubectl kustomize over | grep -A5 apps/v1
for k in '{target: {kind: StatefulSet}}' '{patch: a, path: b.yaml}' "{patch: '[{\"op\": \"remove\", \"path\": \"/spec\"}]'}" "{patch: '[{op: remove, path: /spec}]', target: {kind: StatefulSet}}" '{path: two.yaml, target: {kind: StatefulSet}}'; do printf 'kind: StatefulSet\nmetadata: {name: web}\n---\nkind: StatefulSet\nmetadata: {name: web}\n' > over/two.yaml; printf 'resources: [../base]\npatches:\n- %s\n' "$k" > over/kustomization.yaml; kubectl kustomize over; done
for k in 'replicas: [{name: gone, count: 1}]' 'configMapGenerator: [{literals: [a=b]}]' 'configMapGenerator: [{name: x, behavior: merge, literals: [a=b]}]' 'configMapGenerator: [{name: own, literals: [a=b]}]' 'replacements: [{source: {kind: Pod, fieldPath: spec.nodeName}, targets: [{select: {kind: ConfigMap}}]}]'; do printf 'resources: [../base]\n%s\n' "$k" > over/kustomization.yaml; kubectl kustomize over; done
kubectl apply -R -k over
# Transformers of labels, in files and in the kustomization itself; others are not simulated.
mkdir told; printf 'resources: [d.yaml]\ntransformers: [labels.yaml]\n' > told/kustomization.yaml; kubectl create deployment web --image=nginx --dry-run=client -o yaml > told/d.yaml
printf 'apiVersion: builtin\nkind: LabelTransformer\nmetadata: {name: l}\nlabels: {part-of: shop}\nfieldSpecs:\n- {path: metadata/labels, create: true}\n- {path: spec/template/metadata/labels, kind: Deployment}\n- {path: spec/x, kind: Service, create: true}\n' > told/labels.yaml
kubectl kustomize told | grep -B2 part-of
printf 'resources: [d.yaml]\ntransformers:\n- |-\n  kind: PrefixTransformer\n  prefix: a-\n' > told/kustomization.yaml; kubectl kustomize told
