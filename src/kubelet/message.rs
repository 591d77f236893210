//! Messages on the cluster's network: who sends them, whom they reach, and the answers on their way back.

use std::net::IpAddr;

use super::api_over_http::answer_asker;
use super::beyond::Beyond;
use super::container::Container;
use super::container_runtime::{HttpRequest, NetError, NetRequest, NetResponse};
use super::dns::answers;
use super::kubelets::{Kubelet, Kubelets};
use super::network_policy::{End, allows, allows_lookup};
use super::pod_worker::{Cx, PodWorker, ServeUse};
use super::router::{CONNECT_TIMEOUT, LATENCY, Outgoing, ReplyTo, Route, Sender, route, service_behind};
use crate::api::ArcStr;
use crate::base::{Duration, Time};
use crate::network::GATEWAY;
use crate::server::ApiServer;

/// A message under way in the cluster's network.
#[derive(Clone, Debug)]
pub(super) enum Message {
    Request(Outgoing),
    Reply(ReplyTo, Result<NetResponse, NetError>),
    /// A connection from outside to a port of a pod, by namespace and name.
    Forward((ArcStr, ArcStr), u16, u64, NetRequest),
    /// The sender of a request is gone.
    Closed(ReplyTo),
    /// The next request of a service's load is due: namespace and name, and the load's number.
    Load((ArcStr, ArcStr), u64),
    /// A container's memory fills up.
    Fill(Fill),
}

/// A container's memory fills up by so many bytes, so many times more.
#[derive(Clone, Debug)]
pub(super) struct Fill {
    node: ArcStr,
    uid: ArcStr,
    container: usize,
    /// Which of its instances: another one begins with empty memory.
    attempt: u32,
    bytes: u64,
    times: u32,
}

/// In how many steps a container's memory is filled, and how long after each other they come.
const FILL_STEPS: u32 = 16;
const FILL_STEP: Duration = Duration::from_millis(500);
/// In place of a node's name: whoever asks by a forwarded port. No node can be called so.
const OUTSIDE: &str = "(outside)";

impl Kubelets {
    /// Connects somebody outside to a port of a pod, as `port-forward` does; `id` comes back with the answer.
    pub fn forward(&mut self, now: Time, namespace: &str, pod: &str, port: u16, id: u64, request: NetRequest) {
        self.network.push(now + LATENCY, Message::Forward((namespace.into(), pod.into()), port, id, request));
    }

    /// A request comes to an address in the cluster from outside; `id` comes back with the answer.
    pub fn enter(&mut self, now: Time, id: u64, request: NetRequest) {
        let out = Outgoing { node: OUTSIDE.into(), uid: ArcStr::new(), container: 0, id, request };
        self.network.push(now + LATENCY, Message::Request(out));
    }

    /// Whether there are answers for somebody outside, requests that are answered there, or programs to run from there.
    pub fn has_outside(&self) -> bool {
        !(self.forwarded.is_empty() && self.externals.is_empty() && self.beyond.is_empty())
    }

    /// Takes those answers.
    pub fn take_forwarded(&mut self) -> Vec<(u64, Result<NetResponse, NetError>)> {
        std::mem::take(&mut self.forwarded)
    }

    /// A container's memory fills up by so many bytes, over some seconds.
    pub fn fill(&mut self, now: Time, namespace: &str, pod: &str, container: &str, bytes: u64) {
        let Some((node, uid, container)) = self.place_of_container(namespace, pod, container) else { return };
        let newest = self.worker(namespace, pod).and_then(|w| w.containers[container].newest());
        let attempt = newest.map_or(0, |i| i.attempt);
        let fill = Fill { node, uid, container, attempt, bytes: bytes / u64::from(FILL_STEPS), times: FILL_STEPS };
        self.network.push(now, Message::Fill(fill));
    }

    /// A message arrives.
    pub(super) fn deliver(&mut self, api: &mut ApiServer, now: Time, message: Message) {
        match message {
            Message::Reply(to, answer) if to.node == OUTSIDE => {
                self.traffic.answered(&to.way, answer.is_ok());
                self.forwarded.push((to.id, answer));
            }
            Message::Forward(pod, port, id, request) => {
                let reply_to = ReplyTo { node: OUTSIDE.into(), uid: ArcStr::new(), container: 0, id, way: Default::default() };
                let place = self.names.get(&pod).cloned();
                let answered = place.and_then(|(node, uid)| {
                    self.with_worker(api, now, &node, &uid, |worker, cx| serve(worker, cx, port, request, reply_to.clone()))
                });
                if let Err(error) = answered.unwrap_or(Err(NetError::Refused)) {
                    self.reply(now + LATENCY, reply_to, Err(error));
                }
            }
            Message::Reply(to, answer) => {
                self.traffic.answered(&to.way, answer.is_ok());
                self.take_server(&to);
                self.with_worker(api, now, &to.node, &to.uid, |worker, cx| {
                    if let Some(machine) = worker.containers.get_mut(to.container).and_then(Container::machine_mut) {
                        machine.respond(cx.now, to.id, answer);
                        worker.pump(cx, to.container);
                    }
                });
            }
            Message::Request(out) => self.route_request(api, now, out),
            Message::Closed(sender) => self.hang_up(api, now, &sender),
            Message::Load(key, number) => self.send_load(api, now, key, number),
            Message::Fill(fill) => self.fill_once(now, fill),
        }
    }

    /// One step of filling a container's memory.
    fn fill_once(&mut self, now: Time, fill: Fill) {
        let filled = self.touch(now, &fill.node, &fill.uid, fill.container, |instance, now| {
            let pid = instance.main_pid().filter(|_| instance.attempt == fill.attempt);
            if let (Some(pid), Some(machine)) = (pid, instance.machine.as_deref_mut()) {
                machine.fill_memory(now, pid, fill.bytes);
                return true;
            }
            false
        });
        if fill.times > 1 && filled == Some(true) {
            self.network.push(now + FILL_STEP, Message::Fill(Fill { times: fill.times - 1, ..fill }));
        }
    }

    /// Tells whoever serves a request that its sender is gone.
    fn hang_up(&mut self, api: &mut ApiServer, now: Time, sender: &ReplyTo) {
        self.watches.end(|to| to.is(sender));
        let Some((node, uid)) = self.take_server(sender) else { return };
        let is_it = |used: &ServeUse| matches!(used, ServeUse::Network(to) if to.is(sender));
        self.with_worker(api, now, &node, &uid, |worker, cx| {
            let Some(key) = worker.serves.iter().find(|(_, used)| is_it(used)).map(|(key, _)| *key) else { return };
            if let Some(ServeUse::Network(to)) = worker.serves.remove(&key) {
                cx.node.unserved.push(to.way);
            }
            if let Some(machine) = worker.containers.get_mut(key.0).and_then(Container::machine_mut) {
                machine.hang_up(cx.now, key.1);
                worker.pump(cx, key.0);
            }
        });
    }

    /// An answer is on its way back.
    fn reply(&mut self, at: Time, to: ReplyTo, answer: Result<NetResponse, NetError>) {
        self.network.push(at, Message::Reply(to, answer));
    }

    /// Sends a request on its way; one without a sender comes from outside the cluster.
    pub(super) fn route_request(&mut self, api: &mut ApiServer, now: Time, out: Outgoing) {
        let sender = self.kubelets.get(&out.node).and_then(|k| Some((k.pods.get(&out.uid)?, &k.node)));
        if sender.is_none() && !out.uid.is_empty() {
            return;
        }
        let namespace: ArcStr = sender.map_or_else(ArcStr::new, |s| s.0.namespace().into());
        let own_ip = sender.and_then(|s| s.0.ip(&s.1.ip)).unwrap_or_default();
        let cut = sender.is_some_and(|s| s.1.cut);
        let sending = sender.map(|s| s.0.pod.clone());
        let calling = End { pod: sending.as_ref(), ip: if own_ip.is_empty() { GATEWAY } else { &own_ip } };
        let counted = matches!(out.request, NetRequest::Http(_) | NetRequest::Tcp { .. });
        let service = service_behind(api, &namespace, &out.request);
        let from = out.node.clone();
        let mut reply_to =
            ReplyTo { way: (out.uid.clone(), service, ArcStr::new()), node: out.node, uid: out.uid, container: out.container, id: out.id };
        if sending.is_some() && asks_for_name(&out.request) && !(allows_lookup(api, calling) && answers(api, self.names_by_pods)) {
            // Who asks for more than an address tells the two apart.
            let error = if matches!(out.request, NetRequest::Records { .. }) { NetError::TimedOut } else { NetError::NoSuchHost };
            return self.reply(now + CONNECT_TIMEOUT, reply_to, Err(error));
        }
        let routed = match route(api, &mut self.random, &Sender { now, namespace: &namespace, node: &from, ip: &own_ip }, &out.request) {
            _ if cut => Route::Silence,
            Route::Address(ip, port) if ip.starts_with("127.") => Route::Address(own_ip.clone(), port),
            Route::Address(ip, port) => self.host_port(&ip, port).map_or(Route::Address(ip, port), |(ip, port)| Route::Address(ip, port)),
            other => other,
        };
        let found = if let Route::Address(ip, _) = &routed { self.pod_at(ip, &reply_to) } else { None };
        if let Some((node, uid)) = &found {
            reply_to.way.2 = uid.clone();
            if self.kubelets.get(node).is_some_and(|k| k.node.cut) {
                self.traffic.sent(&reply_to.way, now);
                return self.reply(now + CONNECT_TIMEOUT, reply_to, Err(NetError::TimedOut));
            }
        }
        // What a pod asks itself goes nowhere.
        if counted && (reply_to.way.2.is_empty() || reply_to.way.2 != reply_to.uid) {
            self.traffic.sent(&reply_to.way, now);
        }
        let (ip, port) = match routed {
            Route::Answer(Err(NetError::NoSuchHost)) if !reply_to.uid.is_empty() => {
                return self.beyond.push(Beyond { reply_to, request: out.request });
            }
            Route::Answer(answer) => return self.reply(now + LATENCY, reply_to, answer),
            Route::Api => {
                let answer = match &out.request {
                    NetRequest::Http(request) => {
                        // What is told later is no answer of its own.
                        let to = ReplyTo { way: Default::default(), ..reply_to.clone() };
                        Ok(NetResponse::Http(self.watches.begin(to, answer_asker(api, now, request))))
                    }
                    // A connection is taken; what is not HTTP has no answer.
                    _ => Ok(NetResponse::Tcp(Vec::new())),
                };
                return self.reply(now + LATENCY * 2, reply_to, answer);
            }
            Route::Silence => return self.reply(now + CONNECT_TIMEOUT, reply_to, Err(NetError::TimedOut)),
            Route::Address(ip, port) => (ip, port),
        };
        let Some((node, uid)) = found else {
            let outside = !ip.starts_with("10.");
            let (wait, error) = if outside { (CONNECT_TIMEOUT, NetError::TimedOut) } else { (LATENCY * 8, NetError::Unreachable) };
            return self.reply(now + wait, reply_to, Err(error));
        };
        let target = self.kubelets.get(&node).and_then(|k| k.pods.get(&uid)).map(|w| w.pod.clone());
        if uid != reply_to.uid && !allows(api, calling, End { pod: target.as_ref(), ip: &ip }, port) {
            return self.reply(now + CONNECT_TIMEOUT, reply_to, Err(NetError::TimedOut));
        }
        let mut request = out.request;
        if let NetRequest::Http(http) = &mut request {
            let within = http.host == "localhost" || http.host.starts_with("127.");
            http.client = if within { "127.0.0.1".into() } else { own_ip.to_string() };
        }
        let answered = self.with_worker(api, now, &node, &uid, |worker, cx| serve(worker, cx, port, request, reply_to.clone()));
        match answered {
            Some(Ok(())) if !reply_to.uid.is_empty() => {
                self.servers.insert((reply_to.uid, reply_to.container, reply_to.id), (node, uid));
            }
            Some(Err(error)) => self.reply(now + LATENCY, reply_to, Err(error)),
            _ => {}
        }
    }

    /// Who serves a request of a pod's container; nobody from now on.
    fn take_server(&mut self, sender: &ReplyTo) -> Option<(ArcStr, ArcStr)> {
        self.servers.remove(&(sender.uid.clone(), sender.container, sender.id))
    }

    /// The kubelets whose nodes have this address or, where it is but a number, its pods' addresses as their third.
    fn kubelets_at<'a>(&'a self, at: &str) -> impl Iterator<Item = &'a Kubelet> {
        self.nodes_at.get(at).into_iter().flatten().filter_map(move |name| Some(&**self.kubelets.get(name)?))
    }

    /// The pod's address and port behind a `hostPort` of the node with this address.
    fn host_port(&self, ip: &str, port: u16) -> Option<(ArcStr, u16)> {
        let kubelet = self.kubelets_at(ip).next()?;
        kubelet.workers().filter(|w| !w.killed && !w.spec.host_network).find_map(|worker| {
            let mut ports = worker.pod.at(&["spec", "containers"]).items().iter().flat_map(|c| c.get("ports").items());
            let found = ports.find(|p| p.get("hostPort").int() == i64::from(port))?;
            Some((worker.ip(&kubelet.node.ip)?, u16::try_from(found.get("containerPort").int()).ok()?))
        })
    }

    /// The pod that has an address; a node's address is that of the sender where it shares the node's network.
    fn pod_at(&self, ip: &str, sender: &ReplyTo) -> Option<(ArcStr, ArcStr)> {
        let third = ip.split('.').nth(2).unwrap_or_default();
        self.kubelets_at(ip).chain(self.kubelets_at(third)).find_map(|Kubelet { node, pods }| {
            let holds = |uid: &&ArcStr| pods.get(*uid).is_some_and(|w| !w.killed && w.ip(&node.ip).is_some_and(|own| own == ip));
            let found = match node.holder(ip) {
                None if node.ip == ip => Some(&sender.uid).filter(holds).or_else(|| pods.keys().find(holds)),
                holder => holder.filter(holds),
            };
            Some((node.name.clone(), found?.clone()))
        })
    }
}

/// Whether the cluster's DNS is asked on the way.
fn asks_for_name(request: &NetRequest) -> bool {
    let (NetRequest::Http(HttpRequest { host: name, .. })
    | NetRequest::Tcp { host: name, .. }
    | NetRequest::Resolve { name, .. }
    | NetRequest::Records { name, .. }
    | NetRequest::Ping { host: name }) = request;
    name != "localhost" && name.parse::<IpAddr>().is_err()
}

/// Hands a request from the network to whichever container of a pod listens.
fn serve(worker: &mut PodWorker, cx: &mut Cx<'_>, port: u16, request: NetRequest, reply_to: ReplyTo) -> Result<(), NetError> {
    for c in 0..worker.containers.len() {
        if worker.containers[c].machine().is_some_and(|m| m.listens(port))
            && let Some(machine) = worker.containers[c].machine_mut()
        {
            let id = machine.serve(cx.now, port, request)?;
            worker.serves.insert((c, id), ServeUse::Network(reply_to));
            worker.pump(cx, c);
            return Ok(());
        }
    }
    Err(NetError::Refused)
}
