//! The empty lists and maps of a body. Go tells them from absent ones until it encodes the object, which leaves out both. So validation
//! sees them, and prints them as they came.

use super::decode::served_version;
use super::schema::{Field, Ty, Type, schema};
use super::{KindRef, Value};

/// An object with what was empty in the `body` that it was decoded from; none where nothing was.
pub fn put_back(kind: KindRef, body: &Value, object: &Value) -> Option<Value> {
    put_back_those(kind, body, object, |_| true)
}

/// The same, but only for fields that are encoded as null where they are absent.
pub fn put_back_written(kind: KindRef, body: &Value, object: &Value) -> Option<Value> {
    put_back_those(kind, body, object, |field| !field.omit_empty)
}

fn put_back_those(kind: KindRef, body: &Value, object: &Value, is_meant: fn(&Field) -> bool) -> Option<Value> {
    if kind.custom.is_some() || served_version(kind, body) != kind.version {
        return None;
    }
    in_object(schema().kind(kind), body, object, is_meant)
}

fn in_object(ty: &Type, body: &Value, object: &Value, is_meant: fn(&Field) -> bool) -> Option<Value> {
    let (Value::Map(members), Value::Map(_)) = (body, object) else { return None };
    let mut whole: Option<Value> = None;
    for (name, value) in members.iter() {
        let Some(field) = ty.field(name) else { continue };
        let read = object.get(name);
        let new = match field.ty {
            Ty::ListOf(_) | Ty::MapOf(_) if value.is_empty() => {
                (read.is_null() && !value.is_null() && is_meant(field)).then(|| value.clone())
            }
            _ => in_value(&field.ty, value, read, is_meant),
        };
        if let Some(new) = new {
            whole.get_or_insert_with(|| object.clone()).set(&[name], new);
        }
    }
    whole
}

fn in_value(ty: &Ty, body: &Value, value: &Value, is_meant: fn(&Field) -> bool) -> Option<Value> {
    match (ty, body, value) {
        (Ty::Object(t), ..) => in_object(schema().get(*t), body, value, is_meant),
        // If items were added, their places no longer correspond.
        (Ty::ListOf(item), Value::List(before), Value::List(now)) if before.len() == now.len() => {
            let mut whole: Option<Value> = None;
            for (i, (before, now)) in before.iter().zip(now.iter()).enumerate() {
                if let Some(new) = in_value(item, before, now, is_meant) {
                    whole.get_or_insert_with(|| value.clone()).list_mut()[i] = new;
                }
            }
            whole
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Kind;

    #[test]
    fn what_was_empty_comes_back_where_nothing_took_its_place() {
        let template = Kind::named("PodTemplate");
        for (body, object, whole) in [
            (r#"{"template":{"metadata":{"labels":{}}}}"#, r#"{"template":{"metadata":{}}}"#, r#"{"template":{"metadata":{"labels":{}}}}"#),
            (r#"{"template":{"metadata":{"labels":{}}}}"#, r#"{"template":{"metadata":{"labels":{"a":"b"}}}}"#, "null"),
            (r#"{"template":{"metadata":{"labels":null}}}"#, r#"{"template":{"metadata":{}}}"#, "null"),
            (
                r#"{"template":{"spec":{"containers":[{"name":"a"},{"name":"b","ports":[]}]}}}"#,
                r#"{"template":{"spec":{"containers":[{"name":"a"},{"name":"b"}]}}}"#,
                r#"{"template":{"spec":{"containers":[{"name":"a"},{"name":"b","ports":[]}]}}}"#,
            ),
            (
                r#"{"template":{"spec":{"containers":[{"name":"b","ports":[]}]}}}"#,
                r#"{"template":{"spec":{"containers":[{"name":"a"},{"name":"b"}]}}}"#,
                "null",
            ),
        ] {
            let read = |text: &str| Value::from_json(text).expect("valid");
            assert_eq!(put_back(template, &read(body), &read(object)).unwrap_or_default().to_json(), whole, "{body}");
        }
    }

    #[test]
    fn of_what_may_be_absent_nothing_comes_back_where_only_what_is_written_is_asked_for() {
        for (kind, body, object, whole) in [
            ("ClusterRole", r#"{"rules":[]}"#, r#"{"rules":null}"#, r#"{"rules":[]}"#),
            ("ClusterRole", r#"{"rules":null}"#, r#"{"rules":null}"#, "null"),
            ("NetworkPolicy", r#"{"spec":{"egress":[]}}"#, r#"{"spec":{}}"#, "null"),
        ] {
            let read = |text: &str| Value::from_json(text).expect("valid");
            let back = put_back_written(Kind::named(kind), &read(body), &read(object));
            assert_eq!(back.unwrap_or_default().to_json(), whole, "{body}");
        }
    }
}
