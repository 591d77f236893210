//! `nc -l`: a port on which one request after another is printed and answered.

use super::super::super::kernel::{Kernel, Rd};
use super::super::super::machine::{MachineEvent, Serving};
use super::super::super::process::{Block, Process, Step};
use super::super::{Program, Run, become_program};
use super::authority;
use crate::base::Time;
use crate::network::{HttpResponse, NetRequest, NetResponse};

/// `nc -l`: prints what comes in, and answers with its standard input.
#[derive(Debug, Clone)]
pub struct Listener {
    pub port: u16,
    again: bool,
    current: Option<Serving>,
    answer: Vec<u8>,
}

/// Starts `nc -l`.
pub fn listen(r: &mut Run<'_>, port: u16, again: bool) -> Step {
    if r.k.is_taken(port) {
        r.err("bind: Address already in use");
        return Step::Exit(1, 20);
    }
    become_program(Program::Listener(Listener { port, again, current: None, answer: Vec::new() }), 50)
}

impl Listener {
    pub fn step(&mut self, k: &mut Kernel, p: &mut Process) -> Step {
        if self.current.is_none() {
            let Some(s) = k.take_request(&[self.port]) else { return Step::Wait(Block::Serve(Time::MAX), 0) };
            let shown = match &s.request {
                NetRequest::Tcp { data, .. } => data.clone(),
                NetRequest::Http(r) => {
                    let mut text = format!("{} {} HTTP/1.1\r\nHost: {}\r\n", r.method, r.path, authority(r));
                    for (n, v) in &r.headers {
                        text.push_str(&format!("{n}: {v}\r\n"));
                    }
                    text.push_str("\r\n");
                    let mut bytes = text.into_bytes();
                    bytes.extend_from_slice(&r.body);
                    bytes
                }
                _ => Vec::new(),
            };
            let _ = k.put(p, 1, &shown);
            self.current = Some(s);
        }
        if let Some(d) = p.fd(0) {
            loop {
                match k.read(d, 64 << 10, false) {
                    Rd::Data(bytes) if self.answer.len() < 4 << 20 => self.answer.extend(bytes),
                    Rd::Empty => return Step::Wait(Block::Read(d), 5),
                    _ => break,
                }
            }
        }
        if let Some(s) = self.current.take() {
            let bytes = std::mem::take(&mut self.answer);
            let response = match s.request {
                NetRequest::Http(_) => HttpResponse::from_bytes(&bytes).map(NetResponse::Http),
                _ => Ok(NetResponse::Tcp(bytes)),
            };
            k.events.push(MachineEvent::Served { id: s.id, response, at: k.now });
        }
        if self.again { Step::Wait(Block::Serve(Time::MAX), 20) } else { Step::Exit(0, 20) }
    }
}
