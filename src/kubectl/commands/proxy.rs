//! `kubectl proxy`: a port of the workstation behind which is the API server, for as long as the command runs.

use crate::base::regex::Regex;
use crate::kubectl::command::{Command, Flow, Task};
use crate::kubectl::context::Context;
use crate::kubectl::error::{CliError, fail};
use crate::kubectl::flags::{Flag, duration, int, switch, text};
use crate::kubectl::host::Step;
use crate::server::User;

const OWN: &[Flag] = &[
    int("port", "p"),
    text("api-prefix", ""),
    text("address", ""),
    text("www", "w"),
    text("www-prefix", "P"),
    text("accept-hosts", ""),
    text("accept-paths", ""),
    text("reject-paths", ""),
    text("reject-methods", ""),
    text("unix-socket", "u"),
    duration("keepalive"),
    switch("disable-filter", ""),
    switch("append-server-path", ""),
];

/// `kubectl proxy`.
pub static COMMAND: Command = Command {
    usage: "[--port=PORT] [--www=static-dir] [--www-prefix=prefix] [--api-prefix=prefix] [options]",
    flags: &[OWN],
    ..Command::new("proxy", "Run a proxy to the Kubernetes API server", run)
};

const PORT: i64 = 8001;
/// The port that is taken where any will do.
const ANY_PORT: u16 = 40_101;

/// Which hosts and paths the filter lets through, and which paths and methods it does not, where the flags do not say.
const FILTERS: [(&str, &str); 4] = [
    ("accept-hosts", r"^localhost$,^127\.0\.0\.1$,^\[::1\]$"),
    ("accept-paths", "^.*"),
    ("reject-paths", "^/api/.*/pods/.*/exec,^/api/.*/pods/.*/attach"),
    ("reject-methods", "^$"),
];

/// What a proxy serves.
#[derive(Clone, Debug)]
pub struct Proxying {
    /// The local port.
    pub port: u16,
    /// As whom it asks; the administrator where nobody else is named.
    pub user: Option<User>,
    /// Below which path the API is; it ends in a slash.
    prefix: String,
    /// Below which path files are, and in which folder.
    www: Option<(String, String)>,
    /// In the order of [`FILTERS`]; none where all may pass.
    filter: Option<[Vec<Regex>; 4]>,
}

/// What becomes of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Passing {
    /// It is answered with this status.
    Refused(u16),
    /// It is for this file.
    File(String),
    /// It is for the API, with this path.
    Api(String),
}

fn slashed(text: &str) -> String {
    format!("{}/", text.strip_suffix('/').unwrap_or(text))
}

// Models kubectl/pkg/cmd/proxy.
fn run(cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
    let flags = cx.flags();
    let given = flags.int("port").unwrap_or(PORT);
    if given != PORT && flags.given("unix-socket") {
        return fail("cannot set --unix-socket and --port at the same time");
    }
    if flags.given("unix-socket") {
        return fail("--unix-socket is not simulated here");
    }
    let address = flags.get("address").unwrap_or("127.0.0.1");
    let mut filter: [Vec<Regex>; 4] = Default::default();
    for ((flag, default), to) in FILTERS.iter().zip(&mut filter) {
        for part in flags.get(flag).unwrap_or(default).split(',').filter(|part| !part.is_empty()) {
            match Regex::go(part) {
                Ok(pattern) => to.push(pattern),
                Err(error) => {
                    cx.klog("F", "proxy_server.go:83", &format!("Error compiling re: error parsing regexp: {}", error.as_go_says()));
                    return Err(CliError::Exit(255, String::new()));
                }
            }
        }
    }
    if flags.is_on("disable-filter") {
        cx.klog("W", "proxy.go:177", "Request filter disabled, your proxy is vulnerable to XSRF attacks, please be cautious");
    }
    let www = flags.text("www");
    if !www.is_empty()
        && let Err(error) = cx.host.files.list(www)
    {
        cx.klog("W", "proxy.go:200", &format!("Failed to stat static file directory {www}: stat {www}: {error}"));
    }
    let folder = if www.starts_with('/') { www.to_owned() } else { format!("{}/{www}", cx.inv.env.cwd) };
    let port = match u16::try_from(given) {
        Ok(0) => (ANY_PORT..).find(|port| !cx.host.listening.contains(port)).unwrap_or(ANY_PORT),
        Ok(port) => port,
        Err(_) => return fail(format!("listen tcp: address {given}: invalid port")),
    };
    if cx.host.listening.contains(&port) {
        return fail(format!("listen tcp {address}:{port}: bind: address already in use"));
    }
    cx.out.outln(format!("Starting to serve on {address}:{port}"));
    let serving = Proxying {
        port,
        user: cx.session.user.clone(),
        prefix: slashed(flags.get("api-prefix").unwrap_or("/")),
        www: (!www.is_empty()).then(|| (slashed(flags.get("www-prefix").unwrap_or("/static/")), folder)),
        filter: Some(filter).filter(|_| !flags.is_on("disable-filter")),
    };
    serving.resume()
}

impl Proxying {
    /// Goes on until it is interrupted.
    pub fn resume(self) -> Result<Flow, CliError> {
        Ok(Flow::Wait(Task::Proxy(Box::new(self)), Step::WaitChange(None)))
    }

    /// What becomes of a request to a host (with its port, or without) for a path and its query.
    // Models kubectl/pkg/proxy.
    pub fn pass(&self, method: &str, host: &str, path: &str) -> Passing {
        let (bare, query) = path.split_once('?').map_or((path, None), |(bare, query)| (bare, Some(query)));
        if let Some((prefix, folder)) = &self.www
            && prefix.len() > self.prefix.len()
            && let Some(file) = bare.strip_prefix(prefix.as_str())
        {
            let inside = !file.split('/').any(|part| part == "..");
            return if inside { Passing::File(format!("{folder}/{file}")) } else { Passing::Refused(400) };
        }
        let Some(rest) = bare.strip_prefix(self.prefix.as_str()) else { return Passing::Refused(404) };
        let path = if self.prefix.starts_with("/api") { bare.to_owned() } else { format!("/{rest}") };
        let texts = [host.rsplit_once(':').map_or(host, |(name, _)| name), &path, &path, method];
        let passes = |filter: &[Vec<Regex>; 4]| {
            let [host, accepted, rejected, method] = [0, 1, 2, 3].map(|i| filter[i].iter().any(|re| re.is_match(texts[i])));
            host && accepted && !rejected && !method
        };
        if !self.filter.as_ref().is_none_or(passes) {
            return Passing::Refused(403);
        }
        Passing::Api(query.map_or(path.clone(), |query| format!("{path}?{query}")))
    }
}
