//! The core group's kinds that are neither pods nor services nor storage.

use super::super::{Object, Quantity, Value, names};
use super::ip;
use super::meta::{kube_finalizer, object_meta, object_meta_update};
use super::path::{Errors, Path, same};
use super::pod;
use super::resources::{container_resource_name, is_standard_quota, may_overcommit, quantity_value, quota_resource_name, resource_name};
use super::scheduling::taints;
use crate::api::well_known::SERVICE_ACCOUNT_NAME;
use crate::base::{List as _, Order as _, SortedSet, base64};

/// The most that a ConfigMap or a Secret may hold, in bytes.
const DATA_BYTES_MAX: usize = 1 << 20;

/// A new Namespace.
pub(super) fn namespace(errors: &mut Errors, namespace: &Value) {
    object_meta(errors, namespace, false, names::dns1123_label);
    let at = Path::new("spec");
    for finalizer in namespace.at(&["spec", "finalizers"]).items() {
        namespace_finalizer(errors, at.child("finalizers"), finalizer.str());
    }
}

/// What must be done before a namespace may go.
pub(super) fn namespace_finalizer(errors: &mut Errors, at: Path<'_>, finalizer: &str) {
    errors.each_invalid(at, finalizer, names::qualified_name(finalizer));
    kube_finalizer(errors, at, finalizer);
}

/// A new Node.
pub(super) fn node(errors: &mut Errors, node: &Value) {
    object_meta(errors, node, false, names::dns1123_subdomain);
    avoided_pods(errors, node);
    node_status(errors, node);
    taints(errors, Path::new("metadata").child("taints"), node.at(&["spec", "taints"]));
    node_resources(errors, node);
    let at = Path::new("spec");
    let at = at.child("podCIDRs");
    let ranges = node.at(&["spec", "podCIDRs"]);
    for (i, range) in ranges.items().iter().enumerate() {
        ip::valid_cidr(errors, at.index(i), range.str());
    }
    let addresses: Vec<&str> = ranges.items().iter().filter_map(|r| r.str().split('/').next()).list();
    if addresses.len() > 1 && (addresses.len() > 2 || !ip::is_dual_stack(&addresses)) {
        errors.invalid(at, ranges, "may specify no more than one CIDR for each IP family");
    }
}

/// What a node says of its memory's extension, and which features it declares.
fn node_status(errors: &mut Errors, node: &Value) {
    let features = node.at(&["status", "declaredFeatures"]).items();
    let at = Path::new("status");
    let list = at.child("declaredFeatures");
    let word = |w: &str| w.starts_with(|c: char| c.is_ascii_uppercase()) && w.chars().all(|c| c.is_ascii_alphanumeric());
    for (i, feature) in features.iter().enumerate() {
        let name = feature.str();
        if name.len() > 253 || !name.split('/').all(word) {
            errors.invalid(list.index(i), name, "invalid feature name");
        }
        match i.checked_sub(1).map(|p| features[p].str().cmp(name)) {
            Some(std::cmp::Ordering::Equal) => errors.duplicate(list.index(i), name),
            Some(std::cmp::Ordering::Greater) => errors.invalid(list.index(i), name, "list must be sorted alphabetically"),
            _ => {}
        }
    }
    let capacity = node.at(&["status", "nodeInfo", "swap", "capacity"]);
    if capacity.as_int().is_some_and(|c| c <= 0) {
        errors.invalid(Path::new("nodeSwapStatus").child("capacity"), capacity, "must be greater than zero");
    }
}

/// Pods that a node would rather not have, told by an annotation before there were taints.
fn avoided_pods(errors: &mut Errors, node: &Value) {
    const KEY: &str = "scheduler.alpha.kubernetes.io/preferAvoidPods";
    let Some(text) = node.annotation(KEY).filter(|t| !t.is_empty()) else { return };
    let at = Path::new("metadata");
    let at = at.child("annotations");
    if let Some(why) = crate::api::go_json::error(text.as_bytes()) {
        return errors.invalid(at.child("AvoidPods"), KEY, &why.to_string());
    }
    let avoided = Value::from_json(text).unwrap_or_default();
    let list = at.child(KEY);
    for (i, entry) in avoided.get("preferAvoidPods").items().iter().enumerate() {
        let at = list.index(i);
        let at = at.child("PodSignature");
        match entry.at(&["podSignature", "podController"]) {
            Value::Null => errors.required(at, ""),
            owner if !owner.get("controller").is_true() => {
                let at = at.child("PodController");
                errors.invalid(at.child("Controller"), false, "must point to a controller");
            }
            _ => {}
        }
    }
}

/// A changed Node, which is judged as a new one as well.
pub(super) fn node_update(errors: &mut Errors, new: &Value, old: &Value) {
    node(errors, new);
    object_meta_update(errors, new, old);
    avoided_pods(errors, new);
    node_resources(errors, new);
    node_status(errors, new);
    let at = Path::new("status");
    let at = at.child("addresses");
    let addresses = new.at(&["status", "addresses"]).items();
    for (i, address) in addresses.iter().enumerate() {
        if addresses[..i].contains(address) {
            errors.internal_duplicate(at.index(i), "NodeAddress", address);
        }
    }
    let at = Path::new("spec");
    let (spec, before) = (new.get("spec"), old.get("spec"));
    if !before.get("podCIDRs").is_empty() && !same(spec.get("podCIDRs"), before.get("podCIDRs")) {
        errors.forbidden(at.child("podCIDRs"), "node updates may not change podCIDR except from \"\" to valid");
    }
    if !before.get("providerID").is_empty() && spec.get("providerID") != before.get("providerID") {
        errors.forbidden(at.child("providerID"), "node updates may not change providerID except from \"\" to valid");
    }
    taints(errors, Path::new("metadata").child("taints"), spec.get("taints"));
    if spec.get("externalID") != before.get("externalID") {
        errors.forbidden(at.child("externalID"), "may not be updated");
    }
}

/// What a Node has and what of it pods may use, each named as a member.
pub(super) fn node_resources(errors: &mut Errors, node: &Value) {
    let at = Path::new("status");
    for key in ["capacity", "allocatable"] {
        let list = at.child(key);
        for (name, amount) in node.at(&["status", key]).entries() {
            quantity_value(errors, list.child(name), name, amount);
        }
    }
}

/// A new ConfigMap.
pub(super) fn config_map(errors: &mut Errors, map: &Value) {
    object_meta(errors, map, true, names::dns1123_subdomain);
    config_map_data(errors, map);
}

fn config_map_data(errors: &mut Errors, map: &Value) {
    let mut bytes = 0;
    let (data, binary) = (Path::new("data"), Path::new("binaryData"));
    for (key, value) in map.get("data").entries() {
        errors.each_invalid(data.key(key), key, names::config_map_key(key));
        if !map.at(&["binaryData", key]).is_null() {
            errors.invalid(data.key(key), key, "duplicate of key present in binaryData");
        }
        bytes += value.str().len();
    }
    for (key, value) in map.get("binaryData").entries() {
        errors.each_invalid(binary.key(key), key, names::config_map_key(key));
        bytes += base64::decoded_len(value.str());
    }
    if bytes > DATA_BYTES_MAX {
        errors.too_long(Path::new("[]"), DATA_BYTES_MAX);
    }
}

/// A changed ConfigMap.
pub(super) fn config_map_update(errors: &mut Errors, new: &Value, old: &Value) {
    object_meta_update(errors, new, old);
    immutable_data(errors, new, old, &["data", "binaryData"]);
    config_map(errors, new);
}

fn immutable_data(errors: &mut Errors, new: &Value, old: &Value, fields: &[&str]) {
    if !old.get("immutable").is_true() {
        return;
    }
    const WHY: &str = "field is immutable when `immutable` is set";
    if !new.get("immutable").is_true() {
        errors.forbidden(Path::new("immutable"), WHY);
    }
    for field in fields {
        if !same(new.get(field), old.get(field)) {
            errors.forbidden(Path::new(field), WHY);
        }
    }
}

/// A new Secret.
pub(super) fn secret(errors: &mut Errors, secret: &Value) {
    object_meta(errors, secret, true, names::dns1123_subdomain);
    let at = Path::new("data");
    let data = secret.get("data");
    let mut bytes = 0;
    for (key, value) in data.entries() {
        errors.each_invalid(at.key(key), key, names::config_map_key(key));
        bytes += base64::decoded_len(value.str());
    }
    if bytes > DATA_BYTES_MAX {
        errors.too_long(at, DATA_BYTES_MAX);
    }
    let need = |errors: &mut Errors, keys: &[&str]| {
        for key in keys.iter().filter(|k| data.get(k).is_null()) {
            errors.required(at.key(key), "");
        }
    };
    match secret.get("type").str() {
        "kubernetes.io/service-account-token" => {
            if secret.annotation(SERVICE_ACCOUNT_NAME).unwrap_or("").is_empty() {
                let at = Path::new("metadata");
                let at = at.child("annotations");
                errors.required(at.key(SERVICE_ACCOUNT_NAME), "");
            }
        }
        "kubernetes.io/dockercfg" => docker_config(errors, data, ".dockercfg"),
        "kubernetes.io/dockerconfigjson" => docker_config(errors, data, ".dockerconfigjson"),
        "kubernetes.io/basic-auth" => {
            if data.get("username").is_null() && data.get("password").is_null() {
                need(errors, &["username", "password"]);
            }
        }
        "kubernetes.io/ssh-auth" => {
            if data.get("ssh-privatekey").is_empty() {
                errors.required(at.key("ssh-privatekey"), "");
            }
        }
        "kubernetes.io/tls" => need(errors, &["tls.crt", "tls.key"]),
        _ => {}
    }
}

fn docker_config(errors: &mut Errors, data: &Value, key: &str) {
    let at = Path::new("data");
    let Some(encoded) = data.get(key).as_str() else {
        return errors.required(at.key(key), "");
    };
    let text = crate::base::base64::decode(encoded).unwrap_or_default();
    if let Some(why) = crate::api::go_json::error(&text) {
        errors.invalid(at.key(key), "<secret contents redacted>", &why.to_string());
    }
}

/// A changed Secret.
pub(super) fn secret_update(errors: &mut Errors, new: &Value, old: &Value) {
    object_meta_update(errors, new, old);
    errors.immutable(Path::new("type"), new.get("type"), old.get("type"));
    immutable_data(errors, new, old, &["data"]);
    secret(errors, new);
}

/// A new or changed ReplicationController.
pub(super) fn replication_controller(errors: &mut Errors, rc: &Value) {
    let (at, spec) = (Path::new("spec"), rc.get("spec"));
    errors.nonnegative(at.child("minReadySeconds"), spec.get("minReadySeconds"));
    let selector = spec.get("selector");
    if selector.is_empty() {
        errors.required(at.child("selector"), "");
    }
    match spec.get("replicas") {
        Value::Null => errors.required(at.child("replicas"), ""),
        replicas => errors.nonnegative(at.child("replicas"), replicas),
    }
    let template = spec.get("template");
    if template.is_null() {
        return errors.required(at.child("template"), "");
    }
    let labels = template.at(&["metadata", "labels"]);
    let at = at.child("template");
    if !selector.entries().all(|(k, v)| labels.get(k) == v) {
        let at = at.child("metadata");
        errors.invalid(at.child("labels"), labels, "`selector` does not match template `labels`");
    }
    pod::template(errors, at, template);
    pod::always_restarts(errors, at, template, "ReplicationController");
}

/// A new or changed LimitRange.
pub(super) fn limit_range(errors: &mut Errors, range: &Value) {
    object_meta(errors, range, true, names::dns1123_subdomain);
    let at = Path::new("spec");
    let list = at.child("limits");
    let limits = range.at(&["spec", "limits"]).items();
    let mut seen = SortedSet::new();
    for (i, limit) in limits.iter().enumerate() {
        let at = list.index(i);
        let kind = limit.get("type").str();
        let wrong = names::qualified_name(kind);
        if !wrong.is_empty() {
            errors.each_invalid(at.child("type"), kind, wrong);
        } else if !kind.contains('/') && !matches!(kind, "Pod" | "Container" | "PersistentVolumeClaim") {
            errors.invalid(at.child("type"), kind, "must be a standard limit type or fully qualified");
        }
        if !seen.insert(kind) {
            errors.duplicate(at.child("type"), kind);
        }
        limit_names(errors, at, limit, kind);
        limit_amounts(errors, at, limit, kind == "Pod");
    }
}

fn limit_names(errors: &mut Errors, at: Path<'_>, limit: &Value, kind: &str) {
    for key in ["max", "min", "default", "defaultRequest", "maxLimitRequestRatio"] {
        let list = at.child(key);
        if kind == "Pod" && key.starts_with("default") {
            if !limit.get(key).is_empty() {
                errors.forbidden(list, "may not be specified when `type` is 'Pod'");
            }
            continue;
        }
        if key == "maxLimitRequestRatio"
            && kind == "PersistentVolumeClaim"
            && limit.at(&["min", "storage"]).is_null()
            && limit.at(&["max", "storage"]).is_null()
        {
            errors.required(at.child("limits"), "either minimum or maximum storage value is required, but neither was provided");
        }
        for (name, _) in limit.get(key).entries() {
            if matches!(kind, "Pod" | "Container") {
                container_resource_name(errors, list.key(name), name);
            } else {
                resource_name(errors, list.key(name), name);
            }
        }
    }
}

fn limit_amounts(errors: &mut Errors, at: Path<'_>, limit: &Value, of_pods: bool) {
    let keys = ["min", "max", "default", "defaultRequest", "maxLimitRequestRatio"];
    let mut resources: Vec<&str> = keys.iter().flat_map(|k| limit.get(k).entries()).map(|(name, _)| name.as_str()).list();
    resources.order();
    resources.dedup();
    for name in resources {
        let amount = |key: &str| match limit.at(&[key, name]) {
            Value::Null => None,
            // Pods have no defaults, which has been said.
            _ if of_pods && key.starts_with("default") => None,
            value => Some(Quantity::of(value)),
        };
        let [min, max, default, request, ratio] = keys.map(amount);
        let rows = [
            ("min", &min, &max, "min value", "max value", true),
            ("defaultRequest", &min, &request, "min value", "default request value", false),
            ("defaultRequest", &request, &max, "default request value", "max value", true),
            ("defaultRequest", &request, &default, "default request value", "default limit value", true),
            ("default", &min, &default, "min value", "default value", true),
            ("default", &default, &max, "default value", "max value", false),
        ];
        for (key, less, more, less_name, more_name, shows_less) in rows {
            if let (Some(less), Some(more)) = (less, more)
                && less > more
            {
                let shown = if shows_less { less } else { more };
                let list = at.child(key);
                errors.invalid(list.key(name), shown.to_string(), &format!("{less_name} {less} is greater than {more_name} {more}"));
            }
        }
        if let Some(ratio) = ratio {
            limit_ratio(errors, at.child("maxLimitRequestRatio").key(name), &ratio, min.zip(max));
        }
        if let (Some(default), Some(request)) = (default, request)
            && default != request
            && !may_overcommit(name)
        {
            let detail = format!("default value {default} must equal to defaultRequest value {request} in {name}");
            errors.invalid(at.child("defaultRequest").key(name), request.to_string(), &detail);
        }
    }
}

/// How often a limit may be a request, given the least and the most there may be.
fn limit_ratio(errors: &mut Errors, at: Path<'_>, ratio: &Quantity, bounds: Option<(Quantity, Quantity)>) {
    if ratio.milli_value() < 1000 {
        errors.invalid(at, ratio.to_string(), &format!("ratio {ratio} is less than 1"));
    }
    if let Some((min, max)) = bounds {
        let most = max.to_f64() / min.to_f64();
        if ratio.to_f64() > most {
            errors.invalid(at, ratio.to_string(), &format!("ratio {ratio} is greater than max/min = {most:.6}"));
        }
    }
}

const SCOPES: [&str; 6] = ["Terminating", "NotTerminating", "BestEffort", "NotBestEffort", "PriorityClass", "CrossNamespacePodAffinity"];

/// Scopes that no object is in together.
const OPPOSITES: [(&str, &str); 2] = [("BestEffort", "NotBestEffort"), ("Terminating", "NotTerminating")];

/// A new or changed ResourceQuota.
pub(super) fn resource_quota(errors: &mut Errors, quota: &Value) {
    let at = Path::new("spec");
    let spec = quota.get("spec");
    let hard = at.child("hard");
    for (name, amount) in spec.get("hard").entries() {
        quota_resource_name(errors, hard.key(name), name);
        quantity_value(errors, hard.key(name), name, amount);
    }
    let scopes = spec.get("scopes");
    let scopes_at = at.child("scopes");
    for scope in scopes.items() {
        if !SCOPES.contains(&scope.str()) && scope.str() != "VolumeAttributesClass" {
            errors.invalid(scopes_at, scopes, "unsupported scope");
        }
        for (name, _) in spec.get("hard").entries() {
            if is_standard_quota(name) && !scope_fits(scope.str(), name) {
                errors.invalid(scopes_at, scopes, "unsupported scope applied to resource");
            }
        }
    }
    let has = |scope: &str| scopes.items().iter().any(|s| s.str() == scope);
    for _ in OPPOSITES.iter().filter(|(a, b)| has(a) && has(b)) {
        errors.invalid(scopes_at, scopes, "conflicting scopes");
    }
    scope_selector(errors, at, spec);
}

/// Whether a scope says anything of a resource (`IsResourceQuotaScopeValidForResource`).
fn scope_fits(scope: &str, resource: &str) -> bool {
    let compute =
        || matches!(resource.strip_prefix("requests.").or(resource.strip_prefix("limits.")).unwrap_or(resource), "cpu" | "memory");
    match scope {
        "BestEffort" => resource == "pods",
        "VolumeAttributesClass" => matches!(resource, "persistentvolumeclaims" | "requests.storage"),
        _ if SCOPES.contains(&scope) => resource == "pods" || compute(),
        _ => true,
    }
}

fn scope_selector(errors: &mut Errors, at: Path<'_>, spec: &Value) {
    let at = at.child("scopeSelector");
    let at = at.child("matchExpressions");
    for requirement in spec.at(&["scopeSelector", "matchExpressions"]).items() {
        let (scope, operator) = (requirement.get("scopeName").str(), requirement.get("operator").str());
        if !SCOPES.contains(&scope) && scope != "VolumeAttributesClass" {
            errors.invalid(at.child("scopeName"), scope, "unsupported scope");
        }
        for _ in spec.get("hard").entries().filter(|(name, _)| is_standard_quota(name) && !scope_fits(scope, name)) {
            let selector = spec.get("scopeSelector");
            errors.internal_invalid(at, ("core", "ScopeSelector"), selector, "unsupported scope applied to resource");
        }
        if scope != "PriorityClass" && SCOPES.contains(&scope) && operator != "Exists" {
            let detail = "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, \
                 ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity";
            errors.invalid(at.child("operator"), operator, detail);
        }
        let values = requirement.get("values");
        match operator {
            "In" | "NotIn" if values.is_empty() => {
                errors.required(at.child("values"), "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector");
            }
            "Exists" | "DoesNotExist" if !values.is_empty() => {
                let detail = "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector";
                errors.invalid(at.child("values"), values, detail);
            }
            "In" | "NotIn" | "Exists" | "DoesNotExist" => {}
            _ => errors.invalid(at.child("operator"), operator, "not a valid selector operator"),
        }
    }
    let has = |scope: &str| spec.at(&["scopeSelector", "matchExpressions"]).items().iter().any(|r| r.get("scopeName").str() == scope);
    for _ in OPPOSITES.iter().filter(|(a, b)| has(a) && has(b)) {
        errors.invalid(at, spec.get("scopes"), "conflicting scopes");
    }
}

/// A changed ResourceQuota.
pub(super) fn resource_quota_update(errors: &mut Errors, new: &Value, old: &Value) {
    object_meta_update(errors, new, old);
    resource_quota(errors, new);
    let sorted = |q: &Value| {
        let mut scopes: Vec<String> = q.at(&["spec", "scopes"]).items().iter().map(|s| s.str().to_owned()).list();
        scopes.order();
        scopes
    };
    if sorted(new) != sorted(old) {
        let at = Path::new("spec");
        errors.invalid(at.child("scopes"), new.at(&["spec", "scopes"]), "field is immutable");
    }
}

/// A changed Endpoints.
pub(super) fn endpoints_update(errors: &mut Errors, new: &Value, old: &Value) {
    object_meta_update(errors, new, old);
    endpoints(errors, new, old);
}

/// A new or changed Endpoints; `old` is what it was, whose addresses are not judged again.
pub(super) fn endpoints(errors: &mut Errors, endpoints: &Value, old: &Value) {
    object_meta(errors, endpoints, true, names::dns1123_subdomain);
    let list = Path::new("subsets");
    for (i, subset) in endpoints.get("subsets").items().iter().enumerate() {
        let at = list.index(i);
        if subset.get("addresses").is_empty() && subset.get("notReadyAddresses").is_empty() {
            errors.required(at, "must specify `addresses` or `notReadyAddresses`");
        }
        for key in ["addresses", "notReadyAddresses"] {
            let list = at.child(key);
            let earlier = old.get("subsets").items().get(i).map_or(&[][..], |subset| subset.get(key).items());
            let mut next = 0;
            for (j, address) in subset.get(key).items().iter().enumerate() {
                if address.is_kept(earlier, &mut next) {
                    continue;
                }
                let at = list.index(j);
                let text = address.get("ip").str();
                ip::valid(errors, at.child("ip"), text);
                let hostname = address.get("hostname").str();
                if !hostname.is_empty() {
                    errors.each_invalid(at.child("hostname"), hostname, names::dns1123_label(hostname));
                }
                if let Some(node) = address.get("nodeName").as_str() {
                    errors.each_invalid(at.child("nodeName"), node, names::dns1123_subdomain(node));
                }
                ip::endpoint(errors, at.child("ip"), text);
            }
        }
        let ports = subset.get("ports").items();
        let list = at.child("ports");
        for (j, port) in ports.iter().enumerate() {
            let at = list.index(j);
            match port.get("name").str() {
                "" if ports.len() > 1 => errors.required(at.child("name"), ""),
                "" => {}
                name => errors.each_invalid(at.child("name"), name, names::dns1123_label(name)),
            }
            if let Some(wrong) = names::port_number(port.get("port").int()) {
                errors.invalid(at.child("port"), port.get("port").int(), wrong);
            }
            errors.one_of(at.child("protocol"), port.get("protocol"), &["SCTP", "TCP", "UDP"]);
            if let Some(protocol) = port.get("appProtocol").as_str() {
                errors.each_invalid(at.child("appProtocol"), protocol, names::qualified_name(protocol));
            }
        }
    }
}
