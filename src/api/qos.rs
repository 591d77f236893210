//! Quality of service classes (`pkg/apis/core/v1/helper/qos`).

use super::Value;
use super::quantity::Quantity;

/// The QoS class of a pod: `Guaranteed`, `Burstable` or `BestEffort`.
pub fn qos_class(pod: &Value) -> &'static str {
    let (mut requested, mut limited, mut guaranteed) = ([false; 2], [false; 2], true);
    for list in ["containers", "initContainers"] {
        for container in pod.at(&["spec", list]).items() {
            let resources = container.get("resources");
            for (i, name) in ["cpu", "memory"].into_iter().enumerate() {
                let amount =
                    |which: &str| resources.at(&[which, name]).as_str().and_then(|t| Quantity::parse(t).ok()).filter(|q| !q.is_zero());
                let (limit, request) = (amount("limits"), amount("requests"));
                requested[i] |= request.is_some();
                limited[i] |= limit.is_some();
                guaranteed &= limit.is_some() && (request.is_none() || request == limit);
            }
        }
    }
    if requested == [false; 2] && limited == [false; 2] {
        "BestEffort"
    } else if guaranteed && requested == limited {
        "Guaranteed"
    } else {
        "Burstable"
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::obj;

    #[test]
    fn a_request_of_nothing_is_no_request() {
        for (requests, limits, class) in [
            (obj!({}), obj!({}), "BestEffort"),
            (obj!({"cpu": "0", "memory": "0"}), obj!({}), "BestEffort"),
            (obj!({"cpu": "1", "memory": "1Mi"}), obj!({"cpu": "1", "memory": "1Mi"}), "Guaranteed"),
            (obj!({"cpu": "0", "memory": "0"}), obj!({"cpu": "1", "memory": "1Mi"}), "Burstable"),
            (obj!({"cpu": "1"}), obj!({"cpu": "1"}), "Burstable"),
            (obj!({"cpu": "1", "memory": "1Mi"}), obj!({"cpu": "2", "memory": "1Mi"}), "Burstable"),
        ] {
            let pod = obj!({"spec": {"containers": [{"resources": {"requests": requests, "limits": limits}}]}});
            assert_eq!(qos_class(&pod), class, "{}", pod.to_json());
        }
    }
}
