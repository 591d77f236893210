//! ReplicaSets and ReplicationControllers (`pkg/controller/replicaset`): one controller under two names.

use super::controller::{ObjectRef, controller_of, controller_ref, key_of, set_count, update_status, work};
use super::deletion_rank::{self, DeletionRank};
use super::flags::Flags;
use super::pod_control;
use super::replica_tally::{Counts, ReplicaTally};
use super::replicas::{is_active, pod_from_template, slow_start};
use super::work_queue::WorkQueue;
use crate::api::selector::LabelSelector;
use crate::api::{ArcStr, Kind, KindRef, Object, Status, Value, drop_owner, find_condition, is_ready, kinds};
use crate::base::{Duration, List as _, SortedMap, SortedSet, Time};
use crate::obj;
use crate::server::{ApiServer, Caller, Change, Component, EventRecorder, Patch, Subresource, WriteOptions};

/// How many pods a reconcile creates or deletes (`BurstReplicas`).
const BURST: usize = 500;
/// How long a reconcile takes, with its writes.
const RECONCILE: Duration = Duration::from_millis(10);

/// Keeps as many pods as each object of its kind asks for.
#[derive(Clone, Debug)]
pub struct ReplicaSetController {
    kind: KindRef,
    manager: &'static str,
    queue: WorkQueue<ObjectRef>,
    recorder: EventRecorder,
    /// Objects by namespace, to find those that an orphan fits.
    members: SortedMap<ArcStr, SortedSet<ObjectRef>>,
    /// Objects that may have pods to adopt or to release.
    unclaimed: SortedSet<ObjectRef>,
    tally: ReplicaTally,
}

impl ReplicaSetController {
    /// The controller of ReplicationControllers.
    pub fn for_replication_controllers(flags: &Flags) -> Self {
        Self::new("ReplicationController", "replication-controller", flags)
    }

    /// The controller of ReplicaSets.
    pub fn for_replica_sets(flags: &Flags) -> Self {
        Self::new("ReplicaSet", "replicaset-controller", flags)
    }

    fn new(kind: &str, manager: &'static str, flags: &Flags) -> Self {
        ReplicaSetController {
            kind: Kind::named(kind),
            manager,
            queue: WorkQueue::with_pace(RECONCILE).of_client(flags.client()),
            recorder: EventRecorder::new(manager, ""),
            members: SortedMap::new(),
            unclaimed: SortedSet::new(),
            tally: ReplicaTally::default(),
        }
    }

    fn selector(&self, object: &Value) -> Option<LabelSelector> {
        let selector = object.at(&["spec", "selector"]);
        let selector =
            if self.kind.group.is_empty() { LabelSelector::from_map(selector) } else { LabelSelector::from_object(selector).ok()? };
        (!selector.is_everything()).then_some(selector)
    }

    /// Marks the owner of a pod, or those that might adopt it.
    fn mark_owner(&mut self, api: &ApiServer, pod: &Value, relabeled: bool, now: Time) {
        if pod.controller_ref().is_null() {
            let candidates: Vec<ObjectRef> = self.members.get(pod.namespace()).into_iter().flatten().cloned().list();
            for key in candidates {
                let fits = api.peek(self.kind, &key.0, &key.1).and_then(|o| self.selector(o)).is_some_and(|s| s.matches(pod.labels()));
                if fits {
                    self.unclaimed.insert(key.clone());
                    self.queue.add_at(key, now);
                }
            }
        } else if let Some(key) = controller_of(pod, self.kind.kind) {
            if relabeled {
                self.unclaimed.insert(key.clone());
            }
            self.queue.add_at(key, now);
        }
    }

    fn reconcile(&mut self, api: &mut ApiServer, now: Time, key: &ObjectRef) -> Result<(), Status> {
        let Some(object) = api.peek(self.kind, &key.0, &key.1).cloned() else { return Ok(()) };
        let Some(selector) = self.selector(&object) else { return Ok(()) };
        let by = Caller::new(now, self.manager);
        let min_ready_s = object.at(&["spec", "minReadySeconds"]).int();
        // If there is nothing to adopt or release, the pods need not be read: they have been counted.
        if self.unclaimed.contains(key) {
            self.claim(api, &by, &object, &selector)?;
            self.unclaimed.remove(key);
        }
        // As in a real cluster, the status counts the pods that existed before this reconcile.
        let counts = self.counts(api, &object);
        let available = if min_ready_s > 0 { self.available(key, object.uid(), min_ready_s, now) } else { counts.ready };
        let failure = match if object.is_terminating() { Ok(true) } else { self.manage(api, &by, &object, counts.active) } {
            Ok(true) => None,
            // A real worker would still be busy, and write the status at the end.
            Ok(false) => {
                self.queue.add_at(key.clone(), now);
                return Ok(());
            }
            Err(status) => Some(status),
        };
        self.write_status(api, &by, key, counts, available, failure.as_ref())?;
        failure.map_or(Ok(()), Err)
    }

    fn counts(&mut self, api: &ApiServer, object: &Value) -> Counts {
        self.tally.counts(api, object.uid(), object.at(&["spec", "template", "metadata", "labels"]))
    }

    /// How many pods have been ready for long enough. The object is due again when the next one will have been.
    fn available(&mut self, key: &ObjectRef, uid: &str, min_ready_s: i64, now: Time) -> usize {
        let wait = Duration::from_secs(min_ready_s.unsigned_abs());
        let since = self.tally.active(uid).filter_map(|p| p.ready_since);
        let (there, to_come): (Vec<Time>, Vec<Time>) = since.map(|t| t + wait).partition(|t| *t <= now);
        if let Some(next) = to_come.into_iter().min() {
            self.queue.add_at(key.clone(), next);
        }
        there.len()
    }

    /// Releases owned pods that no longer fit, and adopts orphans that do (`PodControllerRefManager`).
    fn claim(&self, api: &mut ApiServer, by: &Caller, object: &Value, selector: &LabelSelector) -> Result<(), Status> {
        if object.is_terminating() {
            return Ok(());
        }
        let pods = kinds::POD;
        let strays: Vec<Value> = api.owned_by(object.uid(), pods).filter(|p| !selector.matches(p.labels())).cloned().list();
        for mut released in strays {
            drop_owner(&mut released, object.uid());
            api.update(by, pods, released, Subresource::None, &WriteOptions::default())?;
        }
        let orphans: Vec<Value> =
            api.orphan_pods(object.namespace()).filter(|p| selector.matches(p.labels()) && is_active(p)).cloned().list();
        for pod in orphans {
            let patch = obj!({"metadata": {"uid": pod.uid(), "ownerReferences": [controller_ref(object, self.kind)]}});
            api.patch(by, pods, pod.namespace(), pod.name(), &Patch::Strategic(patch), Subresource::None, &WriteOptions::default())?;
        }
        Ok(())
    }

    /// Creates missing pods and deletes surplus ones; false if the client is throttled before it is done.
    fn manage(&mut self, api: &mut ApiServer, by: &Caller, object: &Value, active: usize) -> Result<bool, Status> {
        let wanted = object.at(&["spec", "replicas"]).as_int().unwrap_or(1).max(0) as usize;
        let work = wanted.abs_diff(active).min(BURST);
        let now = work.min(self.queue.pods_left(by.now));
        if active < wanted {
            let template = object.at(&["spec", "template"]);
            let pod = pod_from_template(template, object, self.kind);
            slow_start(now, |_| pod_control::create_pod(api, by, &mut self.recorder, object, pod.clone())).1?;
        }
        // A throttled client need not work out which pods it would delete.
        if active > wanted && now > 0 {
            for pod in self.victims(api, by.now, object, now) {
                pod_control::delete_pod(api, by, &mut self.recorder, object, &pod)?;
            }
        }
        Ok(now == work)
    }

    /// The pods to delete, by [`deletion_rank`]. Pods of sibling ReplicaSets (of the same Deployment) count as related.
    fn victims(&self, api: &ApiServer, now: Time, object: &Value, count: usize) -> Vec<Value> {
        let active: Vec<&DeletionRank> = self.tally.active(object.uid()).list();
        if count >= active.len() {
            return active.into_iter().map(|p| p.pod.clone()).list();
        }
        let owner = object.controller_ref().get("uid").str();
        let siblings = (!owner.is_empty()).then(|| api.owned_by(owner, self.kind).filter(|s| s.uid() != object.uid()));
        let mut on_node: SortedMap<&str, usize> = SortedMap::new();
        for pod in active.iter().copied().chain(siblings.into_iter().flatten().flat_map(|s| self.tally.active(s.uid()))) {
            *on_node.entry(&pod.node).or_default() += 1;
        }
        let crowded = active.into_iter().map(|p| (p, on_node.get(p.node.as_str()).copied().unwrap_or(0))).list();
        deletion_rank::of_replicas(crowded, count, now)
    }

    fn write_status(
        &mut self,
        api: &mut ApiServer,
        by: &Caller,
        key: &ObjectRef,
        counts: Counts,
        available: usize,
        failure: Option<&Status>,
    ) -> Result<(), Status> {
        let Some(object) = api.peek(self.kind, &key.0, &key.1).cloned() else { return Ok(()) };
        let mut status = object.get("status").clone();
        status.set(&["replicas"], counts.active);
        for (member, n) in
            [("fullyLabeledReplicas", counts.fully_labeled), ("readyReplicas", counts.ready), ("availableReplicas", available)]
        {
            set_count(&mut status, member, n);
        }
        if self.kind == kinds::REPLICA_SET {
            status.set(&["terminatingReplicas"], counts.terminating);
        }
        status.set(&["observedGeneration"], object.at(&["metadata", "generation"]).int());
        let too_many = counts.active as i64 > object.at(&["spec", "replicas"]).as_int().unwrap_or(1);
        set_failure(&mut status, failure, if too_many { "FailedDelete" } else { "FailedCreate" }, by.now);
        update_status(api, by, self.kind, object, status)
    }
}

/// Whether a change of a pod matters to its owner.
fn concerns(old: &Value, new: &Value) -> bool {
    let metadata = |member: &str| old.get("metadata").get(member).same(new.get("metadata").get(member));
    !(metadata("labels")
        && metadata("ownerReferences")
        && metadata("deletionTimestamp")
        && old.at(&["status", "phase"]) == new.at(&["status", "phase"])
        && is_ready(old) == is_ready(new))
}

/// Sets or clears the ReplicaFailure condition.
pub(super) fn set_failure(status: &mut Value, failure: Option<&Status>, reason: &str, now: Time) {
    let has = !find_condition(status, "ReplicaFailure").is_null();
    match failure {
        Some(_) if has => {}
        Some(why) => {
            let condition = obj!({
                "type": "ReplicaFailure", "status": "True", "reason": reason, "message": why.message.as_str(),
                "lastTransitionTime": now.rfc3339()
            });
            status.get_mut("conditions").list_mut().push(condition);
        }
        None if has => {
            status.get_mut("conditions").list_mut().retain(|c| c.get("type").str() != "ReplicaFailure");
            if status.get("conditions").items().is_empty() {
                status.remove(&["conditions"]);
            }
        }
        None => {}
    }
}

impl Component for ReplicaSetController {
    fn watches(&self, kind: KindRef) -> bool {
        kind == self.kind || kind == kinds::POD
    }

    fn on_change(&mut self, api: &ApiServer, now: Time, change: &Change) {
        if change.key.kind == self.kind {
            let key = key_of(&change.object);
            let members = self.members.entry(key.0.clone()).or_default();
            if change.current().is_some() {
                members.insert(key.clone());
                let selector = |o: &Value| o.at(&["spec", "selector"]).clone();
                let as_before = |old: &Value| selector(old).same(&selector(&change.object)) && !change.object.is_terminating();
                if !change.old.as_ref().is_some_and(as_before) {
                    self.unclaimed.insert(key.clone());
                }
            } else {
                members.remove(&key);
                self.unclaimed.remove(&key);
                self.recorder.forget(change.object.uid());
            }
            self.queue.add_at(key, now);
            return;
        }
        if let Some(old) = &change.old
            && change.current().is_some()
            && !concerns(old, &change.object)
        {
            // An owner that could not create all its pods tries again on any change of one of them (`updatePod`).
            if let Some(key) = controller_of(&change.object, self.kind.kind).filter(|key| self.queue.has_failed(key)) {
                self.queue.add_at(key, now);
            }
            return;
        }
        // A pod that changed owners concerns both.
        if let Some(old) = &change.old
            && !old.controller_ref().same(change.object.controller_ref())
        {
            self.mark_owner(api, old, true, now);
        }
        let relabeled = change.old.as_ref().is_some_and(|old| !old.labels().same(change.object.labels()));
        self.mark_owner(api, &change.object, relabeled, now);
    }

    fn next_wake(&self) -> Option<Time> {
        self.queue.next_at()
    }

    fn is_throttled(&self, kind: KindRef, now: Time) -> bool {
        kind == self.kind && self.queue.requests_left(now) == 0
    }

    fn wake(&mut self, api: &mut ApiServer, now: Time) {
        work(self, |c| &mut c.queue, Self::reconcile, api, now);
    }
}
