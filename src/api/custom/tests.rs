//! Schemas against objects, and definitions against the rules for definitions.

use super::*;
use crate::api::{Cause, decode, defaults, validation, yaml::decode_documents};
use crate::obj;

fn definition(schema: Value) -> Value {
    obj!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": {"name": "things.example.com"},
        "spec": {
            "group": "example.com", "scope": "Namespaced", "names": {"plural": "things", "kind": "Thing"},
            "versions": [{"name": "v1", "served": true, "storage": true, "schema": {"openAPIV3Schema": schema}}]
        }
    })
}

fn yaml(text: &str) -> Value {
    decode_documents(text).expect("yaml").into_iter().next().map(|d| d.value).unwrap_or_default()
}

fn kind(spec: &str) -> KindRef {
    let mut definition = definition(obj!({"type": "object", "properties": {"spec": yaml(spec)}}));
    let names = obj!({"plural": "things", "singular": "thing", "kind": "Thing", "listKind": "ThingList"});
    definition.set(&["status"], obj!({"acceptedNames": names, "conditions": [{"type": "Established", "status": "True"}]}));
    kind_of(&definition).expect("established")
}

fn texts(causes: Vec<Cause>) -> Vec<String> {
    causes.into_iter().map(|c| format!("{}: {}", c.field, c.message)).collect()
}

#[test]
fn versions_have_their_order() {
    let mut versions = ["v1", "foo10", "v10beta3", "v2", "v11alpha2", "v3beta1", "v10", "v11beta2", "v12alpha1", "foo1"];
    versions.order_by_key(|v| Reverse(priority(v)));
    assert_eq!(versions, ["v10", "v2", "v1", "v11beta2", "v10beta3", "v3beta1", "v12alpha1", "v11alpha2", "foo1", "foo10"]);
}

#[test]
fn equal_definitions_are_one_row() {
    let row = kind("{type: object}");
    assert!(std::ptr::eq(row, kind("{type: object}")));
    let other = kind("{type: object, properties: {a: {type: string}}}");
    assert!(!std::ptr::eq(row, other) && row == other);
    assert!(row > Kind::named("VolumeAttributesClass") && row != Kind::named("Pod"));
}

#[test]
fn values_are_checked() {
    for (schema, value, want) in [
        ("{type: integer, minimum: 2, maximum: 5}", "7", vec!["spec: Invalid value: 7: spec in body should be less than or equal to 5"]),
        ("{type: integer, minimum: 2, exclusiveMinimum: true}", "2", vec!["spec: Invalid value: 2: spec in body should be greater than 2"]),
        ("{type: number, multipleOf: 0.5}", "1.25", vec!["spec: Invalid value: 1.25: spec in body should be a multiple of 0.5"]),
        ("{type: integer}", "1.5", vec!["spec: Invalid value: \"number\": spec in body must be of type integer: \"number\""]),
        ("{type: number}", "1", vec![]),
        ("{type: boolean}", "'true'", vec!["spec: Invalid value: \"string\": spec in body must be of type boolean: \"string\""]),
        ("{type: string, nullable: true}", "null", vec![]),
        ("{type: string, minLength: 3}", "ab", vec!["spec: Invalid value: \"ab\": spec in body should be at least 3 chars long"]),
        ("{type: string, maxLength: 1}", "ab", vec!["spec: Too long: may not be more than 1 bytes"]),
        ("{type: string, pattern: '^a$'}", "b", vec!["spec: Invalid value: \"b\": spec in body should match '^a$'"]),
        (
            "{type: string, format: date-time}",
            "today",
            vec!["spec: Invalid value: \"today\": spec in body must be of type date-time: \"today\""],
        ),
        ("{type: string, format: ipv4}", "10.0.0.1", vec![]),
        ("{type: string, format: my-own}", "x", vec![]),
        ("{type: string, enum: [a, b]}", "c", vec!["spec: Unsupported value: \"c\": supported values: \"a\", \"b\""]),
        (
            "{type: array, minItems: 1, items: {type: string}}",
            "[]",
            vec!["spec: Invalid value: 0: spec in body should have at least 1 items"],
        ),
        ("{type: array, maxItems: 1, items: {type: string}}", "[a, b]", vec!["spec: Too many: 2: must have at most 1 items"]),
        ("{type: array, x-kubernetes-list-type: set, items: {type: string}}", "[a, b, a]", vec!["spec[2]: Duplicate value: \"a\""]),
        ("{x-kubernetes-int-or-string: true}", "50%", vec![]),
        (
            "{x-kubernetes-int-or-string: true}",
            "true",
            vec!["spec: Invalid value: \"boolean\": spec in body must be of type integer,string: \"boolean\""],
        ),
        (
            "{type: object, required: [a, b], properties: {a: {type: string}, b: {type: string}}}",
            "{a: 1}",
            vec!["spec.a: Invalid value: \"integer\": spec.a in body must be of type string: \"integer\"", "spec.b: Required value"],
        ),
        (
            "{type: object, additionalProperties: {type: integer}}",
            "{x: z}",
            vec!["spec.x: Invalid value: \"string\": spec.x in body must be of type integer: \"string\""],
        ),
        (
            "{type: object, properties: {a: {type: string}, b: {type: string}}, oneOf: [{required: [a]}, {required: [b]}]}",
            "{}",
            vec![
                "<nil>: Invalid value: \"\": \"spec\" must validate one and only one schema (oneOf). Found none valid",
                "spec.a: Required value",
            ],
        ),
        (
            "{type: object, properties: {a: {type: string}, b: {type: string}}, oneOf: [{required: [a]}, {required: [b]}]}",
            "{a: x, b: x}",
            vec!["<nil>: Invalid value: \"\": \"spec\" must validate one and only one schema (oneOf). Found 2 valid alternatives"],
        ),
        ("{type: string, not: {enum: [root]}}", "root", vec!["<nil>: Invalid value: \"\": \"spec\" must not validate the schema (not)"]),
    ] {
        let kind = kind(schema);
        let object = obj!({"metadata": {"name": "x"}, "spec": yaml(value)});
        let custom = kind.custom.as_ref().expect("custom");
        assert_eq!(texts(check(kind, custom, &object, None)), want, "{schema} {value}");
        // What was wrong before and is left alone stays.
        assert!(check(kind, custom, &object, Some(&object)).is_empty(), "{schema} {value}");
    }
}

#[test]
fn objects_take_the_schema_s_shape() {
    let kind = kind(
        "{type: object, properties: {a: {type: string, default: x}, n: {type: integer}, free: {type: object, x-kubernetes-preserve-unknown-fields: true}, \
          list: {type: array, items: {type: object, properties: {b: {type: string, default: y}}}}, map: {type: object, additionalProperties: {type: string}}}}",
    );
    let body = yaml(
        "{apiVersion: example.com/v1, kind: Thing, metadata: {name: t, colour: red}, spec: {n: null, z: 1, free: {q: 1}, list: [{c: 1}], map: {k: v}}}",
    );
    let (mut read, strict) = decode::decode(kind, body).expect("an object");
    defaults::apply(kind, &mut read);
    let want = yaml("{a: x, free: {q: 1}, list: [{b: y}], map: {k: v}}");
    assert_eq!(read.get("spec"), &want);
    let unknown: Vec<&str> = strict.iter().map(|e| e.path.as_str()).collect();
    assert_eq!(unknown, ["metadata.colour", "spec.list[0].c", "spec.z"]);
}

#[test]
fn definitions_are_checked() {
    let kind = Kind::named("CustomResourceDefinition");
    let wrong = |change: &dyn Fn(&mut Value)| {
        let mut object = definition(obj!({"type": "object", "properties": {"spec": {"type": "object"}}}));
        change(&mut object);
        defaults::apply(kind, &mut object);
        texts(validation::create(kind, &object))
    };
    assert_eq!(wrong(&|_| {}), Vec::<String>::new());
    assert_eq!(
        wrong(&|o| o.set(&["metadata", "name"], "thing.example.com")),
        ["metadata.name: Invalid value: \"thing.example.com\": must be spec.names.plural+\".\"+spec.group"]
    );
    assert_eq!(
        wrong(&|o| o.set(&["spec", "scope"], "Everywhere")),
        ["spec.scope: Unsupported value: \"Everywhere\": supported values: \"Cluster\", \"Namespaced\""]
    );
    assert_eq!(
        wrong(&|o| o.set(&["spec", "names", "shortNames"], obj!(["T"]))),
        [
            "spec.names.shortNames[0]: Invalid value: \"T\": a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')"
        ]
    );
    assert_eq!(
        wrong(&|o| o.at_mut(&["spec", "versions"]).list_mut()[0].set(&["storage"], false)),
        [
            "spec.versions: Invalid value: [{\"Name\":\"v1\",\"Served\":true,\"Storage\":false,\"Deprecated\":false,\"DeprecationWarning\":null,\"Schema\":null,\"Subresources\":null,\"AdditionalPrinterColumns\":null,\"SelectableFields\":null}]: must have exactly one version marked as storage version"
        ]
    );
    assert_eq!(
        wrong(&|o| {
            o.at_mut(&["spec", "versions"]).list_mut()[0].remove(&["schema"]);
        }),
        ["spec.versions[0].schema.openAPIV3Schema: Required value"]
    );
    let schema =
        |text: &'static str| wrong(&move |o| o.at_mut(&["spec", "versions"]).list_mut()[0].set(&["schema", "openAPIV3Schema"], yaml(text)));
    const AT: &str = "spec.validation.openAPIV3Schema";
    for (text, want) in [
        ("{properties: {spec: {type: object}}}", vec!["type: Required value: must not be empty at the root"]),
        (
            "{type: object, properties: {spec: {}}}",
            vec!["properties[spec].type: Required value: must not be empty for specified object fields"],
        ),
        ("{type: object, properties: {l: {type: array}}}", vec!["properties[l].items: Required value: must be specified"]),
        (
            "{type: object, properties: {s: {type: text}}}",
            vec![
                "properties[s].type: Unsupported value: \"text\": supported values: \"array\", \"boolean\", \"integer\", \"number\", \"object\", \"string\"",
            ],
        ),
        (
            "{type: object, properties: {s: {type: integer, default: x}}}",
            vec!["properties[s].default: Invalid value: \"string\":  in body must be of type integer: \"string\""],
        ),
        (
            "{type: object, properties: {s: {type: string, pattern: '('}}}",
            vec![
                "properties[s].pattern: Invalid value: \"(\": must be a valid regular expression, but isn't: error parsing regexp: missing closing ): `(`",
            ],
        ),
        (
            "{type: object, oneOf: [{required: [a], properties: {a: {}}}]}",
            vec!["properties[a]: Required value: because it is defined in spec.validation.openAPIV3Schema.oneOf[0].properties[a]"],
        ),
        (
            "{type: object, properties: {l: {type: array, x-kubernetes-list-type: map, items: {type: object, properties: {k: {type: string}}}}}}",
            vec!["properties[l].x-kubernetes-list-map-keys: Required value: must not be empty if x-kubernetes-list-type is map"],
        ),
    ] {
        let want: Vec<String> = want.iter().map(|w| format!("{AT}.{w}")).collect();
        assert_eq!(schema(text), want, "{text}");
    }
}
