//! Whether a pod that was bound to the node is taken (`canAdmitPod`, pkg/kubelet/lifecycle/predicate.go).

use super::eviction::{EVICTED, is_critical};
use super::node::Node;
use super::pod_worker::{PodWorker, Work};
use super::preemption::to_preempt;
use super::resources::pod_resources;
use super::spec::PodSpec;
use super::status::OWNED;
use crate::api::node_affinity::RequiredNodeAffinity;
use crate::api::quantity::Quantity;
use crate::api::toleration::find_untolerated;
use crate::api::{ArcStr, Value, host_ports, kinds};
use crate::base::{List as _, Time};
use crate::obj;
use crate::server::{ApiServer, Caller, EventType, Subresource, WriteOptions};

/// Why a pod is not taken: the status' reason and the event's message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Rejection {
    pub reason: ArcStr,
    pub message: String,
}

/// A resource that a node has too little of, in its smallest unit.
pub(super) struct Lack {
    pub name: ArcStr,
    pub requested: i64,
    pub used: i64,
    pub capacity: i64,
}

impl Lack {
    fn rejection(&self) -> Rejection {
        let Lack { name, requested, used, capacity } = self;
        let message = format!("Node didn't have enough resource: {name}, requested: {requested}, used: {used}, capacity: {capacity}");
        Rejection { reason: format!("OutOf{name}").into(), message }
    }
}

/// An amount in the unit in which a resource is counted: thousandths of a core, or bytes.
pub(super) fn amount(name: &str, quantity: &Quantity) -> i64 {
    if name == "cpu" { quantity.milli_value() } else { quantity.value() }
}

/// Looks at the operating system, resources, affinity, ports and taints, as the kubelet's predicates do, and tells the first that fails;
/// or which pods are to end first, for a critical one.
pub(super) fn admit<'a>(
    node: &Node,
    pod: &Value,
    spec: &PodSpec,
    others: impl Iterator<Item = &'a PodWorker>,
) -> Result<Vec<ArcStr>, Rejection> {
    let rejected = |reason: &str, message: String| Err(Rejection { reason: reason.into(), message });
    if let Some(why) = node.refuses_under_pressure(pod) {
        return rejected(EVICTED, why);
    }
    if let Some(why) = forbidden_sysctl(pod.get("spec")) {
        return rejected("SysctlForbidden", format!("forbidden sysctl: {why}"));
    }
    if !matches!(pod.at(&["spec", "os", "name"]).str(), "" | "linux") {
        return rejected("PodOSNotSupported", "Failed to admit pod as the OS field doesn't match node OS".to_owned());
    }
    let running: Vec<&PodWorker> = others.filter(|w| w.takes_room()).list();
    let mut lacks = Vec::new();
    let capacity = Quantity::of(node.allocatable.get("pods")).value();
    let used = running.len() as i64;
    if !node.allocatable.get("pods").is_null() && used + 1 > capacity {
        lacks.push(Lack { name: "pods".into(), requested: 1, used, capacity });
    }
    lacks.extend(lacking(node, spec, &running));
    if let Some(lack) = lacks.first().filter(|_| !is_critical(pod)) {
        return Err(lack.rejection());
    }
    if !RequiredNodeAffinity::of(pod.get("spec")).matches(&node.object) {
        return rejected("NodeAffinity", "Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector".to_owned());
    }
    let ports = host_ports::of(pod.get("spec"));
    let taken = |w: &&PodWorker| host_ports::of(w.pod.get("spec")).iter().any(|p| ports.iter().any(|own| own.conflicts(p)));
    if !ports.is_empty() && running.iter().any(taken) {
        return rejected("NodePorts", "Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports".to_owned());
    }
    if find_untolerated(node.taints.items(), pod.at(&["spec", "tolerations"]).items(), &["NoExecute"]).is_some() {
        return rejected("TaintToleration", "Predicate TaintToleration failed: node(s) had taints that the pod didn't tolerate".to_owned());
    }
    to_preempt(pod, &lacks, &running).map_err(|why| Rejection {
        reason: "UnexpectedAdmissionError".into(),
        message: format!(
            "Unexpected error while attempting to recover from admission failure: preemption: error finding a set of pods to preempt: {why}"
        ),
    })
}

/// Whether a node has what a pod asks for beside others.
pub(super) fn fits(node: &Node, spec: &PodSpec, others: &[&PodWorker]) -> Result<(), Rejection> {
    lacking(node, spec, others).first().map_or(Ok(()), |lack| Err(lack.rejection()))
}

/// What a node has too little of. What others than Kubernetes name and the node does not know is not asked of it.
fn lacking(node: &Node, spec: &PodSpec, others: &[&PodWorker]) -> Vec<Lack> {
    let mut lacks = Vec::new();
    for (name, wanted) in pod_resources(spec, "requests") {
        let foreign = name.contains('/') && !name.contains("kubernetes.io/");
        if wanted.is_zero() || foreign && node.allocatable.get(&name).is_null() {
            continue;
        }
        let count = |q: &Quantity| amount(&name, q);
        let capacity = count(&Quantity::of(node.allocatable.get(&name)));
        let used: i64 = others.iter().map(|w| pod_resources(&w.spec, "requests").get(&name).map_or(0, count)).fold(0, i64::saturating_add);
        let requested = count(&wanted);
        if requested > capacity.saturating_sub(used) {
            lacks.push(Lack { name, requested, used, capacity });
        }
    }
    lacks
}

impl PodWorker {
    /// Tells that the pod is not taken.
    // Models Kubelet.rejectPod.
    pub(super) fn reject(&mut self, api: &mut ApiServer, now: Time, node: &mut Node, rejection: &Rejection) {
        let pod = &self.pod;
        let mut status = obj!({
            "observedGeneration": pod.at(&["metadata", "generation"]), "phase": "Failed", "reason": &rejection.reason,
            "message": format!("Pod was rejected: {}", rejection.message), "startTime": now.rfc3339(), "qosClass": crate::api::qos_class(pod)
        });
        node.recorder.event(api, now, pod, EventType::Warning, &rejection.reason, &rejection.message);
        // Its own conditions, the scheduler's among them, go with the status that it had; others' stay.
        let others = pod.at(&["status", "conditions"]).items().iter().filter(|c| !OWNED.contains(&c.get("type").str()));
        let others: Vec<Value> = others.cloned().list();
        if !others.is_empty() {
            status.set(&["conditions"], others);
        }
        let mut next = pod.clone();
        next.set(&["status"], status.clone());
        next.remove(&["metadata", "resourceVersion"]);
        // A pod that is gone by now needs no status.
        let _ = api.update(&Caller::new(now, "kubelet"), kinds::POD, next, Subresource::Status, &WriteOptions::default());
        (self.work, self.killed, self.status) = (Work::Finished, true, status);
    }
}

/// Parameters of the kernel that pods may set; others do not stay within the pod.
#[rustfmt::skip]
const SAFE_SYSCTLS: [&str; 12] = [
    "kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.tcp_syncookies", "net.ipv4.ping_group_range",
    "net.ipv4.ip_unprivileged_port_start", "net.ipv4.ip_local_reserved_ports", "net.ipv4.tcp_keepalive_time", "net.ipv4.tcp_fin_timeout",
    "net.ipv4.tcp_keepalive_intvl", "net.ipv4.tcp_keepalive_probes", "net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem",
];

// Models the kubelet's patternAllowlist of pkg/kubelet/sysctl.
fn forbidden_sysctl(spec: &Value) -> Option<String> {
    for sysctl in spec.at(&["securityContext", "sysctls"]).items() {
        let name = sysctl.get("name").str().replace('/', ".");
        let shared = |member: &str| spec.get(member).is_true();
        if !SAFE_SYSCTLS.contains(&name.as_str()) {
            return Some(format!("{name:?} not allowlisted"));
        }
        if name.starts_with("net.") && shared("hostNetwork") {
            return Some(format!("{name:?} not allowed with host net enabled"));
        }
        if name.starts_with("kernel.") && shared("hostIPC") {
            return Some(format!("{name:?} not allowed with host ipc enabled"));
        }
    }
    None
}
