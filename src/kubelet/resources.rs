//! Amounts of resources: what a pod asks for, and how its status reports them.

use super::spec::{ContainerSpec, PodSpec};
use crate::api::resources::{Amounts, pod_amounts};
use crate::api::{Quantity, Value};

/// A pod's requests or limits by resource, as they are granted.
pub(super) fn pod_resources(spec: &PodSpec, list: &str) -> Amounts {
    pod_amounts(&spec.value, list)
}

/// Amounts as an API map; null where there are none.
pub(super) fn to_value(amounts: &Amounts) -> Value {
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
