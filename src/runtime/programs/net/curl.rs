//! curl.

use super::super::super::fs::{Device, Kind, base_name};
use super::super::super::kernel::{Kernel, Rd};
use super::super::super::process::{Block, Process, Step};
use super::super::{Options, Refusal, Run};
use super::{Asking, authority, beyond, client, head_text, header, save};
use crate::base::{Duration, RESERVED, Time, base64, encode_percent};
use crate::network::{HttpRequest, HttpResponse, NetError};

/// A request of curl, and what it does with the answer.
#[derive(Debug, Clone)]
pub struct Curl {
    pub request: HttpRequest,
    output: Option<String>,
    include: bool,
    silent: bool,
    show_errors: bool,
    fail: bool,
    pub follow: bool,
    head: bool,
    format: Option<String>,
    verbose: bool,
    /// Whether it takes any certificate, or knows whose to take: here each server's is its cluster's own.
    trusts: bool,
    retries: u32,
    started: Time,
    timed: bool,
}

/// How long it waits for the rest of its standard input before it looks again.
const STDIN_POLL: Duration = Duration::from_millis(10);
/// How much it sends at most, in bytes.
const BODY_MAX: usize = 1 << 20;

fn fails(r: &mut Run<'_>, code: i32, text: &str) -> Step {
    let _ = r.k.put(r.p, 2, format!("curl: ({code}) {text}\n").as_bytes());
    Step::Exit(code, 50)
}

pub fn curl(r: &mut Run<'_>, o: &Options) -> Step {
    let Some(url) = o.value('U').or(o.rest.last().map(String::as_str)) else {
        return Step::Exit(r.refuse(Refusal::Operands(String::new())), 50);
    };
    let Some(mut request) = HttpRequest::from_url(url) else {
        return fails(r, 3, "URL rejected: Malformed input to a URL function");
    };
    let mut output = o.value('o').map(str::to_owned);
    if o.has('O') {
        let path = request.path.split('?').next().unwrap_or("");
        output = path.rsplit('/').next().filter(|name| !name.is_empty()).map(str::to_owned);
        if output.is_none() {
            return fails(r, 23, "Remote file name has no length");
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
    let data = match data(r, o) {
        Ok(data) => data,
        Err(step) => return step,
    };
    let given = !data.is_empty();
    let data = data.join(&b'&');
    if given && o.has('G') {
        request.path += &format!("{}{}", if request.path.contains('?') { "&" } else { "?" }, String::from_utf8_lossy(&data));
    } else if given {
        request.method = if o.has('T') { "PUT" } else { "POST" }.into();
        request.body = data;
        if !o.has('T') && request.header("Content-Type").is_none() {
            request.headers.push(("Content-Type".into(), "application/x-www-form-urlencoded".into()));
        }
        if let Some(file) = o.value('T').filter(|_| request.path.ends_with('/')) {
            request.path += base_name(file);
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

/// What is to be sent, by `-d` and its like; else the step to take: it waits for its standard input, or ends.
fn data(r: &mut Run<'_>, o: &Options) -> Result<Vec<Vec<u8>>, Step> {
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
        let mut value = if is_file { contents(r, letter, text)? } else { text.as_bytes().to_vec() };
        if letter == 'd' && is_file {
            value.retain(|b| !b"\r\n\0".contains(b));
        }
        if letter == '^' {
            let coded = encode_percent(&value, RESERVED);
            value = if name.is_empty() { coded } else { format!("{name}={coded}") }.into_bytes();
        }
        data.push(value);
    }
    Ok(data)
}

/// What a file holds, or standard input where that is meant.
fn contents(r: &mut Run<'_>, letter: char, file: &str) -> Result<Vec<u8>, Step> {
    let mut bytes = Vec::new();
    if let Some(fd) = r.p.fd(0).filter(|_| file == "-") {
        // It begins anew once there is more, and takes all when that is all.
        if !r.k.readable(fd) {
            return Err(Step::Wait(Block::Read(fd), 10));
        } else if !r.k.is_whole(fd) {
            if r.k.is_full(fd) {
                return Err(fails(r, 26, "more than a pipe holds is not simulated: put it into a file"));
            }
            return Err(Step::Wait(Block::Until(r.k.now + STDIN_POLL), 10));
        }
        while let Rd::Data(more) = r.k.read(fd, 64 << 10, false) {
            bytes.extend(more);
            if bytes.len() > BODY_MAX {
                break;
            }
        }
    } else if let Ok(all) = r.k.fs.read(&r.p.cwd, file, BODY_MAX + 1) {
        bytes = all;
    } else if r.k.fs.stat(&r.p.cwd, file).is_ok_and(|node| node.kind == Kind::Device(Device::Null)) {
        // Nothing is sent.
    } else if letter == 'T' {
        return Err(fails(r, 26, &format!("Can't open '{file}'!")));
    } else {
        return Err(fails(r, 26, &format!("Failed to open {file}")));
    }
    if bytes.len() > BODY_MAX {
        return Err(fails(r, 26, &format!("{file}: more than 1 MiB is not simulated")));
    }
    Ok(bytes)
}

impl Curl {
    /// Ends with an error.
    pub fn fails(&self, k: &mut Kernel, p: &mut Process, code: i32, text: &str) -> Step {
        if !self.silent || self.show_errors {
            let _ = k.put(p, 2, format!("curl: ({code}) {text}\n").as_bytes());
        }
        Step::Exit(code, 20)
    }

    /// Tells why there is no answer, or no more than the bytes that have come, or tries again.
    pub fn failed(&mut self, k: &mut Kernel, p: &mut Process, e: NetError, begun: Option<usize>) -> Step {
        if self.retries > 0 {
            self.retries -= 1;
            return Step::Wait(Block::Until(k.now + Duration::from_secs(1)), 20);
        }
        let took = k.now.since(self.started);
        let ms = took.as_millis();
        let r = &self.request;
        let (code, text) = match e {
            NetError::NoSuchHost => (6, format!("Could not resolve host: {}{}", r.host, beyond(&r.host))),
            NetError::Refused | NetError::Unreachable => {
                (7, format!("Failed to connect to {} port {} after {ms} ms: Could not connect to server", r.host, r.port))
            }
            NetError::TimedOut if begun.is_some() => {
                (28, format!("Operation timed out after {ms} milliseconds with {} bytes received", begun.unwrap_or(0)))
            }
            NetError::TimedOut if self.timed => (28, format!("Connection timed out after {ms} milliseconds")),
            NetError::TimedOut => (28, format!("Failed to connect to {} port {} after {ms} ms: Connection timed out", r.host, r.port)),
            NetError::Reset => (52, "Empty reply from server".into()),
            NetError::NotHttp => (1, "Received HTTP/0.9 when not allowed".into()),
        };
        let step = self.fails(k, p, code, &text);
        if let Some(f) = &self.format {
            let _ = k.put(p, 1, write_out(f, 0, 0, took).as_bytes());
        }
        step
    }

    /// Whether it does not know the certificate that this answer comes with.
    pub fn distrusts(&self, response: &HttpResponse) -> bool {
        self.request.tls && !self.trusts && !response.public
    }

    /// Shows or saves an answer, or more of it after what has come.
    pub fn answered(&self, k: &mut Kernel, p: &mut Process, response: &HttpResponse, begun: Option<&[u8]>) -> Step {
        let request = &self.request;
        if self.verbose && begun.is_none() {
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
        if self.include && begun.is_none() {
            out.extend(head_text(response, "").replace('\n', "\r\n").bytes());
            out.extend(b"\r\n");
        }
        if !self.head {
            out.extend_from_slice(&response.body);
        }
        let mut code = 0;
        match &self.output {
            Some(name) => {
                if let Err(e) = save(k, p, name, &[begun.unwrap_or_default(), &out].concat()) {
                    let _ = k.put(p, 2, format!("curl: (23) client returned ERROR on write, {name}: {e}\n").as_bytes());
                    code = 23;
                }
            }
            None if k.put(p, 1, &out).is_err() => code = 23,
            None => {}
        }
        if let Some(f) = self.format.as_ref().filter(|_| !response.open) {
            let text = write_out(f, response.status, begun.map_or(0, <[u8]>::len) + response.body.len(), k.now.since(self.started));
            let _ = k.put(p, 1, text.as_bytes());
        }
        Step::Exit(code, 20)
    }
}

/// What curl says of a certificate that it does not know.
pub const UNTRUSTED: &str = "SSL certificate problem: unable to get local issuer certificate
More details here: https://curl.se/docs/sslcerts.html

curl failed to verify the legitimacy of the server and therefore could not
establish a secure connection to it. To learn more about this situation and
how to fix it, please visit the webpage mentioned above.";

/// What `-w` shows of an answer.
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
