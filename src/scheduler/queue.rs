//! The scheduling queue: pods to try now, pods in backoff, and unschedulable pods that no event has helped yet. Models
//! `pkg/scheduler/backend/queue`. It may not know how a pod is tried.

use std::cmp::Ordering;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::cache::Cache;
use super::cluster_event::ClusterEvent;
use super::cycle::{Algorithm, profile_of};
use super::framework::{Cx, PluginSet};
use super::plugins::node_resources_fit::frees;
use super::plugins::{
    DYNAMIC_RESOURCES, INTER_POD_AFFINITY, NODE_RESOURCES_FIT, NODE_UNSCHEDULABLE, PLUGINS, POD_TOPOLOGY_SPREAD, PluginId,
    TAINT_TOLERATION, dynamic_resources, priority_sort, scheduling_gates,
};
use super::pod_info::{PodInfo, SpreadConstraint};
use crate::api::ArcStr;
use crate::base::{Duration, List as _, SortedMap, Time};

/// How long an unschedulable pod backs off: `podInitialBackoffSeconds`, doubled by each further failure, up to `podMaxBackoffSeconds`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Backoff {
    /// After the first failure.
    pub initial: Duration,
    /// At most.
    pub max: Duration,
}

impl Default for Backoff {
    fn default() -> Self {
        Backoff { initial: Duration::from_secs(1), max: Duration::from_secs(10) }
    }
}

/// How often the queue looks for pods whose backoff is over.
const BACKOFF_FLUSH: Duration = Duration::from_secs(1);
/// After so long an unschedulable pod is tried again without any event.
const UNSCHEDULABLE_MAX: Duration = Duration::from_secs(300);
/// How often such pods are looked for.
const UNSCHEDULABLE_FLUSH: Duration = Duration::from_secs(30);

/// A pod that waits for a node.
#[derive(Clone, Debug)]
pub struct Queued {
    /// The pod.
    pub pod: Arc<PodInfo>,
    /// Since when it has been in its present part of the queue.
    pub since: Time,
    /// How often it was tried.
    pub attempts: u32,
    /// Plugins that refused it when it was last tried.
    pub refused_by: PluginSet,
    turn: u64,
    unschedulable_count: u32,
    error_count: u32,
    place: Place,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Place {
    Active,
    Backoff,
    /// In backoff after an error, which is always waited out.
    ErrorBackoff,
    Unschedulable,
    Gated,
    /// It is being tried.
    InFlight,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Turn {
    priority: i64,
    since: Time,
    turn: u64,
}

impl Ord for Turn {
    fn cmp(&self, other: &Self) -> Ordering {
        priority_sort::compare((self.priority, self.since, self.turn), (other.priority, other.since, other.turn))
    }
}
impl PartialOrd for Turn {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The queue.
#[derive(Clone, Debug, Default)]
pub struct Queue {
    backoff_of: Backoff,
    pods: FxHashMap<ArcStr, Queued>,
    active: SortedMap<Turn, ArcStr>,
    /// Pods in backoff, by its end, then by turn.
    backoff: SortedMap<(Time, Turn), ArcStr>,
    error_backoff: SortedMap<(Time, Turn), ArcStr>,
    /// Unschedulable pods, by since when, then by turn.
    unschedulable: SortedMap<(Time, u64), ArcStr>,
    turns: u64,
    nominated: SortedMap<ArcStr, Vec<Arc<PodInfo>>>,
    nominated_on: FxHashMap<ArcStr, ArcStr>,
}

/// Why a pod that was tried waits again.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Failure {
    /// It is unschedulable; the plugins that refused it, none if there is no node at all.
    Refused(PluginSet),
    /// There was an error.
    Error,
}

impl Queued {
    fn turn(&self) -> Turn {
        Turn { priority: self.pod.class.priority, since: self.since, turn: self.turn }
    }

    fn backoff_end(&self, Backoff { initial, max }: Backoff) -> Time {
        let count = if self.error_count > 0 { self.error_count } else { self.unschedulable_count };
        let doubled = initial.saturating_mul(1 << count.saturating_sub(1).min(30));
        if count == 0 { self.since } else { self.since + doubled.min(max) }
    }
}

/// The first moment at or after `t` that is a multiple of `period`.
fn next_tick(t: Time, period: Duration) -> Time {
    let p = period.as_micros() as u64;
    Time(t.0.div_ceil(p).saturating_mul(p))
}

/// Whether a change of the pod itself may make a plugin that refused it accept it.
// Models the hints for updates of the pod itself.
fn own_change_helps(plugin: PluginId, old: &PodInfo, new: &PodInfo) -> bool {
    let (was, is) = (&old.class, &new.class);
    let tolerations = || was.tolerations() != is.tolerations();
    let labels = || was.labels != is.labels;
    match plugin {
        NODE_UNSCHEDULABLE | TAINT_TOLERATION => tolerations(),
        NODE_RESOURCES_FIT => frees(&was.requests, &was.requests, &is.requests),
        POD_TOPOLOGY_SPREAD => {
            let recounted = |c: &SpreadConstraint| c.hard && c.selector.matches(&was.labels) != c.selector.matches(&is.labels);
            labels() && (is.spread.is_empty() || is.spread.iter().any(recounted))
                || tolerations() && is.spread.iter().any(|c| c.hard && c.honors_taints)
        }
        INTER_POD_AFFINITY => labels(),
        DYNAMIC_RESOURCES => {
            let claims = |pod: &PodInfo| pod.object.at(&["status", "resourceClaimStatuses"]).clone();
            !claims(old).same(&claims(new))
        }
        _ => false,
    }
}

impl Queue {
    /// A queue with this backoff.
    pub fn with_backoff(backoff_of: Backoff) -> Self {
        Queue { backoff_of, ..Queue::default() }
    }

    /// Adds a pod without a node.
    pub fn add(&mut self, cache: &Cache, pod: Arc<PodInfo>, now: Time) {
        self.remove(&pod.uid);
        self.turns += 1;
        if !pod.nominated_node().is_empty() {
            self.nominate(pod.clone(), pod.nominated_node().into());
        }
        let queued = Queued {
            since: now,
            attempts: 0,
            refused_by: PluginSet::default(),
            turn: self.turns,
            unschedulable_count: 0,
            error_count: 0,
            place: Place::Active,
            pod,
        };
        self.admit(cache, queued, now);
    }

    /// Queues a pod to be tried after its backoff, unless its scheduling gates or ResourceClaims forbid it.
    // Models runPreEnqueuePlugins.
    fn admit(&mut self, cache: &Cache, mut queued: Queued, now: Time) {
        queued.place = if scheduling_gates::is_gated(&queued.pod) {
            Place::Gated
        } else if dynamic_resources::is_gated(cache, &queued.pod) {
            // It waits as if the plugin had refused it, for the events of that plugin.
            queued.refused_by = PluginSet::default();
            queued.refused_by.insert(DYNAMIC_RESOURCES);
            queued.since = now;
            Place::Unschedulable
        } else if queued.backoff_end(self.backoff_of) > now {
            Place::Backoff
        } else {
            Place::Active
        };
        self.enter(queued);
    }

    /// Updates a waiting pod. If the change may help it, it is tried again.
    pub fn update(&mut self, cache: &Cache, pod: Arc<PodInfo>, now: Time) {
        let Some(mut queued) = self.leave(&pod.uid) else { return self.add(cache, pod, now) };
        if self.nominated_on.contains_key(&pod.uid) || !pod.nominated_node().is_empty() {
            self.nominate(pod.clone(), pod.nominated_node().into());
        }
        let helps = queued.refused_by.iter().any(|plugin| own_change_helps(plugin, &queued.pod, &pod));
        queued.pod = pod;
        match queued.place {
            Place::Gated if !scheduling_gates::is_gated(&queued.pod) => {
                queued.since = now;
                self.admit(cache, queued, now);
            }
            Place::Unschedulable if helps => self.admit(cache, queued, now),
            _ => self.enter(queued),
        }
    }

    /// Forgets a pod.
    pub fn remove(&mut self, uid: &str) -> Option<Queued> {
        self.forget_nomination(uid);
        self.leave(uid)
    }

    /// The pod of this UID, if it waits or is being tried.
    pub fn get(&self, uid: &str) -> Option<&Queued> {
        self.pods.get(uid)
    }

    /// All pods that wait or are being tried, in no order.
    pub fn pods(&self) -> impl Iterator<Item = &PodInfo> {
        self.pods.values().map(|q| &*q.pod)
    }

    /// Pops the pod to try next. If none is ready, it is the one whose backoff ends first, unless that follows an error.
    pub fn pop(&mut self) -> Option<Queued> {
        let uid = self.active.values().next().or_else(|| self.backoff.values().next())?.clone();
        let mut queued = self.leave(&uid)?;
        queued.place = Place::InFlight;
        queued.attempts += 1;
        self.pods.insert(uid, queued.clone());
        Some(queued)
    }

    /// Removes a popped pod that has got a node.
    pub fn done(&mut self, uid: &str) {
        self.remove(uid);
    }

    /// Takes back a pod that cannot have its node after all, in its present state. It counts as being tried until [`Queue::failed`].
    pub fn resume(&mut self, tried: Queued, pod: Arc<PodInfo>) {
        self.remove(&pod.uid);
        self.enter(Queued { pod, place: Place::InFlight, ..tried });
    }

    /// Has a popped pod that has got no node wait again.
    pub fn failed(&mut self, uid: &str, failure: Failure, now: Time) {
        let Some(mut queued) = self.leave(uid) else { return };
        queued.since = now;
        match failure {
            Failure::Refused(by) if !by.is_empty() => {
                queued.refused_by = by;
                queued.unschedulable_count += 1;
                queued.error_count = 0;
                queued.place = Place::Unschedulable;
            }
            _ => {
                queued.refused_by = PluginSet::default();
                queued.error_count += 1;
                queued.place = Place::ErrorBackoff;
            }
        }
        self.enter(queued);
    }

    /// Has the pods that an event may help tried again.
    pub fn on_event(&mut self, cache: &Cache, profiles: &[Algorithm], event: &ClusterEvent, now: Time) {
        // Plugins that wait for new nodes but not for taints are told of changed taints all the same (as of nodes, in
        // buildQueueingHintMap), so that what a taint hid from them does not escape them.
        let retainted = matches!(event, ClusterEvent::Node { change, .. } if change.taints && !change.added);
        let by_taints = |p: PluginId| retainted && !matches!(p, NODE_UNSCHEDULABLE | TAINT_TOLERATION | POD_TOPOLOGY_SPREAD);
        // A node that a waiting pod was to get concerns those that are no more important: they took it for taken. The pod itself is not
        // tried while it has victims on another node.
        let concerned = |q: &Queued| match event {
            ClusterEvent::PodDeleted(gone) if gone.node_name.is_empty() => {
                q.pod.class.priority <= gone.class.priority && (q.pod.uid != gone.uid || q.pod.nominated_node().is_empty())
            }
            _ => true,
        };
        let helped = |uid: &ArcStr| {
            self.pods.get(uid).filter(|q| concerned(q)).is_some_and(|q| {
                let profile = profile_of(profiles, q.pod.scheduler_name()).map(|i| &profiles[i].profile);
                profile.is_some_and(|profile| {
                    let cx = Cx { cache, pod: &q.pod, fits: &[], profile };
                    q.refused_by.iter().any(|p| by_taints(p) || PLUGINS[p as usize].hint(&cx, event))
                })
            })
        };
        let uids: Vec<ArcStr> = self.unschedulable.values().filter(|uid| helped(uid)).cloned().list();
        for uid in uids {
            self.requeue(cache, &uid, now);
        }
    }

    /// When there is something to do: at once where a pod can be popped, else when waiting pods are next looked at.
    pub fn next_wake(&self) -> Option<Time> {
        if !self.active.is_empty() || !self.backoff.is_empty() {
            return Some(Time::ZERO);
        }
        let error = self.error_backoff.keys().next().map(|(end, _)| next_tick(*end, BACKOFF_FLUSH));
        let unschedulable = self.unschedulable.keys().next().map(|(since, _)| next_tick(*since + UNSCHEDULABLE_MAX, UNSCHEDULABLE_FLUSH));
        error.into_iter().chain(unschedulable).min()
    }

    /// Makes pods ready whose backoff or wait is over.
    pub fn flush(&mut self, cache: &Cache, now: Time) {
        while let Some(((end, _), uid)) = self.error_backoff.first_key_value() {
            if next_tick(*end, BACKOFF_FLUSH) > now {
                break;
            }
            let uid = uid.clone();
            self.requeue(cache, &uid, now);
        }
        while let Some(((since, _), uid)) = self.unschedulable.first_key_value() {
            if next_tick(*since + UNSCHEDULABLE_MAX, UNSCHEDULABLE_FLUSH) > now {
                break;
            }
            let uid = uid.clone();
            self.requeue(cache, &uid, now);
        }
    }

    /// Sets a pod's nominated node (`status.nominatedNodeName`); an empty name clears it.
    pub fn nominate(&mut self, pod: Arc<PodInfo>, node: ArcStr) {
        self.forget_nomination(&pod.uid);
        if !node.is_empty() {
            self.nominated_on.insert(pod.uid.clone(), node.clone());
            self.nominated.entry(node).or_default().push(pod);
        }
    }

    /// The pods that are nominated for this node.
    pub fn nominated(&self, node: &str) -> &[Arc<PodInfo>] {
        if self.nominated.is_empty() { &[] } else { self.nominated.get(node).map_or(&[], Vec::as_slice) }
    }

    /// Clears a pod's nominated node.
    pub fn forget_nomination(&mut self, uid: &str) {
        let Some(node) = self.nominated_on.remove(uid) else { return };
        if let Some(pods) = self.nominated.get_mut(&node) {
            pods.retain(|p| p.uid != uid);
            if pods.is_empty() {
                self.nominated.remove(&node);
            }
        }
    }

    fn requeue(&mut self, cache: &Cache, uid: &ArcStr, now: Time) {
        if let Some(queued) = self.leave(uid) {
            self.admit(cache, queued, now);
        }
    }

    fn enter(&mut self, queued: Queued) {
        let (uid, turn) = (queued.pod.uid.clone(), queued.turn());
        match queued.place {
            Place::Active => drop(self.active.insert(turn, uid.clone())),
            Place::Backoff => drop(self.backoff.insert((queued.backoff_end(self.backoff_of), turn), uid.clone())),
            Place::ErrorBackoff => drop(self.error_backoff.insert((queued.backoff_end(self.backoff_of), turn), uid.clone())),
            Place::Unschedulable => drop(self.unschedulable.insert((queued.since, queued.turn), uid.clone())),
            Place::Gated | Place::InFlight => {}
        }
        self.pods.insert(uid, queued);
    }

    fn leave(&mut self, uid: &str) -> Option<Queued> {
        let queued = self.pods.remove(uid)?;
        match queued.place {
            Place::Active => drop(self.active.remove(&queued.turn())),
            Place::Backoff => drop(self.backoff.remove(&(queued.backoff_end(self.backoff_of), queued.turn()))),
            Place::ErrorBackoff => drop(self.error_backoff.remove(&(queued.backoff_end(self.backoff_of), queued.turn()))),
            Place::Unschedulable => drop(self.unschedulable.remove(&(queued.since, queued.turn))),
            Place::Gated | Place::InFlight => {}
        }
        Some(queued)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Value;
    use crate::obj;
    use crate::scheduler::cache::NodeChange;

    fn pod(cache: &mut Cache, name: &str, priority: i64) -> Arc<PodInfo> {
        let object = obj!({"metadata": {"name": name, "uid": name, "namespace": "d"}, "spec": {"schedulerName": "default-scheduler", "priority": priority, "containers": [
            {"name": "c", "resources": {"requests": {"cpu": "2"}}}]}});
        Arc::new(cache.parse_pod(&object))
    }

    fn refused() -> Failure {
        let mut by = PluginSet::default();
        by.insert(NODE_RESOURCES_FIT);
        Failure::Refused(by)
    }

    #[test]
    fn priority_then_turn() {
        let mut cache = Cache::default();
        let mut q = Queue::default();
        for (name, priority, at) in [("a", 0, 1), ("b", 5, 2), ("c", 0, 1)] {
            let pod = pod(&mut cache, name, priority);
            q.add(&cache, pod, Time(at));
        }
        let order: Vec<ArcStr> = std::iter::from_fn(|| q.pop()).map(|p| p.pod.uid.clone()).collect();
        assert_eq!(order, ["b", "a", "c"]);
    }

    #[test]
    fn only_what_may_help_wakes_a_refused_pod() {
        let mut cache = Cache::default();
        let mut q = Queue::default();
        let a = pod(&mut cache, "a", 0);
        q.add(&cache, a, Time::ZERO);
        q.pop();
        q.failed("a", refused(), Time::ZERO);
        assert_eq!(q.next_wake(), Some(Time::from_secs(300)));
        let node = |cpu: &str| obj!({"metadata": {"name": "n"}, "status": {"allocatable": {"cpu": cpu, "pods": "10"}}});
        for (cpu, wakes) in [("1", false), ("4", true)] {
            let old = cache.node_named("n").map_or(Default::default(), |i| cache.node(i).object.clone());
            let (index, change) = cache.set_node(&node(cpu));
            q.on_event(&cache, &[Algorithm::default()], &ClusterEvent::Node { index, change, old: &old }, Time::from_millis(100));
            assert_eq!(q.next_wake() == Some(Time::ZERO), wakes, "{cpu}");
        }
        // Its backoff is not over, but nobody else waits.
        assert_eq!(q.pop().expect("requeued").attempts, 2);
        let quiet = NodeChange::default();
        q.failed("a", refused(), Time::from_secs(1));
        q.on_event(
            &cache,
            &[Algorithm::default()],
            &ClusterEvent::Node { index: 0, change: quiet, old: &Default::default() },
            Time::from_secs(2),
        );
        assert!(q.pop().is_none());
    }

    #[test]
    fn errors_are_waited_out_and_the_forgotten_remembered() {
        let mut cache = Cache::default();
        let mut q = Queue::default();
        let a = pod(&mut cache, "a", 0);
        q.add(&cache, a, Time::ZERO);
        let mut at = Time::from_millis(10);
        for seconds in [2, 5, 10, 19, 30] {
            q.flush(&cache, at);
            q.pop().expect("ready");
            q.failed("a", Failure::Error, at + Duration::from_millis(1));
            at = q.next_wake().expect("backs off");
            assert_eq!(at, Time::from_secs(seconds));
        }
        q.flush(&cache, at);
        q.pop();
        q.failed("a", refused(), at);
        assert_eq!(q.next_wake(), Some(Time::from_secs(330)));
        q.flush(&cache, Time::from_secs(330));
        assert!(q.pop().is_some());
        // An error after a refusal is the first one again.
        q.failed("a", Failure::Error, Time::from_secs(330));
        assert_eq!(q.next_wake(), Some(Time::from_secs(331)));
    }

    #[test]
    fn a_refused_pod_that_changed_is_tried_where_that_may_help() {
        let (labels, tolerations): (&[&str], &[&str]) = (&["metadata", "labels"], &["spec", "tolerations"]);
        let (counted, other, all) = (obj!({"x": "y"}), obj!({"z": "y"}), obj!([{"operator": "Exists"}]));
        // The pod requests one core.
        let [less, more] = ["500m", "2"].map(|cpu| obj!([{"name": "c", "resources": {"requests": {"cpu": cpu}}}]));
        let containers: &[&str] = &["spec", "containers"];
        let rows = [
            (INTER_POD_AFFINITY, &["metadata", "annotations"] as &[&str], &counted, false),
            (INTER_POD_AFFINITY, labels, &counted, true),
            (NODE_RESOURCES_FIT, labels, &counted, false),
            (NODE_RESOURCES_FIT, containers, &less, true),
            (NODE_RESOURCES_FIT, containers, &more, false),
            (POD_TOPOLOGY_SPREAD, labels, &counted, true),
            (POD_TOPOLOGY_SPREAD, labels, &other, false),
            (POD_TOPOLOGY_SPREAD, tolerations, &all, false),
            (TAINT_TOLERATION, labels, &counted, false),
            (TAINT_TOLERATION, tolerations, &all, true),
        ];
        for (plugin, path, value, wakes) in rows {
            let mut cache = Cache::default();
            let mut q = Queue::default();
            let mut object = pod(&mut cache, "a", 0).object.clone();
            let constraint = obj!({"maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": "DoNotSchedule", "labelSelector": {"matchLabels": {"x": "y"}}});
            object.set(&["spec", "topologySpreadConstraints"], obj!([constraint]));
            let a = Arc::new(cache.parse_pod(&object));
            q.add(&cache, a, Time::ZERO);
            q.pop();
            let mut by = PluginSet::default();
            by.insert(plugin);
            q.failed("a", Failure::Refused(by), Time::ZERO);
            object.set(path, value.clone());
            let a = Arc::new(cache.parse_pod(&object));
            q.update(&cache, a, Time::from_secs(20));
            assert_eq!(q.pop().is_some(), wakes, "{} {path:?}", PLUGINS[plugin as usize].name());
        }
    }

    #[test]
    fn changed_taints_are_looked_at_by_all_who_wait_for_nodes() {
        let node = |taints: Value, unschedulable: bool| obj!({"metadata": {"name": "n"}, "spec": {"unschedulable": unschedulable, "taints": taints}, "status": {"allocatable": {"cpu": "1", "pods": "9"}}});
        let bare = || node(Value::default(), false);
        let tainted = || node(obj!([{"key": "k", "effect": "NoSchedule"}]), false);
        let cordoned = || node(Value::default(), true);
        let rows = [
            (NODE_RESOURCES_FIT, bare(), tainted(), true),
            (NODE_RESOURCES_FIT, bare(), cordoned(), false),
            (NODE_RESOURCES_FIT, cordoned(), bare(), true),
            (TAINT_TOLERATION, bare(), tainted(), false),
            (TAINT_TOLERATION, tainted(), bare(), true),
            (NODE_UNSCHEDULABLE, bare(), tainted(), false),
            (NODE_UNSCHEDULABLE, cordoned(), bare(), true),
        ];
        for (plugin, old, new, wakes) in rows {
            let mut cache = Cache::default();
            let mut q = Queue::default();
            cache.set_node(&old);
            let a = pod(&mut cache, "a", 0);
            q.add(&cache, a, Time::ZERO);
            q.pop();
            let mut by = PluginSet::default();
            by.insert(plugin);
            q.failed("a", Failure::Refused(by), Time::ZERO);
            let (index, change) = cache.set_node(&new);
            q.on_event(&cache, &[Algorithm::default()], &ClusterEvent::Node { index, change, old: &old }, Time::from_secs(20));
            assert_eq!(q.pop().is_some(), wakes, "{} {old:?} {new:?}", PLUGINS[plugin as usize].name());
        }
    }

    #[test]
    fn a_pod_that_cannot_have_its_node_backs_off_longer_each_time() {
        let mut cache = Cache::default();
        let mut q = Queue::default();
        let a = pod(&mut cache, "a", 0);
        q.add(&cache, a, Time::ZERO);
        let mut at = Time::ZERO;
        for (attempt, seconds) in [(1, 1), (2, 3), (3, 7)] {
            q.flush(&cache, at);
            let tried = q.pop().expect("ready");
            assert_eq!(tried.attempts, attempt);
            q.done("a");
            q.resume(tried, pod(&mut cache, "a", 0));
            q.failed("a", Failure::Error, at);
            at = q.next_wake().expect("backs off");
            assert_eq!(at, Time::from_secs(seconds));
        }
    }

    #[test]
    fn gates_hold_a_pod() {
        let mut cache = Cache::default();
        let mut q = Queue::default();
        let mut object = obj!({"metadata": {"name": "a", "uid": "a"}, "spec": {"schedulingGates": [{"name": "g"}]}});
        let pod = Arc::new(cache.parse_pod(&object));
        q.add(&cache, pod, Time::ZERO);
        assert_eq!(q.next_wake(), None);
        object.remove(&["spec", "schedulingGates"]);
        let pod = Arc::new(cache.parse_pod(&object));
        q.update(&cache, pod, Time::from_secs(1));
        assert!(q.pop().is_some());
    }
}
