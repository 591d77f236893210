//! Events as a person reads them.

use crate::api::{Object, Value};
use crate::base::Time;

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
