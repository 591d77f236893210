//! Taints and tolerations: which taints of a node a pod tolerates.
//! Models `Toleration.ToleratesTaint` (`k8s.io/api/core/v1`).

use super::Value;

/// Whether this toleration tolerates this taint.
pub fn tolerates(toleration: &Value, taint: &Value) -> bool {
    let effect = toleration.get("effect").str();
    let key = toleration.get("key").str();
    if (!effect.is_empty() && effect != taint.get("effect").str()) || (!key.is_empty() && key != taint.get("key").str()) {
        return false;
    }
    match toleration.get("operator").str() {
        "" | "Equal" => toleration.get("value").str() == taint.get("value").str(),
        "Exists" => true,
        _ => false,
    }
}

/// Whether one of these tolerations tolerates this taint.
pub fn tolerates_any(tolerations: &[Value], taint: &Value) -> bool {
    tolerations.iter().any(|t| tolerates(t, taint))
}

/// The first of these taints that has one of the effects and that no toleration tolerates.
pub fn find_untolerated<'a>(taints: &'a [Value], tolerations: &[Value], effects: &[&str]) -> Option<&'a Value> {
    taints.iter().find(|taint| effects.contains(&taint.get("effect").str()) && !tolerates_any(tolerations, taint))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::obj;

    #[test]
    fn an_empty_member_matches_all() {
        let taint = obj!({"key": "k", "value": "v", "effect": "NoSchedule"});
        for (toleration, expected) in [
            (obj!({"operator": "Exists"}), true),
            (obj!({"key": "k", "operator": "Exists", "effect": "NoExecute"}), false),
            (obj!({"key": "k", "value": "v"}), true),
            (obj!({"key": "k", "operator": "Equal", "value": "w"}), false),
            (obj!({"key": "other", "operator": "Exists"}), false),
        ] {
            assert_eq!(tolerates(&toleration, &taint), expected, "{toleration}");
        }
        assert!(find_untolerated(std::slice::from_ref(&taint), &[], &["NoExecute"]).is_none());
        assert!(find_untolerated(&[taint], &[], &["NoSchedule", "NoExecute"]).is_some());
    }
}
