//! The outcome of a session: each command's output, the objects at the end, the events and every change.

use serde::Serialize;

use super::Cluster;
use crate::api::{Value, kinds};
use crate::base::List as _;
use crate::obj;
use crate::store::Store;

/// The outcome of a session, as `kubarium replay` prints it.
#[derive(Clone, Debug, Serialize)]
pub struct Outcome {
    /// The outcomes of commands and API requests, in order.
    pub steps: Vec<StepOutcome>,
    /// The namespace's objects, without Events and Leases; with Nodes if the session names them.
    pub objects_after: Vec<Value>,
    /// The namespace's events: type, reason, message, count, involvedObject.
    pub events: Vec<Value>,
    /// Every change in the namespace: t, type, kind (plural), obj.
    pub watch: Vec<Value>,
}

/// The outcome of one input.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct StepOutcome {
    /// When it started, in seconds of virtual time.
    pub t: f64,
    /// The command line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cmd: Option<String>,
    /// Its standard output.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stdout: Option<String>,
    /// Its standard error.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stderr: Option<String>,
    /// Its exit status.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exit: Option<i32>,
    /// The API request: method and path.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api: Option<String>,
    /// Its HTTP status.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub http_status: Option<u16>,
    /// Its response body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response: Option<Value>,
}

/// Collects the outcome for one namespace of a cluster.
pub(super) fn collect(cluster: &Cluster, namespace: &str, with_nodes: bool, steps: Vec<StepOutcome>) -> Outcome {
    let api = &cluster.api;
    let mut objects_after = Vec::new();
    for kind in api.kinds().into_iter().filter(|k| k.namespaced && !matches!(k.built_in(), "events" | "leases")) {
        objects_after.extend(api.iter(kind, Some(namespace)).cloned());
    }
    if with_nodes {
        objects_after.extend(api.iter(kinds::NODE, None).cloned());
    }
    let events = api.iter(kinds::EVENT, Some(namespace)).map(summary).list();
    Outcome { steps, objects_after, events, watch: watch(api.store(), namespace) }
}

fn summary(event: &Value) -> Value {
    obj!({
        "type": event.get("type"), "reason": event.get("reason"), "message": event.get("message"), "count": event.get("count"),
        "involvedObject": event.get("involvedObject")
    })
}

fn watch(store: &Store, namespace: &str) -> Vec<Value> {
    let mut changes = Vec::new();
    for revision in store.compacted() + 1..=store.revision() {
        let Some(version) = store.version(revision).filter(|v| v.key.namespace == namespace) else { continue };
        let t = version.at.as_secs_f64();
        changes.push(obj!({"t": t, "type": version.change.as_str(), "kind": version.key.kind.plural, "obj": &version.value}));
    }
    changes
}
