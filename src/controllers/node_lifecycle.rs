//! The node lifecycle controller (`pkg/controller/nodelifecycle`): notices silent nodes, and turns what nodes say of themselves into taints.

use super::flags::Flags;
use super::work_queue::WorkQueue;
use crate::api::{ArcStr, Kind, KindRef, Object, Status, Value};
use crate::base::{Duration, Time};
use crate::obj;
use crate::server::{ApiServer, Caller, Change, Component, EventRecorder, EventType, Subresource, WriteOptions};

const MANAGER: &str = "node-controller";
/// How often nodes are looked at.
const MONITOR_PERIOD: Duration = Duration::from_secs(5);
const NOT_READY: &str = "node.kubernetes.io/not-ready";
const UNREACHABLE: &str = "node.kubernetes.io/unreachable";
/// Conditions that a kubelet posts.
const CONDITIONS: [&str; 4] = ["MemoryPressure", "DiskPressure", "PIDPressure", "Ready"];

/// Watches over nodes.
#[derive(Clone, Debug)]
pub struct NodeLifecycleController {
    /// Nodes whose labels and NoSchedule taints are to be set right.
    changed: WorkQueue<ArcStr>,
    /// Nodes whose health is to be looked at.
    monitored: WorkQueue<ArcStr>,
    recorder: EventRecorder,
    /// Nodes that came or went, with the event to write.
    arrivals: Vec<(Value, bool)>,
    /// How long a node may be silent.
    grace: Duration,
}

/// The first look at nodes that is not before this moment.
fn next_look(at: Time) -> Time {
    let period = u64::try_from(MONITOR_PERIOD.as_micros()).unwrap_or(1);
    Time(at.0.div_ceil(period) * period)
}

impl NodeLifecycleController {
    /// One that keeps to the flags.
    pub fn new(flags: &Flags) -> Self {
        NodeLifecycleController {
            changed: WorkQueue::new(),
            monitored: WorkQueue::new(),
            recorder: EventRecorder::new(MANAGER, ""),
            arrivals: Vec::new(),
            grace: flags.node_grace,
        }
    }

    /// Sets the labels and NoSchedule taints of a node (`reconcileNodeLabels`, `doNoScheduleTaintingPass`).
    pub(super) fn set_right(&mut self, api: &mut ApiServer, by: &Caller, name: &str) -> Result<(), Status> {
        let Some(node) = api.peek(Kind::named("Node"), "", name).cloned() else { return Ok(()) };
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
            ("node.kubernetes.io/unschedulable", node.at(&["spec", "unschedulable"]).is_true()),
        ] {
            set_taint(&mut next, key, "NoSchedule", wanted, by.now);
        }
        write(api, by, &node, next)
    }

    /// Looks at a node's health (`monitorNodeHealth`).
    fn monitor(&mut self, api: &mut ApiServer, by: &Caller, name: &ArcStr) -> Result<(), Status> {
        let nodes = Kind::named("Node");
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
        let mut next = node.clone();
        set_taint(&mut next, NOT_READY, "NoExecute", ready == "False", by.now);
        set_taint(&mut next, UNREACHABLE, "NoExecute", ready == "Unknown", by.now);
        write(api, by, &node, next)?;
        if matches!(ready.as_str(), "False" | "Unknown") {
            if before == "True" && ready == "Unknown" {
                let message = format!("Node {name} status is now: NodeNotReady");
                self.recorder.event(api, by.now, &node, EventType::Normal, "NodeNotReady", &message);
            }
            self.mark_pods_not_ready(api, by, name)?;
        }
        Ok(())
    }

    /// Pods on a node that is not ready are not ready either.
    fn mark_pods_not_ready(&mut self, api: &mut ApiServer, by: &Caller, node: &str) -> Result<(), Status> {
        let pods: Vec<Value> = api.pods_on(node).filter(|p| p.condition("Ready") == "True").cloned().collect();
        for pod in pods {
            let mut next = pod.clone();
            for condition in next.at_mut(&["status", "conditions"]).list_mut() {
                if condition.get("type").str() == "Ready" {
                    condition.set(&["status"], "False");
                    condition.set(&["lastTransitionTime"], by.now.rfc3339());
                }
            }
            api.update(by, Kind::named("Pod"), next, Subresource::Status, &WriteOptions::default())?;
            self.recorder.event(api, by.now, &pod, EventType::Warning, "NodeNotReady", "Node is not ready");
        }
        Ok(())
    }
}

/// Says of every condition that nothing is known.
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

/// Adds or takes away a taint.
fn set_taint(node: &mut Value, key: &str, effect: &str, wanted: bool, now: Time) {
    let is_it = |t: &Value| t.get("key").str() == key && t.get("effect").str() == effect;
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
    api.update(by, Kind::named("Node"), next, Subresource::None, &WriteOptions::default()).map(|_| ())
}

impl Component for NodeLifecycleController {
    fn watches(&self, kind: KindRef) -> bool {
        matches!((kind.group, kind.plural), ("", "nodes") | ("coordination.k8s.io", "leases"))
    }

    fn on_change(&mut self, _api: &ApiServer, now: Time, change: &Change) {
        let name = change.key.name.clone();
        if change.key.kind.plural == "leases" {
            // A lease that is written down is one that is not renewed any more.
            if change.key.namespace == "kube-node-lease" {
                self.monitored.add_at(name, next_look(now + self.grace));
            }
            return;
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
        let tainted = |key: &str| {
            let taints = change.object.at(&["spec", "taints"]).items();
            taints.iter().any(|t| t.get("key").str() == key && t.get("effect").str() == "NoExecute")
        };
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
        [self.changed.next_at(), self.monitored.next_at()].into_iter().flatten().min()
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
        if let Some(name) = self.changed.pop_due(now) {
            match self.set_right(api, &by, &name) {
                Ok(()) => self.changed.forget(&name),
                Err(_) => self.changed.add_rate_limited(name, now),
            }
            return;
        }
        let Some(name) = self.monitored.pop_due(now) else { return };
        match self.monitor(api, &by, &name) {
            Ok(()) => self.monitored.forget(&name),
            Err(_) => self.monitored.add_rate_limited(name, now),
        }
    }
}
