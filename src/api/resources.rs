//! What a pod's containers ask for together (`k8s.io/component-helpers/resource`).

use super::{ArcStr, Quantity, Value, is_sidecar};
use crate::base::SortedMap;

/// Amounts by resource name.
pub type Amounts = SortedMap<ArcStr, Quantity>;

/// The sum over containers, or the most that any init container needs beside the sidecars started before it. `which` is
/// `requests` or `limits`.
// Models resource.AggregateContainerRequests and AggregateContainerLimits.
pub fn aggregate_containers(spec: &Value, which: &str) -> Amounts {
    let mut sum = Amounts::new();
    for container in spec.get("containers").items() {
        add(&mut sum, container.at(&["resources", which]));
    }
    let mut sidecars = Amounts::new();
    let mut start = Amounts::new();
    for container in spec.get("initContainers").items() {
        let own = container.at(&["resources", which]);
        let needed = if is_sidecar(container) {
            add(&mut sum, own);
            add(&mut sidecars, own);
            sidecars.clone()
        } else {
            let mut needed = sidecars.clone();
            add(&mut needed, own);
            needed
        };
        most(&mut start, needed);
    }
    most(&mut sum, start);
    sum
}

fn add(sum: &mut Amounts, list: &Value) {
    for (name, amount) in list.entries() {
        let amount = Quantity::of(amount);
        let total = sum.get(name).map_or_else(|| amount.clone(), |q| q.add(&amount));
        sum.insert(name.clone(), total);
    }
}

fn most(into: &mut Amounts, other: Amounts) {
    for (name, amount) in other {
        match into.get(&name) {
            Some(q) if *q >= amount => {}
            _ => {
                into.insert(name, amount);
            }
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
        if name.starts_with("hugepages-") && limits.get(&name).is_null() {
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
