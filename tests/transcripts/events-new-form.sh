# The core group's events, as events.k8s.io shows them.
kubectl run a --image=nginx > /dev/null; sleep 3; kubectl get events.events.k8s.io --field-selector reason!=RegisteredNode
kubectl get events.events.k8s.io -o jsonpath='{range .items[?(@.reason=="Pulling")]}{.note} {.regarding.fieldPath} {.reportingController} {.deprecatedSource} {.deprecatedCount} {.eventTime}{"\n"}{end}'
kubectl get events.events.k8s.io -o jsonpath='{range .items[?(@.reason=="Scheduled")]}{.apiVersion} {.action} {.note} {.reportingController} {.eventTime}{"\n"}{end}'
kubectl get events.events.k8s.io absent; kubectl get events.events.k8s.io -o name | wc -l; kubectl get events -o name | wc -l
