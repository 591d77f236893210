//! `kubectl proxy`: a port of the workstation behind which is the API server, for as long as the command runs.

use crate::kubectl::command::{Command, Flow, Run, Task};
use crate::kubectl::context::Context;
use crate::kubectl::error::{CliError, fail};
use crate::kubectl::flags::{Flag, duration, int, switch, text};
use crate::kubectl::host::Step;

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
    usage: "[--port=PORT] [--www=static-dir] [--www-prefix=prefix] [--api-prefix=prefix]",
    flags: &[OWN],
    run: Run::Do(run),
    ..Command::new("proxy", "Run a proxy to the Kubernetes API server", run)
};

const PORT: i64 = 8001;
/// The port that is taken where any will do.
const ANY_PORT: u16 = 40_101;

/// What a proxy serves.
#[derive(Clone, Debug)]
pub struct Proxying {
    /// The local port.
    pub port: u16,
    /// Below which path the API is; it ends in a slash.
    pub prefix: String,
}

// Models kubectl/pkg/cmd/proxy.
fn run(cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
    let flags = cx.flags();
    for name in ["www", "unix-socket", "accept-paths", "reject-paths", "accept-hosts", "reject-methods"] {
        if flags.given(name) {
            return fail(format!("--{name} is not simulated here"));
        }
    }
    let given = flags.int("port").unwrap_or(PORT);
    let address = flags.get("address").unwrap_or("127.0.0.1");
    let mut prefix = flags.get("api-prefix").unwrap_or("/").to_owned();
    if !prefix.ends_with('/') {
        prefix.push('/');
    }
    let port = match u16::try_from(given) {
        Ok(0) => (ANY_PORT..).find(|port| !cx.host.listening.contains(port)).unwrap_or(ANY_PORT),
        Ok(port) => port,
        Err(_) => return fail(format!("listen tcp: address {given}: invalid port")),
    };
    if cx.host.listening.contains(&port) {
        return fail(format!("listen tcp {address}:{port}: bind: address already in use"));
    }
    cx.out.outln(format!("Starting to serve on {address}:{port}"));
    Proxying { port, prefix }.resume()
}

impl Proxying {
    /// Goes on until it is interrupted.
    pub fn resume(self) -> Result<Flow, CliError> {
        Ok(Flow::Wait(Task::Proxy(Box::new(self)), Step::WaitChange(None)))
    }
}
