//! Requests of containers to hosts that the cluster knows nothing of. Whoever sits beyond it answers them.

use super::kubelets::Kubelets;
use super::message::Message;
use super::network_policy::{End, allows};
use super::router::{CONNECT_TIMEOUT, LATENCY, ReplyTo};
use crate::base::Time;
use crate::network::{BEYOND, HttpRequest, NetError, NetRequest, NetResponse};
use crate::server::ApiServer;

/// Such a request.
#[derive(Clone, Debug)]
pub struct Beyond {
    pub(super) reply_to: ReplyTo,
    /// What is asked.
    pub request: NetRequest,
}

impl Kubelets {
    /// Takes what containers ask of hosts beyond the cluster.
    pub fn take_beyond(&mut self) -> Vec<Beyond> {
        std::mem::take(&mut self.beyond)
    }

    /// Such a request is answered; with nothing where there is no such host.
    pub fn answer_beyond(&mut self, api: &ApiServer, now: Time, Beyond { reply_to, request }: Beyond, answer: Option<NetResponse>) {
        let Some(kubelet) = self.kubelets.get(&reply_to.node) else { return };
        let Some(worker) = kubelet.pods.get(&reply_to.uid) else { return };
        let ip = worker.ip(&kubelet.node.ip).unwrap_or_default();
        let (from, to) = (End { pod: Some(&worker.pod), ip: &ip }, BEYOND.to_string());
        let passes = match &request {
            NetRequest::Http(HttpRequest { port, .. }) | NetRequest::Tcp { port, .. } => {
                allows(api, from, End { pod: None, ip: &to }, *port)
            }
            _ => true,
        };
        let (after, answer) = match answer {
            Some(_) if !passes => (CONNECT_TIMEOUT, Err(NetError::TimedOut)),
            answer => (LATENCY * 8, answer.ok_or(NetError::NoSuchHost)),
        };
        self.network.push(now + after, Message::Reply(reply_to, answer));
    }
}
