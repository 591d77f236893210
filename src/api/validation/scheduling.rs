//! What a pod asks of the scheduler: affinities, tolerations, spreading. And a node's taints.

use super::super::{Value, names};
use super::meta::{label_name, label_selector};
use super::path::{Errors, Path};
use super::security::closed;
use crate::base::SortedSet;

const REQUIRED: &str = "requiredDuringSchedulingIgnoredDuringExecution";
const PREFERRED: &str = "preferredDuringSchedulingIgnoredDuringExecution";

/// `spec.affinity`.
pub(super) fn affinity(errors: &mut Errors, at: Path<'_>, affinity: &Value) {
    let node = affinity.get("nodeAffinity");
    if !node.is_null() {
        let at = at.child("nodeAffinity");
        if !node.get(REQUIRED).is_null() {
            node_selector(errors, at.child(REQUIRED), node.get(REQUIRED), true);
        }
        let list = at.child(PREFERRED);
        for (i, term) in node.get(PREFERRED).items().iter().enumerate() {
            let at = list.index(i);
            weight(errors, at, term);
            node_selector_term(errors, at.child("preference"), term.get("preference"), false);
        }
    }
    for key in ["podAffinity", "podAntiAffinity"] {
        let (terms, at) = (affinity.get(key), at.child(key));
        let list = at.child(REQUIRED);
        for (i, term) in terms.get(REQUIRED).items().iter().enumerate() {
            pod_affinity_term(errors, list.index(i), term);
        }
        let list = at.child(PREFERRED);
        for (i, term) in terms.get(PREFERRED).items().iter().enumerate() {
            let at = list.index(i);
            weight(errors, at, term);
            pod_affinity_term(errors, at.child("podAffinityTerm"), term.get("podAffinityTerm"));
        }
    }
}

fn weight(errors: &mut Errors, at: Path<'_>, term: &Value) {
    let weight = term.get("weight").int();
    if !(1..=100).contains(&weight) {
        errors.invalid(at.child("weight"), weight, "must be in the range 1-100");
    }
}

/// A `v1.NodeSelector`.
pub(super) fn node_selector(errors: &mut Errors, at: Path<'_>, selector: &Value, check_values: bool) {
    let list = at.child("nodeSelectorTerms");
    if selector.get("nodeSelectorTerms").is_empty() {
        return errors.required(list, "must have at least one node selector term");
    }
    for (i, term) in selector.get("nodeSelectorTerms").items().iter().enumerate() {
        node_selector_term(errors, list.index(i), term, check_values);
    }
}

fn node_selector_term(errors: &mut Errors, at: Path<'_>, term: &Value, check_values: bool) {
    let list = at.child("matchExpressions");
    for (i, requirement) in term.get("matchExpressions").items().iter().enumerate() {
        let at = list.index(i);
        let values = requirement.get("values");
        match requirement.get("operator").str() {
            "In" | "NotIn" => {
                if values.is_empty() {
                    errors.required(at.child("values"), "must be specified when `operator` is 'In' or 'NotIn'");
                }
            }
            "Exists" | "DoesNotExist" => {
                if !values.is_empty() {
                    errors.forbidden(at.child("values"), "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
                }
            }
            "Gt" | "Lt" => {
                if values.items().len() != 1 {
                    errors.required(at.child("values"), "must be specified single value when `operator` is 'Lt' or 'Gt'");
                }
            }
            other => errors.invalid(at.child("operator"), other, "not a valid selector operator"),
        }
        label_name(errors, at.child("key"), requirement.get("key").str());
        let values_at = at.child("values");
        for (j, value) in values.items().iter().enumerate().filter(|_| check_values) {
            let wrong = names::label_value(value.str());
            errors.ratcheting(|errors| errors.each_invalid(values_at.index(j), value.str(), wrong));
        }
    }
    let list = at.child("matchFields");
    for (i, requirement) in term.get("matchFields").items().iter().enumerate() {
        let at = list.index(i);
        match requirement.get("operator").str() {
            "In" | "NotIn" => {
                if requirement.get("values").items().len() != 1 {
                    let detail = "must be only one value when `operator` is 'In' or 'NotIn' for node field selector";
                    errors.required(at.child("values"), detail);
                }
            }
            other => errors.invalid(at.child("operator"), other, "not a valid selector operator"),
        }
        match requirement.get("key").str() {
            "metadata.name" => {
                let values_at = at.child("values");
                for (j, value) in requirement.get("values").items().iter().enumerate() {
                    errors.each_invalid(values_at.index(j), value.str(), names::dns1123_subdomain(value.str()));
                }
            }
            other => errors.invalid(at.child("key"), other, "not a valid field selector key"),
        }
    }
}

fn pod_affinity_term(errors: &mut Errors, at: Path<'_>, term: &Value) {
    let selector = term.get("labelSelector");
    label_selector(errors, at.child("labelSelector"), selector);
    label_selector(errors, at.child("namespaceSelector"), term.get("namespaceSelector"));
    for namespace in term.get("namespaces").items() {
        errors.each_invalid(at.child("namespace"), namespace.str(), names::dns1123_label(namespace.str()));
    }
    match_label_keys(errors, at, term, selector);
    let key = term.get("topologyKey").str();
    if key.is_empty() {
        errors.required(at.child("topologyKey"), "can not be empty");
    }
    label_name(errors, at.child("topologyKey"), key);
}

// Models ValidateMatchLabelKeysAndMismatchLabelKeys.
fn match_label_keys(errors: &mut Errors, at: Path<'_>, term: &Value, selector: &Value) {
    for key in ["matchLabelKeys", "mismatchLabelKeys"] {
        let (keys, at) = (term.get(key), at.child(key));
        if keys.is_empty() {
            continue;
        }
        if selector.is_null() {
            errors.forbidden(at, "must not be specified when labelSelector is not set");
            continue;
        }
        for (i, key) in keys.items().iter().enumerate() {
            label_name(errors, at.index(i), key.str());
        }
    }
    let matching = term.get("matchLabelKeys").items();
    let mut seen: SortedSet<&str> = selector.get("matchLabels").entries().map(|(k, _)| k.as_str()).collect();
    for expression in selector.get("matchExpressions").items() {
        let key = expression.get("key").str();
        if let Some(i) = matching.iter().rposition(|k| k.str() == key)
            && seen.contains(key)
        {
            errors.invalid(at.index(i), key, "exists in both matchLabelKeys and labelSelector");
        }
        seen.insert(key);
    }
    let keys_at = at.child("matchLabelKeys");
    for (i, key) in matching.iter().enumerate() {
        if term.get("mismatchLabelKeys").items().contains(key) {
            errors.invalid(keys_at.index(i), key, "exists in both matchLabelKeys and mismatchLabelKeys");
        }
    }
}

const EFFECTS: [&str; 3] = ["NoSchedule", "PreferNoSchedule", "NoExecute"];

/// `spec.tolerations`.
pub(super) fn tolerations(errors: &mut Errors, at: Path<'_>, tolerations: &Value) {
    for (i, toleration) in tolerations.items().iter().enumerate() {
        let at = at.index(i);
        let get = |key: &str| toleration.get(key).str();
        let (key, operator, value, effect) = (get("key"), get("operator"), get("value"), get("effect"));
        if !key.is_empty() {
            label_name(errors, at.child("key"), key);
        }
        if key.is_empty() && operator != "Exists" {
            let detail = "operator must be Exists when `key` is empty, which means \"match all values and all keys\"";
            errors.invalid(at.child("operator"), operator, detail);
        }
        if !toleration.get("tolerationSeconds").is_null() && effect != "NoExecute" {
            errors.invalid(at.child("effect"), effect, "effect must be 'NoExecute' when `tolerationSeconds` is set");
        }
        match operator {
            "Equal" | "" => {
                let wrong = names::label_value(value);
                if !wrong.is_empty() {
                    errors.invalid(at.child("operator"), value, &wrong.join(";"));
                }
            }
            "Exists" => {
                if !value.is_empty() {
                    errors.invalid(at.child("operator"), value, "value must be empty when `operator` is 'Exists'");
                }
            }
            // Comparisons are known, and not switched on.
            "Lt" | "Gt" => errors.not_supported(at.child("operator"), operator, &["Equal", "Exists", "Lt", "Gt"]),
            other => errors.not_supported(at.child("operator"), other, &["Equal", "Exists"]),
        }
        if !effect.is_empty() && !EFFECTS.contains(&effect) {
            errors.not_supported(at.child("effect"), effect, &EFFECTS);
        }
    }
}

/// A node's taints.
pub(super) fn taints(errors: &mut Errors, at: Path<'_>, taints: &Value) {
    let mut seen = SortedSet::new();
    for (i, taint) in taints.items().iter().enumerate() {
        let at = at.index(i);
        let get = |key: &str| taint.get(key).str();
        label_name(errors, at.child("key"), get("key"));
        let wrong = names::label_value(get("value"));
        if !wrong.is_empty() {
            errors.invalid(at.child("value"), get("value"), &wrong.join(";"));
        }
        errors.one_of(at.child("effect"), taint.get("effect"), &EFFECTS);
        if !seen.insert((get("effect"), get("key"))) {
            errors.internal_duplicate(at, "Taint", taint);
            if let Some(last) = errors.0.last_mut() {
                last.message += ": taints must be unique by key and effect pair";
            }
        }
    }
}

/// `spec.topologySpreadConstraints`.
pub(super) fn topology_spread(errors: &mut Errors, at: Path<'_>, constraints: &Value) {
    let list = constraints.items();
    for (i, constraint) in list.iter().enumerate() {
        let at = at.index(i);
        let (key, when) = (constraint.get("topologyKey").str(), constraint.get("whenUnsatisfiable").str());
        let skew = constraint.get("maxSkew").int();
        if skew <= 0 {
            errors.invalid(at.child("maxSkew"), skew, "must be greater than zero");
        }
        if key.is_empty() {
            errors.required(at.child("topologyKey"), "can not be empty");
        }
        if !matches!(when, "DoNotSchedule" | "ScheduleAnyway") {
            errors.not_supported(at.child("whenUnsatisfiable"), when, &["DoNotSchedule", "ScheduleAnyway"]);
        }
        let again = |c: &Value| c.get("topologyKey").str() == key && c.get("whenUnsatisfiable").str() == when;
        if list[i + 1..].iter().any(again) {
            errors.duplicate(at.child("{topologyKey, whenUnsatisfiable}"), format!("{{{key}, {when}}}"));
        }
        if let Some(domains) = constraint.get("minDomains").as_int() {
            if domains <= 0 {
                errors.invalid(at.child("minDomains"), domains, "must be greater than zero");
            }
            if when != "DoNotSchedule" {
                let detail = format!("can only use minDomains if whenUnsatisfiable=DoNotSchedule, not {when}");
                errors.invalid(at.child("minDomains"), domains, &detail);
            }
        }
        for policy in ["nodeAffinityPolicy", "nodeTaintsPolicy"] {
            closed(errors, at.child(policy), constraint.get(policy), &["Honor", "Ignore"]);
        }
        match_label_keys(errors, at, constraint, constraint.get("labelSelector"));
        label_selector(errors, at.child("labelSelector"), constraint.get("labelSelector"));
    }
}
