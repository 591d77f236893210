//! What programs on the workstation reach: the nodes, and what kubectl listens for.

use std::net::{IpAddr, Ipv4Addr};

use super::cluster::Cluster;
use crate::api::{ArcStr, Kind, Status, Value};
use crate::base::Time;
use crate::kubectl::Behind;
use crate::kubelet::{answer_api_request, status_response};
use crate::network::{HttpRequest, HttpResponse, NetError, NetRequest, NetResponse};
use crate::server::{LogRequest, NodeApi, User};

/// What becomes of a request.
pub(super) enum Way {
    /// It is answered at once.
    Answered(Result<NetResponse, NetError>),
    /// It goes through the local port that somebody forwards.
    Forwarded(u16),
    /// It is on its way.
    Sent,
}

/// Requests that the API server has passed on: their number, and where to.
#[derive(Clone, Debug, Default)]
pub(super) struct Connections {
    proxied: Vec<(u64, String)>,
}

/// Where a request goes to: a name or an address, and a port.
fn destination(request: &NetRequest) -> (&str, u16) {
    match request {
        NetRequest::Http(HttpRequest { host, port, .. }) | NetRequest::Tcp { host, port, .. } => (host, *port),
        NetRequest::Resolve { name } | NetRequest::Ping { host: name } => (name, 0),
    }
}

fn is_local(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// The port of the workstation's own that a request goes to.
pub(super) fn local_port(request: &NetRequest) -> Option<u16> {
    let (host, port) = destination(request);
    is_local(host).then_some(port)
}

/// A node's address, by its name or by the address itself.
fn node_address(cluster: &Cluster, host: &str) -> Option<ArcStr> {
    let kind = Kind::named("Node");
    let address = |node: &Value| {
        let addresses = node.at(&["status", "addresses"]).items().iter();
        addresses.into_iter().find(|a| a.get("type").str() == "InternalIP").map(|a| a.get("address").arc_str())
    };
    match cluster.api.peek(kind, "", host) {
        Some(node) => address(node),
        None => cluster.api.iter(kind, None).filter_map(address).find(|ip| ip == host),
    }
}

impl Connections {
    /// Sends a request on its way; `behind` is what listens where it goes to, if it goes to the workstation itself.
    pub fn connect(&mut self, cluster: &mut Cluster, now: Time, id: u64, request: NetRequest, behind: Option<Behind<'_>>) -> Way {
        let (host, port) = destination(&request);
        let found =
            if is_local(host) { Some(IpAddr::V4(Ipv4Addr::LOCALHOST)) } else { node_address(cluster, host).and_then(|ip| ip.parse().ok()) };
        let Some(ip) = found else {
            // Pods and services have addresses that nobody outside has a way to.
            let error = if host.parse::<IpAddr>().is_ok() { NetError::Unreachable } else { NetError::NoSuchHost };
            return Way::Answered(Err(error));
        };
        match (request, behind) {
            (NetRequest::Resolve { name }, _) => Way::Answered(Ok(NetResponse::Addresses(name, vec![ip]))),
            (NetRequest::Ping { .. }, _) => Way::Answered(Ok(NetResponse::Pong(ip))),
            (request, Some(Behind::Pod { namespace, pod, port: to })) => match cluster.kubelets.as_mut() {
                Some(kubelets) => {
                    kubelets.forward(now, namespace, pod, to, id, request);
                    Way::Forwarded(port)
                }
                None => Way::Answered(Err(NetError::Refused)),
            },
            (NetRequest::Http(request), Some(Behind::Api { prefix })) => self.proxy(cluster, now, id, request, prefix),
            (_, Some(Behind::Api { .. })) => Way::Answered(Err(NetError::Reset)),
            (request, None) => match cluster.kubelets.as_mut().filter(|_| !ip.is_loopback()) {
                Some(kubelets) => {
                    kubelets.enter(now, id, to_address(request, &ip.to_string()));
                    Way::Sent
                }
                None => Way::Answered(Err(NetError::Refused)),
            },
        }
    }

    /// What `kubectl proxy` answers, or the API server passes on.
    fn proxy(&mut self, cluster: &mut Cluster, now: Time, id: u64, request: HttpRequest, prefix: &str) -> Way {
        let answered = |code: u16, kind: &str, body: Vec<u8>| Way::Answered(Ok(NetResponse::Http(HttpResponse::new(code, kind, body))));
        let Some(path) = request.path.strip_prefix(prefix).map(|rest| format!("/{rest}")) else {
            return answered(404, "text/plain; charset=utf-8", b"404 page not found\n".to_vec());
        };
        let bare = path.split('?').next().unwrap_or("");
        // The filter's own default: commands in containers are not for pages of the web.
        if bare.starts_with("/api/") && bare.contains("/pods/") && (bare.ends_with("/exec") || bare.ends_with("/attach")) {
            return answered(403, "text/plain; charset=utf-8", b"Forbidden".to_vec());
        }
        if let Some(location) = cluster.api.proxy_location(&path) {
            return match (location, cluster.kubelets.as_mut()) {
                (Ok(to), Some(kubelets)) => {
                    self.proxied.push((id, format!("{}:{}", to.host, to.port)));
                    kubelets.enter(
                        now,
                        id,
                        NetRequest::Http(HttpRequest { host: to.host.to_string(), port: to.port, path: to.path, ..request }),
                    );
                    Way::Sent
                }
                (Err(status), _) => status_answer(&status),
                (Ok(to), None) => status_answer(&unreachable(&format!("{}:{}", to.host, to.port), NetError::Refused)),
            };
        }
        if let (Some(asked), Some(kubelets)) = (LogRequest::parse(&path), cluster.kubelets.as_ref()) {
            return match kubelets.logs(now, &asked.namespace, &asked.pod, &asked.container, &asked.options) {
                Ok(log) => answered(200, "text/plain", log.bytes),
                Err(status) => status_answer(&status),
            };
        }
        let request = HttpRequest { path, ..request };
        Way::Answered(Ok(NetResponse::Http(answer_api_request(&mut cluster.api, now, &User::administrator(), &request))))
    }

    /// An answer as the workstation gets it: of what the API server passed on, an error is the server's own.
    pub fn answer(&mut self, id: u64, answer: Result<NetResponse, NetError>) -> Result<NetResponse, NetError> {
        let Some(at) = self.proxied.iter().position(|(own, _)| *own == id) else { return answer };
        let (_, to) = self.proxied.swap_remove(at);
        answer.or_else(|error| Ok(NetResponse::Http(status_response(&unreachable(&to, error)))))
    }
}

fn to_address(request: NetRequest, ip: &str) -> NetRequest {
    match request {
        NetRequest::Http(request) => NetRequest::Http(HttpRequest { host: ip.into(), ..request }),
        NetRequest::Tcp { port, data, .. } => NetRequest::Tcp { host: ip.into(), port, data },
        other => other,
    }
}

// Models apimachinery/pkg/util/proxy.
fn unreachable(to: &str, error: NetError) -> Status {
    let error = error.to_string().to_lowercase();
    let error = error
        .strip_prefix("connection ")
        .map_or(error.clone(), |rest| if rest == "timed out" { "i/o timeout".into() } else { format!("connect: connection {rest}") });
    Status::service_unavailable(format!("error trying to reach service: dial tcp {to}: {error}"))
}

fn status_answer(status: &Status) -> Way {
    Way::Answered(Ok(NetResponse::Http(status_response(status))))
}
