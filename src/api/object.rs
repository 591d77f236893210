//! Reading an API object: what every kind has in its `metadata`, by name.

use super::{ArcStr, Value};

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
        self.get("status").get("conditions").items().iter().find(|c| c.get("type").str() == kind).map_or("", |c| c.get("status").str())
    }
}
