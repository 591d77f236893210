//! ping.

use super::super::super::kernel::Kernel;
use super::super::super::process::{Block, Process, Signal, Step};
use super::super::super::text;
use super::super::{Options, Run};
use super::{Asking, beyond, client};
use crate::base::{Duration, Time};
use crate::network::{NetError, NetRequest, NetResponse};

/// Echo requests to a host.
#[derive(Debug, Clone)]
pub struct Ping {
    host: String,
    /// How many are still to be sent.
    left: u64,
    sent: u64,
    got: u64,
    /// When the last one was sent.
    at: Time,
    every: Duration,
}

pub fn ping(r: &mut Run<'_>, o: &Options) -> Step {
    let Some(host) = o.rest.first().cloned() else {
        return Step::Exit(r.missing(&[]), 50);
    };
    let every = Duration::from_micros(o.value('i').and_then(text::duration_us).unwrap_or(1_000_000).max(10_000));
    r.p.handled |= Signal::INT.bit();
    let ping = Ping { host, left: o.number('c').unwrap_or(u64::MAX), sent: 0, got: 0, at: Time::ZERO, every };
    client(r, Asking::Ping(ping), o.value('w'))
}

impl Ping {
    /// Sends what is due, and shows what came back. `request` is the one that is on its way.
    pub fn step(&mut self, k: &mut Kernel, p: &mut Process, request: &mut Option<u64>) -> Step {
        let interrupted = p.pending & Signal::INT.bit() != 0;
        p.pending &= !Signal::INT.bit();
        let Ping { host, left, sent, got, at, every } = self;
        let next = *at + *every;
        if let Some(id) = *request {
            match k.answers.remove(&id) {
                None if interrupted => *request = None,
                // Without an answer the next one goes out all the same.
                None if k.now < next => {
                    return Step::Wait(Block::NetUntil(id, next), 0);
                }
                None => *request = None,
                Some(Ok(NetResponse::Pong(from))) => {
                    *request = None;
                    if *got == 0 && *sent == 1 {
                        let _ = k.put(p, 1, format!("PING {host} ({from}): 56 data bytes\n").as_bytes());
                    }
                    let ms = k.now.since(*at).as_secs_f64() * 1e3;
                    let _ = k.put(p, 1, format!("64 bytes from {from}: seq={} ttl=64 time={ms:.3} ms\n", *sent - 1).as_bytes());
                    *got += 1;
                }
                Some(Err(NetError::NoSuchHost)) => {
                    let _ = k.put(p, 2, format!("ping: bad address '{host}'{}\n", beyond(host)).as_bytes());
                    return Step::Exit(1, 20);
                }
                Some(_) => {
                    *request = None;
                    if *sent == 1 {
                        let _ = k.put(p, 1, format!("PING {host} ({host}): 56 data bytes\n").as_bytes());
                    }
                }
            }
        }
        if *left == 0 || interrupted {
            let loss = ((*sent - *got) * 100).checked_div(*sent).unwrap_or(0);
            let _ = k.put(
                p,
                1,
                format!("\n--- {host} ping statistics ---\n{sent} packets transmitted, {got} packets received, {loss}% packet loss\n")
                    .as_bytes(),
            );
            return Step::Exit(i32::from(*got == 0), 20);
        }
        if *sent > 0 && k.now < next {
            return Step::Wait(Block::Until(next), 5);
        }
        *at = k.now;
        *sent += 1;
        *left -= 1;
        let id = k.request(p, NetRequest::Ping { host: host.clone() });
        *request = Some(id);
        Step::Wait(Block::NetUntil(id, k.now + *every), 10)
    }
}
