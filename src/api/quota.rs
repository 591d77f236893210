//! What objects count for in a ResourceQuota (`pkg/quota/v1/evaluator/core`). Shared by admission and the quota controller.

use std::collections::BTreeMap;

use super::qos::qos_class;
use super::quantity::Quantity;
use super::{KindRef, Value};

/// Amounts by quota resource name.
pub type Usage = BTreeMap<String, Quantity>;

/// What one object uses, under every name that a quota may give it.
pub fn usage_of(kind: KindRef, object: &Value) -> Usage {
    let mut usage = Usage::new();
    let one = Quantity::from_milli(1000);
    let mut count = |name: String| {
        usage.insert(name, one.clone());
    };
    count(format!("count/{}", kind.qualified()));
    if kind.group.is_empty() {
        match kind.plural {
            "services" => {
                count("services".to_owned());
                match object.at(&["spec", "type"]).str() {
                    "NodePort" => {
                        usage.insert("services.nodeports".to_owned(), node_ports(object));
                    }
                    "LoadBalancer" => {
                        count("services.loadbalancers".to_owned());
                        usage.insert("services.nodeports".to_owned(), node_ports(object));
                    }
                    _ => {}
                }
            }
            "configmaps" | "secrets" | "replicationcontrollers" | "resourcequotas" => count(kind.plural.to_owned()),
            "persistentvolumeclaims" => {
                count(kind.plural.to_owned());
                if let Some(q) = object.at(&["spec", "resources", "requests", "storage"]).as_str().and_then(|t| Quantity::parse(t).ok()) {
                    usage.insert("requests.storage".to_owned(), q);
                }
            }
            "pods" => {
                // A pod that has ended uses nothing but its place among the objects.
                if !matches!(object.at(&["status", "phase"]).str(), "Succeeded" | "Failed") {
                    count("pods".to_owned());
                    add_compute(&mut usage, object);
                }
            }
            _ => {}
        }
    }
    usage
}

fn node_ports(service: &Value) -> Quantity {
    Quantity::from_milli(1000 * service.at(&["spec", "ports"]).items().len() as i64)
}

fn add_compute(usage: &mut Usage, pod: &Value) {
    for which in ["requests", "limits"] {
        let mut total = Usage::new();
        for container in pod.at(&["spec", "containers"]).items() {
            for (name, amount) in container.at(&["resources", which]).entries() {
                if let Ok(q) = Quantity::parse(amount.str()) {
                    let slot = total.entry(name.to_string()).or_insert_with(|| Quantity::from_milli(0));
                    *slot = slot.add(&q);
                }
            }
        }
        for container in pod.at(&["spec", "initContainers"]).items() {
            for (name, amount) in container.at(&["resources", which]).entries() {
                if let Ok(q) = Quantity::parse(amount.str()) {
                    let slot = total.entry(name.to_string()).or_insert_with(|| Quantity::from_milli(0));
                    if q > *slot {
                        *slot = q;
                    }
                }
            }
        }
        for (name, q) in total {
            if which == "requests" && matches!(name.as_str(), "cpu" | "memory" | "ephemeral-storage") {
                usage.insert(name.clone(), q.clone());
            }
            usage.insert(format!("{which}.{name}"), q);
        }
    }
}

/// The sum over objects, for the names in a quota's `spec.hard`.
pub fn usage_in<'a>(objects: impl Iterator<Item = (KindRef, &'a Value)>, quota: &Value) -> Usage {
    let hard = quota.at(&["spec", "hard"]);
    let mut used: Usage = hard.entries().map(|(name, _)| (name.to_string(), Quantity::from_milli(0))).collect();
    for (kind, object) in objects.filter(|(k, o)| scope_matches(quota, k, o)) {
        for (name, q) in usage_of(kind, object) {
            if let Some(slot) = used.get_mut(&name) {
                *slot = slot.add(&q);
            }
        }
    }
    used
}

/// Whether a quota's scopes take in an object; only pods have scopes.
pub fn scope_matches(quota: &Value, kind: KindRef, object: &Value) -> bool {
    let scopes = quota.at(&["spec", "scopes"]).items();
    let selectors = quota.at(&["spec", "scopeSelector", "matchExpressions"]).items();
    if scopes.is_empty() && selectors.is_empty() {
        return true;
    }
    if kind.plural != "pods" || !kind.group.is_empty() {
        return false;
    }
    let in_scope = |scope: &str| match scope {
        "Terminating" => !object.at(&["spec", "activeDeadlineSeconds"]).is_null(),
        "NotTerminating" => object.at(&["spec", "activeDeadlineSeconds"]).is_null(),
        "BestEffort" => qos_class(object) == "BestEffort",
        "NotBestEffort" => qos_class(object) != "BestEffort",
        _ => false,
    };
    let selected = |s: &Value| {
        let class = object.at(&["spec", "priorityClassName"]).str();
        let named = s.get("values").items().iter().any(|v| v.str() == class);
        match (s.get("scopeName").str(), s.get("operator").str()) {
            ("PriorityClass", "In") => named,
            ("PriorityClass", "NotIn") => !named,
            ("PriorityClass", "Exists") => !class.is_empty(),
            ("PriorityClass", "DoesNotExist") => class.is_empty(),
            (scope, "Exists" | "") => in_scope(scope),
            (scope, "DoesNotExist") => !in_scope(scope),
            _ => false,
        }
    };
    scopes.iter().all(|s| in_scope(s.str())) && selectors.iter().all(selected)
}

/// The compute resources in a quota's hard limits that some container of the pod does not speak of.
pub fn unspecified<'a>(hard: &'a Value, pod: &Value) -> Vec<&'a str> {
    let containers = pod.at(&["spec", "containers"]).items();
    let missing = |name: &str| {
        let (which, resource) = name.split_once('.').unwrap_or(("requests", name));
        matches!(resource, "cpu" | "memory")
            && matches!(which, "requests" | "limits")
            && containers.iter().any(|c| c.at(&["resources", which, resource]).is_null())
    };
    hard.entries().map(|(name, _)| name.as_str()).filter(|n| missing(n)).collect()
}
