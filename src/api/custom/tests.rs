//! Schemas against objects, and definitions against the rules for definitions.

use super::*;
use crate::api::{Cause, decode, defaults, kinds, validation, yaml::decode_documents};
use crate::obj;

fn definition(schema: Value) -> Value {
    obj!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": {"name": "things.example.com"},
        "spec": {
            "group": "example.com", "scope": "Namespaced", "names": {"plural": "things", "kind": "Thing"},
            "versions": [{"name": "v1", "served": true, "storage": true, "schema": {"openAPIV3Schema": schema}}]
        },
        "status": {"storedVersions": ["v1"]}
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
    assert!(row > kinds::VOLUME_ATTRIBUTES_CLASS && row != kinds::POD);
}

#[test]
fn values_are_checked() {
    for (schema, value, want) in [
        ("{type: integer, minimum: 2, maximum: 5}", "7", vec!["spec: Invalid value: 7: spec in body should be less than or equal to 5"]),
        ("{type: integer, minimum: 2, exclusiveMinimum: true}", "2", vec!["spec: Invalid value: 2: spec in body should be greater than 2"]),
        (
            "{type: number, maximum: 1000000}",
            "2000000",
            vec!["spec: Invalid value: 2000000: spec in body should be less than or equal to 1000000"],
        ),
        (
            "{type: number, maximum: 1000000}",
            "2000000.5",
            vec!["spec: Invalid value: 2.0000005e+06: spec in body should be less than or equal to 1e+06"],
        ),
        ("{type: number, minimum: 0.5}", "0.25", vec!["spec: Invalid value: 0.25: spec in body should be greater than or equal to 0.5"]),
        ("{type: number, minimum: 0.5}", "0", vec![]),
        (
            "{type: number, enum: [1, 2.5, 1e20]}",
            "1e21",
            vec!["spec: Unsupported value: 1e+21: supported values: \"1\", \"2.5\", \"100000000000000000000\""],
        ),
        ("{type: number, multipleOf: 0.5}", "1.25", vec!["spec: Invalid value: 1.25: spec in body should be a multiple of 0.5"]),
        (
            "{type: integer}",
            "1.5",
            vec![
                "spec: Invalid value: \"number\": spec in body must be of type integer: \"number\"",
                "<nil>: Invalid value: \"\": Checked value must be of type integer (default format) in spec",
            ],
        ),
        (
            "{type: integer, format: int32}",
            "1.5",
            vec![
                "spec: Invalid value: \"float64\": spec in body must be of type int32: \"float64\"",
                "<nil>: Invalid value: \"\": Checked value must be of type integer with format int32 in spec",
            ],
        ),
        ("{type: integer}", "1.0", vec![]),
        ("{type: number, format: double}", "1e39", vec![]),
        (
            "{type: number, format: float}",
            "1e39",
            vec!["<nil>: Invalid value: \"\": Checked value must be of type number with format float in spec"],
        ),
        ("{type: number, minimum: 2}", "1.5", vec!["spec: Invalid value: 1.5: spec in body should be greater than or equal to 2"]),
        ("{type: string, format: duration}", "about 1 day", vec![]),
        (
            "{type: string, format: duration}",
            "1 cup",
            vec!["spec: Invalid value: \"1 cup\": spec in body must be of type duration: \"1 cup\""],
        ),
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
        let all = |old: Option<&Value>| {
            let mut causes = Vec::new();
            check(kind, custom, &object, old, &mut causes);
            texts(causes)
        };
        assert_eq!(all(None), want, "{schema} {value}");
        // What was wrong before and is left alone stays.
        assert!(all(Some(&object)).is_empty(), "{schema} {value}");
    }
    // What an object inside is must be said anyhow.
    let kind = kind("{type: object, x-kubernetes-embedded-resource: true, x-kubernetes-preserve-unknown-fields: true}");
    let (object, mut causes) = (obj!({"metadata": {"name": "x"}, "spec": {"kind": "Pod"}}), Vec::new());
    check(kind, kind.custom.as_ref().expect("custom"), &object, Some(&object), &mut causes);
    assert_eq!(texts(causes), ["spec.apiVersion: Required value"]);
    let kind = self::kind(
        "{additionalProperties: {type: object, x-kubernetes-embedded-resource: true, x-kubernetes-preserve-unknown-fields: true}}",
    );
    for (inner, want) in [
        ("{apiVersion: v1, kind: Pod, metadata: {labels: {a: b}, namespace: n}}", vec![]),
        (
            "{apiVersion: a/b/c, kind: 3}",
            vec!["apiVersion: Invalid value: \"a/b/c\": unexpected GroupVersion string: a/b/c", "kind: Invalid value: 3: must be a string"],
        ),
        (
            "{apiVersion: v1, kind: Pod, metadata: {name: a/b, namespace: n}}",
            vec!["metadata.name: Invalid value: \"a/b\": may not contain '/'"],
        ),
    ] {
        let object = obj!({"metadata": {"name": "x"}, "spec": {"p": yaml(inner)}});
        let mut causes = Vec::new();
        check(kind, kind.custom.as_ref().expect("custom"), &object, None, &mut causes);
        let want: Vec<String> = want.iter().map(|w| format!("spec[p].{w}")).list();
        assert_eq!(texts(causes), want, "{inner}");
    }
}

#[test]
fn objects_take_the_schema_s_shape() {
    let kind = kind(
        "{type: object, properties: {a: {type: string, default: x}, n: {type: integer}, free: {type: object, x-kubernetes-preserve-unknown-fields: true}, \
          frees: {type: array, x-kubernetes-preserve-unknown-fields: true, items: {type: object, properties: {d: {type: object}}}}, list: {type: array, items: {type: object, properties: {b: {type: string, default: y}}}}, map: {type: object, additionalProperties: {type: string}}}}",
    );
    let body = yaml(
        "{apiVersion: example.com/v1, kind: Thing, metadata: {name: t, colour: red}, spec: {n: null, z: 1, free: {q: 1}, frees: [{q: 1, d: {e: 1}}], \
          list: [{c: 1}], map: {k: v}}}",
    );
    let (mut read, strict) = decode::decode(kind, body).expect("an object");
    defaults::apply(kind, &mut read);
    let want = yaml("{a: x, free: {q: 1}, frees: [{q: 1, d: {}}], list: [{b: y}], map: {k: v}}");
    assert_eq!(read.get("spec"), &want);
    let unknown: Vec<&str> = strict.iter().map(|e| e.path.as_str()).collect();
    assert_eq!(unknown, ["metadata.colour", "spec.frees[0].d.e", "spec.list[0].c", "spec.z"]);
}

#[test]
fn definitions_are_checked() {
    let kind = kinds::CUSTOM_RESOURCE_DEFINITION;
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
    let conversion = |text: &'static str| wrong(&move |o| o.set(&["spec", "conversion"], yaml(text)));
    assert_eq!(
        conversion("{strategy: Webhook, webhook: {conversionReviewVersions: [v1], clientConfig: {url: 'https://a.b'}}}"),
        Vec::<String>::new()
    );
    assert_eq!(
        conversion("{strategy: Webhook}"),
        [
            "spec.conversion.webhookClientConfig: Required value: required when strategy is set to Webhook",
            "spec.conversion.conversionReviewVersions: Required value"
        ]
    );
    assert_eq!(
        conversion("{strategy: Webhook, webhook: {conversionReviewVersions: [v2, v2], clientConfig: {}}}"),
        [
            "spec.conversion.webhookClientConfig: Required value: exactly one of url or service is required",
            "spec.conversion.conversionReviewVersions[1]: Invalid value: \"v2\": duplicate version",
            "spec.conversion.conversionReviewVersions: Invalid value: [\"v2\",\"v2\"]: must include at least one of v1, v1beta1"
        ]
    );
    assert_eq!(
        conversion("{strategy: None, webhook: {conversionReviewVersions: [v1]}}"),
        ["spec.conversion.conversionReviewVersions: Forbidden: should not be set when strategy is not set to Webhook"]
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

/// A schema's rules against a new value, and against one that takes the place of another.
#[test]
fn rules_are_asked() {
    const TRANSITION: &str = "{type: object, properties: {a: {type: string, x-kubernetes-validations: [{rule: self == oldSelf, message: is fixed}]}, \
        list: {type: array, x-kubernetes-list-type: map, x-kubernetes-list-map-keys: [k], items: {type: object, required: [k], properties: {k: {type: string}, \
        v: {type: integer, x-kubernetes-validations: [{rule: self >= oldSelf}]}}}}, \
        map: {type: object, additionalProperties: {type: integer, x-kubernetes-validations: [{rule: self >= oldSelf}]}}}}";
    const KEPT: &str = "{type: object, properties: {a: {type: string, x-kubernetes-validations: [{rule: self.size() < 3}]}, b: {type: string}}, \
        x-kubernetes-validations: [{rule: has(self.b), reason: FieldValueRequired, fieldPath: .b, message: ' b is wanted '}]}";
    const OPTIONAL: &str = "{type: integer, x-kubernetes-validations: [{rule: 'oldSelf.hasValue() || self == 1', optionalOldSelf: true}, {rule: 'self > oldSelf.orValue(0)', optionalOldSelf: true}]}";
    const MESSAGES: &str = "{type: object, properties: {num: {type: integer}, m: {type: object, additionalProperties: {type: string}}, e: {type: string}}, x-kubernetes-validations: [\
        {rule: self.num < 5, messageExpression: '\"num is %d\".format([self.num])'}, {rule: self.num < 6, messageExpression: 'self.e', message: given}, \
        {rule: self.num < 7, messageExpression: '\" \"'}, {rule: self.num < 8, reason: FieldValueForbidden}, {rule: self.num < 9, reason: FieldValueDuplicate, fieldPath: .num}, \
        {rule: \"self.m['x'] == 'y'\", fieldPath: \".m['x']\"}, {rule: '1 / (self.num - 10) == 1'}]}";
    const EMBEDDED: &str = "{type: object, x-kubernetes-embedded-resource: true, x-kubernetes-preserve-unknown-fields: true, \
        x-kubernetes-validations: [{rule: \"self.kind == 'Pod' && self.metadata.name == 'x'\"}]}";
    for (schema, old, new, want) in [
        (TRANSITION, "", "{a: x, list: [{k: p, v: 1}], map: {q: 1}}", vec![]),
        (
            TRANSITION,
            "{a: x, list: [{k: o, v: 9}, {k: p, v: 5}], map: {q: 2, r: 1}}",
            "{a: z, list: [{k: p, v: 1}, {k: q, v: 0}], map: {q: 1, r: 1, s: 0}}",
            vec![
                "spec.a: Invalid value: \"z\": is fixed",
                "spec.list[0].v: Invalid value: 1: failed rule: self >= oldSelf",
                "spec.map[q]: Invalid value: 1: failed rule: self >= oldSelf",
            ],
        ),
        (
            KEPT,
            "",
            "{a: long}",
            vec!["spec.b: Required value: b is wanted", "spec.a: Invalid value: \"long\": failed rule: self.size() < 3"],
        ),
        // What is as it was stays, though the whole is not.
        (KEPT, "{a: long, b: x}", "{a: long, b: z}", vec![]),
        (KEPT, "{a: long, b: x}", "{a: longer, b: x}", vec!["spec.a: Invalid value: \"longer\": failed rule: self.size() < 3"]),
        (OPTIONAL, "", "2", vec!["spec: Invalid value: 2: failed rule: oldSelf.hasValue() || self == 1"]),
        (OPTIONAL, "2", "2", vec!["spec: Invalid value: 2: failed rule: self > oldSelf.orValue(0)"]),
        (OPTIONAL, "2", "3", vec![]),
        (
            MESSAGES,
            "",
            "{num: 10, m: {}}",
            vec![
                "spec: Invalid value: num is 10",
                "spec: Invalid value: given",
                "spec: Invalid value: failed rule: self.num < 7",
                "spec: Forbidden: failed rule: self.num < 8",
                "spec.num: Duplicate value",
                "spec: Invalid value: \"object\": no such key: x evaluating rule: self.m['x'] == 'y'",
                "spec: Invalid value: \"object\": division by zero evaluating rule: 1 / (self.num - 10) == 1",
            ],
        ),
        (
            MESSAGES,
            "",
            "{num: 1, m: {x: z}}",
            vec!["spec.m[x]: Invalid value: failed rule: self.m['x'] == 'y'", "spec: Invalid value: failed rule: 1 / (self.num - 10) == 1"],
        ),
        (EMBEDDED, "", "{apiVersion: v1, kind: Pod, metadata: {name: x}}", vec![]),
        (
            EMBEDDED,
            "",
            "{apiVersion: v1, kind: Pod, metadata: {name: z}}",
            vec!["spec: Invalid value: failed rule: self.kind == 'Pod' && self.metadata.name == 'x'"],
        ),
        (
            "{x-kubernetes-int-or-string: true, x-kubernetes-validations: [{rule: self > 5}]}",
            "",
            "ten",
            vec![
                "spec: Invalid value: \"\": 'no such overload': call arguments did not match a supported operator, function or macro signature for rule: self > 5",
            ],
        ),
        (
            "{type: array, items: {type: integer}, x-kubernetes-validations: [{rule: 'self.all(a, self.all(b, self.all(c, self.all(d, a + b + c + d >= 0))))', message: m}, {rule: 'false'}]}",
            "",
            "[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31,32,33,34,35,36,37,38,39,40]",
            vec![
                "spec: Invalid value: \"array\": 'operation cancelled: actual cost limit exceeded': no further validation rules will be run due to call cost exceeds limit for rule: m",
            ],
        ),
        (
            "{type: object, required: [b], properties: {b: {type: string}}, x-kubernetes-validations: [{rule: 'false'}]}",
            "",
            "{}",
            vec![
                "spec.b: Required value",
                "<nil>: Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation",
            ],
        ),
    ] {
        let kind = kind(schema);
        let object = |value: &str| obj!({"metadata": {"name": "x"}, "spec": yaml(value)});
        let custom = kind.custom.as_ref().expect("custom");
        let (old, new) = ((!old.is_empty()).then(|| object(old)), object(new));
        let mut causes = Vec::new();
        check(kind, custom, &new, old.as_ref(), &mut causes);
        assert_eq!(texts(causes), want, "{schema}");
    }
    let kept = kind(KEPT);
    let object = |value: &str| obj!({"spec": yaml(value)});
    let warned = warned(kept, kept.custom.as_ref().expect("custom"), &object("{a: long, b: z}"), &object("{a: long, b: x}"));
    assert_eq!(warned, ["spec.a: Invalid value: \"long\": failed rule: self.size() < 3"]);
}

#[test]
fn rules_of_definitions_are_read() {
    const AT: &str = "spec.validation.openAPIV3Schema.properties[spec]";
    let shown = |rule: &str| {
        format!(
            "{{\"Rule\":\"{rule}\",\"Message\":\"\",\"MessageExpression\":\"\",\"Reason\":null,\"FieldPath\":\"\",\"OptionalOldSelf\":null}}"
        )
    };
    for (schema, want) in [
        ("{type: object, x-kubernetes-validations: [{rule: 'true'}]}", vec![]),
        ("{type: object, x-kubernetes-validations: [{rule: ' '}]}", vec!["x-kubernetes-validations[0].rule: Required value: rule is not specified".to_owned()]),
        (
            "{type: object, x-kubernetes-validations: [{rule: \"true\\n&& true\"}, {rule: 'true', message: \"a\\nb\"}]}",
            vec![
                "x-kubernetes-validations[0].message: Required value: message must be specified if rule contains line breaks".to_owned(),
                "x-kubernetes-validations[1].message: Invalid value: \"a\\nb\": must not contain line breaks".to_owned(),
            ],
        ),
        (
            "{type: object, properties: {a: {type: string}}, x-kubernetes-validations: [{rule: self.a == 1}, {rule: self.a}]}",
            vec![
                format!(
                    "x-kubernetes-validations[0].rule: Invalid value: {}: compilation failed: ERROR: <input>:1:8: found no matching overload for '_==_' applied to '(string, int)'\n | self.a == 1\n | .......^",
                    shown("self.a == 1")
                ),
                format!("x-kubernetes-validations[1].rule: Invalid value: {}: cel expression must evaluate to a bool", shown("self.a")),
            ],
        ),
        (
            "{type: object, properties: {a: {type: string}}, x-kubernetes-validations: [{rule: 'true', reason: Bad, fieldPath: .b, optionalOldSelf: true}]}",
            vec![
                "x-kubernetes-validations[0].reason: Unsupported value: \"Bad\": supported values: \"FieldValueDuplicate\", \"FieldValueForbidden\", \"FieldValueInvalid\", \"FieldValueRequired\"".to_owned(),
                "x-kubernetes-validations[0].fieldPath: Invalid value: \".b\": must be a valid path".to_owned(),
            ],
        ),
        (
            "{type: object, x-kubernetes-validations: [{rule: 'true', optionalOldSelf: true}]}",
            vec!["x-kubernetes-validations[0].optionalOldSelf: Invalid value: true: may not be set if oldSelf is not used in rule".to_owned()],
        ),
        (
            "{type: array, items: {type: integer, x-kubernetes-validations: [{rule: self > oldSelf}]}}",
            vec![format!("items.x-kubernetes-validations[0].rule: Invalid value: \"self > oldSelf\": oldSelf cannot be used on the uncorrelatable portion of the schema within {AT}")],
        ),
        (
            "{type: object, x-kubernetes-map-type: atomic, properties: {a: {type: integer, x-kubernetes-validations: [{rule: self > oldSelf}]}}}",
            vec![format!("properties[a].x-kubernetes-validations[0].rule: Invalid value: \"self > oldSelf\": oldSelf cannot be used on the uncorrelatable portion of the schema within {AT}")],
        ),
        (
            "{type: array, items: {type: string}, x-kubernetes-validations: [{rule: 'self.all(x, self.exists(y, x == y))'}]}",
            vec![
                "x-kubernetes-validations[0].rule: Forbidden: estimated rule cost exceeds budget by factor of more than 100x (try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared)".to_owned(),
                "x-kubernetes-validations[0].rule: Forbidden: contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema".to_owned(),
                "!x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema exceeds budget by factor of more than 100x (try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared)".to_owned(),
            ],
        ),
        ("{type: integer, default: 3, x-kubernetes-validations: [{rule: self > 5}]}", vec!["default: Invalid value: 3: failed rule: self > 5".to_owned()]),
    ] {
        let kind = kinds::CUSTOM_RESOURCE_DEFINITION;
        let mut object = definition(obj!({"type": "object", "properties": {"spec": yaml(schema)}}));
        defaults::apply(kind, &mut object);
        let full = |w: &String| match w.strip_prefix('!') {
            Some(rest) => format!("spec.validation.openAPIV3Schema: Forbidden: {rest}"),
            None => format!("{AT}.{w}"),
        };
        assert_eq!(texts(validation::create(kind, &object)), want.iter().map(full).collect::<Vec<_>>(), "{schema}");
    }
}

#[test]
fn each_version_has_its_schema() {
    let mut definition = definition(Value::map());
    let version = |name: &str, stored: bool, own: Value| {
        let mut spec = obj!({"type": "object", "properties": {"both": {"type": "integer"}}});
        spec.set(&["properties", name], own);
        obj!({
            "name": name, "served": true, "storage": stored,
            "schema": {"openAPIV3Schema": {"type": "object", "properties": {"spec": spec}}}
        })
    };
    let first = version("v1", false, obj!({"type": "string", "default": "x", "x-kubernetes-validations": [{"rule": "self != 'no'"}]}));
    let second = version("v1beta1", true, obj!({"type": "string", "default": "z", "maxLength": 2}));
    definition.set(&["spec", "versions"], vec![first, second]);
    let names = obj!({"plural": "things", "singular": "thing", "kind": "Thing", "listKind": "ThingList"});
    definition.set(&["status"], obj!({"acceptedNames": names, "conditions": [{"type": "Established", "status": "True"}]}));
    let kind = kind_of(&definition).expect("established");
    let custom = kind.custom.as_ref().expect("a custom kind");
    for (body, read, stored, preferred, wrong) in [
        ("{apiVersion: example.com/v1, spec: {v1beta1: a}}", "{v1: x}", "{}", "{}", ""),
        ("{apiVersion: example.com/v1beta1, spec: {v1: a, both: 1}}", "{v1beta1: z, both: 1}", "{v1beta1: z, both: 1}", "{both: 1}", ""),
        (
            "{apiVersion: example.com/v1, spec: {v1: 'no'}}",
            "{v1: 'no'}",
            "{}",
            "{}",
            "spec.v1: Invalid value: \"no\": failed rule: self != 'no'",
        ),
        (
            "{apiVersion: example.com/v1beta1, spec: {v1beta1: long}}",
            "{v1beta1: long}",
            "{v1beta1: long}",
            "{}",
            "spec.v1beta1: Too long: may not be more than 2 bytes",
        ),
    ] {
        let (mut object, _) = decode::decode(kind, yaml(body)).expect("an object");
        defaults::apply(kind, &mut object);
        assert_eq!(object.get("spec"), &yaml(read), "{body}");
        let mut causes = Vec::new();
        check(kind, custom, &object, None, &mut causes);
        assert_eq!(texts(causes).join(", "), wrong, "{body}");
        to_stored(kind, custom, &mut object);
        assert_eq!((object.api_version(), object.get("spec")), ("example.com/v1beta1", &yaml(stored)), "{body}");
        // The version that is stored has its defaults where it is read, and no other has.
        assert_eq!(convert(kind, "v1", &object).get("spec"), &yaml(preferred), "{body}");
        assert!(!convert(kind, "v1beta1", &object).at(&["spec", "v1beta1"]).is_null(), "{body}");
    }
}
