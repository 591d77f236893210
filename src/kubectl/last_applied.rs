//! The annotation in which `kubectl apply` keeps what was applied last.

use super::output::to_compact_json;
use crate::api::well_known::LAST_APPLIED;
use crate::api::{Object, Value, json_order};

/// Sets the annotation to what the object says now.
// Models kubectl/pkg/util.CreateApplyAnnotation.
pub fn annotate(object: &mut Value) {
    let mut bare = without(object);
    if !matches!(bare.at(&["metadata", "annotations"]), Value::Map(_)) {
        bare.set(&["metadata", "annotations"], Value::map());
    }
    object.set(&["metadata", "annotations", LAST_APPLIED], to_compact_json(&bare) + "\n");
}

/// The same of an object of one of Go's types: its members in the order of the structs, and no map of annotations where it is empty.
pub fn annotate_typed(object: &mut Value) {
    let mut bare = without(object);
    if bare.at(&["metadata", "annotations"]).is_empty() {
        bare.remove(&["metadata", "annotations"]);
    }
    object.set(&["metadata", "annotations", LAST_APPLIED], json_order::line(&bare) + "\n");
}

/// The object without the annotation.
fn without(object: &Value) -> Value {
    let mut bare = object.clone();
    bare.remove(&["metadata", "annotations", LAST_APPLIED]);
    bare
}

/// What was applied last, where the annotation is there and can be read.
pub fn original(object: &Value) -> Option<Value> {
    Value::from_json(object.annotation(LAST_APPLIED)?).ok()
}

/// Takes out members that are null, as applying them would.
pub fn prune_nulls(value: &mut Value) {
    match value {
        Value::Map(_) => {
            if value.entries().any(|(_, v)| v.is_null() || matches!(v, Value::Map(_) | Value::List(_))) {
                let map = value.map_mut();
                map.retain(|_, v| !v.is_null());
                for (_, v) in map.iter_mut() {
                    prune_nulls(v);
                }
            }
        }
        Value::List(_) => value.list_mut().iter_mut().for_each(prune_nulls),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::obj;

    #[test]
    fn keeps_what_was_applied() {
        let mut o = obj!({"kind": "Pod", "metadata": {"name": "a<b"}});
        annotate(&mut o);
        assert_eq!(o.annotation(LAST_APPLIED), Some("{\"kind\":\"Pod\",\"metadata\":{\"annotations\":{},\"name\":\"a\\u003cb\"}}\n"));
        let once = o.clone();
        annotate(&mut o);
        assert_eq!(o, once);
        let mut o = obj!({"apiVersion": "v1", "data": {"x": "y"}, "kind": "ConfigMap", "metadata": {"name": "c"}});
        for _ in 0..2 {
            annotate_typed(&mut o);
            let want = "{\"kind\":\"ConfigMap\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"c\"},\"data\":{\"x\":\"y\"}}\n";
            assert_eq!(o.annotation(LAST_APPLIED), Some(want));
        }
    }
}
