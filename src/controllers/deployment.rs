//! Deployments (`pkg/controller/deployment`): ReplicaSets that trade places.

mod arithmetic;
mod history;
mod progress;
mod rollout;
#[cfg(test)]
mod tests;

use super::controller::{ObjectRef, controller_of, controller_ref, key_of, work};
use super::flags::Flags;
use super::work_queue::WorkQueue;
use crate::api::selector::LabelSelector;
use crate::api::{ArcStr, KindRef, Object, Status, Value, drop_owner, kinds};
use crate::base::{List as _, Order as _, SortedMap, SortedSet, Time};
use crate::server::{ApiServer, Caller, Change, Component, EventRecorder, EventType, Subresource, WriteOptions};
pub use arithmetic::{new_rs_new_replicas, replica_set_proportion, resolve_fenceposts};

const MANAGER: &str = "deployment-controller";
const REVISION: &str = "deployment.kubernetes.io/revision";
const DESIRED: &str = "deployment.kubernetes.io/desired-replicas";
const MAX: &str = "deployment.kubernetes.io/max-replicas";

/// Rolls Deployments out.
#[derive(Clone, Debug)]
pub struct DeploymentController {
    queue: WorkQueue<ObjectRef>,
    recorder: EventRecorder,
    members: SortedMap<ArcStr, SortedSet<ObjectRef>>,
}

/// What one reconcile works on.
struct Sync<'a> {
    api: &'a mut ApiServer,
    by: Caller,
    recorder: &'a mut EventRecorder,
    /// As it was when the reconcile began; the newest version is read before each write.
    deployment: Value,
    /// ReplicaSets that it owns, oldest first.
    owned: Vec<Value>,
    /// How many pods the ReplicaSets asked for before this pass scaled one: its status is reckoned with that.
    asked_before: Option<i64>,
    /// Whether this pass wrote the Deployment: a second write would meet a conflict, and is left to the next pass.
    wrote: bool,
}

impl DeploymentController {
    /// The controller, with the flags of the controller manager.
    pub fn new(flags: &Flags) -> Self {
        let queue = WorkQueue::new().of_client(flags.client());
        DeploymentController { queue, recorder: EventRecorder::new(MANAGER, ""), members: SortedMap::new() }
    }

    fn reconcile(&mut self, api: &mut ApiServer, now: Time, key: &ObjectRef) -> Result<(), Status> {
        let Some(deployment) = api.peek(kinds::DEPLOYMENT, &key.0, &key.1).cloned() else { return Ok(()) };
        let Ok(selector) = LabelSelector::from_object(deployment.at(&["spec", "selector"])) else { return Ok(()) };
        if selector.is_everything() {
            return Ok(());
        }
        let by = Caller::new(now, MANAGER);
        let owned = claim(api, &by, &deployment, &selector)?;
        let mut sync = Sync { api, by, recorder: &mut self.recorder, deployment, owned, asked_before: None, wrote: false };
        let check_again = sync.run()?;
        if let Some(at) = check_again {
            self.queue.add_at(key.clone(), at);
        }
        Ok(())
    }

    fn mark_by_selector(&mut self, api: &ApiServer, object: &Value, now: Time) {
        let keys: Vec<ObjectRef> = self.members.get(object.namespace()).into_iter().flatten().cloned().list();
        for key in keys {
            let selects = api
                .peek(kinds::DEPLOYMENT, &key.0, &key.1)
                .is_some_and(|d| LabelSelector::from_object(d.at(&["spec", "selector"])).is_ok_and(|s| s.matches(object.labels())));
            if selects {
                self.queue.add_at(key, now);
            }
        }
    }
}

impl Sync<'_> {
    /// One pass (`syncDeployment`); returns when the progress deadline has to be looked at.
    fn run(&mut self) -> Result<Option<Time>, Status> {
        if self.deployment.is_terminating() {
            return self.write_status();
        }
        self.check_paused()?;
        if self.deployment.at(&["spec", "paused"]).is_true() || self.is_scaling_event() {
            return self.sync();
        }
        match self.deployment.at(&["spec", "strategy", "type"]).str() {
            "Recreate" => self.roll_recreate(),
            _ => self.roll_rolling(),
        }
    }

    fn event(&mut self, kind: EventType, reason: &'static str, message: &str) {
        self.recorder.event(self.api, self.by.now, &self.deployment, kind, reason, message);
    }

    /// Replicas that the spec asks for.
    fn wanted(&self) -> i64 {
        self.deployment.at(&["spec", "replicas"]).as_int().unwrap_or(1)
    }

    fn surge_and_unavailable(&self) -> (i64, i64) {
        if self.deployment.at(&["spec", "strategy", "type"]).str() == "Recreate" {
            return (0, 0);
        }
        let rolling = self.deployment.at(&["spec", "strategy", "rollingUpdate"]);
        resolve_fenceposts(rolling.get("maxSurge"), rolling.get("maxUnavailable"), self.wanted())
    }

    fn max_surge(&self) -> i64 {
        self.surge_and_unavailable().0
    }

    /// At most this many pods may be unavailable; never more than there are.
    fn max_unavailable(&self) -> i64 {
        if self.wanted() == 0 {
            return 0;
        }
        self.surge_and_unavailable().1.min(self.wanted())
    }

    /// Replicas that its ReplicaSets ask for in all.
    fn asked(&self) -> i64 {
        self.owned.iter().map(replicas_of).sum()
    }

    /// Writes the newest version of an owned ReplicaSet back into the list.
    fn remember(&mut self, replica_set: Value) {
        match self.owned.iter_mut().find(|r| r.uid() == replica_set.uid()) {
            Some(slot) => *slot = replica_set,
            None => self.owned.push(replica_set),
        }
    }

    fn update_replica_set(&mut self, next: Value) -> Result<Value, Status> {
        let updated = self.api.update(&self.by, kinds::REPLICA_SET, next, Subresource::None, &WriteOptions::default())?;
        self.remember(updated.clone());
        Ok(updated)
    }

    fn update_status(&mut self, next: Value) -> Result<(), Status> {
        self.deployment = self.api.update(&self.by, kinds::DEPLOYMENT, next, Subresource::Status, &WriteOptions::default())?;
        self.wrote = true;
        Ok(())
    }
}

/// ReplicaSets that are the deployment's: owned, or adopted where nobody owns them.
fn claim(api: &mut ApiServer, by: &Caller, deployment: &Value, selector: &LabelSelector) -> Result<Vec<Value>, Status> {
    let kind = kinds::REPLICA_SET;
    let mut mine: Vec<Value> = Vec::new();
    let owned: Vec<Value> = api.owned_by(deployment.uid(), kind).cloned().list();
    for set in owned {
        if selector.matches(set.labels()) {
            mine.push(set);
        } else if !deployment.is_terminating() {
            let mut released = set;
            drop_owner(&mut released, deployment.uid());
            api.update(by, kind, released, Subresource::None, &WriteOptions::default())?;
        }
    }
    if !deployment.is_terminating() {
        let orphans: Vec<Value> = api
            .iter(kind, Some(deployment.namespace()))
            .filter(|r| r.controller_ref().is_null() && !r.is_terminating() && selector.matches(r.labels()))
            .cloned()
            .list();
        for set in orphans {
            let mut adopted = set.clone();
            adopted.at_mut(&["metadata", "ownerReferences"]).list_mut().push(controller_ref(deployment, kinds::DEPLOYMENT));
            api.update(by, kind, adopted, Subresource::None, &WriteOptions::default())?;
            // What is known of it is what it was before: another write of this pass meets a conflict, and the next pass makes it.
            mine.push(set);
        }
    }
    mine.order_by(by_age);
    Ok(mine)
}

/// Older first; names decide between those of one second.
fn by_age(a: &Value, b: &Value) -> std::cmp::Ordering {
    let made = |v: &Value| v.at(&["metadata", "creationTimestamp"]).arc_str();
    made(a).cmp(&made(b)).then_with(|| a.name().cmp(b.name()))
}

fn replicas_of(set: &Value) -> i64 {
    set.at(&["spec", "replicas"]).as_int().unwrap_or(1)
}

fn status_count(set: &Value, member: &str) -> i64 {
    set.at(&["status", member]).int()
}

impl Component for DeploymentController {
    fn watches(&self, kind: KindRef) -> bool {
        matches!((kind.group, kind.plural), ("apps", "deployments" | "replicasets") | ("", "pods"))
    }

    fn on_change(&mut self, api: &ApiServer, now: Time, change: &Change) {
        let object = &change.object;
        match change.key.kind.plural {
            "deployments" => {
                let key = key_of(object);
                let members = self.members.entry(key.0.clone()).or_default();
                if change.current().is_some() {
                    members.insert(key.clone());
                } else {
                    members.remove(&key);
                    self.recorder.forget(object.uid());
                }
                self.queue.add_at(key, now);
            }
            "replicasets" => {
                if let Some(key) = controller_of(object, "Deployment") {
                    self.queue.add_at(key, now);
                } else if object.controller_ref().is_null() {
                    self.mark_by_selector(api, object, now);
                }
            }
            // A Recreate rollout waits for the last old pod to be gone.
            _ if change.current().is_none() => {
                if let Some((namespace, name)) = controller_of(object, "ReplicaSet")
                    && let Some(key) = api.peek(kinds::REPLICA_SET, &namespace, &name).and_then(|set| controller_of(set, "Deployment"))
                {
                    self.queue.add_at(key, now);
                }
            }
            _ => {}
        }
    }

    fn next_wake(&self) -> Option<Time> {
        self.queue.next_at()
    }

    fn wake(&mut self, api: &mut ApiServer, now: Time) {
        work(self, |c| &mut c.queue, Self::reconcile, api, now);
    }
}
