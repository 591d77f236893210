# The core group's events, as events.k8s.io shows them.
kubectl run a --image=nginx > /dev/null; sleep 3; kubectl get events.events.k8s.io --field-selector reason!=RegisteredNode
kubectl get events.events.k8s.io -o jsonpath='{range .items[?(@.reason=="Pulling")]}{.note} {.regarding.fieldPath} {.reportingController} {.deprecatedSource} {.deprecatedCount} {.eventTime}{"\n"}{end}'
kubectl get events.events.k8s.io -o jsonpath='{range .items[?(@.reason=="Scheduled")]}{.apiVersion} {.action} {.note} {.reportingController} {.eventTime}{"\n"}{end}'
kubectl get events.events.k8s.io absent; kubectl get events.events.k8s.io -o name | wc -l; kubectl get events -o name | wc -l
# They are the same objects, whichever group asks.
#file mine.yaml
apiVersion: events.k8s.io/v1
kind: Event
metadata: {name: mine}
eventTime: "2026-01-01T00:00:00.000000Z"
reportingController: example.com/c
reportingInstance: x
action: Do
reason: Because
regarding: {kind: Pod, name: a, namespace: default}
note: hello
type: Normal
#end
kubectl create -f mine.yaml; kubectl create -f mine.yaml; kubectl get event mine; kubectl annotate events.v1.events.k8s.io mine a=b; kubectl get event mine -o jsonpath='{.apiVersion} {.message} {.metadata.annotations}{"\n"}'
kubectl get events.v1.events.k8s.io --watch-only --request-timeout=2s & sleep 0.5; kubectl delete events.v1.events.k8s.io mine; kubectl delete pod a --wait=false; sleep 3
kubectl delete events.v1.events.k8s.io --all | wc -l; kubectl get events; kubectl delete events.v1.events.k8s.io absent
