//! What a pod requests and is limited to, as `kubectl describe node` adds it up.

use crate::api::{ArcStr, Object, Quantity, Value, find_condition, is_sidecar};
use crate::base::SortedMap;

/// Amounts by resource.
pub(super) type Resources = SortedMap<ArcStr, Quantity>;

/// Adds amounts, resource by resource.
pub(super) fn add(to: &mut Resources, more: &Resources) {
    for (name, amount) in more {
        let sum = to.get(name).map_or_else(|| amount.clone(), |have| have.add(amount));
        to.insert(name.clone(), sum);
    }
}

fn raise(to: &mut Resources, least: &Resources) {
    for (name, amount) in least {
        if to.get(name).is_none_or(|have| have < amount) {
            to.insert(name.clone(), amount.clone());
        }
    }
}

fn listed(list: &Value) -> Resources {
    list.entries().map(|(name, amount)| (name.clone(), Quantity::of(amount))).collect()
}

/// What a pod as a whole `requests`, or what its `limits` are; `with_status` also by what its containers have while they are resized.
// Models PodRequests and PodLimits of k8s.io/component-helpers/resource.
pub(super) fn of_pod(pod: &Value, member: &str, with_status: bool) -> Resources {
    let (spec, status) = (pod.get("spec"), pod.get("status"));
    let of = |container: &Value, statuses: &str| {
        let asked = listed(container.at(&["resources", member]));
        let stated = status.get(statuses).items().iter().rev().find(|s| s.get("name") == container.get("name"));
        let Some(stated) = stated.filter(|s| with_status && !s.get("resources").is_null()) else { return asked };
        let infeasible = find_condition(status, "PodResizePending").get("reason").str() == "Infeasible";
        let mut most = if infeasible { Resources::new() } else { asked };
        raise(&mut most, &listed(stated.at(&["resources", member])));
        if member == "requests" {
            raise(&mut most, &listed(stated.get("allocatedResources")));
        }
        most
    };
    let mut total = Resources::new();
    for container in spec.get("containers").items() {
        add(&mut total, &of(container, "containerStatuses"));
    }
    // An init container runs beside the sidecars started before it; a sidecar runs beside everything after it.
    let (mut sidecars, mut at_start) = (Resources::new(), Resources::new());
    for container in spec.get("initContainers").items() {
        let mut here = of(container, if is_sidecar(container) { "initContainerStatuses" } else { "" });
        if is_sidecar(container) {
            add(&mut total, &here);
            add(&mut sidecars, &here);
            here = sidecars.clone();
        } else {
            add(&mut here, &sidecars);
        }
        raise(&mut at_start, &here);
    }
    raise(&mut total, &at_start);
    for (name, amount) in spec.at(&["resources", member]).entries() {
        if matches!(name.as_str(), "cpu" | "memory") || name.starts_with("hugepages-") {
            total.insert(name.clone(), Quantity::of(amount));
        }
    }
    for (name, amount) in spec.get("overhead").entries() {
        // A pod without a limit has none with overhead either.
        let have = total.get(name);
        if member == "requests" || have.is_some_and(|have| !have.is_zero()) {
            let sum = have.map_or_else(|| Quantity::of(amount), |have| have.add(&Quantity::of(amount)));
            total.insert(name.clone(), sum);
        }
    }
    total
}

/// A pod's quality of service: as its status says, or else as its containers' resources have it.
// Models GetPodQOS.
pub(super) fn qos_class(pod: &Value) -> String {
    let stated = pod.at(&["status", "qosClass"]).str();
    if !stated.is_empty() {
        return stated.to_owned();
    }
    let spec = pod.get("spec");
    let containers = spec.get("containers").items().iter().chain(spec.get("initContainers").items());
    let (mut any, mut guaranteed) = (false, true);
    for c in containers {
        let amount = |member: &str, name: &str| Some(c.at(&["resources", member, name])).filter(|v| !v.is_null()).map(Quantity::of);
        for name in ["cpu", "memory"] {
            let (request, limit) = (amount("requests", name), amount("limits", name));
            any |= [&request, &limit].into_iter().flatten().any(|q| !q.is_zero());
            guaranteed &= limit.as_ref().is_some_and(|l| !l.is_zero() && request.as_ref().is_none_or(|r| r == l));
        }
    }
    match (any, guaranteed) {
        (false, _) => "BestEffort",
        (true, true) => "Guaranteed",
        (true, false) => "Burstable",
    }
    .into()
}

/// Whether a pod is over: its phase is `Succeeded` or `Failed`.
pub(super) fn is_terminated(pod: &Value) -> bool {
    matches!(pod.at(&["status", "phase"]).str(), "Succeeded" | "Failed") && !pod.name().is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;
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
