//! Programs that listen: what an image's service is, and the small servers of busybox.

mod nginx;

use std::collections::VecDeque;
use std::sync::Arc;

use arcstr::ArcStr;

use super::super::images::{Service, ServiceKind};
use super::super::kernel::{Kernel, OpenHow};
use super::super::machine::{MachineEvent, ServeId, Serving};
use super::super::process::{Block, Process, Signal, Step};
use super::nginx_conf::{self, Location, NginxConf, Site};
use super::queues::{self, Queues};
use super::said::{Facts, fill};
use super::{Options, Program, Run, become_program};
use crate::base::{Duration, List as _, Time, strftime};
use crate::network::{HttpRequest, HttpResponse, NetError, NetRequest, NetResponse};
use nginx::{Starting, Then, first_file, nginx_command};

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
    /// What it does at which port, where its configuration says so.
    sites: Vec<Site>,
    /// What must be found before it listens.
    starting: Option<Box<Starting>>,
    /// The requests that were passed on, by which ones, and until when those are waited for.
    passed: Vec<(u64, Time, Serving)>,
    /// It was asked to end when its work is done.
    draining: bool,
    /// It serves files from here, where its configuration says nothing else.
    root: String,
    served: u64,
    started: Time,
}

/// How long nginx waits for whom it passes a request on to (`proxy_connect_timeout`, `proxy_read_timeout`).
const PROXY_TIMEOUT: Duration = Duration::from_secs(60);
/// Requests that are passed on at a time at most: each takes two of the image's `worker_connections`.
const PASSED_MAX: usize = 512;
/// Bytes of a server's configuration that are read at most.
const CONF_BYTES_MAX: usize = 256 << 10;

/// What a server cannot do with its arguments, as it says it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ArgumentError {
    /// `agnhost` knows no such subcommand.
    #[error("Error: unknown command \"{0}\" for \"app\"\nRun 'app --help' for usage.\n")]
    Command(String),
    /// The configuration that a queue server is given is not there.
    #[error("Fatal error, can't open config file '{0}': No such file or directory\n")]
    NoFile(String),
    /// A queue server is told of so much memory, and that is no amount.
    #[error("argument must be a memory value")]
    Memory,
    /// `nginx` has no such option.
    #[error("invalid option: \"{0}\"")]
    Option(String),
    /// An option of `nginx` comes without what belongs to it.
    #[error("option \"-{0}\" requires {1}")]
    Value(char, &'static str),
}

impl Server {
    fn new(service: &Arc<Service>, ports: Vec<u16>, root: String, started: Time) -> Server {
        Server {
            service: service.clone(),
            ports,
            busy: None,
            waiting: VecDeque::new(),
            queues: Queues::default(),
            parked: VecDeque::new(),
            holds: Vec::new(),
            sites: Vec::new(),
            starting: None,
            passed: Vec::new(),
            draining: false,
            root,
            served: 0,
            started,
        }
    }

    /// A text with its places filled; `about` is the request, and the status and length of its answer.
    fn say(&self, k: &Kernel, text: &str, about: Option<(&HttpRequest, u16, usize)>) -> String {
        let port = about.map_or_else(|| self.ports.first().copied().unwrap_or(0), |a| a.0.port);
        fill(text, &Facts { k, started: self.started, served: self.served, port, about })
    }

    /// What its queues hold.
    pub fn queue_lengths(&self) -> Vec<queues::QueueLength> {
        self.queues.lengths()
    }
}

/// Starts the image's service.
pub fn start(k: &mut Kernel, p: &mut Process, service: &Arc<Service>) -> Step {
    let mut service = service.clone();
    let mut queues = Queues::default();
    let nginx = service.program == "nginx";
    match service.program.as_str() {
        "agnhost" => match super::agnhost::service(p, &service) {
            Ok(asked) => service = asked,
            Err(why) => return fail(k, p, &why.to_string()),
        },
        "nginx" => {
            if let Some(step) = nginx_command(k, p, &service) {
                return step;
            }
        }
        "http-echo" => {
            let service = Arc::make_mut(&mut service);
            for flag in p.argv.iter().filter_map(|a| a.trim_start_matches('-').split_once('=')) {
                match flag {
                    ("text", text) => service.page = format!("{text}\n").replace('%', "%%"),
                    ("listen", at) => service.ports = at.rsplit(':').next().and_then(|port| port.parse().ok()).into_iter().list(),
                    _ => {}
                }
            }
        }
        // What Jobs compute: `perl -Mbignum=bpi -wle 'print bpi(2000)'`.
        "perl" => {
            let asked = p.argv.iter().find_map(|a| a.split_once("bpi(")?.1.split(')').next()?.parse::<usize>().ok());
            if let Some(digits) = asked {
                let digits = digits.clamp(1, PI_DIGITS_MAX);
                let _ = k.put(p, 1, format!("{}\n", pi(digits)).as_bytes());
                return Step::Exit(0, (digits * digits) as u64);
            }
        }
        "redis-server" => {
            if let Err(why) = queues.configure(&p.argv, &|path| k.fs.read(&p.cwd, path, CONF_BYTES_MAX).ok()) {
                return fail(k, p, &why.to_string());
            }
        }
        _ => {}
    }
    // What is asked for besides is not known, and what is to end has nothing to wait for.
    if service.stands_in && (service.ends || p.session != k.init) {
        Server::new(&service, Vec::new(), String::new(), k.now).greet(k, p);
        return Step::Exit(i32::from(!super::is_own(k, p)), STAND_IN_US);
    }
    p.memory = service.memory_bytes;
    let reload = if nginx { Signal::HUP.bit() } else { 0 };
    p.handled = service.stop_signals.iter().fold(reload, |bits, s| bits | s.bit());
    // By these servers read their configuration or open their logs anew.
    p.ignored = [Signal::HUP, Signal(10), Signal(12)].iter().fold(0, |bits, s| bits | s.bit()) & !p.handled;
    let mut ports = service.ports.clone();
    if let Some(name) = &service.port_variable
        && let Some(port) = p.var(name).and_then(|v| v.parse().ok())
    {
        ports = vec![port];
    }
    if service.program == "httpd-foreground"
        && let Some(port) = ports.iter().find(|port| k.is_taken(**port))
    {
        let at = |address: &str| format!("(98)Address already in use: AH00072: make_sock: could not bind to address {address}:{port}\n");
        let end = "no listening sockets available, shutting down\nAH00015: Unable to open logs\n";
        return fail(k, p, &format!("{}{}{end}", at("[::]"), at("0.0.0.0")));
    }
    let mut server = Server { queues, ..Server::new(&service, ports, service.document_root.clone(), k.now) };
    if nginx {
        let file = first_file(&p.argv);
        if let Some(problem) = nginx_conf::problem(k, &file) {
            return server.emergency(k, p, &problem);
        }
        let conf = nginx_conf::read(k, &file);
        if let Err(problem) = server.claim(k, p, &conf) {
            return server.emergency(k, p, &problem.to_string());
        }
        server.ports.clear();
        server.begin(conf, Then::Serve);
        // Models ngx_setproctitle.
        let titled = |(i, a): (usize, &ArcStr)| if i == 0 { arcstr::format!("nginx: master process {a}") } else { a.clone() };
        p.argv = p.argv.iter().enumerate().map(titled).collect();
    }
    if server.starting.is_none() {
        server.greet(k, p);
    }
    become_program(Program::Server(Box::new(server)), service.start_us)
}

/// CPU time of work that nobody described, in microseconds.
const STAND_IN_US: u64 = 100_000;

/// Digits of pi that are computed at most.
const PI_DIGITS_MAX: usize = 5000;

/// Pi with so many digits, cut: Rabinowitz and Wagon's spigot.
fn pi(digits: usize) -> String {
    // A few more, so that the last carry has come through.
    let wanted = digits + 5;
    let mut remainders = vec![2u64; wanted * 10 / 3 + 2];
    let (mut out, mut nines, mut held) = (String::new(), 0, None::<u8>);
    for _ in 0..=wanted {
        let mut carry = 0;
        for i in (0..remainders.len()).rev() {
            let x = remainders[i] * 10 + carry * (i as u64 + 1);
            let unit = if i == 0 { 10 } else { 2 * i as u64 + 1 };
            (remainders[i], carry) = (x % unit, x / unit);
        }
        let digit = carry as u8;
        if digit == 9 {
            nines += 1;
            continue;
        }
        let over = digit == 10;
        out.extend(held.map(|d| char::from(b'0' + d + u8::from(over))));
        out.extend(std::iter::repeat_n(if over { '0' } else { '9' }, nines));
        (held, nines) = (Some(if over { 0 } else { digit }), 0);
    }
    out.truncate(digits);
    if digits > 1 {
        out.insert(1, '.');
    }
    out
}

/// Ends with a complaint.
fn fail(k: &mut Kernel, p: &mut Process, why: &str) -> Step {
    let _ = k.put(p, 2, why.as_bytes());
    Step::Exit(1, 1000)
}

/// busybox's `httpd`.
pub fn httpd(run: &mut Run<'_>, o: &Options) -> Step {
    let port: u16 = o.value('p').and_then(|p| p.rsplit(':').next()?.parse().ok()).unwrap_or(80);
    let root = o.value('h').map_or(run.p.cwd.to_string(), str::to_owned);
    let service = Arc::new(Service {
        program: run.name.into(),
        kind: ServiceKind::Files,
        ports: vec![port],
        memory_bytes: 800 << 10,
        request_us: 300,
        ..Service::default()
    });
    let s = Server::new(&service, vec![port], root, run.k.now);
    if run.k.is_taken(port) {
        run.err("bind: Address already in use");
        return Step::Exit(1, 20);
    }
    run.p.memory = 800 << 10;
    if o.has('f') {
        return become_program(Program::Server(Box::new(s)), 100);
    }
    // Without -f it goes on in the background.
    run.k.fork(run.p, super::super::process::Body::Program(Box::new(Program::Server(Box::new(s)))));
    Step::Exit(0, 100)
}

impl Server {
    pub fn step(&mut self, k: &mut Kernel, p: &mut Process) -> Step {
        let caught = p.pending & p.handled;
        if caught != 0 {
            p.pending &= !caught;
            if caught == Signal::HUP.bit() && self.service.program == "nginx" {
                let file = first_file(&p.argv);
                let problem = nginx_conf::problem(k, &file);
                let said = match &problem {
                    Some(problem) => format!("%T [emerg] 1#1: {}", problem.replace('%', "%%")),
                    None => "%T [notice] 1#1: reconfiguring".to_owned(),
                };
                // What cannot be read leaves everything as it is.
                if problem.is_none() {
                    // What was still looked up for the last time is given up.
                    let serves = self.starting.take().is_none_or(|starting| starting.then == Then::Anew);
                    self.begin(nginx_conf::read(k, &file), if serves { Then::Anew } else { Then::Serve });
                }
                let line = format!("{}\n", self.say(k, &said, None));
                let _ = k.put(p, 2, line.as_bytes());
                return Step::Again(500);
            }
            // Before it serves nothing is left to be done.
            let graceful = self.starting.as_ref().is_none_or(|s| s.then == Then::Anew)
                && [Signal::QUIT, Signal::WINCH].iter().any(|s| caught & s.bit() != 0);
            if !graceful {
                self.refuse(k);
                return Step::Exit(self.service.stop_code, 500);
            }
            self.draining = true;
        }
        if let Some(starting) = self.starting.take() {
            let serves = starting.then == Then::Anew;
            let step = self.look_up(k, p, starting);
            // One that is told anew serves on meanwhile.
            if !(serves && matches!(step, Step::Wait(..))) {
                return step;
            }
        }
        let mut i = 0;
        while let Some((id, until, _)) = self.passed.get(i) {
            let answer = k.whole_answer(*id);
            if answer.is_none() && k.now < *until {
                i += 1;
                continue;
            }
            let (_, _, serving) = self.passed.remove(i);
            self.pass_back(k, p, &serving, answer.unwrap_or(Err(NetError::TimedOut)));
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
                if let Some(request) = self.passed_on(&serving) {
                    if self.passed.len() >= PASSED_MAX {
                        let alert = self.say(k, "%T [alert] 1#1: 1024 worker_connections are not enough", None);
                        let _ = k.put(p, 2, format!("{alert}\n").as_bytes());
                        let failed = HttpResponse::new(500, "text/html", error_page(500, &self.service.server_header));
                        self.pass_back(k, p, &serving, Ok(NetResponse::Http(failed)));
                        return Step::Again(us);
                    }
                    let (id, until) = (k.request(p, NetRequest::Http(request)), k.now + PROXY_TIMEOUT);
                    self.passed.push((id, until, serving));
                    return Step::Again(us);
                }
                if us <= 1000 {
                    // Too short to be interrupted.
                    self.answer(k, p, serving);
                    return Step::Again(us.max(1));
                }
                self.busy = Some((serving, k.now + Duration::from_micros(1)));
                Step::Again(us)
            }
            None if self.draining && self.passed.is_empty() => Step::Exit(self.service.stop_code, 200),
            None => {
                // The first that was passed on is the first to be given up.
                let passed = self.passed.first().map(|passed| passed.1);
                let asked = self.starting.as_ref().and_then(|starting| Some(starting.asked?.1));
                Step::Wait(Block::Serve(passed.into_iter().chain(asked).min().unwrap_or(Time::MAX)), 0)
            }
        }
    }

    /// Says that it has started.
    fn greet(&self, k: &mut Kernel, p: &mut Process) {
        // A log that is a file is there before the first request.
        self.tell(k, p, 1, b"");
        for line in &self.service.banner {
            let text = format!("{}\n", self.say(k, line, None));
            self.tell(k, p, if self.service.banner_on_stderr { 2 } else { 1 }, text.as_bytes());
        }
    }

    /// Does as nginx' configuration says.
    fn configure(&mut self, conf: NginxConf) {
        self.ports = conf.ports();
        self.root = conf.root.unwrap_or_else(|| self.service.document_root.clone());
        self.sites = conf.sites;
    }

    /// What its configuration says of a port.
    fn site(&self, port: u16) -> Option<&Site> {
        self.sites.iter().find(|site| site.ports.contains(&port))
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
        let busy = self.busy.take().map(|b| b.0).into_iter().chain(std::mem::take(&mut self.passed).into_iter().map(|b| b.2));
        let holds = std::mem::take(&mut self.holds).into_iter().map(|(s, _)| s);
        let open = std::mem::take(&mut self.waiting).into_iter().chain(std::mem::take(&mut self.parked)).chain(holds);
        for s in busy.chain(open) {
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
                    let response = self.http(k, r, s.port);
                    self.log(k, p, r, &response);
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
            NetRequest::Tcp { data, .. } => Ok(NetResponse::Tcp(self.tcp(k, data, s.port))),
            _ => Err(NetError::Refused),
        };
        k.network_bytes += 1024;
        k.events.push(MachineEvent::Served { id: s.id, response, at: k.now });
    }

    fn log(&self, k: &mut Kernel, p: &mut Process, r: &HttpRequest, response: &HttpResponse) {
        if !self.service.log.is_empty() {
            let line = format!("{}\n", self.say(k, self.service.log, Some((r, response.status, response.body.len()))));
            self.tell(k, p, 1, line.as_bytes());
        }
    }

    /// Writes to standard output (1) or error (2). nginx' image links its log files there: what is mounted over them hides the links.
    fn tell(&self, k: &mut Kernel, p: &mut Process, fd: u32, text: &[u8]) {
        let file = if fd == 1 { "/var/log/nginx/access.log" } else { "/var/log/nginx/error.log" };
        if self.is_nginx()
            && k.fs.mount_of(file).is_some()
            && let Ok(d) = k.open(p, file, OpenHow::Append)
        {
            let _ = k.put_desc(p, d, text);
            k.desc_unref(d);
        } else if !text.is_empty() {
            let _ = k.put(p, fd, text);
        }
    }

    /// What is asked of whom a request is passed on to; nothing where it is answered here.
    fn passed_on(&self, serving: &Serving) -> Option<HttpRequest> {
        let NetRequest::Http(r) = &serving.request else { return None };
        let (host, port) = self.location(r, serving.port)?.to.clone()?;
        let mut headers = r.headers.clone();
        headers.retain(|(name, _)| !name.eq_ignore_ascii_case("host"));
        Some(HttpRequest { host, port, headers, client: String::new(), ..r.clone() })
    }

    /// The location that a request is for.
    fn location(&self, r: &HttpRequest, port: u16) -> Option<&Location> {
        self.site(port)?.locations.iter().filter(|l| r.path.starts_with(&l.prefix)).max_by_key(|l| l.prefix.len())
    }

    /// What the configuration says is answered.
    // Models ngx_http_send_response.
    fn returned(&self, k: &Kernel, r: &HttpRequest, status: u16, text: &str) -> HttpResponse {
        let mut text = text.to_owned();
        // What begins as another one does comes before that.
        let variables = [
            ("$hostname", k.hostname.as_str()),
            ("$host", r.host.as_str()),
            ("$request_uri", r.path.as_str()),
            ("$uri", r.path.as_str()),
            ("$remote_addr", r.client.as_str()),
        ];
        variables.iter().for_each(|(name, value)| text = text.replace(name, value));
        let elsewhere = matches!(status, 301..=303 | 307 | 308);
        if elsewhere || text.is_empty() && status >= 300 {
            let mut response = HttpResponse::new(status, "text/html", error_page(status, &self.service.server_header));
            response.headers.extend(elsewhere.then(|| ("Location".to_owned(), text)));
            return response;
        }
        HttpResponse::new(status, "application/octet-stream", text)
    }

    /// Answers a request as the one did to whom it was passed on.
    // Models ngx_http_proxy_module.
    fn pass_back(&mut self, k: &mut Kernel, p: &mut Process, s: &Serving, answer: Result<NetResponse, NetError>) {
        let NetRequest::Http(r) = &s.request else { return };
        let server = &self.service.server_header;
        let page = |status| HttpResponse::new(status, "text/html", error_page(status, server));
        let mut response = match answer {
            Ok(NetResponse::Http(response)) => response,
            Err(NetError::TimedOut) => page(504),
            _ => page(502),
        };
        response.headers.retain(|(name, _)| name != "Server");
        response.headers.insert(0, ("Server".into(), server.clone()));
        self.log(k, p, r, &response);
        self.served += 1;
        k.network_bytes += 1024;
        k.events.push(MachineEvent::Served { id: s.id, response: Ok(NetResponse::Http(response)), at: k.now });
    }

    fn tcp(&self, k: &Kernel, data: &[u8], port: u16) -> Vec<u8> {
        // Nobody knows that a stand-in would not speak gRPC.
        if data.is_empty() || self.service.stands_in && data.starts_with(b"PRI ") {
            return Vec::new();
        }
        match self.service.kind {
            ServiceKind::Files | ServiceKind::Page | ServiceKind::Burn => {
                // Typed by hand: the first line is the request.
                let text = String::from_utf8_lossy(data);
                let mut words = text.split_whitespace();
                let (method, path) = (words.next().unwrap_or("GET"), words.next().unwrap_or("/"));
                let r = HttpRequest { method: method.into(), ..HttpRequest::get("localhost", port, path) };
                self.http(k, &r, port).to_bytes()
            }
            _ => Vec::new(),
        }
    }

    fn http(&self, k: &Kernel, r: &HttpRequest, port: u16) -> HttpResponse {
        let service = &self.service;
        let mut response = match service.kind {
            ServiceKind::Burn => HttpResponse::new(200, "text/html", "OK!"),
            ServiceKind::Page => self.page(k, r),
            ServiceKind::Redis if !service.page.is_empty() => self.page(k, r),
            _ => match self.location(r, port).and_then(|l| l.answer.as_ref()) {
                Some((status, text)) => self.returned(k, r, *status, text),
                None => self.file(k, &r.path, port),
            },
        };
        if !matches!(r.method.as_str(), "GET" | "HEAD" | "POST") {
            response = HttpResponse::new(405, "text/html", error_page(405, &service.server_header));
        }
        if !service.server_header.is_empty() {
            response.headers.insert(0, ("Server".into(), service.server_header.clone()));
        }
        let length = ("Content-Length".to_owned(), response.body.len().to_string());
        if self.is_nginx() {
            // In the order of ngx_http_header_filter.
            response.headers.insert(1, ("Date".into(), strftime(HTTP_DATE, k.now.unix_s(), 0)));
            response.headers.insert(3, length);
            let at = 4 + ["Last-Modified", "Location"].iter().filter(|name| response.header(name).is_some()).count();
            response.headers.insert(at, ("Connection".into(), "keep-alive".into()));
        } else if r.method == "HEAD" {
            response.headers.push(length);
        }
        if r.method == "HEAD" {
            response.body.clear();
        }
        response
    }

    fn page(&self, k: &Kernel, r: &HttpRequest) -> HttpResponse {
        let service = &self.service;
        let path = r.path.split('?').next().unwrap_or("/");
        let found = service.routes.iter().find(|route| route.0 == path).map(|route| route.1);
        let up = k.now.since(self.started);
        let (status, text) = match found {
            _ if path == "/healthz" && up > Duration::from_secs(service.well_s) => (500, format!("error: {}", up.as_secs_f64())),
            _ if self.served > service.well_requests => (500, "I'm not well. Please restart me!".into()),
            Some("redirect") => return redirect(r),
            Some(text) => (200, self.say(k, text, Some((r, 200, 0)))),
            None if service.routes.is_empty() => (200, self.say(k, &service.page, Some((r, 200, 0)))),
            None => (404, "404 page not found\n".into()),
        };
        let kind = match text.as_bytes().first() {
            Some(b'<') => "text/html",
            Some(b'{') => "application/json",
            _ => "text/plain",
        };
        HttpResponse::new(status, kind, text)
    }

    fn file(&self, k: &Kernel, path: &str, port: u16) -> HttpResponse {
        let plain = path.split('?').next().unwrap_or("/");
        let decoded = percent_decoded(plain);
        let root = self.site(port).and_then(|site| site.root.as_ref()).unwrap_or(&self.root);
        let full = format!("{}/{}", root.trim_end_matches('/'), decoded.trim_start_matches('/'));
        let page = |status| HttpResponse::new(status, "text/html", error_page(status, &self.service.server_header));
        if decoded.split('/').any(|p| p == "..") {
            return page(404);
        }
        let Ok(node) = k.fs.stat("/", &full) else { return page(404) };
        let (full, node) = if node.is_dir() {
            let index = format!("{}/index.html", full.trim_end_matches('/'));
            match k.fs.stat("/", &index) {
                Ok(n) => (index, n),
                Err(_) => return page(if self.is_nginx() { 403 } else { 404 }),
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
        let mut found = HttpResponse::new(200, kind, super::super::fs::read_at(node, 0, 1 << 20));
        if self.is_nginx() {
            let unix = node.mtime.unix_s();
            found.headers.extend([
                ("Last-Modified".into(), strftime(HTTP_DATE, unix, 0)),
                ("ETag".into(), format!("\"{unix:x}-{:x}\"", node.size())),
                ("Accept-Ranges".into(), "bytes".into()),
            ]);
        }
        found
    }

    fn is_nginx(&self) -> bool {
        self.service.server_header.starts_with("nginx")
    }
}

/// How HTTP writes a time.
const HTTP_DATE: &str = "%a, %d %b %Y %H:%M:%S GMT";

/// Sends on to where a query asks (`loc`), as Go's `http.Redirect` does.
fn redirect(r: &HttpRequest) -> HttpResponse {
    let of = |name: &str| r.path.split_once('?')?.1.split('&').find_map(|part| part.strip_prefix(name)?.strip_prefix('='));
    let status = of("code").and_then(|code| code.parse().ok()).filter(|code| (300..400).contains(code)).unwrap_or(302);
    let to = percent_decoded(of("loc").unwrap_or_default());
    let body = format!("<a href=\"{to}\">{}</a>.\n\n", crate::base::http_status_text(status));
    let mut response = HttpResponse::new(status, "text/html; charset=utf-8", body);
    response.headers.push(("Location".into(), to));
    response
}

fn error_page(status: u16, server: &str) -> String {
    let text = crate::base::http_status_text(status);
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

#[cfg(test)]
mod tests {
    #[test]
    fn pi_by_digits() {
        assert_eq!(super::pi(1), "3");
        assert_eq!(super::pi(20), "3.1415926535897932384");
        // The six nines that the digit behind them decides about.
        assert_eq!(super::pi(2000).get(755..775), Some("70721134999999837297"));
        assert_eq!(super::pi(2000).len(), 2001);
    }
}
