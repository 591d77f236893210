//! The effect of a schema on an object before validation: unknown fields and meaningless nulls are removed, and defaults are set.

use super::super::decode::served_version;
use super::super::decode::{self, DecodeError, StrictError};
use super::super::{Kind, Map, Object as _, Value, join_api_version, split_api_version};
use super::Custom;
use crate::base::{List as _, Order as _};

/// How deep values are looked into; what is deeper is left alone.
const DEPTH_MAX: usize = 64;
/// What every object has, whatever its schema says.
const META: [&str; 3] = ["apiVersion", "kind", "metadata"];

/// Decodes a body as an object of a custom kind at one of its versions; also returns the strict errors.
// Models apiextensions' schemaCoercingDecoder and unstructuredDefaulter.
pub fn decode(kind: &Kind, custom: &Custom, version: &str, value: Value) -> Result<(Value, Vec<StrictError>), DecodeError> {
    let Value::Map(_) = value else {
        let message = format!("json: cannot unmarshal {} into Go value of type map[string]interface {{}}", decode::json_kind(&value));
        return Err(DecodeError::NoMap(message.into()));
    };
    let mut object = value;
    let (metadata, mut strict) = decode::metadata(&object).map_err(DecodeError::WrongType)?;
    object.set(&["metadata"], metadata);
    let schema = custom.schema(version);
    let mut unknown = Vec::new();
    prune(&mut object, schema, true, false, &mut String::new(), 0, &mut unknown);
    unknown.order();
    strict.extend(unknown.into_iter().map(|path| StrictError { message: format!("unknown field {path:?}"), path }));
    drop_nulls(&mut object, schema, 0);
    fill_in(&mut object, schema, 0);
    if kind.version != version || object.api_version().is_empty() {
        object.set(&["apiVersion"], join_api_version(kind.group, version));
    }
    Ok((object, strict))
}

/// An object in its stored form. With the conversion `None` only the name of the version changes, and fields that the stored version does
/// not know are dropped.
pub fn to_stored(kind: &Kind, custom: &Custom, object: &mut Value) {
    let stored = custom.storage();
    let version = stored.get("name").str();
    if served_version(kind, object) != version {
        prune(object, stored.at(&["schema", "openAPIV3Schema"]), true, false, &mut String::new(), 0, &mut Vec::new());
        object.set(&["apiVersion"], join_api_version(kind.group, version));
    }
}

/// A stored object as a reader sees it: at the preferred version, pruned and defaulted by the present schema.
pub fn read(kind: &Kind, object: &Value) -> Value {
    convert(kind, kind.version, object)
}

/// An object at another version, or at the same one with its present schema. Defaults are set only at its own version, unless that is gone.
// Models schemaCoercingDecoder, and schemaCoercingConverter after it.
pub fn convert(kind: &Kind, version: &str, object: &Value) -> Value {
    let mut object = object.clone();
    if let Some(custom) = &kind.custom {
        let own = split_api_version(object.api_version()).1.to_owned();
        let known = if custom.version(&own).is_null() { version } else { &own };
        prune(&mut object, custom.schema(known), true, false, &mut String::new(), 0, &mut Vec::new());
        fill_in(&mut object, custom.schema(known), 0);
        if own != version {
            prune(&mut object, custom.schema(version), true, false, &mut String::new(), 0, &mut Vec::new());
            object.set(&["apiVersion"], join_api_version(kind.group, version));
        }
    }
    object
}

/// Sets the defaults of a custom kind's schema, at the object's version.
pub fn fill(kind: &Kind, custom: &Custom, object: &mut Value) {
    fill_in(object, custom.schema(served_version(kind, object)), 0);
}

/// The schema of a member; null where the schema says nothing of it.
fn of_member<'a>(schema: &'a Value, key: &str) -> &'a Value {
    let property = schema.get("properties").get(key);
    if property.is_null() { schema.get("additionalProperties") } else { property }
}

/// Whether the schema knows all fields of a value.
pub fn is_pruned(schema: &Value, value: &Value) -> bool {
    let mut unknown = Vec::new();
    prune(&mut value.clone(), schema, false, false, &mut String::new(), 0, &mut unknown);
    unknown.is_empty()
}

/// Removes unknown fields, unless the schema preserves them, or that of the list does whose item this is.
// Models pruning.PruneWithOptions.
fn prune(value: &mut Value, schema: &Value, root: bool, kept: bool, path: &mut String, depth: usize, unknown: &mut Vec<String>) {
    if depth > DEPTH_MAX {
        return;
    }
    let keeps = kept || schema.get("x-kubernetes-preserve-unknown-fields").is_true();
    let is_resource = root || schema.get("x-kubernetes-embedded-resource").is_true();
    let length = path.len();
    match value {
        Value::Map(map) => {
            let keys: Vec<_> = map.keys().filter(|k| !(is_resource && META.contains(&k.as_str()))).cloned().list();
            for key in keys {
                if !path.is_empty() {
                    path.push('.');
                }
                path.push_str(&key);
                let inner = of_member(schema, &key);
                if inner.is_null() || (matches!(inner, Value::Bool(_)) && !inner.is_true()) {
                    if !keeps {
                        unknown.push(path.clone());
                        value.map_mut().remove(&key);
                    }
                } else if needs_pruning(value.get(&key)) {
                    prune(value.get_mut(&key), inner, false, false, path, depth + 1, unknown);
                }
                path.truncate(length);
            }
        }
        Value::List(list) => {
            for i in 0..list.len() {
                if needs_pruning(&value.items()[i]) {
                    path.push_str(&format!("[{i}]"));
                    prune(&mut value.list_mut()[i], schema.get("items"), false, keeps, path, depth + 1, unknown);
                    path.truncate(length);
                }
            }
        }
        _ => {}
    }
}

fn needs_pruning(value: &Value) -> bool {
    matches!(value, Value::Map(_) | Value::List(_))
}

/// Whether this is a null that the schema does not allow.
fn is_idle_null(value: &Value, schema: &Value) -> bool {
    value.is_null() && matches!(schema, Value::Map(_)) && !schema.get("nullable").is_true()
}

/// Removes nulls that are not allowed and have no default to replace them.
// Models defaulting.PruneNonNullableNullsWithoutDefaults.
fn drop_nulls(value: &mut Value, schema: &Value, depth: usize) {
    if depth > DEPTH_MAX {
        return;
    }
    match value {
        Value::Map(map) => {
            let keys: Vec<_> = map.keys().cloned().list();
            for key in keys {
                let inner = of_member(schema, &key);
                if is_idle_null(value.get(&key), inner) && inner.get("default").is_null() {
                    value.map_mut().remove(&key);
                } else if needs_pruning(value.get(&key)) {
                    drop_nulls(value.get_mut(&key), inner, depth + 1);
                }
            }
        }
        Value::List(_) => value.list_mut().iter_mut().for_each(|item| drop_nulls(item, schema.get("items"), depth + 1)),
        _ => {}
    }
}

/// Sets defaults where values are missing.
// Models defaulting.Default.
fn fill_in(value: &mut Value, schema: &Value, depth: usize) {
    if depth > DEPTH_MAX || !matches!(schema, Value::Map(_)) {
        return;
    }
    match value {
        Value::Map(_) => {
            for (key, property) in schema.get("properties").entries() {
                let default = property.get("default");
                let own = value.get(key);
                if !default.is_null() && own.is_null() && (is_idle_null(own, property) || !has(value, key)) {
                    value.map_mut().insert(key.clone(), default.clone());
                }
                if needs_pruning(value.get(key)) {
                    fill_in(value.get_mut(key), property, depth + 1);
                }
            }
            let rest = schema.get("additionalProperties");
            if matches!(rest, Value::Map(_)) {
                let known = schema.get("properties");
                let keys: Vec<_> = value.entries().map(|(k, _)| k.clone()).filter(|k| known.get(k).is_null()).list();
                for key in keys {
                    fill_in(value.get_mut(&key), rest, depth + 1);
                }
            }
        }
        Value::List(list) if !list.is_empty() => {
            let items = schema.get("items");
            for item in value.list_mut().iter_mut() {
                if is_idle_null(item, items) && !items.get("default").is_null() {
                    *item = items.get("default").clone();
                }
                fill_in(item, items, depth + 1);
            }
        }
        _ => {}
    }
}

fn has(value: &Value, key: &str) -> bool {
    matches!(value, Value::Map(m) if Map::contains_key(m, key))
}
