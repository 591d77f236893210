//! What a pod's containers ask for together (`k8s.io/component-helpers/resource`).

use super::{ArcStr, Quantity, Value, is_sidecar};
use crate::base::SortedMap;

/// Amounts by resource name.
pub type Amounts = SortedMap<ArcStr, Quantity>;

/// Reads a `ResourceList`.
pub fn amounts(list: &Value) -> Amounts {
    list.entries().map(|(name, amount)| (name.clone(), Quantity::of(amount))).collect()
}

/// The sum over containers, or the most that any init container needs beside the sidecars started before it. `which` is
/// `requests` or `limits`.
// Models resource.AggregateContainerRequests and AggregateContainerLimits.
pub fn aggregate_containers(spec: &Value, which: &str) -> Amounts {
    aggregate_containers_by(spec, &|container| amounts(container.at(&["resources", which])))
}

/// The same by what `of` says that a container has.
fn aggregate_containers_by(spec: &Value, of: &dyn Fn(&Value) -> Amounts) -> Amounts {
    let mut sum = Amounts::new();
    for container in spec.get("containers").items() {
        add(&mut sum, &of(container));
    }
    let mut sidecars = Amounts::new();
    let mut start = Amounts::new();
    for container in spec.get("initContainers").items() {
        let mut needed = of(container);
        if is_sidecar(container) {
            add(&mut sum, &needed);
            add(&mut sidecars, &needed);
            needed.clone_from(&sidecars);
        } else {
            add(&mut needed, &sidecars);
        }
        raise(&mut start, &needed);
    }
    raise(&mut sum, &start);
    sum
}

/// What a pod `requests` as a whole, or what its `limits` are: its containers together or what it says of itself, and its overhead.
// Models resource.PodRequests and PodLimits.
pub fn pod_amounts(spec: &Value, which: &str) -> Amounts {
    pod_amounts_by(spec, which, &|container| amounts(container.at(&["resources", which])))
}

/// The same by what `of` says that a container has.
pub fn pod_amounts_by(spec: &Value, which: &str, of: &dyn Fn(&Value) -> Amounts) -> Amounts {
    let mut total = aggregate_containers_by(spec, of);
    for (name, amount) in spec.at(&["resources", which]).entries().filter(|(name, _)| is_pod_level_resource(name)) {
        total.insert(name.clone(), Quantity::of(amount));
    }
    let mut overhead = amounts(spec.get("overhead"));
    // A pod without a limit has none with overhead either.
    overhead.retain(|name, _| which == "requests" || total.contains_key(name));
    add(&mut total, &overhead);
    total
}

/// Adds amounts, resource by resource.
pub fn add(to: &mut Amounts, more: &Amounts) {
    for (name, amount) in more {
        let sum = to.get(name).map_or_else(|| amount.clone(), |have| have.add(amount));
        to.insert(name.clone(), sum);
    }
}

/// Raises amounts to at least these.
pub fn raise(to: &mut Amounts, least: &Amounts) {
    for (name, amount) in least {
        if to.get(name).is_none_or(|have| have < amount) {
            to.insert(name.clone(), amount.clone());
        }
    }
}

/// The limits that a pod has as a whole, with the huge pages that its containers have; none where it has them all.
// Models defaultHugePagePodLimits.
pub fn pod_level_limits(spec: &Value) -> Option<Value> {
    let whole = spec.get("resources");
    if whole.get("requests").is_empty() && whole.get("limits").is_empty() {
        return None;
    }
    let mut limits = if whole.get("limits").is_null() { Value::map() } else { whole.get("limits").clone() };
    let before = limits.entries().len();
    for (name, amount) in aggregate_containers(spec, "limits") {
        if name.starts_with("hugepages-") && limits.get(&name).is_null() && whole.at(&["requests", &name]).is_null() {
            limits.set(&[&name], amount);
        }
    }
    let grew = limits.entries().len() > before;
    grew.then_some(limits)
}

/// Whether a resource can be given to a pod as a whole.
pub fn is_pod_level_resource(name: &str) -> bool {
    matches!(name, "cpu" | "memory") || name.starts_with("hugepages-")
}

/// What `spec.resources.requests` becomes where the pod itself has limits; none where nothing changes.
// Models defaultPodRequests.
pub fn pod_level_requests(spec: &Value) -> Option<Value> {
    let limits = spec.at(&["resources", "limits"]);
    if limits.is_empty() {
        return None;
    }
    let mut requests = spec.at(&["resources", "requests"]).clone();
    let before = requests.entries().len();
    for (name, amount) in aggregate_containers(spec, "requests") {
        if requests.get(&name).is_null() && matches!(name.as_str(), "cpu" | "memory") {
            requests.set(&[&name], amount);
        }
    }
    for (name, limit) in limits.entries() {
        if requests.get(name).is_null() && is_pod_level_resource(name) {
            requests.set(&[name], limit);
        }
    }
    let grew = requests.entries().len() > before;
    grew.then_some(requests)
}
