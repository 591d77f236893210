//! DefaultTolerationSeconds: pods stay 300 s on a node that is not ready or unreachable, unless they say otherwise.

use crate::api::Value;
use crate::api::well_known::{NOT_READY, UNREACHABLE};
use crate::obj;

const TAINTS: [&str; 2] = [NOT_READY, UNREACHABLE];

pub(super) fn admit(pod: &mut Value) {
    for taint in TAINTS {
        let tolerated = pod.at(&["spec", "tolerations"]).items().iter().any(|t| {
            let key = t.get("key").str();
            (key == taint || key.is_empty()) && matches!(t.get("effect").str(), "NoExecute" | "")
        });
        if !tolerated {
            let toleration = obj!({"key": taint, "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300});
            pod.at_mut(&["spec", "tolerations"]).list_mut().push(toleration);
        }
    }
}
