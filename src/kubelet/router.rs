//! Requests of containers over the cluster's network: names, services and pods. What kube-proxy and the cluster's DNS do.

use crate::api::well_known::SERVICE_NAME;
use std::net::{IpAddr, Ipv4Addr};

use super::api_over_http::is_api_server;
use super::container_runtime::{DNS, HttpRequest, NetError, NetRequest, NetResponse};
use super::traffic::Way;
use crate::api::{ArcStr, Object, Value, kinds};
use crate::base::{Duration, List as _, RandomStream};
use crate::network::HttpResponse;
use crate::server::{ApiServer, NODE_PORTS};

/// What a message takes from one pod to another.
pub(super) const LATENCY: Duration = Duration::from_micros(250);
/// What the sender of a request that nobody answers waits.
pub(super) const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// A request on its way out of a container.
#[derive(Clone, Debug)]
pub(super) struct Outgoing {
    pub node: ArcStr,
    pub uid: ArcStr,
    pub container: usize,
    pub id: u64,
    pub request: NetRequest,
}

/// Who waits for an answer.
#[derive(Clone, Debug, Default)]
pub(super) struct ReplyTo {
    pub node: ArcStr,
    pub uid: ArcStr,
    pub container: usize,
    pub id: u64,
    /// The way that the request took; without a sender and a service where it is not counted.
    pub way: Way,
}

impl ReplyTo {
    /// Whether it is the same request's.
    pub fn is(&self, other: &ReplyTo) -> bool {
        (&self.node, &self.uid, self.container, self.id) == (&other.node, &other.uid, other.container, other.id)
    }
}

/// The UID of the service that a request is sent to; empty where it is sent to none.
pub(super) fn service_behind(api: &ApiServer, namespace: &str, request: &NetRequest) -> ArcStr {
    let (NetRequest::Http(HttpRequest { host, port, .. }) | NetRequest::Tcp { host, port, .. }) = request else { return ArcStr::new() };
    let mut parts = host.split('.');
    let (name, space) = (parts.next().unwrap_or(""), parts.next().unwrap_or(namespace));
    let named = api.peek(kinds::SERVICE, space, name);
    let by_address = || service_of(api, host).or_else(|| node_port(api, host, *port).map(|(service, ..)| service));
    named.or_else(by_address).map_or_else(ArcStr::new, |s| s.uid().into())
}

/// Where a request goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Route {
    /// To a port of whatever has this address.
    Address(ArcStr, u16),
    /// Answered on the way.
    Answer(Result<NetResponse, NetError>),
    /// The API server answers it.
    Api,
    /// Nobody will answer.
    Silence,
}

/// Who sends a request: what decides which endpoint of a service it gets to.
pub(super) struct Sender<'a> {
    pub namespace: &'a str,
    pub node: &'a str,
    pub ip: &'a str,
}

/// Finds where a request goes.
pub(super) fn route(api: &ApiServer, random: &mut RandomStream, sender: &Sender<'_>, request: &NetRequest) -> Route {
    let namespace = sender.namespace;
    let (host, port) = match request {
        NetRequest::Http(HttpRequest { host, port, .. }) | NetRequest::Tcp { host, port, .. } => (host.as_str(), *port),
        NetRequest::Resolve { name } => {
            let found = resolve(api, namespace, name);
            return Route::Answer(match found {
                Some((name, addresses)) => Ok(NetResponse::Addresses(name, addresses)),
                None => Err(NetError::NoSuchHost),
            });
        }
        NetRequest::Records { name, of } => {
            return Route::Answer(records(api, namespace, name, of).map(NetResponse::Records).ok_or(NetError::NoSuchHost));
        }
        NetRequest::Ping { host } => {
            let Some((_, addresses)) = resolve(api, namespace, host) else { return Route::Answer(Err(NetError::NoSuchHost)) };
            return match addresses.first() {
                // Services answer no echo requests.
                Some(ip) if service_of(api, &ip.to_string()).is_some() => Route::Silence,
                Some(ip) => Route::Answer(Ok(NetResponse::Pong(*ip))),
                None => Route::Answer(Err(NetError::NoSuchHost)),
            };
        }
    };
    let Some((_, addresses)) = resolve(api, namespace, host) else { return Route::Answer(Err(NetError::NoSuchHost)) };
    let Some(ip) = pick(&addresses, random) else { return Route::Answer(Err(NetError::NoSuchHost)) };
    let ip = ip.to_string();
    if is_api_server(api, &ip, port) {
        return Route::Api;
    }
    if let Some(service) = service_of(api, &ip) {
        let port = service.at(&["spec", "ports"]).items().iter().find(|p| p.get("port").int() == i64::from(port));
        let local = service.at(&["spec", "internalTrafficPolicy"]).str() == "Local";
        let node = if local { sender.node } else { "" };
        return port.map_or(Route::Silence, |port| to_endpoint(api, random, service, port, node, sender.ip));
    }
    match node_port(api, &ip, port) {
        Some((service, port, node)) => {
            let local = service.at(&["spec", "externalTrafficPolicy"]).str() == "Local";
            to_endpoint(api, random, service, port, if local { node } else { "" }, sender.ip)
        }
        None => match (request, health_check(api, &ip, port)) {
            (NetRequest::Http(_), Some(response)) => Route::Answer(Ok(NetResponse::Http(response))),
            _ => Route::Address(ip.into(), port),
        },
    }
}

fn pick<'a, T>(list: &'a [T], random: &mut RandomStream) -> Option<&'a T> {
    match list.len() {
        0 => None,
        1 => list.first(),
        n => list.get(random.below(n as u64) as usize),
    }
}

fn service_of<'a>(api: &'a ApiServer, ip: &str) -> Option<&'a Value> {
    api.iter(kinds::SERVICE, None).find(|s| s.at(&["spec", "clusterIP"]).str() == ip)
}

/// The service that is behind a port of a node, its port, and the node's name.
fn node_port<'a>(api: &'a ApiServer, ip: &str, port: u16) -> Option<(&'a Value, &'a Value, &'a str)> {
    if !NODE_PORTS.contains(&i64::from(port)) {
        return None;
    }
    let of = |service: &'a Value| service.at(&["spec", "ports"]).items().iter().find(|p| p.get("nodePort").int() == i64::from(port));
    let (service, port) = api.iter(kinds::SERVICE, None).find_map(|service| Some((service, of(service)?)))?;
    Some((service, port, node_at(api, ip)?))
}

/// The name of the node that has an address.
fn node_at<'a>(api: &'a ApiServer, ip: &str) -> Option<&'a str> {
    let has = |node: &&Value| node.at(&["status", "addresses"]).items().iter().any(|a| a.get("address").str() == ip);
    Some(api.iter(kinds::NODE, None).find(has)?.name())
}

/// What a node says on a Service's `healthCheckNodePort`: how many of its endpoints are there.
// Models hcHandler of kube-proxy's healthcheck.
fn health_check(api: &ApiServer, ip: &str, port: u16) -> Option<HttpResponse> {
    if !NODE_PORTS.contains(&i64::from(port)) {
        return None;
    }
    let service = api.iter(kinds::SERVICE, None).find(|s| s.at(&["spec", "healthCheckNodePort"]).int() == i64::from(port))?;
    let node = node_at(api, ip)?;
    let local = endpoints(api, service, service.at(&["spec", "ports"]).items().first()?.get("name").str(), node)[0].len();
    let text = format!(
        "{{\n\t\"service\": {{\n\t\t\"namespace\": {:?},\n\t\t\"name\": {:?}\n\t}},\n\t\"localEndpoints\": {local},\n\t\"serviceProxyHealthy\": true\n}}",
        service.namespace(),
        service.name()
    );
    let mut response = HttpResponse::new(if local > 0 { 200 } else { 503 }, "application/json", text);
    let more = [("X-Content-Type-Options", "nosniff".to_owned()), ("X-Load-Balancing-Endpoint-Weight", local.to_string())];
    response.headers.extend(more.map(|(name, value)| (name.to_owned(), value)));
    Some(response)
}

/// A service's port leads to one of its ready endpoints, of those on one node where that is named.
fn to_endpoint(api: &ApiServer, random: &mut RandomStream, service: &Value, port: &Value, node: &str, client: &str) -> Route {
    let [ready, ending] = endpoints(api, service, port.get("name").str(), node);
    // Pods that end but still serve are better than none (ProxyTerminatingEndpoints).
    let able = if ready.is_empty() { ending } else { ready };
    let chosen = match service.at(&["spec", "sessionAffinity"]).str() {
        // The same client meets the same endpoint as long as it is there.
        "ClientIP" => able.iter().max_by_key(|(ip, _)| RandomStream::new(0, &format!("{client} {ip}")).bits()),
        _ => pick(&able, random),
    };
    match chosen {
        Some((ip, target)) => Route::Address(ip.clone(), *target),
        // kube-proxy drops what may go to a node's own endpoints alone, and rejects connections to a service without any.
        None if !node.is_empty() => Route::Silence,
        None => Route::Answer(Err(NetError::Refused)),
    }
}

fn slices_of<'a>(api: &'a ApiServer, service: &'a Value) -> impl Iterator<Item = &'a Value> {
    let of_service = |s: &&Value| s.label(SERVICE_NAME) == Some(service.name());
    api.iter(kinds::ENDPOINT_SLICE, Some(service.namespace())).filter(of_service)
}

fn is_ready(endpoint: &Value) -> bool {
    endpoint.at(&["conditions", "ready"]).as_bool().unwrap_or(true)
}

/// Addresses and target ports of a service's port, those that are ready and those that end and serve still; of one node where that is
/// named.
fn endpoints(api: &ApiServer, service: &Value, port_name: &str, node: &str) -> [Vec<(ArcStr, u16)>; 2] {
    let mut out = [Vec::new(), Vec::new()];
    for slice in slices_of(api, service) {
        let Some(port) = slice.get("ports").items().iter().find(|p| p.get("name").str() == port_name).map(|p| p.get("port").int()) else {
            continue;
        };
        let Ok(port) = u16::try_from(port) else { continue };
        for endpoint in slice.get("endpoints").items().iter().filter(|e| node.is_empty() || e.get("nodeName").str() == node) {
            let conditions = endpoint.get("conditions");
            let which = match is_ready(endpoint) {
                true => 0,
                false if conditions.get("serving").is_true() && conditions.get("terminating").is_true() => 1,
                false => continue,
            };
            out[which].extend(endpoint.get("addresses").items().iter().map(|a| (a.arc_str(), port)));
        }
    }
    out
}

/// How many names a name may stand for, one after another.
const ALIASES_MAX: u32 = 8;

/// What the cluster's name server is called.
const DNS_NAME: &str = "kube-dns.kube-system.svc.cluster.local";

/// A name's canonical form and addresses, as the cluster's DNS gives them to a pod of `namespace`.
fn resolve(api: &ApiServer, namespace: &str, name: &str) -> Option<(String, Vec<IpAddr>)> {
    resolve_within(api, namespace, name, ALIASES_MAX)
}

fn resolve_within(api: &ApiServer, namespace: &str, name: &str, aliases: u32) -> Option<(String, Vec<IpAddr>)> {
    if let Ok(ip) = name.parse::<IpAddr>() {
        // Whoever listens does so at both loopback addresses.
        let ip = if ip.is_loopback() && ip.is_ipv6() { IpAddr::V4(Ipv4Addr::LOCALHOST) } else { ip };
        return Some((name.to_owned(), vec![ip]));
    }
    if name == "localhost" {
        return Some((name.to_owned(), vec![IpAddr::V4(Ipv4Addr::LOCALHOST)]));
    }
    let bare = within_cluster(name)?;
    let parts: Vec<&str> = bare.split('.').list();
    let service = |ns: &str, service: &str| api.peek(kinds::SERVICE, ns, service);
    let of_service = |found: &Value| -> Option<(String, Vec<IpAddr>)> {
        let full = full_name(found);
        let external = found.at(&["spec", "externalName"]).str();
        if !external.is_empty() {
            return resolve_within(api, namespace, external, aliases.checked_sub(1)?);
        }
        let ip = found.at(&["spec", "clusterIP"]).str();
        let addresses: Vec<IpAddr> = if ip == "None" { ready_of(api, found, None) } else { ip.parse().into_iter().list() };
        (!addresses.is_empty()).then_some((full, addresses))
    };
    match parts.as_slice() {
        // There is no Service of it, yet it has the name that its address stands for.
        ["kube-dns", "kube-system"] => Some((DNS_NAME.to_owned(), DNS.parse().into_iter().list())),
        [one] => of_service(service(namespace, one)?),
        [one, two] => match service(two, one) {
            Some(found) => of_service(found),
            None => of_pod(api, service(namespace, two)?, one),
        },
        // `10-244-1-3.default.pod.cluster.local`
        [ip, _, "pod"] => ip.replace('-', ".").parse().ok().map(|ip| (format!("{bare}.cluster.local"), vec![ip])),
        [pod, one, two] => of_pod(api, service(two, one)?, pod),
        _ => None,
    }
}

/// A name without what all names of the cluster end in; nothing of one that is whole and ends otherwise.
fn within_cluster(name: &str) -> Option<String> {
    let whole = name.trim_end_matches('.').to_lowercase();
    let bare = whole.strip_suffix(".cluster.local");
    if bare.is_none() && name.ends_with('.') {
        return None;
    }
    let bare = bare.unwrap_or(&whole);
    Some(bare.strip_suffix(".svc").unwrap_or(bare).to_owned())
}

type Records = Vec<(String, &'static str, String)>;

/// What the cluster's DNS has of one type by a name; nothing where there is no such name.
// Models CoreDNS' kubernetes plugin.
fn records(api: &ApiServer, namespace: &str, name: &str, of: &str) -> Option<Records> {
    if of == "PTR" {
        let reversed = name.trim_end_matches('.').strip_suffix(".in-addr.arpa");
        let ip = reversed.map_or_else(|| name.to_owned(), |r| r.rsplit('.').list().join("."));
        let arpa = format!("{}.in-addr.arpa", ip.rsplit('.').list().join("."));
        let to = match service_of(api, &ip) {
            Some(service) => full_name(service),
            // The Service of the DNS itself is not among those that are kept.
            None if ip == DNS => DNS_NAME.into(),
            None => api.iter(kinds::SERVICE, None).filter(|s| s.at(&["spec", "clusterIP"]).str() == "None").find_map(|service| {
                let mut all = slices_of(api, service).flat_map(|slice| slice.get("endpoints").items());
                let found = all.find(|e| e.get("addresses").items().iter().any(|a| a.str() == ip))?;
                Some(endpoint_name(found, service))
            })?,
        };
        return Some(vec![(arpa, "PTR", to)]);
    }
    let bare = within_cluster(name)?;
    let mut parts: Vec<&str> = bare.split('.').list();
    let asked = (parts.len() > 2 && parts[0].starts_with('_')).then(|| (&parts[0][1..], parts[1]));
    if asked.is_some() {
        parts.drain(..2);
    }
    let service = match parts[..] {
        [one] => api.peek(kinds::SERVICE, namespace, one),
        [one, two] => api.peek(kinds::SERVICE, two, one),
        _ => None,
    };
    let external = service.map_or("", |s| s.at(&["spec", "externalName"]).str());
    if let Some(service) = service.filter(|_| !external.is_empty()) {
        let mut all = vec![(full_name(service), "CNAME", external.to_owned())];
        let more = resolve(api, namespace, external).filter(|_| of != "CNAME");
        all.extend(more.into_iter().flat_map(|(name, ips)| ips.into_iter().map(move |ip| (name.clone(), "A", ip.to_string()))));
        return Some(all);
    }
    if of != "SRV" {
        let (name, ips) = resolve(api, namespace, name)?;
        return Some(ips.into_iter().filter(|_| matches!(of, "A" | "ANY")).map(|ip| (name.clone(), "A", ip.to_string())).list());
    }
    let service = service?;
    let mut targets: Vec<(i64, String)> = Vec::new();
    let headless = service.at(&["spec", "clusterIP"]).str() == "None";
    let meant = |port: &&Value| {
        let protocol = port.get("protocol").as_str().unwrap_or("TCP");
        asked.is_none_or(|(name, p)| {
            port.get("name").str().eq_ignore_ascii_case(name) && p.trim_start_matches('_').eq_ignore_ascii_case(protocol)
        })
    };
    if headless {
        for slice in slices_of(api, service) {
            let ready = || slice.get("endpoints").items().iter().filter(|e| is_ready(e));
            for port in slice.get("ports").items().iter().filter(meant) {
                targets.extend(ready().map(|e| (port.get("port").int(), endpoint_name(e, service))));
            }
        }
    } else {
        targets.extend(service.at(&["spec", "ports"]).items().iter().filter(meant).map(|p| (p.get("port").int(), full_name(service))));
    }
    let name = match asked {
        _ if targets.is_empty() => return None,
        Some((port, protocol)) => format!("_{port}.{protocol}.{}", full_name(service)),
        None => full_name(service),
    };
    let weight = 100 / targets.len();
    Some(targets.into_iter().map(|(port, target)| (name.clone(), "SRV", format!("0 {weight} {port} {target}"))).list())
}

fn full_name(service: &Value) -> String {
    format!("{}.{}.svc.cluster.local", service.name(), service.namespace())
}

/// What an endpoint of a headless service is called.
fn endpoint_name(endpoint: &Value, service: &Value) -> String {
    let hostname = endpoint.get("hostname").str();
    let own = if hostname.is_empty() {
        endpoint.get("addresses").items().first().map_or("", Value::str).replace('.', "-")
    } else {
        hostname.into()
    };
    format!("{own}.{}", full_name(service))
}

/// The ready addresses of a headless service, or of one host name behind it.
fn ready_of(api: &ApiServer, service: &Value, hostname: Option<&str>) -> Vec<IpAddr> {
    let all = slices_of(api, service).flat_map(|slice| slice.get("endpoints").items());
    let meant = all.filter(|e| is_ready(e) && hostname.is_none_or(|name| e.get("hostname").str() == name));
    meant.flat_map(|e| e.get("addresses").items()).filter_map(|a| a.str().parse().ok()).list()
}

/// A pod by its host name behind a headless service.
fn of_pod(api: &ApiServer, service: &Value, hostname: &str) -> Option<(String, Vec<IpAddr>)> {
    let addresses = ready_of(api, service, Some(hostname));
    let name = format!("{hostname}.{}", full_name(service));
    (!addresses.is_empty()).then_some((name, addresses))
}
