//! Quality of service classes (`pkg/apis/core/v1/helper/qos`).

use super::Value;
use super::quantity::Quantity;

/// The QoS class of a pod: `Guaranteed`, `Burstable` or `BestEffort`.
pub fn qos_class(pod: &Value) -> &'static str {
    let (mut requested, mut limited, mut guaranteed) = ([false; 2], [false; 2], true);
    let of_pod = pod.at(&["spec", "resources"]);
    // What a pod has as a whole counts in place of what its containers have.
    let whole = !of_pod.is_null();
    let own = std::slice::from_ref(pod.get("spec"));
    for list in ["containers", "initContainers"].into_iter().take(if whole { 1 } else { 2 }) {
        for container in if whole { own } else { pod.at(&["spec", list]).items() } {
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
            let own = obj!({"requests": requests, "limits": limits});
            let pod = obj!({"spec": {"containers": [{"resources": own}]}});
            assert_eq!(qos_class(&pod), class, "{}", pod.to_json());
        }
    }

    #[test]
    fn a_pods_own_resources_count_for_those_of_its_containers() {
        let both = obj!({"cpu": "1", "memory": "1Mi"});
        for (own, class) in [
            (obj!({"requests": both.clone(), "limits": both.clone()}), "Guaranteed"),
            (obj!({"limits": both.clone()}), "Burstable"),
            (obj!({}), "BestEffort"),
        ] {
            let pod = obj!({"spec": {"resources": own, "containers": [{"resources": {"requests": {"cpu": "1"}}}]}});
            assert_eq!(qos_class(&pod), class, "{}", pod.to_json());
        }
    }
}
