//! What controllers that keep a number of equal pods share: making pods of a template, which are active, which go first.

use super::controller::controller_ref;
use crate::api::{KindRef, NAMESPACE_TERMINATING, Object, Status, Value, find_condition, has_ended, is_ready};
use crate::base::{Duration, Time};

/// A pod of `template`, owned by `owner`, with a name generated from the owner's.
pub(super) fn pod_from_template(template: &Value, owner: &Value, owner_kind: KindRef) -> Value {
    let mut pod = Value::map();
    // The template's own metadata first, so that labels and annotations are shared with it.
    for member in ["labels", "annotations", "finalizers"] {
        let value = template.at(&["metadata", member]);
        if !value.is_empty() {
            pod.set(&["metadata", member], value.clone());
        }
    }
    pod.set(&["metadata", "generateName"], format!("{}-", owner.name()));
    pod.set(&["metadata", "ownerReferences"], vec![controller_ref(owner, owner_kind)]);
    pod.set(&["spec"], template.get("spec").clone());
    pod
}

/// Runs a step `count` times in batches of 1, 2, 4 ..., and stops after a batch in which one failed (`slowStartBatch`). Returns how
/// many went well, and the first failure. What fails because the namespace goes away is no failure.
pub(super) fn slow_start(count: usize, mut step: impl FnMut(usize) -> Result<(), Status>) -> (usize, Result<(), Status>) {
    let (mut done, mut next, mut batch) = (0, 0, 1);
    while next < count {
        let mut failure = None;
        for n in next..(next + batch).min(count) {
            match step(n) {
                Ok(()) => done += 1,
                Err(status) if is_namespace_ending(&status) => done += 1,
                Err(status) => failure = failure.or(Some(status)),
            }
        }
        if let Some(status) = failure {
            return (done, Err(status));
        }
        next += batch;
        batch *= 2;
    }
    (done, Ok(()))
}

/// Whether a create was refused because its namespace is being deleted.
pub(super) fn is_namespace_ending(status: &Status) -> bool {
    status.causes.iter().any(|cause| cause.reason == NAMESPACE_TERMINATING)
}

/// Whether a pod still counts: neither ended nor on its way out (`controller.IsPodActive`).
pub(super) fn is_active(pod: &Value) -> bool {
    !has_ended(pod) && !pod.is_terminating()
}

/// When the Ready condition became what it is.
pub(super) fn ready_since(pod: &Value) -> Option<Time> {
    Time::parse_rfc3339(find_condition(pod.get("status"), "Ready").get("lastTransitionTime").str())
}

/// Whether the pod has been ready for `min_ready_s` (`podutil.IsPodAvailable`).
pub(super) fn is_available(pod: &Value, min_ready_s: i64, now: Time) -> bool {
    is_ready(pod) && (min_ready_s <= 0 || ready_since(pod).is_some_and(|t| t + Duration::from_secs(min_ready_s.unsigned_abs()) <= now))
}
