//! Which persistent volume a claim may get, and from where. The scheduler and the volume controller ask the same.

use super::node_affinity::parse_terms;
use super::selector::LabelSelector;
use super::{Object, Quantity, Value};
use crate::api::well_known::BETA_STORAGE_CLASS;
use crate::base::{List as _, Order as _};
use crate::obj;

/// The annotation of a claim that is to get a volume on this node.
pub const SELECTED_NODE: &str = "volume.kubernetes.io/selected-node";

/// The annotation of a claim or a volume that nobody had bound by hand.
pub const BOUND_BY_CONTROLLER: &str = "pv.kubernetes.io/bound-by-controller";

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
        volume.set(&["metadata", "annotations", BOUND_BY_CONTROLLER], "yes");
    }
    volume.set(&["spec", "claimRef"], reference_to(claim));
}

/// What a volume says of the claim that it is for.
pub fn reference_to(claim: &Value) -> Value {
    obj!({
        "kind": "PersistentVolumeClaim", "namespace": claim.namespace(), "name": claim.name(), "uid": claim.uid(), "apiVersion": "v1",
        "resourceVersion": claim.get("metadata").get("resourceVersion")
    })
}

/// Why a volume is not what a claim asks for by name; nothing where it is.
// Models checkVolumeSatisfyClaim.
pub fn mismatch(volume: &Value, claim: &Value) -> Option<String> {
    let told = if volume.is_terminating() {
        return Some(format!("the volume is marked for deletion {:?}", volume.name()));
    } else if !is_large_enough(volume, claim) {
        "requested PV is too small"
    } else if class_of(volume) != class_of(claim) {
        "storageClassName does not match"
    } else if !has_mode(volume, claim) {
        "incompatible volumeMode"
    } else if !has_access_modes(volume, claim) {
        "incompatible accessMode"
    } else {
        return None;
    };
    Some(told.to_owned())
}

fn is_large_enough(volume: &Value, claim: &Value) -> bool {
    capacity(volume) >= Quantity::of(claim.at(&["spec", "resources", "requests", "storage"]))
}

fn has_mode(volume: &Value, claim: &Value) -> bool {
    let mode = |o: &Value| o.at(&["spec", "volumeMode"]).as_str().unwrap_or("Filesystem").to_owned();
    mode(volume) == mode(claim)
}

fn access_modes(object: &Value) -> &[Value] {
    object.at(&["spec", "accessModes"]).items()
}

fn has_access_modes(volume: &Value, claim: &Value) -> bool {
    access_modes(claim).iter().all(|wanted| access_modes(volume).contains(wanted))
}

/// Whether a node can reach a volume.
pub fn is_reachable(volume: &Value, node: &Value) -> bool {
    let required = volume.at(&["spec", "nodeAffinity", "required"]);
    required.is_null() || parse_terms(required).iter().any(|t| t.matches(node))
}

/// The volumes that a claim may have, wherever they are: those set aside for it, of whatever class, and free ones that will do.
// Models the part of volume.FindMatchingVolume that no node has to do with.
fn matching<'a>(volumes: impl Iterator<Item = &'a Value>, claim: &Value) -> impl Iterator<Item = &'a Value> {
    let attributes = |o: &Value| o.at(&["spec", "volumeAttributesClassName"]).str().to_owned();
    let selector = LabelSelector::from_object(claim.at(&["spec", "selector"])).ok();
    let selected = move |v: &Value| claim.at(&["spec", "selector"]).is_null() || selector.as_ref().is_some_and(|s| s.matches(v.labels()));
    let will_do = move |v: &&Value| {
        let aside = !is_free(v);
        let free = !aside && v.at(&["status", "phase"]).str() == "Available" && class_of(v) == class_of(claim) && selected(v);
        (free || aside && is_for(v, claim))
            && !v.is_terminating()
            && is_large_enough(v, claim)
            && has_mode(v, claim)
            && has_access_modes(v, claim)
            && attributes(v) == attributes(claim)
    };
    volumes.filter(will_do)
}

fn is_free(volume: &Value) -> bool {
    volume.at(&["spec", "claimRef"]).is_null()
}

/// The volume that a claim gets: one that was set aside for it, otherwise one with the fewest access modes, and of those the smallest.
// Models volume.FindMatchingVolume, and the order in which the controller hands it volumes.
pub fn best_match<'a>(volumes: impl Iterator<Item = &'a Value>, claim: &Value) -> Option<&'a Value> {
    matching(volumes, claim).min_by_key(|v| (is_free(v), access_modes(v).len(), capacity(v)))
}

/// The volumes that a claim may get, the best first: those set aside for it, then free ones, the smallest first.
pub fn candidates<'a>(volumes: impl Iterator<Item = &'a Value>, claim: &Value) -> Vec<&'a Value> {
    let mut found: Vec<&Value> = matching(volumes, claim).list();
    found.order_by_key(|v| (is_free(v), capacity(v)));
    found
}

/// The first of a claim's candidates that a node can reach. One that is set aside elsewhere leaves the claim none here.
pub fn best_within_reach<'a>(mut candidates: impl Iterator<Item = &'a Value>, node: &Value) -> Option<&'a Value> {
    candidates.find(|v| !is_free(v) || is_reachable(v, node)).filter(|v| is_reachable(v, node))
}
