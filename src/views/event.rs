//! Events as a person reads them.

use std::rc::Rc;

use crate::api::{Object, Value};
use crate::base::{List as _, SortedSet, Time};
use crate::server::EVENT_LIFETIME_MAX;
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
    /// Reads an Event object that came last at this moment.
    fn of(event: &Value, last: Time) -> EventView {
        let about = event.get("involvedObject");
        let component = event.at(&["source", "component"]).str();
        EventView {
            key: event.uid().to_owned(),
            last,
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

/// The most events that a list of them has; there may be more.
pub const EVENTS_MAX: usize = 500;
/// How many events are kept in one piece, and the most pieces; of more, the oldest quarter is forgotten.
const PIECE_LEN: usize = 256;
const PIECES_MAX: usize = 48;

/// Events that came last before this, in whole minutes, are in the cluster no more.
pub fn gone_before(now: Time) -> Time {
    Time::from_secs(now.0.saturating_sub(EVENT_LIFETIME_MAX.as_micros() as u64) / 60_000_000 * 60)
}

/// The events that came, or were counted up, after a revision.
pub fn events_after(store: &Store, revision: u64) -> Vec<Rc<EventView>> {
    let Ok(changes) = store.changes_after(revision) else { return Vec::new() };
    changes
        .filter(|v| v.key.kind.built_in() == "events" && v.change != ChangeType::Deleted)
        .map(|v| Rc::new(EventView::of(&v.value, v.at)))
        .list()
}

/// Events as they came, oldest first; one that was counted up stands there each time. In pieces: whoever has them shares those that are
/// full with all who had them before.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Marks(Vec<Rc<Vec<Rc<EventView>>>>);

impl Marks {
    /// All of them, oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Rc<EventView>> {
        self.0.iter().flat_map(|piece| piece.iter())
    }

    fn push(&mut self, event: Rc<EventView>) {
        match self.0.last_mut() {
            Some(piece) if piece.len() < PIECE_LEN => Rc::make_mut(piece).push(event),
            _ => self.0.push(Rc::new(vec![event])),
        }
        if self.0.len() > PIECES_MAX {
            self.0.drain(..PIECES_MAX / 4);
        }
    }
}

/// The events as they come: a cursor into the store's log.
#[derive(Clone, Debug, Default)]
pub struct EventFeed {
    seen: u64,
    all: Rc<Marks>,
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
            new.into_iter().for_each(|event| all.push(event));
            self.newest = self.until(Time(u64::MAX));
        }
        Rc::clone(&self.newest)
    }

    /// All of them.
    pub fn all(&self) -> Rc<Marks> {
        Rc::clone(&self.all)
    }

    /// What the list was at a moment: newest first, each event once.
    pub fn until(&self, moment: Time) -> Rc<Vec<Rc<EventView>>> {
        let mut told: SortedSet<&str> = SortedSet::new();
        let mut list = Vec::new();
        for e in self.all.iter().rev().skip_while(|e| e.last > moment) {
            if list.len() == EVENTS_MAX {
                break;
            }
            if told.insert(&e.key) {
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
            Rc::new(EventView { key: (*key).to_owned(), count: *count, ..EventView::of(&Value::Null, Time(*last)) })
        };
        let mut all = Marks::default();
        events.iter().map(event).for_each(|e| all.push(e));
        EventFeed { all: Rc::new(all), ..EventFeed::default() }
    }

    #[test]
    fn events_go_after_an_hour_and_a_minute() {
        for (now, want) in [(0, 0), (3_700, 0), (3_720, 60), (7_271, 3_600)] {
            assert_eq!(gone_before(Time::from_secs(now)), Time::from_secs(want));
        }
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
