//! Quality of service classes (`pkg/apis/core/v1/helper/qos`).

use super::Value;
use super::quantity::Quantity;

/// The QoS class of a pod: `Guaranteed`, `Burstable` or `BestEffort`.
pub fn qos_class(pod: &Value) -> &'static str {
    let (mut any, mut guaranteed) = (false, true);
    for list in ["containers", "initContainers"] {
        for container in pod.at(&["spec", list]).items() {
            let resources = container.get("resources");
            for name in ["cpu", "memory"] {
                let amount =
                    |which: &str| resources.at(&[which, name]).as_str().and_then(|t| Quantity::parse(t).ok()).filter(|q| !q.is_zero());
                let (limit, request) = (amount("limits"), amount("requests"));
                any |= limit.is_some() || request.is_some();
                guaranteed &= limit.is_some() && (request.is_none() || request == limit);
            }
        }
    }
    match (any, guaranteed) {
        (false, _) => "BestEffort",
        (true, true) => "Guaranteed",
        (true, false) => "Burstable",
    }
}
