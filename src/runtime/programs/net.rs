//! Programs that speak to the network.

mod addresses;
mod curl;
mod listener;
mod lookup;
mod nc;
mod ping;
mod wget;

use super::super::fs::Errno;
use super::super::kernel::{Kernel, OpenHow};
use super::super::process::{Block, Process, Step};
use super::super::text;
use super::{Program, Run, become_program};
use crate::base::{Duration, Time, http_status_text};
use crate::network::{DNS, HttpRequest, HttpResponse, NetError, NetRequest, NetResponse};
pub use addresses::{ifconfig, ip, netstat};
pub use curl::curl;
use curl::{Curl, UNTRUSTED};
pub use listener::{Listener, listen};
use lookup::Lookup;
pub use lookup::nslookup;
use nc::Nc;
pub use nc::nc;
use ping::Ping;
pub use ping::ping;
use wget::Wget;
pub use wget::wget;

/// A client that waits for an answer.
#[derive(Debug, Clone)]
pub struct Client {
    kind: Asking,
    request: Option<u64>,
    until: Time,
    redirects: u32,
    /// What has come of an answer whose end has not.
    begun: Option<Vec<u8>>,
    /// The address of the host that it connects to, where that is told.
    address: Option<String>,
}

/// Whose request it is.
#[derive(Debug, Clone)]
enum Asking {
    Wget(Wget),
    Curl(Box<Curl>),
    Nc(Nc),
    Lookup(Lookup),
    Ping(Ping),
}

/// Starts a client, which gives up after a time where one is given.
fn client(r: &Run<'_>, kind: Asking, timeout: Option<&str>) -> Step {
    let until = timeout.and_then(text::duration_us).map_or(Time::MAX, |us| r.k.now + Duration::from_micros(us));
    become_program(Program::Client(Box::new(Client { kind, request: None, until, redirects: 0, begun: None, address: None })), 300)
}

impl Client {
    /// Whether its connection holds a message for the process that started it.
    pub fn is_hold(&self) -> bool {
        matches!(&self.kind, Asking::Nc(nc) if nc.is_hold())
    }

    /// Asks, and does with the answer what its program does.
    pub fn step(&mut self, k: &mut Kernel, p: &mut Process) -> Step {
        match &mut self.kind {
            Asking::Ping(ping) => return ping.step(k, p, &mut self.request),
            Asking::Nc(nc) => {
                if let Some(step) = nc.read(k, p, self.until) {
                    return step;
                }
            }
            _ => {}
        }
        let Some(id) = self.request else {
            // Only the cluster's own server answers questions.
            if let (Asking::Lookup(_), Some(address)) = (&self.kind, &self.address)
                && address != DNS
            {
                return if k.now < self.until { Step::Wait(Block::Until(self.until), 0) } else { self.failed(k, p, NetError::TimedOut) };
            }
            let request = match (&self.kind, &self.address) {
                // They say which address they connect to, so they look it up first.
                (Asking::Wget(w), None) => NetRequest::Resolve { name: w.request.host.clone(), url: w.request.url() },
                (Asking::Nc(nc), None) if nc.verbose => NetRequest::resolve(&nc.host),
                (Asking::Lookup(Lookup { server: Some(server), .. }), None) => NetRequest::resolve(server),
                (Asking::Wget(w), _) => NetRequest::Http(w.request.clone()),
                (Asking::Curl(c), _) => NetRequest::Http(c.request.clone()),
                (Asking::Nc(nc), _) => NetRequest::Tcp { host: nc.host.clone(), port: nc.port, data: nc.data.clone() },
                (Asking::Lookup(l), _) => NetRequest::Records { name: l.name.clone(), of: l.of.clone() },
                // It sends its own.
                (Asking::Ping(_), _) => return Step::Exit(1, 1),
            };
            let id = k.request(p, request);
            self.request = Some(id);
            return Step::Wait(Block::NetUntil(id, self.until), 20);
        };
        let Some(answer) = k.answers.remove(&id) else {
            if k.now >= self.until {
                self.request = None;
                return self.failed(k, p, NetError::TimedOut);
            }
            return Step::Wait(Block::NetUntil(id, self.until), 0);
        };
        self.request = None;
        match answer {
            Err(e) => self.failed(k, p, e),
            Ok(NetResponse::Http(response)) => match self.http(k, p, &response) {
                Step::Exit(0, us) if response.open => {
                    self.begun.get_or_insert_default().extend(response.body);
                    self.request = Some(id);
                    Step::Wait(Block::NetUntil(id, self.until), us)
                }
                step => step,
            },
            Ok(NetResponse::Addresses(_, addresses)) => {
                let address = addresses.first().map(ToString::to_string).unwrap_or_default();
                match &self.kind {
                    Asking::Wget(w) if !w.quiet => {
                        let line = format!("Connecting to {} ({address}:{})\n", authority(&w.request), w.request.port);
                        let _ = k.put(p, 2, line.as_bytes());
                    }
                    Asking::Lookup(_) => self.until = k.now + Lookup::timeout(k),
                    _ => {}
                }
                self.address = Some(address);
                Step::Again(20)
            }
            Ok(NetResponse::Tcp(bytes)) => match &self.kind {
                Asking::Nc(nc) => nc.answered(k, p, self.address.as_deref(), &bytes),
                _ => Step::Exit(0, 20),
            },
            Ok(NetResponse::Records(records)) => match &self.kind {
                Asking::Lookup(lookup) => lookup.answered(k, p, records),
                _ => Step::Exit(0, 50),
            },
            Ok(NetResponse::Pong(_)) => Step::Exit(0, 20),
        }
    }

    fn failed(&mut self, k: &mut Kernel, p: &mut Process, e: NetError) -> Step {
        let address = self.address.as_deref();
        match &mut self.kind {
            Asking::Wget(wget) => wget.failed(k, p, address, self.until < Time::MAX, e),
            Asking::Curl(curl) => curl.failed(k, p, e, self.begun.as_ref().map(Vec::len)),
            Asking::Nc(nc) => nc.failed(k, p, address, e),
            Asking::Lookup(lookup) => lookup.failed(k, p, address, e),
            Asking::Ping(_) => Step::Exit(1, 20),
        }
    }

    /// Answers to a request of wget or curl.
    fn http(&mut self, k: &mut Kernel, p: &mut Process, response: &HttpResponse) -> Step {
        let location = response.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case("location")).map(|(_, v)| v.as_str());
        let to = location.filter(|_| (301..=308).contains(&response.status));
        let (request, most) = match &mut self.kind {
            Asking::Wget(wget) => (&mut wget.request, 10),
            Asking::Curl(curl) if curl.distrusts(response) => return curl.fails(k, p, 60, UNTRUSTED),
            Asking::Curl(curl) => (&mut curl.request, if curl.follow { 30 } else { 0 }),
            _ => return Step::Exit(0, 20),
        };
        if let Some(next) = to.filter(|_| self.redirects < most).and_then(|to| redirected(request, to)) {
            *request = next;
            self.redirects += 1;
            self.address = None;
            return Step::Again(50);
        }
        match &self.kind {
            Asking::Wget(wget) => wget.answered(k, p, response, self.begun.as_deref()),
            Asking::Curl(curl) => curl.answered(k, p, response, self.begun.as_deref()),
            _ => Step::Exit(0, 20),
        }
    }
}

/// A header as it is given: `Name: value`.
fn header(text: &str) -> Option<(String, String)> {
    text.split_once(':').map(|(n, v)| (n.trim().to_owned(), v.trim().to_owned()))
}

/// What is said besides of a name that elsewhere has an address: one under a domain that no namespace is likely called like.
fn beyond(host: &str) -> &'static str {
    match host.trim_end_matches('.').rsplit_once('.') {
        Some((_, "com" | "org" | "net" | "io" | "edu" | "gov" | "ch" | "cn" | "de" | "uk")) => " (nothing beyond the cluster is simulated)",
        _ => "",
    }
}

/// The host, and the port where it is not the usual one, as a URL has them.
fn authority(r: &HttpRequest) -> String {
    if r.port == if r.tls { 443 } else { 80 } { r.host.clone() } else { format!("{}:{}", r.host, r.port) }
}

/// The request that follows when an answer leads there.
fn redirected(from: &HttpRequest, to: &str) -> Option<HttpRequest> {
    let mut next = if to.starts_with('/') { HttpRequest { path: to.to_string(), ..from.clone() } } else { HttpRequest::from_url(to)? };
    next.headers = from.headers.clone();
    Some(next)
}

/// The first lines of an answer, each behind a prefix.
fn head_text(r: &HttpResponse, prefix: &str) -> String {
    let mut text = format!("{prefix}HTTP/1.1 {} {}\n", r.status, http_status_text(r.status));
    for (n, v) in &r.headers {
        text.push_str(&format!("{prefix}{n}: {v}\n"));
    }
    let length = if r.open { "Transfer-Encoding: chunked".to_owned() } else { format!("Content-Length: {}", r.body.len()) };
    if r.header("Content-Length").is_none() {
        text.push_str(&format!("{prefix}{length}\n"));
    }
    text
}

/// Makes or replaces a file, as the process may.
pub(super) fn save(k: &mut Kernel, p: &mut Process, name: &str, bytes: &[u8]) -> Result<(), Errno> {
    let d = k.open(p, name, OpenHow::Truncate)?;
    let done = k.put_desc(p, d, bytes);
    k.desc_unref(d);
    done
}
