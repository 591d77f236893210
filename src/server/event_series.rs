//! Events as client-go's `tools/events` broadcaster writes them, in the form of events.k8s.io. Repetitions are counted in the series of the
//! first event, which is written when the series begins, now and then while it goes on, and once more when it has ended.

use super::event_recorder::{namespace_for, reference};
use super::{ApiServer, Caller, EventType, Subresource, WriteOptions};
use crate::api::{ArcStr, Object, Value, kinds};
use crate::base::{Duration, Shared, SortedMap, SortedSet, Time};
use crate::obj;

/// A series has ended when nothing was added to it for so long; this is also how often ended series are looked for (`finishTime`).
const FINISH: Duration = Duration::from_secs(360);
/// How often a running series is written, so that its event does not expire (`refreshTime`).
const REFRESH: Duration = Duration::from_secs(1800);

/// Writes the events of one component.
#[derive(Clone, Debug)]
pub struct EventSeriesRecorder {
    component: &'static str,
    /// By the UID of the object that they are about.
    objects: SortedMap<ArcStr, Shared<Vec<Isomorphic>>>,
    /// The objects of which there are series.
    open: SortedSet<ArcStr>,
    /// When series are looked at next; none while there are none.
    due: Option<Time>,
}

/// An event that was written, and its repetitions since: those about the same version of the object, for the same reason.
#[derive(Clone, Debug)]
struct Isomorphic {
    reason: &'static str,
    revision: ArcStr,
    event: Value,
    last: Time,
    count: i64,
}

impl Isomorphic {
    fn is_series(&self) -> bool {
        self.count > 1
    }

    /// Whether the series had ended when ended series were last looked for, at or before `now`.
    fn has_ended(&self, now: Time) -> bool {
        self.last + FINISH < last_look(now)
    }

    /// Writes the count; creates the event anew where it is gone.
    fn write(&mut self, api: &mut ApiServer, by: &Caller) {
        let series = obj!({"count": self.count, "lastObservedTime": self.last.rfc3339_micro()});
        self.event.set(&["series"], series.clone());
        let options = WriteOptions::default();
        // Neither is retried: whatever refused it, such as a terminating namespace, would refuse it again.
        let _ = match api.peek(kinds::EVENT, self.event.namespace(), self.event.name()).cloned() {
            Some(mut stored) => {
                stored.set(&["series"], series);
                api.update(by, kinds::EVENT, stored, Subresource::None, &options)
            }
            None => api.create(by, kinds::EVENT, self.event.namespace(), self.event.clone(), &options),
        };
    }
}

/// When ended series were last looked for.
fn last_look(now: Time) -> Time {
    Time::ZERO + FINISH * (now.since(Time::ZERO).as_secs() / FINISH.as_secs()) as u32
}

impl EventSeriesRecorder {
    /// A recorder for a component.
    pub fn new(component: &'static str) -> Self {
        EventSeriesRecorder { component, objects: SortedMap::new(), open: SortedSet::new(), due: None }
    }

    /// Records an event about an object; `reporter` is the scheduler profile that reports it.
    pub fn event(&mut self, api: &mut ApiServer, now: Time, reporter: &str, object: &Value, reason: &'static str, note: &str) {
        let by = Caller::new(now, self.component);
        let (uid, revision) = (object.get("metadata").get("uid").arc_str(), object.get("metadata").get("resourceVersion").arc_str());
        let recorded = &mut **self.objects.entry(uid.clone()).or_default();
        recorded.retain(|e| e.is_series() || !e.has_ended(now));
        if let Some(again) = recorded.iter_mut().find(|e| e.reason == reason && e.revision == revision) {
            again.count += 1;
            again.last = now;
            if again.count == 2 {
                again.write(api, &by);
                self.open.insert(uid);
                self.due.get_or_insert(last_look(now) + FINISH);
            }
            return;
        }
        let (namespace, name) = (namespace_for(object), api.new_event_name(object, now));
        let (kind, action) = match reason {
            "Scheduled" => (EventType::Normal, "Binding"),
            "Preempted" => (EventType::Normal, "Preempting"),
            _ => (EventType::Warning, "Scheduling"),
        };
        let event = obj!({
            "apiVersion": "v1", "kind": "Event", "metadata": {"name": name, "namespace": namespace},
            "involvedObject": reference(object, ""), "reason": reason, "message": note, "type": kind.as_str(), "source": {},
            "firstTimestamp": null, "lastTimestamp": null, "eventTime": now.rfc3339_micro(), "action": action,
            "reportingComponent": reporter, "reportingInstance": format!("{reporter}-control-plane")
        });
        // A terminating namespace takes no new events, as in a real cluster.
        if api.create(&by, kinds::EVENT, namespace, event.clone(), &WriteOptions::default()).is_ok() {
            recorded.push(Isomorphic { reason, revision, event, last: now, count: 1 });
        }
    }

    /// Forgets single events about an object that is gone; a series about it is still brought to its end.
    pub fn forget(&mut self, uid: &str) {
        if let Some(recorded) = self.objects.get_mut(uid) {
            recorded.retain(Isomorphic::is_series);
            if recorded.is_empty() {
                self.objects.remove(uid);
            }
        }
    }

    /// When series are looked at next; none while there are none.
    pub fn next_wake(&self) -> Option<Time> {
        self.due
    }

    /// Writes the series that have ended, and now and then those that go on.
    pub fn wake(&mut self, api: &mut ApiServer, now: Time) {
        let by = Caller::new(now, self.component);
        let refresh = last_look(now).since(Time::ZERO).as_secs().is_multiple_of(REFRESH.as_secs());
        let objects = &mut self.objects;
        self.open.retain(|uid| {
            let Some(recorded) = objects.get_mut(uid) else { return false };
            for series in recorded.iter_mut().filter(|e| e.is_series() && (refresh || e.has_ended(now))) {
                series.write(api, &by);
            }
            recorded.retain(|e| !e.has_ended(now));
            let goes_on = recorded.iter().any(Isomorphic::is_series);
            if recorded.is_empty() {
                objects.remove(uid);
            }
            goes_on
        });
        self.due = (!self.open.is_empty()).then(|| last_look(now) + FINISH);
    }
}
