//! What many parts need to know of a pod (`k8s.io/kubernetes/pkg/api/v1/pod`).

use super::{Object as _, Value};

/// Whether a pod has run to its end.
pub fn has_ended(pod: &Value) -> bool {
    matches!(pod.at(&["status", "phase"]).str(), "Succeeded" | "Failed")
}

/// Whether the pod's Ready condition is true.
pub fn is_ready(pod: &Value) -> bool {
    pod.condition("Ready") == "True"
}

/// The status of one of a pod's containers, whatever kind of container it is.
// Models podutil.GetContainerStatus, with the three lists that its callers choose from.
pub fn container_status<'a>(status: &'a Value, name: &str) -> Option<&'a Value> {
    ["containerStatuses", "initContainerStatuses", "ephemeralContainerStatuses"].iter().find_map(|list| status.get(list).named(name))
}

/// Whether an init container is a sidecar, which keeps running beside the containers (`IsRestartableInitContainer`).
pub fn is_sidecar(init_container: &Value) -> bool {
    init_container.get("restartPolicy").str() == "Always"
}

/// The sidecars of a pod's spec.
pub fn sidecars(spec: &Value) -> impl Iterator<Item = &Value> {
    spec.get("initContainers").items().iter().filter(|c| is_sidecar(c))
}
