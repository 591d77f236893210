//! Which persistent volume a claim may get, and from where. The scheduler and the volume controller ask the same.

use super::node_affinity::parse_terms;
use super::selector::LabelSelector;
use super::{Object, Quantity, Value};
use crate::api::well_known::BETA_STORAGE_CLASS;
use crate::obj;

/// The annotation of a claim that is to get a volume on this node.
pub const SELECTED_NODE: &str = "volume.kubernetes.io/selected-node";

/// The name of a claim's or a volume's storage class.
pub fn class_of(object: &Value) -> &str {
    object.annotation(BETA_STORAGE_CLASS).unwrap_or_else(|| object.at(&["spec", "storageClassName"]).str())
}

/// How much a volume holds.
pub fn capacity(volume: &Value) -> Quantity {
    Quantity::of(volume.at(&["spec", "capacity", "storage"]))
}

/// Whether a volume's claimRef names the claim, and does not name a former one of its name.
pub fn is_for(volume: &Value, claim: &Value) -> bool {
    let reference = volume.at(&["spec", "claimRef"]);
    reference.get("name").str() == claim.name()
        && reference.get("namespace").str() == claim.namespace()
        && (reference.get("uid").str().is_empty() || reference.get("uid").str() == claim.uid())
}

/// Sets a volume aside for a claim, where it is not yet.
pub fn set_aside(volume: &mut Value, claim: &Value) {
    if volume.at(&["spec", "claimRef", "uid"]).str() == claim.uid() {
        return;
    }
    if volume.at(&["spec", "claimRef"]).is_null() {
        volume.set(&["metadata", "annotations", "pv.kubernetes.io/bound-by-controller"], "yes");
    }
    let reference = obj!({
        "kind": "PersistentVolumeClaim", "namespace": claim.namespace(), "name": claim.name(), "uid": claim.uid(), "apiVersion": "v1",
        "resourceVersion": claim.get("metadata").get("resourceVersion")
    });
    volume.set(&["spec", "claimRef"], reference);
}

/// Whether a volume is what a claim asks for.
pub fn satisfies(volume: &Value, claim: &Value) -> bool {
    let mode = |o: &Value| o.at(&["spec", "volumeMode"]).as_str().unwrap_or("Filesystem").to_owned();
    let offered = volume.at(&["spec", "accessModes"]).items();
    let wanted = claim.at(&["spec", "accessModes"]).items();
    class_of(volume) == class_of(claim)
        && mode(volume) == mode(claim)
        && wanted.iter().all(|m| offered.iter().any(|o| o == m))
        && capacity(volume) >= Quantity::of(claim.at(&["spec", "resources", "requests", "storage"]))
}

/// Whether a node can reach a volume.
pub fn is_reachable(volume: &Value, node: &Value) -> bool {
    let required = volume.at(&["spec", "nodeAffinity", "required"]);
    required.is_null() || parse_terms(required).iter().any(|t| t.matches(node))
}

/// The volume that a claim gets: one that was set aside for it, otherwise the smallest that will do and is within reach of the node.
// Models volume.FindMatchingVolume.
pub fn best_match<'a>(volumes: impl Iterator<Item = &'a Value> + Clone, claim: &Value, node: Option<&Value>) -> Option<&'a Value> {
    let set_aside = |v: &&Value| !v.at(&["spec", "claimRef"]).is_null() && is_for(v, claim) && satisfies(v, claim);
    if let Some(volume) = volumes.clone().find(set_aside) {
        return Some(volume);
    }
    let selector = LabelSelector::from_object(claim.at(&["spec", "selector"])).ok();
    let selected = |v: &Value| claim.at(&["spec", "selector"]).is_null() || selector.as_ref().is_some_and(|s| s.matches(v.labels()));
    let free = |v: &Value| !v.is_terminating() && v.at(&["spec", "claimRef"]).is_null() && v.at(&["status", "phase"]).str() == "Available";
    volumes.filter(|v| free(v) && satisfies(v, claim) && selected(v) && node.is_none_or(|n| is_reachable(v, n))).min_by_key(|v| capacity(v))
}
