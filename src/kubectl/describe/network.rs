//! Services, their endpoints, and ingresses.

use super::metadata::{int_or_string, or_none};
use super::page::Page;
use crate::api::well_known::SERVICE_NAME;
use crate::api::{Kind, KindRef, Object, Value, kinds};
use crate::base::List as _;
use crate::kubectl::output::columns::{format_labels, load_balancer_addresses};

// Models describeService.
pub(super) fn service(page: &mut Page, service: &Value) {
    let spec = service.get("spec");
    page.head(service);
    page.field(0, "Selector", format_labels(spec.get("selector")));
    page.field(0, "Type", spec.get("type").str());
    if let Some(policy) = spec.get("ipFamilyPolicy").as_str() {
        page.field(0, "IP Family Policy", policy);
    }
    page.field(0, "IP Families", or_none(&joined(spec.get("ipFamilies"))));
    page.field(0, "IP", spec.get("clusterIP").str());
    page.field(0, "IPs", or_none(&joined(spec.get("clusterIPs"))));
    let present = |page: &mut Page, title: &str, text: &str| {
        if !text.is_empty() {
            page.field(0, title, text);
        }
    };
    present(page, "External IPs", &joined(spec.get("externalIPs")));
    present(page, "Desired LoadBalancer IP", spec.get("loadBalancerIP").str());
    present(page, "External Name", spec.get("externalName").str());
    let ingress = |i: &Value| match (i.get("ip").str(), i.get("ipMode").as_str()) {
        ("", _) => i.get("hostname").str().to_owned(),
        (ip, None) => ip.to_owned(),
        (ip, Some(mode)) => format!("{ip} ({mode})"),
    };
    let balanced: Vec<String> = service.at(&["status", "loadBalancer", "ingress"]).items().iter().map(ingress).list();
    present(page, "LoadBalancer Ingress", &balanced.join(", "));

    let slices = slices_of(page, service.namespace(), service.name());
    for p in spec.get("ports").items() {
        let (name, protocol) = (p.get("name").str(), p.get("protocol").str());
        let shown = if name.is_empty() { "<unset>" } else { name };
        page.field(0, "Port", format_args!("{shown}\t{}/{protocol}", p.get("port").int()));
        page.field(0, "TargetPort", format_args!("{}/{protocol}", int_or_string(p.get("targetPort"))));
        if let Some(app) = p.get("appProtocol").as_str() {
            page.field(0, "AppProtocol", app);
        }
        if p.get("nodePort").int() != 0 {
            page.field(0, "NodePort", format_args!("{shown}\t{}/{protocol}", p.get("nodePort").int()));
        }
        page.field(0, "Endpoints", endpoints_of_slices(&slices, name));
    }
    page.field(0, "Session Affinity", spec.get("sessionAffinity").str());
    present(page, "External Traffic Policy", spec.get("externalTrafficPolicy").str());
    present(page, "Internal Traffic Policy", spec.get("internalTrafficPolicy").str());
    if spec.get("healthCheckNodePort").int() != 0 {
        page.field(0, "HealthCheck NodePort", spec.get("healthCheckNodePort").int());
    }
    present(page, "LoadBalancer Source Ranges", &joined(spec.get("loadBalancerSourceRanges")));
    present(page, "Traffic Distribution", spec.get("trafficDistribution").str());
    page.events(kinds::SERVICE, service);
}

fn joined(list: &Value) -> String {
    list.items().iter().map(Value::str).list().join(",")
}

fn slices_of(page: &Page, namespace: &str, service: &str) -> Vec<Value> {
    let of_service = |slice: &Value| slice.label(SERVICE_NAME) == Some(service);
    page.related.list(kinds::ENDPOINT_SLICE, Some(namespace)).into_iter().filter(of_service).list()
}

/// The ready addresses behind a service's port, the first three of them.
// Models formatEndpointSlices.
fn endpoints_of_slices(slices: &[Value], port: &str) -> String {
    const SHOWN: usize = 3;
    if slices.is_empty() {
        return "<none>".into();
    }
    let (mut list, mut more, mut count) = (Vec::new(), false, 0);
    for slice in slices {
        let ports: Vec<Option<&Value>> = match slice.get("ports").items() {
            // A headless service may have no ports.
            [] => vec![None],
            ports => ports.iter().filter(|p| p.get("name").str() == port).map(Some).list(),
        };
        for port in ports {
            for endpoint in slice.get("endpoints").items() {
                more |= list.len() == SHOWN;
                if endpoint.at(&["conditions", "ready"]).as_bool() == Some(false) {
                    continue;
                }
                if !more {
                    let address = endpoint.get("addresses").items().first().map_or("", Value::str);
                    list.push(match port {
                        None => address.to_owned(),
                        Some(p) if address.contains(':') => format!("[{address}]:{}", p.get("port").int()),
                        Some(p) => format!("{address}:{}", p.get("port").int()),
                    });
                }
                count += 1;
            }
        }
    }
    let list = list.join(",");
    if more { format!("{list} + {} more...", count - SHOWN) } else { list }
}

pub(super) fn endpoints(page: &mut Page, endpoints: &Value) {
    page.head(endpoints);
    page.line(0, "Subsets:");
    for subset in endpoints.get("subsets").items() {
        for (title, member) in [("Addresses", "addresses"), ("NotReadyAddresses", "notReadyAddresses")] {
            let ips: Vec<&str> = subset.get(member).items().iter().map(|a| a.get("ip").str()).list();
            page.field(1, title, or_none(&ips.join(",")));
        }
        if !subset.get("ports").items().is_empty() {
            page.line(1, "Ports:");
            page.line(2, "Name\tPort\tProtocol");
            page.line(2, "----\t----\t--------");
            for p in subset.get("ports").items() {
                let name = if p.get("name").str().is_empty() { "<unset>" } else { p.get("name").str() };
                page.line(2, format_args!("{name}\t{}\t{}", p.get("port").int(), p.get("protocol").str()));
            }
        }
        page.line(0, "");
    }
    page.events(kinds::ENDPOINTS, endpoints);
}

pub(super) fn endpoint_slice(page: &mut Page, slice: &Value) {
    page.head(slice);
    page.field(0, "AddressType", slice.get("addressType").str());
    if slice.get("ports").items().is_empty() {
        page.line(0, "Ports: <unset>");
    } else {
        page.line(0, "Ports:");
        page.line(1, "Name\tPort\tProtocol");
        page.line(1, "----\t----\t--------");
        for p in slice.get("ports").items() {
            let name = if p.get("name").str().is_empty() { "<unset>" } else { p.get("name").str() };
            let port = p.get("port").as_int().map_or_else(|| "<unset>".into(), |n| n.to_string());
            page.line(1, format_args!("{name}\t{port}\t{}", p.get("protocol").str()));
        }
    }
    if slice.get("endpoints").items().is_empty() {
        page.line(0, "Endpoints: <none>");
    } else {
        page.line(0, "Endpoints:");
        for e in slice.get("endpoints").items() {
            let addresses: Vec<&str> = e.get("addresses").items().iter().map(Value::str).list();
            page.line(1, format_args!("- Addresses:\t{}", or_none(&addresses.join(", "))));
            page.line(2, "Conditions:");
            let ready = e.at(&["conditions", "ready"]).as_bool();
            page.field(3, "Ready", ready.map_or_else(|| "<unset>".into(), |r| r.to_string()));
            page.field(2, "Hostname", e.get("hostname").as_str().unwrap_or("<unset>"));
            if let target @ Value::Map(_) = e.get("targetRef") {
                page.field(2, "TargetRef", format_args!("{}/{}", target.kind(), target.get("name").str()));
            }
            page.field(2, "NodeName", e.get("nodeName").as_str().unwrap_or("<unset>"));
            page.field(2, "Zone", e.get("zone").as_str().unwrap_or("<unset>"));
        }
    }
    page.events(kinds::ENDPOINT_SLICE, slice);
}

// Models describeIngressV1.
pub(super) fn ingress(page: &mut Page, ing: &Value) {
    let (spec, ns) = (ing.get("spec"), ing.namespace());
    page.field(0, "Name", ing.name());
    page.labels(0, "Labels", ing.labels());
    page.field(0, "Namespace", ns);
    let addresses: Vec<String> = load_balancer_addresses(ing.at(&["status", "loadBalancer"])).into_iter().list();
    page.field(0, "Address", addresses.join(","));
    page.field(0, "Ingress Class", spec.get("ingressClassName").as_str().unwrap_or("<none>"));
    let default = match spec.get("defaultBackend") {
        Value::Null => "<default>".into(),
        b => backend(page, ns, b),
    };
    page.field(0, "Default backend", &default);
    if !spec.get("tls").items().is_empty() {
        page.line(0, "TLS:");
        for t in spec.get("tls").items() {
            let hosts = joined(t.get("hosts"));
            match t.get("secretName").str() {
                "" => page.line(1, format_args!("SNI routes {hosts}")),
                secret => page.line(1, format_args!("{secret} terminates {hosts}")),
            }
        }
    }
    page.line(0, "Rules:\n  Host\tPath\tBackends");
    page.line(1, "----\t----\t--------");
    let rules: Vec<&Value> = spec.get("rules").items().iter().filter(|r| !r.get("http").is_null()).list();
    for rule in &rules {
        page.line(1, format_args!("{}\t", if rule.get("host").str().is_empty() { "*" } else { rule.get("host").str() }));
        for path in rule.at(&["http", "paths"]).items() {
            let to = backend(page, ns, path.get("backend"));
            page.line(2, format_args!("\t{} \t{to}", path.get("path").str()));
        }
    }
    if rules.is_empty() {
        page.line(1, format_args!("*\t*\t{default}"));
    }
    page.annotations("Annotations", ing.at(&["metadata", "annotations"]));
    page.events(kinds::INGRESS, ing);
}

fn backend(page: &Page, namespace: &str, backend: &Value) -> String {
    if let service @ Value::Map(_) = backend.get("service") {
        let (name, port) = (service.get("name").str(), service.get("port"));
        let (number, port_name) = (port.get("number").int(), port.get("name").str());
        let to = if number == 0 { format!("{name}:{port_name}") } else { format!("{name}:{number}") };
        let Some(found) = page.related.get(kinds::SERVICE, namespace, name) else {
            return format!("{to} (<error: services \"{name}\" not found>)");
        };
        let matches =
            |p: &&Value| (number != 0 && p.get("port").int() == number) || (!port_name.is_empty() && p.get("name").str() == port_name);
        let port = found.at(&["spec", "ports"]).items().iter().rfind(matches).map_or("", |p| p.get("name").str());
        return format!("{to} ({})", endpoints_of_slices(&slices_of(page, namespace, name), port));
    }
    if let resource @ Value::Map(_) = backend.get("resource") {
        let group = resource.get("apiGroup").as_str().unwrap_or("<none>");
        return format!("APIGroup: {group}, Kind: {}, Name: {}", resource.kind(), resource.get("name").str());
    }
    String::new()
}

pub(super) fn ingress_class(page: &mut Page, class: &Value) {
    page.name(class);
    page.labels_and_annotations(class);
    page.field(0, "Controller", class.at(&["spec", "controller"]).str());
    if let parameters @ Value::Map(_) = class.at(&["spec", "parameters"]) {
        page.line(0, "Parameters:");
        if let Some(group) = parameters.get("apiGroup").as_str() {
            page.field(1, "APIGroup", group);
        }
        page.field(1, "Kind", parameters.kind());
        page.field(1, "Name", parameters.get("name").str());
    }
    page.events(kinds::INGRESS_CLASS, class);
}

pub(super) fn service_cidr(page: &mut Page, cidr: &Value) {
    page.name(cidr);
    page.labels_and_annotations(cidr);
    let cidrs: Vec<&str> = cidr.at(&["spec", "cidrs"]).items().iter().map(Value::str).list();
    page.field(0, "CIDRs", cidrs.join(", "));
    page.conditions("Status:\nConditions:", cidr.at(&["status", "conditions"]).items());
    page.events(kind("ServiceCIDR"), cidr);
}

pub(super) fn ip_address(page: &mut Page, ip: &Value) {
    page.name(ip);
    page.labels_and_annotations(ip);
    if let parent @ Value::Map(_) = ip.at(&["spec", "parentRef"]) {
        page.line(0, "Parent Reference:");
        for (title, member) in [("Group", "group"), ("Resource", "resource"), ("Namespace", "namespace"), ("Name", "name")] {
            page.field(1, title, parent.get(member).str());
        }
    }
    page.events(kind("IPAddress"), ip);
}

fn kind(name: &str) -> KindRef {
    Kind::named(name)
}
