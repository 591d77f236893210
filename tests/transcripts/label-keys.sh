# What affinity and spreading take from a pod's labels becomes part of its selectors; a rollout then keeps its distance to itself alone.
#file web.yaml
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 3
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web, tier: front}
    spec:
      topologySpreadConstraints:
      - maxSkew: 1
        topologyKey: topology.kubernetes.io/zone
        whenUnsatisfiable: ScheduleAnyway
        labelSelector: {matchLabels: {app: web}}
        matchLabelKeys: [tier, absent]
      affinity:
        podAntiAffinity:
          requiredDuringSchedulingIgnoredDuringExecution:
          - topologyKey: kubernetes.io/hostname
            labelSelector: {matchLabels: {app: web}}
            matchLabelKeys: [pod-template-hash]
          preferredDuringSchedulingIgnoredDuringExecution:
          - weight: 1
            podAffinityTerm:
              topologyKey: kubernetes.io/hostname
              labelSelector: {}
              mismatchLabelKeys: [tier]
      containers:
      - name: web
        image: nginx
#end
kubectl apply -f web.yaml
kubectl rollout status deployment/web --timeout=30s
kubectl get pods -l app=web -o jsonpath='{.items[0].spec.topologySpreadConstraints[0].labelSelector}{"\n"}{.items[0].spec.affinity}{"\n"}'
kubectl set image deployment/web web=nginx:1.25
kubectl rollout status deployment/web --timeout=30s
kubectl get pods -l app=web -o custom-columns=NODE:.spec.nodeName,IMAGE:.spec.containers[0].image --sort-by=.spec.nodeName
