//! Amounts: what may be asked for, and how much.

use super::super::resources::is_pod_level_resource;
use super::super::{Quantity, Value, names};
use super::path::{Errors, Path};
use crate::base::{Order as _, SortedMap};

/// Checks the name of a resource.
pub(super) type ResourceRule = fn(&mut Errors, Path<'_>, &str);

fn is_huge_page(name: &str) -> bool {
    name.starts_with("hugepages-")
}

/// Names of Kubernetes' own, without a domain.
fn is_standard(name: &str) -> bool {
    is_standard_quota(name)
        || is_huge_page(name)
        || matches!(name, "cpu" | "memory" | "ephemeral-storage" | "requests.hugepages-" | "storage" | "pods")
}

/// Names that a quota may limit.
pub(super) fn is_standard_quota(name: &str) -> bool {
    matches!(
        name,
        "cpu"
            | "memory"
            | "ephemeral-storage"
            | "requests.cpu"
            | "requests.memory"
            | "requests.storage"
            | "requests.ephemeral-storage"
            | "limits.cpu"
            | "limits.memory"
            | "limits.ephemeral-storage"
    ) || is_object_count(name)
        || is_huge_page(name)
        || name.starts_with("requests.hugepages-")
}

/// What a quota counts whole.
fn is_object_count(name: &str) -> bool {
    matches!(
        name,
        "pods"
            | "resourcequotas"
            | "services"
            | "replicationcontrollers"
            | "secrets"
            | "persistentvolumeclaims"
            | "configmaps"
            | "services.nodeports"
            | "services.loadbalancers"
    )
}

/// Whether a request may be less than the limit.
pub(super) fn may_overcommit(name: &str) -> bool {
    is_native(name) && !is_huge_page(name)
}

/// Whether a resource is Kubernetes' own.
pub(super) fn is_native(name: &str) -> bool {
    !name.contains('/') || name.contains("kubernetes.io/")
}

/// Whether a resource is neither Kubernetes' own nor any other of the names that mean something.
pub(super) fn is_extended(name: &str) -> bool {
    !is_native(name) && !name.starts_with("requests.") && names::qualified_name(&format!("requests.{name}")).is_empty()
}

/// Any resource's name; whether it is right.
pub(super) fn resource_name(errors: &mut Errors, at: Path<'_>, name: &str) -> bool {
    let wrong = names::qualified_name(name);
    if !wrong.is_empty() {
        errors.each_invalid(at, name, wrong);
        return false;
    }
    if !name.contains('/') && !is_standard(name) {
        errors.invalid(at, name, "must be a standard resource type or fully qualified");
        return false;
    }
    true
}

/// A container's resource.
pub(super) fn container_resource_name(errors: &mut Errors, at: Path<'_>, name: &str) {
    resource_name(errors, at, name);
    if !name.contains('/') {
        if !matches!(name, "cpu" | "memory" | "ephemeral-storage") && !is_huge_page(name) {
            errors.invalid(at, name, "must be a standard resource for containers");
        }
    } else if !is_native(name) && !is_extended(name) {
        errors.invalid(at, name, "doesn't follow extended resource name standard");
    }
}

/// A resource of a pod as a whole.
pub(super) fn pod_resource_name(errors: &mut Errors, at: Path<'_>, name: &str) {
    if resource_name(errors, at, name) && !is_pod_level_resource(name) {
        errors.not_supported(at, name, &["cpu", "hugepages-", "memory"]);
    }
}

/// A resource that a quota limits.
pub(super) fn quota_resource_name(errors: &mut Errors, at: Path<'_>, name: &str) {
    resource_name(errors, at, name);
    if !name.contains('/') && !is_standard_quota(name) {
        errors.invalid(at, name, "must be a standard resource for quota");
    }
}

/// An amount: not negative, and whole where parts make no sense.
// Models ValidateResourceQuantityValue.
pub(super) fn quantity_value(errors: &mut Errors, at: Path<'_>, name: &str, amount: &Value) {
    let quantity = Quantity::of(amount);
    if quantity.sign() < 0 {
        errors.invalid(at, quantity.to_string(), "must be greater than or equal to 0");
    }
    let whole = is_object_count(name) || is_extended(name);
    if whole && quantity.milli_value() % 1000 != 0 {
        errors.invalid(at, quantity.to_string(), "must be an integer");
    }
}

/// `limits`, `requests` and `claims`.
pub(super) fn resource_requirements(errors: &mut Errors, at: Path<'_>, resources: &Value, rule: ResourceRule, claims: &[&str]) {
    let (limits, requests) = (resources.get("limits"), resources.get("requests"));
    let (mut cpu_or_memory, mut huge_pages) = (false, false);
    let limits_at = at.child("limits");
    for (name, amount) in limits.entries() {
        let at = limits_at.key(name);
        rule(errors, at, name);
        quantity_value(errors, at, name, amount);
        huge_pages |= huge_page_value(errors, at, name, amount);
        cpu_or_memory |= matches!(name.as_str(), "cpu" | "memory");
    }
    let requests_at = at.child("requests");
    for (name, amount) in requests.entries() {
        let at = requests_at.key(name);
        rule(errors, at, name);
        quantity_value(errors, at, name, amount);
        let quantity = Quantity::of(amount);
        match limits.get(name) {
            Value::Null if may_overcommit(name) => {}
            Value::Null => errors.required(limits_at, "Limit must be set for non overcommitable resources"),
            limit => {
                let limit = Quantity::of(limit);
                if quantity != limit && !may_overcommit(name) {
                    errors.invalid(requests_at, quantity.to_string(), &format!("must be equal to {name} limit of {limit}"));
                } else if quantity > limit {
                    errors.invalid(requests_at, quantity.to_string(), &format!("must be less than or equal to {name} limit of {limit}"));
                }
            }
        }
        huge_pages |= huge_page_value(errors, at, name, amount);
        cpu_or_memory |= matches!(name.as_str(), "cpu" | "memory");
    }
    if !cpu_or_memory && huge_pages {
        errors.forbidden(at, "HugePages require cpu or memory");
    }
    claim_names(errors, at.child("claims"), resources.get("claims"), claims);
}

fn huge_page_value(errors: &mut Errors, at: Path<'_>, name: &str, amount: &Value) -> bool {
    let Some(size) = name.strip_prefix("hugepages-") else { return false };
    let (size, amount) = (Quantity::parse(size).map_or(0, |q| q.value()), Quantity::of(amount));
    if size <= 0 || amount.value() % size != 0 {
        errors.invalid(at, amount.to_string(), &format!("{amount} is not positive integer multiple of {name}"));
    }
    true
}

fn claim_names(errors: &mut Errors, at: Path<'_>, claims: &Value, known: &[&str]) {
    let mut seen: SortedMap<String, ()> = SortedMap::new();
    for (i, claim) in claims.items().iter().enumerate() {
        let at = at.index(i);
        let (name, request) = (claim.get("name").str(), claim.get("request").str());
        if name.is_empty() {
            errors.required(at, "");
            continue;
        }
        if seen.contains_key(name) {
            errors.duplicate(at, name);
        } else {
            let mut key = name.to_owned();
            if !request.is_empty() {
                errors.each_invalid(at.child("request"), request, names::dns1123_label(request));
                key = format!("{name}/{request}");
            }
            if seen.contains_key(&key) {
                errors.duplicate(at, key.as_str());
            } else if request.is_empty() {
                let parts = format!("{name}/");
                for _ in seen.iter_from(&parts).take_while(|(key, ())| key.starts_with(&parts)) {
                    errors.duplicate(at, name);
                }
            }
            seen.insert(key, ());
        }
        if !known.contains(&name) {
            let mut detail = "must be one of the names in pod.spec.resourceClaims".to_owned();
            if known.is_empty() {
                detail += " which is empty";
            } else {
                let mut sorted = known.to_vec();
                sorted.order();
                sorted.dedup();
                detail = format!("{detail}: {}", sorted.join(", "));
            }
            errors.not_found(at, name);
            if let Some(last) = errors.0.last_mut() {
                last.message = format!("{}: {detail}", last.message);
            }
        }
    }
}
