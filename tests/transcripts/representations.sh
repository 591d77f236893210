# What the API's answers are made of for those who ask for tables, for metadata, for YAML; and bodies in JSON and in YAML.
kubectl create configmap a --from-literal=x=y
kubectl proxy &
curl -s -H 'Accept: application/json;as=Table;g=meta.k8s.io;v=v1' 'localhost:8001/apis/apps/v1/deployments'
curl -s -H 'Accept: application/json;as=Table;g=meta.k8s.io;v=v1, application/json' 'localhost:8001/api/v1/namespaces/default/configmaps/a?includeObject=None' | tail -n 12
curl -s -H 'Accept: application/json;as=Table;g=meta.k8s.io;v=v1' 'localhost:8001/api/v1/namespaces/default/configmaps?includeObject=x' | grep message
curl -s -H 'Accept: application/json;as=Table;g=meta.k8s.io;v=v1' 'localhost:8001/api/v1/namespaces/default/configmaps/b' | grep message
curl -s -H 'Accept: application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1' 'localhost:8001/api/v1/namespaces/default/configmaps/a'
curl -s -H 'Accept: application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1' 'localhost:8001/api/v1/namespaces' | head -n 8
curl -s -H 'Accept: application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1' 'localhost:8001/api/v1/namespaces/default/configmaps' | grep message
curl -s -H 'Accept: application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1' 'localhost:8001/api/v1/namespaces/default/configmaps/a' | grep message
curl -s -H 'Accept: application/json;as=Sheet;g=meta.k8s.io;v=v1' 'localhost:8001/api/v1/namespaces/default/configmaps/a' | grep message
curl -s -H 'Accept: text/html' 'localhost:8001/api/v1/namespaces/default/configmaps/a' | grep message
curl -si -H 'Accept: application/yaml' 'localhost:8001/api/v1/namespaces/default/configmaps/a'
curl -s -H 'Accept: application/json;as=Table;g=meta.k8s.io;v=v1' 'localhost:8001/api/v1/namespaces/default/configmaps?watch=1&timeoutSeconds=3&allowWatchBookmarks=1&includeObject=None'
curl -s -H 'Accept: application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1' 'localhost:8001/api/v1/namespaces/default/configmaps?watch=1&timeoutSeconds=3&fieldSelector=metadata.name=a'
# Bodies.
curl -s 'localhost:8001/api/v1/namespaces/default/configmaps' -d '{"metadata":{"name":"n"}}' | grep message
curl -s 'localhost:8001/api/v1/namespaces/default/configmaps' -H 'Content-Type: application/json; charset=utf-8' -d '{"metadata":{"name":"n"}}' | grep '"name"'
curl -s 'localhost:8001/api/v1/namespaces/default/configmaps' -H 'Content-Type: application/yaml' -d 'metadata: {name: yy}' | grep '"name"'
curl -s 'localhost:8001/api/v1/namespaces/default/configmaps' -H 'Content-Type: application/yaml' -d 'a: b: c' | grep message
curl -s 'localhost:8001/api/v1/namespaces/default/configmaps' -H 'Content-Type: application/json' -d '{"metadata":' | grep message
curl -s 'localhost:8001/api/v1/namespaces/default/configmaps' -H 'Content-Type: application/json' -X POST | grep message
curl -s 'localhost:8001/api/v1/namespaces/default/configmaps/s?fieldManager=me' -X PATCH -H 'Content-Type: application/apply-patch+yaml' -d '{apiVersion: v1, kind: ConfigMap, metadata: {name: s}, data: {k: v}}' | grep '"k"'
curl -s 'localhost:8001/api/v1/namespaces/default/configmaps/s?fieldManager=me' -X PATCH -H 'Content-Type: application/apply-patch+yaml' -d 'a: b: c' | grep message
curl -s 'localhost:8001/api/v1/namespaces/default/configmaps/s' -X PATCH -H 'Content-Type: application/merge-patch+json' -d '{"data":' | grep message
curl -s 'localhost:8001/api/v1/namespaces/default/configmaps/s' -X PATCH -H 'Content-Type: application/strategic-merge-patch+json' -d '{"data":' | grep message
curl -s 'localhost:8001/api/v1/namespaces/default/configmaps/s' -X PATCH -H 'Content-Type: application/json' -d '{"data":{}}' | grep message
curl -s 'localhost:8001/api/v1/namespaces/default/configmaps/s' -X DELETE -d '{}' | grep message
curl -s 'localhost:8001/api/v1/namespaces/default/configmaps/s' -X DELETE -H 'Content-Type: application/json' -d '{x' | grep message
curl -s 'localhost:8001/api/v1/namespaces/default/configmaps/s' -X DELETE -H 'Content-Type: application/yaml' -d 'gracePeriodSeconds: 3' | grep Success
curl -s localhost:8001/version/ | grep gitVersion
