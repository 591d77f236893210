//! The pod garbage collector (`pkg/controller/podgc`): pods of nodes that are gone, terminating pods that no node ever had, and ended
//! pods beyond a great number.

use crate::base::{Order as _, SortedMap};

use crate::api::{ArcStr, Kind, KindRef, Object, Value};
use crate::base::{Duration, Time};
use crate::obj;
use crate::server::{ApiServer, Caller, Change, Component, DeleteOptions, Subresource, WriteOptions};

/// How often it looks.
const PERIOD: Duration = Duration::from_secs(20);
/// How long a node has to be missing before its pods go.
const QUARANTINE: Duration = Duration::from_secs(40);
/// Ended pods that are kept.
const TERMINATED_MAX: usize = 12_500;

/// Cleans up after pods.
#[derive(Clone, Debug, Default)]
pub struct PodGarbageCollector {
    /// Its next look; none while there is nothing for it.
    look_at: Option<Time>,
    /// Since when each node has been missing.
    missing: SortedMap<ArcStr, Time>,
    ended: usize,
}

fn has_ended(pod: &Value) -> bool {
    matches!(pod.at(&["status", "phase"]).str(), "Succeeded" | "Failed")
}

fn node_of(pod: &Value) -> ArcStr {
    pod.at(&["spec", "nodeName"]).arc_str()
}

impl PodGarbageCollector {
    fn plan(&mut self, now: Time) {
        let period = u64::try_from(PERIOD.as_micros()).unwrap_or(1);
        let next = Time((now.0 / period + 1) * period);
        self.look_at = Some(self.look_at.map_or(next, |t| t.min(next)));
    }

    fn look(&mut self, api: &mut ApiServer, now: Time) {
        let nodes = Kind::named("Node");
        let all: Vec<Value> = api.iter(Kind::named("Pod"), None).cloned().collect();
        let mut seen_missing: SortedMap<ArcStr, Time> = SortedMap::new();
        for pod in &all {
            let node = node_of(pod);
            if node.is_empty() {
                if pod.is_terminating() {
                    force_delete(api, now, pod, None);
                }
            } else if api.peek(nodes, "", &node).is_none() {
                let since = self.missing.get(&node).copied().unwrap_or(now);
                seen_missing.insert(node, since);
                if now >= since + QUARANTINE {
                    force_delete(api, now, pod, Some("PodGC: node no longer exists"));
                }
            }
        }
        if !seen_missing.is_empty() {
            self.plan(now);
        }
        self.missing = seen_missing;
        let mut ended: Vec<&Value> = all.iter().filter(|p| has_ended(p)).collect();
        self.ended = ended.len();
        if ended.len() > TERMINATED_MAX {
            ended.order_by(|a, b| {
                let made = |p: &Value| p.at(&["metadata", "creationTimestamp"]).arc_str();
                made(a).cmp(&made(b)).then_with(|| a.name().cmp(b.name()))
            });
            for pod in ended.iter().take(ended.len() - TERMINATED_MAX) {
                force_delete(api, now, pod, None);
            }
        }
    }
}

/// Marks a pod failed, with what disrupted it where something did, and deletes it at once.
fn force_delete(api: &mut ApiServer, now: Time, pod: &Value, disruption: Option<&str>) {
    let by = Caller::new(now, "pod-garbage-collector");
    let pods = Kind::named("Pod");
    if !has_ended(pod) && disruption.is_some() {
        let mut next = pod.clone();
        next.set(&["status", "phase"], "Failed");
        if let Some(message) = disruption {
            let conditions = next.at_mut(&["status", "conditions"]).list_mut();
            conditions.retain(|c| c.get("type").str() != "DisruptionTarget");
            conditions.push(obj!({
                "type": "DisruptionTarget", "status": "True", "lastProbeTime": null, "lastTransitionTime": now.rfc3339(),
                "reason": "DeletionByPodGC", "message": message
            }));
        }
        // A pod that changed meanwhile is met again at the next look.
        if api.update(&by, pods, next, Subresource::Status, &WriteOptions::default()).is_err() {
            return;
        }
    }
    // One that is gone already needs nothing.
    let _ = api.delete(&by, pods, pod.namespace(), pod.name(), &DeleteOptions::now());
}

impl Component for PodGarbageCollector {
    fn watches(&self, kind: KindRef) -> bool {
        kind.group.is_empty() && matches!(kind.plural, "pods" | "nodes")
    }

    fn on_change(&mut self, api: &ApiServer, now: Time, change: &Change) {
        let object = &change.object;
        if change.key.kind.plural == "nodes" {
            if change.current().is_none() && api.pods_on(&change.key.name).next().is_some() {
                self.plan(now);
            }
            return;
        }
        let Some(pod) = change.current() else { return };
        let node = node_of(pod);
        let bound_now = change.old.as_ref().is_none_or(|old| node_of(old) != node);
        let orphan = !node.is_empty() && bound_now && api.peek(Kind::named("Node"), "", &node).is_none();
        let stuck = node.is_empty() && object.is_terminating();
        if has_ended(object) && change.old.as_ref().is_none_or(|old| !has_ended(old)) {
            self.ended += 1;
        }
        if orphan || stuck || self.ended > TERMINATED_MAX {
            self.plan(now);
        }
    }

    fn next_wake(&self) -> Option<Time> {
        self.look_at
    }

    fn wake(&mut self, api: &mut ApiServer, now: Time) {
        if self.look_at.is_some_and(|t| t <= now) {
            self.look_at = None;
            self.look(api, now);
        }
    }
}
