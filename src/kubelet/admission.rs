//! Whether a pod that was bound to the node is taken (`canAdmitPod`, pkg/kubelet/lifecycle/predicate.go).

use super::eviction::EVICTED;
use super::node::Node;
use super::pod_worker::PodWorker;
use super::resources::pod_resources;
use super::spec::PodSpec;
use crate::api::node_affinity::RequiredNodeAffinity;
use crate::api::quantity::Quantity;
use crate::api::toleration::find_untolerated;
use crate::api::{ArcStr, Value};

/// Why a pod is not taken: the status' reason and the event's message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Rejection {
    pub reason: ArcStr,
    pub message: String,
}

/// Looks at resources, then ports, affinity and taints, as the kubelet's predicates do.
pub(super) fn admit<'a>(node: &Node, pod: &Value, spec: &PodSpec, others: impl Iterator<Item = &'a PodWorker>) -> Result<(), Rejection> {
    let rejected = |reason: &str, message: String| Err(Rejection { reason: reason.into(), message });
    if !node.takes_under_pressure(pod) {
        return rejected(EVICTED, "The node had condition: [MemoryPressure]. ".to_owned());
    }
    if !RequiredNodeAffinity::of(pod.get("spec")).matches(&node.object) {
        return rejected("NodeAffinity", "Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector".to_owned());
    }
    let running: Vec<&PodWorker> = others.filter(|w| w.takes_room()).collect();
    let ports = host_ports(pod);
    if !ports.is_empty() && running.iter().any(|w| host_ports(&w.pod).iter().any(|p| ports.contains(p))) {
        return rejected("NodePorts", "Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports".to_owned());
    }
    let capacity = Quantity::of(node.allocatable.get("pods"));
    if !node.allocatable.get("pods").is_null() && running.len() as i64 + 1 > capacity.value() {
        let message =
            format!("Node didn't have enough resource: pods, requested: 1, used: {}, capacity: {}", running.len(), capacity.value());
        return rejected("OutOfpods", message);
    }
    fits(node, spec, &running)?;
    if let Some(taint) = find_untolerated(node.taints.items(), pod.at(&["spec", "tolerations"]).items(), &["NoExecute"]) {
        debug_assert!(!taint.is_null(), "a taint that was found");
        return rejected("TaintToleration", "Predicate TaintToleration failed: node(s) had taints that the pod didn't tolerate".to_owned());
    }
    Ok(())
}

/// Whether a node has what a pod asks for beside others.
pub(super) fn fits(node: &Node, spec: &PodSpec, others: &[&PodWorker]) -> Result<(), Rejection> {
    for (name, wanted) in pod_resources(spec, "requests") {
        if wanted.is_zero() {
            continue;
        }
        let count = |q: &Quantity| if name == "cpu" { q.milli_value() } else { q.value() };
        let capacity = count(&Quantity::of(node.allocatable.get(&name)));
        let used: i64 = others.iter().map(|w| pod_resources(&w.spec, "requests").get(&name).map_or(0, count)).fold(0, i64::saturating_add);
        let wanted = count(&wanted);
        if wanted > capacity.saturating_sub(used) {
            let message = format!("Node didn't have enough resource: {name}, requested: {wanted}, used: {used}, capacity: {capacity}");
            return Err(Rejection { reason: format!("OutOf{name}").into(), message });
        }
    }
    Ok(())
}

/// The host's ports that a pod takes, with their protocol.
fn host_ports(pod: &Value) -> Vec<(i64, ArcStr)> {
    let containers = pod.at(&["spec", "containers"]).items();
    containers
        .iter()
        .flat_map(|c| c.get("ports").items())
        .filter(|p| p.get("hostPort").int() > 0)
        .map(|p| (p.get("hostPort").int(), p.get("protocol").arc_str()))
        .collect()
}
