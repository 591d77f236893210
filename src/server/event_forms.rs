//! Events in the form of the core group, as which they are kept, and in that of `events.k8s.io`.

use crate::api::{KindRef, Object, Status, Value, kinds, validation};

/// What the core group and `events.k8s.io` call the same member of an event.
const OF_EVENTS: [(&str, &str); 7] = [
    ("involvedObject", "regarding"),
    ("message", "note"),
    ("reportingComponent", "reportingController"),
    ("source", "deprecatedSource"),
    ("firstTimestamp", "deprecatedFirstTimestamp"),
    ("lastTimestamp", "deprecatedLastTimestamp"),
    ("count", "deprecatedCount"),
];

/// The kind as which objects of a kind are kept: events of `events.k8s.io` are those of the core group.
pub fn stored_kind(kind: KindRef) -> KindRef {
    if kind.group == "events.k8s.io" { kinds::EVENT } else { kind }
}

/// An event in the form of one of the groups that have events; any other object as it is.
// Models pkg/apis/events/v1's conversion.
pub fn in_form_of(kind: KindRef, object: &Value) -> Value {
    if stored_kind(kind) != kinds::EVENT || kind.is_at(object.api_version()) {
        return object.clone();
    }
    let mut event = Value::map();
    for (member, value) in object.entries() {
        let renamed = OF_EVENTS.iter().find_map(|(core, new)| match kind == kinds::EVENT {
            true => (new == member).then_some(*core),
            false => (core == member).then_some(*new),
        });
        event.set(&[renamed.unwrap_or(member)], value.clone());
    }
    event.set(&["apiVersion"], kind.api_version());
    event
}

/// An event of `events.k8s.io` as it is stored, in the namespace that it is sent to where it names none.
pub(super) fn stored_event(kind: KindRef, event: &Value, namespace: &str) -> Value {
    let mut event = in_form_of(kind, event);
    if event.namespace().is_empty() {
        event.set(&["metadata", "namespace"], namespace);
    }
    event
}

/// Refuses what is wrong with an event that is made or changed as one of `events.k8s.io`.
pub(super) fn demand_valid_event(kind: KindRef, event: &Value, old: Option<&Value>) -> Result<(), Status> {
    let causes = validation::event_of_new_group(event, old);
    if causes.is_empty() { Ok(()) } else { Err(Status::invalid(kind, event.name(), causes)) }
}
