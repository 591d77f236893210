//! nc and its like.

use super::super::super::kernel::{Kernel, Rd};
use super::super::super::process::{Block, Process, Step};
use super::super::{Options, Run};
use super::{Asking, beyond, client, listen};
use crate::base::Time;
use crate::network::NetError;

/// A connection of nc.
#[derive(Debug, Clone)]
pub struct Nc {
    pub host: String,
    pub port: u16,
    /// What is sent.
    pub data: Vec<u8>,
    /// Whether it only looks if somebody listens.
    pub scan: bool,
    pub verbose: bool,
    /// Whether all that is to be sent is read.
    ended: bool,
}

/// How much it sends at most, in bytes.
const DATA_MAX: usize = 1 << 20;

/// `nc` and its like, which with `-l` listen.
pub fn nc(r: &mut Run<'_>, o: &Options) -> Step {
    if o.has('l') {
        let port = o.value('p').or(o.rest.last().map(String::as_str));
        if let Some(port) = port.and_then(|p| p.parse().ok()) {
            return listen(r, port, o.has('k'));
        }
        r.err("bad port");
        return Step::Exit(1, 20);
    }
    let port = o.rest.get(1).map_or("", String::as_str);
    let (Some(host), Ok(number)) = (o.rest.first(), port.parse()) else {
        r.err(if o.rest.is_empty() { "missing host name".to_owned() } else { format!("bad port '{port}'") });
        return Step::Exit(1, 50);
    };
    let nc = Nc { host: host.clone(), port: number, data: Vec::new(), scan: o.has('z'), verbose: o.has('v'), ended: false };
    client(r, Asking::Nc(nc), o.value('w'))
}

impl Nc {
    /// Whether its connection holds a message for the process that started it.
    pub fn is_hold(&self) -> bool {
        self.data.starts_with(b"\x01r\x1fhold\x1f")
    }

    /// Reads what is to be sent; the step to take where it waits for that.
    pub fn read(&mut self, k: &mut Kernel, p: &mut Process, until: Time) -> Option<Step> {
        while !self.ended && !self.scan && self.data.len() < DATA_MAX {
            let Some(d) = p.fd(0) else { break };
            match k.read(d, 64 << 10, false) {
                Rd::Data(more) => {
                    // A terminal's line is a whole message.
                    let tty = k.is_tty(p, 0);
                    self.data.extend(more);
                    if tty {
                        break;
                    }
                }
                Rd::Empty => return Some(Step::Wait(Block::ReadUntil(d, until), 5)),
                _ => break,
            }
        }
        self.ended = true;
        None
    }

    /// Shows what was sent back, or that somebody listens.
    pub fn answered(&self, k: &mut Kernel, p: &mut Process, address: Option<&str>, bytes: &[u8]) -> Step {
        if !self.scan {
            let _ = k.put(p, 1, bytes);
        } else if self.verbose {
            let _ = k.put(p, 2, format!("{} ({}:{}) open\n", self.host, address.unwrap_or(&self.host), self.port).as_bytes());
        }
        Step::Exit(0, 20)
    }

    /// Tells why there is no connection.
    pub fn failed(&self, k: &mut Kernel, p: &mut Process, address: Option<&str>, e: NetError) -> Step {
        let Nc { host, port, .. } = self;
        if e == NetError::NoSuchHost {
            let _ = k.put(p, 2, format!("nc: bad address '{host}'{}\n", beyond(host)).as_bytes());
        } else if self.verbose || !self.scan {
            let _ = k.put(p, 2, format!("nc: {host} ({}:{port}): {e}\n", address.unwrap_or(host)).as_bytes());
        }
        Step::Exit(1, 20)
    }
}
