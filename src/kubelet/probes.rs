//! Probes. Models pkg/kubelet/prober: a worker per container and probe, whose results are kept in memory and reach the
//! status only where they change it.

mod kind;

use super::container::ProcessUse;
use super::container_runtime::{self, HttpRequest, NetError, NetRequest, NetResponse, Signal};
use super::pod_worker::{Cx, PodWorker, ServeUse, What};
use super::spec::{ContainerKind, ProbeAction, ProbeSpec};
use crate::api::{ArcStr, Value, go_duration};
use crate::base::{Duration, Time};
use crate::server::EventType;
use std::sync::Arc;

pub use kind::ProbeKind;
pub(super) use kind::Probes;

/// Output of a probe that is kept for its message, in bytes (`maxRespBodyLength`).
pub(super) const OUTPUT_BYTES_MAX: usize = 10 << 10;
/// What an HTTP/2 connection begins with.
const HTTP2_PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
/// A command that takes too long is tried so often (`maxProbeRetries`).
const RETRIES: u32 = 3;
/// Redirects within the pod that are followed.
const REDIRECTS_MAX: u32 = 10;

/// A probe of one container.
#[derive(Clone, Debug)]
pub(super) struct ProbeWorker {
    pub spec: Arc<ProbeSpec>,
    /// Its period counts from here.
    anchor: Time,
    /// The wake that counts.
    token: u32,
    /// When it is due next.
    pub next_at: Option<Time>,
    /// The instance that the result is about.
    instance: ArcStr,
    /// The result that counts; none until the first.
    result: Option<bool>,
    /// Whether a failure was found, rather than assumed at the start.
    failed: bool,
    /// No probing until there is a new instance.
    on_hold: bool,
    /// The last outcome, and how often in a row.
    last: Option<bool>,
    run: u32,
    /// A probe under way.
    running: Option<Running>,
    /// How often its command was tried, or how many redirects were followed.
    tries: u32,
    pub last_at: Option<Time>,
    pub last_output: ArcStr,
}

#[derive(Clone, Copy, Debug)]
struct Running {
    token: u32,
    pid: Option<container_runtime::Pid>,
}

impl ProbeWorker {
    fn new(spec: Arc<ProbeSpec>, now: Time) -> Self {
        ProbeWorker {
            spec,
            anchor: now,
            token: 0,
            next_at: None,
            instance: ArcStr::new(),
            result: None,
            failed: false,
            on_hold: false,
            last: None,
            run: 0,
            running: None,
            tries: 0,
            last_at: None,
            last_output: ArcStr::new(),
        }
    }

    /// The result for an instance; `None` where there is none yet.
    pub fn result_for(&self, instance: &str) -> Option<bool> {
        self.result.filter(|_| self.instance == instance)
    }

    /// Whether the instance was found failing, rather than not yet passing.
    pub fn has_failed(&self, instance: &str) -> bool {
        self.failed && self.instance == instance
    }

    /// The last outcome and how often in a row.
    pub fn last_run(&self) -> (Option<bool>, u32) {
        (self.last, self.run)
    }

    fn period_us(&self) -> u64 {
        (self.spec.period.as_micros() as u64).max(1)
    }

    /// The first tick of its period after a moment.
    fn tick_after(&self, at: Time) -> Time {
        let period = self.period_us();
        let passed = at.0.saturating_sub(self.anchor.0);
        Time(self.anchor.0 + (passed / period + 1) * period)
    }
}

/// What one probe found.
enum Verdict {
    Passed,
    /// Passed, with something to say of it.
    Warned(String),
    Failed(String),
    /// It could not be told (an error of the prober itself).
    Errored(String),
}

/// What the kubelet says of a command that the runtime cannot start in an instance of a container.
pub(super) fn cannot_exec(instance: &str, now: Time, error: &container_runtime::SpawnError) -> String {
    format!("rpc error: code = Unknown desc = {}", container_runtime::cannot_exec(instance, now, error))
}

impl PodWorker {
    /// Sees that each probe of the spec has its worker (`AddPod`).
    pub(super) fn add_probes(&mut self, cx: &mut Cx<'_>) {
        for container in &mut self.containers {
            let probed = container.spec.kind == ContainerKind::Regular || container.spec.is_sidecar();
            for kind in ProbeKind::ALL.into_iter().filter(|_| probed) {
                if container.probes[kind].is_none()
                    && let Some(spec) = &container.spec.probes[kind]
                {
                    container.probes[kind] = Some(ProbeWorker::new(spec.clone(), cx.now));
                }
            }
        }
    }

    /// Takes workers away.
    pub(super) fn stop_probes(&mut self, kinds: &[ProbeKind]) {
        for container in &mut self.containers {
            for kind in kinds {
                container.probes[*kind] = None;
            }
        }
    }

    /// An instance has started: its probes begin with the next tick of their period.
    pub(super) fn instance_started(&mut self, cx: &mut Cx<'_>, c: usize) {
        for kind in ProbeKind::ALL {
            self.schedule_probe(cx, c, kind, None);
        }
    }

    /// Containers that are not ready are probed for readiness at once (the prober's manual trigger).
    pub(super) fn trigger_readiness(&mut self, cx: &mut Cx<'_>) {
        for c in 0..self.containers.len() {
            let Some(instance) = self.containers[c].newest().filter(|i| i.runs_seen() && i.exit.is_none()) else { continue };
            let Some(worker) = &self.containers[c].probes[ProbeKind::Readiness] else { continue };
            if self.containers[c].has_passed_startup() && worker.result_for(&instance.id) != Some(true) && worker.running.is_none() {
                self.schedule_probe(cx, c, ProbeKind::Readiness, Some(cx.now));
            }
        }
    }

    fn schedule_probe(&mut self, cx: &mut Cx<'_>, c: usize, kind: ProbeKind, at: Option<Time>) {
        let Some(instance) = self.containers[c].newest().filter(|i| i.exit.is_none()) else { return };
        let Some(started) = instance.started else { return };
        self.probe_tokens = self.probe_tokens.wrapping_add(1);
        let token = self.probe_tokens;
        let Some(worker) = &mut self.containers[c].probes[kind] else { return };
        if at.is_some() {
            worker.anchor = cx.now;
        }
        // Ticks before the initial delay is over do nothing. It counts from the start that the status tells.
        let earliest = started.whole_s() + Duration::from_secs(worker.spec.initial_delay_s);
        let mut due = at.unwrap_or_else(|| worker.tick_after(cx.now));
        if due < earliest {
            let tick = worker.tick_after(earliest);
            let before = Time(tick.0 - worker.period_us());
            due = if before >= earliest { before } else { tick };
        }
        worker.token = token;
        worker.next_at = Some(due);
        self.wake_at(cx, due, What::Probe(c as u16, kind, token));
    }

    /// A probe's tick.
    pub(super) fn probe_due(&mut self, cx: &mut Cx<'_>, c: usize, kind: ProbeKind, token: u32) {
        let Some(container) = self.containers.get(c) else { return };
        if container.probes[kind].as_ref().is_none_or(|w| w.token != token) || !cx.node.running {
            return;
        }
        let Some(instance) = container.newest().filter(|i| i.exit.is_none() && i.started.is_some()) else { return };
        let id = instance.id.clone();
        // What the pod's status does not show yet is not probed: a sync that still sees to others keeps it from being written.
        let shown = |list: &str| self.status.get(list).items().iter().any(|s| s.get("containerID").str() == id);
        if !shown("containerStatuses") && !shown("initContainerStatuses") {
            self.schedule_probe(cx, c, kind, None);
            return;
        }
        let startup_passed = container.has_passed_startup();
        let Some(worker) = &mut self.containers[c].probes[kind] else { return };
        if worker.instance != id {
            worker.instance = id;
            // Liveness is assumed, readiness and startup are not.
            worker.result = match kind {
                ProbeKind::Liveness => Some(true),
                ProbeKind::Readiness => Some(false),
                ProbeKind::Startup => None,
            };
            // What was found in a row before counts on.
            (worker.failed, worker.on_hold, worker.running, worker.tries) = (false, false, None, 0);
        }
        // A startup probe that has passed has nothing more to do, and the others begin when it has (`probe_finished`).
        let held_back = if kind == ProbeKind::Startup { worker.result == Some(true) } else { !startup_passed };
        if worker.on_hold || held_back {
            return;
        }
        if worker.running.is_some() {
            self.schedule_probe(cx, c, kind, None);
            return;
        }
        worker.tries = 1;
        self.run_probe(cx, c, kind);
    }

    fn run_probe(&mut self, cx: &mut Cx<'_>, c: usize, kind: ProbeKind) {
        self.probe_tokens = self.probe_tokens.wrapping_add(1);
        let token = self.probe_tokens;
        let Some(worker) = &mut self.containers[c].probes[kind] else { return };
        let spec = worker.spec.clone();
        worker.last_at = Some(cx.now);
        match &spec.action {
            ProbeAction::Exec(command) => {
                let Some(instance) = self.containers[c].newest_mut() else { return };
                let Some(machine) = instance.machine.as_deref_mut() else { return };
                match container_runtime::exec_asked(machine, &instance.process, cx.now, command) {
                    Ok(pid) => {
                        instance.uses.insert(pid, ProcessUse::Probe(kind));
                        if let Some(worker) = &mut self.containers[c].probes[kind] {
                            worker.running = Some(Running { token, pid: Some(pid) });
                        }
                        self.wake_at(cx, cx.now + spec.timeout, What::ProbeTimeout(c as u16, kind, token));
                        self.pump(cx, c);
                    }
                    Err(error) => {
                        let message = cannot_exec(&instance.id, cx.now, &error);
                        self.probe_finished(cx, c, kind, Verdict::Errored(message));
                    }
                }
            }
            action => {
                if let Some(message) = self.unnamed_port(c, action) {
                    self.probe_finished(cx, c, kind, Verdict::Errored(message));
                    return;
                }
                self.wake_at(cx, cx.now + spec.timeout, What::ProbeTimeout(c as u16, kind, token));
                self.ask(cx, c, kind, token, &spec, None);
            }
        }
    }

    /// Sends a probe's request, to another path where it was redirected.
    fn ask(&mut self, cx: &mut Cx<'_>, c: usize, kind: ProbeKind, token: u32, spec: &ProbeSpec, path: Option<&str>) {
        let mut action = spec.action.clone();
        if let (ProbeAction::Http { path, .. }, Some(to)) = (&mut action, path) {
            *path = to.into();
        }
        match self.serve_local(cx, c, &action, "kube-probe/1.36") {
            Ok((serving, id)) => {
                self.serves.insert((serving, id), ServeUse::Probe(c, kind, token));
                if let Some(worker) = &mut self.containers[c].probes[kind] {
                    worker.running = Some(Running { token, pid: None });
                }
                self.pump(cx, serving);
            }
            Err(error) => {
                let verdict = self.network_verdict(cx, c, spec, Err(error));
                self.probe_finished(cx, c, kind, verdict);
            }
        }
    }

    /// Sends a probe's or hook's request to whichever container of the pod listens; they share the network.
    pub(super) fn serve_local(
        &mut self,
        cx: &mut Cx<'_>,
        c: usize,
        action: &ProbeAction,
        agent: &str,
    ) -> Result<(usize, container_runtime::ServeId), NetError> {
        let own = self.ip(&cx.node.ip).unwrap_or_default();
        let (host, port, request) = match action {
            ProbeAction::Http { host, port, path, https, headers } => {
                let port = self.containers[c].spec.port(port).ok_or(NetError::Refused)?;
                let host = if host.is_empty() { own.clone() } else { host.clone() };
                let mut headers = headers.clone();
                for (name, value) in [("User-Agent", agent), ("Accept", "*/*")] {
                    if !headers.iter().any(|(n, _)| n.eq_ignore_ascii_case(name)) {
                        headers.push((name.to_owned(), value.to_owned()));
                    }
                }
                let request = HttpRequest { headers, tls: *https, ..HttpRequest::get(&host, port, path) };
                (host, port, NetRequest::Http(request))
            }
            ProbeAction::Tcp { host, port } => {
                let port = self.containers[c].spec.port(port).ok_or(NetError::Refused)?;
                let host = if host.is_empty() { own.clone() } else { host.clone() };
                (host.clone(), port, NetRequest::Tcp { host: host.to_string(), port, data: Vec::new() })
            }
            ProbeAction::Grpc { port } => {
                (own.clone(), *port, NetRequest::Tcp { host: own.to_string(), port: *port, data: HTTP2_PREFACE.to_vec() })
            }
            ProbeAction::Exec(_) => return Err(NetError::Refused),
        };
        // The kubelet's own localhost is its node's.
        let is_nodes = host == "localhost" || host.starts_with("127.");
        if is_nodes && !self.spec.host_network {
            return Err(NetError::Refused);
        }
        if host != own && !is_nodes {
            return Err(NetError::TimedOut);
        }
        for (i, container) in self.containers.iter_mut().enumerate() {
            if container.machine().is_some_and(|m| m.listens(port))
                && let Some(machine) = container.machine_mut()
            {
                return machine.serve(cx.now, port, request).map(|id| (i, id));
            }
        }
        Err(NetError::Refused)
    }

    /// A request of a probe was answered.
    pub(super) fn probe_answered(&mut self, cx: &mut Cx<'_>, c: usize, kind: ProbeKind, token: u32, answer: Result<NetResponse, NetError>) {
        let Some(worker) = self.containers.get(c).and_then(|c| c.probes[kind].as_ref()) else { return };
        if worker.running.is_none_or(|r| r.token != token) {
            return;
        }
        let (spec, followed) = (worker.spec.clone(), worker.tries);
        if let (Ok(NetResponse::Http(response)), ProbeAction::Http { host, port, .. }) = (&answer, &spec.action)
            && matches!(response.status, 301 | 302 | 303 | 307 | 308)
            && let Some(to) = response.header("Location")
        {
            let own = self.ip(&cx.node.ip).unwrap_or_default();
            let here = if host.is_empty() { &own } else { host };
            let port = self.containers[c].spec.port(port).unwrap_or(0);
            let local = [format!("//{here}:{port}"), format!("//{here}")];
            let after = ["http://", "https://", "//"].iter().find_map(|start| to.strip_prefix(start)).map(|rest| format!("//{rest}"));
            let within = match &after {
                Some(absolute) => {
                    local.iter().find_map(|l| absolute.strip_prefix(l.as_str())).filter(|p| p.is_empty() || p.starts_with('/'))
                }
                None => Some(to),
            };
            if let Some(path) = within {
                if followed > REDIRECTS_MAX {
                    self.probe_finished(cx, c, kind, Verdict::Failed(format!("Get {to:?}: stopped after {REDIRECTS_MAX} redirects")));
                    return;
                }
                if let Some(worker) = &mut self.containers[c].probes[kind] {
                    worker.tries += 1;
                }
                self.ask(cx, c, kind, token, &spec, Some(path));
                return;
            }
        }
        let verdict = self.network_verdict(cx, c, &spec, answer);
        self.probe_finished(cx, c, kind, verdict);
    }

    /// What is said of a port that no port of the container has the name of.
    // Models ResolveContainerPort, which reads such a name as a number in the end.
    pub(super) fn unnamed_port(&self, c: usize, action: &ProbeAction) -> Option<String> {
        let (ProbeAction::Http { port: Value::Str(name), .. } | ProbeAction::Tcp { port: Value::Str(name), .. }) = action else {
            return None;
        };
        let known = self.containers[c].spec.port(&Value::Str(name.clone())).is_some();
        (!known).then(|| format!("strconv.Atoi: parsing {:?}: invalid syntax", name.as_str()))
    }

    /// Where a request goes, and its URL where it has one.
    pub(super) fn destination(&self, cx: &Cx<'_>, c: usize, action: &ProbeAction) -> (String, Option<String>) {
        let own = self.ip(&cx.node.ip).unwrap_or_default();
        let address = |host: &ArcStr, port: u16| format!("{}:{port}", if host.is_empty() { &own } else { host });
        let number = |port: &Value| self.containers[c].spec.port(port).unwrap_or(0);
        match action {
            ProbeAction::Http { host, port, path, https, .. } => {
                let at = address(host, number(port));
                let scheme = if *https { "https" } else { "http" };
                let slash = if path.starts_with('/') { "" } else { "/" };
                let url = format!("{scheme}://{at}{slash}{path}");
                (at.replace("localhost:", "127.0.0.1:"), Some(url))
            }
            ProbeAction::Tcp { host, port } => (address(host, number(port)).replace("localhost:", "127.0.0.1:"), None),
            ProbeAction::Grpc { port } => (format!("{own}:{port}"), None),
            ProbeAction::Exec(_) => (String::new(), None),
        }
    }

    /// Whether TLS is spoken there: by none but stand-ins, and servers on such ports.
    pub(super) fn speaks_tls(&self, c: usize, dial: &str) -> bool {
        dial.ends_with("443") || self.containers[c].machine().is_some_and(container_runtime::Machine::stands_in)
    }

    fn network_verdict(&self, cx: &Cx<'_>, c: usize, spec: &ProbeSpec, answer: Result<NetResponse, NetError>) -> Verdict {
        // Most pass, and of those nothing is told.
        match (&spec.action, &answer) {
            (ProbeAction::Http { https: false, .. }, Ok(NetResponse::Http(response))) if (200..300).contains(&response.status) => {
                return Verdict::Passed;
            }
            (ProbeAction::Tcp { .. }, Ok(_) | Err(NetError::Reset)) | (ProbeAction::Exec(_), _) => return Verdict::Passed,
            _ => {}
        }
        let (dial, url) = self.destination(cx, c, &spec.action);
        let get = |error: String| url.as_ref().map_or_else(|| error.clone(), |u| format!("Get {u:?}: {error}"));
        let is_grpc = matches!(spec.action, ProbeAction::Grpc { .. });
        // The prober tries to connect for as long as it may, and does not say what was in its way.
        let no_grpc = || {
            let within = go_duration::format(spec.timeout);
            Verdict::Failed(format!("timeout: failed to connect service {dial:?} within {within}: context deadline exceeded"))
        };
        match answer {
            Ok(NetResponse::Http(response)) if url.is_some() => match response.status {
                _ if matches!(spec.action, ProbeAction::Http { https: true, .. }) && !self.speaks_tls(c, &dial) => {
                    Verdict::Failed(get("http: server gave HTTP response to HTTPS client".to_owned()))
                }
                300..400 => {
                    let body = String::from_utf8_lossy(&response.body[..response.body.len().min(OUTPUT_BYTES_MAX)]).into_owned();
                    Verdict::Warned(format!("Probe terminated redirects, Response body: {body}"))
                }
                200..300 => Verdict::Passed,
                status => Verdict::Failed(format!("HTTP probe failed with statuscode: {status}")),
            },
            // Whatever speaks gRPC says nothing here that could be read.
            Ok(NetResponse::Tcp(bytes)) if is_grpc && !bytes.is_empty() => no_grpc(),
            Ok(_) => Verdict::Passed,
            Err(NetError::Reset) if url.is_none() => Verdict::Passed,
            Err(_) if is_grpc => no_grpc(),
            Err(NetError::Refused) => Verdict::Failed(get(format!("dial tcp {dial}: connect: connection refused"))),
            Err(NetError::TimedOut) if url.is_some() => {
                Verdict::Failed(get("context deadline exceeded (Client.Timeout exceeded while awaiting headers)".to_owned()))
            }
            Err(NetError::TimedOut) => Verdict::Failed(format!("dial tcp {dial}: i/o timeout")),
            Err(NetError::Unreachable) => Verdict::Failed(get(format!("dial tcp {dial}: connect: no route to host"))),
            Err(NetError::Reset) => Verdict::Failed(get("EOF".to_owned())),
            Err(error) => Verdict::Failed(get(error.to_string())),
        }
    }

    /// A probe's command has ended.
    pub(super) fn probe_exited(
        &mut self,
        cx: &mut Cx<'_>,
        c: usize,
        kind: ProbeKind,
        pid: container_runtime::Pid,
        code: i32,
        output: Vec<u8>,
    ) {
        let Some(worker) = self.containers.get(c).and_then(|c| c.probes[kind].as_ref()) else { return };
        if worker.running.is_none_or(|r| r.pid != Some(pid)) {
            return;
        }
        let text = String::from_utf8_lossy(&output[..output.len().min(OUTPUT_BYTES_MAX)]).into_owned();
        let verdict = if code == 0 { Verdict::Passed } else { Verdict::Failed(text) };
        self.probe_finished(cx, c, kind, verdict);
    }

    /// A probe took longer than its timeout.
    pub(super) fn probe_timed_out(&mut self, cx: &mut Cx<'_>, c: usize, kind: ProbeKind, token: u32) {
        let Some(worker) = self.containers.get_mut(c).and_then(|c| c.probes[kind].as_mut()) else { return };
        let Some(running) = worker.running.filter(|r| r.token == token) else { return };
        let spec = worker.spec.clone();
        worker.running = None;
        let Some(pid) = running.pid else {
            self.serves.retain(|_, used| !matches!(used, ServeUse::Probe(at, k, t) if (*at, *k, *t) == (c, kind, token)));
            let verdict = self.network_verdict(cx, c, &spec, Err(NetError::TimedOut));
            self.probe_finished(cx, c, kind, verdict);
            return;
        };
        let retry = worker.tries < RETRIES;
        worker.tries += 1;
        if let Some(instance) = self.containers[c].newest_mut() {
            instance.uses.remove(&pid);
            instance.captured.remove(&pid);
            if let Some(machine) = instance.machine.as_deref_mut() {
                machine.signal_session(cx.now, pid, Signal::KILL);
            }
        }
        self.reschedule(cx, c);
        if retry {
            self.run_probe(cx, c, kind);
            return;
        }
        let command = match &spec.action {
            ProbeAction::Exec(command) => command.join(" "),
            _ => String::new(),
        };
        let message = format!("command timed out: {command:?} timed out after {}s", spec.timeout.as_secs());
        self.probe_finished(cx, c, kind, Verdict::Errored(message));
    }

    /// Counts a probe's outcome (`worker.doProbe`).
    fn probe_finished(&mut self, cx: &mut Cx<'_>, c: usize, kind: ProbeKind, verdict: Verdict) {
        let title = kind.title();
        let passed = match &verdict {
            Verdict::Passed => Some(true),
            Verdict::Warned(output) => {
                self.container_event(cx, c, EventType::Warning, "ProbeWarning", &format!("{title} probe warning: {output}"));
                Some(true)
            }
            Verdict::Failed(output) => {
                self.container_event(cx, c, EventType::Warning, "Unhealthy", &format!("{title} probe failed: {output}"));
                Some(false)
            }
            Verdict::Errored(error) => {
                let message = format!("{title} probe errored and resulted in unknown state: {error}");
                self.container_event(cx, c, EventType::Warning, "Unhealthy", &message);
                None
            }
        };
        let Some(worker) = &mut self.containers[c].probes[kind] else { return };
        worker.running = None;
        worker.last_output = match verdict {
            Verdict::Passed => ArcStr::new(),
            Verdict::Failed(text) | Verdict::Errored(text) | Verdict::Warned(text) => text.into(),
        };
        let mut changed = false;
        if let Some(passed) = passed {
            if worker.last == Some(passed) {
                worker.run = worker.run.saturating_add(1);
            } else {
                (worker.last, worker.run) = (Some(passed), 1);
            }
            let needed = if passed { worker.spec.success_threshold } else { worker.spec.failure_threshold };
            if worker.run >= needed {
                changed = worker.result != Some(passed);
                worker.result = Some(passed);
                if !passed {
                    worker.failed = true;
                }
                if !passed && kind != ProbeKind::Readiness {
                    // The container will be restarted: nothing to learn until then.
                    worker.on_hold = true;
                }
                if worker.on_hold || kind == ProbeKind::Startup {
                    worker.run = 0;
                }
            }
        }
        if !self.containers[c].probes[kind].as_ref().is_some_and(|w| w.on_hold || (kind == ProbeKind::Startup && w.result == Some(true))) {
            self.schedule_probe(cx, c, kind, None);
        }
        if !changed {
            return;
        }
        match kind {
            ProbeKind::Readiness => {
                self.refresh_status(cx);
                self.request_sync(cx);
            }
            ProbeKind::Liveness | ProbeKind::Startup => {
                if kind == ProbeKind::Startup && passed == Some(true) {
                    self.refresh_status(cx);
                    self.schedule_probe(cx, c, ProbeKind::Liveness, None);
                    self.schedule_probe(cx, c, ProbeKind::Readiness, None);
                }
                self.request_sync(cx);
            }
        }
    }
}
