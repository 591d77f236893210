//! JSON as the API server writes it: with members in the order of Go's structs, while values here keep them sorted.

use std::sync::Arc;

use super::go_json::{write_scalar, write_string};
use super::schema::{GoPart, Schema, Ty, Type, schema};
use super::split_api_version;
use super::value::Value;
use crate::base::{List as _, Order as _};

/// Documents other than stored objects: the kind, and the members of its struct and of those inside it, level by level. Those without a
/// kind are versions and delete options.
const PLAIN: &[(&str, &[&str])] = &[
    (
        "Status",
        &[
            "kind apiVersion metadata status message reason details code",
            "name group kind uid causes retryAfterSeconds resourceVersion",
            "reason message field",
        ],
    ),
    (
        "APIResourceList",
        &[
            "kind apiVersion groupVersion resources",
            "name singularName namespaced group version kind verbs shortNames categories storageVersionHash",
        ],
    ),
    ("APIGroupList", &["kind apiVersion groups", "name versions preferredVersion", "groupVersion version"]),
    ("APIGroup", &["kind apiVersion name versions preferredVersion", "groupVersion version"]),
    ("APIVersions", &["kind apiVersion versions serverAddressByClientCIDRs", "clientCIDR serverAddress"]),
    ("List", &["kind apiVersion metadata items", "selfLink resourceVersion continue remainingItemCount"]),
    (
        "Config",
        &[
            "kind apiVersion clusters users contexts current-context",
            "name cluster user context",
            "server tls-server-name insecure-skip-tls-verify certificate-authority certificate-authority-data proxy-url disable-compression \
             client-certificate client-certificate-data client-key client-key-data token tokenFile cluster user namespace username password \
             auth-provider exec",
            "name config command args env apiVersion provideClusterInfo interactiveMode",
            "name value",
        ],
    ),
    (
        "Table",
        &[
            "kind apiVersion metadata columnDefinitions rows",
            "resourceVersion continue remainingItemCount name type format description priority cells object",
        ],
    ),
    (
        "",
        &[
            "major minor emulationMajor emulationMinor minCompatibilityMajor minCompatibilityMinor gitVersion gitCommit gitTreeState buildDate \
           goVersion compiler platform gracePeriodSeconds preconditions propagationPolicy dryRun",
        ],
    ),
];

/// The order of the members of a value and of the values in it.
#[derive(Clone, Copy)]
pub struct Layout(Shape<'static>);

impl Layout {
    /// Sorted.
    pub const SORTED: Layout = Layout(Shape::Map);

    /// In the order of an object's struct.
    pub fn of(object: &Value) -> Layout {
        Layout(shape_of(schema(), object))
    }

    /// The members of a map, each with its own layout.
    pub fn members(self, map: &Value) -> Vec<(&str, &Value, Layout)> {
        members(schema(), map, self.0).into_iter().map(|(key, member, shape)| (key, member, Layout(shape))).list()
    }

    /// The layout of a list's items.
    pub fn item(self) -> Layout {
        Layout(item(self.0))
    }
}

/// What is known of a value's type.
#[derive(Clone, Copy)]
enum Shape<'a> {
    Of(&'a Ty),
    Struct(&'a Type),
    /// The levels of a plain struct, and the type of the items where it is a list of objects.
    Plain(&'a [&'a str], Option<&'a Type>),
    /// Sorted, as maps and unknown things are.
    Map,
}

/// An object on one line.
pub fn line(object: &Value) -> String {
    text(object, "", true)
}

/// An object with a member a line.
pub fn indented(object: &Value, indent: &'static str) -> String {
    text(object, indent, true)
}

/// A part of an object on one line, by the package and the name of its type.
pub fn typed(package: &str, name: &str, value: &Value) -> String {
    let mut writer = Writer { schema: schema(), out: String::new(), indent: "" };
    let shape = writer.schema.named(package, name).map_or(Shape::Map, Shape::Struct);
    writer.write(value, shape, 0, None);
    writer.out
}

/// A value with its members sorted, a member a line where there is an indent.
pub fn sorted(value: &Value, indent: &'static str) -> String {
    text(value, indent, false)
}

/// A changed object on one line: what is unchanged keeps the order of structs; what differs from `before` has its members sorted.
// Models evanphx/json-patch, which reads no more of a document than it must.
pub fn changed(before: &Value, after: &Value) -> String {
    let mut writer = Writer { schema: schema(), out: String::new(), indent: "" };
    let shape = shape_of(writer.schema, after);
    writer.write(after, shape, 0, Some(before));
    writer.out
}

fn text(object: &Value, indent: &'static str, in_order: bool) -> String {
    let mut writer = Writer { schema: schema(), out: String::new(), indent };
    let shape = if in_order { shape_of(writer.schema, object) } else { Shape::Map };
    writer.write(object, shape, 0, None);
    writer.out
}

struct Writer<'a> {
    schema: &'a Schema,
    out: String,
    /// The indent of a level; empty to write on one line.
    indent: &'static str,
}

impl<'a> Writer<'a> {
    /// `before` is the earlier value, if this may have changed.
    fn write(&mut self, value: &Value, shape: Shape<'a>, depth: usize, before: Option<&Value>) {
        let before = before.filter(|before| match (before, value) {
            (Value::Map(before), Value::Map(map)) => !Arc::ptr_eq(before, map),
            (Value::List(before), Value::List(list)) => !Arc::ptr_eq(before, list),
            _ => true,
        });
        match value {
            Value::Map(_) => {
                let mut members = members(self.schema, value, shape);
                if before.is_some() {
                    members.order_by_key(|(key, ..)| *key);
                }
                self.out.push('{');
                for (i, (key, member, shape)) in members.iter().enumerate() {
                    self.begin(i, depth + 1);
                    write_string(&mut self.out, key);
                    self.out.push_str(if self.indent.is_empty() { ":" } else { ": " });
                    self.write(member, *shape, depth + 1, before.map(|before| before.get(key)));
                }
                self.end('}', members.is_empty(), depth);
            }
            Value::List(list) => {
                self.out.push('[');
                for (i, member) in list.iter().enumerate() {
                    self.begin(i, depth + 1);
                    let was = before.map(|before| {
                        // An item that only moved is unchanged.
                        let moved = before.items().iter().find(|b| match (b, member) {
                            (Value::Map(b), Value::Map(map)) => Arc::ptr_eq(b, map),
                            _ => false,
                        });
                        moved.or(before.items().get(i)).unwrap_or(&Value::Null)
                    });
                    self.write(member, item(shape), depth + 1, was);
                }
                self.end(']', list.is_empty(), depth);
            }
            scalar => write_scalar(&mut self.out, scalar),
        }
    }

    fn begin(&mut self, i: usize, depth: usize) {
        if i > 0 {
            self.out.push(',');
        }
        self.new_line(depth);
    }

    fn end(&mut self, bracket: char, empty: bool, depth: usize) {
        if !empty {
            self.new_line(depth);
        }
        self.out.push(bracket);
    }

    fn new_line(&mut self, depth: usize) {
        if !self.indent.is_empty() {
            self.out.push('\n');
            (0..depth).for_each(|_| self.out.push_str(self.indent));
        }
    }
}

/// The layout of an object, by its kind and version.
fn shape_of<'a>(schema: &'a Schema, object: &Value) -> Shape<'a> {
    let kind = object.get("kind").str();
    let (group, version) = split_api_version(object.get("apiVersion").str());
    let plain = |name: &str| PLAIN.iter().find(|(kind, _)| *kind == name).map(|(_, levels)| *levels);
    // Custom kinds may have the same name, in groups with a dot.
    if let Some(levels) = plain(kind).filter(|_| !group.contains('.') || group == "meta.k8s.io") {
        return Shape::Plain(levels, None);
    }
    // These are the same for any object.
    let (group, version, kind) = if kind == "PartialObjectMetadata" { ("", "v1", "Pod") } else { (group, version, kind) };
    if let Some(ty) = schema.at_version(group, version, kind) {
        return Shape::Struct(ty);
    }
    let items = kind.strip_suffix("List").and_then(|item| schema.at_version(group, version, item));
    match (items, plain("List")) {
        (Some(items), Some(levels)) => Shape::Plain(levels, Some(items)),
        _ => Shape::Map,
    }
}

/// All members of a map: those that a struct has in its order, then the others.
fn members<'a, 'v>(schema: &'a Schema, map: &'v Value, shape: Shape<'a>) -> Vec<(&'v str, &'v Value, Shape<'a>)> {
    let mut members = Vec::new();
    known(schema, map, shape, &mut members);
    let known = members.len();
    for (key, member) in map.entries() {
        if !members[..known].iter().any(|(name, ..)| *name == key.as_str()) {
            members.push((key, member, inner(shape)));
        }
    }
    members
}

/// The members that are present, in the order of the struct.
fn known<'a, 'v>(schema: &'a Schema, value: &'v Value, shape: Shape<'a>, found: &mut Vec<(&'v str, &'v Value, Shape<'a>)>) {
    let there = |name: &str| value.entries().find(|(key, _)| *key == name).map(|(key, member)| (key.as_str(), member));
    match shape {
        Shape::Of(Ty::Object(ty)) => known(schema, value, Shape::Struct(schema.get(*ty)), found),
        Shape::Struct(ty) => {
            for part in &ty.layout {
                match part {
                    GoPart::Field(i) => {
                        let field = &ty.fields[usize::from(*i)];
                        found.extend(there(field.name).map(|(key, member)| (key, member, Shape::Of(&field.ty))));
                    }
                    GoPart::Embedded(inner) => known(schema, value, Shape::Struct(schema.get(*inner)), found),
                }
            }
        }
        Shape::Plain([level, deeper @ ..], items) => {
            for name in level.split_whitespace() {
                let shape = match items {
                    Some(ty) if name == "items" => Shape::Struct(ty),
                    None if name == "object" => shape_of(schema, value.get(name)),
                    _ => Shape::Plain(deeper, None),
                };
                found.extend(there(name).map(|(key, member)| (key, member, shape)));
            }
        }
        _ => {}
    }
}

/// The layout of a list's items.
fn item(shape: Shape<'_>) -> Shape<'_> {
    match shape {
        Shape::Of(Ty::ListOf(item)) => Shape::Of(item),
        shape => shape,
    }
}

/// The layout of a map's members.
fn inner(shape: Shape<'_>) -> Shape<'_> {
    match shape {
        Shape::Of(Ty::MapOf(item)) => Shape::Of(item),
        _ => Shape::Map,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::kinds;
    use crate::obj;

    #[test]
    fn what_changed_is_sorted_and_what_did_not_is_in_order() {
        let before = obj!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p", "labels": {"a": "b"}}, "spec": {"nodeName": "n"}});
        let mut after = before.clone();
        after.set(&["metadata", "labels", "c"], "d");
        after.set(&["spec", "containers"], vec![obj!({"name": "c", "image": "i"})]);
        assert_eq!(
            changed(&before, &after),
            r#"{"apiVersion":"v1","kind":"Pod","metadata":{"labels":{"a":"b","c":"d"},"name":"p"},"spec":{"containers":[{"image":"i","name":"c"}],"nodeName":"n"}}"#
        );
        let containers = obj!([{"name": "a", "image": "i"}, {"name": "b", "image": "j"}]);
        let (mut before, mut after) = (before, after);
        before.set(&["spec", "containers"], containers.clone());
        after.set(&["spec"], before.get("spec"));
        after.get_mut("spec").get_mut("containers").list_mut().insert(0, obj!({"name": "c", "image": "k"}));
        let moved = r#"[{"image":"k","name":"c"},{"name":"a","image":"i"},{"name":"b","image":"j"}]"#;
        assert!(changed(&before, &after).contains(moved), "what only moved is as it was");
        after.set(&["metadata"], before.get("metadata"));
        assert!(changed(&before, &after).contains(r#""metadata":{"name":"p","labels":{"a":"b"}}"#));
    }

    #[test]
    fn members_are_in_the_order_of_the_structs() {
        let pod = obj!({"apiVersion": "v1", "kind": "Pod", "metadata": {"labels": {"b": "1", "a": "<&>"}, "name": "p", "uid": "u"},
            "status": {"phase": "Running"},
            "spec": {"containers": [{"resources": {}, "image": "i", "name": "c", "ports": [{"protocol": "TCP", "containerPort": 80}]}]}});
        let list = obj!({"apiVersion": "v1", "items": [], "kind": "PodList", "metadata": {"resourceVersion": "1"}});
        let status = crate::api::Status::not_found(kinds::POD, "p").to_object();
        for (object, wanted) in [
            (
                pod,
                r#"{"kind":"Pod","apiVersion":"v1","metadata":{"name":"p","uid":"u","labels":{"a":"\u003c\u0026\u003e","b":"1"}},"spec":{"containers":[{"name":"c","image":"i","ports":[{"containerPort":80,"protocol":"TCP"}],"resources":{}}]},"status":{"phase":"Running"}}"#,
            ),
            (
                obj!({"kind": "Table", "apiVersion": "meta.k8s.io/v1", "metadata": {"resourceVersion": "1"},
                    "columnDefinitions": [{"description": "", "format": "name", "name": "Name", "priority": 0, "type": "string"}],
                    "rows": [{"cells": ["p"], "object": {"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1",
                        "metadata": {"labels": {"name": "p", "a": "b"}, "name": "p"}}}]}),
                r#"{"kind":"Table","apiVersion":"meta.k8s.io/v1","metadata":{"resourceVersion":"1"},"columnDefinitions":[{"name":"Name","type":"string","format":"name","description":"","priority":0}],"rows":[{"cells":["p"],"object":{"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/v1","metadata":{"name":"p","labels":{"a":"b","name":"p"}}}}]}"#,
            ),
            (list, r#"{"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":"1"},"items":[]}"#),
            (
                status,
                r#"{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"pods \"p\" not found","reason":"NotFound","details":{"name":"p","kind":"pods"},"code":404}"#,
            ),
            (
                obj!({"kind": "Own", "apiVersion": "example.com/v1", "a": [1, {}]}),
                r#"{"a":[1,{}],"apiVersion":"example.com/v1","kind":"Own"}"#,
            ),
        ] {
            assert_eq!(line(&object), wanted);
            assert_eq!(Value::from_json(&indented(&object, "  ")).expect("JSON"), object);
        }
    }
}
