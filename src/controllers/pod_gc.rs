//! The pod garbage collector (`pkg/controller/podgc`): pods of nodes that are gone, terminating pods that no node ever had or whose node
//! is out of service, and ended pods beyond a great number.

use crate::api::{ArcStr, KindRef, Object, Value, has_ended, kinds, set_condition};
use crate::base::{Duration, List as _, Order as _, SortedMap, Time};
use crate::obj;
use crate::server::{ApiServer, Caller, Change, Component, DeleteOptions, Subresource, WriteOptions};

/// How often it looks.
const PERIOD: Duration = Duration::from_secs(20);
/// How long a node must be missing before its pods are deleted.
const QUARANTINE: Duration = Duration::from_secs(40);
/// How many ended pods are kept.
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

fn node_of(pod: &Value) -> ArcStr {
    pod.at(&["spec", "nodeName"]).arc_str()
}

/// Whether an unready node has the out-of-service taint, so that its pods need not be waited for.
fn is_out_of_service(node: &Value) -> bool {
    let taints = node.at(&["spec", "taints"]).items();
    node.condition("Ready") != "True" && taints.iter().any(|t| t.get("key").str() == "node.kubernetes.io/out-of-service")
}

impl PodGarbageCollector {
    fn plan(&mut self, now: Time) {
        let period = u64::try_from(PERIOD.as_micros()).unwrap_or(1);
        let next = Time((now.0 / period + 1) * period);
        self.look_at = Some(self.look_at.map_or(next, |t| t.min(next)));
    }

    fn look(&mut self, api: &mut ApiServer, now: Time) {
        let nodes = kinds::NODE;
        let all: Vec<Value> = api.iter(kinds::POD, None).cloned().list();
        let mut seen_missing: SortedMap<ArcStr, Time> = SortedMap::new();
        for pod in &all {
            let node = node_of(pod);
            if node.is_empty() {
                if pod.is_terminating() {
                    force_delete(api, now, pod, None);
                }
            } else if let Some(object) = api.peek(nodes, "", &node) {
                if pod.is_terminating() && is_out_of_service(object) {
                    force_delete(api, now, pod, None);
                }
            } else {
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
        let mut ended: Vec<&Value> = all.iter().filter(|p| has_ended(p)).list();
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

/// Marks a pod as failed, with the disruption if there is one, and deletes it at once.
fn force_delete(api: &mut ApiServer, now: Time, pod: &Value, disruption: Option<&str>) {
    let by = Caller::new(now, "pod-garbage-collector");
    let pods = kinds::POD;
    if !has_ended(pod) {
        let mut next = pod.clone();
        next.set(&["status", "phase"], "Failed");
        if let Some(message) = disruption {
            let condition = obj!({
                "type": "DisruptionTarget", "status": "True", "lastProbeTime": null,
                "observedGeneration": pod.at(&["metadata", "generation"]), "reason": "DeletionByPodGC", "message": message
            });
            set_condition(next.at_mut(&["status", "conditions"]).list_mut(), condition, now);
        }
        // A pod that changed meanwhile is handled at the next look.
        if api.update(&by, pods, next, Subresource::Status, &WriteOptions::default()).is_err() {
            return;
        }
    }
    // If it is gone already, there is nothing to do.
    let _ = api.delete(&by, pods, pod.namespace(), pod.name(), &DeleteOptions::now());
}

impl Component for PodGarbageCollector {
    fn watches(&self, kind: KindRef) -> bool {
        kind.group.is_empty() && matches!(kind.plural, "pods" | "nodes")
    }

    fn on_change(&mut self, api: &ApiServer, now: Time, change: &Change) {
        let object = &change.object;
        if change.key.kind == kinds::NODE {
            let mut pods = api.pods_on(&change.key.name);
            let orphans = match change.current() {
                Some(_) => is_out_of_service(object) && pods.any(Object::is_terminating),
                None => pods.next().is_some(),
            };
            if orphans {
                self.plan(now);
            }
            return;
        }
        let Some(pod) = change.current() else { return };
        let node = node_of(pod);
        let bound_now = change.old.as_ref().is_none_or(|old| node_of(old) != node);
        let orphan = !node.is_empty() && bound_now && api.peek(kinds::NODE, "", &node).is_none();
        let stuck = object.is_terminating() && (node.is_empty() || api.peek(kinds::NODE, "", &node).is_some_and(is_out_of_service));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pods_that_nobody_will_end() {
        let now = Time::from_secs(1_000_000);
        let by = Caller::new(now, "test");
        let mut api = ApiServer::new(0);
        api.create_namespace(&by, "default");
        let pods = kinds::POD;
        for (name, ready, taint) in [
            ("gone", "Unknown", "node.kubernetes.io/out-of-service"),
            ("up", "True", "node.kubernetes.io/out-of-service"),
            ("slow", "Unknown", "x"),
        ] {
            let node = obj!({
                "metadata": {"name": name}, "spec": {"taints": [{"key": taint, "effect": "NoExecute"}]},
                "status": {"conditions": [{"type": "Ready", "status": ready}]}
            });
            api.create(&by, kinds::NODE, "", node, &WriteOptions::default()).unwrap_or_else(|e| panic!("{e}"));
        }
        // Where each pod is, whether it is deleted, and how it ends, with the finalizer that keeps it in sight.
        let rows =
            [("gone", true, "Failed"), ("gone", false, ""), ("up", true, ""), ("slow", true, ""), ("", true, "Failed"), ("", false, "")];
        for (i, (node, deleted, _)) in rows.iter().enumerate() {
            let name = format!("p{i}");
            let mut pod = obj!({
                "metadata": {"name": name.as_str(), "finalizers": ["example.com/f"]},
                "spec": {"containers": [{"name": "c", "image": "i"}]}
            });
            if !node.is_empty() {
                pod.set(&["spec", "nodeName"], *node);
            }
            api.create(&by, pods, "default", pod, &WriteOptions::default()).unwrap_or_else(|e| panic!("{e}"));
            if *deleted {
                let _ = api.delete(&by, pods, "default", &name, &DeleteOptions::default());
            }
        }
        PodGarbageCollector::default().look(&mut api, now);
        for (i, (_, _, ends)) in rows.iter().enumerate() {
            let pod = api.peek(pods, "default", &format!("p{i}")).expect("the finalizer holds it");
            assert_eq!(has_ended(pod), *ends == "Failed", "p{i}");
        }
    }
}
