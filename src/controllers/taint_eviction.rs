//! The taint eviction controller (`pkg/controller/tainteviction`): deletes pods that do not tolerate their node's NoExecute taints, at
//! once or when their toleration ends.

use super::controller::{ObjectRef, key_of};
use super::work_queue::WorkQueue;
use crate::api::{ArcStr, KindRef, Object, Value, find_condition, kinds, set_condition, toleration};
use crate::base::{Duration, List as _, SortedMap, Time};
use crate::obj;
use crate::server::{ApiServer, Caller, Change, Component, DeleteOptions, EventRecorder, EventType, Subresource, WriteOptions};

const MANAGER: &str = "taint-eviction-controller";
/// Why a pod is deleted, as its condition says.
const REASON: &str = "DeletionByTaintManager";

/// Evicts pods from tainted nodes.
#[derive(Clone, Debug)]
pub struct TaintEvictionController {
    nodes: WorkQueue<ArcStr>,
    pods: WorkQueue<ObjectRef>,
    /// When each marked pod is deleted, and since when it has been marked.
    marked: SortedMap<ObjectRef, Mark>,
    recorder: EventRecorder,
}

#[derive(Clone, Copy, Debug)]
struct Mark {
    since: Time,
    at: Time,
}

impl Default for TaintEvictionController {
    fn default() -> Self {
        TaintEvictionController {
            nodes: WorkQueue::new(),
            pods: WorkQueue::new(),
            marked: SortedMap::new(),
            recorder: EventRecorder::new(MANAGER, ""),
        }
    }
}

/// How long a pod may stay under these taints: not at all, for a while, or (none) for good. Of the tolerations of one taint only the first
/// counts (`GetMatchingTolerations`).
fn may_stay(taints: &[Value], tolerations: &[Value]) -> Option<Duration> {
    let mut shortest: Option<Duration> = None;
    for taint in taints {
        let Some(first) = tolerations.iter().find(|t| toleration::tolerates(t, taint)) else { return Some(Duration::ZERO) };
        if let Some(s) = first.get("tolerationSeconds").as_int() {
            let wait = Duration::from_secs(s.max(0).unsigned_abs());
            shortest = Some(shortest.map_or(wait, |w| w.min(wait)));
        }
    }
    shortest
}

fn no_execute_taints(node: &Value) -> Vec<Value> {
    node.at(&["spec", "taints"]).items().iter().filter(|t| t.get("effect").str() == "NoExecute").cloned().list()
}

impl TaintEvictionController {
    /// Marks a pod for deletion, or removes its mark.
    fn judge(&mut self, api: &mut ApiServer, now: Time, key: &ObjectRef) {
        let pod = api.peek(kinds::POD, &key.0, &key.1).cloned();
        let node = pod.as_ref().map(|p| p.at(&["spec", "nodeName"]).arc_str()).unwrap_or_default();
        let taints = api.peek(kinds::NODE, "", &node).map(no_execute_taints).unwrap_or_default();
        let Some(pod) = pod.filter(|_| !taints.is_empty()) else {
            self.cancel(api, now, key);
            return;
        };
        let Some(wait) = may_stay(&taints, pod.at(&["spec", "tolerations"]).items()) else {
            self.cancel(api, now, key);
            return;
        };
        match self.marked.get(key) {
            // A mark keeps its start, so that a pod does not stay longer because it is looked at again.
            Some(mark) if wait > Duration::ZERO && mark.since < now => {}
            _ => {
                // A pod that is to go at once is first said not to go later.
                self.cancel(api, now, key);
                let at = now + wait;
                self.marked.insert(key.clone(), Mark { since: now, at });
                self.pods.add_at(key.clone(), at);
            }
        }
    }

    fn cancel(&mut self, api: &mut ApiServer, now: Time, key: &ObjectRef) {
        if self.marked.remove(key).is_some() {
            self.event(api, now, key, &format!("Cancelling deletion of Pod {}/{}", key.0, key.1));
        }
    }

    /// Events name the pod without its UID, as the real ones do.
    fn event(&mut self, api: &mut ApiServer, now: Time, key: &ObjectRef, message: &str) {
        let pod = obj!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": &key.1, "namespace": &key.0}});
        self.recorder.event(api, now, &pod, EventType::Normal, "TaintManagerEviction", message);
    }

    fn evict(&mut self, api: &mut ApiServer, now: Time, key: &ObjectRef) {
        let Some(pod) = api.peek(kinds::POD, &key.0, &key.1).cloned() else {
            self.marked.remove(key);
            return;
        };
        self.event(api, now, key, &format!("Marking for deletion Pod {}/{}", key.0, key.1));
        let by = Caller::new(now, MANAGER);
        let mut next = pod;
        // A newer generation alone is no change (`podutil.UpdatePodCondition`).
        if find_condition(next.get("status"), "DisruptionTarget").get("reason").str() != REASON {
            let condition = obj!({
                "type": "DisruptionTarget", "status": "True", "lastProbeTime": null, "observedGeneration": next.at(&["metadata", "generation"]),
                "reason": REASON, "message": "Taint manager: deleting due to NoExecute taint"
            });
            set_condition(next.at_mut(&["status", "conditions"]).list_mut(), condition, now);
        }
        let pods = kinds::POD;
        let done = api
            .update(&by, pods, next, Subresource::Status, &WriteOptions::default())
            .and_then(|_| api.delete(&by, pods, &key.0, &key.1, &DeleteOptions::default()));
        match done {
            Err(status) if !status.is_not_found() => self.pods.add_rate_limited(key.clone(), now),
            // It is marked anew where its node gets other taints before it is gone.
            _ => {
                self.marked.remove(key);
                self.pods.forget(key);
            }
        }
    }
}

impl Component for TaintEvictionController {
    fn watches(&self, kind: KindRef) -> bool {
        kind.group.is_empty() && matches!(kind.plural, "nodes" | "pods")
    }

    fn on_change(&mut self, api: &ApiServer, now: Time, change: &Change) {
        let object = &change.object;
        if change.key.kind == kinds::NODE {
            let before = change.old.as_ref().map(no_execute_taints).unwrap_or_default();
            if before != no_execute_taints(object) {
                self.nodes.add_at(change.key.name.clone(), now);
            }
            return;
        }
        if change.current().is_none() {
            self.recorder.forget(object.uid());
        }
        let node = |p: &Value| p.at(&["spec", "nodeName"]).arc_str();
        let key = key_of(object);
        let tainted = || api.peek(kinds::NODE, "", &node(object)).is_some_and(|n| !no_execute_taints(n).is_empty());
        let same = change
            .old
            .as_ref()
            .is_some_and(|old| node(old) == node(object) && old.at(&["spec", "tolerations"]).same(object.at(&["spec", "tolerations"])));
        if self.marked.contains_key(&key) && (change.current().is_none() || !same) || (change.current().is_some() && !same && tainted()) {
            self.pods.add_at(key, now);
        }
    }

    fn next_wake(&self) -> Option<Time> {
        [self.nodes.next_at(), self.pods.next_at()].into_iter().flatten().min()
    }

    fn wake(&mut self, api: &mut ApiServer, now: Time) {
        if let Some(node) = self.nodes.pop_due(now) {
            let pods: Vec<ObjectRef> = api.pods_on(&node).map(key_of).list();
            for key in pods {
                self.judge(api, now, &key);
            }
            return;
        }
        let Some(key) = self.pods.pop_due(now) else { return };
        match self.marked.get(&key) {
            Some(mark) if mark.at <= now => self.evict(api, now, &key),
            _ => {
                self.judge(api, now, &key);
                // A pod that is still marked is handled when its time comes.
                if let Some(mark) = self.marked.get(&key) {
                    self.pods.add_at(key, mark.at);
                }
            }
        }
    }
}
