//! wget.

use super::super::super::fs::Errno;
use super::super::super::kernel::Kernel;
use super::super::super::process::{Process, Step};
use super::super::{Options, Refusal, Run};
use super::{Asking, authority, beyond, client, head_text, header, save};
use crate::base::http_status_text;
use crate::network::{HttpRequest, HttpResponse, NetError};

/// A request of wget, and what it does with the answer.
#[derive(Debug, Clone)]
pub struct Wget {
    pub request: HttpRequest,
    output: Option<String>,
    pub quiet: bool,
    /// Whether the file is only to be there.
    spider: bool,
    headers: bool,
    /// How often it still asks.
    tries: u32,
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
    let wget = Wget { request, output, quiet: o.has('q'), spider, headers: o.has('S'), tries: o.number('t').unwrap_or(1) };
    client(r, Asking::Wget(wget), o.value('T'))
}

impl Wget {
    /// Tells why there is no answer, or tries again. `address` is the host's, and `timed` whether there is a time limit.
    pub fn failed(&mut self, k: &mut Kernel, p: &mut Process, address: Option<&str>, timed: bool, e: NetError) -> Step {
        if self.tries > 1 && e != NetError::NoSuchHost {
            self.tries -= 1;
            return Step::Again(100);
        }
        let host = &self.request.host;
        let text = match e {
            NetError::NoSuchHost => format!("bad address '{}'{}", authority(&self.request), beyond(host)),
            NetError::Reset | NetError::NotHttp => "error getting response".into(),
            NetError::TimedOut if timed => "download timed out".into(),
            e => format!("can't connect to remote host ({}): {e}", address.unwrap_or(host)),
        };
        let _ = k.put(p, 2, format!("wget: {text}\n").as_bytes());
        Step::Exit(1, 20)
    }

    /// Saves an answer, or more of it after what has come, or tells what is wrong with it.
    pub fn answered(&self, k: &mut Kernel, p: &mut Process, response: &HttpResponse, begun: Option<&[u8]>) -> Step {
        let mut say = |k: &mut Kernel, text: &str| {
            let _ = k.put(p, 2, text.as_bytes());
        };
        if self.headers && begun.is_none() {
            say(k, &head_text(response, "  "));
        }
        if !(200..300).contains(&response.status) {
            say(k, &format!("wget: server returned error: HTTP/1.1 {} {}\n", response.status, http_status_text(response.status)));
            return Step::Exit(1, 20);
        }
        if !self.spider {
            return Step::Exit(self.saves(k, p, response, begun), 20);
        }
        if !self.quiet {
            say(k, "remote file exists\n");
        }
        Step::Exit(0, 20)
    }

    /// Writes what was sent; its status.
    fn saves(&self, k: &mut Kernel, p: &mut Process, response: &HttpResponse, begun: Option<&[u8]>) -> i32 {
        let body = [begun.unwrap_or_default(), &response.body].concat();
        let name = self.output.as_deref().unwrap_or(base_of(&self.request));
        let bar = |name: &str| format!("{name:<20} 100% |********************************| {:>5}  0:00:00 ETA\n", body.len());
        let (done, text) = if name == "-" {
            let _ = k.put(p, 2, if self.quiet || begun.is_some() { b"" } else { b"writing to stdout\n" });
            if k.put(p, 1, &response.body).is_err() {
                return 1;
            }
            (true, format!("{}written to stdout\n", bar(name)))
        } else {
            let there = self.output.is_none() && begun.is_none() && k.fs.stat(&p.cwd, name).is_ok();
            match if there { Err(Errno::Exists) } else { save(k, p, name, &body) } {
                Ok(()) => (true, format!("saving to '{name}'\n{}'{name}' saved\n", bar(name))),
                Err(e) => (false, format!("wget: can't open '{name}': {e}\n")),
            }
        };
        if !(done && (self.quiet || response.open)) {
            let _ = k.put(p, 2, text.as_bytes());
        }
        i32::from(!done)
    }
}

/// The name of the file that wget makes of an answer.
fn base_of(request: &HttpRequest) -> &str {
    let base = request.path.split('?').next().unwrap_or("").rsplit('/').next().unwrap_or("");
    if base.is_empty() { "index.html" } else { base }
}
