# Rules in CEL: read with the definition, asked of every object that is written.
#file crd.yaml
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: crontabs.stable.example.com
spec:
  group: stable.example.com
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          x-kubernetes-validations:
            - rule: "self.metadata.name.startsWith(self.spec.prefix)"
              messageExpression: "'the name must start with ' + self.spec.prefix"
          properties:
            spec:
              type: object
              required: [minReplicas, maxReplicas]
              x-kubernetes-validations:
                - rule: "self.minReplicas <= self.replicas"
                  message: "replicas should be greater than or equal to minReplicas."
                - rule: "self.replicas <= self.maxReplicas"
                  message: "replicas should be smaller than or equal to maxReplicas."
                  fieldPath: .replicas
                  reason: FieldValueForbidden
              properties:
                prefix:
                  type: string
                  default: my-
                  maxLength: 20
                  x-kubernetes-validations:
                    - {rule: "self == oldSelf", message: "prefix is immutable"}
                minReplicas: {type: integer}
                replicas: {type: integer, default: 3}
                maxReplicas: {type: integer}
            status:
              type: object
              properties:
                replicas: {type: integer, x-kubernetes-validations: [{rule: "self >= 0"}]}
      subresources: {status: {}}
  scope: Namespaced
  names: {plural: crontabs, singular: crontab, kind: CronTab, shortNames: [ct]}
#end
#file wrong.yaml
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: wrongs.stable.example.com
spec:
  group: stable.example.com
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec:
              type: object
              x-kubernetes-validations:
                - {rule: "self.replica > 0"}
                - {rule: "self.replicas >"}
                - {rule: "self.hosts.all(h, self.hosts.exists_one(o, h == o))"}
              properties:
                replicas: {type: integer}
                hosts: {type: array, items: {type: string}}
  scope: Namespaced
  names: {plural: wrongs, kind: Wrong}
#end
#file ct.yaml
apiVersion: stable.example.com/v1
kind: CronTab
metadata:
  name: my-cron
spec: {minReplicas: 1, maxReplicas: 5}
#end
kubectl apply -f wrong.yaml
kubectl apply -f crd.yaml
kubectl apply -f ct.yaml
kubectl patch ct my-cron --type merge -p '{"spec":{"replicas":7}}'
kubectl patch ct my-cron --type merge -p '{"spec":{"minReplicas":4,"prefix":"m"}}'
kubectl patch ct my-cron --type merge -p '{"spec":{"minReplicas":"four"}}'
kubectl patch ct my-cron --subresource status --type merge -p '{"status":{"replicas":-1}}'
sed s/my-cron/his-cron/ ct.yaml | kubectl create -f -
kubectl patch crd crontabs.stable.example.com --type json -p '[{"op":"add","path":"/spec/versions/0/schema/openAPIV3Schema/properties/spec/x-kubernetes-validations/-","value":{"rule":"self.maxReplicas > 5"}}]'
kubectl label ct my-cron a=b
kubectl patch ct my-cron --type merge -p '{"spec":{"replicas":4}}'
kubectl describe crd crontabs.stable.example.com | grep -A5 "Validations:"
