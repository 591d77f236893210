//! The usage of objects in a ResourceQuota (`pkg/quota/v1/evaluator/core`), for admission and for the quota controller.

use super::persistent_volume::class_of;
use super::qos::qos_class;
use super::quantity::Quantity;
use super::resources::{Amounts, pod_amounts};
use super::{KindRef, Value, has_ended, kinds};
use crate::base::{List as _, Order as _, SortedMap};

/// Amounts by quota resource name.
pub type Usage = SortedMap<String, Quantity>;

/// The usage of one object, under every name that a quota may count it by.
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
                let kind = object.at(&["spec", "type"]).str();
                let (balanced, nought) = (kind == "LoadBalancer", Quantity::from_milli(0));
                usage.insert("services.loadbalancers".to_owned(), if balanced { one } else { nought.clone() });
                let ports = if balanced || kind == "NodePort" { node_ports(object) } else { nought };
                usage.insert("services.nodeports".to_owned(), ports);
            }
            "configmaps" | "secrets" | "replicationcontrollers" | "resourcequotas" => count(kind.plural.to_owned()),
            "persistentvolumeclaims" => {
                let class = class_of(object);
                let of_class = |name: &str| format!("{class}.storageclass.storage.k8s.io/{name}");
                count(kind.plural.to_owned());
                if !class.is_empty() {
                    count(of_class(kind.plural));
                }
                let storage = |path: &[&str]| object.at(path).as_str().and_then(|t| Quantity::parse(t).ok());
                if let Some(asked) = storage(&["spec", "resources", "requests", "storage"]) {
                    // A larger allocation counts already; in whole bytes.
                    let given = storage(&["status", "allocatedResources", "storage"]).filter(|given| *given > asked);
                    let size = given.unwrap_or(asked);
                    let size = if size.milli_value() % 1000 == 0 { size } else { Quantity::new(size.value(), size.format()) };
                    if !class.is_empty() {
                        usage.insert(of_class("requests.storage"), size.clone());
                    }
                    usage.insert("requests.storage".to_owned(), size);
                }
            }
            "pods" => {
                // A pod that has ended counts only as an object.
                if !has_ended(object) {
                    count("pods".to_owned());
                    add_compute(&mut usage, object);
                }
            }
            _ => {}
        }
    }
    usage
}

/// The node ports that a Service takes: one for each of its ports or, without allocation, those that it names.
fn node_ports(service: &Value) -> Quantity {
    let ports = service.at(&["spec", "ports"]).items();
    let all = service.at(&["spec", "allocateLoadBalancerNodePorts"]).as_bool() != Some(false);
    let taken = ports.iter().filter(|p| all || p.get("nodePort").int() != 0).count();
    Quantity::from_milli(1000 * taken as i64)
}

/// The requests or limits of a pod: those of its containers or of the pod as a whole, and its overhead.
pub fn amounts_of(pod: &Value, which: &str) -> Amounts {
    let mut spec = pod.get("spec").clone();
    if which == "requests" {
        // Until a resize is done, the larger of old and new counts.
        for (list, statuses) in [("containers", "containerStatuses"), ("initContainers", "initContainerStatuses")] {
            let statuses = pod.at(&["status", statuses]);
            for i in 0..if statuses.is_empty() { 0 } else { spec.get(list).items().len() } {
                let container = spec.get(list).items()[i].clone();
                let Some(status) = statuses.named(container.get("name").str()) else { continue };
                for (name, had) in status.at(&["resources", "requests"]).entries() {
                    if Quantity::of(had) > Quantity::of(container.at(&["resources", "requests", name])) {
                        spec.get_mut(list).list_mut()[i].set(&["resources", "requests", name], had.clone());
                    }
                }
            }
        }
    }
    pod_amounts(&spec, which)
}

// Models podComputeUsageHelper.
fn add_compute(usage: &mut Usage, pod: &Value) {
    for (name, amount) in amounts_of(pod, "requests") {
        let extended = name.contains('/') && (!name.contains("kubernetes.io/") || name.starts_with("deviceclass.resource.kubernetes.io/"));
        let own = matches!(name.as_str(), "cpu" | "memory" | "ephemeral-storage") || name.starts_with("hugepages-");
        if own {
            usage.insert(name.to_string(), amount.clone());
        }
        if own || extended {
            usage.insert(format!("requests.{name}"), amount);
        }
    }
    for (name, amount) in amounts_of(pod, "limits") {
        if matches!(name.as_str(), "cpu" | "memory" | "ephemeral-storage") {
            usage.insert(format!("limits.{name}"), amount);
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

/// Whether a quota's scopes take in an object; only pods and claims have scopes.
pub fn scope_matches(quota: &Value, kind: KindRef, object: &Value) -> bool {
    let scopes = quota.at(&["spec", "scopes"]).items();
    let selectors = quota.at(&["spec", "scopeSelector", "matchExpressions"]).items();
    let of_scope = |scope: &Value| in_scope(kind, object, &crate::obj!({"scopeName": scope, "operator": "Exists"}));
    scopes.iter().all(of_scope) && selectors.iter().all(|s| in_scope(kind, object, s))
}

/// Whether an object is in one scope of a selector.
pub fn in_scope(kind: KindRef, object: &Value, selector: &Value) -> bool {
    let spec = object.get("spec");
    let scope = selector.get("scopeName").str();
    let named = |classes: &[&Value]| {
        let classes: Vec<&str> = classes.iter().map(|c| c.str()).filter(|c| !c.is_empty()).list();
        let values = selector.get("values").items();
        let found = classes.iter().any(|c| values.iter().any(|v| v.str() == *c));
        match selector.get("operator").str() {
            "In" => found,
            "NotIn" => !found,
            "DoesNotExist" => classes.is_empty(),
            _ => !classes.is_empty(),
        }
    };
    if kind == kinds::PERSISTENT_VOLUME_CLAIM {
        // The class that is asked for, the current one, and the one that it is being changed to.
        let path = ["status", "modifyVolumeStatus", "targetVolumeAttributesClassName"];
        let classes = [spec.get("volumeAttributesClassName"), object.at(&["status", "currentVolumeAttributesClassName"]), object.at(&path)];
        return scope == "VolumeAttributesClass" && named(&classes);
    }
    if kind != kinds::POD {
        return false;
    }
    match scope {
        "PriorityClass" => named(&[spec.get("priorityClassName")]),
        "Terminating" => !spec.get("activeDeadlineSeconds").is_null(),
        "NotTerminating" => spec.get("activeDeadlineSeconds").is_null(),
        "BestEffort" => qos_class(object) == "BestEffort",
        "NotBestEffort" => qos_class(object) != "BestEffort",
        "CrossNamespacePodAffinity" => ["podAffinity", "podAntiAffinity"].iter().any(|affinity| {
            let terms = |which: &str| spec.at(&["affinity", affinity, which]).items();
            let foreign = |term: &Value| !term.get("namespaces").is_empty() || !term.get("namespaceSelector").is_null();
            terms("requiredDuringSchedulingIgnoredDuringExecution").iter().any(foreign)
                || terms("preferredDuringSchedulingIgnoredDuringExecution").iter().any(|t| foreign(t.get("podAffinityTerm")))
        }),
        _ => false,
    }
}

/// The error for containers that leave out what a quota demands: `must specify cpu for: a,b`.
// Models podEvaluator.Constraints.
pub fn unspecified(hard: &Value, pod: &Value) -> Option<String> {
    let whole = pod.at(&["spec", "resources"]);
    if !whole.get("requests").is_empty() || !whole.get("limits").is_empty() {
        return None;
    }
    let mut list = Vec::new();
    for (name, _) in hard.entries() {
        let (which, resource) = name.split_once('.').unwrap_or(("requests", name));
        if !matches!(resource, "cpu" | "memory") || !matches!(which, "requests" | "limits") {
            continue;
        }
        let containers = ["containers", "initContainers"].into_iter().flat_map(|l| pod.at(&["spec", l]).items());
        let silent = containers.filter(|c| c.at(&["resources", which, resource]).is_null());
        let mut silent: Vec<&str> = silent.map(|c| c.get("name").str()).list();
        if !silent.is_empty() {
            silent.order();
            list.push(format!("{name} for: {}", silent.join(",")));
        }
    }
    (!list.is_empty()).then(|| format!("must specify {}", list.join("; ")))
}
