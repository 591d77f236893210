//! `agnhost`, the program of many subcommands that the documentation's and the end-to-end tests' pods run.

use std::sync::Arc;

use super::super::images::{Service, ServiceKind};
use super::super::process::Process;
use super::server::ArgumentError;
use crate::base::List as _;

/// What answers at which path.
type Routes = &'static [(&'static str, &'static str)];

/// A subcommand that listens: its name, its port and the flag for another one, what it does, what it prints at its start, what it logs for
/// a request, and what it answers.
struct Row(&'static str, u16, &'static str, ServiceKind, &'static str, &'static str, Routes);

const ROWS: [Row; 7] = [
    Row("pause", 0, "", ServiceKind::Idle, "Paused", "", &[]),
    Row(
        "netexec",
        8080,
        "http-port",
        ServiceKind::Page,
        "%kStarted HTTP server on port %p\n%kStarted UDP server on port  8081",
        "%k%m %U",
        &[
            ("/", "NOW: %N"),
            ("/hostname", "%h"),
            ("/hostName", "%h"),
            ("/clientip", "%c:43512"),
            ("/echo", "%Q"),
            ("/healthz", ""),
            ("/redirect", "redirect"),
        ],
    ),
    Row("serve-hostname", 9376, "port", ServiceKind::Page, "%kServing on port %p.", "", &[("/", "%h")]),
    Row("liveness", 8080, "", ServiceKind::Page, "", "", &[("/started", "%us"), ("/healthz", "ok"), ("/redirect", "redirect")]),
    Row("test-webserver", 80, "port", ServiceKind::Files, "", "", &[]),
    Row("porter", 80, "", ServiceKind::Page, "", "", &[]),
    Row("grpc-health-checking", 5000, "port", ServiceKind::Tcp, "%kHttp server starting to listen on :8080", "", &[]),
];
/// How long `liveness` says that it is well, in seconds.
const WELL_S: u64 = 10;

/// The server that a process' arguments ask for, or what is wrong with them.
pub fn service(p: &Process, image: &Service) -> Result<Arc<Service>, ArgumentError> {
    let asked = p.argv.get(1).map_or("", |a| a.as_str());
    let Some(Row(name, port, flag, kind, banner, log, routes)) = ROWS.iter().find(|r| r.0 == asked) else {
        return Err(ArgumentError::Command(asked.to_owned()));
    };
    // `--port=80` or `--port 80`.
    let given = p.argv.iter().enumerate().find_map(|(i, a)| {
        let rest = a.trim_start_matches('-').strip_prefix(*flag).filter(|_| !flag.is_empty() && a.starts_with('-'))?;
        rest.strip_prefix('=').or_else(|| p.argv.get(i + 1).filter(|_| rest.is_empty()).map(|v| v.as_str()))?.parse().ok()
    });
    // `porter` listens where its environment says, and answers with what it says.
    let served: Vec<(u16, &str)> =
        p.env.list().into_iter().filter_map(|(name, text)| Some((name.strip_prefix("SERVE_PORT_")?.parse().ok()?, text.as_str()))).list();
    let porter = *name == "porter";
    Ok(Arc::new(Service {
        kind: *kind,
        ports: match (porter, *port) {
            (true, _) => served.iter().map(|s| s.0).list(),
            (_, 0) => Vec::new(),
            (_, port) => vec![given.unwrap_or(port)],
        },
        page: served.first().filter(|_| porter).map_or_else(String::new, |s| s.1.replace('%', "%%")),
        banner: banner.split('\n').filter(|l| !l.is_empty()).map(str::to_owned).list(),
        document_root: "/".into(),
        log,
        routes,
        well_s: if *name == "liveness" { WELL_S } else { u64::MAX },
        ..image.clone()
    }))
}
