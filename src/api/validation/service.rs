//! Services.

use super::super::{Value, names};
use super::container::port_number_or_name;
use super::ip;
use super::meta::{labels, object_meta, object_meta_update};
use super::path::{Errors, Path, same};
use super::security::closed;
use crate::api::well_known::TOPOLOGY_HINTS;
use crate::base::{List as _, SortedSet};

/// A new Service.
pub(super) fn create(errors: &mut Errors, service: &Value) {
    object_meta(errors, service, true, names::dns1123_label);
    validate(errors, service);
}

/// A changed Service.
pub(super) fn update(errors: &mut Errors, new: &Value, old: &Value) {
    object_meta_update(errors, new, old);
    cluster_ip_change(errors, new, old);
    family_change(errors, new, old);
    let (spec, before) = (new.get("spec"), old.get("spec"));
    let at = Path::new("spec");
    let balanced = |s: &Value| s.get("type").str() == "LoadBalancer";
    if balanced(spec) && balanced(before) && spec.get("loadBalancerClass") != before.get("loadBalancerClass") {
        errors.invalid(at.child("loadBalancerClass"), spec.get("loadBalancerClass"), "may not change once set");
    }
    load_balancer_class(errors, spec);
    if needs_health_check(spec) && needs_health_check(before) && spec.get("healthCheckNodePort") != before.get("healthCheckNodePort") {
        errors.forbidden(at.child("healthCheckNodePort"), "field is immutable");
    }
    validate(errors, new);
}

fn is_headless(spec: &Value) -> bool {
    matches!(spec.get("clusterIPs").items(), [only] if only.str() == "None")
}

fn needs_health_check(spec: &Value) -> bool {
    spec.get("type").str() == "LoadBalancer" && spec.get("externalTrafficPolicy").str() == "Local"
}

fn is_exposed(spec: &Value) -> bool {
    match spec.get("type").str() {
        "LoadBalancer" | "NodePort" => true,
        "ClusterIP" => !spec.get("externalIPs").is_empty(),
        _ => false,
    }
}

const TYPES: [&str; 4] = ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"];
const PROTOCOLS: [&str; 3] = ["SCTP", "TCP", "UDP"];

fn validate(errors: &mut Errors, service: &Value) {
    let (at, spec) = (Path::new("spec"), service.get("spec"));
    topology_annotations(errors, service);
    let kind = spec.get("type").str();
    let headless = is_headless(spec);
    if spec.get("ports").is_empty() && !headless && kind != "ExternalName" {
        errors.required(at.child("ports"), "");
    }
    let ips_at = at.child("clusterIPs");
    match kind {
        "LoadBalancer" | "NodePort" if headless => {
            errors.invalid(ips_at.index(0), "None", &format!("may not be set to 'None' for {kind} services"));
        }
        "ExternalName" => external_name(errors, spec),
        _ => {}
    }
    ports(errors, spec);
    labels(errors, at.child("selector"), spec.get("selector"));
    errors.one_of(at.child("sessionAffinity"), spec.get("sessionAffinity"), &["ClientIP", "None"]);
    session_affinity(errors, at.child("sessionAffinityConfig"), spec);
    cluster_ips(errors, spec);
    let external = at.child("externalIPs");
    for (i, address) in spec.get("externalIPs").items().iter().enumerate() {
        if ip::valid(errors, external.index(i), address.str()) {
            ip::endpoint(errors, external.index(i), address.str());
        }
    }
    errors.one_of(at.child("type"), spec.get("type"), &TYPES);
    port_conflicts(errors, spec);
    source_ranges(errors, service);
    if !spec.get("allocateLoadBalancerNodePorts").is_null() && kind != "LoadBalancer" {
        errors.forbidden(at.child("allocateLoadBalancerNodePorts"), "may only be used when `type` is 'LoadBalancer'");
    }
    if spec.get("allocateLoadBalancerNodePorts").is_null() && kind == "LoadBalancer" {
        errors.required(Path::new("allocateLoadBalancerNodePorts"), "");
    }
    load_balancer_class(errors, spec);
    traffic_policies(errors, spec);
}

const TOPOLOGY_MODE: &str = "service.kubernetes.io/topology-mode";

fn topology_annotations(errors: &mut Errors, service: &Value) {
    let of = |name| service.at(&["metadata", "annotations", name]);
    let (mode, hints) = (of(TOPOLOGY_MODE), of(TOPOLOGY_HINTS));
    if !mode.is_null() && !hints.is_null() && mode != hints {
        let at = Path::new("metadata");
        let at = at.child("annotations");
        errors.invalid(at.key(TOPOLOGY_MODE), mode, &format!("must match annotations[{TOPOLOGY_HINTS}] when both are specified"));
    }
}

fn external_name(errors: &mut Errors, spec: &Value) {
    let at = Path::new("spec");
    for key in ["clusterIPs", "ipFamilies", "ipFamilyPolicy"] {
        if !spec.get(key).is_empty() {
            errors.forbidden(at.child(key), "may not be set for ExternalName services");
        }
    }
    let name = spec.get("externalName").str();
    match name.strip_suffix('.').unwrap_or(name) {
        "" => errors.required(at.child("externalName"), ""),
        name => errors.each_invalid(at.child("externalName"), name, names::dns1123_subdomain(name)),
    }
}

fn ports(errors: &mut Errors, spec: &Value) {
    let list = spec.get("ports").items();
    let at = Path::new("spec");
    let ports_at = at.child("ports");
    let mut seen = SortedSet::new();
    for (i, port) in list.iter().enumerate() {
        let at = ports_at.index(i);
        let name = port.get("name").str();
        if name.is_empty() {
            if list.len() > 1 {
                errors.required(at.child("name"), "");
            }
        } else {
            errors.each_invalid(at.child("name"), name, names::dns1123_label(name));
            if !seen.insert(name) {
                errors.duplicate(at.child("name"), name);
            }
        }
        if let Some(wrong) = names::port_number(port.get("port").int()) {
            errors.invalid(at.child("port"), port.get("port").int(), wrong);
        }
        errors.one_of(at.child("protocol"), port.get("protocol"), &PROTOCOLS);
        port_number_or_name(errors, at.child("targetPort"), port.get("targetPort"));
        if let Some(protocol) = port.get("appProtocol").as_str() {
            errors.each_invalid(at.child("appProtocol"), protocol, names::qualified_name(protocol));
        }
    }
}

fn session_affinity(errors: &mut Errors, at: Path<'_>, spec: &Value) {
    let config = spec.get("sessionAffinityConfig");
    match spec.get("sessionAffinity").str() {
        "ClientIP" => {
            let client = at.child("clientIP");
            let why = "when session affinity type is ClientIP";
            match config.at(&["clientIP", "timeoutSeconds"]) {
                _ if config.is_null() => errors.required(at, why),
                _ if config.get("clientIP").is_null() => errors.required(client, why),
                Value::Null => errors.required(client.child("timeoutSeconds"), why),
                timeout if !(1..=86400).contains(&timeout.int()) => {
                    errors.invalid(client.child("timeoutSeconds"), timeout, "must be greater than 0 and less than 86400");
                }
                _ => {}
            }
        }
        "None" if !config.is_null() => errors.forbidden(at, "must not be set when session affinity is None"),
        _ => {}
    }
}

const FAMILIES: [&str; 2] = ["IPv4", "IPv6"];

// Models ValidateServiceClusterIPsRelatedFields.
pub(super) fn cluster_ips(errors: &mut Errors, spec: &Value) {
    if spec.get("type").str() == "ExternalName" {
        return;
    }
    let at = Path::new("spec");
    let (ips_at, families_at) = (at.child("clusterIPs"), at.child("ipFamilies"));
    let (ips, families) = (spec.get("clusterIPs"), spec.get("ipFamilies").items());
    match (spec.get("clusterIP").str(), ips.items().first()) {
        ("", Some(_)) => errors.invalid(ips_at, ips, "must be empty when `clusterIP` is not specified"),
        ("", None) => {}
        (_, None) => errors.required(ips_at, ""),
        (ip, Some(first)) if first.str() != ip => errors.invalid(ips_at, ips, "first value must match `clusterIP`"),
        _ => {}
    }
    for (i, family) in families.iter().enumerate() {
        if !FAMILIES.contains(&family.str()) {
            errors.not_supported(families_at.index(i), family, &FAMILIES);
        }
        if families[..i].contains(family) {
            errors.duplicate(families_at.index(i), family);
        }
    }
    closed(errors, at.child("ipFamilyPolicy"), spec.get("ipFamilyPolicy"), &["PreferDualStack", "RequireDualStack", "SingleStack"]);
    let list: Vec<&str> = ips.items().iter().map(Value::str).list();
    let mut wrong = false;
    for (i, address) in list.iter().enumerate() {
        if i == 0 && *address == "None" {
            if list.len() > 1 {
                wrong = true;
                errors.invalid(ips_at, ips, "'None' must be the first and only value");
            }
            continue;
        }
        wrong |= !ip::valid(errors, ips_at.index(i), address);
    }
    if list.len() > 2 {
        errors.invalid(ips_at, ips, "may only hold up to 2 values");
    }
    if wrong {
        return;
    }
    if list.len() > 1 && !ip::is_dual_stack(&list) {
        errors.invalid(ips_at, ips, "may specify no more than one IP for each IP family");
    }
    if is_headless(spec) {
        return;
    }
    for (i, (address, family)) in list.iter().zip(families).enumerate() {
        let is_v6 = ip::parse(address).is_some_and(|a| a.is_ipv6());
        let family = family.str();
        if (family == "IPv4" && is_v6) || (family == "IPv6" && !is_v6) {
            errors.invalid(ips_at.index(i), *address, &format!("expected an {family} value as indicated by `ipFamilies[{i}]`"));
        }
    }
}

fn port_conflicts(errors: &mut Errors, spec: &Value) {
    let at = Path::new("spec");
    let at = at.child("ports");
    let list = spec.get("ports").items();
    if spec.get("type").str() == "ClusterIP" {
        for (i, _) in list.iter().enumerate().filter(|(_, p)| p.get("nodePort").int() != 0) {
            let at = at.index(i);
            errors.forbidden(at.child("nodePort"), "may not be used when `type` is 'ClusterIP'");
        }
    }
    let mut seen = SortedSet::new();
    for (i, port) in list.iter().enumerate().filter(|(_, p)| p.get("nodePort").int() != 0) {
        if !seen.insert((port.get("protocol").str(), port.get("nodePort").int())) {
            let at = at.index(i);
            errors.duplicate(at.child("nodePort"), port.get("nodePort"));
        }
    }
    let mut seen = SortedSet::new();
    for (i, port) in list.iter().enumerate() {
        if !seen.insert((port.get("protocol").str(), port.get("port").int())) {
            let key = crate::obj!({"protocol": port.get("protocol"), "port": port.get("port")});
            errors.internal_duplicate(at.index(i), "ServicePort", &key);
        }
    }
}

const SOURCE_RANGES: &str = "service.beta.kubernetes.io/load-balancer-source-ranges";
const BALANCED_ONLY: &str = "may only be used when `type` is 'LoadBalancer'";

fn source_ranges(errors: &mut Errors, service: &Value) {
    let spec = service.get("spec");
    let balanced = spec.get("type").str() == "LoadBalancer";
    let ranges = spec.get("loadBalancerSourceRanges").items();
    if !ranges.is_empty() {
        let at = Path::new("spec");
        let at = at.child("LoadBalancerSourceRanges");
        if !balanced {
            errors.forbidden(at, BALANCED_ONLY);
        }
        for (i, range) in ranges.iter().enumerate() {
            ip::valid_cidr(errors, at.index(i), range.str().trim());
        }
    } else if let Some(text) = service.at(&["metadata", "annotations", SOURCE_RANGES]).as_str() {
        let at = Path::new("metadata");
        let at = at.child("annotations");
        let at = at.key(SOURCE_RANGES);
        if !balanced {
            errors.forbidden(at, BALANCED_ONLY);
        }
        for range in text.trim().split(',').filter(|_| !text.trim().is_empty()) {
            ip::valid_cidr(errors, at, range.trim());
        }
    }
}

fn load_balancer_class(errors: &mut Errors, spec: &Value) {
    let at = Path::new("spec");
    let at = at.child("loadBalancerClass");
    let Some(class) = spec.get("loadBalancerClass").as_str() else { return };
    if spec.get("type").str() == "LoadBalancer" {
        errors.each_invalid(at, class, names::qualified_name(class));
    } else {
        errors.forbidden(at, BALANCED_ONLY);
    }
}

fn traffic_policies(errors: &mut Errors, spec: &Value) {
    let at = Path::new("spec");
    let policy = spec.get("externalTrafficPolicy");
    if is_exposed(spec) {
        errors.one_of(at.child("externalTrafficPolicy"), policy, &["Cluster", "Local"]);
    } else if !policy.is_empty() {
        errors.invalid(at.child("externalTrafficPolicy"), policy, "may only be set for externally-accessible services");
    }
    let port = spec.get("healthCheckNodePort").int();
    let at_port = at.child("healthCheckNodePort");
    if !needs_health_check(spec) {
        if port != 0 {
            let detail = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'";
            errors.invalid(at_port, port, detail);
        }
    } else if port == 0 {
        errors.required(at_port, "");
    } else if let Some(wrong) = names::port_number(port) {
        errors.invalid(at_port, port, wrong);
    }
    let internal = spec.get("internalTrafficPolicy");
    if internal.is_null() {
        if matches!(spec.get("type").str(), "ClusterIP" | "LoadBalancer" | "NodePort") {
            errors.required(at.child("internalTrafficPolicy"), "");
        }
    } else {
        closed(errors, at.child("internalTrafficPolicy"), internal, &["Cluster", "Local"]);
    }
    let distributions = ["PreferClose", "PreferSameZone", "PreferSameNode"];
    closed(errors, at.child("trafficDistribution"), spec.get("trafficDistribution"), &distributions);
}

// Models validateUpgradeDowngradeClusterIPs.
fn cluster_ip_change(errors: &mut Errors, new: &Value, old: &Value) {
    let (spec, before) = (new.get("spec"), old.get("spec"));
    let external = |s: &Value| s.get("type").str() == "ExternalName";
    if external(spec) || external(before) || (is_headless(spec) && is_headless(before)) {
        return;
    }
    let at = Path::new("spec");
    let (ips_at, policy_at) = (at.child("clusterIPs"), at.child("ipFamilyPolicy"));
    let (ips, were) = (spec.get("clusterIPs"), before.get("clusterIPs").items());
    let now = ips.items();
    if were.len() == now.len() {
        for (i, _) in were.iter().zip(now).enumerate().filter(|(_, (a, b))| a != b) {
            errors.invalid(ips_at.index(i), ips, "may not change once set");
        }
        return;
    }
    if now.is_empty() && !were.is_empty() {
        errors.invalid(ips_at.index(0), ips, "primary clusterIP can not be unset");
    }
    if let (Some(a), Some(b)) = (were.first(), now.first())
        && a != b
    {
        errors.invalid(ips_at.index(0), ips, "may not change once set");
    }
    if were.len() > now.len() && now.len() == 1 && spec.get("ipFamilyPolicy").str() != "SingleStack" {
        let detail = "must be set to 'SingleStack' when releasing the secondary clusterIP";
        errors.invalid(policy_at, spec.get("ipFamilyPolicy"), detail);
    }
}

// Models validateUpgradeDowngradeIPFamilies.
fn family_change(errors: &mut Errors, new: &Value, old: &Value) {
    let (spec, before) = (new.get("spec"), old.get("spec"));
    let external = |s: &Value| s.get("type").str() == "ExternalName";
    if external(spec) || external(before) || is_headless(spec) || is_headless(before) {
        return;
    }
    let at = Path::new("spec");
    let (families_at, policy_at) = (at.child("ipFamilies"), at.child("ipFamilyPolicy"));
    let (families, were) = (spec.get("ipFamilies"), before.get("ipFamilies").items());
    let now = families.items();
    if were.len() == now.len() {
        for _ in were.iter().zip(now).filter(|(a, b)| !same(a, b)) {
            errors.invalid(families_at.index(0), families, "may not change once set");
        }
        return;
    }
    if were.len() > now.len() && spec.get("clusterIPs").is_empty() {
        errors.invalid(families_at.index(0), families, "primary ipFamily can not be unset");
    }
    if let (Some(a), Some(b)) = (were.first(), now.first())
        && a != b
    {
        errors.invalid(families_at.index(0), spec.get("clusterIPs"), "may not change once set");
    }
    if were.len() > now.len() && now.len() == 1 && spec.get("ipFamilyPolicy").str() != "SingleStack" {
        let detail = "must be set to 'SingleStack' when releasing the secondary ipFamily";
        errors.invalid(policy_at, spec.get("ipFamilyPolicy"), detail);
    }
}
