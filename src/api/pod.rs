//! What many parts need to know of a pod (`k8s.io/kubernetes/pkg/api/v1/pod`).

use super::well_known::APP_ARMOR_PREFIX;
use super::{ArcStr, Object as _, Value};
use crate::base::List as _;
use crate::obj;

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

/// Turns the annotations of a new pod that once named AppArmor profiles into fields.
// Models applyAppArmorVersionSkew.
pub fn app_armor_fields(pod: &mut Value) {
    if pod.at(&["spec", "os", "name"]).str() == "windows" {
        return;
    }
    let named: Vec<(ArcStr, ArcStr)> = pod
        .at(&["metadata", "annotations"])
        .entries()
        .filter_map(|(key, profile)| Some((key.strip_prefix(APP_ARMOR_PREFIX)?.into(), profile.arc_str())))
        .list();
    for (name, profile) in named {
        let field = match profile.as_str() {
            "unconfined" => obj!({"type": "Unconfined"}),
            "runtime/default" | "" => obj!({"type": "RuntimeDefault"}),
            other => match other.strip_prefix("localhost/") {
                Some(file) => obj!({"type": "Localhost", "localhostProfile": file}),
                None => continue,
            },
        };
        if field.same(pod.at(&["spec", "securityContext", "appArmorProfile"])) {
            continue;
        }
        for list in ["containers", "initContainers"] {
            let found = pod.at(&["spec", list]).items().iter().position(|c| c.get("name").str() == name);
            if let Some(i) = found
                && pod.at(&["spec", list]).items()[i].at(&["securityContext", "appArmorProfile"]).is_null()
            {
                pod.at_mut(&["spec", list]).list_mut()[i].set(&["securityContext", "appArmorProfile"], field.clone());
            }
        }
    }
}
