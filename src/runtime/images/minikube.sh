#!/bin/sh
# What tutorials ask of minikube, done by kubectl: this cluster is Kubarium's.
address() { kubectl get nodes -o 'jsonpath={.items[0].status.addresses[0].address}'; }
case ${1:-} in
ip)
  echo "$(address)"
  ;;
service)
  name= namespace=default
  while shift && [ $# -gt 0 ]; do
    case $1 in
    -n | --namespace) namespace=$2 && shift ;;
    --namespace=*) namespace=${1#*=} ;;
    -*) ;;
    *) name=$1 ;;
    esac
  done
  ports=$(kubectl get service "$name" -n "$namespace" -o 'jsonpath={.spec.ports[*].nodePort}') || exit 1
  for port in $ports; do echo "http://$(address):$port"; done
  [ -n "$ports" ] || { echo "service $namespace/$name has no node port" >&2 && exit 1; }
  ;;
kubectl)
  shift
  [ "${1:-}" = -- ] && shift
  exec kubectl "$@"
  ;;
start | status)
  echo "This cluster is Kubarium's and runs already: see kubectl get nodes."
  ;;
addons)
  if [ "${2:-} ${3:-}" = 'enable metrics-server' ] && kubectl get apiservice v1beta1.metrics.k8s.io >/dev/null 2>&1; then
    echo "The 'metrics-server' addon is enabled"
    exit
  fi
  manifest=/usr/share/minikube/ingress.yaml
  case ${2:-} in
  enable | disable) [ "${3:-}" != ingress ] || {
    node=$(kubectl get nodes -o 'jsonpath={.items[0].metadata.name}')
    if [ $2 = enable ]; then
      # On the node whose address `minikube ip` tells.
      sed "s#serviceAccountName:.*#&\n      nodeSelector: {kubernetes.io/hostname: $node}#" $manifest | kubectl apply -f - >/dev/null &&
        kubectl wait -n ingress-nginx deployment/ingress-nginx-controller --for=condition=Available --timeout=6m >/dev/null
    else
      kubectl delete -f $manifest --ignore-not-found >/dev/null
    fi && echo "The 'ingress' addon is ${2}d" && exit
    exit 1
  } ;;
  esac
  echo "minikube addons is not simulated here: this cluster is Kubarium's" >&2
  exit 1
  ;;
tunnel)
  echo 'minikube tunnel is not simulated here: what minikube service NAME --url prints can be reached, as can ports of kubectl port-forward' >&2
  exit 1
  ;;
ssh)
  echo "minikube ssh is not simulated here: kubectl debug node/NAME -it --image=busybox opens a shell, with the files of the node in /host" >&2
  exit 1
  ;;
*)
  echo "minikube ${1:-} is not simulated here: this cluster is Kubarium's" >&2
  exit 1
  ;;
esac
