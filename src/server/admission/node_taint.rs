//! TaintNodesByCondition: a new node takes no pods before the node controller has looked at it.

use crate::api::well_known::NOT_READY;
use crate::api::{Object, Value};
use crate::base::Time;
use crate::obj;

pub(super) fn admit(node: &mut Value, now: Time) {
    // From the nodes that a session begins with, the controller has removed the taint already where they are ready.
    let looked_at = now == Time::ZERO && node.condition("Ready") == "True";
    if !looked_at && !node.at(&["spec", "taints"]).items().iter().any(|t| t.get("key").str() == NOT_READY) {
        node.at_mut(&["spec", "taints"]).list_mut().push(obj!({"key": NOT_READY, "effect": "NoSchedule"}));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_that_comes_later_is_tainted_even_if_it_says_that_it_is_ready() {
        for (ready, at_s, tainted) in [("True", 0, false), ("False", 0, true), ("True", 1, true), ("False", 1, true)] {
            let mut node = obj!({"status": {"conditions": [{"type": "Ready", "status": ready}]}});
            // Once is enough.
            (0..2).for_each(|_| admit(&mut node, Time::from_secs(at_s)));
            assert_eq!(node.at(&["spec", "taints"]).items().len(), usize::from(tainted), "{ready} at {at_s} s");
        }
    }
}
