//! Reading an API object: what every kind has in its `metadata`, by name.

use super::{ArcStr, Value};
use crate::base::Time;

/// The members every API object has. Implemented for [`Value`], which an object is.
pub trait Object {
    /// `metadata.name`; empty where absent.
    fn name(&self) -> &str;
    /// `metadata.namespace`; empty where absent.
    fn namespace(&self) -> &str;
    /// `metadata.uid`; empty where absent.
    fn uid(&self) -> &str;
    /// `kind`; empty where absent.
    fn kind(&self) -> &str;
    /// `apiVersion`; empty where absent.
    fn api_version(&self) -> &str;
    /// `metadata.resourceVersion` as the store's revision; 0 where absent or unreadable.
    fn revision(&self) -> u64;
    /// One label.
    fn label(&self, key: &str) -> Option<&str>;
    /// One annotation.
    fn annotation(&self, key: &str) -> Option<&str>;
    /// `metadata.labels`; null where absent.
    fn labels(&self) -> &Value;
    /// Whether `metadata.deletionTimestamp` is set.
    fn is_terminating(&self) -> bool;
    /// The owner reference with `controller: true`; null where there is none.
    fn controller_ref(&self) -> &Value;
    /// `metadata.name`, shared.
    fn name_arc(&self) -> ArcStr;
    /// `metadata.namespace`, shared.
    fn namespace_arc(&self) -> ArcStr;
    /// The status of the condition of this type in `status.conditions` (`True`, `False`, `Unknown`); empty where absent.
    fn condition(&self, kind: &str) -> &str;
}

/// The condition of this type among a status' conditions; null where there is none.
// Models meta.FindStatusCondition and podutil.GetPodCondition.
pub fn find_condition<'a>(status: &'a Value, kind: &str) -> &'a Value {
    status.get("conditions").items().iter().find(|c| c.get("type").str() == kind).unwrap_or(&NULL)
}

/// Puts a condition into a list of them, in the place of the one of its type; since when it has been so stays with its status.
// Models meta.SetStatusCondition and podutil.UpdatePodCondition.
pub fn set_condition(conditions: &mut Vec<Value>, mut condition: Value, now: Time) {
    let at = conditions.iter().position(|c| c.get("type") == condition.get("type"));
    let since = match at.map(|i| &conditions[i]) {
        Some(old) if old.get("status") == condition.get("status") => old.get("lastTransitionTime").clone(),
        _ => now.rfc3339().into(),
    };
    condition.set(&["lastTransitionTime"], since);
    match at {
        Some(i) => conditions[i] = condition,
        None => conditions.push(condition),
    }
}

/// Whether an object has a finalizer.
pub fn has_finalizer(object: &Value, finalizer: &str) -> bool {
    object.at(&["metadata", "finalizers"]).items().iter().any(|f| f.str() == finalizer)
}

/// Lets something keep an object until it has ended what it does for it.
pub fn add_finalizer(object: &mut Value, finalizer: &str) {
    if !has_finalizer(object, finalizer) {
        object.at_mut(&["metadata", "finalizers"]).list_mut().push(finalizer.into());
    }
}

/// Takes a finalizer off.
pub fn drop_finalizer(object: &mut Value, finalizer: &str) {
    drop_items(object, "finalizers", |f| f.str() == finalizer);
}

/// Takes off the references to one owner, and no other.
pub fn drop_owner(object: &mut Value, uid: &str) {
    drop_items(object, "ownerReferences", |r| r.get("uid").str() == uid);
}

fn drop_items(object: &mut Value, member: &str, goes: impl Fn(&Value) -> bool) {
    let path = &["metadata", member];
    if object.at(path).items().iter().any(&goes) {
        let list = object.at_mut(path).list_mut();
        list.retain(|i| !goes(i));
        if list.is_empty() {
            object.remove(path);
        }
    }
}

static NULL: Value = Value::Null;

impl Object for Value {
    fn name(&self) -> &str {
        self.get("metadata").get("name").str()
    }
    fn namespace(&self) -> &str {
        self.get("metadata").get("namespace").str()
    }
    fn uid(&self) -> &str {
        self.get("metadata").get("uid").str()
    }
    fn kind(&self) -> &str {
        self.get("kind").str()
    }
    fn api_version(&self) -> &str {
        self.get("apiVersion").str()
    }
    fn revision(&self) -> u64 {
        self.get("metadata").get("resourceVersion").str().parse().unwrap_or(0)
    }
    fn label(&self, key: &str) -> Option<&str> {
        self.labels().get(key).as_str()
    }
    fn annotation(&self, key: &str) -> Option<&str> {
        self.at(&["metadata", "annotations", key]).as_str()
    }
    fn labels(&self) -> &Value {
        self.get("metadata").get("labels")
    }
    fn is_terminating(&self) -> bool {
        !self.get("metadata").get("deletionTimestamp").is_null()
    }
    fn controller_ref(&self) -> &Value {
        self.get("metadata").get("ownerReferences").items().iter().find(|r| r.get("controller").is_true()).unwrap_or(&NULL)
    }
    fn name_arc(&self) -> ArcStr {
        self.get("metadata").get("name").arc_str()
    }
    fn namespace_arc(&self) -> ArcStr {
        self.get("metadata").get("namespace").arc_str()
    }
    fn condition(&self, kind: &str) -> &str {
        find_condition(self.get("status"), kind).get("status").str()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::obj;

    #[test]
    fn conditions_keep_their_place_and_their_time() {
        let mut list = vec![obj!({"type": "A", "status": "True", "lastTransitionTime": "then"}), obj!({"type": "B"})];
        for (condition, at, since) in [
            (obj!({"type": "A", "status": "True", "reason": "R"}), 0, "then"),
            (obj!({"type": "A", "status": "False"}), 0, "2026-01-01T00:00:00Z"),
            (obj!({"type": "C", "status": "True"}), 2, "2026-01-01T00:00:00Z"),
        ] {
            set_condition(&mut list, condition.clone(), Time::ZERO);
            assert_eq!(list[at].get("lastTransitionTime").str(), since);
            assert_eq!((list[at].get("type"), list[at].get("reason")), (condition.get("type"), condition.get("reason")));
        }
        assert_eq!(list.len(), 3);
    }

    #[test]
    fn what_is_taken_off_leaves_the_rest() {
        let mut object = obj!({"metadata": {"finalizers": ["a", "b"], "ownerReferences": [{"uid": "1"}, {"uid": "2"}]}});
        drop_finalizer(&mut object, "a");
        drop_owner(&mut object, "2");
        assert_eq!(object, obj!({"metadata": {"finalizers": ["b"], "ownerReferences": [{"uid": "1"}]}}));
        assert!(has_finalizer(&object, "b") && !has_finalizer(&object, "a"));
        drop_finalizer(&mut object, "b");
        drop_owner(&mut object, "1");
        assert_eq!(object, obj!({"metadata": {}}));
    }
}
