# A log that is followed is asked for again each second while the server refuses it, for as long as a pod may take to run.
kubectl run web --image=nginx; kubectl logs -f web > log & sleep 5; kill %1; grep -c ready log
kubectl run slow --image=nosuch/image; sleep 1; kubectl logs -f slow --pod-running-timeout=3s
kubectl logs slow
kubectl logs -f web -c absent --pod-running-timeout=1s
kubectl logs -f slow --ignore-errors
