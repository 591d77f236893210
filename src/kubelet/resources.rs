//! Amounts of resources: what a pod asks for, and how its status reports them.

use super::spec::{ContainerKind, ContainerSpec, PodSpec};
use crate::api::quantity::Quantity;
use crate::api::{ArcStr, Value};
use crate::base::SortedMap;

/// A pod's requests or limits by resource: the sum over its containers, or what its init containers need at once where
/// that is more, plus the overhead (component-helpers' `PodRequests`, `PodLimits`).
pub(super) fn pod_resources(spec: &PodSpec, list: &str) -> SortedMap<ArcStr, Quantity> {
    pod_resources_by(spec, list, &|c| c.value.get("resources"))
}

/// The same by what `resources_of` says that a container has.
pub(super) fn pod_resources_by<'a>(
    spec: &'a PodSpec,
    list: &str,
    resources_of: &dyn Fn(&'a ContainerSpec) -> &'a Value,
) -> SortedMap<ArcStr, Quantity> {
    let mut sum: SortedMap<ArcStr, Quantity> = SortedMap::new();
    let mut sidecars: SortedMap<ArcStr, Quantity> = SortedMap::new();
    let mut init_max: SortedMap<ArcStr, Quantity> = SortedMap::new();
    for container in &spec.containers {
        let amounts = resources_of(container).get(list).entries().map(|(k, v)| (k.clone(), Quantity::of(v)));
        match container.kind {
            ContainerKind::Regular => amounts.for_each(|(k, q)| add(&mut sum, k, &q)),
            ContainerKind::Init if container.is_sidecar() => {
                for (k, q) in amounts {
                    add(&mut sum, k.clone(), &q);
                    add(&mut sidecars, k.clone(), &q);
                    let so_far = sidecars[&k].clone();
                    raise(&mut init_max, k, so_far);
                }
            }
            ContainerKind::Init => {
                for (k, q) in amounts {
                    let beside = sidecars.get(&k).map_or_else(|| q.clone(), |s| q.add(s));
                    raise(&mut init_max, k, beside);
                }
            }
            ContainerKind::Ephemeral => {}
        }
    }
    for (k, q) in init_max {
        raise(&mut sum, k, q);
    }
    for (k, v) in spec.resources.get(list).entries() {
        sum.insert(k.clone(), Quantity::of(v));
    }
    for (k, v) in spec.overhead.entries() {
        if list == "requests" || sum.contains_key(k) {
            add(&mut sum, k.clone(), &Quantity::of(v));
        }
    }
    sum
}

fn add(sum: &mut SortedMap<ArcStr, Quantity>, name: ArcStr, amount: &Quantity) {
    match sum.get_mut(&name) {
        Some(total) => *total = total.add(amount),
        None => {
            sum.insert(name, amount.clone());
        }
    }
}

fn raise(max: &mut SortedMap<ArcStr, Quantity>, name: ArcStr, amount: Quantity) {
    let more = max.get(&name).is_none_or(|m| amount.sub(m).sign() > 0);
    if more {
        max.insert(name, amount);
    }
}

/// Amounts as an API map; null where there are none.
pub(super) fn to_value(amounts: &SortedMap<ArcStr, Quantity>) -> Value {
    if amounts.is_empty() {
        return Value::Null;
    }
    let mut map = Value::map();
    for (name, amount) in amounts {
        map.set(&[name], amount.to_string());
    }
    map
}

/// `status.containerStatuses[].resources`: as configured; a running container shows no memory amount as `0`.
pub(super) fn container_status_resources(resources: &Value, running: bool) -> Value {
    let mut out = Value::map();
    for list in ["limits", "requests"] {
        let amounts = resources.get(list);
        if amounts.is_empty() {
            continue;
        }
        let mut amounts = amounts.clone();
        if running && amounts.get("memory").is_null() && !amounts.get("cpu").is_null() {
            amounts.set(&["memory"], "0");
        }
        out.set(&[list], amounts);
    }
    out
}

/// CPU in thousandths of a core and memory in bytes that a container may use at most: its own limits, or its pod's.
pub(super) fn limits_of(container: &ContainerSpec, of_pod: &Value) -> (Option<u64>, Option<u64>) {
    let positive = |v: i64| u64::try_from(v).ok().filter(|v| *v > 0);
    let limit = |name: &str| {
        let pods = || Some(of_pod.at(&["limits", name])).filter(|v| !v.is_null()).map(Quantity::of);
        container.resource("limits", name).or_else(pods)
    };
    let cpu = limit("cpu").and_then(|q| positive(q.milli_value()));
    let memory = limit("memory").and_then(|q| positive(q.value()));
    (cpu, memory)
}
