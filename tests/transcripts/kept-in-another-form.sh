# What is kept in the form of another group, or by nobody because the server makes it, is found by all commands alike.
#file event.yaml
apiVersion: events.k8s.io/v1
kind: Event
metadata: {name: e}
regarding: {kind: Pod, namespace: default, name: p, apiVersion: v1}
reason: Because
action: Acted
note: hello
reportingController: a.b/c
reportingInstance: c-1
eventTime: "2026-01-01T00:00:00.000000Z"
type: Normal
#end
kubectl create -f event.yaml
kubectl diff -f event.yaml; echo $?
kubectl wait events.v1.events.k8s.io/e --for=jsonpath='{.note}'=hello --timeout=1s
kubectl get flowschema exempt -o yaml | kubectl diff -f -; echo $?
kubectl get servicecidr kubernetes -o yaml | kubectl diff -f -; echo $?
kubectl wait apiservice/v1.apps --for=condition=Available --timeout=1s
