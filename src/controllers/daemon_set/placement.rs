//! Which nodes a DaemonSet's pods belong on, and the pod for a node.

use crate::api::well_known::{CONTROLLER_REVISION_HASH, NOT_READY, TEMPLATE_GENERATION, UNREACHABLE, UNSCHEDULABLE};
use crate::api::{ArcStr, Object, Value, kinds, node_affinity, toleration};
use crate::controllers::replicas::pod_from_template;
use crate::obj;

/// How often the template of a pod's set had changed when the pod was made (label).
pub(super) const GENERATION_LABEL: &str = "pod-template-generation";

/// Whether a DaemonSet wants or tolerates a pod on a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placement {
    /// A pod belongs there.
    pub should_run: bool,
    /// A pod that is there may stay.
    pub may_stay: bool,
}

/// Taints that every daemon pod tolerates (`util.AddOrUpdateDaemonPodTolerations`).
const TOLERATED: [(&str, &str); 6] = [
    (NOT_READY, "NoExecute"),
    (UNREACHABLE, "NoExecute"),
    ("node.kubernetes.io/disk-pressure", "NoSchedule"),
    ("node.kubernetes.io/memory-pressure", "NoSchedule"),
    ("node.kubernetes.io/pid-pressure", "NoSchedule"),
    (UNSCHEDULABLE, "NoSchedule"),
];

/// What decides where the pods of a DaemonSet run.
#[derive(Clone, Debug)]
pub struct Rules {
    node: ArcStr,
    affinity: node_affinity::RequiredNodeAffinity,
    tolerations: Value,
}

impl Rules {
    /// The rules of a DaemonSet's template.
    pub fn of(set: &Value) -> Self {
        let spec = set.at(&["spec", "template", "spec"]);
        let node = spec.get("nodeName").arc_str();
        Rules { node, affinity: node_affinity::RequiredNodeAffinity::of(spec), tolerations: with_daemon_tolerations(spec) }
    }

    /// Looks at a node's name, labels and taints (`NodeShouldRunDaemonPod`).
    pub fn on(&self, node: &Value) -> Placement {
        let fits = (self.node.is_empty() || self.node == node.name()) && self.affinity.matches(node);
        if !fits {
            return Placement { should_run: false, may_stay: false };
        }
        let mut taints = node.at(&["spec", "taints"]).items().to_vec();
        if node.at(&["spec", "unschedulable"]).is_true() {
            taints.push(obj!({"key": UNSCHEDULABLE, "effect": "NoSchedule"}));
        }
        let tolerates = |effects: &[&str]| toleration::find_untolerated(&taints, self.tolerations.items(), effects).is_none();
        Placement { should_run: tolerates(&["NoSchedule", "NoExecute"]), may_stay: tolerates(&["NoExecute"]) }
    }
}

/// The node that a daemon pod is on, or is pinned to by its affinity.
pub(in crate::controllers) fn target_node(pod: &Value) -> &str {
    let bound = pod.at(&["spec", "nodeName"]).str();
    if !bound.is_empty() {
        return bound;
    }
    let required = pod.at(&["spec", "affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms"]);
    let fields = required.items().iter().flat_map(|t| t.get("matchFields").items());
    let mut names = fields.filter(|f| f.get("key").str() == "metadata.name").flat_map(|f| f.get("values").items());
    names.next().map_or("", |v| v.str())
}

/// The pod for one node: the template, pinned to the node and tolerating what daemons tolerate.
pub(super) fn pod_for(set: &Value, hash: &str, node: &str) -> Value {
    let mut pod = pod_from_template(set.at(&["spec", "template"]), set, kinds::DAEMON_SET);
    pod.set(&["metadata", "labels", CONTROLLER_REVISION_HASH], hash);
    if let Some(generation) = set.annotation(TEMPLATE_GENERATION) {
        pod.set(&["metadata", "labels", GENERATION_LABEL], generation);
    }
    let tolerations = with_daemon_tolerations(pod.get("spec"));
    pod.set(&["spec", "tolerations"], tolerations);
    let pin = obj!({"matchFields": [{"key": "metadata.name", "operator": "In", "values": [node]}]});
    pod.set(&["spec", "affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms"], vec![pin]);
    pod
}

fn with_daemon_tolerations(spec: &Value) -> Value {
    let mut tolerations = spec.get("tolerations").clone();
    let list = tolerations.list_mut();
    let host_network = spec.get("hostNetwork").is_true().then_some(("node.kubernetes.io/network-unavailable", "NoSchedule"));
    for (key, effect) in TOLERATED.into_iter().chain(host_network) {
        let wanted = obj!({"key": key, "operator": "Exists", "effect": effect});
        match list.iter_mut().find(|t| t.get("key").str() == key && t.get("effect").str() == effect && t.get("operator").str() == "Exists")
        {
            Some(same) => *same = wanted,
            None => list.push(wanted),
        }
    }
    tolerations
}
