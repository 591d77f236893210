//! Requests of containers over the cluster's network: to services and to pods. What kube-proxy does.

use super::api_over_http::is_api_server;
use super::container_runtime::{HttpRequest, NetError, NetRequest, NetResponse};
use super::dns::{records, resolve};
use super::network_policy::is_within;
use super::traffic::Way;
use crate::api::well_known::ZONE;
use crate::api::{ArcStr, Object, Value, kinds};
use crate::base::{Duration, RandomStream, Time};
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
    let by_address = || service_at(api, host).or_else(|| node_port(api, host, *port).map(|(service, ..)| service));
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

/// Who sends a request, and when: what decides which endpoint of a service it gets to.
pub(super) struct Sender<'a> {
    /// When.
    pub now: Time,
    pub namespace: &'a str,
    pub node: &'a str,
    pub ip: &'a str,
}

/// Finds where a request goes.
pub(super) fn route(api: &ApiServer, random: &mut RandomStream, sender: &Sender<'_>, request: &NetRequest) -> Route {
    let namespace = sender.namespace;
    let (host, port) = match request {
        NetRequest::Http(HttpRequest { host, port, .. }) | NetRequest::Tcp { host, port, .. } => (host.as_str(), *port),
        NetRequest::Resolve { name, .. } => {
            let found = resolve(api, sender.now, namespace, name);
            return Route::Answer(match found {
                Some((name, addresses)) => Ok(NetResponse::Addresses(name, addresses)),
                None => Err(NetError::NoSuchHost),
            });
        }
        NetRequest::Records { name, of } => {
            return Route::Answer(records(api, sender.now, namespace, name, of).map(NetResponse::Records).ok_or(NetError::NoSuchHost));
        }
        NetRequest::Ping { host } => {
            let Some((_, addresses)) = resolve(api, sender.now, namespace, host) else { return Route::Answer(Err(NetError::NoSuchHost)) };
            return match addresses.first() {
                // Services answer no echo requests.
                Some(ip) if service_at(api, &ip.to_string()).is_some() => Route::Silence,
                Some(ip) => Route::Answer(Ok(NetResponse::Pong(*ip))),
                None => Route::Answer(Err(NetError::NoSuchHost)),
            };
        }
    };
    let Some((_, addresses)) = resolve(api, sender.now, namespace, host) else { return Route::Answer(Err(NetError::NoSuchHost)) };
    let Some(ip) = pick(&addresses, random) else { return Route::Answer(Err(NetError::NoSuchHost)) };
    let ip = ip.to_string();
    if is_api_server(api, &ip, port) {
        return Route::Api;
    }
    if let Some(service) = service_at(api, &ip) {
        let ranges = service.at(&["spec", "loadBalancerSourceRanges"]).items();
        if balances(service, &ip) && !ranges.is_empty() && !ranges.iter().any(|range| is_within(sender.ip, range.str())) {
            return Route::Silence;
        }
        let port = service.at(&["spec", "ports"]).items().iter().find(|p| p.get("port").int() == i64::from(port));
        // From inside of the cluster all endpoints are behind its addresses outside.
        let local = is_own(service, &ip) && service.at(&["spec", "internalTrafficPolicy"]).str() == "Local";
        return port.map_or(Route::Silence, |port| to_endpoint(api, random, service, port, sender.node, local, sender.ip));
    }
    match node_port(api, &ip, port) {
        Some((service, port, node)) => {
            let local = service.at(&["spec", "externalTrafficPolicy"]).str() == "Local";
            to_endpoint(api, random, service, port, node, local, sender.ip)
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

pub(super) fn service_of<'a>(api: &'a ApiServer, ip: &str) -> Option<&'a Value> {
    api.services_at(ip).find(|s| is_own(s, ip))
}

/// Whether an address is a service's own within the cluster.
pub(super) fn is_own(service: &Value, ip: &str) -> bool {
    service.at(&["spec", "clusterIP"]).str() == ip
}

/// The service that has an address, in the cluster or outside: nodes lead to its endpoints what pods send to either.
fn service_at<'a>(api: &'a ApiServer, ip: &str) -> Option<&'a Value> {
    let outside = |s: &&Value| balances(s, ip) || s.at(&["spec", "externalIPs"]).items().iter().any(|a| a.str() == ip);
    service_of(api, ip).or_else(|| api.services_at(ip).find(outside))
}

/// Whether an address is that of a service's load balancer, and nodes need not pass through it.
fn balances(service: &Value, ip: &str) -> bool {
    let list = service.at(&["status", "loadBalancer", "ingress"]).items();
    list.iter().any(|i| i.get("ip").str() == ip && i.get("ipMode").str() != "Proxy")
}

/// The service that is behind a port of a node, its port, and the node's name.
fn node_port<'a>(api: &'a ApiServer, ip: &str, port: u16) -> Option<(&'a Value, &'a Value, &'a str)> {
    if !NODE_PORTS.contains(&i64::from(port)) {
        return None;
    }
    let of = |service: &'a Value| service.at(&["spec", "ports"]).items().iter().find(|p| p.get("nodePort").int() == i64::from(port));
    let (service, port) = api.services_on(port).find_map(|service| Some((service, of(service)?)))?;
    Some((service, port, node_at(api, ip)?))
}

/// The name of the node that has an address.
fn node_at<'a>(api: &'a ApiServer, ip: &str) -> Option<&'a str> {
    Some(api.nodes_at(ip).next()?.name())
}

/// What a node says on a Service's `healthCheckNodePort`: how many of its endpoints are there.
// Models hcHandler of kube-proxy's healthcheck.
fn health_check(api: &ApiServer, ip: &str, port: u16) -> Option<HttpResponse> {
    if !NODE_PORTS.contains(&i64::from(port)) {
        return None;
    }
    let service = api.services_on(port).find(|s| s.at(&["spec", "healthCheckNodePort"]).int() == i64::from(port))?;
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

/// A node leads a service's port to one of its ready endpoints, of its own alone where it is to stay `local`.
fn to_endpoint(api: &ApiServer, random: &mut RandomStream, service: &Value, port: &Value, node: &str, local: bool, client: &str) -> Route {
    let [mut ready, ending] = endpoints(api, service, port.get("name").str(), if local { node } else { "" });
    if !local {
        keep_near(api, node, &mut ready);
    }
    // Pods that end but still serve are better than none (ProxyTerminatingEndpoints).
    let able = if ready.is_empty() { ending } else { ready };
    let chosen = match service.at(&["spec", "sessionAffinity"]).str() {
        // The same client meets the same endpoint as long as it is there.
        "ClientIP" => able.iter().max_by_key(|(ip, ..)| RandomStream::new(0, &format!("{client} {ip}")).bits()),
        _ => pick(&able, random),
    };
    match chosen {
        Some((ip, target, _)) => Route::Address(ip.clone(), *target),
        // kube-proxy drops what may go to a node's own endpoints alone, and rejects connections to a service without any.
        None if local => Route::Silence,
        None => Route::Answer(Err(NetError::Refused)),
    }
}

/// Leaves of the endpoints those that are meant for a node, or else for its zone, where all say for whom they are.
// Models topologyModeFromHints and availableForTopology (pkg/proxy/topology.go).
fn keep_near(api: &ApiServer, node: &str, ready: &mut Vec<Target<'_>>) {
    let zone = api.peek(kinds::NODE, "", node).and_then(|n| n.label(ZONE)).unwrap_or("");
    for (list, name) in [("forNodes", node), ("forZones", zone)] {
        let meant = |(.., hints): &Target<'_>| hints.get(list).named(name).is_some();
        if ready.iter().all(|(.., hints)| !hints.get(list).is_empty()) && ready.iter().any(meant) {
            return ready.retain(meant);
        }
    }
}

pub(super) fn slices_of<'a>(api: &'a ApiServer, service: &'a Value) -> impl Iterator<Item = &'a Value> {
    api.slices_of(service.namespace(), service.name())
}

pub(super) fn is_ready(endpoint: &Value) -> bool {
    endpoint.at(&["conditions", "ready"]).as_bool().unwrap_or(true)
}

/// An endpoint's address, its port, and its hints.
type Target<'a> = (ArcStr, u16, &'a Value);

/// What is behind a service's port, what is ready and what ends and serves still; of one node where that is named.
fn endpoints<'a>(api: &'a ApiServer, service: &'a Value, port_name: &str, node: &str) -> [Vec<Target<'a>>; 2] {
    let mut out = [Vec::new(), Vec::new()];
    for slice in slices_of(api, service) {
        let Some(port) = slice.get("ports").named(port_name).map(|p| p.get("port").int()) else {
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
            out[which].extend(endpoint.get("addresses").items().iter().map(|a| (a.arc_str(), port, endpoint.get("hints"))));
        }
    }
    out
}
