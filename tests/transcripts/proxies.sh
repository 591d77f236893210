# Files that `kubectl proxy` serves, and what its filter keeps out.
mkdir -p site/sub; echo '<h1>hi</h1>' > site/index.html; echo x > site/sub/a.txt
(kubectl proxy --www=site --port=8011 & sleep 1; for P in static/ static/sub/ static/sub/a.txt static/no api/v1/namespaces/default/pods/x/exec; do curl -s localhost:8011/$P; done; curl -s -H 'Host: evil' localhost:8011/version; kill %1)
(kubectl proxy --api-prefix=/k8s-api --port=8012 --reject-methods=POST,DELETE --reject-paths=^/apis & sleep 1; for P in k8s-api/api version k8s-api/apis; do curl -s localhost:8012/$P | head -2; done; curl -s -X POST localhost:8012/k8s-api/api/v1/namespaces; kill %1)
timeout 1 kubectl proxy --disable-filter --www=nope --port=8013
kubectl proxy --accept-paths='('
kubectl proxy --unix-socket=x --port=3
