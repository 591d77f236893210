//! TaintNodesByCondition: a new node takes no pods before the node controller has looked at it.

use crate::api::well_known::NOT_READY;
use crate::api::{Object, Value};
use crate::obj;

pub(super) fn admit(node: &mut Value) {
    // The nodes that a session begins with are ready: the controller would remove the taint at once.
    if node.condition("Ready") != "True" && !node.at(&["spec", "taints"]).items().iter().any(|t| t.get("key").str() == NOT_READY) {
        node.at_mut(&["spec", "taints"]).list_mut().push(obj!({"key": NOT_READY, "effect": "NoSchedule"}));
    }
}
