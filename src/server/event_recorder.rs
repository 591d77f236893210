//! Events as client-go's `tools/record` writes them: the same event again counts up instead of piling up.

use super::{ApiServer, Caller, Subresource, WriteOptions};
use crate::api::{ArcStr, Object, Value, kinds};
use crate::base::{Duration, RateLimiter, Shared, SortedMap, Time};
use crate::obj;

/// Whether an event is good news.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EventType {
    /// Information.
    Normal,
    /// Something may be wrong.
    Warning,
}

impl EventType {
    /// As the API spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            EventType::Normal => "Normal",
            EventType::Warning => "Warning",
        }
    }
}

/// Events that are equal but for the message are combined if there are more than [`SIMILAR_MAX`] of them within this time.
const SIMILAR_WINDOW: Duration = Duration::from_secs(600);
const SIMILAR_MAX: usize = 10;
/// How the message of the combined event begins.
const COMBINED: &str = "(combined from similar events): ";
/// Events per source, object and type: a burst, then one every five minutes (client-go's spam filter).
const SPAM_BURST: u32 = 25;
const SPAM_QPS: f64 = 1.0 / 300.0;

/// Models client-go's event correlator (tools/record): exact repeats count up one object, many similar ones are merged.
#[derive(Clone, Debug)]
pub struct EventRecorder {
    component: &'static str,
    host: ArcStr,
    /// By the UID of the object that they are about.
    objects: SortedMap<ArcStr, Shared<Recorded>>,
}

/// What was recorded about one object.
#[derive(Clone, Debug, Default)]
struct Recorded {
    seen: SortedMap<Identity, Observed>,
    similar: SortedMap<ArcStr, Similar>,
    /// Normal events and warnings are limited separately.
    limits: [Option<RateLimiter>; 2],
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Identity {
    field_path: ArcStr,
    reason: ArcStr,
    message: ArcStr,
}

/// What is remembered of an event, even after that has been deleted.
#[derive(Clone, Debug)]
struct Observed {
    name: ArcStr,
    first: Time,
    count: i64,
}

#[derive(Clone, Debug, Default)]
struct Similar {
    messages: Vec<ArcStr>,
    last: Time,
}

impl EventRecorder {
    /// A recorder for a component, and the node it runs on, if it runs on one.
    pub fn new(component: &'static str, host: impl Into<ArcStr>) -> Self {
        EventRecorder { component, host: host.into(), objects: SortedMap::new() }
    }

    /// Records an event about an object.
    pub fn event(&mut self, api: &mut ApiServer, now: Time, object: &Value, kind: EventType, reason: &str, message: &str) {
        self.event_at(api, now, object, "", kind, reason, message);
    }

    /// Records an event about a part of an object, such as `spec.containers{web}`.
    #[expect(clippy::too_many_arguments, reason = "an event's members")]
    pub fn event_at(
        &mut self,
        api: &mut ApiServer,
        now: Time,
        object: &Value,
        field_path: &str,
        kind: EventType,
        reason: &str,
        message: &str,
    ) {
        let mut uid = object.get("metadata").get("uid").arc_str();
        if uid.is_empty() {
            // A reference without a UID is told from others by its name.
            uid = format!("{}/{}", object.namespace(), object.name()).into();
        }
        let recorded = &mut **self.objects.entry(uid).or_default();
        if !recorded.admit(kind, now) {
            return;
        }
        // All combined events are one, with the message of the newest.
        let combined = recorded.combines(reason, message, now);
        let known_by: ArcStr = if combined { COMBINED } else { message }.into();
        let message: ArcStr = if combined { format!("{COMBINED}{message}").into() } else { known_by.clone() };
        let identity = Identity { field_path: field_path.into(), reason: reason.into(), message: known_by };
        let namespace = namespace_for(object);
        let by = Caller::new(now, self.component);
        let observed = match recorded.seen.get(&identity) {
            Some(before) => Observed { count: before.count + 1, ..before.clone() },
            None => Observed { name: api.new_event_name(object, now), first: now, count: 1 },
        };
        let options = WriteOptions::default();
        // A terminating namespace takes no new events, as in a real cluster.
        let _ = match api.peek(kinds::EVENT, namespace, &observed.name).filter(|_| observed.count > 1).cloned() {
            Some(mut event) => {
                event.set(&["count"], observed.count);
                event.set(&["message"], &message);
                event.set(&["lastTimestamp"], now.rfc3339());
                api.update(&by, kinds::EVENT, event, Subresource::None, &options)
            }
            // An event that has been deleted is created anew, and its count goes on.
            None => {
                let mut event = obj!({
                    "apiVersion": "v1", "kind": "Event", "metadata": {"name": &observed.name, "namespace": namespace},
                    "involvedObject": reference(object, field_path), "reason": reason, "message": &message, "type": kind.as_str(),
                    "source": {"component": self.component}, "count": observed.count, "firstTimestamp": observed.first.rfc3339(),
                    "lastTimestamp": now.rfc3339(), "eventTime": null, "reportingComponent": self.component, "reportingInstance": &self.host
                });
                if combined {
                    // A combined event has only some of the members of the others (`EventAggregate`).
                    event.set(&["reportingComponent"], "");
                    event.set(&["reportingInstance"], "");
                }
                if !self.host.is_empty() {
                    event.set(&["source", "host"], &self.host);
                }
                api.create(&by, kinds::EVENT, namespace, event, &options)
            }
        };
        recorded.seen.insert(identity, observed);
    }

    /// Forgets an object that is gone.
    pub fn forget(&mut self, uid: &str) {
        self.objects.remove(uid);
    }
}

/// The namespace of an event about an object.
pub(super) fn namespace_for(object: &Value) -> &str {
    if object.namespace().is_empty() { "default" } else { object.namespace() }
}

/// The `involvedObject` of an event.
// Models tools/reference.GetReference.
pub(super) fn reference(object: &Value, field_path: &str) -> Value {
    let mut about = obj!({"kind": object.kind(), "apiVersion": object.api_version(), "name": object.name()});
    for member in ["uid", "resourceVersion"] {
        let value = object.get("metadata").get(member);
        if !value.is_empty() {
            about.set(&[member], value.clone());
        }
    }
    for (member, text) in [("namespace", object.namespace()), ("fieldPath", field_path)] {
        if !text.is_empty() {
            about.set(&[member], text);
        }
    }
    about
}

impl Recorded {
    /// Whether an event is combined with others because too many similar ones came.
    fn combines(&mut self, reason: &str, message: &str, now: Time) -> bool {
        let similar = self.similar.entry(reason.into()).or_default();
        if now.since(similar.last) > SIMILAR_WINDOW {
            similar.messages.clear();
        }
        similar.last = now;
        if !similar.messages.iter().any(|m| m == message) {
            similar.messages.push(message.into());
        }
        if similar.messages.len() >= SIMILAR_MAX {
            // Upstream pops an arbitrary one, so that the others still count.
            similar.messages.remove(0);
            return true;
        }
        false
    }

    /// Takes a token from the object's bucket; false where there is none.
    fn admit(&mut self, kind: EventType, now: Time) -> bool {
        let limit = self.limits[kind as usize].get_or_insert_with(|| RateLimiter::new(SPAM_QPS, SPAM_BURST));
        if limit.left(now) == 0 {
            return false;
        }
        limit.take(now, 1);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn similar_events_become_one_and_too_many_are_dropped() {
        let now = Time::from_secs(1);
        let mut api = ApiServer::new(0);
        api.create_namespace(&Caller::new(now, "test"), "default");
        let pod = obj!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p", "namespace": "default", "uid": "u"}});
        let mut recorder = EventRecorder::new("kubelet", "node1");
        for n in 0..30 {
            recorder.event(&mut api, now, &pod, EventType::Normal, "Pulled", &format!("image {n}"));
        }
        let mut told: Vec<String> = api
            .iter(kinds::EVENT, None)
            .map(|e| format!("{} x{} by '{}'", e.get("message").str(), e.get("count").int(), e.get("reportingComponent").str()))
            .collect();
        told.sort();
        assert_eq!(told.len(), 10);
        assert_eq!(told[0], "(combined from similar events): image 24 x16 by ''");
        assert_eq!(told[1], "image 0 x1 by 'kubelet'");
        // What comes more than ten minutes after the last similar one stands for itself again.
        for (wait, stored) in [(600, 10), (1201, 11)] {
            recorder.event(&mut api, now + Duration::from_secs(wait), &pod, EventType::Normal, "Pulled", &format!("after {wait} s"));
            assert_eq!(api.iter(kinds::EVENT, None).count(), stored, "{wait}");
        }
    }
}
