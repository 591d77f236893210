//! What a pod requests and is limited to, as `kubectl describe node` adds it up.

use crate::api::resources::{Amounts, amounts, pod_amounts_by, raise};
use crate::api::{Object, Value, find_condition, is_sidecar};

/// What a pod as a whole `requests`, or what its `limits` are; `with_status` also by what its containers have while they are resized.
// Models PodRequests and PodLimits of k8s.io/component-helpers/resource.
pub(super) fn of_pod(pod: &Value, member: &str, with_status: bool) -> Amounts {
    let (spec, status) = (pod.get("spec"), pod.get("status"));
    let infeasible = find_condition(status, "PodResizePending").get("reason").str() == "Infeasible";
    pod_amounts_by(spec, member, &|container| {
        let asked = amounts(container.at(&["resources", member]));
        // Of init containers only those count that stay.
        let lists = ["containerStatuses", "initContainerStatuses"].iter().take(if is_sidecar(container) { 2 } else { 1 });
        let stated = lists.flat_map(|list| status.get(list).items().iter().rev()).find(|s| s.get("name") == container.get("name"));
        let Some(stated) = stated.filter(|s| with_status && !s.get("resources").is_null()) else { return asked };
        let mut most = if infeasible { Amounts::new() } else { asked };
        raise(&mut most, &amounts(stated.at(&["resources", member])));
        if member == "requests" {
            raise(&mut most, &amounts(stated.get("allocatedResources")));
        }
        most
    })
}

/// Whether a pod is over: its phase is `Succeeded` or `Failed`.
pub(super) fn is_terminated(pod: &Value) -> bool {
    matches!(pod.at(&["status", "phase"]).str(), "Succeeded" | "Failed") && !pod.name().is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Quantity;
    use crate::obj;

    #[test]
    fn a_resize_shows_what_the_containers_have() {
        let pod = |reason: &str| {
            obj!({
                "spec": {"containers": [{"name": "c", "resources": {"requests": {"cpu": "2"}, "limits": {"cpu": "3"}}}]},
                "status": {
                    "conditions": [{"type": "PodResizePending", "status": "True", "reason": reason}],
                    "containerStatuses": [{
                        "name": "c", "allocatedResources": {"cpu": "600m"},
                        "resources": {"requests": {"cpu": "500m"}, "limits": {"cpu": "4"}}
                    }]
                }
            })
        };
        for (reason, member, with_status, want) in [
            ("Deferred", "requests", false, "2"),
            ("Deferred", "requests", true, "2"),
            ("Deferred", "limits", true, "4"),
            ("Infeasible", "requests", true, "600m"),
            ("Infeasible", "requests", false, "2"),
            ("Infeasible", "limits", true, "4"),
        ] {
            let of = of_pod(&pod(reason), member, with_status);
            assert_eq!(of.get("cpu").map(Quantity::to_string).as_deref(), Some(want), "{reason} {member} {with_status}");
        }
    }
}
