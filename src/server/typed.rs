//! Checks an applied configuration against the schema (`structured-merge-diff/typed`), which server-side apply does before anything else.
//! Knows nothing of who owns what.

use crate::api::go_json::go_float;
use crate::api::schema::{Field, ListType, Ty, Type, schema};
use crate::api::{KindRef, Value, quote};
use crate::base::{List as _, Order as _};

/// Everything that does not fit.
#[derive(Debug, thiserror::Error)]
#[error("{}", listed_in(.0))]
pub(super) struct TypedError(Vec<Misfit>);

/// What does not fit at one path.
#[derive(Debug, thiserror::Error)]
#[error("{0}{colon}{1}", colon = if .0.is_empty() { "" } else { ": " })]
struct Misfit(String, Wrong);

/// Why a value does not fit.
#[derive(Debug, thiserror::Error)]
enum Wrong {
    #[error("field not declared in schema")]
    Undeclared,
    /// A value of some kind is expected; this one was given.
    #[error("expected {0}, got &{{{1}}}")]
    Kind(&'static str, String),
    /// A number is expected; a value of this Go type was given.
    #[error("expected numeric (int or float), got {0}")]
    NotANumber(&'static str),
    /// A string is expected; this was given.
    #[error("expected string, got &value.valueUnstructured{{Value:{0}}}")]
    NotAText(String),
    /// There is an earlier item with this name.
    #[error("duplicate entries for key {0}")]
    Duplicate(String),
    /// The item at this index has no name to tell it from others.
    #[error("element {0}: {1}")]
    Nameless(usize, Nameless),
}

/// Why a list's item has no name.
#[derive(Debug, thiserror::Error)]
enum Nameless {
    #[error("associative list without keys has an element that's a map type")]
    MapInSet,
    #[error("not supported: associative list with lists as elements")]
    ListInSet,
    #[error("associative list without keys has an element that's an explicit null")]
    NullInSet,
    #[error("associative list with keys may not have a null element")]
    NullInMap,
    #[error("associative list with keys may not have non-map elements")]
    NotAMap,
    /// It has none of these keys.
    #[error(
        "associative list with keys has an element that omits all key fields [{0}] (and doesn't have default values for any key fields)"
    )]
    NoKeys(String),
}

fn listed_in(misfits: &[Misfit]) -> String {
    match misfits {
        [one] => one.to_string(),
        many => many.iter().fold("errors:".to_owned(), |text, one| format!("{text}\n  {one}")),
    }
}

/// An error where something does not fit.
pub(super) fn check(kind: KindRef, version: &str, config: &Value) -> Result<(), TypedError> {
    let mut errors = Vec::new();
    if let Some(custom) = &kind.custom {
        of_root(custom.schema(version), config, "", &mut errors);
    } else if let Some(ty) = schema().kind_at(kind, version) {
        object(ty, config, "", &mut errors);
    }
    if errors.is_empty() { Ok(()) } else { Err(TypedError(errors)) }
}

/// An object of a custom kind, or an object embedded in one: metadata is checked as that of any object.
fn of_root(of: &Value, config: &Value, path: &str, errors: &mut Vec<Misfit>) {
    for (key, member) in config.entries() {
        match (key.as_str(), schema().named("meta", "ObjectMeta")) {
            ("apiVersion" | "kind", _) => {}
            ("metadata", Some(meta)) => object(meta, member, &format!("{path}.metadata"), errors),
            _ => of_member(of, key, member, path, errors),
        }
    }
}

fn of_member(of: &Value, key: &str, member: &Value, path: &str, errors: &mut Vec<Misfit>) {
    let path = format!("{path}.{key}");
    let (own, other) = (of.get("properties").get(key), of.get("additionalProperties"));
    let keeps = other.is_true() || of.get("x-kubernetes-preserve-unknown-fields").is_true();
    match (own, other) {
        (Value::Null, Value::Map(_)) => custom(other, member, &path, errors),
        (Value::Null, _) if keeps => {}
        (Value::Null, _) => wrong(errors, &path, Wrong::Undeclared),
        _ => custom(own, member, &path, errors),
    }
}

/// Checks a value against the schema of a custom kind.
// Models the schema converter of structured-merge-diff.
fn custom(of: &Value, value: &Value, path: &str, errors: &mut Vec<Misfit>) {
    if value.is_null() {
        return;
    }
    if of.get("x-kubernetes-int-or-string").is_true() {
        return any(&Ty::IntOrString, None, value, path, errors);
    }
    match (of.get("type").str(), value) {
        ("object", Value::Map(_)) if of.get("x-kubernetes-embedded-resource").is_true() => of_root(of, value, path, errors),
        ("object", Value::Map(members)) => members.iter().for_each(|(key, member)| of_member(of, key, member, path, errors)),
        ("object", other) => wrong(errors, path, Wrong::Kind("map", go(other))),
        ("array", Value::List(items)) => {
            let inner = of.get("items");
            let place = |i: usize, item: &Value| match of.get("x-kubernetes-list-type").str() {
                "set" => place_in_set(item),
                "map" => {
                    let keys = of.get("x-kubernetes-list-map-keys").items().iter().map(Value::str).list();
                    place_by_keys(&keys, |key| inner.get("properties").get(key).get("default").clone(), item)
                }
                _ => Ok(format!("[{i}]")),
            };
            listed(items, path, errors, place, |item, path, errors| custom(inner, item, path, errors));
        }
        ("array", other) => wrong(errors, path, Wrong::Kind("list", go(other))),
        ("string", _) => any(&Ty::String, None, value, path, errors),
        ("boolean", _) => any(&Ty::Bool, None, value, path, errors),
        ("integer" | "number", _) => any(&Ty::Double, None, value, path, errors),
        _ => {}
    }
}

fn wrong(errors: &mut Vec<Misfit>, path: &str, what: Wrong) {
    errors.push(Misfit(path.to_owned(), what));
}

fn object(ty: &Type, value: &Value, path: &str, errors: &mut Vec<Misfit>) {
    match value {
        Value::Null => {}
        Value::Map(members) => {
            for (key, member) in members.iter() {
                let path = format!("{path}.{key}");
                match ty.field(key) {
                    Some(field) => any(&field.ty, Some(field), member, &path, errors),
                    None => return wrong(errors, &path, Wrong::Undeclared),
                }
            }
        }
        other => wrong(errors, path, Wrong::Kind("map", go(other))),
    }
}

fn any(ty: &Ty, field: Option<&Field>, value: &Value, path: &str, errors: &mut Vec<Misfit>) {
    let text = matches!(value, Value::Str(_));
    let number = matches!(value, Value::Int(_) | Value::Float(_));
    match (ty, value) {
        (_, Value::Null) | (Ty::Any | Ty::SchemaOrArray | Ty::SchemaOrBool, _) => {}
        (Ty::Object(of), _) => match schema().get(*of) {
            open if open.fields.is_empty() => {}
            ty => object(ty, value, path, errors),
        },
        (Ty::MapOf(of), Value::Map(members)) => members.iter().for_each(|(k, v)| any(of, None, v, &format!("{path}.{k}"), errors)),
        (Ty::MapOf(_), other) => wrong(errors, path, Wrong::Kind("map", go(other))),
        (Ty::ListOf(of), Value::List(items)) => list(of, field, items, path, errors),
        (Ty::ListOf(_), other) => wrong(errors, path, Wrong::Kind("list", go(other))),
        (Ty::Int32 | Ty::Int64 | Ty::Double, other) if !number => {
            let kind = match other {
                Value::Str(_) => "string",
                Value::Bool(_) => "bool",
                Value::List(_) => "[]interface {}",
                _ => "map[string]interface {}",
            };
            wrong(errors, path, Wrong::NotANumber(kind));
        }
        (Ty::Int32 | Ty::Int64 | Ty::Double, _) => {}
        (Ty::Bool, Value::Bool(_)) => {}
        (Ty::Bool, other) => wrong(errors, path, Wrong::Kind("boolean", go(other))),
        (Ty::Quantity | Ty::IntOrString, Value::List(_) | Value::Map(_)) => {
            wrong(errors, path, Wrong::Kind("any scalar", go(value)));
        }
        (Ty::Quantity | Ty::IntOrString, _) => {}
        (Ty::String | Ty::Time | Ty::MicroTime | Ty::Duration | Ty::Bytes, other) if !text => {
            wrong(errors, path, Wrong::NotAText(go_syntax(other)));
        }
        (Ty::String | Ty::Time | Ty::MicroTime | Ty::Duration | Ty::Bytes, _) => {}
    }
}

fn list(of: &Ty, field: Option<&Field>, items: &[Value], path: &str, errors: &mut Vec<Misfit>) {
    let ty = match of {
        Ty::Object(of) => Some(schema().get(*of)),
        _ => None,
    };
    let place = |i: usize, item: &Value| match (field, ty) {
        (Some(field), Some(ty)) if field.list_type == ListType::Map => {
            let default = |key: &str| ty.field(key).and_then(Field::of_key).unwrap_or_default();
            place_by_keys(&field.map_keys, default, item)
        }
        (Some(field), _) if field.list_type == ListType::Set => place_in_set(item),
        _ => Ok(format!("[{i}]")),
    };
    listed(items, path, errors, place, |item, path, errors| any(of, None, item, path, errors));
}

/// Checks a list's items, of which no two may have the same name.
fn listed(
    items: &[Value],
    path: &str,
    errors: &mut Vec<Misfit>,
    place: impl Fn(usize, &Value) -> Result<String, Nameless>,
    look: impl Fn(&Value, &str, &mut Vec<Misfit>),
) {
    let mut seen: Vec<String> = Vec::new();
    for (i, item) in items.iter().enumerate() {
        let place = match place(i, item) {
            Ok(place) => place,
            // An item without a name cannot be named in an error.
            Err(why) => return wrong(errors, path, Wrong::Nameless(i, why)),
        };
        if seen.contains(&place) {
            wrong(errors, path, Wrong::Duplicate(place.clone()));
        }
        look(item, &format!("{path}{place}"), errors);
        seen.push(place);
    }
}

/// The name of an item of a set.
fn place_in_set(item: &Value) -> Result<String, Nameless> {
    match item {
        Value::Map(_) => Err(Nameless::MapInSet),
        Value::List(_) => Err(Nameless::ListInSet),
        Value::Null => Err(Nameless::NullInSet),
        scalar => Ok(format!("[={}]", shown(scalar))),
    }
}

/// The name of a map-like list's item: its keys, some of which have defaults.
fn place_by_keys(keys: &[&str], default: impl Fn(&str) -> Value, item: &Value) -> Result<String, Nameless> {
    let Value::Map(members) = item else {
        return Err(if item.is_null() { Nameless::NullInMap } else { Nameless::NotAMap });
    };
    let mut names = keys.to_vec();
    names.order();
    let own = |key: &&str| members.get(key).map(shown).or_else(|| Some(default(key)).filter(|v| !v.is_null()).map(|v| shown(&v)));
    let found: Vec<String> = names.iter().filter_map(|key| own(key).map(|value| format!("{key}={value}"))).list();
    if found.is_empty() {
        let names: Vec<String> = keys.iter().map(|k| quote(k)).list();
        return Err(Nameless::NoKeys(names.join(" ")));
    }
    Ok(format!("[{}]", found.join(",")))
}

/// A value in the name of an item.
fn shown(value: &Value) -> String {
    match value {
        Value::Str(text) => quote(text),
        Value::Null => "null".into(),
        other => go(other),
    }
}

/// A value as Go's `%v` prints it; numbers were read as floating point ones.
fn go(value: &Value) -> String {
    match value {
        Value::Int(i) => go_float(*i as f64),
        Value::Float(f) => go_float(*f),
        Value::Map(members) => {
            let inner: Vec<String> = members.iter().map(|(k, v)| format!("{k}:{}", go(v))).list();
            format!("map[{}]", inner.join(" "))
        }
        Value::List(items) => format!("[{}]", items.iter().map(go).list().join(" ")),
        Value::Null => "<nil>".into(),
        Value::Str(text) => text.to_string(),
        Value::Bool(b) => b.to_string(),
    }
}

/// The same as its `%#v`.
fn go_syntax(value: &Value) -> String {
    match value {
        Value::Map(members) => {
            let inner: Vec<String> = members.iter().map(|(k, v)| format!("{}:{}", quote(k), go_syntax(v))).list();
            format!("map[string]interface {{}}{{{}}}", inner.join(", "))
        }
        Value::List(items) => format!("[]interface {{}}{{{}}}", items.iter().map(go_syntax).list().join(", ")),
        Value::Null => "interface {}(nil)".into(),
        Value::Str(text) => quote(text),
        scalar => go(scalar),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Kind;

    #[test]
    fn says_what_does_not_fit() {
        for (kind, config, want) in [
            ("ConfigMap", r#"{"data":{"a":"x"}}"#, ""),
            ("ConfigMap", r#"{"dat":{}}"#, ".dat: field not declared in schema"),
            ("ConfigMap", r#"{"data":{"a":1}}"#, ".data.a: expected string, got &value.valueUnstructured{Value:1}"),
            ("ConfigMap", r#"{"data":{"a":1000000}}"#, ".data.a: expected string, got &value.valueUnstructured{Value:1e+06}"),
            (
                "ConfigMap",
                r#"{"data":{"a":{"b":["c",null]}}}"#,
                ".data.a: expected string, got &value.valueUnstructured{Value:map[string]interface {}{\"b\":[]interface {}{\"c\", interface {}(nil)}}}",
            ),
            ("ConfigMap", r#"{"data":["a"]}"#, ".data: expected map, got &{[a]}"),
            ("ConfigMap", r#"{"immutable":"a"}"#, ".immutable: expected boolean, got &{a}"),
            ("Deployment", r#"{"spec":{"replicas":"1"}}"#, ".spec.replicas: expected numeric (int or float), got string"),
            ("Deployment", r#"{"spec":{"strategy":{"rollingUpdate":{"maxSurge":1}}}}"#, ""),
            ("Pod", r#"{"spec":{"containers":{"a":"b"}}}"#, ".spec.containers: expected list, got &{map[a:b]}"),
            ("Pod", r#"{"spec":{"containers":[{"name":"a"},{"name":"a"}]}}"#, ".spec.containers: duplicate entries for key [name=\"a\"]"),
            ("Pod", r#"{"spec":{"containers":[{"image":"a"}]}}"#, ""),
            ("Pod", r#"{"spec":{"containers":[{},{}]}}"#, ".spec.containers: duplicate entries for key [name=\"\"]"),
            ("Service", r#"{"spec":{"ports":[{},{}]}}"#, ".spec.ports: duplicate entries for key [port=0,protocol=\"TCP\"]"),
            (
                "Pod",
                r#"{"spec":{"containers":[{"name":"a","ports":[{"containerPort":"x"}],"tty":1}]}}"#,
                "errors:\n  .spec.containers[name=\"a\"].ports[containerPort=\"x\",protocol=\"TCP\"].containerPort: expected numeric (int or float), got string\n  .spec.containers[name=\"a\"].tty: expected boolean, got &{1}",
            ),
            (
                "Service",
                r#"{"spec":{"ports":[{"port":80},{"port":80}]}}"#,
                ".spec.ports: duplicate entries for key [port=80,protocol=\"TCP\"]",
            ),
            ("Pod", r#"{"metadata":{"finalizers":["a","a"]}}"#, ".metadata.finalizers: duplicate entries for key [=\"a\"]"),
        ] {
            let config = Value::from_json(config).expect("json");
            let said = check(Kind::named(kind), "v1", &config).map_or_else(|e| e.to_string(), |()| String::new());
            assert_eq!(said, want, "{config}");
        }
    }

    #[test]
    fn says_what_does_not_fit_the_schema_of_a_custom_kind() {
        let of = Value::from_json(
            r#"{"type":"object","properties":{"b":{"type":"boolean"},"n":{"type":"integer"},"s":{"type":"string"},"x":{"x-kubernetes-int-or-string":true},
                "free":{"type":"object","x-kubernetes-preserve-unknown-fields":true},"map":{"type":"object","additionalProperties":{"type":"string"}},
                "set":{"type":"array","items":{"type":"string"},"x-kubernetes-list-type":"set"},
                "list":{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["k","p"],
                    "items":{"type":"object","properties":{"k":{"type":"string"},"p":{"type":"integer","default":1}}}}}}"#,
        )
        .expect("json");
        for (config, want) in [
            (
                r#"{"b":true,"n":1,"s":"a","x":1,"free":{"a":{}},"map":{"a":"b"},"set":["a","b"],"list":[{"k":"a"},{"k":"a","p":2}]}"#,
                vec![],
            ),
            (
                r#"{"b":1,"n":"1","s":{}}"#,
                vec![
                    ".b: expected boolean, got &{1}",
                    ".n: expected numeric (int or float), got string",
                    ".s: expected string, got &value.valueUnstructured{Value:map[string]interface {}{}}",
                ],
            ),
            (r#"{"q":1,"metadata":{"q":1}}"#, vec![".metadata.q: field not declared in schema", ".q: field not declared in schema"]),
            (
                r#"{"free":"a","map":{"a":1},"x":[]}"#,
                vec![
                    ".free: expected map, got &{a}",
                    ".map.a: expected string, got &value.valueUnstructured{Value:1}",
                    ".x: expected any scalar, got &{[]}",
                ],
            ),
            (
                r#"{"set":["a","a"],"list":[{"k":"a"},{"k":"a","p":1}]}"#,
                vec![".list: duplicate entries for key [k=\"a\",p=1]", ".set: duplicate entries for key [=\"a\"]"],
            ),
        ] {
            let mut errors = Vec::new();
            of_root(&of, &Value::from_json(config).expect("json"), "", &mut errors);
            assert_eq!(errors.iter().map(Misfit::to_string).list(), want, "{config}");
        }
    }
}
