//! Events, of the core group and of `events.k8s.io`, which shows the former in its own form.

use super::format::age;
use super::{BuiltIn, Column, text, wide};
use crate::api::{Object, Value};
use crate::base::{Case as _, Time};

const NAME: Column = Column { name: "Name", kind: "string", is_name: true, wide: true };

pub(super) static EVENT: BuiltIn = BuiltIn {
    columns: &[
        text("Last Seen"),
        text("Type"),
        text("Reason"),
        text("Object"),
        wide("Subobject"),
        wide("Source"),
        text("Message"),
        wide("First Seen"),
        wide("Count"),
        NAME,
    ],
    cells: event,
};

/// The first of two members that is there: the core name and the one that `events.k8s.io` has for it.
fn either<'a>(event: &'a Value, core: &str, other: &str) -> &'a Value {
    if event.get(core).is_null() { event.get(other) } else { event.get(core) }
}

fn event(event: &Value, now: Time) -> Vec<String> {
    let first = match either(event, "firstTimestamp", "deprecatedFirstTimestamp") {
        Value::Null => age(event.get("eventTime"), now),
        at => age(at, now),
    };
    let mut last = match either(event, "lastTimestamp", "deprecatedLastTimestamp") {
        Value::Null => first.clone(),
        at => age(at, now),
    };
    let mut count = either(event, "count", "deprecatedCount").int().max(1);
    let series = event.get("series");
    if !series.is_null() {
        last = age(series.get("lastObservedTime"), now);
        count = series.get("count").int();
    }
    let involved = either(event, "involvedObject", "regarding");
    let (kind, name) = (involved.kind().lower(), involved.get("name").str());
    let source = either(event, "source", "deprecatedSource");
    let component = first_of(source.get("component"), either(event, "reportingComponent", "reportingController"));
    let host = first_of(source.get("host"), event.get("reportingInstance"));
    vec![
        last,
        event.get("type").str().to_owned(),
        event.get("reason").str().to_owned(),
        if name.is_empty() { kind } else { format!("{kind}/{name}") },
        involved.get("fieldPath").str().to_owned(),
        if host.is_empty() { component.to_owned() } else { format!("{component}, {host}") },
        either(event, "message", "note").str().trim().to_owned(),
        first,
        count.to_string(),
        event.name().to_owned(),
    ]
}

fn first_of<'a>(a: &'a Value, b: &'a Value) -> &'a str {
    if a.str().is_empty() { b.str() } else { a.str() }
}
