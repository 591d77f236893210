//! Watches: the events that a client gets as objects change. Models the apiserver's watch cache, its watchers and `handlers.ListResource`.

use super::ApiServer;
use super::event_forms::{in_form_of, stored_kind};
use super::list::{self, Query, number, parameter};
use super::representation::Representation;
use super::request_path::{self, Target};
use super::strategy::demand_verb;
use crate::api::selector::{FieldSelector, LabelSelector};
use crate::api::{KindRef, Object, Status, Value, decode, join_api_version, json_order};
use crate::base::{Case as _, Duration, List as _, Time};
use crate::obj;
use crate::store::ChangeType;

/// How long a watch lasts that names no timeout: the server's minimum.
const LASTS: Duration = Duration::from_secs(1800);
/// How often bookmarks are sent, and how long before the end the last one.
const BOOKMARKS_EVERY: Duration = Duration::from_secs(60);
const LAST_BOOKMARK: Duration = Duration::from_secs(2);

/// A watch that is open.
#[derive(Clone, Debug)]
pub struct Watch {
    kind: KindRef,
    version: String,
    /// The namespace; all of them where there is none.
    namespace: Option<String>,
    labels: LabelSelector,
    fields: FieldSelector,
    /// The revision up to which events were sent.
    revision: u64,
    until: Time,
    /// Whether the events for existing objects are still to be sent, with a bookmark behind them.
    begins: bool,
    marks: bool,
    bookmark_at: Option<Time>,
    shows: Representation,
    /// Whether a table's columns were sent.
    has_columns: bool,
}

/// Whether a query asks for a watch.
pub(super) fn is_asked(query: &Query) -> bool {
    query.iter().find(|(k, _)| k == "watch").is_some_and(|(_, v)| !matches!(v.lower().as_str(), "false" | "0"))
}

impl Watch {
    /// A watch of all changes after a revision.
    pub fn after(revision: u64, kind: KindRef, namespace: Option<String>, labels: LabelSelector, fields: FieldSelector) -> Watch {
        let version = kind.version.to_owned();
        Watch {
            kind,
            version,
            namespace,
            labels,
            fields,
            revision,
            until: Time::MAX,
            begins: false,
            marks: false,
            bookmark_at: None,
            shows: Representation::default(),
            has_columns: false,
        }
    }

    pub(super) fn open(api: &ApiServer, now: Time, target: &Target, query: &Query, accept: &str) -> Result<Watch, Status> {
        let shows = Representation::of(accept, query)?;
        let of = |name: &str| parameter(query, name);
        let seconds = u64::try_from(number(query, "timeoutSeconds")?).ok().filter(|s| *s > 0);
        number(query, "limit")?;
        list::check(query, true)?;
        let kind = api.current(target.kind);
        demand_verb(kind, "watch")?;
        let (labels, mut fields) = list::selectors(query).parse(kind)?;
        if !target.name.is_empty() {
            fields = FieldSelector::parse(&format!("metadata.name={}", target.name)).unwrap_or_default();
        }
        let from = list::revision(of("resourceVersion"))?;
        let sends = of("sendInitialEvents");
        let begins = if sends.is_empty() { from == 0 } else { !matches!(sends, "false" | "0") };
        let namespace = (!target.namespace.is_empty()).then(|| target.namespace.clone());
        let until = now + seconds.map_or(LASTS, Duration::from_secs);
        let is_marked = !matches!(of("allowWatchBookmarks"), "" | "false" | "0");
        let revision = if begins || from == 0 { api.revision() } else { from };
        let mut watch = Watch::after(revision, kind, namespace, labels, fields);
        watch = Watch { version: target.version.clone(), until, begins, marks: begins && is_marked, shows, ..watch };
        watch.bookmark_at = is_marked.then(|| watch.next_bookmark(now));
        Ok(watch)
    }

    // Models cacheWatcher.nextBookmarkTime.
    fn next_bookmark(&self, now: Time) -> Time {
        let last = self.until - LAST_BOOKMARK;
        if last > now { last.min(now + BOOKMARKS_EVERY) } else { Time::MAX }
    }

    /// Whether it watches objects of this kind.
    pub fn is_of(&self, stored: KindRef) -> bool {
        stored_kind(self.kind) == stored
    }

    /// When something is to be sent even if nothing changes: a bookmark, or the end.
    pub fn next_at(&self) -> Time {
        self.bookmark_at.map_or(self.until, |at| at.min(self.until))
    }

    /// Whether anything was committed since events were last sent.
    pub fn is_behind(&self, api: &ApiServer) -> bool {
        self.revision < api.revision()
    }

    /// The events since the last call: type and object.
    pub fn changes(&mut self, api: &ApiServer) -> Result<Vec<(&'static str, Value)>, Status> {
        let mut events = Vec::new();
        let store = api.store();
        let too_old = |_| Status::gone(format!("too old resource version: {} ({})", self.revision, api.revision()));
        for version in store.changes_after(self.revision).map_err(too_old)? {
            self.revision = version.revision;
            let key = &version.key;
            if !self.is_of(key.kind) || self.namespace.as_ref().is_some_and(|n| *n != key.namespace.as_str()) {
                continue;
            }
            let matches = |v: &Value| self.labels.matches(v.labels()) && self.fields.matches(v);
            let old = store.version(version.previous).filter(|v| v.change != ChangeType::Deleted);
            let old = old.map(|v| in_form_of(self.kind, &v.value)).filter(matches);
            let object = in_form_of(self.kind, &version.value);
            let is_gone = version.change == ChangeType::Deleted;
            match (old, !is_gone && matches(&object)) {
                (None, true) => events.push(("ADDED", object)),
                (Some(_), true) => events.push(("MODIFIED", object)),
                // An object that no longer matches is sent as it was when it last did.
                (Some(mut old), false) => {
                    if is_gone {
                        old = object;
                    }
                    old.set(&["metadata", "resourceVersion"], version.revision.to_string());
                    events.push(("DELETED", old));
                }
                (None, false) => {}
            }
        }
        Ok(events)
    }

    /// The events to be sent now, a line each, and whether the watch is over.
    pub fn lines(&mut self, api: &ApiServer, now: Time) -> (String, bool) {
        let (kind, version) = (self.kind, self.version.clone());
        let shown = |v: &Value| api.as_read(now, api.with_managers(kind, api.at_version(kind, &version, v)));
        let changed = self.changes(api);
        let mut events = Vec::new();
        let mut ends = now >= self.until;
        if std::mem::take(&mut self.begins) {
            events
                .extend(api.matching(self.kind, self.namespace.as_deref(), &self.labels, &self.fields).iter().map(|v| ("ADDED", shown(v))));
        }
        match changed {
            Ok(changes) => events.extend(changes.iter().map(|(event, object)| (*event, shown(object)))),
            Err(status) => {
                events.push(("ERROR", status.to_object()));
                ends = true;
            }
        }
        self.revision = self.revision.max(api.revision());
        if self.marks || self.bookmark_at.is_some_and(|at| at <= now) {
            let empty = obj!({"kind": kind.kind, "apiVersion": join_api_version(kind.group, &version)});
            let mut mark = decode::decode(kind, empty.clone()).map_or(empty, |(mark, _)| api.at_version(kind, &version, &mark));
            mark.set(&["metadata", "resourceVersion"], self.revision.to_string());
            if std::mem::take(&mut self.marks) {
                mark.set(&["metadata", "annotations"], obj!({"k8s.io/initial-events-end": "true"}));
            } else {
                self.bookmark_at = Some(self.next_bookmark(now));
            }
            events.push(("BOOKMARK", mark));
        }
        let lines = events.into_iter().map(|(event, object)| {
            let is_error = event == "ERROR";
            let shown = if is_error { Ok(object) } else { self.shows.show(api, kind, object, now) };
            let mut shown = shown.unwrap_or_else(|status| status.to_object());
            if self.shows.is_table() && !is_error && std::mem::replace(&mut self.has_columns, true) {
                shown.set(&["columnDefinitions"], Value::Null);
            }
            format!("{{\"type\":\"{event}\",\"object\":{}}}\n", json_order::line(&shown))
        });
        (lines.list().concat(), ends)
    }
}

impl ApiServer {
    /// Opens the watch that a path and its query ask for, in the form of the `Accept` header; none where they ask for something else.
    pub fn open_watch(&self, now: Time, path: &str, accept: &str) -> Option<Result<Watch, Status>> {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let target = request_path::parse_path(self, path)?;
        let query = request_path::parse_query(query);
        target.watches(&query).then(|| Watch::open(self, now, &target, &query, accept))
    }
}
