//! StatefulSets (`pkg/controller/statefulset`): pods with names, claims and an order.

mod claims;
mod control;
mod identity;
#[cfg(test)]
mod tests;
mod update;

use super::controller::{ObjectRef, controller_of, key_of, work};
use super::controller_history::{History, hash_of_data};
use super::flags::Flags;
use super::pod_claim::claim_pods;
use super::replicas::ready_since;
use super::work_queue::WorkQueue;
use crate::api::selector::LabelSelector;
use crate::api::{KindRef, Object, Status, Value, kinds};
use crate::base::{Duration, Time};
use crate::server::{ApiServer, Caller, Change, Component, EventRecorder};

const MANAGER: &str = "statefulset-controller";
const HISTORY: History = History {
    of: kinds::STATEFUL_SET,
    hash_label: "controller.kubernetes.io/hash",
    hash: |_, data, collisions| hash_of_data(data, collisions.unwrap_or(0)),
};

/// Keeps the pods of StatefulSets.
#[derive(Clone, Debug)]
pub struct StatefulSetController {
    queue: WorkQueue<ObjectRef>,
    recorder: EventRecorder,
}

impl StatefulSetController {
    /// The controller, with the flags of the controller manager.
    pub fn new(flags: &Flags) -> Self {
        StatefulSetController { queue: WorkQueue::new().of_client(flags.client()), recorder: EventRecorder::new(MANAGER, "") }
    }

    fn reconcile(&mut self, api: &mut ApiServer, now: Time, key: &ObjectRef) -> Result<(), Status> {
        let kind = kinds::STATEFUL_SET;
        let Some(set) = api.peek(kind, &key.0, &key.1).cloned() else { return Ok(()) };
        let Ok(selector) = LabelSelector::from_object(set.at(&["spec", "selector"])) else { return Ok(()) };
        if selector.is_everything() {
            return Ok(());
        }
        let by = Caller::new(now, MANAGER);
        HISTORY.adopt_orphans(api, &by, &set, &selector)?;
        let pods = claim_pods(api, &by, &set, kind, &selector, None, |p| identity::is_member(&set, p))?;
        let min_ready_s = set.at(&["spec", "minReadySeconds"]).int();
        if min_ready_s > 0 {
            let wait = Duration::from_secs(min_ready_s.unsigned_abs());
            if let Some(next) = pods.iter().filter_map(ready_since).map(|t| t + wait).filter(|t| *t > now).min() {
                self.queue.add_at(key.clone(), next);
            }
        }
        let pods_left = self.queue.pods_left(now);
        control::Control::new(api, by, &mut self.recorder, set, pods, pods_left)?.run()
    }

    fn mark_owner(&mut self, api: &ApiServer, pod: &Value, now: Time) {
        if let Some(key) = controller_of(pod, "StatefulSet") {
            self.queue.add_at(key, now);
        } else if pod.controller_ref().is_null() {
            for set in api.iter(kinds::STATEFUL_SET, Some(pod.namespace())) {
                if LabelSelector::from_object(set.at(&["spec", "selector"])).is_ok_and(|s| s.matches(pod.labels())) {
                    self.queue.add_at(key_of(set), now);
                }
            }
        }
    }
}

impl Component for StatefulSetController {
    fn watches(&self, kind: KindRef) -> bool {
        matches!((kind.group, kind.plural), ("apps", "statefulsets") | ("", "pods" | "persistentvolumeclaims"))
    }

    fn on_change(&mut self, api: &ApiServer, now: Time, change: &Change) {
        let object = &change.object;
        match change.key.kind.plural {
            "statefulsets" => {
                if change.current().is_none() {
                    self.recorder.forget(object.uid());
                }
                self.queue.add_at(key_of(object), now);
            }
            // A claim that is gone may be what a set waits for.
            "persistentvolumeclaims" => {
                if change.current().is_none() {
                    for set in api.iter(kinds::STATEFUL_SET, Some(&change.key.namespace)) {
                        if !set.at(&["spec", "volumeClaimTemplates"]).is_empty() {
                            self.queue.add_at(key_of(set), now);
                        }
                    }
                }
            }
            _ => {
                if let Some(old) = &change.old
                    && !old.controller_ref().same(object.controller_ref())
                {
                    self.mark_owner(api, old, now);
                }
                self.mark_owner(api, object, now);
            }
        }
    }

    fn next_wake(&self) -> Option<Time> {
        self.queue.next_at()
    }

    fn wake(&mut self, api: &mut ApiServer, now: Time) {
        work(self, |c| &mut c.queue, Self::reconcile, api, now);
    }
}
