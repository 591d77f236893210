# What definitions may say of how their objects are selected and warned of, and what items of sets are.
#file customresourcedefinition-0.yaml
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: boats.fleet.example.com}
spec:
  group: fleet.example.com
  scope: Namespaced
  names: {plural: boats, singular: boat, kind: Boat, listKind: BoatList}
  conversion: {strategy: None, webhook: {conversionReviewVersions: []}}
  versions:
  - name: v1
    served: true
    storage: true
    deprecated: true
    deprecationWarning: ""
    schema:
      openAPIV3Schema:
        type: object
        properties:
          metadata: {type: object, properties: {name: {type: string}}}
          spec:
            type: object
            properties:
              flag: {type: string}
              crew: {type: integer}
              masts: {type: array, items: {type: string}}
              marks: {type: object, additionalProperties: {type: boolean}}
    selectableFields:
    - {jsonPath: ""}
    - {jsonPath: spec.flag}
    - {jsonPath: .spec}
    - {jsonPath: .spec.}
    - {jsonPath: .spec.sail}
    - {jsonPath: .spec.masts}
    - {jsonPath: ".spec.masts[0]"}
    - {jsonPath: .spec.flag.colour}
    - {jsonPath: .spec.marks.red}
    - {jsonPath: .metadata.name}
    - {jsonPath: .spec.flag}
    - {jsonPath: .spec.flag}
#end
#file customresourcedefinition-1.yaml
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: boats.fleet.example.com}
spec:
  group: fleet.example.com
  scope: Namespaced
  names: {plural: boats, singular: boat, kind: Boat, listKind: BoatList}
  versions:
  - name: v1
    served: true
    storage: true
    schema: &s
      openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {a: {type: string}, b: {type: string}, c: {type: string}, d: {type: string}, e: {type: string}, f: {type: string}, g: {type: string}, h: {type: string}, i: {type: string}}}}}
    selectableFields: [{jsonPath: .spec.a}, {jsonPath: .spec.b}, {jsonPath: .spec.c}, {jsonPath: .spec.d}, {jsonPath: .spec.e}, {jsonPath: .spec.f}, {jsonPath: .spec.g}, {jsonPath: .spec.h}, {jsonPath: .spec.i}]
  - name: v2
    served: true
    storage: false
    deprecated: true
    deprecationWarning: "two\tparts"
    schema: *s
    selectableFields: [{jsonPath: .spec.z}]
#end
#file customresourcedefinition-2.yaml
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: boats.fleet.example.com}
spec:
  group: fleet.example.com
  scope: Namespaced
  names: {plural: boats, singular: boat, kind: Boat, listKind: BoatList}
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {a: {type: string}}}}}
    selectableFields: [{jsonPath: .spec.a}]
  - name: v2
    served: true
    storage: false
    schema:
      openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {a: {type: string}, b: {type: string}}}}}
    selectableFields: [{jsonPath: .spec.a}]
#end
#file customresourcedefinition-3.yaml
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: boats.fleet.example.com}
spec:
  group: fleet.example.com
  scope: Namespaced
  names: {plural: boats, singular: boat, kind: Boat, listKind: BoatList}
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {a: {type: string}}}}}
    selectableFields: [{jsonPath: .spec.a}]
  - name: v2
    served: true
    storage: false
    selectableFields: [{jsonPath: .spec.b}]
#end
#file customresourcedefinition-4.yaml
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: boats.fleet.example.com}
spec:
  group: fleet.example.com
  scope: Namespaced
  names: {plural: boats, singular: boat, kind: Boat, listKind: BoatList}
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
            properties:
              crew: {type: array, x-kubernetes-list-type: set, items: {type: object, properties: {name: {type: string}}}}
              lines: {type: array, x-kubernetes-list-type: set, items: {type: array, x-kubernetes-list-type: set, items: {type: string}}}
              marks: {type: array, x-kubernetes-list-type: set, items: {type: object, x-kubernetes-map-type: atomic, properties: {name: {type: string}}}}
#end
kubectl create -f customresourcedefinition-0.yaml
kubectl create -f customresourcedefinition-1.yaml
kubectl create -f customresourcedefinition-2.yaml
kubectl create -f customresourcedefinition-3.yaml
kubectl create -f customresourcedefinition-4.yaml
