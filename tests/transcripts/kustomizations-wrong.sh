# What kustomize says of what does not build: where it was, through every directory that led there.
#file base/settings.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {mode: "fast"}
#end
#file base/account.yaml
apiVersion: v1
kind: ServiceAccount
metadata: {name: robot}
#end
mkdir over part
echo 'resources: [settings.yaml, account.yaml]' > base/kustomization.yaml
echo 'resources: [../base]' > over/kustomization.yaml
kubectl kustomize over | grep kind
printf 'resources: [../base]\nsortOptions: {order: fifo}\n' > over/kustomization.yaml
kubectl kustomize over | grep kind
printf 'resources: [../base]\nbuildMetadata: [originAnnotations]\n' > over/kustomization.yaml
kubectl kustomize over
printf 'resources: [../base, ../base]\n' > over/kustomization.yaml
kubectl kustomize over
printf 'resources: [../base, ..]\n' > over/kustomization.yaml
kubectl kustomize over
printf 'resources: [../base]\npatches: [{path: gone.yaml}]\n' > over/kustomization.yaml
kubectl kustomize over
printf 'resources: [../base]\npatches: [{target: {kind: ConfigMap}, patch: "[{op: add, path: /metadata/labels/a, value: b}]"}]\n' > over/kustomization.yaml
kubectl apply -k over
printf 'resources: [../base]\ncomponents: [../part]\n' > over/kustomization.yaml
kubectl kustomize over
echo 'namePrefix: my-' > part/kustomization.yaml
kubectl kustomize over
printf 'apiVersion: v1\nkind: Component\n' > part/kustomization.yaml
kubectl kustomize over
printf 'apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nnamePrefix: my-\n' > part/kustomization.yaml
kubectl kustomize over | grep name
printf 'resources: [../part]\n' > over/kustomization.yaml
kubectl kustomize over
: > over/kustomization.yaml
kubectl kustomize over
echo 'resources: [../base]' > over/kustomization.yaml
printf -- '---\n' | cat - base/settings.yaml >> base/account.yaml
kubectl kustomize over
printf -- '---\n' | cat base/settings.yaml - base/settings.yaml > base/account.yaml
kubectl kustomize base
echo 'resources: [account.yaml]' > base/kustomization.yaml
kubectl kustomize base
printf 'apiVersion: v1\nkind: ServiceAccount\nmetadata: {labels: {a: b}}\n' > base/account.yaml
kubectl kustomize base
printf 'apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: x\n   a: b\n' > base/account.yaml
kubectl kustomize over
rm base/account.yaml
kubectl kustomize over
echo 'resources: [../base/settings.yaml]' > over/kustomization.yaml
kubectl apply -k over
kubectl kustomize over --load-restrictor=LoadRestrictionsNone
kubectl kustomize over --load-restrictor=none
echo 'configMapGenerator: [{name: made, files: [cm=../base/settings.yaml], envs: [gone.env], literals: [a]}]' > over/kustomization.yaml
kubectl kustomize over
echo 'configMapGenerator: [{name: made, files: [cm=../base/settings.yaml]}]' > over/kustomization.yaml
kubectl kustomize over
echo 'configMapGenerator: [{name: made, literals: [a=b, c]}]' > over/kustomization.yaml
kubectl kustomize over
# Members that are of another type than kustomize's, or that it does not have.
for k in '[]' 'a' 'resources: a.yaml' 'resources: [1]' 'commonLabels: {a: yes}' 'namePrefix: 1' 'patches: [{pth: x}]' 'images: [nginx]' 'labels: {a: b}' 'sortOptions: {order: up}' 'resources: [""]' 'resources: [/etc/passwd, /etc]' 'resources: [/etc]' 'bases: [github.com/kubernetes-sigs/kustomize/examples/helloWorld?ref=v1]' 'resources: [https://example.com/a/x.yaml]'; do echo "$k" > over/kustomization.yaml; kubectl kustomize over; done
# Each object in a file of its own.
mkdir out; printf 'resources: [settings.yaml, role.yaml]\n' > base/kustomization.yaml; printf 'apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: Big}\n' > base/role.yaml; kubectl kustomize base -o out; ls out; printf -- '---\napiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: other}\n' >> base/settings.yaml; rm out/*; kubectl kustomize base -o out; ls out; kubectl kustomize base -o no/such.yaml
# What is in those members is of a type as well.
for k in 'images: [{name: nginx, newTag: 1.25}]' 'replicas: [{name: x, count: two}]' 'replicas: [{name: x, count: 1.5}]' 'labels: [{pairs: {a: 1}}]' 'labels: [{pairs: {a: b}, includeSelectors: "yes"}]' 'configMapGenerator: [{name: a, literals: [1]}]' 'configMapGenerator: [{name: a, literals: a=b}]' 'generatorOptions: {disableNameSuffixHash: 1}' 'generatorOptions: {foo: 1}' 'metadata: {name: 5}'; do echo "$k" > over/kustomization.yaml; kubectl kustomize over; done
for k in 'replacements: [{sourceValue: 5, targets: []}]' 'replacements: [{from: x}]' 'replacements: [{path: [a]}]'; do echo "$k" > over/kustomization.yaml; kubectl kustomize over; done
# A patch of the old form for what is not there; and a list of nothing is no list of what is missing here.
printf 'kind: Secret\napiVersion: v1\nmetadata: {name: none}\n' > over/p.yaml
for k in 'patchesStrategicMerge: [p.yaml]' 'patches: [{path: p.yaml}]' 'validators: []' 'validators: [a]'; do echo "$k" > over/kustomization.yaml; kubectl kustomize over; done
