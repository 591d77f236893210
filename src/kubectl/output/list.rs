//! Objects as they are printed: in a `List`, without `managedFields`, by name.

use crate::api::{Object, Value, split_api_version};
use crate::base::Case as _;
use crate::obj;

/// The `List` that kubectl wraps several objects in.
pub fn list_of(items: Vec<Value>) -> Value {
    obj!({"apiVersion": "v1", "items": Value::from(items), "kind": "List", "metadata": {"resourceVersion": ""}})
}

/// A list as kubectl prints one of Go's list types, such as `List` or `EventList`, that it made itself.
pub fn typed_list(kind: &str, items: Vec<Value>) -> Value {
    obj!({"apiVersion": "v1", "items": items, "kind": kind, "metadata": {}})
}

/// An object, or a list's objects, without `metadata.managedFields`: what is printed unless `--show-managed-fields` is given.
pub fn without_managed_fields(mut object: Value) -> Value {
    object.remove(&["metadata", "managedFields"]);
    if matches!(object.get("items"), Value::List(_)) {
        for item in object.get_mut("items").list_mut() {
            item.remove(&["metadata", "managedFields"]);
        }
    }
    object
}

/// An object's name as `-o name` prints it: `pod/web`, `deployment.apps/web`.
pub fn name_of(object: &Value) -> String {
    let (group, _) = split_api_version(object.api_version());
    let kind = if object.kind().is_empty() { "<unknown>".to_owned() } else { object.kind().lower() };
    let name = if object.name().is_empty() { "<unknown>" } else { object.name() };
    if group.is_empty() { format!("{kind}/{name}") } else { format!("{kind}.{group}/{name}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_carry_the_group() {
        assert_eq!(name_of(&obj!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}})), "pod/a");
        assert_eq!(name_of(&obj!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "a"}})), "deployment.apps/a");
    }

    #[test]
    fn managed_fields_are_left_out() {
        let o = obj!({"metadata": {"name": "a", "managedFields": [{}]}});
        let bare = obj!({"metadata": {"name": "a"}});
        assert_eq!(without_managed_fields(o.clone()), bare);
        assert_eq!(without_managed_fields(list_of(vec![o.clone(), o])).get("items").items(), [bare.clone(), bare]);
    }
}
