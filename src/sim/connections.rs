//! The connections of programs on the workstation: they reach the nodes, and the ports that a kubectl listens on.

use std::net::{IpAddr, Ipv4Addr};

use super::cluster::Cluster;
use super::web::Web;
use crate::api::{ArcStr, Object, Status, Value, kinds};
use crate::base::{Case as _, Time, http_status_text};
use crate::kubectl::{Behind, Passing};
use crate::kubelet::{Watches, answer_api_request, answer_asker, status_response};
use crate::network::{HttpRequest, HttpResponse, NetError, NetRequest, NetResponse};
use crate::runtime::{FileSystem, Kind as Inode, Pid};
use crate::server::{ApiServer, LogRequest, NodeApi, User};

/// How many bytes of a file `kubectl proxy` serves.
const FILE_MAX: usize = 1 << 20;

/// How many forwarded requests are remembered.
const FORWARDED_MAX: usize = 1024;

/// The local port of the API server, as in the kubeconfig.
const API_PORT: u16 = 6443;

/// How a request goes on.
pub(super) enum Way {
    /// It is answered at once.
    Answered(Result<NetResponse, NetError>),
    /// It went through this forwarded local port; the text is the error if nobody listens in the pod.
    Forwarded(u16, String),
    /// It is on its way.
    Sent,
}

/// Requests on their way.
#[derive(Clone, Debug, Default)]
pub(super) struct Connections {
    /// Those that the API server has passed on: their id and destination.
    proxied: Vec<(u64, String)>,
    /// Those that a kubectl has forwarded: their id, the kubectl, and its error if nobody listens.
    forwarded: Vec<(u64, Pid, String)>,
    /// The watches of programs.
    pub(super) watches: Watches<u64>,
    /// The web beyond the cluster.
    pub(super) web: Web,
}

/// The destination of a request: a name or address, and a port.
fn destination(request: &NetRequest) -> (&str, u16) {
    match request {
        NetRequest::Http(HttpRequest { host, port, .. }) | NetRequest::Tcp { host, port, .. } => (host, *port),
        NetRequest::Resolve { name, .. } | NetRequest::Records { name, .. } | NetRequest::Ping { host: name } => (name, 0),
    }
}

/// Whether a name or address is the workstation's own.
pub(super) fn is_local(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// The local port that a request goes to; none where it goes elsewhere.
pub(super) fn local_port(request: &NetRequest) -> Option<u16> {
    let (host, port) = destination(request);
    is_local(host).then_some(port)
}

/// A node's address, by the node's name or by the address itself.
fn node_address(cluster: &Cluster, host: &str) -> Option<ArcStr> {
    let address = |node: &Value| {
        let mut addresses = node.at(&["status", "addresses"]).items().iter();
        addresses.find(|a| a.get("type").str() == "InternalIP").map(|a| a.get("address").arc_str())
    };
    match cluster.api.peek(kinds::NODE, "", host) {
        Some(node) => address(node),
        None => cluster.api.nodes_at(host).filter_map(address).find(|ip| ip == host),
    }
}

impl Connections {
    /// Sends a request on its way. `behind` is what a kubectl serves at the port, if the request is for the workstation itself.
    pub fn connect(
        &mut self,
        cluster: &mut Cluster,
        now: Time,
        id: u64,
        request: NetRequest,
        behind: Option<Behind<'_>>,
        files: &FileSystem,
    ) -> Way {
        let (host, port) = destination(&request);
        let found =
            if is_local(host) { Some(IpAddr::V4(Ipv4Addr::LOCALHOST)) } else { node_address(cluster, host).and_then(|ip| ip.parse().ok()) };
        let Some(ip) = found else {
            if let Some(answer) = self.web.answer(&request) {
                return Way::Answered(Ok(answer));
            }
            self.web.miss_page_of(&request);
            // There is no route from outside to the addresses of pods and services.
            let error = if host.parse::<IpAddr>().is_ok() { NetError::Unreachable } else { NetError::NoSuchHost };
            return Way::Answered(Err(error));
        };
        match (request, behind) {
            (NetRequest::Resolve { name, .. }, _) => Way::Answered(Ok(NetResponse::Addresses(name, vec![ip]))),
            (NetRequest::Records { name, .. }, _) => Way::Answered(Ok(NetResponse::Records(vec![(name, "A", ip.to_string())]))),
            (NetRequest::Ping { .. }, _) => Way::Answered(Ok(NetResponse::Pong(ip))),
            (request, Some(Behind::Pod { namespace, pod, port: to })) => match cluster.kubelets.as_mut() {
                Some(kubelets) => {
                    kubelets.forward(now, namespace, pod, to, id, request);
                    let uid = cluster.api.peek(kinds::POD, namespace, pod).map_or("", Object::uid);
                    Way::Forwarded(port, refused_in_pod(port, to, uid))
                }
                None => Way::Answered(Err(NetError::Refused)),
            },
            (NetRequest::Http(request), Some(Behind::Api(proxy))) => {
                match proxy.pass(&request.method, request.header("Host").unwrap_or(&request.host), &request.path) {
                    Passing::Api(path) => {
                        let user = proxy.user.clone().unwrap_or_else(User::administrator);
                        self.proxy(cluster, &user, now, id, HttpRequest { path, ..request })
                    }
                    Passing::File(path) => answered(file(files, &path)),
                    Passing::Refused(status) => answered(refusal(status)),
                }
            }
            (_, Some(Behind::Api(_))) => Way::Answered(Err(NetError::Reset)),
            (NetRequest::Http(request), None) if ip.is_loopback() && port == API_PORT => {
                answered(self.watches.begin(id, answer_asker(&mut cluster.api, now, &request)))
            }
            (request, None) => match cluster.kubelets.as_mut().filter(|_| !ip.is_loopback()) {
                Some(kubelets) => {
                    kubelets.enter(now, id, to_address(request, &ip.to_string()));
                    Way::Sent
                }
                None => Way::Answered(Err(NetError::Refused)),
            },
        }
    }

    /// Answers a container's request to beyond the cluster. A missing page is noted, unless the name may be one of the cluster's.
    pub fn answer_container(&mut self, api: &ApiServer, request: &NetRequest) -> Option<NetResponse> {
        let answer = self.web.answer(request);
        if answer.is_none()
            && let Some((_, last)) = destination(request).0.rsplit_once('.')
            && !matches!(last, "svc" | "local")
            && api.peek(kinds::NAMESPACE, "", last).is_none()
        {
            self.web.miss_page_of(request);
        }
        answer
    }

    /// Serves a request through `kubectl proxy`: the API server answers it or passes it on.
    fn proxy(&mut self, cluster: &mut Cluster, user: &User, now: Time, id: u64, request: HttpRequest) -> Way {
        if let Err(status) = cluster.api.require_passing(user, &request.method, &request.path) {
            return status_answer(&status);
        }
        if let Some(location) = cluster.api.proxy_location(&request.path) {
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
        if let (Some(asked), Some(kubelets)) = (LogRequest::parse(&request.path), cluster.kubelets.as_ref()) {
            return match kubelets.logs(now, &asked.namespace, &asked.pod, &asked.container, &asked.options) {
                Ok(log) => answered(HttpResponse::new(200, "text/plain", log.bytes)),
                Err(status) => status_answer(&status),
            };
        }
        answered(self.watches.begin(id, answer_api_request(&mut cluster.api, now, user, &request)))
    }

    /// Notes that a kubectl has forwarded a request.
    pub fn forwarded(&mut self, id: u64, by: Pid, refused: String) {
        if self.forwarded.len() >= FORWARDED_MAX {
            self.forwarded.remove(0);
        }
        self.forwarded.push((id, by, refused));
    }

    /// The kubectl that loses its connection because nobody listened for a request, and its error.
    // Models PortForwarder.handleConnection.
    pub fn lost(&mut self, id: u64, answer: &Result<NetResponse, NetError>) -> Option<(Pid, String)> {
        let at = self.forwarded.iter().position(|(own, ..)| *own == id)?;
        let (_, by, refused) = self.forwarded.swap_remove(at);
        (*answer == Err(NetError::Refused)).then_some((by, refused))
    }

    /// An answer as the workstation gets it. If the API server passed the request on, it turns an error into its own.
    pub fn answer(&mut self, id: u64, answer: Result<NetResponse, NetError>) -> Result<NetResponse, NetError> {
        let Some(at) = self.proxied.iter().position(|(own, _)| *own == id) else { return answer };
        let (_, to) = self.proxied.swap_remove(at);
        answer.or_else(|error| Ok(NetResponse::Http(status_response(&unreachable(&to, error)))))
    }
}

/// What `kubectl port-forward` says where nobody listens on a pod's port. containerd names the sandbox, whose id here follows from the UID.
fn refused_in_pod(local: u16, port: u16, uid: &str) -> String {
    let sandbox = uid.replace('-', "").repeat(2);
    format!(
        "an error occurred forwarding {local} -> {port}: error forwarding port {port} to pod {sandbox}, uid : failed to execute portforward \
         in network namespace \"/var/run/netns/cni-{uid}\": failed to connect to localhost:{port} inside namespace {sandbox:?}, IPv4: dial \
         tcp4 127.0.0.1:{port}: connect: connection refused IPv6 dial tcp6: address localhost: no suitable address found "
    )
}

fn answered(answer: HttpResponse) -> Way {
    Way::Answered(Ok(NetResponse::Http(answer)))
}

/// An error in the words of Go's HTTP server.
fn refusal(status: u16) -> HttpResponse {
    let text = if status == 404 { "404 page not found" } else { http_status_text(status) };
    HttpResponse::new(status, "text/plain; charset=utf-8", format!("{text}\n"))
}

/// Serves a file of the workstation; for a folder, its `index.html` or a list of its entries.
// Models Go's http.FileServer.
fn file(files: &FileSystem, path: &str) -> HttpResponse {
    let read = |path: &str| files.read("/", path, FILE_MAX);
    let kind = match path.rsplit('.').next() {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("json") => "application/json",
        Some("html") => "text/html; charset=utf-8",
        _ => "text/plain; charset=utf-8",
    };
    let html = |body: Vec<u8>| HttpResponse::new(200, "text/html; charset=utf-8", body);
    match files.stat("/", path).map(|node| &node.kind) {
        Ok(Inode::Dir(entries)) => read(&format!("{path}/index.html")).map_or_else(
            |_| {
                let name = |name: &str, kind: &Inode| format!("{name}{}", if matches!(kind, Inode::Dir(_)) { "/" } else { "" });
                let names = entries.iter().map(|(n, inode)| name(n, &inode.kind));
                let list: String = names.map(|n| format!("<a href=\"{n}\">{n}</a>\n")).collect();
                html(
                    format!("<!doctype html>\n<meta name=\"viewport\" content=\"width=device-width\">\n<pre>\n{list}</pre>\n").into_bytes(),
                )
            },
            html,
        ),
        Ok(_) => read(path).map_or_else(|_| refusal(404), |bytes| HttpResponse::new(200, kind, bytes)),
        Err(_) => refusal(404),
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
    let error = match error {
        NetError::TimedOut => "i/o timeout".to_owned(),
        NetError::Refused | NetError::Reset => format!("connect: {}", error.to_string().lower()),
        _ => error.to_string().lower(),
    };
    Status::service_unavailable(format!("error trying to reach service: dial tcp {to}: {error}"))
}

fn status_answer(status: &Status) -> Way {
    answered(status_response(status))
}
