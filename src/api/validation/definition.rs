//! CustomResourceDefinitions: their names, their versions and their schemas, which must be structural.

use super::super::custom;
use super::super::{Cause, Object, Value, names};
use super::definition_extras::{columns, converted, joined, scale, selection, spec_names, warning};
use super::definition_lists::{self as lists, LIST_TYPE};
use super::definition_rules::{self as rules, Found, Place};
use super::meta::{object_meta, object_meta_update};
use super::path::{Errors, Path};
use crate::base::regex::Regex;
use crate::base::{List as _, Order as _, SortedSet, is_url};

/// Levels of a schema that are looked into.
const DEPTH_MAX: usize = 64;
const APPROVED: &str = "api-approved.kubernetes.io";
const TYPES: [&str; 6] = ["array", "boolean", "integer", "number", "object", "string"];
/// What stands in the root of a schema whose status has writers of its own.
const ROOT_FIELDS: [&str; 22] = [
    "description",
    "type",
    "format",
    "title",
    "maximum",
    "exclusiveMaximum",
    "minimum",
    "exclusiveMinimum",
    "maxLength",
    "minLength",
    "pattern",
    "maxItems",
    "minItems",
    "uniqueItems",
    "multipleOf",
    "required",
    "items",
    "properties",
    "externalDocs",
    "example",
    "x-kubernetes-preserve-unknown-fields",
    "x-kubernetes-validations",
];
const ROOT_NAMES: &str = "[Description Type Format Title Maximum ExclusiveMaximum Minimum ExclusiveMinimum MaxLength MinLength Pattern MaxItems MinItems UniqueItems MultipleOf Required Items Properties ExternalDocs Example XPreserveUnknownFields XValidations]";

/// A new or changed definition.
// Models apiextensions/validation.ValidateCustomResourceDefinition and its update.
pub(super) fn definition(errors: &mut Errors, object: &Value, old: Option<&Value>) {
    let spec = object.get("spec");
    let root = Path::new("spec");
    match old {
        None => {
            object_meta(errors, object, false, names::dns1123_subdomain);
            if object.name() != format!("{}.{}", spec.at(&["names", "plural"]).str(), spec.get("group").str()) && !object.name().is_empty()
            {
                let at = Path::new("metadata");
                errors.invalid(at.child("name"), object.name(), "must be spec.names.plural+\".\"+spec.group");
            }
        }
        Some(old) => object_meta_update(errors, object, old),
    }
    specification(errors, spec);
    if let Some(old) = old {
        let before = old.get("spec");
        let at = root.child("names");
        if old.condition("Established") == "True" {
            errors.immutable(root.child("scope"), spec.get("scope"), before.get("scope"));
            errors.immutable(at.child("kind"), spec.at(&["names", "kind"]), before.at(&["names", "kind"]));
        }
        errors.immutable(root.child("group"), spec.get("group"), before.get("group"));
        errors.immutable(at.child("plural"), spec.at(&["names", "plural"]), before.at(&["names", "plural"]));
    }
    stored_versions(errors, object);
    approval(errors, object);
    if spec.get("preserveUnknownFields").is_true() {
        let detail = "cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead";
        errors.invalid(root.child("preserveUnknownFields"), true, detail);
    }
}

fn stored_versions(errors: &mut Errors, object: &Value) {
    let versions = object.at(&["spec", "versions"]).items();
    let at = Path::new("status");
    let list = at.child("storedVersions");
    let all = object.at(&["status", "storedVersions"]);
    if all.is_empty() {
        return errors.invalid(list, all, "must have at least one stored version");
    }
    for version in versions.iter().filter(|v| v.get("storage").is_true() && !all.items().contains(v.get("name"))) {
        errors.invalid(list, all, &format!("must have the storage version {}", version.get("name").str()));
    }
    for (i, stored) in all.items().iter().enumerate() {
        if !versions.iter().any(|v| v.get("name") == stored) {
            let name = stored.str();
            let detail = format!(
                "missing from spec.versions; {name} was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in {name} and removes {name} from status.storedVersions"
            );
            errors.invalid(list.index(i), stored, &detail);
        }
    }
}

fn approval(errors: &mut Errors, object: &Value) {
    let group = object.at(&["spec", "group"]).str();
    if ["k8s.io", "kubernetes.io"].iter().all(|g| group != *g && !group.ends_with(&format!(".{g}"))) {
        return;
    }
    let (meta, annotation) = (Path::new("metadata"), object.annotation(APPROVED).unwrap_or(""));
    let at = meta.child("annotations");
    if annotation.is_empty() {
        let detail = format!(
            "protected groups must have approval annotation {APPROVED:?}, see https://github.com/kubernetes/enhancements/pull/1111"
        );
        errors.required(at.key(APPROVED), &detail);
    } else if !annotation.starts_with("unapproved") && !is_url(annotation) {
        let detail = format!(
            "protected groups must have approval annotation {APPROVED:?} with either a URL or a reason starting with \"unapproved\", see https://github.com/kubernetes/enhancements/pull/1111"
        );
        errors.invalid(at.key(APPROVED), annotation, &detail);
    }
}

fn specification(errors: &mut Errors, spec: &Value) {
    let at = Path::new("spec");
    let group = spec.get("group").str();
    let wrong = names::dns1123_subdomain(group);
    if group.is_empty() {
        errors.required(at.child("group"), "");
    } else if !wrong.is_empty() {
        joined(errors, at.child("group"), group, "", &wrong);
    } else if !group.contains('.') {
        errors.invalid(at.child("group"), group, "should be a domain with at least one dot");
    }
    errors.one_of(at.child("scope"), spec.get("scope"), &["Cluster", "Namespaced"]);
    let versions = spec.get("versions").items();
    // What all versions have in common belongs to the definition itself.
    let common = |member: &str| versions.iter().all(|v| super::path::same(v.get(member), versions[0].get(member)));
    let schema_of = |v: &Value| v.at(&["schema", "openAPIV3Schema"]).clone();
    let (one_schema, one_sub, one_columns) = (common("schema"), common("subresources"), common("additionalPrinterColumns"));
    let one_selection = common("selectableFields");
    let list = at.child("versions");
    if !(one_schema && versions.first().is_some_and(|v| !schema_of(v).is_null())) {
        for (i, _) in versions.iter().enumerate().filter(|(_, v)| schema_of(v).is_null()) {
            let (version, schema) = (list.index(i), "schema");
            let schema = version.child(schema);
            errors.required(schema.child("openAPIV3Schema"), "");
        }
    }
    let mut seen = SortedSet::new();
    let mut twice = false;
    for (i, version) in versions.iter().enumerate() {
        let (at, name) = (list.index(i), version.get("name").str());
        twice |= !seen.insert(name);
        joined(errors, at.child("name"), name, "", &names::dns1035_label(name));
        warning(errors, at.child("deprecationWarning"), version);
        let status = !version.at(&["subresources", "status"]).is_null();
        if !one_schema {
            validation(errors, at.child("schema"), &schema_of(version), status);
        }
        if !one_sub {
            scale(errors, at.child("subresources"), version.at(&["subresources", "scale"]));
        }
        if !one_columns {
            columns(errors, at.child("additionalPrinterColumns"), version.get("additionalPrinterColumns"));
        }
        if !one_selection {
            let detail = "may only be set when `version.schema.openAPIV3Schema` is not included";
            selection(errors, at.child("selectableFields"), version, one_schema, detail);
        }
    }
    let in_common: Vec<&str> =
        [("schema", one_schema), ("subresources", one_sub), ("additionalPrinterColumns", one_columns), ("selectableFields", one_selection)]
            .iter()
            .filter(|(_, one)| *one)
            .map(|(member, _)| *member)
            .list();
    if twice {
        wrong_versions(errors, list, versions, &in_common, "must contain unique version names");
    }
    if versions.iter().filter(|v| v.get("storage").is_true()).count() != 1 {
        wrong_versions(errors, list, versions, &in_common, "must have exactly one version marked as storage version");
    }
    // The first one's name is that of the definition's only version, as it was once.
    let first = versions.first().map_or("", |version| version.get("name").str());
    if !first.is_empty() {
        joined(errors, at.child("version"), first, "", &names::dns1035_label(first));
    }
    spec_names(errors, at.child("names"), spec.get("names"));
    if let Some(first) = versions.first() {
        if one_schema {
            let status = versions.iter().any(|v| !v.at(&["subresources", "status"]).is_null());
            validation(errors, at.child("validation"), &schema_of(first), status);
        }
        if one_sub {
            scale(errors, at.child("subresources"), first.at(&["subresources", "scale"]));
        }
        if one_columns {
            columns(errors, at.child("additionalPrinterColumns"), first.get("additionalPrinterColumns"));
        }
        if one_selection {
            let detail = "may only be set when validations.schema is included";
            selection(errors, at.child("selectableFields"), first, !one_schema, detail);
        }
    }
    let conversion = at.child("conversion");
    converted(errors, conversion, spec.get("conversion"));
}

/// What is wrong with all versions at once, which are shown without what they have in common.
fn wrong_versions(errors: &mut Errors, at: Path<'_>, versions: &[Value], in_common: &[&str], detail: &str) {
    let shown = |version: &Value| {
        let mut own = version.clone();
        in_common.iter().for_each(|member| _ = own.remove(&[member]));
        super::super::internal::to_json("apiextensions", "CustomResourceDefinitionVersion", &own)
    };
    let shown: Vec<String> = versions.iter().map(shown).list();
    let shown = if shown.is_empty() { "null".to_owned() } else { format!("[{}]", shown.join(",")) };
    errors.0.push(Cause::new("FieldValueInvalid", at.to_string(), format!("Invalid value: {shown}: {detail}")));
}

/// One schema.
// Models validateCustomResourceDefinitionValidation.
fn validation(errors: &mut Errors, at: Path<'_>, schema: &Value, status: bool) {
    if schema.is_null() {
        return;
    }
    let root = at.child("openAPIV3Schema");
    if status {
        let other = schema.entries().find(|(k, v)| !v.is_empty() && !ROOT_FIELDS.contains(&k.as_str()));
        if schema.get("type").str() != "object" && !schema.get("type").is_empty() {
            let detail = "only \"object\" is allowed as the type at the root of the schema if the status subresource is enabled";
            errors.invalid(at.child("openAPIV3Schema.type"), schema.get("type"), detail);
        } else if other.is_some() {
            let detail = format!("only {ROOT_NAMES} fields are allowed at the root of the schema if the status subresource is enabled");
            errors.internal_invalid(root, ("apiextensions", "JSONSchemaProps"), schema, &detail);
        }
    }
    if schema.get("nullable").is_true() {
        errors.forbidden(at.child("openAPIV3Schema.nullable"), "nullable cannot be true at the root");
    }
    let mut wrong = Errors::default();
    structural(&mut wrong, root, schema, Level::Root, 0);
    complete(&mut wrong, root, root, schema, schema, 0);
    if wrong.0.is_empty() {
        defaults(&mut wrong, root, schema, 0);
    } else {
        wrong.0.order_by_key(|c| format!("{}: {}", c.field, c.message));
    }
    let mut found = Found::default();
    let place = Place { read: wrong.0.is_empty(), root: true, count: Some(1), unkept: None };
    errors.0.append(&mut wrong.0);
    allowed(errors, &mut found, root, schema, None, place, 0);
    errors.0.extend(found.into_errors(root));
}

#[derive(Clone, Copy, PartialEq)]
enum Level {
    Root,
    Item,
    Field,
}

fn is_true(schema: &Value, member: &str) -> bool {
    schema.get(member).is_true()
}

/// `x-kubernetes-int-or-string` may say in words what it means.
fn says_int_or_string(schema: &Value) -> bool {
    let any = schema.get("anyOf").items();
    any.len() == 2 && ["integer", "string"].iter().zip(any).all(|(t, s)| s.entries().len() == 1 && s.get("type").str() == *t)
}

// Models validateStructuralInvariants.
fn structural(errors: &mut Errors, at: Path<'_>, schema: &Value, level: Level, depth: usize) {
    if depth > DEPTH_MAX || !matches!(schema, Value::Map(_)) {
        return;
    }
    let (kind, properties) = (schema.get("type").str(), schema.get("properties"));
    if kind == "array" && schema.get("items").is_null() {
        errors.required(at.child("items"), "must be specified");
    }
    structural(errors, at.child("items"), schema.get("items"), Level::Item, depth + 1);
    let list = at.child("properties");
    for (key, property) in properties.entries() {
        structural(errors, list.key(key), property, Level::Field, depth + 1);
    }
    let rest = schema.get("additionalProperties");
    if !rest.is_null() {
        if level == Level::Root {
            errors.forbidden(at.child("additionalProperties"), "must not be used at the root");
        }
        structural(errors, at.child("additionalProperties"), rest, Level::Field, depth + 1);
    }
    let (either, keeps, embedded) = (
        is_true(schema, "x-kubernetes-int-or-string"),
        is_true(schema, "x-kubernetes-preserve-unknown-fields"),
        is_true(schema, "x-kubernetes-embedded-resource"),
    );
    for (member, holds) in [("x-kubernetes-preserve-unknown-fields", keeps), ("x-kubernetes-embedded-resource", embedded)] {
        if either && holds {
            errors.invalid(at.child(member), true, "must be false if x-kubernetes-int-or-string is true");
        }
    }
    nested_values(errors, at, schema, level, says_int_or_string(schema), depth);
    let type_at = at.child("type");
    if embedded && kind != "object" {
        let detail = "must be object if x-kubernetes-embedded-resource is true";
        if kind.is_empty() { errors.required(type_at, detail) } else { errors.invalid(type_at, kind, detail) }
    } else if kind.is_empty() && !either && !keeps {
        errors.required(
            type_at,
            match level {
                Level::Root => "must not be empty at the root",
                Level::Item => "must not be empty for specified array items",
                Level::Field => "must not be empty for specified object fields",
            },
        );
    }
    if embedded && !rest.is_null() {
        errors.forbidden(at.child("additionalProperties"), "must not be used if x-kubernetes-embedded-resource is set");
    }
    if level == Level::Root && !kind.is_empty() && kind != "object" {
        errors.invalid(type_at, kind, "must be object at the root");
    }
    if level == Level::Root || embedded {
        for (member, wanted) in [("kind", "string"), ("apiVersion", "string"), ("metadata", "object")] {
            let property = properties.get(member);
            if !property.is_null() && property.get("type").str() != wanted {
                let place = list.key(member);
                errors.invalid(place.child("type"), property.get("type").str(), &format!("must be {wanted}"));
            }
        }
    }
    let metadata = properties.get("metadata");
    if level == Level::Root && !metadata.is_null() {
        let only_names = metadata.get("properties").entries().all(|(k, _)| k == "name" || k == "generateName");
        let nothing_else =
            metadata.entries().all(|(k, v)| v.is_empty() || matches!(k.as_str(), "type" | "properties" | "description" | "default"));
        if !only_names || !nothing_else || !metadata.get("description").is_empty() {
            let detail = "must not specify anything other than name and generateName, but metadata is implicitly specified";
            errors.forbidden(list.key("metadata"), detail);
        }
    }
    if embedded && !keeps && properties.is_empty() {
        let detail = "must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields";
        errors.required(at.child("properties"), detail);
    }
}

/// What stands under `anyOf`, `allOf`, `oneOf` and `not` may only judge values, not describe them.
// Models validateValueValidation.
fn nested_values(errors: &mut Errors, at: Path<'_>, schema: &Value, level: Level, skip_any: bool, depth: usize) {
    if depth > DEPTH_MAX {
        return;
    }
    for junctor in ["anyOf", "allOf", "oneOf"] {
        let list = at.child(junctor);
        for (i, one) in schema.get(junctor).items().iter().enumerate().filter(|_| !(junctor == "anyOf" && skip_any)) {
            nested(errors, list.index(i), one, level, junctor == "allOf" && i == 0 && says_int_or_string(one), depth + 1);
        }
    }
    if !schema.get("not").is_null() {
        nested(errors, at.child("not"), schema.get("not"), level, false, depth + 1);
    }
    let pattern = schema.get("pattern").str();
    if !pattern.is_empty()
        && let Err(error) = Regex::go(pattern)
    {
        let detail = format!("must be a valid regular expression, but isn't: error parsing regexp: {}", error.as_go_says());
        errors.invalid(at.child("pattern"), pattern, &detail);
    }
}

// Models validateNestedValueValidation.
fn nested(errors: &mut Errors, at: Path<'_>, schema: &Value, level: Level, skip_any: bool, depth: usize) {
    nested_values(errors, at, schema, level, skip_any, depth);
    if !schema.get("items").is_null() {
        nested(errors, at.child("items"), schema.get("items"), level, false, depth + 1);
    }
    let list = at.child("properties");
    for (key, property) in schema.get("properties").entries() {
        nested(errors, list.key(key), property, Level::Field, false, depth + 1);
    }
    const EMPTY: &str = "must be empty to be structural";
    const UNDEFINED: &str = "must be undefined to be structural";
    const FALSE: &str = "must be false to be structural";
    for (member, detail) in [
        ("type", EMPTY),
        ("additionalProperties", UNDEFINED),
        ("default", UNDEFINED),
        ("title", EMPTY),
        ("description", EMPTY),
        ("nullable", FALSE),
        ("x-kubernetes-preserve-unknown-fields", FALSE),
        ("x-kubernetes-embedded-resource", FALSE),
        ("x-kubernetes-int-or-string", FALSE),
        ("x-kubernetes-list-map-keys", EMPTY),
        ("x-kubernetes-list-type", UNDEFINED),
        ("x-kubernetes-map-type", UNDEFINED),
        ("x-kubernetes-validations", EMPTY),
    ] {
        let value = schema.get(member);
        if if detail == UNDEFINED { !value.is_null() } else { !value.is_empty() } {
            errors.forbidden(at.child(member), detail);
        }
    }
    if !schema.get("properties").get("metadata").is_null() {
        errors.forbidden(list.key("metadata"), "must not be specified in a nested context");
    }
}

/// What is judged must be described.
// Models validateStructuralCompleteness.
fn complete(errors: &mut Errors, at: Path<'_>, from: Path<'_>, judged: &Value, described: &Value, depth: usize) {
    if depth > DEPTH_MAX {
        return;
    }
    for junctor in ["allOf", "anyOf", "oneOf"] {
        let list = from.child(junctor);
        for (i, one) in judged.get(junctor).items().iter().enumerate() {
            complete_nested(errors, at, list.index(i), one, described, depth + 1);
        }
    }
    if !judged.get("not").is_null() {
        complete_nested(errors, at, from.child("not"), judged.get("not"), described, depth + 1);
    }
}

fn complete_nested(errors: &mut Errors, at: Path<'_>, from: Path<'_>, judged: &Value, described: &Value, depth: usize) {
    if described.is_null() {
        errors.required(at, &format!("because it is defined in {from}"));
        return;
    }
    complete(errors, at, from, judged, described, depth);
    if !judged.get("items").is_null() {
        complete_nested(errors, at.child("items"), from.child("items"), judged.get("items"), described.get("items"), depth + 1);
    }
    let (list, from) = (at.child("properties"), from.child("properties"));
    for (key, property) in judged.get("properties").entries() {
        complete_nested(errors, list.key(key), from.key(key), property, described.get("properties").get(key), depth + 1);
    }
}

/// Defaults must be what their own schema takes.
// Models structuraldefaulting.ValidateDefaults.
fn defaults(errors: &mut Errors, at: Path<'_>, schema: &Value, depth: usize) {
    if depth > DEPTH_MAX || !matches!(schema, Value::Map(_)) {
        return;
    }
    let default = schema.get("default");
    if !default.is_null() {
        let place = at.child("default");
        if !custom::is_pruned(schema, default) {
            errors.invalid(place, default, "must not have unknown fields");
        }
        errors.0.extend(custom::check_default(schema, &place.to_string(), default));
    }
    defaults(errors, at.child("items"), schema.get("items"), depth + 1);
    let list = at.child("properties");
    for (key, property) in schema.get("properties").entries() {
        defaults(errors, list.key(key), property, depth + 1);
    }
}

/// What OpenAPI has and definitions may not use, and what Kubernetes adds to it.
// Models ValidateCustomResourceDefinitionOpenAPISchema.
fn allowed(errors: &mut Errors, found: &mut Found, at: Path<'_>, schema: &Value, no_default: Option<&str>, place: Place<'_>, depth: usize) {
    if depth > DEPTH_MAX || !matches!(schema, Value::Map(_)) {
        return;
    }
    let before = errors.0.len();
    let inner = Place { count: place.inner(schema), root: false, ..place };
    let of = |schema: &Value| Place { root: schema.get("x-kubernetes-embedded-resource").is_true(), ..inner };
    let kind = schema.get("type").str();
    if !kind.is_empty() && !TYPES.contains(&kind) {
        errors.not_supported(at.child("type"), kind, &TYPES);
    }
    if let Some(reason) = no_default.filter(|_| !schema.get("default").is_null()) {
        errors.forbidden(at.child("default"), &format!("must not be set {reason}"));
    }
    for member in ["id", "additionalItems", "patternProperties", "definitions", "dependencies", "$ref"] {
        if !schema.get(member).is_empty() {
            errors.forbidden(at.child(member), &format!("{member} is not supported"));
        }
    }
    if kind == "null" {
        errors.forbidden(at.child("type"), "type cannot be set to null, use nullable as an alternative");
    }
    if !schema.get("items").items().is_empty() {
        errors.forbidden(at.child("items"), "items must be a schema object and not an array");
    }
    if is_true(schema, "uniqueItems") {
        let detail = "uniqueItems cannot be set to true since the runtime complexity becomes quadratic";
        errors.forbidden(at.child("uniqueItems"), detail);
    }
    let rest = schema.get("additionalProperties");
    if !rest.is_null() {
        if !schema.get("properties").is_empty() && !rest.is_true() {
            errors.forbidden(at.child("additionalProperties"), "additionalProperties and properties are mutual exclusive");
        }
        allowed(errors, found, at.child("additionalProperties"), rest, no_default, of(rest), depth + 1);
    }
    let list = at.child("properties");
    // An atomic map changes as a whole, so that nothing in it keeps a place.
    let in_map = place.unkept.or((schema.get("x-kubernetes-map-type").str() == "atomic").then_some(at));
    for (key, property) in schema.get("properties").entries() {
        let reason = format!("in top-level {key}");
        let meta = depth == 0 && matches!(key.as_str(), "metadata" | "kind" | "apiVersion");
        let place = Place { unkept: in_map, ..of(property) };
        allowed(errors, found, list.key(key), property, if meta { Some(&reason) } else { no_default }, place, depth + 1);
    }
    let judging = Place { read: false, ..place };
    allowed(errors, found, at.child("not"), schema.get("not"), no_default, judging, depth + 1);
    for junctor in ["allOf", "oneOf", "anyOf"] {
        let list = at.child(junctor);
        for (i, one) in schema.get(junctor).items().iter().enumerate() {
            allowed(errors, found, list.index(i), one, no_default, judging, depth + 1);
        }
    }
    let items = schema.get("items");
    // Only the items of lists that are maps keep a place.
    let unkept = place.unkept.or((schema.get(LIST_TYPE).str() != "map").then_some(at));
    allowed(errors, found, at.child("items"), items, no_default, Place { unkept, ..of(items) }, depth + 1);
    let keeps = schema.get("x-kubernetes-preserve-unknown-fields");
    if keeps.as_bool() == Some(false) {
        errors.invalid(at.child("x-kubernetes-preserve-unknown-fields"), false, "must be true or undefined");
    }
    lists::merge_types(errors, at, schema);
    lists::keys(errors, at, schema);
    rules::complete(errors, at, schema);
    if errors.0.len() == before {
        rules::read(found, at, schema, place);
    }
}
