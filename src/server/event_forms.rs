//! The two forms of events: that of the core group, in which they are stored, and that of `events.k8s.io`.

use crate::api::{KindRef, Object, Status, Value, kinds, validation};

/// Members of events that have one name in the core group and another in `events.k8s.io`.
const OF_EVENTS: [(&str, &str); 7] = [
    ("involvedObject", "regarding"),
    ("message", "note"),
    ("reportingComponent", "reportingController"),
    ("source", "deprecatedSource"),
    ("firstTimestamp", "deprecatedFirstTimestamp"),
    ("lastTimestamp", "deprecatedLastTimestamp"),
    ("count", "deprecatedCount"),
];

/// The kind as which objects are stored: events of `events.k8s.io` are stored as those of the core group.
pub fn stored_kind(kind: KindRef) -> KindRef {
    if kind.group == "events.k8s.io" { kinds::EVENT } else { kind }
}

/// An event, converted to the form of the given kind; any other object as it is.
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
        let member = renamed.unwrap_or(member);
        // In the core group these two are written also where they are empty.
        let is_left_out = kind != kinds::EVENT && value.is_empty() && matches!(member, "reportingController" | "reportingInstance");
        if !is_left_out {
            event.set(&[member], value.clone());
        }
    }
    event.set(&["apiVersion"], kind.api_version());
    event
}

/// An event of `events.k8s.io` in its stored form. If it names no namespace, it goes into the one that it was sent to.
pub(super) fn stored_event(kind: KindRef, event: &Value, namespace: &str) -> Value {
    let mut event = in_form_of(kind, event);
    if event.namespace().is_empty() {
        event.set(&["metadata", "namespace"], namespace);
    }
    event
}

/// Validates an event that is created or updated through `events.k8s.io`.
pub(super) fn demand_valid_event(kind: KindRef, event: &Value, old: Option<&Value>) -> Result<(), Status> {
    let causes = validation::event_of_new_group(event, old);
    if causes.is_empty() { Ok(()) } else { Err(Status::invalid(kind, event.name(), causes)) }
}
