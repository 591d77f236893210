//! The node lifecycle controller (`pkg/controller/nodelifecycle`): notices silent nodes, and turns the conditions of nodes into taints.

use super::controller::work;
use super::flags::Flags;
use super::work_queue::WorkQueue;
use crate::api::well_known::{NOT_READY, UNREACHABLE, UNSCHEDULABLE};
use crate::api::{ArcStr, KindRef, Object, Status, Value, is_ready, kinds};
use crate::base::{Duration, List as _, SortedMap, Time};
use crate::obj;
use crate::server::{ApiServer, Caller, Change, Component, EventRecorder, EventType, Subresource, WriteOptions};

const MANAGER: &str = "node-controller";
/// How often nodes are looked at.
const MONITOR_PERIOD: Duration = Duration::from_secs(5);
/// Conditions that a kubelet posts.
const CONDITIONS: [&str; 4] = ["MemoryPressure", "DiskPressure", "PIDPressure", "Ready"];

/// The time between two evictions in a zone, that is between two nodes that get a NoExecute taint (`--node-eviction-rate`); and if much of
/// a large zone is down (`--secondary-node-eviction-rate`).
const EVICTION_PERIOD: Duration = Duration::from_secs(10);
const SECONDARY_PERIOD: Duration = Duration::from_secs(100);
/// Zones with more nodes than this are large (`--large-cluster-size-threshold`).
const LARGE_ZONE: usize = 50;

/// The state of a zone as a whole (`ComputeZoneState`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ZoneState {
    Normal,
    PartialDisruption,
    FullDisruption,
}

impl ZoneState {
    fn of(ready: usize, silent: usize) -> ZoneState {
        match (ready, silent) {
            (0, 1..) => ZoneState::FullDisruption,
            // The unhealthy zone threshold is 55 %.
            (_, 3..) if silent * 100 >= (silent + ready) * 55 => ZoneState::PartialDisruption,
            _ => ZoneState::Normal,
        }
    }

    /// The time between two evictions; none if there are to be none.
    fn period(self, nodes: usize) -> Option<Duration> {
        match self {
            ZoneState::PartialDisruption if nodes > LARGE_ZONE => Some(SECONDARY_PERIOD),
            ZoneState::PartialDisruption => None,
            _ => Some(EVICTION_PERIOD),
        }
    }
}

/// A zone, and its nodes that wait for eviction (`RateLimitedTimedQueue`).
#[derive(Clone, Debug)]
struct Zone {
    state: Option<ZoneState>,
    period: Option<Duration>,
    /// When the next eviction may be; none if none may.
    free_at: Time,
    waiting: Vec<ArcStr>,
}

impl Zone {
    fn new() -> Zone {
        Zone { state: None, period: Some(EVICTION_PERIOD), free_at: Time::ZERO, waiting: Vec::new() }
    }

    /// Sets another rate (`SwapLimiter`): if an eviction had to wait, it has to wait anew.
    fn swap(&mut self, period: Option<Duration>, now: Time) {
        if period != self.period {
            if let Some(next) = period
                && (self.period.is_none() || self.free_at > now)
            {
                self.free_at = now + next;
            }
            self.period = period;
        }
    }
}

/// The key of a node's zone (`GetZoneKey`).
fn zone_of(node: &Value) -> ArcStr {
    let label = |kind: &str| {
        let beta = format!("failure-domain.beta.kubernetes.io/{kind}");
        node.label(&format!("topology.kubernetes.io/{kind}")).or_else(|| node.label(&beta)).unwrap_or("").to_owned()
    };
    match (label("region"), label("zone")) {
        (region, zone) if region.is_empty() && zone.is_empty() => ArcStr::new(),
        (region, zone) => format!("{region}:\0:{zone}").as_str().into(),
    }
}

/// Watches over nodes.
#[derive(Clone, Debug)]
pub struct NodeLifecycleController {
    /// Nodes whose labels and NoSchedule taints are to be reconciled.
    changed: WorkQueue<ArcStr>,
    /// Nodes whose health is to be checked.
    monitored: WorkQueue<ArcStr>,
    recorder: EventRecorder,
    /// Nodes that came or went, with the event to write.
    arrivals: Vec<(Value, bool)>,
    /// How long a node may be silent.
    grace: Duration,
    zones: SortedMap<ArcStr, Zone>,
    /// When the zones are to be looked at.
    zones_at: Option<Time>,
}

/// The first periodic look at or after this moment.
fn next_look(at: Time) -> Time {
    let period = u64::try_from(MONITOR_PERIOD.as_micros()).unwrap_or(1);
    Time(at.0.div_ceil(period) * period)
}

impl NodeLifecycleController {
    /// The controller, with the flags of the controller manager.
    pub fn new(flags: &Flags) -> Self {
        NodeLifecycleController {
            changed: WorkQueue::new(),
            monitored: WorkQueue::new(),
            recorder: EventRecorder::new(MANAGER, ""),
            arrivals: Vec::new(),
            grace: flags.node_grace,
            zones: SortedMap::new(),
            zones_at: None,
        }
    }

    /// Sets the eviction rate of each zone by how many of its nodes are up (`handleDisruption`). If no zone has a node that is up, the
    /// fault is taken to be the control plane's own, and there are no evictions.
    fn judge_zones(&mut self, api: &mut ApiServer, by: &Caller) -> Result<(), Status> {
        let mut counts: SortedMap<ArcStr, (usize, usize, usize)> = SortedMap::new();
        for node in api.iter(kinds::NODE, None) {
            let count = counts.entry(zone_of(node)).or_default();
            count.0 += 1;
            // Nodes with the label to exclude them do not count (`isNodeExcludedFromDisruptionChecks`).
            match node.condition("Ready") {
                _ if is_excluded(node) => {}
                "True" => count.1 += 1,
                _ => count.2 += 1,
            }
        }
        self.zones.retain(|zone, _| counts.contains_key(zone));
        let full = ZoneState::FullDisruption;
        let full_now = counts.iter().all(|(_, (_, ready, silent))| ZoneState::of(*ready, *silent) == full);
        let was_full = counts.keys().all(|zone| self.zones.get(zone).is_some_and(|z| z.state == Some(full)));
        for (zone, (nodes, ready, silent)) in counts.iter() {
            let zone = self.zones.entry(zone.clone()).or_insert_with(Zone::new);
            let state = ZoneState::of(*ready, *silent);
            if full_now && !was_full {
                zone.waiting.clear();
                zone.swap(None, by.now);
            } else if !full_now && (was_full || zone.state != Some(state)) {
                zone.swap(state.period(*nodes), by.now);
            }
            zone.state = Some(state);
        }
        if full_now && !was_full {
            let tainted = api.iter(kinds::NODE, None).filter(|n| !n.at(&["spec", "taints"]).is_empty()).cloned();
            for node in tainted.list() {
                let mut next = node.clone();
                for key in [NOT_READY, UNREACHABLE] {
                    set_taint(&mut next, key, "NoExecute", false, by.now);
                }
                write(api, by, &node, next)?;
            }
        }
        Ok(())
    }

    /// Taints the next node that waits for eviction (`doNoExecuteTaintingPass`); false if there is none.
    fn give_up_one(&mut self, api: &mut ApiServer, by: &Caller) -> Result<bool, Status> {
        // A node that has come back does not use up the turn.
        let is_down = |name: &str| api.peek(kinds::NODE, "", name).is_some_and(|n| n.condition("Ready") != "True");
        self.zones.values_mut().for_each(|zone| zone.waiting.retain(|name| is_down(name)));
        let due = |z: &Zone| z.period.is_some() && z.free_at <= by.now && !z.waiting.is_empty();
        let Some((_, zone)) = self.zones.iter_mut().find(|(_, z)| due(z)) else { return Ok(false) };
        zone.free_at = by.now + zone.period.unwrap_or(EVICTION_PERIOD);
        let name = zone.waiting.remove(0);
        let Some(node) = api.peek(kinds::NODE, "", &name).cloned() else { return Ok(true) };
        taint_as_it_is(api, by, &node)?;
        Ok(true)
    }

    /// Sets the labels and NoSchedule taints of a node (`reconcileNodeLabels`, `doNoScheduleTaintingPass`).
    pub(super) fn set_right(&mut self, api: &mut ApiServer, now: Time, name: &ArcStr) -> Result<(), Status> {
        let by = &Caller::new(now, MANAGER);
        let Some(node) = api.peek(kinds::NODE, "", name).cloned() else { return Ok(()) };
        let mut next = node.clone();
        for (primary, secondary) in [("kubernetes.io/os", "beta.kubernetes.io/os"), ("kubernetes.io/arch", "beta.kubernetes.io/arch")] {
            if let Some(value) = node.label(primary)
                && node.label(secondary) != Some(value)
            {
                next.set(&["metadata", "labels", secondary], value);
            }
        }
        let ready = node.condition("Ready");
        for (key, wanted) in [
            (NOT_READY, ready == "False"),
            (UNREACHABLE, ready == "Unknown"),
            ("node.kubernetes.io/memory-pressure", node.condition("MemoryPressure") == "True"),
            ("node.kubernetes.io/disk-pressure", node.condition("DiskPressure") == "True"),
            ("node.kubernetes.io/pid-pressure", node.condition("PIDPressure") == "True"),
            ("node.kubernetes.io/network-unavailable", node.condition("NetworkUnavailable") == "True"),
            (UNSCHEDULABLE, node.at(&["spec", "unschedulable"]).is_true()),
        ] {
            set_taint(&mut next, key, "NoSchedule", wanted, by.now);
        }
        write(api, by, &node, next)
    }

    /// Checks a node's health (`monitorNodeHealth`).
    fn monitor(&mut self, api: &mut ApiServer, now: Time, name: &ArcStr) -> Result<(), Status> {
        let by = &Caller::new(now, MANAGER);
        let nodes = kinds::NODE;
        let Some(node) = api.peek(nodes, "", name).cloned() else { return Ok(()) };
        let before = node.condition("Ready").to_owned();
        if let Some(last) = api.heartbeats().silent_since(name) {
            if by.now < last + self.grace {
                self.monitored.add_at(name.clone(), next_look(last + self.grace));
            } else if before != "Unknown" {
                let mut next = node.clone();
                mark_unknown(&mut next, by.now);
                api.update(by, nodes, next, Subresource::Status, &WriteOptions::default())?;
            }
        }
        let Some(node) = api.peek(nodes, "", name).cloned() else { return Ok(()) };
        let ready = node.condition("Ready").to_owned();
        let has = |key: &str| node.at(&["spec", "taints"]).items().iter().any(|t| is_taint(t, key, "NoExecute"));
        let zone = self.zones.entry(zone_of(&node)).or_insert_with(Zone::new);
        let down = matches!(ready.as_str(), "False" | "Unknown");
        let other = if ready == "False" { UNREACHABLE } else { NOT_READY };
        // A node that comes back loses its taint at once; one that was tainted for the other reason gets the right taint at once.
        if !down || has(other) {
            zone.waiting.retain(|n| n != name);
            taint_as_it_is(api, by, &node)?;
        } else if !has(if ready == "False" { NOT_READY } else { UNREACHABLE }) && !zone.waiting.contains(name) {
            zone.waiting.push(name.clone());
        }
        self.zones_at = Some(by.now);
        // A kubelet that reports its node as not ready does the same for its pods.
        if down && before == "True" {
            let message = format!("Node {name} status is now: NodeNotReady");
            self.recorder.event(api, by.now, &node, EventType::Normal, "NodeNotReady", &message);
            self.mark_pods_not_ready(api, by, name)?;
        }
        Ok(())
    }

    /// Marks the pods on a silent node as not ready.
    fn mark_pods_not_ready(&mut self, api: &mut ApiServer, by: &Caller, node: &str) -> Result<(), Status> {
        let pods: Vec<Value> = api.pods_on(node).filter(|p| is_ready(p)).cloned().list();
        for pod in pods {
            let mut next = pod.clone();
            for condition in next.at_mut(&["status", "conditions"]).list_mut() {
                if condition.get("type").str() == "Ready" {
                    condition.set(&["status"], "False");
                    condition.set(&["lastTransitionTime"], by.now.rfc3339());
                }
            }
            api.update(by, kinds::POD, next, Subresource::Status, &WriteOptions::default())?;
            self.recorder.event(api, by.now, &pod, EventType::Warning, "NodeNotReady", "Node is not ready");
        }
        Ok(())
    }
}

/// Sets every condition to Unknown.
pub(super) fn mark_unknown(node: &mut Value, now: Time) {
    let at = now.rfc3339();
    let made = node.at(&["metadata", "creationTimestamp"]).clone();
    let conditions = node.at_mut(&["status", "conditions"]).list_mut();
    for kind in CONDITIONS {
        let i = conditions.iter().position(|c| c.get("type").str() == kind);
        match i.map(|i| &mut conditions[i]) {
            Some(condition) if condition.get("status").str() == "Unknown" => {}
            Some(condition) => {
                condition.set(&["status"], "Unknown");
                condition.set(&["reason"], "NodeStatusUnknown");
                condition.set(&["message"], "Kubelet stopped posting node status.");
                condition.set(&["lastTransitionTime"], at.as_str());
            }
            None => conditions.push(obj!({
                "type": kind, "status": "Unknown", "reason": "NodeStatusNeverUpdated", "message": "Kubelet never posted node status.",
                "lastHeartbeatTime": made.clone(), "lastTransitionTime": at.as_str()
            })),
        }
    }
}

/// Sets the NoExecute taint of a node that is down, for the right reason, or removes it.
fn taint_as_it_is(api: &mut ApiServer, by: &Caller, node: &Value) -> Result<(), Status> {
    let ready = node.condition("Ready");
    let mut next = node.clone();
    set_taint(&mut next, NOT_READY, "NoExecute", ready == "False", by.now);
    set_taint(&mut next, UNREACHABLE, "NoExecute", ready == "Unknown", by.now);
    write(api, by, node, next)
}

/// Whether a node has the label that excludes it from disruption checks.
fn is_excluded(node: &Value) -> bool {
    node.label("node.kubernetes.io/exclude-disruption").is_some()
}

fn is_taint(taint: &Value, key: &str, effect: &str) -> bool {
    taint.get("key").str() == key && taint.get("effect").str() == effect
}

/// Adds a taint if it is `wanted`, and otherwise removes it.
fn set_taint(node: &mut Value, key: &str, effect: &str, wanted: bool, now: Time) {
    let is_it = |t: &Value| is_taint(t, key, effect);
    let has = node.at(&["spec", "taints"]).items().iter().any(is_it);
    if has == wanted {
        return;
    }
    let taints = node.at_mut(&["spec", "taints"]).list_mut();
    if wanted {
        taints.push(obj!({"key": key, "effect": effect, "timeAdded": now.rfc3339()}));
        return;
    }
    taints.retain(|t| !is_it(t));
    if taints.is_empty() {
        node.remove(&["spec", "taints"]);
    }
}

fn write(api: &mut ApiServer, by: &Caller, node: &Value, next: Value) -> Result<(), Status> {
    if next.same(node) {
        return Ok(());
    }
    api.update(by, kinds::NODE, next, Subresource::None, &WriteOptions::default()).map(|_| ())
}

impl Component for NodeLifecycleController {
    fn watches(&self, kind: KindRef) -> bool {
        matches!((kind.group, kind.plural), ("", "nodes") | ("coordination.k8s.io", "leases"))
    }

    fn on_change(&mut self, _api: &ApiServer, now: Time, change: &Change) {
        let name = change.key.name.clone();
        if change.key.kind == kinds::LEASE {
            // Only the leases of silent nodes are written.
            if change.key.namespace == "kube-node-lease" {
                self.monitored.add_at(name, next_look(now + self.grace));
            }
            return;
        }
        let was_ready = change.old.as_ref().map(|old| old.condition("Ready").to_owned());
        if change.current().is_none() || was_ready.as_deref() != Some(change.object.condition("Ready")) {
            self.zones_at = self.zones_at.or(Some(next_look(now)));
        }
        if change.current().is_none() {
            self.arrivals.push((change.object.clone(), false));
            return;
        }
        if change.old.is_none() {
            self.arrivals.push((change.object.clone(), true));
        }
        let same = |path: &[&str]| change.old.as_ref().is_some_and(|old| old.at(path).same(change.object.at(path)));
        if same(&["metadata", "labels"]) && same(&["spec"]) && same(&["status", "conditions"]) {
            return;
        }
        self.changed.add_at(name.clone(), now);
        let tainted = |key: &str| change.object.at(&["spec", "taints"]).items().iter().any(|t| is_taint(t, key, "NoExecute"));
        let consistent = match change.object.condition("Ready") {
            "False" => tainted(NOT_READY),
            "Unknown" => tainted(UNREACHABLE),
            _ => !tainted(NOT_READY) && !tainted(UNREACHABLE),
        };
        if !consistent {
            self.monitored.add_at(name, next_look(now));
        }
    }

    fn next_wake(&self) -> Option<Time> {
        if !self.arrivals.is_empty() {
            return Some(Time::ZERO);
        }
        let due = |z: &Zone| z.period.filter(|_| !z.waiting.is_empty()).map(|_| z.free_at);
        let zones = self.zones.iter().filter_map(|(_, z)| due(z)).min();
        [self.changed.next_at(), self.monitored.next_at(), self.zones_at, zones].into_iter().flatten().min()
    }

    fn wake(&mut self, api: &mut ApiServer, now: Time) {
        let by = Caller::new(now, MANAGER);
        for (node, came) in std::mem::take(&mut self.arrivals) {
            let name = node.name();
            if came {
                let message = format!("Node {name} event: Registered Node {name} in Controller");
                self.recorder.event(api, now, &node, EventType::Normal, "RegisteredNode", &message);
            } else {
                let message = format!("Node {name} event: Removing Node {name} from Controller");
                self.recorder.event(api, now, &node, EventType::Normal, "RemovingNode", &message);
                self.recorder.forget(node.uid());
            }
        }
        if work(self, |c| &mut c.changed, Self::set_right, api, now) || work(self, |c| &mut c.monitored, Self::monitor, api, now) {
            return;
        }
        // A write that is refused here is retried with the next look.
        if self.zones_at.is_some_and(|at| at <= now) {
            self.zones_at = self.judge_zones(api, &by).err().map(|_| next_look(now + MONITOR_PERIOD));
            return;
        }
        if self.give_up_one(api, &by).is_err() {
            self.zones_at = Some(next_look(now + MONITOR_PERIOD));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::table_rows::{check, same};

    const AT: Time = Time::from_secs(1000);

    fn by() -> Caller {
        Caller::new(AT, "test")
    }

    /// Writes a node's status; the conditions alone, as rows say little else.
    fn tell(api: &mut ApiServer, name: &str, status: &Value) {
        let nodes = kinds::NODE;
        let mut node = api.peek(nodes, "", name).cloned().expect("the row's node");
        node.set(&["status"], obj!({"conditions": status.get("conditions")}));
        api.update(&by(), nodes, node, Subresource::Status, &WriteOptions::default()).expect("a valid status");
    }

    fn with_nodes(nodes: &Value) -> (ApiServer, NodeLifecycleController) {
        let mut api = ApiServer::new(0);
        for given in nodes.items() {
            let made = obj!({"metadata": {"name": given.name(), "labels": given.at(&["metadata", "labels"])}});
            api.create(&by(), kinds::NODE, "", made, &WriteOptions::default()).expect("a valid node");
            tell(&mut api, given.name(), given.get("status"));
        }
        (api, NodeLifecycleController::new(&Flags::default()))
    }

    #[test]
    fn zones_that_are_down() {
        check("nodelifecycle", "TestMonitorNodeHealth", 9, |row| {
            let (mut api, mut controller) = with_nodes(row.get("nodeList"));
            let mut judged = |api: &mut ApiServer| {
                controller.judge_zones(api, &by()).expect("nothing refuses");
                controller.zones.iter().map(|(k, z)| (k.to_string(), format!("{:?}", z.state.expect("judged")))).collect::<Vec<_>>()
            };
            let wanted = |member: &str| row.get(member).entries().map(|(k, v)| (k.to_string(), v.str().to_owned())).collect();
            same(judged(&mut api), wanted("expectedInitialStates"))?;
            for (node, status) in row.get("nodeList").items().iter().zip(row.get("updatedNodeStatuses").items()) {
                tell(&mut api, node.name(), status);
            }
            same(judged(&mut api), wanted("expectedFollowingStates"))
        });
        check("nodelifecycle", "Test_isNodeExcludedFromDisruptionChecks", 3, |row| {
            same(is_excluded(row.get("input")), row.get("want").is_true())
        });
    }

    #[test]
    fn pods_of_a_silent_node() {
        check("nodelifecycle", "TestMonitorNodeHealthMarkPodsNotReady", 3, |row| {
            let (mut api, mut controller) = with_nodes(row.at(&["fakeNodeHandler", "Existing"]));
            let pods = kinds::POD;
            api.create_namespace(&by(), "default");
            let pod = obj!({"metadata": {"name": "pod0"}, "spec": {"nodeName": "node0", "containers": [{"name": "c", "image": "i"}]}});
            let mut pod = api.create(&by(), pods, "default", pod, &WriteOptions::default()).map_err(|e| e.to_string())?;
            pod.set(&["status", "conditions"], obj!([{"type": "Ready", "status": "True"}]));
            api.update(&by(), pods, pod, Subresource::Status, &WriteOptions::default()).map_err(|e| e.to_string())?;
            api.stop_heartbeats(AT, "node0");
            let later = AT + Duration::from_nanos(row.get("timeToPass").int().unsigned_abs());
            controller.monitor(&mut api, later, &"node0".into()).map_err(|e| e.to_string())?;
            let ready = api.peek(pods, "default", "pod0").expect("the pod is there").condition("Ready") == "True";
            same(!ready, row.get("expectedPodStatusUpdate").is_true())
        });
    }

    /// Three nodes of one zone go silent at once: they are given up one in ten seconds, and none is where no node is left.
    #[test]
    fn nodes_are_given_up_one_by_one() {
        let node = |i: usize, ready: &str| obj!({"metadata": {"name": format!("node{i}")}, "status": {"conditions": [{"type": "Ready", "status": ready}]}});
        let run = |nodes: Vec<Value>| {
            let (mut api, mut controller) = with_nodes(&Value::from(nodes));
            let names: Vec<ArcStr> = api.iter(kinds::NODE, None).map(Object::name_arc).collect();
            names.iter().for_each(|name| controller.monitored.add_at(name.clone(), AT));
            let mut given_up = Vec::new();
            for s in 0..40 {
                let now = AT + Duration::from_secs(s);
                while controller.next_wake().is_some_and(|at| at <= now) {
                    controller.wake(&mut api, now);
                }
                let taints = |n: &Value| n.at(&["spec", "taints"]).items().iter().any(|t| is_taint(t, UNREACHABLE, "NoExecute"));
                given_up.push(api.iter(kinds::NODE, None).filter(|n| taints(n)).count());
            }
            [0, 5, 15, 25, 35].map(|s| given_up[s])
        };
        assert_eq!(run(vec![node(1, "Unknown"), node(2, "Unknown"), node(3, "True"), node(4, "True")]), [1, 1, 2, 2, 2]);
        // Most of a small zone is down: nobody is given up.
        assert_eq!(run((1..5).map(|i| node(i, if i == 4 { "True" } else { "Unknown" })).collect()), [0; 5]);
        assert_eq!(run((1..4).map(|i| node(i, "Unknown")).collect()), [0; 5]);
    }
}
