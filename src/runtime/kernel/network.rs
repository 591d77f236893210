//! The machine's end of the network: requests that its programs make, and those that they serve.

use super::Kernel;
use crate::network::{NetError, NetRequest, NetResponse};
use crate::runtime::machine::{MachineEvent, Serving};
use crate::runtime::process::{Block, Pid, Process};
use crate::runtime::programs;

impl Kernel {
    /// Takes the answer to a request, once all of it is there.
    pub fn whole_answer(&mut self, id: u64) -> Option<Result<NetResponse, NetError>> {
        if matches!(self.answers.get(&id), Some(Ok(NetResponse::Http(http))) if http.open) { None } else { self.answers.remove(&id) }
    }

    /// Sends a request; the number that its answer comes under.
    pub fn request(&mut self, p: &Process, request: NetRequest) -> u64 {
        let id = self.next_request;
        self.next_request += 1;
        self.requests_open.insert(id, p.pid);
        self.events.push(MachineEvent::Request { id, pid: p.pid, request, at: self.now });
        id
    }

    /// The host has the answer to a request.
    pub fn respond(&mut self, id: u64, answer: Result<NetResponse, NetError>) {
        let is_open = |answer: &_| matches!(answer, Ok(NetResponse::Http(http)) if http.open);
        let found = if is_open(&answer) { self.requests_open.get(&id).copied() } else { self.requests_open.remove(&id) };
        let Some(pid) = found else { return };
        match (self.answers.get_mut(&id), answer) {
            // More of what has not been read yet.
            (Some(Ok(NetResponse::Http(old))), Ok(NetResponse::Http(new))) => {
                old.body.extend(new.body);
                old.open = new.open;
            }
            (_, answer) => _ = self.answers.insert(id, answer),
        }
        let now = self.now;
        if let Some(p) = self.procs.get_mut(&pid)
            && (matches!(p.block, Block::NetUntil(n, _) if n == id) || matches!(p.block, Block::Serve(_)))
        {
            p.wake = now;
        }
    }

    /// Whether nobody can listen at a port any more.
    pub(in crate::runtime) fn is_taken(&self, port: u16) -> bool {
        self.taken.contains(&port) || self.listener(port).is_some()
    }

    /// The process that listens on a port.
    pub(in crate::runtime) fn listener(&self, port: u16) -> Option<Pid> {
        self.procs.values().find(|p| programs::ports(p).contains(&port)).map(|p| p.pid)
    }

    /// Takes the first request for one of these ports.
    pub(in crate::runtime) fn take_request(&mut self, ports: &[u16]) -> Option<Serving> {
        let at = self.serving.iter().position(|s| ports.contains(&s.port))?;
        self.serving.remove(at)
    }
}
