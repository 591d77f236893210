# A port of the workstation that leads to a pod.
kubectl run web --image=nginx --port=80
kubectl expose pod web --port=8000 --target-port=80
sleep 3
curl -s localhost:8080
kubectl port-forward web 8080:80 & sleep 1; curl -s localhost:8080 | head -4; kill %1; wait
timeout 2 kubectl port-forward service/web 9000:8000 & sleep 1; wget -qO- http://127.0.0.1:9000 | head -1
kubectl port-forward svc/web 81
kubectl port-forward pod/web x
kubectl port-forward nothing 80
timeout 2 kubectl port-forward web 8081:80 --address 0.0.0.0 & sleep 1; curl -s localhost:8081 | head -1; kubectl port-forward web 8081:80 --address ::1,10.0.0.1; wait
kubectl port-forward web 8082:80 --address here
