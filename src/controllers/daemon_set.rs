//! DaemonSets (`pkg/controller/daemon`): one pod on each node that fits.

pub(super) mod placement;
pub(super) mod update;

use super::controller::{ObjectRef, controller_of, key_of, set_count, update_status, work};
use super::controller_history::{self, History};
use super::flags::Flags;
use super::pod_claim::claim_pods;
use super::pod_control;
use super::replicas::{is_available, ready_since, slow_start};
use super::work_queue::WorkQueue;
use crate::api::selector::LabelSelector;
use crate::api::well_known::{CONTROLLER_REVISION_HASH, TEMPLATE_GENERATION};
use crate::api::{ArcStr, KindRef, Object, Status, Value, has_ended, is_ready, kinds, template_hash};
use crate::base::{Duration, List as _, Order as _, SortedMap, SortedSet, Time};
use crate::server::{ApiServer, Caller, Change, Component, EventRecorder, EventType};

const MANAGER: &str = "daemonset-controller";
/// Failed daemon pods are replaced after a wait that doubles from this to the maximum.
const FAILED_BACKOFF_MIN: Duration = Duration::from_secs(1);
const FAILED_BACKOFF_MAX: Duration = Duration::from_secs(900);

/// Pods made, and pods deleted, in one reconcile.
const BURST: usize = 250;

const HISTORY: History = History {
    of: kinds::DAEMON_SET,
    hash_label: CONTROLLER_REVISION_HASH,
    hash: |template, _, collisions| template_hash::compute(template, collisions),
};

/// The pods of a DaemonSet, and its nodes.
type Nodes = Vec<(ArcStr, placement::Placement)>;
/// Its pods, by node.
type ByNode = SortedMap<String, Vec<Value>>;

/// What a reconcile is to do.
#[derive(Clone, Debug, Default)]
struct Work {
    /// The nodes that need a pod.
    create: Vec<ArcStr>,
    delete: Vec<Value>,
}

/// Keeps a pod of each DaemonSet on each node that it is for.
#[derive(Clone, Debug)]
pub struct DaemonSetController {
    queue: WorkQueue<ObjectRef>,
    recorder: EventRecorder,
    members: SortedSet<ObjectRef>,
    /// By DaemonSet uid and node: the next wait, and when it ends.
    failed: SortedMap<(ArcStr, ArcStr), (Duration, Time)>,
}

impl DaemonSetController {
    /// The controller, with the flags of the controller manager.
    pub fn new(flags: &Flags) -> Self {
        DaemonSetController {
            queue: WorkQueue::new().of_client(flags.client()),
            recorder: EventRecorder::new(MANAGER, ""),
            members: SortedSet::new(),
            failed: SortedMap::new(),
        }
    }

    fn reconcile(&mut self, api: &mut ApiServer, now: Time, key: &ObjectRef) -> Result<(), Status> {
        let kind = kinds::DAEMON_SET;
        let Some(set) = api.peek(kind, &key.0, &key.1).cloned() else { return Ok(()) };
        let Ok(selector) = LabelSelector::from_object(set.at(&["spec", "selector"])) else { return Ok(()) };
        if selector.is_everything() || set.is_terminating() {
            return Ok(());
        }
        let by = Caller::new(now, MANAGER);
        HISTORY.adopt_orphans(api, &by, &set, &selector)?;
        claim_pods(api, &by, &set, kind, &selector, None, |_| true)?;
        let revision = HISTORY.current(api, &by, &set)?;
        let hash = revision_hash(&revision).to_owned();
        let rules = placement::Rules::of(&set);
        let nodes: Nodes = api.iter(kinds::NODE, None).map(|n| (n.name_arc(), rules.on(n))).list();
        let updated = self.update(api, &by, &set, &hash, &nodes);
        let live: SortedSet<String> =
            pods_of(api, &set).iter().filter_map(|p| p.label(CONTROLLER_REVISION_HASH).map(str::to_owned)).collect();
        controller_history::truncate(api, &by, &set, |r| r.name() == revision.name() || live.contains(revision_hash(r)))?;
        self.write_status(api, &by, key, &hash, &nodes)?;
        updated
    }

    /// Creates missing pods and deletes surplus ones; if there are neither, goes on with an update.
    fn update(&mut self, api: &mut ApiServer, by: &Caller, set: &Value, hash: &str, nodes: &Nodes) -> Result<(), Status> {
        let by_node = pods_by_node(api, set);
        let mut work = self.manage(api, by, set, hash, nodes, &by_node);
        if work.create.is_empty() && work.delete.is_empty() && set.at(&["spec", "updateStrategy", "type"]).str() != "OnDelete" {
            work = update::rolling(set, hash, nodes, &by_node, by.now);
        }
        self.sync_nodes(api, by, set, hash, &work)
    }

    /// The nodes that lack a pod and the pods that are surplus (`podsShouldBeOnNode`).
    fn manage(&mut self, api: &mut ApiServer, by: &Caller, set: &Value, hash: &str, nodes: &Nodes, by_node: &ByNode) -> Work {
        let mut work = Work::default();
        let surges = update::max_surge(set, usize::MAX) > 0;
        for (node, placement) in nodes {
            let pods = by_node.get(node.as_str()).map(Vec::as_slice).unwrap_or_default();
            if placement.should_run && pods.is_empty() {
                work.create.push(node.clone());
                continue;
            }
            let live = pods.iter().filter(|p| !p.is_terminating());
            if !placement.may_stay {
                work.delete.extend(live.cloned());
                continue;
            }
            let mut running: Vec<Value> = Vec::new();
            for pod in live {
                let found = |phase: &str, what: &str| {
                    format!("Found {phase} daemon pod {}/{} on node {node}, will try to {what} it", pod.namespace(), pod.name())
                };
                match pod.at(&["status", "phase"]).str() {
                    "Failed" => {
                        let backoff_key = (set.get("metadata").get("uid").arc_str(), node.clone());
                        let (wait, until) = self.failed.get(&backoff_key).copied().unwrap_or((FAILED_BACKOFF_MIN, Time::ZERO));
                        if until > by.now {
                            self.queue.add_at(key_of(set), until);
                            continue;
                        }
                        self.failed.insert(backoff_key, ((wait * 2).min(FAILED_BACKOFF_MAX), by.now + wait));
                        self.recorder.event(api, by.now, set, EventType::Warning, "FailedDaemonPod", &found("failed", "kill"));
                        work.delete.push(pod.clone());
                    }
                    "Succeeded" => {
                        self.recorder.event(api, by.now, set, EventType::Normal, "SucceededDaemonPod", &found("succeeded", "delete"));
                        work.delete.push(pod.clone());
                    }
                    _ => running.push(pod.clone()),
                }
            }
            // A set that surges creates a new pod even while the old one terminates.
            if surges && running.is_empty() && placement.should_run {
                work.create.push(node.clone());
            }
            work.delete.extend(beyond_one(set, hash, running, surges, by.now));
        }
        // Pods bound to nodes that are gone are left to the pod garbage collector. Pending ones would wait for their node for ever.
        let waits = |p: &&Value| p.at(&["spec", "nodeName"]).str().is_empty();
        let is_gone = |node: &str| api.peek(kinds::NODE, "", node).is_none();
        let waiting = by_node.iter().filter(|(node, pods)| pods.iter().any(|p| waits(&p)) && is_gone(node));
        work.delete.extend(waiting.flat_map(|(_, pods)| pods).filter(waits).cloned());
        work
    }

    /// Creates and deletes as many pods as it can; returns the first error (`syncNodes`).
    fn sync_nodes(&mut self, api: &mut ApiServer, by: &Caller, set: &Value, hash: &str, work: &Work) -> Result<(), Status> {
        let most = BURST.min(self.queue.pods_left(by.now));
        let (_, mut outcome) = slow_start(work.create.len().min(most), |n| {
            pod_control::create_pod(api, by, &mut self.recorder, set, placement::pod_for(set, hash, &work.create[n]))
        });
        for pod in work.delete.iter().take(most) {
            outcome = outcome.and(pod_control::delete_pod(api, by, &mut self.recorder, set, pod));
        }
        outcome
    }

    fn write_status(&mut self, api: &mut ApiServer, by: &Caller, key: &ObjectRef, hash: &str, nodes: &Nodes) -> Result<(), Status> {
        let kind = kinds::DAEMON_SET;
        let Some(set) = api.peek(kind, &key.0, &key.1).cloned() else { return Ok(()) };
        let by_node = pods_by_node(api, &set);
        let min_ready_s = set.at(&["spec", "minReadySeconds"]).int();
        let (mut desired, mut current, mut misscheduled, mut ready, mut updated, mut available) = (0, 0, 0, 0, 0, 0);
        let mut next_look: Option<Time> = None;
        for (node, placement) in nodes {
            let pods = by_node.get(node.as_str()).map(Vec::as_slice).unwrap_or_default();
            // A surge pod, too, is looked at again when it has been ready for long enough.
            let times = pods.iter().filter(|_| min_ready_s > 0).filter_map(ready_since);
            next_look = times.map(|t| t + Duration::from_secs(min_ready_s.unsigned_abs())).filter(|t| *t > by.now).chain(next_look).min();
            if !placement.should_run {
                misscheduled += i64::from(!pods.is_empty());
                continue;
            }
            desired += 1;
            // Only the oldest pod counts for the node.
            let Some(pod) = pods.iter().min_by_key(|p| seniority(p)) else { continue };
            current += 1;
            if is_ready(pod) {
                ready += 1;
                available += i64::from(is_available(pod, min_ready_s, by.now));
            }
            updated += i64::from(is_updated(pod, &set, hash));
        }
        if let Some(at) = next_look {
            self.queue.add_at(key.clone(), at);
        }
        let mut status = set.get("status").clone();
        for (member, count) in [
            ("currentNumberScheduled", current),
            ("desiredNumberScheduled", desired),
            ("numberMisscheduled", misscheduled),
            ("numberReady", ready),
        ] {
            status.set(&[member], count);
        }
        status.set(&["observedGeneration"], set.at(&["metadata", "generation"]).int());
        for (member, count) in
            [("updatedNumberScheduled", updated), ("numberAvailable", available), ("numberUnavailable", desired - available)]
        {
            set_count(&mut status, member, count);
        }
        update_status(api, by, kind, set, status)
    }
}

/// The hash that a revision carries.
fn revision_hash(revision: &Value) -> &str {
    revision.label(CONTROLLER_REVISION_HASH).unwrap_or("")
}

/// Whether a pod is of the set's newest template (`IsPodUpdated`). A set that finds the pods of a namesake that is gone believes that of pods
/// with the same number of changes, whatever they run.
fn is_updated(pod: &Value, set: &Value, hash: &str) -> bool {
    let same_generation = |generation: &str| pod.label(placement::GENERATION_LABEL) == Some(generation);
    pod.label(CONTROLLER_REVISION_HASH) == Some(hash) || set.annotation(TEMPLATE_GENERATION).is_some_and(same_generation)
}

fn pods_of(api: &ApiServer, set: &Value) -> Vec<Value> {
    api.owned_by(set.uid(), kinds::POD).cloned().list()
}

/// The pods of a DaemonSet by the node they are on or are meant for, without those that have ended and are being deleted.
fn pods_by_node(api: &ApiServer, set: &Value) -> ByNode {
    let mut by_node = ByNode::new();
    let is_over = |p: &Value| p.is_terminating() && has_ended(p);
    for pod in pods_of(api, set).into_iter().filter(|p| !is_over(p)) {
        let node = placement::target_node(&pod);
        if !node.is_empty() {
            by_node.entry(node.to_owned()).or_default().push(pod);
        }
    }
    by_node
}

impl DaemonSetController {
    /// Queues the sets that need or must remove a pod on this node after its change (`syncNodeUpdate`). Others do not count the node anew.
    fn node_changed(&mut self, api: &ApiServer, now: Time, node: &Value) {
        for key in &self.members {
            let Some(set) = api.peek(kinds::DAEMON_SET, &key.0, &key.1) else { continue };
            let placement::Placement { should_run, may_stay } = placement::Rules::of(set).on(node);
            let is_there = api.pods_on(node.name()).any(|p| controller_of(p, "DaemonSet").as_ref() == Some(key));
            let strangers = set.at(&["status", "numberMisscheduled"]).int() > 0;
            if if is_there { !may_stay || strangers } else { should_run } {
                self.queue.add_at(key.clone(), now);
            }
        }
    }
}

/// The order of pods on one node: bound ones before pending ones, then the older first.
fn seniority(pod: &Value) -> (bool, ArcStr, ArcStr) {
    (pod.at(&["spec", "nodeName"]).str().is_empty(), pod.at(&["metadata", "creationTimestamp"]).arc_str(), pod.name_arc())
}

/// The surplus pods of a node: all but the oldest, unless a surge has a new pod beside a ready old one.
fn beyond_one(set: &Value, hash: &str, mut running: Vec<Value>, surges: bool, now: Time) -> Vec<Value> {
    if running.len() <= 1 {
        return Vec::new();
    }
    running.order_by_key(seniority);
    if !surges {
        return running.split_off(1);
    }
    let (new, old): (Vec<Value>, Vec<Value>) = running.into_iter().partition(|p| is_updated(p, set, hash));
    let mut gone: Vec<Value> = old.iter().skip(1).chain(new.iter().skip(1)).cloned().list();
    if let (Some(old), Some(new)) = (old.first(), new.first())
        && (!is_ready(old) || is_available(new, set.at(&["spec", "minReadySeconds"]).int(), now))
    {
        gone.push(old.clone());
    }
    gone
}

impl Component for DaemonSetController {
    fn watches(&self, kind: KindRef) -> bool {
        matches!((kind.group, kind.plural), ("apps", "daemonsets" | "controllerrevisions") | ("", "pods" | "nodes"))
    }

    fn on_change(&mut self, api: &ApiServer, now: Time, change: &Change) {
        match change.key.kind.plural {
            "daemonsets" => {
                let key = key_of(&change.object);
                if change.current().is_some() {
                    self.members.insert(key.clone());
                } else {
                    self.members.remove(&key);
                    self.recorder.forget(change.object.uid());
                    let uid = change.object.get("metadata").get("uid").arc_str();
                    self.failed.retain(|(set, _), _| *set != uid);
                }
                self.queue.add_at(key, now);
            }
            "nodes" => {
                // The deletion of a node is noticed by that of its pods.
                if change.current().is_none() {
                    return self.failed.retain(|(_, node), _| *node != change.key.name);
                }
                // Heartbeats and capacity do not decide where daemon pods may run.
                let same = |path: &[&str]| change.old.as_ref().is_some_and(|old| old.at(path).same(change.object.at(path)));
                if !same(&["metadata", "labels"]) || !same(&["spec", "taints"]) {
                    self.node_changed(api, now, &change.object);
                }
            }
            // Revisions that the set has created itself need no reconcile.
            "controllerrevisions" if change.current().is_some() && change.old.is_none() && !change.object.controller_ref().is_null() => {}
            _ => {
                // A pod or revision that is gone or was released concerns its former owner.
                for key in change.old.iter().chain([&change.object]).filter_map(|o| controller_of(o, "DaemonSet")) {
                    self.queue.add_at(key, now);
                }
                if change.object.controller_ref().is_null() && change.current().is_some() {
                    // An orphan may be adopted by any set whose selector it fits.
                    for key in self.members.iter().filter(|k| k.0 == change.key.namespace) {
                        self.queue.add_at(key.clone(), now);
                    }
                }
            }
        }
    }

    fn next_wake(&self) -> Option<Time> {
        self.queue.next_at()
    }

    fn is_throttled(&self, kind: KindRef, now: Time) -> bool {
        kind == kinds::DAEMON_SET && self.queue.requests_left(now) == 0
    }

    fn wake(&mut self, api: &mut ApiServer, now: Time) {
        work(self, |c| &mut c.queue, Self::reconcile, api, now);
    }
}
