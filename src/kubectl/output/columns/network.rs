//! Services, what stands behind them and what stands before them.

use super::format::{age_of, first_few, format_label_selector, format_labels, or};
use super::{AGE, BuiltIn, NAME, text, wide};
use crate::api::{Object, Value};
use crate::base::{List as _, SortedSet};

pub(super) static SERVICE: BuiltIn = BuiltIn {
    columns: &[NAME, text("Type"), text("Cluster-IP"), text("External-IP"), text("Port(s)"), AGE, wide("Selector")],
    cells: |o, now| {
        let spec = o.get("spec");
        vec![
            o.name().to_owned(),
            spec.get("type").str().to_owned(),
            spec.get("clusterIPs").items().first().map_or("<none>", Value::str).to_owned(),
            external_ip(o),
            or(&ports(spec.get("ports")), "<none>"),
            age_of(o, now),
            format_labels(spec.get("selector")),
        ]
    },
};

fn external_ip(service: &Value) -> String {
    let spec = service.get("spec");
    let external: Vec<&str> = spec.get("externalIPs").items().iter().map(Value::str).list();
    match spec.get("type").str() {
        "ClusterIP" | "NodePort" => or(&external.join(","), "<none>"),
        "LoadBalancer" => {
            let balanced = load_balancer_addresses(service.at(&["status", "loadBalancer"]));
            or(&balanced.iter().map(String::as_str).chain(external).list().join(","), "<pending>")
        }
        "ExternalName" => spec.get("externalName").str().to_owned(),
        _ => "<unknown>".into(),
    }
}

/// The addresses, or else the names, of a load balancer's points of entry, sorted.
pub fn load_balancer_addresses(status: &Value) -> SortedSet<String> {
    let entries = status.get("ingress").items().iter();
    entries.map(|i| or(i.get("ip").str(), i.get("hostname").str())).filter(|a| !a.is_empty()).collect()
}

fn ports(ports: &Value) -> String {
    let port = |p: &Value| {
        let (port, node_port, protocol) = (p.get("port").int(), p.get("nodePort").int(), p.get("protocol").str());
        if node_port > 0 { format!("{port}:{node_port}/{protocol}") } else { format!("{port}/{protocol}") }
    };
    ports.items().iter().map(port).list().join(",")
}

pub(super) static ENDPOINTS: BuiltIn = BuiltIn {
    columns: &[NAME, text("Endpoints"), AGE],
    cells: |o, now| vec![o.name().to_owned(), endpoints_of_subsets(o.get("subsets")), age_of(o, now)],
};

/// The ready addresses of an Endpoints' subsets, the first three of them.
fn endpoints_of_subsets(subsets: &Value) -> String {
    if subsets.items().is_empty() {
        return "<none>".into();
    }
    let mut list = Vec::new();
    for subset in subsets.items() {
        let addresses = subset.get("addresses").items();
        if subset.get("ports").items().is_empty() {
            // A headless service may have no ports.
            list.extend(addresses.iter().map(|a| a.get("ip").str().to_owned()));
        }
        for p in subset.get("ports").items() {
            list.extend(addresses.iter().map(|a| host_port(a.get("ip").str(), p.get("port").int())));
        }
    }
    first_few(&list, 3, ",")
}

/// `10.0.0.1:80`, `[fd00::1]:80`.
fn host_port(host: &str, port: i64) -> String {
    if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") }
}

pub(super) static ENDPOINT_SLICE: BuiltIn = BuiltIn {
    columns: &[NAME, text("AddressType"), text("Ports"), text("Endpoints"), AGE],
    cells: |o, now| {
        let port = |p: &Value| match (p.get("port").as_int(), p.get("name").as_str()) {
            (Some(port), _) => port.to_string(),
            (None, Some(name)) => name.to_owned(),
            _ => "*".into(),
        };
        let ports: Vec<String> = o.get("ports").items().iter().map(port).list();
        let endpoints = o.get("endpoints").items().iter().flat_map(|e| e.get("addresses").items());
        let endpoints: Vec<String> = endpoints.map(|a| a.str().to_owned()).list();
        vec![
            o.name().to_owned(),
            o.get("addressType").str().to_owned(),
            or(&first_few(&ports, 3, ","), "<unset>"),
            or(&first_few(&endpoints, 3, ","), "<unset>"),
            age_of(o, now),
        ]
    },
};

pub(super) static INGRESS: BuiltIn = BuiltIn {
    columns: &[NAME, text("Class"), text("Hosts"), text("Address"), text("Ports"), AGE],
    cells: |o, now| {
        let spec = o.get("spec");
        let addresses: Vec<String> = load_balancer_addresses(o.at(&["status", "loadBalancer"])).into_iter().list();
        vec![
            o.name().to_owned(),
            spec.get("ingressClassName").as_str().unwrap_or("<none>").to_owned(),
            hosts(spec.get("rules")),
            addresses.join(","),
            if spec.get("tls").items().is_empty() { "80" } else { "80, 443" }.into(),
            age_of(o, now),
        ]
    },
};

fn hosts(rules: &Value) -> String {
    let rules = rules.items();
    let mut list: Vec<&str> = Vec::new();
    let mut more = false;
    for rule in rules {
        more |= list.len() == 3;
        if !more && !rule.get("host").str().is_empty() {
            list.push(rule.get("host").str());
        }
    }
    match list.join(",") {
        hosts if hosts.is_empty() => "*".into(),
        hosts if more => format!("{hosts} + {} more...", rules.len() - 3),
        hosts => hosts,
    }
}

pub(super) static INGRESS_CLASS: BuiltIn = BuiltIn {
    columns: &[NAME, text("Controller"), text("Parameters"), AGE],
    cells: |o, now| {
        let p = o.at(&["spec", "parameters"]);
        let parameters = match p.get("apiGroup").as_str() {
            _ if p.is_null() => "<none>".to_owned(),
            Some(group) => format!("{}.{group}/{}", p.kind(), p.get("name").str()),
            None => format!("{}/{}", p.kind(), p.get("name").str()),
        };
        let default = o.annotation("ingressclass.kubernetes.io/is-default-class") == Some("true");
        let name = format!("{}{}", o.name(), if default { " (default)" } else { "" });
        vec![name, o.at(&["spec", "controller"]).str().to_owned(), parameters, age_of(o, now)]
    },
};

pub(super) static NETWORK_POLICY: BuiltIn = BuiltIn {
    columns: &[NAME, text("Pod-Selector"), AGE],
    cells: |o, now| vec![o.name().to_owned(), format_label_selector(o.at(&["spec", "podSelector"])), age_of(o, now)],
};

pub(super) static IP_ADDRESS: BuiltIn = BuiltIn {
    columns: &[NAME, text("ParentRef")],
    cells: |o, _| {
        let parent = o.at(&["spec", "parentRef"]);
        let path = ["group", "resource", "namespace", "name"].map(|m| parent.get(m).str()).into_iter();
        let path: Vec<&str> = path.filter(|part| !part.is_empty()).list();
        vec![o.name().to_owned(), or(&path.join("/"), "<none>")]
    },
};

pub(super) static SERVICE_CIDR: BuiltIn = BuiltIn {
    columns: &[NAME, text("CIDRs"), AGE],
    cells: |o, now| {
        let cidrs: Vec<&str> = o.at(&["spec", "cidrs"]).items().iter().map(Value::str).list();
        vec![o.name().to_owned(), cidrs.join(","), age_of(o, now)]
    },
};
