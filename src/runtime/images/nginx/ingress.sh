#!/bin/bash
# The controller of ingress-nginx: writes what Ingresses and Services say as nginx' configuration, and where the Ingresses are reached
# into their status. It asks the API server as its pod's account may.
class=nginx controller=k8s.io/ingress-nginx service= classless=
for a; do
  case $a in
  --ingress-class=*) class=${a#*=} ;;
  --controller-class=*) controller=${a#*=} ;;
  --publish-service=*) service=${a#*=} ;;
  --watch-ingress-without-class | --watch-ingress-without-class=true) classless=1 ;;
  esac
done
conf=/etc/nginx/nginx.conf
# Each object as a line or some: classes, Ingresses with their rules, Services with their ports, and ready addresses.
all() {
  kubectl get ingressclasses,ingresses,services,endpointslices -A -o go-template='
{{- range .items}}{{$n := .metadata.namespace}}{{$m := .metadata.name}}
{{- if eq .kind "IngressClass"}}C {{$m}} {{.spec.controller}}
{{else if eq .kind "Ingress"}}I {{$n}} {{$m}} {{.metadata.uid}} {{with .spec.ingressClassName}}{{.}}{{else}}-{{end}} {{with .metadata.annotations}}{{with index . "kubernetes.io/ingress.class"}}{{.}}{{else}}-{{end}}{{else}}-{{end}} {{with .status.loadBalancer.ingress}}{{range .}}{{.ip}}{{end}}{{else}}-{{end}}
{{with .spec.defaultBackend}}{{with .service}}R * Prefix / {{.name}} {{with .port.number}}{{.}}{{else}}{{.port.name}}{{end}}
{{end}}{{end}}{{range .spec.rules}}{{$h := "*"}}{{with .host}}{{$h = .}}{{end}}{{with .http}}{{range .paths}}R {{$h}} {{.pathType}} {{with .path}}{{.}}{{else}}/{{end}} {{with .backend.service}}{{.name}} {{with .port.number}}{{.}}{{else}}{{.port.name}}{{end}}{{end}}
{{end}}{{end}}{{end}}
{{- else if eq .kind "Service"}}{{range .spec.ports}}S {{$n}} {{$m}} {{.port}} {{with .name}}{{.}}{{else}}-{{end}}
{{end}}{{else}}{{$s := index .metadata.labels "kubernetes.io/service-name"}}{{range .endpoints}}{{if .conditions.ready}}E {{$n}} {{$s}}
{{end}}{{end}}{{end}}{{end}}' 2>/dev/null
}
# Where Ingresses are reached: at the Service that is published, or at the node.
address() {
  if [ "$service" ]; then
    kubectl get service -n "${service%/*}" "${service#*/}" -o go-template='{{if eq .spec.type "LoadBalancer"}}{{range .status.loadBalancer.ingress}}{{.ip}}{{end}}{{else}}{{.spec.clusterIP}}{{end}}'
  else
    kubectl get pod -n "$POD_NAMESPACE" "$POD_NAME" -o jsonpath='{.status.hostIP}'
  fi
}
seen=' '
sync() {
  all >/tmp/all
  awk -v class="$class" -v controller="$controller" -v classless="$classless" '
    function to(ns, name, port) {
      if ((ns, name, port) in named) port = named[ns, name, port]
      if (!((ns, name, port) in served) || !((ns, name) in ready)) return "return 503;"
      return "proxy_set_header Host $host; proxy_pass http://" name "." ns ".svc.cluster.local:" port ";"
    }
    function location(host, how, path, does) {
      if ((host, how path) in taken) return
      taken[host, how path] = 1
      if (!(host in sites)) hosts[++count] = host
      sites[host] = sites[host] "    location " how path " { " does " }\n"
    }
    FNR == 1 { file++ }
    $1 == "C" && $3 == controller { classes[$2] = 1 }
    $1 == "S" { served[$2, $3, $4] = 1; named[$2, $3, $5] = $4 }
    $1 == "E" { ready[$2, $3] = 1 }
    file == 1 { next }
    $1 == "I" {
      space = $2
      ours = $6 != "-" ? $6 == class : $5 == "-" ? classless : $5 in classes
      if (ours) print space, $3, $4, $7 >"/tmp/ours"
    }
    # What would be more than a path in the configuration is left out, as strict-validate-path-type has it.
    $1 == "R" && (NF > 6 || $4 !~ /^\/[A-Za-z0-9._\/-]*$/) { next }
    $1 == "R" && ours {
      does = to(space, $5, $6)
      if ($3 == "Prefix" && $4 != "/") {
        sub("/$", "", $4)
        location($2, "= ", $4, does)
        $4 = $4 "/"
      }
      location($2, $3 == "Exact" ? "= " : "", $4, does)
    }
    END {
      print "events {}\nhttp {"
      print "  server {\n    listen 10254;\n    location / { return 404; }\n    location = /healthz { return 200 ok; }\n  }"
      location("*", "", "/", "return 404;")
      location("*", "= ", "/healthz", "return 200;")
      for (i = 1; i <= count; i++) {
        host = hosts[i]
        location(host, "", "/", "return 404;")
        print "  server {\n    listen 80" (host == "*" ? " default_server" : ";\n    server_name " host) ";\n" sites[host] "  }"
      }
      print "}"
    }' /tmp/all /tmp/all >/tmp/conf
  if ! cmp -s /tmp/conf $conf 2>/dev/null; then
    cp /tmp/conf $conf
    if [ -f /run/nginx.pid ]; then nginx -s reload; else nginx & fi
  fi
  [ -f /tmp/ours ] || return
  at=$(address)
  while read -r ns name uid is; do
    case $seen in
    *" $uid "*) ;;
    *)
      seen="$seen$uid "
      kubectl get ingress -n $ns $name -o go-template='{"apiVersion":"v1","kind":"Event","metadata":{"generateName":"{{.metadata.name}}.","namespace":"{{.metadata.namespace}}"},"type":"Normal","reason":"Sync","message":"Scheduled for sync","count":1,"source":{"component":"nginx-ingress-controller"},"involvedObject":{"apiVersion":"networking.k8s.io/v1","kind":"Ingress","name":"{{.metadata.name}}","namespace":"{{.metadata.namespace}}","uid":"{{.metadata.uid}}","resourceVersion":"{{.metadata.resourceVersion}}"}}' |
        jq -c ". + {firstTimestamp: \"$(date -u +%FT%TZ)\", lastTimestamp: \"$(date -u +%FT%TZ)\"}" | kubectl create -f - >/dev/null
      ;;
    esac
    [ "$is" = "${at:--}" ] ||
      kubectl get ingress -n $ns $name -o json | jq -c ".status = {loadBalancer: {ingress: [{ip: \"$at\"}]}}" |
      kubectl replace --subresource=status -f - >/dev/null
  done </tmp/ours
  rm /tmp/ours
}
echo 'NGINX Ingress controller'
trap 'nginx -s quit; exit' TERM
sync
for kind in ingressclasses ingresses services endpointslices; do
  kubectl get $kind -A --watch-only --no-headers 2>/dev/null &
done | while read -r _; do
  # What changes with it is seen to with it.
  for more in 1 2 3 4 5 6 7 8 9; do read -t 0.2 -r _ || break; done
  sync
done &
wait
