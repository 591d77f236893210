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
# What is made or changed there is looked at more closely.
kubectl patch events.v1.events.k8s.io mine --type=merge -p '{"note":"new","type":"Odd"}'; kubectl patch event mine --type=merge -p '{"message":"new"}'; kubectl apply --server-side --field-manager=me -f mine.yaml --force-conflicts; kubectl apply --server-side -f <(sed s/mine/other/ mine.yaml); kubectl get event other -o name; kubectl delete event other
sed 's/^type.*//; s/^eventTime.*/deprecatedCount: 2/; s/mine/odd/' mine.yaml | kubectl create -f -; sed 's/^reportingController.*//; s/mine/odd/; s/^type.*/series: {count: 1}/' mine.yaml | kubectl create -f -
sed 's/^type.*/type: Odd/; s/mine/odd/' mine.yaml | kubectl apply --server-side -f -; kubectl get event odd; sed 's/^type.*/type: Odd/' mine.yaml | kubectl apply --server-side --force-conflicts -f -
# What a component of the control plane tells has no instance.
kubectl annotate events.v1.events.k8s.io -l '!x' a=b | sed 's/\..*//'; echo '{apiVersion: v1, kind: Event, metadata: {name: plain}, involvedObject: {kind: Pod, name: a, namespace: default}, reason: R, type: Normal}' | kubectl create -f -; kubectl annotate events.v1.events.k8s.io plain a=b; kubectl delete event plain
kubectl get events.v1.events.k8s.io --watch-only --request-timeout=2s & sleep 0.5; kubectl delete events.v1.events.k8s.io mine; kubectl delete pod a --wait=false; sleep 3
kubectl delete events.v1.events.k8s.io --all | wc -l; kubectl get events; kubectl delete events.v1.events.k8s.io absent
kubectl explain ingresses.networking.k8s.io.spec.rules | head -4; kubectl explain deployment.apps.spec; kubectl explain events --api-version=events.k8s.io/v1 | head -2; kubectl explain events.events.k8s.io.note
