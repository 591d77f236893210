//! Programs that speak to the network: wget, curl, nc, nslookup, ping, and what tells of addresses.

mod listener;

pub use listener::{Listener, listen};

use super::super::kernel::{Kernel, OpenHow, Rd};
use super::super::process::{Block, Process, Step};
use super::super::text;
use super::{Program, Run, become_program};
use crate::base::Order as _;
use crate::base::{Duration, Time};
use crate::network::{HttpRequest, HttpResponse, NetError, NetRequest, NetResponse, status_text};

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
    Lookup { name: String, of: String },
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
    timeout_us: Option<u64>,
}

/// Runs or starts a program of this family.
pub fn run(r: &mut Run<'_>) -> Option<i32> {
    Some(match r.name {
        "ip" => {
            let mut out = "1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue qlen 1000\n    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00\n    inet 127.0.0.1/8 scope host lo\n       valid_lft forever preferred_lft forever\n".to_string();
            for a in &r.k.addresses {
                out.push_str(&format!("2: eth0@if3: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1450 qdisc noqueue\n    link/ether 0a:58:0a:f4:01:02 brd ff:ff:ff:ff:ff:ff\n    inet {a}/24 brd 10.244.255.255 scope global eth0\n       valid_lft forever preferred_lft forever\n"));
            }
            if r.args.first().is_some_and(|a| a.starts_with('r')) {
                out = "default via 10.244.0.1 dev eth0\n".into();
            }
            r.out(out);
            0
        }
        "ifconfig" => {
            let mut out = String::new();
            for a in &r.k.addresses {
                out.push_str(&format!("eth0      Link encap:Ethernet  HWaddr 0A:58:0A:F4:01:02  \n          inet addr:{a}  Bcast:10.244.255.255  Mask:255.255.255.0\n          UP BROADCAST RUNNING MULTICAST  MTU:1450  Metric:1\n\n"));
            }
            out.push_str("lo        Link encap:Local Loopback  \n          inet addr:127.0.0.1  Mask:255.0.0.0\n          UP LOOPBACK RUNNING  MTU:65536  Metric:1\n\n");
            r.out(out);
            0
        }
        "netstat" | "ss" => {
            let mut ports: Vec<(u16, u32)> =
                r.k.procs.values().flat_map(|p| super::ports(p).into_iter().map(|n| (n, p.pid)).collect::<Vec<_>>()).collect();
            ports.order();
            let mut out = "Active Internet connections (only servers)\nProto Recv-Q Send-Q Local Address           Foreign Address         State       PID/Program name    \n".to_string();
            for (port, pid) in ports {
                let name = r.k.procs.get(&pid).and_then(|p| p.argv.first().cloned()).unwrap_or_default();
                out.push_str(&format!(
                    "tcp        0      0 {:<23} 0.0.0.0:*               LISTEN      {pid}/{name}\n",
                    format!("0.0.0.0:{port}")
                ));
            }
            r.out(out);
            0
        }
        _ => return None,
    })
}

/// Starts a client; `None` where the program is none.
pub fn start(r: &mut Run<'_>) -> Option<Step> {
    let kind = match r.name {
        "wget" => wget(r),
        "curl" => curl(r),
        "nc" | "netcat" | "ncat" | "telnet" => nc(r),
        "nslookup" => match r.args.iter().find(|a| !a.starts_with('-')) {
            Some(name) => {
                let given =
                    r.args.iter().find_map(|a| a.strip_prefix("-type=").or_else(|| a.strip_prefix("-q=").or(a.strip_prefix("-query="))));
                let of = if name.parse::<std::net::IpAddr>().is_ok() { "PTR" } else { "A" };
                Ok(Asking::Lookup { name: name.clone(), of: given.unwrap_or(of).to_uppercase() })
            }
            None => {
                r.err("missing host name");
                Err(1)
            }
        },
        "ping" => {
            let (opts, hosts) = r.options("cWwis");
            match hosts.first() {
                Some(h) => {
                    let left = opts.iter().find(|o| o.0 == 'c').and_then(|o| o.1.parse().ok()).unwrap_or(u64::MAX);
                    let every = opts.iter().find(|o| o.0 == 'i').and_then(|o| text::duration_us(&o.1)).unwrap_or(1_000_000).max(10_000);
                    r.p.handled |= super::Signal::INT.bit();
                    Ok(Asking::Ping { host: h.clone(), left, sent: 0, got: 0, at: Time::ZERO, every, address: String::new() })
                }
                None => {
                    r.err("missing host name");
                    Err(1)
                }
            }
        }
        _ => return None,
    };
    Some(match kind {
        Ok(kind) => {
            let timeout = match &kind {
                Asking::Curl(c) => c.timeout_us,
                _ => {
                    let (opts, _) = r.options("TOwPUet");
                    let long = opts.iter().find_map(|o| o.1.strip_prefix("timeout=").filter(|_| o.0 == '-'));
                    let short = || opts.iter().find(|o| o.0 == 'T' || (o.0 == 'w' && r.name != "wget")).map(|o| o.1.as_str());
                    long.or_else(short).and_then(text::duration_us)
                }
            };
            let until = timeout.map_or(Time::MAX, |us| r.k.now + Duration::from_micros(us));
            become_program(Program::Client(Box::new(Client { kind, request: None, until, redirects: 0, address: None })), 300)
        }
        Err(code) => Step::Exit(code, 50),
    })
}

fn wget(r: &mut Run<'_>) -> Result<Asking, i32> {
    let args: Vec<String> = r.args.clone();
    let (mut output, mut quiet, mut spider, mut headers, mut tries) = (None, false, false, false, 1);
    let (mut url, mut extra, mut body) = (None, Vec::new(), None);
    let mut it = args.iter();
    while let Some(a) = it.next() {
        let (flag, inline) = match a.split_once('=') {
            Some((f, v)) if a.starts_with("--") => (f, Some(v.to_string())),
            _ => match super::flag(a) {
                (flag @ ("-O" | "-T" | "-t" | "-P"), value) if !value.is_empty() => (flag, Some(value.to_string())),
                _ => (a.as_str(), None),
            },
        };
        let mut value = || inline.clone().or_else(|| it.next().cloned()).unwrap_or_default();
        match flag {
            "-O" | "--output-document" => output = Some(value()),
            "-T" | "--timeout" | "-P" | "-U" => drop(value()),
            "-t" | "--tries" => tries = value().parse().unwrap_or(1),
            "--header" => {
                if let Some((n, v)) = value().split_once(':') {
                    extra.push((n.trim().to_string(), v.trim().to_string()));
                }
            }
            "--post-data" => body = Some(value()),
            "-q" | "--quiet" => quiet = true,
            "--spider" => spider = true,
            "-S" | "--server-response" => headers = true,
            "-c" | "--no-check-certificate" | "-nv" | "--no-verbose" => {}
            f if f.starts_with('-') && !f.starts_with("--") && f.len() > 2 => {
                let mut letters = f[1..].chars();
                while let Some(c) = letters.next() {
                    match c {
                        'q' => quiet = true,
                        'S' => headers = true,
                        'O' => {
                            let rest = std::mem::replace(&mut letters, "".chars()).as_str();
                            output = Some(if rest.is_empty() { value() } else { rest.to_string() });
                        }
                        'T' => {
                            if std::mem::replace(&mut letters, "".chars()).as_str().is_empty() {
                                value();
                            }
                        }
                        'c' | 'n' | 'v' => {}
                        c => {
                            r.err(format!("unrecognized option: {c}"));
                            return Err(1);
                        }
                    }
                }
            }
            f if f.starts_with('-') && f.len() > 1 => {
                r.err(format!("unrecognized option: {}", f.trim_start_matches('-')));
                return Err(1);
            }
            f => url = Some(f.to_string()),
        }
    }
    let Some(url) = url else {
        let _ = r.k.put(r.p, 2, b"BusyBox v1.37.0 multi-call binary.\n\nUsage: wget [-cqS] [--spider] [-O FILE] [-T SEC] URL...\n");
        return Err(1);
    };
    let Some(mut request) = HttpRequest::from_url(&url) else {
        r.err(format!("not an http or ftp url: {url}"));
        return Err(1);
    };
    request.headers.push(("User-Agent".into(), "Wget".into()));
    request.headers.append(&mut extra);
    if let Some(b) = body {
        request.method = "POST".into();
        request.body = b.into_bytes();
    }
    if spider {
        request.method = "HEAD".into();
    }
    Ok(Asking::Wget { request, output, quiet, spider, headers, tries })
}

fn curl(r: &mut Run<'_>) -> Result<Asking, i32> {
    let args = r.args.clone();
    let mut c = Curl {
        request: HttpRequest::get("", 80, "/"),
        output: None,
        include: false,
        silent: false,
        show_errors: false,
        fail: false,
        follow: false,
        head: false,
        format: None,
        verbose: false,
        trusts: false,
        retries: 0,
        started: r.k.now,
        timeout_us: None,
    };
    let (mut url, mut headers, mut body, mut method) = (None, Vec::new(), None::<String>, None);
    let (mut remote_name, mut pinned) = (false, Vec::new());
    let mut it = args.iter();
    while let Some(a) = it.next() {
        let mut letters: Vec<String> = Vec::new();
        let mut inline = None;
        if a.starts_with("--") {
            letters.push(a.clone());
        } else if a.starts_with('-') && a.len() > 1 {
            let mut chars = a[1..].chars();
            while let Some(ch) = chars.next() {
                letters.push(format!("-{ch}"));
                if "XHdowmAurbTeFk".contains(ch) && ch != 'k' {
                    inline = Some(chars.as_str().to_string()).filter(|s| !s.is_empty());
                    break;
                }
            }
        } else {
            url = Some(a.clone());
            continue;
        }
        for flag in letters {
            let mut value = || inline.clone().or_else(|| it.next().cloned()).unwrap_or_default();
            match flag.as_str() {
                "-s" | "--silent" => c.silent = true,
                "-S" | "--show-error" => c.show_errors = true,
                "-f" | "--fail" => c.fail = true,
                "-L" | "--location" => c.follow = true,
                "-i" | "--include" => c.include = true,
                "-I" | "--head" => c.head = true,
                "-v" | "--verbose" => c.verbose = true,
                "-X" | "--request" => method = Some(value()),
                "-H" | "--header" => {
                    if let Some((n, v)) = value().split_once(':') {
                        headers.push((n.trim().to_string(), v.trim().to_string()));
                    }
                }
                "-d" | "--data" | "--data-raw" | "--data-binary" => body = Some(value()),
                "-O" | "--remote-name" => remote_name = true,
                "--resolve" => pinned.push(value()),
                "-o" | "--output" => c.output = Some(value()),
                "-w" | "--write-out" => c.format = Some(value()),
                "-m" | "--max-time" | "--connect-timeout" => c.timeout_us = text::duration_us(&value()),
                "--retry" => c.retries = value().parse().unwrap_or(0),
                "-k" | "--insecure" => c.trusts = true,
                "--cacert" => c.trusts = !value().is_empty(),
                "-A" | "-u" | "-r" | "-b" | "-T" | "-e" | "-F" | "--cert" | "--key" | "--retry-delay" => drop(value()),
                "-4" | "-6" | "--compressed" | "-N" | "--no-buffer" | "-g" | "-#" | "--retry-connrefused" => {}
                f => {
                    let _ =
                        r.k.put(r.p, 2, format!("curl: option {f}: is unknown\ncurl: try 'curl --help' for more information\n").as_bytes());
                    return Err(2);
                }
            }
        }
    }
    let Some(url) = url else {
        let _ = r.k.put(r.p, 2, b"curl: try 'curl --help' for more information\n");
        return Err(2);
    };
    let Some(request) = HttpRequest::from_url(&url) else {
        let _ = r.k.put(r.p, 2, b"curl: (3) URL rejected: Malformed input to a URL function\n");
        return Err(3);
    };
    c.request = request;
    if remote_name {
        let path = c.request.path.split('?').next().unwrap_or("");
        c.output = path.rsplit('/').next().filter(|name| !name.is_empty()).map(str::to_string);
        if c.output.is_none() {
            let _ = r.k.put(r.p, 2, b"curl: (23) Remote file name has no length\n");
            return Err(23);
        }
    }
    // Hosts whose addresses were given beforehand.
    let at = format!("{}:{}:", c.request.host, c.request.port);
    if let Some(address) = pinned.iter().find_map(|p| p.strip_prefix(&at)) {
        c.request.headers.push(("Host".into(), authority(&c.request)));
        c.request.host = address.split(',').next().unwrap_or("").to_string();
    }
    c.request.headers.push(("User-Agent".into(), "curl/8.14.1".into()));
    c.request.headers.append(&mut headers);
    if let Some(b) = body {
        c.request.method = "POST".into();
        c.request.body = b.into_bytes();
    }
    if c.head {
        c.request.method = "HEAD".into();
        c.include = true;
    }
    if let Some(m) = method {
        c.request.method = m;
    }
    Ok(Asking::Curl(Box::new(c)))
}

fn nc(r: &mut Run<'_>) -> Result<Asking, i32> {
    let (opts, rest) = r.options("wpeiqs");
    let has = |c| opts.iter().any(|o| o.0 == c);
    let port = rest.get(1).and_then(|p| p.parse().ok());
    let (Some(host), Some(port)) = (rest.first().cloned(), port) else {
        r.err(if rest.is_empty() {
            "missing host name".to_string()
        } else {
            format!("bad port '{}'", rest.get(1).map_or("", String::as_str))
        });
        return Err(1);
    };
    Ok(Asking::Nc { host, port, data: Vec::new(), scan: has('z'), verbose: has('v'), ended: false })
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
            let request = match &self.kind {
                // They say which address they connect to, so they look it up first.
                Asking::Wget { request, .. } if self.address.is_none() => NetRequest::Resolve { name: request.host.clone() },
                Asking::Nc { host, verbose: true, .. } if self.address.is_none() => NetRequest::Resolve { name: host.clone() },
                Asking::Wget { request, .. } => NetRequest::Http(request.clone()),
                Asking::Curl(c) => NetRequest::Http(c.request.clone()),
                Asking::Nc { host, port, data, .. } => NetRequest::Tcp { host: host.clone(), port: *port, data: data.clone() },
                Asking::Lookup { name, of } => NetRequest::Records { name: name.clone(), of: of.clone() },
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
            Ok(NetResponse::Http(response)) => self.http(k, p, response),
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
                self.address = Some(address);
                Step::Again(20)
            }
            Ok(NetResponse::Records(records)) => {
                let mut out = NAME_SERVER.to_string();
                if let (true, Asking::Lookup { name, .. }) = (records.is_empty(), &self.kind) {
                    out += &format!("*** Can't find {name}: No answer\n");
                }
                for (name, of, data) in records {
                    out += &match of {
                        "CNAME" => format!("{name}\tcanonical name = {data}\n"),
                        "SRV" => format!("{name}\tservice = {data}\n"),
                        "PTR" => format!("{name}\tname = {data}\n"),
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
                    let _ = k.put(p, 2, format!("ping: bad address '{host}'\n").as_bytes());
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
                    NetError::NoSuchHost => format!("wget: bad address '{}'", authority(request)),
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
                    NetError::NoSuchHost => (6, format!("Could not resolve host: {}", r.host)),
                    NetError::Refused | NetError::Unreachable => {
                        (7, format!("Failed to connect to {} port {} after {ms} ms: Could not connect to server", r.host, r.port))
                    }
                    NetError::TimedOut => (
                        28,
                        if c.timeout_us.is_some() {
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
                    let _ = k.put(p, 2, format!("nc: bad address '{host}'\n").as_bytes());
                } else if *verbose || !*scan {
                    let _ = k.put(p, 2, format!("nc: {host} ({}:{port}): {e}\n", self.address.as_deref().unwrap_or(host)).as_bytes());
                }
                Step::Exit(1, 20)
            }
            Asking::Lookup { name, .. } => {
                let text = match e {
                    NetError::NoSuchHost => format!("{NAME_SERVER}** server can't find {name}: NXDOMAIN\n\n"),
                    _ => ";; connection timed out; no servers could be reached\n\n".to_string(),
                };
                let _ = k.put(p, 1, text.as_bytes());
                Step::Exit(1, 20)
            }
            Asking::Ping { .. } => Step::Exit(1, 20),
        }
    }

    fn http(&mut self, k: &mut Kernel, p: &mut Process, response: HttpResponse) -> Step {
        let location = response.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case("location")).map(|(_, v)| v.clone());
        match &mut self.kind {
            Asking::Wget { request, output, quiet, spider, headers, .. } => {
                if let (301..=308, Some(to)) = (response.status, &location)
                    && self.redirects < 10
                    && let Some(next) = redirected(request, to)
                {
                    *request = next;
                    self.redirects += 1;
                    self.address = None;
                    return Step::Again(50);
                }
                if *headers {
                    let text = head_text(&response, "  ");
                    let _ = k.put(p, 2, text.as_bytes());
                }
                if !(200..300).contains(&response.status) {
                    let _ = k.put(
                        p,
                        2,
                        format!("wget: server returned error: HTTP/1.1 {} {}\n", response.status, status_text(response.status)).as_bytes(),
                    );
                    return Step::Exit(1, 20);
                }
                if *spider {
                    if !*quiet {
                        let _ = k.put(p, 2, b"remote file exists\n");
                    }
                    return Step::Exit(0, 20);
                }
                let name = output.clone().unwrap_or_else(|| {
                    let base = request.path.split('?').next().unwrap_or("").rsplit('/').next().unwrap_or("");
                    if base.is_empty() { "index.html".into() } else { base.to_string() }
                });
                if name == "-" {
                    if !*quiet {
                        let _ = k.put(p, 2, b"writing to stdout\n");
                    }
                    let _ = k.put(p, 1, &response.body);
                    if !*quiet {
                        let _ = k.put(
                            p,
                            2,
                            format!(
                                "-                    100% |********************************| {:>5}  0:00:00 ETA\nwritten to stdout\n",
                                response.body.len()
                            )
                            .as_bytes(),
                        );
                    }
                    return Step::Exit(0, 20);
                }
                if output.is_none() && k.fs.stat(&p.cwd, &name).is_ok() {
                    let _ = k.put(p, 2, format!("wget: can't open '{name}': File exists\n").as_bytes());
                    return Step::Exit(1, 20);
                }
                let text = match save(k, p, &name, &response.body) {
                    Ok(()) if *quiet => return Step::Exit(0, 20),
                    Ok(()) => format!(
                        "saving to '{name}'\n{:<20} 100% |********************************| {:>5}  0:00:00 ETA\n'{name}' saved\n",
                        name,
                        response.body.len()
                    ),
                    Err(e) => {
                        let _ = k.put(p, 2, format!("wget: can't open '{name}': {e}\n").as_bytes());
                        return Step::Exit(1, 20);
                    }
                };
                let _ = k.put(p, 2, text.as_bytes());
                Step::Exit(0, 20)
            }
            Asking::Curl(c) => {
                if c.request.tls && !c.trusts {
                    if !c.silent || c.show_errors {
                        let _ = k.put(p, 2, UNTRUSTED.as_bytes());
                    }
                    return Step::Exit(60, 20);
                }
                if c.follow
                    && let (301..=308, Some(to)) = (response.status, &location)
                    && self.redirects < 30
                    && let Some(next) = redirected(&c.request, to)
                {
                    c.request = next;
                    self.redirects += 1;
                    return Step::Again(50);
                }
                if c.verbose {
                    let mut text = format!(
                        "* Connected to {} port {}\n> {} {} HTTP/1.1\n> Host: {}\n",
                        c.request.host,
                        c.request.port,
                        c.request.method,
                        c.request.path,
                        authority(&c.request)
                    );
                    for (n, v) in &c.request.headers {
                        text.push_str(&format!("> {n}: {v}\n"));
                    }
                    text.push_str(">\n");
                    text.push_str(&head_text(&response, "< "));
                    text.push_str("<\n");
                    let _ = k.put(p, 2, text.as_bytes());
                }
                if c.fail && response.status >= 400 {
                    if !c.silent || c.show_errors {
                        let _ = k.put(p, 2, format!("curl: (22) The requested URL returned error: {}\n", response.status).as_bytes());
                    }
                    return Step::Exit(22, 20);
                }
                let mut out = Vec::new();
                if c.include {
                    out.extend(head_text(&response, "").replace('\n', "\r\n").bytes());
                    out.extend(b"\r\n");
                }
                if !c.head {
                    out.extend_from_slice(&response.body);
                }
                let mut code = 0;
                match &c.output {
                    Some(name) => {
                        if let Err(e) = save(k, p, name, &out) {
                            let _ = k.put(p, 2, format!("curl: (23) client returned ERROR on write, {name}: {e}\n").as_bytes());
                            code = 23;
                        }
                    }
                    None => {
                        if k.put(p, 1, &out).is_err() {
                            code = 23;
                        }
                    }
                }
                if let Some(f) = &c.format {
                    let text = write_out(f, response.status, response.body.len(), k.now.since(c.started));
                    let _ = k.put(p, 1, text.as_bytes());
                }
                Step::Exit(code, 20)
            }
            _ => Step::Exit(0, 20),
        }
    }
}

/// How `nslookup` begins.
const NAME_SERVER: &str = "Server:\t\t10.96.0.10\nAddress:\t10.96.0.10:53\n\n";

/// What curl says of a certificate that it does not know.
const UNTRUSTED: &str = "curl: (60) SSL certificate problem: unable to get local issuer certificate
More details here: https://curl.se/docs/sslcerts.html

curl failed to verify the legitimacy of the server and therefore could not
establish a secure connection to it. To learn more about this situation and
how to fix it, please visit the webpage mentioned above.
";

fn authority(r: &HttpRequest) -> String {
    if r.port == if r.tls { 443 } else { 80 } { r.host.clone() } else { format!("{}:{}", r.host, r.port) }
}

fn redirected(from: &HttpRequest, to: &str) -> Option<HttpRequest> {
    let mut next = if to.starts_with('/') { HttpRequest { path: to.to_string(), ..from.clone() } } else { HttpRequest::from_url(to)? };
    next.headers = from.headers.clone();
    Some(next)
}

fn head_text(r: &HttpResponse, prefix: &str) -> String {
    let mut text = format!("{prefix}HTTP/1.1 {} {}\n", r.status, status_text(r.status));
    for (n, v) in &r.headers {
        text.push_str(&format!("{prefix}{n}: {v}\n"));
    }
    text.push_str(&format!("{prefix}Content-Length: {}\n", r.body.len()));
    text
}

fn write_out(format: &str, status: u16, size: usize, took: Duration) -> String {
    format
        .replace("\\n", "\n")
        .replace("\\t", "\t")
        .replace("%{http_code}", &format!("{status:03}"))
        .replace("%{response_code}", &format!("{status:03}"))
        .replace("%{size_download}", &size.to_string())
        .replace("%{time_total}", &format!("{:.6}", took.as_secs_f64()))
}

/// Makes or replaces a file, as the process may.
pub(super) fn save(k: &mut Kernel, p: &mut Process, name: &str, bytes: &[u8]) -> Result<(), super::super::fs::Errno> {
    let d = k.open(p, name, OpenHow::Truncate)?;
    let done = k.put_desc(p, d, bytes);
    k.desc_unref(d);
    done
}
