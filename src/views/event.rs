//! Events as a person reads them.

use std::rc::Rc;

use crate::api::{Object, Value};
use crate::base::{SortedSet, Time};
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

/// The most events that a list of them shows.
const LIST_MAX: usize = 500;
/// The most events that a feed remembers; of more, the oldest quarter is forgotten.
const FEED_MAX: usize = 20_000;

/// The events that came, or were counted up, after a revision.
pub fn events_after(store: &Store, revision: u64) -> Vec<Rc<EventView>> {
    let Ok(changes) = store.changes_after(revision) else { return Vec::new() };
    changes
        .filter(|v| v.key.kind.kind == "Event" && v.change != ChangeType::Deleted)
        .map(|v| Rc::new(EventView { last: v.at, ..EventView::of(&v.value) }))
        .collect()
}

/// The events as they come: a cursor into the store's log.
#[derive(Clone, Debug, Default)]
pub struct EventFeed {
    seen: u64,
    all: Rc<Vec<Rc<EventView>>>,
    newest: Rc<Vec<Rc<EventView>>>,
}

impl EventFeed {
    /// Reads what came since the last time, and says the newest, newest first.
    pub fn read(&mut self, store: &Store) -> Rc<Vec<Rc<EventView>>> {
        let seen = self.seen.max(store.compacted());
        self.seen = store.revision();
        let new = events_after(store, seen);
        if !new.is_empty() {
            let all = Rc::make_mut(&mut self.all);
            all.extend(new);
            if all.len() > FEED_MAX {
                all.drain(..FEED_MAX / 4);
            }
            self.newest = self.until(Time(u64::MAX));
        }
        Rc::clone(&self.newest)
    }

    /// All of them, oldest first; one that was counted up stands there each time.
    pub fn all(&self) -> Rc<Vec<Rc<EventView>>> {
        Rc::clone(&self.all)
    }

    /// What the list was at a moment: newest first, each event once.
    pub fn until(&self, moment: Time) -> Rc<Vec<Rc<EventView>>> {
        let end = self.all.partition_point(|e| e.last <= moment);
        let mut told: SortedSet<&str> = SortedSet::new();
        let mut list = Vec::new();
        for e in self.all[..end].iter().rev() {
            if list.len() < LIST_MAX && told.insert(&e.key) {
                list.push(Rc::clone(e));
            }
        }
        Rc::new(list)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn feed(events: &[(&str, i64, u64)]) -> EventFeed {
        let event = |(key, count, last): &(&str, i64, u64)| {
            Rc::new(EventView { key: (*key).to_owned(), count: *count, last: Time(*last), ..EventView::of(&Value::Null) })
        };
        EventFeed { all: Rc::new(events.iter().map(event).collect()), ..EventFeed::default() }
    }

    #[test]
    fn a_list_has_each_event_once_as_it_stood_then() {
        let feed = feed(&[("a", 1, 1), ("b", 1, 2), ("a", 2, 3), ("c", 1, 4)]);
        for (moment, want) in [(0, ""), (1, "a1"), (2, "b1 a1"), (3, "a2 b1"), (9, "c1 a2 b1")] {
            let list: Vec<String> = feed.until(Time(moment)).iter().map(|e| format!("{}{}", e.key, e.count)).collect();
            assert_eq!(list.join(" "), want);
        }
    }
}
