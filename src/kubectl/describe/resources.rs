//! What a pod requests and is limited to, as `kubectl describe node` adds it up.

use crate::api::{ArcStr, Object, Quantity, Value, is_sidecar};
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

/// What a pod as a whole `requests`, or what its `limits` are.
// Models PodRequests and PodLimits of k8s.io/component-helpers/resource.
pub(super) fn of_pod(pod: &Value, member: &str) -> Resources {
    let spec = pod.get("spec");
    let of = |container: &Value| listed(container.at(&["resources", member]));
    let mut total = Resources::new();
    for container in spec.get("containers").items() {
        add(&mut total, &of(container));
    }
    // An init container runs beside the sidecars started before it; a sidecar runs beside everything after it.
    let (mut sidecars, mut at_start) = (Resources::new(), Resources::new());
    for container in spec.get("initContainers").items() {
        let mut here = of(container);
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
