# The first application of the basics: what it says, its next version, and one that no registry has.
kubectl create deployment app --image=gcr.io/google-samples/kubernetes-bootcamp:v1
sleep 2; kubectl exec deploy/app -- bash -c 'curl -s localhost:8080; head -2 server.js'
kubectl logs deploy/app
kubectl set image deploy/app kubernetes-bootcamp=docker.io/jocatalin/kubernetes-bootcamp:v2; kubectl rollout status deploy/app | tail -1
sleep 35; kubectl exec deploy/app -- curl -s localhost:8080
kubectl set image deploy/app kubernetes-bootcamp=gcr.io/google-samples/kubernetes-bootcamp:v10; sleep 20; kubectl get pods
kubectl get events --field-selector reason=Failed -o custom-columns=MESSAGE:.message
kubectl rollout undo deploy/app; sleep 2; kubectl get deploy
kubectl create deployment odd --image=nginx:1.161; sleep 3; kubectl get pods -l app=odd
