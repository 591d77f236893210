//! Amounts of resources: what a pod asks for, and how its status reports them.

use std::sync::Arc;

use super::spec::{ContainerKind, ContainerSpec, PodSpec};
use crate::api::resources::{Amounts, pod_amounts};
use crate::api::{Quantity, Value, qos_class};

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

/// By how much the processes of a container are preferred where a node of so much memory has none left: the more it asked for, the less.
// Models qos.GetContainerOOMScoreAdjust.
pub(super) fn oom_score_adj(pod: &Value, spec: &PodSpec, container: &Arc<ContainerSpec>, memory: i64) -> i64 {
    const GUARANTEED: i64 = -997;
    const BEST_EFFORT: i64 = 1000;
    match qos_class(pod) {
        _ if pod.at(&["spec", "priorityClassName"]).str() == "system-node-critical" => return GUARANTEED,
        "Guaranteed" => return GUARANTEED,
        "BestEffort" => return BEST_EFFORT,
        _ => {}
    }
    let asked = |c: &Arc<ContainerSpec>| c.resource("requests", "memory").map_or(0, |q| q.value());
    let lasting = || spec.containers.iter().filter(|c| c.kind == ContainerKind::Regular || c.is_sidecar());
    // What the pod asks for beside its containers is shared by them.
    let whole = spec.value.at(&["resources", "requests", "memory"]);
    let left =
        if whole.is_null() { 0 } else { Quantity::of(whole).value().saturating_sub(lasting().map(asked).fold(0, i64::saturating_add)) };
    let share = left.max(0) / i64::try_from(lasting().count().max(1)).unwrap_or(1);
    let adj = |request: i64| 1000 - 1000i64.saturating_mul(request.saturating_add(share)) / memory;
    let mut own = adj(asked(container));
    if container.is_sidecar() {
        // A sidecar is to outlast what it serves.
        let least = spec.containers.iter().filter(|c| c.kind == ContainerKind::Regular).map(asked).min();
        own = own.min(adj(least.unwrap_or(0)));
    }
    own.clamp(1000 + GUARANTEED, BEST_EFFORT - 1)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::obj;

    #[test]
    fn who_asked_for_more_is_spared_longer() {
        // Memory that the pod, its sidecar and its containers ask for, in Mi of 8Gi, none where that is 0; what each comes to.
        for (whole, sidecar, regular, wanted) in [
            (0, 0, vec![0], vec![1000, 1000]),
            (0, 0, vec![64], vec![993, 993]),
            (0, 0, vec![1, 0], vec![999, 999, 999]),
            (0, 1024, vec![512, 2048], vec![875, 938, 750]),
            (0, 0, vec![9000], vec![3, 3]),
            (4096, 0, vec![1024, 0], vec![875, 750, 875]),
            // More than can be counted.
            (8i64 << 40, 0, vec![8 << 40, 8 << 40], vec![3, 3, 3]),
        ] {
            let container = |name: String, mi: i64| {
                let mut made = obj!({"name": name, "image": "i"});
                if mi > 0 {
                    made.set(&["resources", "requests", "memory"], format!("{mi}Mi"));
                }
                made
            };
            let mut side = container("s".to_owned(), sidecar);
            side.set(&["restartPolicy"], "Always");
            let containers: Vec<Value> = regular.iter().enumerate().map(|(i, mi)| container(format!("c{i}"), *mi)).collect();
            let mut pod = obj!({"spec": {"initContainers": [side], "containers": containers}});
            if whole > 0 {
                pod.set(&["spec", "resources", "requests", "memory"], format!("{whole}Mi"));
            }
            let spec = PodSpec::parse(&pod);
            let got: Vec<i64> = spec.containers.iter().map(|c| oom_score_adj(&pod, &spec, c, 8 << 30)).collect();
            assert_eq!(got, wanted, "{whole} {sidecar} {regular:?}");
            pod.set(&["spec", "priorityClassName"], "system-node-critical");
            assert_eq!(oom_score_adj(&pod, &spec, &spec.containers[0], 8 << 30), -997);
        }
    }
}
