# What `run`, `attach` and `debug` say while they hold on to a container.
kubectl run never --image=busybox --restart=Never -it --rm -- sh -c 'echo hello; sleep 2; exit 3'
echo 'echo in; exit 4' | kubectl run piped --image=busybox --restart=Never -i --rm -- sh
kubectl run failing --image=busybox -i --rm -q --restart=OnFailure --pod-running-timeout=9s -- sh -c 'exit 1'
kubectl run web --image=nginx --port=80 --expose --labels=a=b
sleep 2; kubectl get svc web --show-labels
timeout 3 kubectl attach web -it
kubectl attach
kubectl attach a b c
kubectl exec -f x web ls
kubectl run bad --image=busybox --annotations=x --annotations=y
timeout 2 kubectl run waiting --image=missing -i --rm; kubectl get pods -o name
timeout 20 kubectl debug web --image=missing -i -c extra
# What is fetched with its whole path, and what is asked about once.
kubectl cp web:/etc/hostname name; cat name; kubectl exec web -- cp /etc/hostname /tmp/h; kubectl cp waiting:/x x
kubectl wait pod/web --for=condition=Nope --timeout=0; kubectl wait pod/web --for=delete --timeout=0
