//! Roles and bindings, priority classes, runtime classes, certificate signing requests, leases, API services.

use super::super::kinds::RBAC;
use super::super::{Object, Value, names};
use super::meta::{label_selector, labels, object_meta, object_meta_update, path_segment};
use super::path::{Errors, Path};
use super::projected::signer_name;
use super::resources::{container_resource_name, resource_requirements};
use super::scheduling::tolerations;
use super::security::closed;
use crate::base::{SortedSet, base64};

/// A new or changed Role or ClusterRole.
pub(super) fn role(errors: &mut Errors, role: &Value, namespaced: bool) {
    object_meta(errors, role, namespaced, path_segment);
    let list = Path::new("rules");
    for (i, rule) in role.get("rules").items().iter().enumerate() {
        let at = list.index(i);
        if rule.get("verbs").is_empty() {
            errors.required(at.child("verbs"), "verbs must contain at least one value");
        }
        let urls = rule.get("nonResourceURLs");
        if !urls.is_empty() {
            let at = at.child("nonResourceURLs");
            if namespaced {
                errors.invalid(at, urls, "namespaced rules cannot apply to non-resource URLs");
            }
            if ["apiGroups", "resources", "resourceNames"].iter().any(|k| !rule.get(k).is_empty()) {
                errors.invalid(at, urls, "rules cannot apply to both regular resources and non-resource URLs");
            }
            continue;
        }
        if rule.get("apiGroups").is_empty() {
            errors.required(at.child("apiGroups"), "resource rules must supply at least one api group");
        }
        if rule.get("resources").is_empty() {
            errors.required(at.child("resources"), "resource rules must supply at least one resource");
        }
    }
    let aggregation = role.get("aggregationRule");
    if !namespaced && !aggregation.is_null() {
        let at = Path::new("aggregationRule");
        let list = at.child("clusterRoleSelectors");
        if aggregation.get("clusterRoleSelectors").is_empty() {
            errors.required(list, "at least one clusterRoleSelector required if aggregationRule is non-nil");
        }
        for (i, selector) in aggregation.get("clusterRoleSelectors").items().iter().enumerate() {
            let before = errors.0.len();
            label_selector(errors, list.index(i), selector);
            if errors.0.len() > before {
                errors.invalid(list.index(i), Value::Null, "invalid label selector.");
            }
        }
    }
}

/// A changed Role or ClusterRole.
pub(super) fn role_update(errors: &mut Errors, new: &Value, old: &Value, namespaced: bool) {
    role(errors, new, namespaced);
    object_meta_update(errors, new, old);
}

/// A new or changed RoleBinding or ClusterRoleBinding.
pub(super) fn role_binding(errors: &mut Errors, binding: &Value, namespaced: bool) {
    object_meta(errors, binding, namespaced, path_segment);
    let (role, at) = (binding.get("roleRef"), Path::new("roleRef"));
    if role.get("apiGroup").str() != RBAC {
        errors.not_supported(at.child("apiGroup"), role.get("apiGroup").str(), &[RBAC]);
    }
    let kinds: &[&str] = if namespaced { &["Role", "ClusterRole"] } else { &["ClusterRole"] };
    if !kinds.contains(&role.get("kind").str()) {
        errors.not_supported(at.child("kind"), role.get("kind").str(), kinds);
    }
    match role.get("name").str() {
        "" => errors.required(at.child("name"), ""),
        name => errors.each_invalid(at.child("name"), name, path_segment(name)),
    }
    let list = Path::new("subjects");
    for (i, subject) in binding.get("subjects").items().iter().enumerate() {
        let at = list.index(i);
        let (name, group) = (subject.get("name").str(), subject.get("apiGroup").str());
        if name.is_empty() {
            errors.required(at.child("name"), "");
        }
        match subject.get("kind").str() {
            "ServiceAccount" => {
                if !name.is_empty() {
                    errors.each_invalid(at.child("name"), name, names::dns1123_subdomain(name));
                }
                if !group.is_empty() {
                    errors.not_supported(at.child("apiGroup"), group, &[""]);
                }
                if !namespaced && subject.get("namespace").is_empty() {
                    errors.required(at.child("namespace"), "");
                }
            }
            "User" | "Group" => {
                if group != RBAC {
                    errors.not_supported(at.child("apiGroup"), group, &[RBAC]);
                }
            }
            other => errors.not_supported(at.child("kind"), other, &["ServiceAccount", "User", "Group"]),
        }
    }
}

/// A changed binding: what it binds to stays.
pub(super) fn role_binding_update(errors: &mut Errors, new: &Value, old: &Value, namespaced: bool) {
    role_binding(errors, new, namespaced);
    object_meta_update(errors, new, old);
    if new.get("roleRef") != old.get("roleRef") {
        let at = Path::new("roleRef");
        errors.internal_invalid(at, ("rbac", "RoleRef"), new.get("roleRef"), "cannot change roleRef");
    }
}

/// The highest priority that a user may give.
const USER_PRIORITY_MAX: i64 = 1_000_000_000;

/// A new PriorityClass.
pub(super) fn priority_class(errors: &mut Errors, class: &Value) {
    object_meta(errors, class, false, names::dns1123_subdomain);
    let system = matches!(class.name(), "system-node-critical" | "system-cluster-critical");
    if class.name().starts_with("system-") && !system {
        let at = Path::new("metadata");
        let detail = format!(
            "priority class names with 'system-' prefix are reserved for system use only. error: {} is not a known system priority class",
            class.name()
        );
        errors.forbidden(at.child("name"), &detail);
    } else if class.get("value").int() > USER_PRIORITY_MAX && !system {
        let detail = format!("maximum allowed value of a user defined priority is {USER_PRIORITY_MAX}");
        errors.forbidden(Path::new("value"), &detail);
    }
    if !class.get("preemptionPolicy").is_null() {
        errors.one_of(Path::new("preemptionPolicy"), class.get("preemptionPolicy"), &["PreemptLowerPriority", "Never"]);
    }
}

/// A changed PriorityClass.
pub(super) fn priority_class_update(errors: &mut Errors, new: &Value, old: &Value) {
    object_meta_update(errors, new, old);
    if new.get("value") != old.get("value") {
        errors.forbidden(Path::new("value"), "may not be changed in an update.");
    }
    errors.immutable(Path::new("preemptionPolicy"), new.get("preemptionPolicy"), old.get("preemptionPolicy"));
}

/// What a certificate may be asked for, in the order in which errors list it.
const KEY_USAGES: [&str; 23] = [
    "any",
    "cert sign",
    "client auth",
    "code signing",
    "content commitment",
    "crl sign",
    "data encipherment",
    "decipher only",
    "digital signature",
    "email protection",
    "encipher only",
    "ipsec end system",
    "ipsec tunnel",
    "ipsec user",
    "key agreement",
    "key encipherment",
    "microsoft sgc",
    "netscape sgc",
    "ocsp signing",
    "s/mime",
    "server auth",
    "signing",
    "timestamping",
];

/// A new CertificateSigningRequest. What its request holds is not read: the signature is taken for good.
pub(super) fn signing_request(errors: &mut Errors, request: &Value) {
    object_meta(errors, request, false, path_segment);
    let (spec, at) = (request.get("spec"), Path::new("spec"));
    let pem = base64::decode(spec.get("request").str()).unwrap_or_default();
    let is_request = |text: &str| text.lines().any(|line| line.trim_end() == "-----BEGIN CERTIFICATE REQUEST-----");
    if !is_request(&String::from_utf8_lossy(&pem)) {
        errors.invalid(at.child("request"), spec.get("request"), "PEM block type must be CERTIFICATE REQUEST");
    }
    let (usages, list) = (spec.get("usages").items(), at.child("usages"));
    if usages.is_empty() {
        errors.required(list, "");
    }
    for (i, usage) in usages.iter().enumerate() {
        closed(errors, list.index(i), usage, &KEY_USAGES);
    }
    let mut seen = SortedSet::new();
    for (i, usage) in usages.iter().enumerate() {
        if !seen.insert(usage.str()) {
            errors.duplicate(list.index(i), usage);
        }
    }
    let at_signer = at.child("signerName");
    match spec.get("signerName").str() {
        "" => errors.required(at_signer, ""),
        legacy @ "kubernetes.io/legacy-unknown" => {
            errors.invalid(at_signer, legacy, "the legacy signerName is not allowed via this API version");
        }
        name => signer_name(errors, at_signer, name),
    }
    let seconds = spec.get("expirationSeconds");
    if seconds.as_int().is_some_and(|s| s < 600) {
        errors.invalid(at.child("expirationSeconds"), seconds, "may not specify a duration less than 600 seconds (10 minutes)");
    }
}

/// A new or changed Lease.
pub(super) fn lease(errors: &mut Errors, lease: &Value) {
    let (at, spec) = (Path::new("spec"), lease.get("spec"));
    if let Some(seconds) = spec.get("leaseDurationSeconds").as_int().filter(|s| *s <= 0) {
        errors.invalid(at.child("leaseDurationSeconds"), seconds, "must be greater than 0");
    }
    errors.nonnegative(at.child("leaseTransitions"), spec.get("leaseTransitions"));
}

/// A new or changed RuntimeClass.
pub(super) fn runtime_class(errors: &mut Errors, class: &Value) {
    object_meta(errors, class, false, names::dns1123_subdomain);
    let handler = class.get("handler").str();
    match handler {
        "" => errors.required(Path::new("handler"), ""),
        handler => errors.each_invalid(Path::new("handler"), handler, names::dns1123_label(handler)),
    }
    let limits = crate::obj!({"limits": class.at(&["overhead", "podFixed"])});
    resource_requirements(errors, Path::new("overhead"), &limits, container_resource_name, &[]);
    let (at, scheduling) = (Path::new("scheduling"), class.get("scheduling"));
    labels(errors, at.child("nodeSelector"), scheduling.get("nodeSelector"));
    let (list, tolerated) = (at.child("tolerations"), scheduling.get("tolerations"));
    tolerations(errors, list, tolerated);
    let mut seen = SortedSet::new();
    for (i, toleration) in tolerated.items().iter().enumerate() {
        if !seen.insert(["key", "operator", "value", "effect"].map(|key| toleration.get(key).str())) {
            errors.internal_duplicate(list.index(i), "Toleration", toleration);
        }
    }
}

/// A changed RuntimeClass.
pub(super) fn runtime_class_update(errors: &mut Errors, new: &Value, old: &Value) {
    runtime_class(errors, new);
    object_meta_update(errors, new, old);
    errors.immutable(Path::new("handler"), &new.get("handler").str().into(), old.get("handler"));
}

/// A new or changed APIService.
pub(super) fn api_service(errors: &mut Errors, service: &Value) {
    let (spec, at) = (service.get("spec"), Path::new("spec"));
    let (group, version) = (spec.get("group").str(), spec.get("version").str());
    object_meta(errors, service, false, path_segment);
    let (name, required) = (service.name(), format!("{version}.{group}"));
    if !name.is_empty() && name != required && path_segment(name).is_empty() {
        let detail = format!("must be `spec.version+\".\"+spec.group`: {required:?}");
        errors.invalid(Path::new("metadata").child("name"), name, &detail);
    }
    if !group.is_empty() {
        errors.each_invalid(at.child("group"), group, names::dns1123_subdomain(group));
    } else if version != "v1" {
        errors.required(at.child("group"), "only v1 may have an empty group and it better be legacy kube");
    }
    errors.each_invalid(at.child("version"), version, names::dns1035_label(version));
    for (key, max) in [("groupPriorityMinimum", 20_000), ("versionPriority", 1000)] {
        let priority = spec.get(key).int();
        if !(1..=max).contains(&priority) {
            errors.invalid(at.child(key), priority, &format!("must be positive and less than {max}"));
        }
    }
    let (bundle, insecure) = (base64::decoded_len(spec.get("caBundle").str()), spec.get("insecureSkipTLSVerify").is_true());
    let insecure_at = at.child("insecureSkipTLSVerify");
    let own = spec.get("service");
    if own.is_null() {
        if bundle > 0 {
            errors.invalid(at.child("caBundle"), format!("{bundle} bytes"), "local APIServices may not have a caBundle");
        }
        if insecure {
            errors.invalid(insecure_at, true, "local APIServices may not have insecureSkipTLSVerify");
        }
        return;
    }
    let place = at.child("service");
    for key in ["namespace", "name"] {
        if own.get(key).is_empty() {
            errors.required(place.child(key), "");
        }
    }
    if let Some(wrong) = names::port_number(own.get("port").int()) {
        errors.invalid(place.child("port"), own.get("port"), &format!("port is not valid: {wrong}"));
    }
    if insecure && bundle > 0 {
        errors.invalid(insecure_at, true, "may not be true if caBundle is present");
    }
}
