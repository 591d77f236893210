//! What the controllers of replicas share: how pods are created from a template, and which of them are active and available.

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

/// Runs a step `count` times in batches of 1, 2, 4 ..., and stops after a batch with a failure (`slowStartBatch`). Returns how many steps
/// succeeded and the first error. An error because the namespace is terminating does not count.
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

/// Whether a create was refused because its namespace is terminating.
pub(super) fn is_namespace_ending(status: &Status) -> bool {
    status.causes.iter().any(|cause| cause.reason == NAMESPACE_TERMINATING)
}

/// Whether a pod is active: neither ended nor terminating (`controller.IsPodActive`).
pub(super) fn is_active(pod: &Value) -> bool {
    !has_ended(pod) && !pod.is_terminating()
}

/// The last transition of the Ready condition.
pub(super) fn ready_since(pod: &Value) -> Option<Time> {
    Time::parse_rfc3339(find_condition(pod.get("status"), "Ready").get("lastTransitionTime").str())
}

/// Whether the pod has been ready for `min_ready_s` (`podutil.IsPodAvailable`).
pub(super) fn is_available(pod: &Value, min_ready_s: i64, now: Time) -> bool {
    is_ready(pod) && (min_ready_s <= 0 || ready_since(pod).is_some_and(|t| t + Duration::from_secs(min_ready_s.unsigned_abs()) <= now))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Cause;

    #[test]
    fn pods_are_made_in_batches_that_double_until_one_fails() {
        // How many are wanted, from which on it fails: how often it is tried, and how many there are.
        for (count, fails_from, wanted) in
            [(0, 0, (0, 0)), (10, 10, (10, 10)), (10, 0, (1, 0)), (10, 2, (3, 2)), (10, 4, (7, 4)), (5, 4, (5, 4))]
        {
            let mut calls = 0;
            let (done, outcome) = slow_start(count, |n| {
                calls += 1;
                if n >= fails_from { Err(Status::bad_request("refused")) } else { Ok(()) }
            });
            assert_eq!((calls, done), wanted, "{count} {fails_from}");
            assert_eq!(outcome.is_ok(), done == count);
        }
        let mut ending = Status::bad_request("the namespace goes");
        ending.causes.push(Cause::new(NAMESPACE_TERMINATING, "metadata.namespace", "it goes".to_owned()));
        let (done, outcome) = slow_start(3, |_| Err(ending.clone()));
        assert_eq!((done, outcome.is_ok()), (3, true), "what ends anyway is no failure");
    }
}
