//! Programs that listen: what an image's service is, and the small servers of busybox.

use std::collections::VecDeque;
use std::sync::Arc;

use super::super::images::{Service, ServiceKind};
use super::super::kernel::Kernel;
use super::super::machine::{MachineEvent, ServeId, Serving};
use super::super::process::{Block, Process, Signal, Step};
use super::queues::{self, Queues};
use super::{Program, Run, become_program};
use crate::base::{Duration, Time};
use crate::network::{HttpRequest, HttpResponse, NetError, NetRequest, NetResponse};

/// A server process.
#[derive(Debug, Clone)]
pub struct Server {
    service: Arc<Service>,
    pub ports: Vec<u16>,
    /// The request that is being worked on, and when it is done.
    busy: Option<(Serving, Time)>,
    waiting: VecDeque<Serving>,
    /// What a queue server keeps.
    queues: Queues,
    /// Requests that wait for something to come into a list.
    parked: VecDeque<Serving>,
    /// Requests that hold a message for their senders, each with the message's name.
    holds: Vec<(Serving, String)>,
    /// It was asked to end when its work is done.
    draining: bool,
    /// It serves files from here.
    root: String,
    served: u64,
}

impl Server {
    /// What its queues hold.
    pub fn queue_lengths(&self) -> Vec<queues::QueueLength> {
        self.queues.lengths()
    }
}

/// Starts the image's service.
pub fn start(k: &mut Kernel, p: &mut Process, service: &Arc<Service>) -> Step {
    p.memory = service.memory_bytes;
    let handled = service.stop_signals.iter().fold(0, |bits, s| bits | s.bit());
    p.handled = handled;
    for line in &service.banner {
        let text = format!("{}\n", stamp(k, line));
        let _ = k.put(p, if service.banner_on_stderr { 2 } else { 1 }, text.as_bytes());
    }
    if service.kind == ServiceKind::Idle && service.ports.is_empty() {
        // Nothing to listen on; the signals are still its own.
        let s = Server {
            service: service.clone(),
            ports: Vec::new(),
            busy: None,
            waiting: VecDeque::new(),
            queues: Queues::default(),
            parked: VecDeque::new(),
            holds: Vec::new(),
            draining: false,
            root: String::new(),
            served: 0,
        };
        return become_program(Program::Server(s), service.start_us);
    }
    let mut ports = service.ports.clone();
    if let Some(name) = &service.port_variable
        && let Some(port) = p.var(name).and_then(|v| v.parse().ok())
    {
        ports = vec![port];
    }
    let s = Server {
        service: service.clone(),
        ports,
        busy: None,
        waiting: VecDeque::new(),
        queues: Queues::default(),
        parked: VecDeque::new(),
        holds: Vec::new(),
        draining: false,
        root: service.document_root.clone(),
        served: 0,
    };
    become_program(Program::Server(s), service.start_us)
}

/// `%T` in a banner is the time as nginx writes it.
fn stamp(k: &Kernel, line: &str) -> String {
    if !line.contains("%T") {
        return line.to_string();
    }
    let now = super::super::text::strftime("%Y/%m/%d %H:%M:%S", super::super::text::unix_s(k.now), 0);
    line.replace("%T", &now)
}

/// busybox's `httpd` and `nc -l`.
pub fn start_small(run: &mut Run<'_>) -> Option<Step> {
    let (kind, port, root, foreground) = match run.name {
        "httpd" => {
            let (opts, _) = run.options("phcru");
            let port = opts.iter().find(|o| o.0 == 'p').map_or("80", |o| o.1.as_str());
            let port: u16 = port.rsplit(':').next().and_then(|p| p.parse().ok()).unwrap_or(80);
            let root = opts.iter().find(|o| o.0 == 'h').map_or(run.p.cwd.to_string(), |o| o.1.clone());
            (ServiceKind::Files, port, root, opts.iter().any(|o| o.0 == 'f'))
        }
        "nc" | "netcat" | "ncat" if run.args.iter().any(|a| a.starts_with('-') && !a.starts_with("--") && a.contains('l')) => {
            let (opts, rest) = run.options("pwei");
            let port = opts.iter().find(|o| o.0 == 'p').map(|o| o.1.clone()).or_else(|| rest.last().cloned());
            let Some(port) = port.and_then(|p| p.parse().ok()) else {
                run.err("bad port");
                return Some(Step::Exit(1, 20));
            };
            return Some(super::net::listen(run, port, opts.iter().any(|o| o.0 == 'k')));
        }
        _ => return None,
    };
    let service = Arc::new(Service {
        program: run.name.into(),
        kind,
        ports: vec![port],
        memory_bytes: 800 << 10,
        request_us: 300,
        ..Service::default()
    });
    let s = Server {
        service,
        ports: vec![port],
        busy: None,
        waiting: VecDeque::new(),
        queues: Queues::default(),
        parked: VecDeque::new(),
        holds: Vec::new(),
        draining: false,
        root,
        served: 0,
    };
    if run.k.procs.values().any(|q| super::ports(q).contains(&port)) {
        run.err("bind: Address already in use");
        return Some(Step::Exit(1, 20));
    }
    run.p.memory = 800 << 10;
    if foreground {
        return Some(become_program(Program::Server(s), 100));
    }
    // Without -f it goes on in the background.
    run.k.fork(run.p, super::super::process::Body::Program(Box::new(Program::Server(s))));
    Some(Step::Exit(0, 100))
}

impl Server {
    pub fn step(&mut self, k: &mut Kernel, p: &mut Process) -> Step {
        let caught = p.pending & p.handled;
        if caught != 0 {
            p.pending &= !caught;
            let graceful = [Signal::QUIT, Signal::WINCH].iter().any(|s| caught & s.bit() != 0);
            if !graceful {
                self.refuse(k);
                return Step::Exit(self.service.stop_code, 500);
            }
            self.draining = true;
        }
        if let Some((serving, done)) = self.busy.take() {
            if k.now < done {
                self.busy = Some((serving, done));
                return Step::Wait(Block::Until(done), 0);
            }
            self.answer(k, p, serving);
        }
        while let Some(s) = k.take_request(&self.ports) {
            self.waiting.push_back(s);
        }
        for id in std::mem::take(&mut k.hung_up) {
            self.hung_up(id);
        }
        match self.waiting.pop_front() {
            Some(serving) => {
                let us = self.cost_us(&serving);
                if us <= 1000 {
                    // Too short to be interrupted.
                    self.answer(k, p, serving);
                    return Step::Again(us.max(1));
                }
                self.busy = Some((serving, k.now + Duration::from_micros(1)));
                Step::Again(us)
            }
            None if self.draining => Step::Exit(self.service.stop_code, 200),
            None => Step::Wait(Block::Serve, 0),
        }
    }

    /// A client has gone: nobody waits for its answer, and a message that it did not acknowledge is delivered anew.
    fn hung_up(&mut self, id: ServeId) {
        self.waiting.retain(|s| s.id != id);
        self.parked.retain(|s| s.id != id);
        if let Some(i) = self.holds.iter().position(|(s, _)| s.id == id) {
            let (_, holder) = self.holds.remove(i);
            self.queues.give_back(&holder);
            self.waiting.extend(std::mem::take(&mut self.parked));
        }
    }

    fn refuse(&mut self, k: &mut Kernel) {
        let busy = self.busy.take().map(|b| b.0);
        let holds = std::mem::take(&mut self.holds).into_iter().map(|(s, _)| s);
        let open = std::mem::take(&mut self.waiting).into_iter().chain(std::mem::take(&mut self.parked)).chain(holds);
        for s in busy.into_iter().chain(open) {
            k.events.push(MachineEvent::Served { id: s.id, response: Err(NetError::Reset), at: k.now });
        }
    }

    fn cost_us(&self, s: &Serving) -> u64 {
        match &s.request {
            NetRequest::Http(_) => self.service.request_us.max(1),
            _ => 20,
        }
    }

    fn answer(&mut self, k: &mut Kernel, p: &mut Process, s: Serving) {
        self.served += 1;
        let response = match &s.request {
            NetRequest::Http(r) => match self.service.kind {
                ServiceKind::Tcp | ServiceKind::Idle => Err(NetError::NotHttp),
                _ => {
                    let response = self.http(k, r);
                    if self.service.access_log {
                        self.log(k, p, r, &response);
                    }
                    Ok(NetResponse::Http(response))
                }
            },
            NetRequest::Tcp { data, .. } if self.service.kind == ServiceKind::Redis && !data.is_empty() => {
                let (style, words) = queues::read(data);
                if let [name, holder] = words.as_slice() {
                    match name.as_str() {
                        "hold" => return self.holds.push((s, holder.trim_end().to_owned())),
                        // Acknowledged: the connection that held it is closed.
                        "release" => {
                            if let Some(i) = self.holds.iter().position(|(_, h)| h == holder) {
                                let (held, _) = self.holds.remove(i);
                                k.events.push(MachineEvent::Served { id: held.id, response: Ok(NetResponse::Tcp(Vec::new())), at: k.now });
                            }
                        }
                        _ => {}
                    }
                }
                match self.queues.run(&words) {
                    Some(reply) => {
                        // Something may have come for those who wait, the first first.
                        self.waiting.extend(std::mem::take(&mut self.parked));
                        Ok(NetResponse::Tcp(reply.write(style)))
                    }
                    None => return self.parked.push_back(s),
                }
            }
            NetRequest::Tcp { data, .. } => Ok(NetResponse::Tcp(self.tcp(k, data))),
            _ => Err(NetError::Refused),
        };
        k.network_bytes += 1024;
        k.events.push(MachineEvent::Served { id: s.id, response, at: k.now });
    }

    fn tcp(&self, k: &Kernel, data: &[u8]) -> Vec<u8> {
        if data.is_empty() {
            return Vec::new();
        }
        match self.service.kind {
            ServiceKind::Files | ServiceKind::Page | ServiceKind::Burn => {
                // Typed by hand: the first line is the request.
                let text = String::from_utf8_lossy(data);
                let mut words = text.split_whitespace();
                let (method, path) = (words.next().unwrap_or("GET"), words.next().unwrap_or("/"));
                let r =
                    HttpRequest { method: method.into(), ..HttpRequest::get("localhost", self.ports.first().copied().unwrap_or(80), path) };
                self.http(k, &r).to_bytes()
            }
            _ => Vec::new(),
        }
    }

    fn http(&self, k: &Kernel, r: &HttpRequest) -> HttpResponse {
        let service = &self.service;
        let mut response = match service.kind {
            ServiceKind::Burn => HttpResponse::new(200, "text/html", "OK!"),
            ServiceKind::Page => HttpResponse::new(200, "text/plain", service.page.replace("%h", &k.hostname)),
            _ => self.file(k, &r.path),
        };
        if !service.server_header.is_empty() {
            response.headers.insert(0, ("Server".into(), service.server_header.clone()));
        }
        if !matches!(r.method.as_str(), "GET" | "HEAD" | "POST") {
            response = HttpResponse::new(405, "text/html", error_page(405, &service.server_header));
        }
        if r.method == "HEAD" {
            response.body.clear();
        }
        response
    }

    fn file(&self, k: &Kernel, path: &str) -> HttpResponse {
        let plain = path.split('?').next().unwrap_or("/");
        let decoded = percent_decoded(plain);
        let full = format!("{}/{}", self.root.trim_end_matches('/'), decoded.trim_start_matches('/'));
        let page = |status| HttpResponse::new(status, "text/html", error_page(status, &self.service.server_header));
        if decoded.split('/').any(|p| p == "..") {
            return page(404);
        }
        let Ok(node) = k.fs.stat("/", &full) else { return page(404) };
        let (full, node) = if node.is_dir() {
            let index = format!("{}/index.html", full.trim_end_matches('/'));
            match k.fs.stat("/", &index) {
                Ok(n) => (index, n),
                Err(_) => return page(if self.service.server_header.starts_with("nginx") { 403 } else { 404 }),
            }
        } else {
            (full, node)
        };
        if !node.allows(0, 0, 4) {
            return page(403);
        }
        let kind = match full.rsplit('.').next() {
            Some("html" | "htm") => "text/html",
            Some("txt" | "log" | "conf") => "text/plain",
            Some("json") => "application/json",
            Some("css") => "text/css",
            Some("js") => "application/javascript",
            Some("png") => "image/png",
            _ => "application/octet-stream",
        };
        HttpResponse::new(200, kind, super::super::fs::read_at(node, 0, 1 << 20))
    }

    fn log(&self, k: &mut Kernel, p: &mut Process, r: &HttpRequest, response: &HttpResponse) {
        let when = super::super::text::strftime("%d/%b/%Y:%H:%M:%S +0000", super::super::text::unix_s(k.now), 0);
        let agent = r.header("User-Agent").unwrap_or("-");
        let from = r.header("X-Remote-Addr").unwrap_or("10.244.0.1");
        let tail = if self.service.server_header.starts_with("nginx") { format!(" \"-\" \"{agent}\" \"-\"") } else { String::new() };
        let text = format!("{from} - - [{when}] \"{} {} HTTP/1.1\" {} {}{tail}\n", r.method, r.path, response.status, response.body.len());
        let _ = k.put(p, 1, text.as_bytes());
    }
}

fn error_page(status: u16, server: &str) -> String {
    let text = crate::network::status_text(status);
    let foot = if server.is_empty() { String::new() } else { format!("<hr><center>{server}</center>\r\n") };
    format!(
        "<html>\r\n<head><title>{status} {text}</title></head>\r\n<body>\r\n<center><h1>{status} {text}</h1></center>\r\n{foot}</body>\r\n</html>\r\n"
    )
}

fn percent_decoded(text: &str) -> String {
    let b = text.as_bytes();
    let mut out = Vec::new();
    let mut i = 0;
    while i < b.len() {
        let hex = |n: usize| b.get(n).and_then(|c| (*c as char).to_digit(16));
        if b[i] == b'%'
            && let (Some(h), Some(l)) = (hex(i + 1), hex(i + 2))
        {
            out.push((h * 16 + l) as u8);
            i += 3;
        } else {
            out.push(b[i]);
            i += 1;
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}
