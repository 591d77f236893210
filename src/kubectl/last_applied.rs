//! The annotation in which `kubectl apply` keeps what was applied last.

use super::output::to_compact_json;
use crate::api::well_known::LAST_APPLIED;
use crate::api::{Object, Value};

/// Sets the annotation to what the object says now.
// Models kubectl/pkg/util.CreateApplyAnnotation.
pub fn annotate(object: &mut Value) {
    let text = configuration(object);
    object.set(&["metadata", "annotations", LAST_APPLIED], text);
}

/// The object as the annotation keeps it: without the annotation itself, but with a map of annotations, as JSON on one line.
fn configuration(object: &Value) -> String {
    let mut bare = object.clone();
    bare.remove(&["metadata", "annotations", LAST_APPLIED]);
    if !matches!(bare.at(&["metadata", "annotations"]), Value::Map(_)) {
        bare.set(&["metadata", "annotations"], Value::map());
    }
    to_compact_json(&bare) + "\n"
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
    }
}
