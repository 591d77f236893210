//! The events at the end of a description.

use super::page::Page;
use crate::api::{KindRef, Object, Value, kinds};
use crate::base::{List as _, Order as _};
use crate::kubectl::output::columns::{old_age, timestamp_micros};

impl Page<'_> {
    /// The events that are about an object, oldest first.
    pub(super) fn events(&mut self, kind: KindRef, object: &Value) {
        self.events_about(&[Involved { kind: Some(kind.kind), object, uid: object.uid() }]);
    }

    /// The events about an object under several of its identities.
    pub(super) fn events_about(&mut self, identities: &[Involved]) {
        if !self.show_events {
            return;
        }
        let Some(first) = identities.first() else { return };
        let namespace = first.object.namespace();
        let all = self.related.list(kinds::EVENT, Some(namespace).filter(|ns| !ns.is_empty()));
        let mut events: Vec<&Value> = identities.iter().flat_map(|who| all.iter().filter(|e| who.is_involved_in(e))).list();
        let last = |e: &Value| timestamp_micros(e.get("lastTimestamp"));
        events.order_as_go(|a, b| last(a) < last(b));
        if self.old_events {
            self.events_of_old(&events);
            return;
        }
        if events.is_empty() {
            self.field(0, "Events", "<none>");
            return;
        }
        self.line(0, "Events:");
        self.line(1, "Type\tReason\tAge\tFrom\tMessage");
        self.line(1, "----\t------\t----\t----\t-------");
        for e in events {
            self.event(e);
        }
    }

    // Models DescribeEvents of kubectl 1.3, which printed an event's source as Go prints a struct.
    fn events_of_old(&mut self, events: &[&Value]) {
        if events.is_empty() {
            self.put(0, "No events.");
            return;
        }
        self.line(0, "Events:");
        self.line(1, "FirstSeen\tLastSeen\tCount\tFrom\tSubobjectPath\tType\tReason\tMessage");
        self.line(1, "---------\t--------\t-----\t----\t-------------\t--------\t------\t-------");
        for e in events {
            let (first, last) = (old_age(e.get("firstTimestamp"), self.now), old_age(e.get("lastTimestamp"), self.now));
            let (count, path) = (e.get("count").int().max(1), e.at(&["involvedObject", "fieldPath"]).str());
            let (component, host) = (e.at(&["source", "component"]).str(), e.at(&["source", "host"]).str());
            let (kind, reason, message) = (e.get("type").str(), e.get("reason").str(), e.get("message").str().trim());
            self.line(1, format_args!("{first}\t{last}\t{count}\t{{{component} {host}}}\t{path}\t{kind}\t{reason}\t{message}"));
        }
    }

    // Models DescribeEvents.
    fn event(&mut self, e: &Value) {
        let first = if e.get("eventTime").is_null() { self.age(e.get("firstTimestamp")) } else { self.age(e.get("eventTime")) };
        let series = e.get("series");
        let interval = if !series.is_null() {
            format!("{} (x{} over {first})", self.age(series.get("lastObservedTime")), series.get("count").int())
        } else if e.get("count").int() > 1 {
            format!("{} (x{} over {first})", self.age(e.get("lastTimestamp")), e.get("count").int())
        } else {
            first
        };
        let from = match e.at(&["source", "component"]).str() {
            "" => e.get("reportingComponent").str(),
            component => component,
        };
        let message = e.get("message").str().trim();
        let message = match e.at(&["involvedObject", "fieldPath"]).str() {
            "" => message.to_owned(),
            path => format!("{path}: {message}"),
        };
        self.line(1, format_args!("{}\t{}\t{interval}\t{from}\t{message}", e.get("type").str(), e.get("reason").str()));
    }
}

/// An object as events name it.
pub(super) struct Involved<'a> {
    /// Any kind where `None`.
    pub(super) kind: Option<&'a str>,
    pub(super) object: &'a Value,
    /// Any where empty.
    pub(super) uid: &'a str,
}

impl Involved<'_> {
    fn is_involved_in(&self, event: &Value) -> bool {
        let involved = event.get("involvedObject");
        involved.get("name").str() == self.object.name()
            && involved.get("namespace").str() == self.object.namespace()
            && self.kind.is_none_or(|kind| involved.kind() == kind)
            && (self.uid.is_empty() || involved.get("uid").str() == self.uid)
    }
}
