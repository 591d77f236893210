#! What the chapter types besides: a node's label by its file, an autoscaler by a command, a rolling update by an image alone.
#session {"kubectl": "1.3", "nodes": [{"metadata": {"name": "k8s-node-1"}}, {"metadata": {"name": "k8s-node-2"}}], "controller_manager": ["--horizontal-pod-autoscaler-sync-period=30s"]}
kubectl label nodes k8s-node-1 zone=north
kubectl get nodes -L zone
kubectl get node k8s-node-2 -o yaml | sed 's/^  labels:/&\n    zone: north/' > node.yaml
kubectl replace -f node.yaml
kubectl get nodes -L zone
kubectl create -f redis-master-controller-v1.yaml
sleep 4
kubectl rolling-update redis-master --image=redis-master:2.0
kubectl get rc -o wide
kubectl create -f php-apache-rc.yaml
kubectl create -f php-apache-svc.yaml
kubectl autoscale rc php-apache --min=1 --max=10 --cpu-percent=50
sleep 65
kubectl get hpa
unset KUBARIUM_KUBECTL
kubectl autoscale rc redis-master --min=1 --max=10 --cpu-percent=50
kubectl get hpa redis-master -o jsonpath='{.spec.metrics}{"\n"}'
