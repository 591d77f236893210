//! Events as a person reads them.

use std::collections::VecDeque;
use std::rc::Rc;

use crate::api::{Object, Value};
use crate::base::Time;
use crate::store::{ChangeType, Store};

/// One event of the feed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventView {
    /// Unique, and the same for one event however often it is counted up.
    pub key: String,
    /// When it was last seen.
    pub last: Time,
    /// Whether it warns.
    pub warning: bool,
    /// `Scheduled`, `Killing` ...
    pub reason: String,
    /// The text.
    pub message: String,
    /// How often it was seen.
    pub count: i64,
    /// Who said it: `kubelet`, `default-scheduler`.
    pub source: String,
    /// Kind of what it is about.
    pub kind: String,
    /// Namespace of what it is about.
    pub namespace: String,
    /// Name of what it is about.
    pub name: String,
    /// UID of what it is about.
    pub uid: String,
}

impl EventView {
    /// Reads an Event object.
    pub fn of(event: &Value) -> EventView {
        let about = event.get("involvedObject");
        let moment = |key: &str| Time::parse_rfc3339(event.get(key).str());
        let component = event.at(&["source", "component"]).str();
        EventView {
            key: event.uid().to_owned(),
            last: moment("lastTimestamp").or_else(|| moment("eventTime")).or_else(|| moment("firstTimestamp")).unwrap_or_default(),
            warning: event.get("type").str() == "Warning",
            reason: event.get("reason").str().to_owned(),
            message: event.get("message").str().to_owned(),
            count: event.get("count").int().max(1),
            source: if component.is_empty() { event.get("reportingComponent").str() } else { component }.to_owned(),
            kind: about.get("kind").str().to_owned(),
            namespace: about.get("namespace").str().to_owned(),
            name: about.get("name").str().to_owned(),
            uid: about.get("uid").str().to_owned(),
        }
    }
}

/// The most events that a feed keeps.
const FEED_MAX: usize = 500;

/// The events as they come, newest first: a cursor into the store's log.
#[derive(Clone, Debug, Default)]
pub struct EventFeed {
    seen: u64,
    events: VecDeque<Rc<EventView>>,
    shared: Rc<Vec<Rc<EventView>>>,
}

impl EventFeed {
    /// Reads what came since the last time, and says all.
    pub fn read(&mut self, store: &Store) -> Rc<Vec<Rc<EventView>>> {
        let seen = self.seen.max(store.compacted());
        if store.revision() < self.seen {
            *self = EventFeed::default();
        }
        self.seen = store.revision();
        let Ok(changes) = store.changes_after(seen) else { return Rc::clone(&self.shared) };
        let mut changed = false;
        for version in changes.filter(|v| v.key.kind.kind == "Event" && v.change != ChangeType::Deleted) {
            let event = EventView { last: version.at, ..EventView::of(&version.value) };
            if event.count > 1 {
                self.events.retain(|e| e.key != event.key);
            }
            self.events.push_front(Rc::new(event));
            self.events.truncate(FEED_MAX);
            changed = true;
        }
        if changed {
            self.shared = Rc::new(self.events.iter().cloned().collect());
        }
        Rc::clone(&self.shared)
    }
}
