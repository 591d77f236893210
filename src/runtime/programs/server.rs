//! Programs that listen: what an image's service is, and the small servers of busybox.

mod answers;
mod nginx;
mod pi;

use std::collections::VecDeque;
use std::sync::Arc;

use arcstr::ArcStr;

use super::super::images::{Service, ServiceKind};
use super::super::kernel::{Kernel, OpenHow};
use super::super::machine::{MachineEvent, ServeId, Serving};
use super::super::process::{Block, Process, Signal, Step};
use super::nginx_conf::{self, NginxConf, Site};
use super::queues::{self, Queues};
use super::said::{Facts, fill};
use super::{Options, Program, Run, become_program};
use crate::base::{Duration, List as _, Time};
use crate::network::{HttpRequest, HttpResponse, NetError, NetRequest, NetResponse};
use answers::error_page;
use nginx::{Starting, Then, first_file, nginx_command};
use pi::{PI_DIGITS_MAX, pi};

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
    /// Works on until it has to wait.
    pub fn step(&mut self, k: &mut Kernel, p: &mut Process) -> Step {
        let caught = p.pending & p.handled;
        if caught != 0 {
            p.pending &= !caught;
            if let Some(step) = self.caught(k, p, caught) {
                return step;
            }
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
                    self.pass_on(k, p, serving, request);
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

    /// Does what signals ask for; nothing is returned where it works on.
    fn caught(&mut self, k: &mut Kernel, p: &mut Process, caught: u32) -> Option<Step> {
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
            return Some(Step::Again(500));
        }
        // Before it serves nothing is left to be done.
        let graceful = self.starting.as_ref().is_none_or(|s| s.then == Then::Anew)
            && [Signal::QUIT, Signal::WINCH].iter().any(|s| caught & s.bit() != 0);
        if !graceful {
            self.refuse(k);
            return Some(Step::Exit(self.service.stop_code, 500));
        }
        self.draining = true;
        None
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
        let location = self.location(r, serving.port)?;
        let (host, port) = location.to.clone()?;
        let mut headers = r.headers.clone();
        headers.retain(|(name, _)| !name.eq_ignore_ascii_case("host"));
        headers.extend(location.keeps_host.then(|| ("Host".to_owned(), r.virtual_host())));
        Some(HttpRequest { host, port, headers, client: String::new(), ..r.clone() })
    }

    /// Asks another one, who will answer for this one.
    fn pass_on(&mut self, k: &mut Kernel, p: &mut Process, serving: Serving, request: HttpRequest) {
        if self.passed.len() < PASSED_MAX {
            let id = k.request(p, NetRequest::Http(request));
            self.passed.push((id, k.now + PROXY_TIMEOUT, serving));
            return;
        }
        let alert = self.say(k, "%T [alert] 1#1: 1024 worker_connections are not enough", None);
        let _ = k.put(p, 2, format!("{alert}\n").as_bytes());
        let failed = HttpResponse::new(500, "text/html", error_page(500, &self.service.server_header));
        self.pass_back(k, p, &serving, Ok(NetResponse::Http(failed)));
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
}
