#!/bin/sh
# kubectx and kubens: the contexts of the kubeconfig, and the namespace of the one in use.
name=$1 last=$HOME/.kube/${0##*/}
fail() { echo "error: $1" >&2 && exit 1; }
case ${0##*/} in
kubens)
  now=$(kubectl config view --minify -o 'jsonpath={..namespace}')
  case $name in
  '') exec kubectl get namespaces -o 'jsonpath={range .items[*]}{.metadata.name}{"\n"}{end}' ;;
  -c) echo "${now:-default}" && exit ;;
  -) name=$(cat "$last" 2>/dev/null) || fail 'no previous namespace found for current context' ;;
  esac
  kubectl get namespace "$name" >/dev/null 2>&1 || fail "no namespace exists with name \"$name\""
  kubectl config set-context --current --namespace "$name" >/dev/null && echo "${now:-default}" >"$last"
  echo "✔ Active namespace is \"$name\"" >&2
  ;;
*)
  now=$(kubectl config current-context)
  case $name in
  '') exec kubectl config get-contexts -o name ;;
  -c) echo "$now" && exit ;;
  -) name=$(cat "$last" 2>/dev/null) || fail 'no previous context found' ;;
  esac
  kubectl config use-context "$name" >/dev/null 2>&1 || fail "no context exists with the name: \"$name\""
  echo "$now" >"$last"
  echo "✔ Switched to context \"$name\"." >&2
  ;;
esac
