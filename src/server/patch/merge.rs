//! JSON merge patch, RFC 7386.

use crate::api::{Map, Value};

/// Applies a merge patch: maps merge, null deletes, anything else replaces.
pub fn merge_patch(target: &mut Value, patch: &Value) {
    let Value::Map(changes) = patch else {
        let was_map = matches!(target, Value::Map(_));
        *target = patch.clone();
        if !was_map {
            drop_nulls(target);
        }
        return;
    };
    let map = target.map_mut();
    for (key, change) in changes.iter() {
        if change.is_null() {
            map.remove(key);
            continue;
        }
        if map.get(key).is_none() {
            map.insert(key.clone(), Value::Null);
        }
        if let Some(slot) = map.get_mut(key) {
            merge_patch(slot, change);
        }
    }
}

/// Drops from the maps in a list what is null, where the list takes the place of anything but a map.
// Models pruneNils of evanphx/json-patch.
fn drop_nulls(value: &mut Value) {
    match value {
        Value::Map(_) => {
            let map = value.map_mut();
            map.retain(|_, v| !v.is_null());
            map.iter_mut().for_each(|(_, v)| drop_nulls(v));
        }
        Value::List(_) => value.list_mut().iter_mut().for_each(drop_nulls),
        _ => {}
    }
}

/// kubectl's three-way patch for kinds without strategic merge: what the manifest changes of the live object, and
/// deletions of what the last applied manifest had and this one has not.
pub fn three_way_merge_patch(original: &Value, modified: &Value, current: &Value) -> Value {
    let mut patch = additions(current, modified).unwrap_or_else(Value::map);
    delete_missing(original, modified, &mut patch);
    patch
}

fn additions(current: &Value, modified: &Value) -> Option<Value> {
    let (Value::Map(a), Value::Map(b)) = (current, modified) else {
        return (!current.same(modified)).then(|| modified.clone());
    };
    let mut diff = Map::new();
    for (key, new) in b.iter() {
        let change = match a.get(key) {
            None => Some(new.clone()),
            Some(old) => additions(old, new),
        };
        if let Some(change) = change {
            diff.insert(key.clone(), change);
        }
    }
    (!diff.is_empty()).then(|| diff.into())
}

fn delete_missing(original: &Value, modified: &Value, patch: &mut Value) {
    for (key, old) in original.entries() {
        let new = modified.get(key);
        if matches!(modified, Value::Map(m) if !m.contains_key(key)) {
            patch.set(&[key], Value::Null);
        } else if matches!((old, new), (Value::Map(_), Value::Map(_))) {
            let mut inner = patch.get(key).clone();
            if !matches!(inner, Value::Map(_)) {
                inner = Value::map();
            }
            delete_missing(old, new, &mut inner);
            if !inner.is_empty() {
                patch.set(&[key], inner);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc_7386_examples() {
        let rows = [
            (r#"{"a":"b"}"#, r#"{"a":"c"}"#, r#"{"a":"c"}"#),
            (r#"{"a":"b","b":"c"}"#, r#"{"a":null}"#, r#"{"b":"c"}"#),
            (r#"{"a":["b"]}"#, r#"{"a":"c"}"#, r#"{"a":"c"}"#),
            (r#"{"a":{"b":"c"}}"#, r#"{"a":{"b":"d","c":null}}"#, r#"{"a":{"b":"d"}}"#),
            (r#"{}"#, r#"{"a":{"bb":{"ccc":null}}}"#, r#"{"a":{"bb":{}}}"#),
            // What evanphx/json-patch makes of nulls in lists.
            (r#"{"a":[1]}"#, r#"{"a":[null,{"b":null,"c":[{"d":null}]}]}"#, r#"{"a":[null,{"c":[{}]}]}"#),
            (r#"{}"#, r#"{"a":[{"b":null}]}"#, r#"{"a":[{}]}"#),
            (r#"{"a":{}}"#, r#"{"a":[{"b":null}]}"#, r#"{"a":[{"b":null}]}"#),
        ];
        for (target, patch, want) in rows {
            let mut got = Value::from_json(target).expect("json");
            let patch = Value::from_json(patch).expect("json");
            merge_patch(&mut got, &patch);
            assert_eq!(got.to_json(), want);
        }
    }
}
