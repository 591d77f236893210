//! Ingresses, network policies, EndpointSlices, and the addresses of Services.

use super::super::{Object, Value, names};
use super::batch::domain_path;
use super::ip;
use super::meta::{NameRule, label_selector, labels, object_meta, object_meta_update, path_segment};
use super::path::{Errors, Path, same};
use super::storage::slice_address;
use crate::base::{List as _, SortedSet};

const CLASS: &str = "kubernetes.io/ingress.class";

/// A new Ingress.
pub(super) fn ingress(errors: &mut Errors, ingress: &Value) {
    ingress_again(errors, ingress);
    if let (Some(annotated), Some(class)) = (ingress.annotation(CLASS), ingress.at(&["spec", "ingressClassName"]).as_str())
        && annotated != class
    {
        let at = Path::new("annotations");
        errors.invalid(at.child(CLASS), annotated, "must match `ingressClassName` when both are specified");
    }
}

/// What is asked of an Ingress whenever it is written.
pub(super) fn ingress_again(errors: &mut Errors, ingress: &Value) {
    object_meta(errors, ingress, true, names::dns1123_subdomain);
    let (at, spec) = (Path::new("spec"), ingress.get("spec"));
    let (rules, fallback) = (spec.get("rules"), spec.get("defaultBackend"));
    if rules.is_empty() && fallback.is_null() {
        errors.invalid(at, rules, "either `defaultBackend` or `rules` must be specified");
    }
    if !fallback.is_null() {
        backend(errors, at.child("defaultBackend"), fallback);
    }
    let list = at.child("rules");
    for (i, rule) in rules.items().iter().enumerate() {
        let at = list.index(i);
        let host = rule.get("host").str();
        if !host.is_empty() {
            if ip::parse(host).is_some() {
                errors.invalid(at.child("host"), host, "must be a DNS name, not an IP address");
            }
            dns_name(errors, at.child("host"), host);
        }
        if !rule.get("http").is_null() {
            paths(errors, at.child("http"), rule.get("http"));
        }
    }
    let list = at.child("tls");
    for (i, tls) in spec.get("tls").items().iter().enumerate() {
        let at = list.index(i);
        let hosts = at.child("hosts");
        for (j, host) in tls.get("hosts").items().iter().enumerate() {
            dns_name(errors, hosts.index(j), host.str());
        }
        let secret = tls.get("secretName").str();
        if !secret.is_empty() {
            errors.each_invalid(at.child("secretName"), secret, names::dns1123_subdomain(secret));
        }
    }
    if let Some(class) = spec.get("ingressClassName").as_str() {
        errors.each_invalid(at.child("ingressClassName"), class, names::dns1123_subdomain(class));
    }
}

fn dns_name(errors: &mut Errors, at: Path<'_>, host: &str) {
    let rule = if host.contains('*') { names::wildcard_dns1123_subdomain } else { names::dns1123_subdomain };
    errors.each_invalid(at, host, rule(host));
}

fn paths(errors: &mut Errors, at: Path<'_>, http: &Value) {
    let list = at.child("paths");
    if http.get("paths").is_empty() {
        errors.required(list, "");
    }
    for (i, path) in http.get("paths").items().iter().enumerate() {
        let at = list.index(i);
        let text = path.get("path").str();
        let path_at = at.child("path");
        match path.get("pathType").as_str() {
            None => {
                errors.required(at.child("pathType"), "pathType must be specified");
                continue;
            }
            Some("Exact" | "Prefix") => {
                if !text.starts_with('/') {
                    errors.invalid(path_at, text, "must be an absolute path");
                }
                for bad in ["//", "/./", "/../", "%2f", "%2F"] {
                    if text.contains(bad) {
                        errors.invalid(path_at, text, &format!("must not contain '{bad}'"));
                    }
                }
                for bad in ["/..", "/."] {
                    if text.ends_with(bad) {
                        errors.invalid(path_at, text, &format!("cannot end with '{bad}'"));
                    }
                }
            }
            Some("ImplementationSpecific") => {
                if !text.is_empty() && !text.starts_with('/') {
                    errors.invalid(path_at, text, "must be an absolute path");
                }
            }
            Some(other) => errors.not_supported(at.child("pathType"), other, &["Exact", "ImplementationSpecific", "Prefix"]),
        }
        backend(errors, at.child("backend"), path.get("backend"));
    }
}

fn backend(errors: &mut Errors, at: Path<'_>, backend: &Value) {
    let (resource, service) = (backend.get("resource"), backend.get("service"));
    match (resource.is_null(), service.is_null()) {
        (false, false) => errors.invalid(at, "", "cannot set both resource and service backends"),
        (true, true) => errors.invalid(at, "", "resource or service backend is required"),
        (false, true) => typed_reference(errors, at.child("resource"), resource),
        (true, false) => {
            let service_at = at.child("service");
            match service.get("name").str() {
                "" => errors.required(service_at.child("name"), ""),
                name => errors.each_invalid(service_at.child("name"), name, names::dns1123_label(name)),
            }
            let (port, port_at) = (service.get("port"), service_at.child("port"));
            let (name, number) = (port.get("name").str(), port.get("number").int());
            match (name.is_empty(), number == 0) {
                (false, false) => errors.invalid(at, "", "cannot set both port name & port number"),
                (false, true) => errors.each_invalid(port_at.child("name"), name, names::port_name(name)),
                (true, false) => {
                    if let Some(wrong) = names::port_number(number) {
                        errors.invalid(port_at.child("number"), number, wrong);
                    }
                }
                (true, true) => errors.required(at, "port name or number is required"),
            }
        }
    }
}

/// A reference to an object of some kind.
// Models validateIngressTypedLocalObjectReference.
fn typed_reference(errors: &mut Errors, at: Path<'_>, reference: &Value) {
    if let Some(group) = reference.get("apiGroup").as_str() {
        errors.each_invalid(at.child("apiGroup"), group, names::dns1123_subdomain(group));
    }
    for key in ["kind", "name"] {
        match reference.get(key).str() {
            "" => errors.required(at.child(key), ""),
            name => errors.each_invalid(at.child(key), name, path_segment(name)),
        }
    }
}

/// A new or changed IngressClass.
pub(super) fn ingress_class(errors: &mut Errors, class: &Value) {
    object_meta(errors, class, false, names::dns1123_subdomain);
    let at = Path::new("spec");
    let (controller, parameters) = (class.at(&["spec", "controller"]).str(), class.at(&["spec", "parameters"]));
    if controller.len() > 250 {
        errors.too_long(at.child("controller"), 250);
    }
    domain_path(errors, at.child("controller"), controller);
    if parameters.is_null() {
        return;
    }
    let at = at.child("parameters");
    typed_reference(errors, at, parameters);
    let namespace = parameters.get("namespace");
    let place = at.child("namespace");
    match (parameters.get("scope").as_str(), namespace.as_str()) {
        (None, _) => errors.required(at.child("scope"), ""),
        (Some("Namespace"), None) => errors.required(place, "`parameters.scope` is set to 'Namespace'"),
        (Some("Namespace"), Some(name)) => errors.each_invalid(place, name, names::dns1123_label(name)),
        (Some("Cluster"), None) => {}
        (Some("Cluster"), Some(_)) => errors.forbidden(place, "`parameters.scope` is set to 'Cluster'"),
        (Some(other), _) => errors.not_supported(at.child("scope"), other, &["Cluster", "Namespace"]),
    }
}

/// A changed IngressClass.
pub(super) fn ingress_class_update(errors: &mut Errors, new: &Value, old: &Value) {
    object_meta_update(errors, new, old);
    let at = Path::new("spec");
    let controller = ["spec", "controller"];
    errors.immutable(at.child("controller"), &new.at(&controller).str().into(), &old.at(&controller).str().into());
    ingress_class(errors, new);
}

/// A NetworkPolicy's spec.
pub(super) fn network_policy(errors: &mut Errors, policy: &Value) {
    let (at, spec) = (Path::new("spec"), policy.get("spec"));
    label_selector(errors, at.child("podSelector"), spec.get("podSelector"));
    for (key, peers) in [("ingress", "from"), ("egress", "to")] {
        let list = at.child(key);
        for (i, rule) in spec.get(key).items().iter().enumerate() {
            let at = list.index(i);
            let ports = at.child("ports");
            for (j, port) in rule.get("ports").items().iter().enumerate() {
                policy_port(errors, ports.index(j), port);
            }
            let list = at.child(peers);
            for (j, peer) in rule.get(peers).items().iter().enumerate() {
                policy_peer(errors, list.index(j), peer);
            }
        }
    }
    let types = spec.get("policyTypes").items();
    let list = at.child("policyTypes");
    if types.len() > 2 {
        return errors.invalid(list, spec.get("policyTypes"), "may not specify more than two policyTypes");
    }
    for (i, kind) in types.iter().enumerate() {
        if !matches!(kind.str(), "Ingress" | "Egress") {
            errors.not_supported(list.index(i), kind.str(), &["Ingress", "Egress"]);
        }
    }
}

fn policy_port(errors: &mut Errors, at: Path<'_>, port: &Value) {
    if let Some(protocol) = port.get("protocol").as_str()
        && !matches!(protocol, "TCP" | "UDP" | "SCTP")
    {
        errors.not_supported(at.child("protocol"), protocol, &["TCP", "UDP", "SCTP"]);
    }
    let end = port.get("endPort").as_int();
    match port.get("port") {
        Value::Null => {
            if let Some(end) = end {
                errors.invalid(at.child("endPort"), end, "may not be specified when `port` is not specified");
            }
        }
        Value::Str(name) => {
            if let Some(end) = end {
                errors.invalid(at.child("endPort"), end, "may not be specified when `port` is non-numeric");
            }
            errors.each_invalid(at.child("port"), name, names::port_name(name));
        }
        number => {
            if let Some(wrong) = names::port_number(number.int()) {
                errors.invalid(at.child("port"), number.int(), wrong);
            }
            if let Some(end) = end {
                if end < number.int() {
                    // The server shows the other one.
                    errors.invalid(at.child("endPort"), number.int(), "must be greater than or equal to `port`");
                }
                if let Some(wrong) = names::port_number(end) {
                    errors.invalid(at.child("endPort"), end, wrong);
                }
            }
        }
    }
}

fn policy_peer(errors: &mut Errors, at: Path<'_>, peer: &Value) {
    let mut count = 0;
    for key in ["podSelector", "namespaceSelector"] {
        if !peer.get(key).is_null() {
            count += 1;
            label_selector(errors, at.child(key), peer.get(key));
        }
    }
    let block = peer.get("ipBlock");
    if !block.is_null() {
        count += 1;
        ip_block(errors, at.child("ipBlock"), block);
    }
    if count == 0 {
        errors.required(at, "must specify a peer");
    } else if count > 1 && !block.is_null() {
        errors.forbidden(at, "may not specify both ipBlock and another peer");
    }
}

fn ip_block(errors: &mut Errors, at: Path<'_>, block: &Value) {
    let cidr = block.get("cidr").str();
    if cidr.is_empty() {
        return errors.required(at.child("cidr"), "");
    }
    if !ip::valid_cidr(errors, at.child("cidr"), cidr) {
        return;
    }
    let list = at.child("except");
    for (i, except) in block.get("except").items().iter().enumerate() {
        if !ip::valid_cidr(errors, list.index(i), except.str()) {
            continue;
        }
        let inside = ip::parse_cidr(cidr)
            .zip(ip::parse_cidr(except.str()))
            .is_some_and(|((net, length), (address, inner))| inner > length && bits(net, length) == bits(address, length));
        if !inside {
            errors.invalid(list.index(i), except.str(), "must be a strict subset of `cidr`");
        }
    }
}

/// The first `length` bits of an address, and its family.
fn bits(address: std::net::IpAddr, length: u8) -> (bool, u128) {
    match address {
        std::net::IpAddr::V4(v4) => (false, u128::from(u32::from(v4)).checked_shr(32 - u32::from(length)).unwrap_or(0)),
        std::net::IpAddr::V6(v6) => (true, u128::from(v6).checked_shr(128 - u32::from(length)).unwrap_or(0)),
    }
}

/// A new or changed EndpointSlice; `old` is what it was, whose endpoints are not judged again.
pub(super) fn endpoint_slice(errors: &mut Errors, slice: &Value, old: Option<&Value>) {
    object_meta(errors, slice, true, names::dns1123_subdomain);
    let kind = slice.get("addressType").str();
    if kind.is_empty() {
        errors.required(Path::new("addressType"), "");
    } else if !matches!(kind, "FQDN" | "IPv4" | "IPv6") {
        errors.not_supported(Path::new("addressType"), kind, &["FQDN", "IPv4", "IPv6"]);
    }
    slice_ports(errors, slice.get("ports").items());
    if old.is_none_or(|old| !same(slice.get("endpoints"), old.get("endpoints"))) {
        let earlier = old.filter(|old| old.get("addressType").str() == kind).map_or(&[][..], |old| old.get("endpoints").items());
        endpoints(errors, slice, kind, earlier);
    }
}

/// A changed EndpointSlice.
pub(super) fn endpoint_slice_update(errors: &mut Errors, new: &Value, old: &Value) {
    endpoint_slice(errors, new, Some(old));
    errors.immutable(Path::new("addressType"), &new.get("addressType").str().into(), old.get("addressType"));
}

fn endpoints(errors: &mut Errors, slice: &Value, kind: &str, earlier: &[Value]) {
    let list = Path::new("endpoints");
    let all = slice.get("endpoints").items().len();
    if all > 1000 {
        return errors.too_many(list, all, 1000);
    }
    let mut next = 0;
    for (i, endpoint) in slice.get("endpoints").items().iter().enumerate() {
        if endpoint.is_kept(earlier, &mut next) {
            continue;
        }
        let at = list.index(i);
        let addresses = at.child("addresses");
        match endpoint.get("addresses").items().len() {
            0 => errors.required(addresses, "must contain at least 1 address"),
            count if count > 100 => errors.too_many(addresses, count, 100),
            _ => {}
        }
        for (j, address) in endpoint.get("addresses").items().iter().enumerate() {
            slice_address(errors, addresses, j, kind, address.str());
        }
        if let Some(node) = endpoint.get("nodeName").as_str() {
            errors.each_invalid(at.child("nodeName"), node, names::dns1123_subdomain(node));
        }
        let topology = endpoint.get("deprecatedTopology");
        if topology.entries().len() > 16 {
            errors.too_many(at.child("deprecatedTopology"), topology.entries().len(), 16);
        }
        labels(errors, at.child("deprecatedTopology"), topology);
        if let Some(name) = endpoint.get("hostname").as_str() {
            errors.each_invalid(at.child("hostname"), name, names::dns1123_label(name));
        }
        let hints = at.child("hints");
        let rules: [(&str, NameRule); 2] = [("forZones", names::label_value), ("forNodes", names::dns1123_subdomain)];
        for (key, rule) in rules {
            let (given, list) = (endpoint.at(&["hints", key]).items(), hints.child(key));
            if given.len() > 8 {
                errors.too_many(list, given.len(), 8);
                break;
            }
            let mut seen = SortedSet::new();
            for (j, hint) in given.iter().enumerate() {
                let (at, name) = (list.index(j), hint.get("name").str());
                if !seen.insert(name) {
                    errors.duplicate(at.child("name"), name);
                }
                errors.each_invalid(at.child("name"), name, rule(name));
            }
        }
    }
}

fn slice_ports(errors: &mut Errors, ports: &[Value]) {
    let list = Path::new("ports");
    if ports.len() > 20_000 {
        return errors.too_many(list, ports.len(), 20_000);
    }
    let mut seen = SortedSet::new();
    for (i, port) in ports.iter().enumerate() {
        let (at, name) = (list.index(i), port.get("name").str());
        if !name.is_empty() {
            errors.each_invalid(at.child("name"), name, names::dns1123_label(name));
        }
        if !seen.insert(name) {
            errors.duplicate(at.child("name"), name);
        }
        errors.one_of(at.child("protocol"), port.get("protocol"), &["SCTP", "TCP", "UDP"]);
        if let Some(protocol) = port.get("appProtocol").as_str() {
            errors.each_invalid(at.child("appProtocol"), protocol, names::qualified_name(protocol));
        }
    }
}

/// A new IPAddress.
pub(super) fn ip_address(errors: &mut Errors, address: &Value) {
    object_meta(errors, address, false, |name| match (ip::wrong(name), ip::canonical(name)) {
        (Some(wrong), _) => vec![wrong.to_owned()],
        (None, Some(canonical)) if canonical != name => vec![format!("must be in canonical form ({canonical:?})")],
        _ => Vec::new(),
    });
    let (parent, at) = (address.at(&["spec", "parentRef"]), Path::new("spec"));
    let at = at.child("parentRef");
    if parent.is_null() {
        return errors.required(at, "");
    }
    let group = parent.get("group").str();
    if !group.is_empty() {
        errors.each_invalid(at.child("group"), group, names::dns1123_subdomain(group));
    }
    for key in ["resource", "name", "namespace"] {
        match parent.get(key).str() {
            "" if key == "namespace" => {}
            "" => errors.required(at.child(key), ""),
            text => errors.each_invalid(at.child(key), text, path_segment(text)),
        }
    }
}

/// A changed IPAddress.
pub(super) fn ip_address_update(errors: &mut Errors, new: &Value, old: &Value) {
    ip_address(errors, new);
    object_meta_update(errors, new, old);
    let path = ["spec", "parentRef"];
    errors.internal_immutable(Path::new("spec").child("parentRef"), ("networking", "ParentReference"), new.at(&path), old.at(&path));
}

/// A new ServiceCIDR.
pub(super) fn service_cidr(errors: &mut Errors, of: &Value) {
    object_meta(errors, of, false, names::dns1123_subdomain);
    let at = Path::new("spec");
    let at = at.child("cidrs");
    ranges(errors, at, of.get("spec"));
}

fn ranges(errors: &mut Errors, at: Path<'_>, spec: &Value) {
    let ranges: Vec<&str> = spec.get("cidrs").items().iter().map(Value::str).list();
    match ranges.len() {
        0 => return errors.required(at, "at least one CIDR required"),
        1 | 2 => {}
        _ => return errors.internal_invalid(at, ("networking", "ServiceCIDRSpec"), spec, "may only hold up to 2 values"),
    }
    for (i, range) in ranges.iter().enumerate() {
        let before = errors.0.len();
        ip::valid_cidr(errors, at.index(i), range);
        if let Some(canonical) = ip::canonical(range).filter(|text| before == errors.0.len() && text != range) {
            errors.invalid(at.index(i), *range, &format!("must be in canonical form ({canonical:?})"));
        }
    }
    let families: Vec<bool> = ranges.iter().filter_map(|r| ip::parse_cidr(r)).map(|(address, _)| address.is_ipv4()).list();
    if let [one, other] = families[..]
        && one == other
    {
        let detail = "may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64";
        errors.invalid(at, spec.get("cidrs"), detail);
    }
}

/// A changed ServiceCIDR.
pub(super) fn service_cidr_update(errors: &mut Errors, new: &Value, old: &Value) {
    object_meta_update(errors, new, old);
    let at = Path::new("spec");
    let at = at.child("cidrs");
    let (now, before) = (new.at(&["spec", "cidrs"]), old.at(&["spec", "cidrs"]));
    match (before.items().len(), now.items().len()) {
        (1, 2) => {
            errors.immutable(at.index(0), &now.items()[0], &before.items()[0]);
            // A range of the other family may come along.
            ranges(errors, at, new.get("spec"));
        }
        (a, b) if a == b => {
            for (i, (now, before)) in now.items().iter().zip(before.items()).enumerate() {
                errors.immutable(at.index(i), now, before);
            }
        }
        _ => errors.immutable(at, now, before),
    }
}
