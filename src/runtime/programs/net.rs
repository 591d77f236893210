//! Programs that speak to the network: wget, curl, nc, nslookup, ping, and what tells of addresses.

mod listener;

pub use listener::{Listener, listen};

use super::super::fs::{Device, Kind};
use super::super::kernel::{Kernel, OpenHow, Rd};
use super::super::process::{Block, Process, Step};
use super::super::text;
use super::{Options, Program, Refusal, Run, become_program};
use crate::base::{Duration, List as _, Order as _, Time, base64, http_status_text};
use crate::network::{DNS, GATEWAY, HttpRequest, HttpResponse, NetError, NetRequest, NetResponse};

/// A client that waits for an answer.
#[derive(Debug, Clone)]
pub struct Client {
    kind: Asking,
    request: Option<u64>,
    until: Time,
    redirects: u32,
    /// The address of the host that it connects to, where that is told.
    address: Option<String>,
}

#[derive(Debug, Clone)]
enum Asking {
    Wget { request: HttpRequest, output: Option<String>, quiet: bool, spider: bool, headers: bool, tries: u32 },
    Curl(Box<Curl>),
    Nc { host: String, port: u16, data: Vec<u8>, scan: bool, verbose: bool, ended: bool },
    Lookup { name: String, of: String, server: Option<String> },
    Ping { host: String, left: u64, sent: u64, got: u64, at: Time, every: u64, address: String },
}

#[derive(Debug, Clone)]
struct Curl {
    request: HttpRequest,
    output: Option<String>,
    include: bool,
    silent: bool,
    show_errors: bool,
    fail: bool,
    follow: bool,
    head: bool,
    format: Option<String>,
    verbose: bool,
    /// Whether it takes any certificate, or knows whose to take: here each server's is its cluster's own.
    trusts: bool,
    retries: u32,
    started: Time,
    timed: bool,
}

/// `ip`: of addresses and routes.
pub fn ip(r: &mut Run<'_>, o: &Options) -> i32 {
    if o.rest.iter().find(|a| !a.starts_with('-')).is_some_and(|a| a.starts_with('r')) {
        r.out(format!("default via {GATEWAY} dev eth0\n"));
        return 0;
    }
    let mut out = "1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue qlen 1000\n    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00\n    inet 127.0.0.1/8 scope host lo\n       valid_lft forever preferred_lft forever\n".to_string();
    for a in &r.k.addresses {
        out.push_str(&format!("2: eth0@if3: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1450 qdisc noqueue\n    link/ether 0a:58:0a:f4:01:02 brd ff:ff:ff:ff:ff:ff\n    inet {a}/24 brd 10.244.255.255 scope global eth0\n       valid_lft forever preferred_lft forever\n"));
    }
    r.out(out);
    0
}

pub fn ifconfig(r: &mut Run<'_>, _: &Options) -> i32 {
    let mut out = String::new();
    for a in &r.k.addresses {
        out.push_str(&format!("eth0      Link encap:Ethernet  HWaddr 0A:58:0A:F4:01:02  \n          inet addr:{a}  Bcast:10.244.255.255  Mask:255.255.255.0\n          UP BROADCAST RUNNING MULTICAST  MTU:1450  Metric:1\n\n"));
    }
    out.push_str("lo        Link encap:Local Loopback  \n          inet addr:127.0.0.1  Mask:255.0.0.0\n          UP LOOPBACK RUNNING  MTU:65536  Metric:1\n\n");
    r.out(out);
    0
}

/// `netstat` and `ss`.
pub fn netstat(r: &mut Run<'_>, _: &Options) -> i32 {
    let mut ports: Vec<(u16, u32)> = r.k.procs.values().flat_map(|p| super::ports(p).into_iter().map(|n| (n, p.pid)).list()).list();
    ports.order();
    let mut out = "Active Internet connections (only servers)\nProto Recv-Q Send-Q Local Address           Foreign Address         State       PID/Program name    \n".to_string();
    for (port, pid) in ports {
        let name = r.k.procs.get(&pid).and_then(|p| p.argv.first().cloned()).unwrap_or_default();
        out.push_str(&format!("tcp        0      0 {:<23} 0.0.0.0:*               LISTEN      {pid}/{name}\n", format!("0.0.0.0:{port}")));
    }
    r.out(out);
    0
}

/// Starts a client, which gives up after a time where one is given.
fn client(r: &Run<'_>, kind: Asking, timeout: Option<&str>) -> Step {
    let until = timeout.and_then(text::duration_us).map_or(Time::MAX, |us| r.k.now + Duration::from_micros(us));
    become_program(Program::Client(Box::new(Client { kind, request: None, until, redirects: 0, address: None })), 300)
}

pub fn nslookup(r: &mut Run<'_>, o: &Options) -> Step {
    let mut named = o.rest.iter().filter(|a| !a.starts_with('-'));
    let Some(name) = named.next() else {
        r.err("missing host name");
        return Step::Exit(1, 50);
    };
    let server = named.next().cloned();
    let given = o.rest.iter().find_map(|a| ["-type=", "-q=", "-query="].iter().find_map(|flag| a.strip_prefix(flag)));
    let of = if name.parse::<std::net::IpAddr>().is_ok() { "PTR" } else { "A" };
    client(r, Asking::Lookup { name: name.clone(), of: given.unwrap_or(of).to_uppercase(), server }, None)
}

pub fn ping(r: &mut Run<'_>, o: &Options) -> Step {
    let Some(host) = o.rest.first().cloned() else {
        r.err("missing host name");
        return Step::Exit(1, 50);
    };
    let every = o.value('i').and_then(text::duration_us).unwrap_or(1_000_000).max(10_000);
    r.p.handled |= super::Signal::INT.bit();
    let ping =
        Asking::Ping { host, left: o.number('c').unwrap_or(u64::MAX), sent: 0, got: 0, at: Time::ZERO, every, address: String::new() };
    client(r, ping, o.value('w'))
}

/// A header as it is given: `Name: value`.
fn header(text: &str) -> Option<(String, String)> {
    text.split_once(':').map(|(n, v)| (n.trim().to_owned(), v.trim().to_owned()))
}

pub fn wget(r: &mut Run<'_>, o: &Options) -> Step {
    let Some(url) = o.rest.last() else { return Step::Exit(r.refuse(Refusal::Operands(String::new())), 50) };
    let Some(mut request) = HttpRequest::from_url(url) else {
        r.err(format!("not an http or ftp url: {url}"));
        return Step::Exit(1, 50);
    };
    request.headers.push(("User-Agent".into(), o.value('U').unwrap_or("Wget").into()));
    request.headers.extend(o.each().filter(|o| o.0 == 'H').filter_map(|o| header(o.1)));
    let spider = o.has('%');
    if let Some(body) = o.value('D') {
        request.method = "POST".into();
        request.body = body.into();
    }
    if spider {
        request.method = "HEAD".into();
    }
    let within = o.value('P').map(|dir| format!("{}/{}", dir.trim_end_matches('/'), base_of(&request)));
    let output = o.value('O').map(str::to_owned).or(within);
    let wget = Asking::Wget { request, output, quiet: o.has('q'), spider, headers: o.has('S'), tries: o.number('t').unwrap_or(1) };
    client(r, wget, o.value('T'))
}

/// How long a name server is waited for; BIND's client asks three times.
const LOOKUP_TIMEOUT: Duration = Duration::from_secs(5);
/// How long curl waits for the rest of its standard input before it looks again.
const STDIN_POLL: Duration = Duration::from_millis(10);

fn curl_fails(r: &mut Run<'_>, code: i32, text: &str) -> Step {
    let _ = r.k.put(r.p, 2, format!("curl: {text}\n").as_bytes());
    Step::Exit(code, 50)
}

pub fn curl(r: &mut Run<'_>, o: &Options) -> Step {
    let Some(url) = o.value('U').or(o.rest.last().map(String::as_str)) else {
        return curl_fails(r, 2, "try 'curl --help' for more information");
    };
    let Some(mut request) = HttpRequest::from_url(url) else {
        return curl_fails(r, 3, "(3) URL rejected: Malformed input to a URL function");
    };
    let mut output = o.value('o').map(str::to_owned);
    if o.has('O') {
        let path = request.path.split('?').next().unwrap_or("");
        output = path.rsplit('/').next().filter(|name| !name.is_empty()).map(str::to_owned);
        if output.is_none() {
            return curl_fails(r, 23, "(23) Remote file name has no length");
        }
    }
    // Hosts whose addresses were given beforehand.
    let at = format!("{}:{}:", request.host, request.port);
    if let Some(address) = o.each().filter(|o| o.0 == 'V').find_map(|o| o.1.strip_prefix(&at)) {
        request.headers.push(("Host".into(), authority(&request)));
        request.host = address.split(',').next().unwrap_or("").to_string();
    }
    request.headers.push(("User-Agent".into(), o.value('A').unwrap_or("curl/8.14.1").into()));
    let user = o.value('u').map(|user| format!("Basic {}", base64::encode(user.as_bytes())));
    for (name, value) in [("Authorization", user.as_deref()), ("Cookie", o.value('b')), ("Referer", o.value('e'))] {
        request.headers.extend(value.map(|v| (name.to_owned(), v.to_owned())));
    }
    if o.has('J') {
        request.headers.extend(["Content-Type", "Accept"].map(|name| (name.to_owned(), "application/json".to_owned())));
    }
    request.headers.extend(o.each().filter(|o| o.0 == 'H').filter_map(|o| header(o.1)));
    let mut data = Vec::new();
    for (letter, text) in o.each().filter(|o| "dJ_%^T".contains(o.0)) {
        // `@file`, or `-T file`, is what the file holds; `-d` leaves its line ends out. `--data-urlencode` has a name before it.
        let (name, text, is_file) = match letter {
            'T' => ("", text, true),
            '_' => ("", text, false),
            '^' => match text.find('=').or_else(|| text.find('@')) {
                Some(at) => (&text[..at], &text[at + 1..], text[at..].starts_with('@')),
                None => ("", text, false),
            },
            _ => text.strip_prefix('@').map_or(("", text, false), |file| ("", file, true)),
        };
        let mut value = text.as_bytes().to_vec();
        if is_file {
            value.clear();
            let standard = r.p.fd(0).filter(|_| text == "-");
            if let Some(fd) = standard {
                // It begins anew once there is more, and takes all when that is all.
                if !r.k.readable(fd) {
                    return Step::Wait(Block::Read(fd), 10);
                } else if !r.k.is_whole(fd) {
                    if r.k.is_full(fd) {
                        return curl_fails(r, 26, "(26) more than a pipe holds is not simulated: put it into a file");
                    }
                    return Step::Wait(Block::Until(r.k.now + STDIN_POLL), 10);
                }
                while let Rd::Data(more) = r.k.read(fd, 64 << 10, false) {
                    value.extend(more);
                    if value.len() > BODY_MAX {
                        break;
                    }
                }
            } else if let Ok(bytes) = r.k.fs.read(&r.p.cwd, text, BODY_MAX + 1) {
                value = bytes;
            } else if r.k.fs.stat(&r.p.cwd, text).is_ok_and(|node| node.kind == Kind::Device(Device::Null)) {
                // Nothing is sent.
            } else if letter == 'T' {
                return curl_fails(r, 26, &format!("(26) Can't open '{text}'!"));
            } else {
                return curl_fails(r, 26, &format!("(26) Failed to open {text}"));
            }
            if value.len() > BODY_MAX {
                return curl_fails(r, 26, &format!("(26) {text}: more than 1 MiB is not simulated"));
            }
        }
        if letter == 'd' && is_file {
            value.retain(|b| !b"\r\n\0".contains(b));
        }
        if letter == '^' {
            let kept = |b: &u8| b.is_ascii_alphanumeric() || b"-._~".contains(b);
            let coded = value.iter().map(|b| if kept(b) { char::from(*b).to_string() } else { format!("%{b:02X}") });
            value = coded.fold(if name.is_empty() { String::new() } else { format!("{name}=") }, |all, c| all + &c).into_bytes();
        }
        data.push(value);
    }
    let given = !data.is_empty();
    let data = data.join(&b'&');
    if given && o.has('G') {
        request.path += &format!("{}{}", if request.path.contains('?') { "&" } else { "?" }, String::from_utf8_lossy(&data));
    } else if given {
        request.method = if o.has('T') { "PUT" } else { "POST" }.into();
        request.body = data;
        if let Some(file) = o.value('T').filter(|_| request.path.ends_with('/')) {
            request.path += super::super::fs::base_name(file);
        }
    }
    let head = o.has('I');
    if head {
        request.method = "HEAD".into();
    }
    if let Some(method) = o.value('X') {
        request.method = method.into();
    }
    let curl = Curl {
        request,
        output,
        include: head || o.has('i'),
        silent: o.has('s'),
        show_errors: o.has('S'),
        fail: o.has('f'),
        follow: o.has('L'),
        head,
        format: o.value('w').map(str::to_owned),
        verbose: o.has('v'),
        trusts: o.has('k') || o.value('C').is_some_and(|c| !c.is_empty()),
        retries: o.number('R').unwrap_or(0),
        started: r.k.now,
        timed: o.has('m'),
    };
    client(r, Asking::Curl(Box::new(curl)), o.value('m'))
}

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
    let nc = Asking::Nc { host: host.clone(), port: number, data: Vec::new(), scan: o.has('z'), verbose: o.has('v'), ended: false };
    client(r, nc, o.value('w'))
}

impl Client {
    /// Whether its connection holds a message for the process that started it.
    pub fn is_hold(&self) -> bool {
        matches!(&self.kind, Asking::Nc { data, .. } if data.starts_with(b"\x01r\x1fhold\x1f"))
    }

    pub fn step(&mut self, k: &mut Kernel, p: &mut Process) -> Step {
        if let Asking::Ping { .. } = self.kind {
            return self.ping(k, p);
        }
        // What is to be sent is read first.
        if let Asking::Nc { data, scan, ended, .. } = &mut self.kind {
            while !*ended && !*scan && data.len() < 1 << 20 {
                let Some(d) = p.fd(0) else { break };
                match k.read(d, 64 << 10, false) {
                    Rd::Data(more) => {
                        // A terminal's line is a whole message.
                        let tty = k.is_tty(p, 0);
                        data.extend(more);
                        if tty {
                            break;
                        }
                    }
                    Rd::Empty => return Step::Wait(Block::ReadUntil(d, self.until), 5),
                    _ => break,
                }
            }
            *ended = true;
        }
        let Some(id) = self.request else {
            // Only the cluster's own server answers questions.
            if let (Asking::Lookup { .. }, Some(address)) = (&self.kind, &self.address)
                && address != DNS
            {
                return if k.now < self.until { Step::Wait(Block::Until(self.until), 0) } else { self.failed(k, p, NetError::TimedOut) };
            }
            let request = match &self.kind {
                // They say which address they connect to, so they look it up first.
                Asking::Wget { request, .. } if self.address.is_none() => NetRequest::Resolve { name: request.host.clone() },
                Asking::Nc { host, verbose: true, .. } if self.address.is_none() => NetRequest::Resolve { name: host.clone() },
                Asking::Lookup { server: Some(server), .. } if self.address.is_none() => NetRequest::Resolve { name: server.clone() },
                Asking::Wget { request, .. } => NetRequest::Http(request.clone()),
                Asking::Curl(c) => NetRequest::Http(c.request.clone()),
                Asking::Nc { host, port, data, .. } => NetRequest::Tcp { host: host.clone(), port: *port, data: data.clone() },
                Asking::Lookup { name, of, .. } => NetRequest::Records { name: name.clone(), of: of.clone() },
                Asking::Ping { host, .. } => NetRequest::Ping { host: host.clone() },
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
            Ok(NetResponse::Http(response)) => self.http(k, p, &response),
            Ok(NetResponse::Tcp(bytes)) => {
                if let Asking::Nc { scan, host, port, .. } = &self.kind
                    && *scan
                {
                    if let Asking::Nc { verbose: true, .. } = &self.kind {
                        let _ = k.put(p, 2, format!("{host} ({}:{port}) open\n", self.address.as_deref().unwrap_or(host)).as_bytes());
                    }
                    return Step::Exit(0, 20);
                }
                let _ = k.put(p, 1, &bytes);
                Step::Exit(0, 20)
            }
            Ok(NetResponse::Addresses(_, addresses)) => {
                let address = addresses.first().map(ToString::to_string).unwrap_or_default();
                if let Asking::Wget { request, quiet: false, .. } = &self.kind {
                    let line = format!("Connecting to {} ({address}:{})\n", authority(request), request.port);
                    let _ = k.put(p, 2, line.as_bytes());
                }
                if let Asking::Lookup { .. } = self.kind {
                    self.until = k.now + if k.is_gnu() { 3 * LOOKUP_TIMEOUT } else { LOOKUP_TIMEOUT };
                }
                self.address = Some(address);
                Step::Again(20)
            }
            Ok(NetResponse::Records(records)) => {
                // BIND's does not say whom it asked for a name, and ends names with a dot.
                let dot = if k.is_gnu() { "." } else { "" };
                let mut out = if k.is_gnu() && records.iter().any(|r| r.1 == "PTR") { String::new() } else { self.name_server(k) };
                if let (true, Asking::Lookup { name, .. }) = (records.is_empty(), &self.kind) {
                    out += &format!("*** Can't find {name}: No answer\n");
                }
                for (name, of, data) in records {
                    out += &match of {
                        "CNAME" => format!("{name}\tcanonical name = {data}{dot}\n"),
                        "SRV" => format!("{name}\tservice = {data}{dot}\n"),
                        "PTR" => format!("{name}\tname = {data}{dot}\n"),
                        _ => format!("Name:\t{name}\nAddress: {data}\n"),
                    };
                }
                out.push('\n');
                let _ = k.put(p, 1, out.as_bytes());
                Step::Exit(0, 50)
            }
            Ok(NetResponse::Pong(_)) => Step::Exit(0, 20),
        }
    }

    fn ping(&mut self, k: &mut Kernel, p: &mut Process) -> Step {
        let interrupted = p.pending & super::Signal::INT.bit() != 0;
        p.pending &= !super::Signal::INT.bit();
        let Asking::Ping { host, left, sent, got, at, every, address } = &mut self.kind else { return Step::Exit(1, 1) };
        if let Some(id) = self.request {
            match k.answers.remove(&id) {
                None if interrupted => self.request = None,
                // Without an answer the next one goes out all the same.
                None if k.now < *at + Duration::from_micros(*every) => {
                    return Step::Wait(Block::NetUntil(id, *at + Duration::from_micros(*every)), 0);
                }
                None => self.request = None,
                Some(Ok(NetResponse::Pong(from))) => {
                    self.request = None;
                    if *got == 0 && *sent == 1 {
                        *address = from.to_string();
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
                    self.request = None;
                    if *sent == 1 {
                        let _ = k.put(p, 1, format!("PING {host} ({host}): 56 data bytes\n").as_bytes());
                    }
                }
            }
        }
        let next = *at + Duration::from_micros(*every);
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
        let (every, host) = (*every, host.clone());
        let id = k.request(p, NetRequest::Ping { host });
        self.request = Some(id);
        Step::Wait(Block::NetUntil(id, k.now + Duration::from_micros(every)), 10)
    }

    fn failed(&mut self, k: &mut Kernel, p: &mut Process, e: NetError) -> Step {
        match &mut self.kind {
            Asking::Wget { request, tries, .. } => {
                if *tries > 1 && e != NetError::NoSuchHost {
                    *tries -= 1;
                    return Step::Again(100);
                }
                let text = match e {
                    NetError::NoSuchHost => format!("wget: bad address '{}'{}", authority(request), beyond(&request.host)),
                    NetError::Reset | NetError::NotHttp => "wget: error getting response".into(),
                    NetError::TimedOut if self.until < Time::MAX => "wget: download timed out".into(),
                    e => format!("wget: can't connect to remote host ({}): {e}", self.address.as_deref().unwrap_or(&request.host)),
                };
                let _ = k.put(p, 2, format!("{text}\n").as_bytes());
                Step::Exit(1, 20)
            }
            Asking::Curl(c) => {
                if c.retries > 0 {
                    c.retries -= 1;
                    return Step::Wait(Block::Until(k.now + Duration::from_secs(1)), 20);
                }
                let ms = k.now.since(c.started).as_millis();
                let r = &c.request;
                let (code, text) = match e {
                    NetError::NoSuchHost => (6, format!("Could not resolve host: {}{}", r.host, beyond(&r.host))),
                    NetError::Refused | NetError::Unreachable => {
                        (7, format!("Failed to connect to {} port {} after {ms} ms: Could not connect to server", r.host, r.port))
                    }
                    NetError::TimedOut => (
                        28,
                        if c.timed {
                            format!("Connection timed out after {ms} milliseconds")
                        } else {
                            format!("Failed to connect to {} port {} after {ms} ms: Connection timed out", r.host, r.port)
                        },
                    ),
                    NetError::Reset => (52, "Empty reply from server".into()),
                    NetError::NotHttp => (1, "Received HTTP/0.9 when not allowed".into()),
                };
                if !c.silent || c.show_errors {
                    let _ = k.put(p, 2, format!("curl: ({code}) {text}\n").as_bytes());
                }
                if let Some(f) = c.format.clone() {
                    let out = write_out(&f, 0, 0, k.now.since(c.started));
                    let _ = k.put(p, 1, out.as_bytes());
                }
                Step::Exit(code, 20)
            }
            Asking::Nc { host, port, verbose, scan, .. } => {
                if e == NetError::NoSuchHost {
                    let _ = k.put(p, 2, format!("nc: bad address '{host}'{}\n", beyond(host)).as_bytes());
                } else if *verbose || !*scan {
                    let _ = k.put(p, 2, format!("nc: {host} ({}:{port}): {e}\n", self.address.as_deref().unwrap_or(host)).as_bytes());
                }
                Step::Exit(1, 20)
            }
            Asking::Lookup { server: Some(server), .. } if self.address.is_none() && e == NetError::NoSuchHost => {
                let why =
                    if k.is_gnu() { format!("couldn't get address for '{server}': not found") } else { format!("bad address '{server}'") };
                let _ = k.put(p, 2, format!("nslookup: {why}\n").as_bytes());
                Step::Exit(1, 20)
            }
            Asking::Lookup { name, server, .. } => {
                let text = match e {
                    NetError::NoSuchHost => {
                        let missing = format!("** server can't find {name}: NXDOMAIN{}\n\n", beyond(name));
                        self.name_server(k) + &missing
                    }
                    _ if k.is_gnu() => {
                        let asked = self.address.as_deref().or(server.as_deref()).unwrap_or(DNS);
                        format!(";; communications error to {asked}#53: timed out\n").repeat(3) + ";; no servers could be reached\n\n"
                    }
                    _ => ";; connection timed out; no servers could be reached\n\n".to_owned(),
                };
                let _ = k.put(p, 1, text.as_bytes());
                Step::Exit(1, 20)
            }
            Asking::Ping { .. } => Step::Exit(1, 20),
        }
    }

    /// How `nslookup` begins: busybox's, or BIND's.
    fn name_server(&self, k: &Kernel) -> String {
        let server = if let Asking::Lookup { server: Some(server), .. } = &self.kind { server } else { DNS };
        format!("Server:\t\t{server}\nAddress:\t{DNS}{}53\n\n", if k.is_gnu() { '#' } else { ':' })
    }

    /// Answers to a request of wget or curl.
    fn http(&mut self, k: &mut Kernel, p: &mut Process, response: &HttpResponse) -> Step {
        let location = response.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case("location")).map(|(_, v)| v.as_str());
        let to = location.filter(|_| (301..=308).contains(&response.status));
        let (request, most) = match &mut self.kind {
            Asking::Wget { request, .. } => (request, 10),
            Asking::Curl(c) if c.request.tls && !c.trusts && !response.public => return c.fails(k, p, 60, UNTRUSTED),
            Asking::Curl(c) => (&mut c.request, if c.follow { 30 } else { 0 }),
            _ => return Step::Exit(0, 20),
        };
        if let Some(next) = to.filter(|_| self.redirects < most).and_then(|to| redirected(request, to)) {
            *request = next;
            self.redirects += 1;
            self.address = None;
            return Step::Again(50);
        }
        match &self.kind {
            Asking::Wget { request, output, quiet, spider, headers, .. } => {
                let mut say = |k: &mut Kernel, text: &str| {
                    let _ = k.put(p, 2, text.as_bytes());
                };
                if *headers {
                    say(k, &head_text(response, "  "));
                }
                if !(200..300).contains(&response.status) {
                    say(k, &format!("wget: server returned error: HTTP/1.1 {} {}\n", response.status, http_status_text(response.status)));
                    return Step::Exit(1, 20);
                }
                if !*quiet && *spider {
                    say(k, "remote file exists\n");
                }
                let code = if *spider { 0 } else { wget_saves(k, p, request, output.as_deref(), *quiet, &response.body) };
                Step::Exit(code, 20)
            }
            Asking::Curl(c) => c.shows(k, p, response),
            _ => Step::Exit(0, 20),
        }
    }
}

/// How much a client sends at most, in bytes.
const BODY_MAX: usize = 1 << 20;

/// The name of the file that wget makes of an answer.
fn base_of(request: &HttpRequest) -> &str {
    let base = request.path.split('?').next().unwrap_or("").rsplit('/').next().unwrap_or("");
    if base.is_empty() { "index.html" } else { base }
}

/// Writes what wget was sent; its status.
fn wget_saves(k: &mut Kernel, p: &mut Process, request: &HttpRequest, output: Option<&str>, quiet: bool, body: &[u8]) -> i32 {
    let name = output.unwrap_or(base_of(request));
    let bar = |name: &str| format!("{name:<20} 100% |********************************| {:>5}  0:00:00 ETA\n", body.len());
    let (done, text) = if name == "-" {
        let _ = k.put(p, 2, if quiet { b"" } else { b"writing to stdout\n" });
        let _ = k.put(p, 1, body);
        (true, format!("{}written to stdout\n", bar(name)))
    } else {
        let there = output.is_none() && k.fs.stat(&p.cwd, name).is_ok();
        match if there { Err(super::super::fs::Errno::Exists) } else { save(k, p, name, body) } {
            Ok(()) => (true, format!("saving to '{name}'\n{}'{name}' saved\n", bar(name))),
            Err(e) => (false, format!("wget: can't open '{name}': {e}\n")),
        }
    };
    if !(done && quiet) {
        let _ = k.put(p, 2, text.as_bytes());
    }
    i32::from(!done)
}

impl Curl {
    /// Ends with an error.
    fn fails(&self, k: &mut Kernel, p: &mut Process, code: i32, text: &str) -> Step {
        if !self.silent || self.show_errors {
            let _ = k.put(p, 2, format!("curl: ({code}) {text}\n").as_bytes());
        }
        Step::Exit(code, 20)
    }

    /// Shows or saves an answer.
    fn shows(&self, k: &mut Kernel, p: &mut Process, response: &HttpResponse) -> Step {
        let request = &self.request;
        if self.verbose {
            let mut text = format!(
                "* Connected to {} port {}\n> {} {} HTTP/1.1\n> Host: {}\n",
                request.host,
                request.port,
                request.method,
                request.path,
                authority(request)
            );
            for (n, v) in &request.headers {
                text.push_str(&format!("> {n}: {v}\n"));
            }
            let _ = k.put(p, 2, format!("{text}>\n{}<\n", head_text(response, "< ")).as_bytes());
        }
        if self.fail && response.status >= 400 {
            return self.fails(k, p, 22, &format!("The requested URL returned error: {}", response.status));
        }
        let mut out = Vec::new();
        if self.include {
            out.extend(head_text(response, "").replace('\n', "\r\n").bytes());
            out.extend(b"\r\n");
        }
        if !self.head {
            out.extend_from_slice(&response.body);
        }
        let mut code = 0;
        match &self.output {
            Some(name) => {
                if let Err(e) = save(k, p, name, &out) {
                    let _ = k.put(p, 2, format!("curl: (23) client returned ERROR on write, {name}: {e}\n").as_bytes());
                    code = 23;
                }
            }
            None if k.put(p, 1, &out).is_err() => code = 23,
            None => {}
        }
        if let Some(f) = &self.format {
            let text = write_out(f, response.status, response.body.len(), k.now.since(self.started));
            let _ = k.put(p, 1, text.as_bytes());
        }
        Step::Exit(code, 20)
    }
}

/// What is said besides of a name that elsewhere has an address: one under a domain that no namespace is likely called like.
fn beyond(host: &str) -> &'static str {
    match host.trim_end_matches('.').rsplit_once('.') {
        Some((_, "com" | "org" | "net" | "io" | "edu" | "gov" | "ch" | "cn" | "de" | "uk")) => " (nothing beyond the cluster is simulated)",
        _ => "",
    }
}

/// What curl says of a certificate that it does not know.
const UNTRUSTED: &str = "SSL certificate problem: unable to get local issuer certificate
More details here: https://curl.se/docs/sslcerts.html

curl failed to verify the legitimacy of the server and therefore could not
establish a secure connection to it. To learn more about this situation and
how to fix it, please visit the webpage mentioned above.";

fn authority(r: &HttpRequest) -> String {
    if r.port == if r.tls { 443 } else { 80 } { r.host.clone() } else { format!("{}:{}", r.host, r.port) }
}

fn redirected(from: &HttpRequest, to: &str) -> Option<HttpRequest> {
    let mut next = if to.starts_with('/') { HttpRequest { path: to.to_string(), ..from.clone() } } else { HttpRequest::from_url(to)? };
    next.headers = from.headers.clone();
    Some(next)
}

fn head_text(r: &HttpResponse, prefix: &str) -> String {
    let mut text = format!("{prefix}HTTP/1.1 {} {}\n", r.status, http_status_text(r.status));
    for (n, v) in &r.headers {
        text.push_str(&format!("{prefix}{n}: {v}\n"));
    }
    text.push_str(&format!("{prefix}Content-Length: {}\n", r.body.len()));
    text
}

fn write_out(format: &str, status: u16, size: usize, took: Duration) -> String {
    let text = format
        .replace("\\n", "\n")
        .replace("\\t", "\t")
        .replace("\\r", "\r")
        .replace("%{http_code}", &format!("{status:03}"))
        .replace("%{response_code}", &format!("{status:03}"))
        .replace("%{http_version}", "1.1")
        .replace("%{size_download}", &size.to_string());
    // What came before the answer took nearly nothing here.
    let times = [("namelookup", 0.0), ("connect", 0.0), ("appconnect", 0.0), ("pretransfer", 0.0), ("starttransfer", 1.0), ("total", 1.0)];
    times.iter().fold(text, |text, (name, part)| text.replace(&format!("%{{time_{name}}}"), &format!("{:.6}", took.as_secs_f64() * part)))
}

/// Makes or replaces a file, as the process may.
pub(super) fn save(k: &mut Kernel, p: &mut Process, name: &str, bytes: &[u8]) -> Result<(), super::super::fs::Errno> {
    let d = k.open(p, name, OpenHow::Truncate)?;
    let done = k.put_desc(p, d, bytes);
    k.desc_unref(d);
    done
}
