//! `kubectl port-forward`: ports of the workstation that lead to ports of a pod for as long as the command runs.

use crate::api::{Object, Value};
use crate::kubectl::command::{Command, Flow, Run, Task};
use crate::kubectl::context::Context;
use crate::kubectl::error::{CliError, fail};
use crate::kubectl::flags::{Flag, array, duration};
use crate::kubectl::host::Step;
use crate::kubectl::pods::pod_of;
use crate::kubectl::resources::{Info, Query, find};

const OWN: &[Flag] = &[array("address", ""), duration("pod-running-timeout")];

/// `kubectl port-forward`.
pub static COMMAND: Command = Command {
    usage: "TYPE/NAME [options] [LOCAL_PORT:]REMOTE_PORT [...[LOCAL_PORT_N:]REMOTE_PORT_N]",
    flags: &[OWN],
    run: Run::Do(run),
    ..Command::new("port-forward", "Forward one or more local ports to a pod", run)
};

/// The first of the ports that are given to whoever does not care.
const ANY_PORT: u16 = 40_001;

/// What is forwarded.
#[derive(Clone, Debug)]
pub struct Forwarding {
    /// The pod's namespace.
    pub namespace: String,
    /// The pod's name.
    pub pod: String,
    uid: String,
    /// Local and remote ports.
    ports: Vec<(u16, u16)>,
}

// Models kubectl/pkg/cmd/portforward.
fn run(cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
    let [target, ports @ ..] = cx.args() else {
        return Err(cx.usage("TYPE/NAME and list of ports are required for port-forward"));
    };
    if ports.is_empty() {
        return Err(cx.usage("TYPE/NAME and list of ports are required for port-forward"));
    }
    let target = if target.contains('/') { vec![target.clone()] } else { vec!["pods".to_owned(), target.clone()] };
    let infos = find(cx, &Query { latest: true, ..Query::default() }, &target)?.into_infos()?;
    let Some(info) = infos.into_iter().next() else { return fail("no resource was named") };
    let Some(pod) = pod_of(cx, &info)? else { return fail(format!("no pod found for {}", info.name)) };
    let phase = pod.at(&["status", "phase"]).str();
    if phase != "Running" {
        return fail(format!("unable to forward port because pod is not running. Current status={phase}"));
    }
    let mut forwarded = Vec::new();
    for (i, text) in ports.iter().enumerate() {
        let (local, remote) = text.split_once(':').unwrap_or((text, text));
        let to = remote_port(&info, &pod, remote)?;
        let bad = |port: &str| {
            CliError::Message(format!("error parsing local port '{port}': strconv.ParseUint: parsing {port:?}: invalid syntax"))
        };
        let from = match local {
            "" => ANY_PORT + ((cx.host.listening.len() + i) as u16 % 1000),
            same if same == remote => remote.parse().unwrap_or(to),
            other => other.parse().map_err(|_| bad(other))?,
        };
        forwarded.push((from, to));
    }
    let wanted = forwarded.iter().map(|(from, to)| format!("{{{from} {to}}}")).collect::<Vec<_>>().join(" ");
    let (busy, forwarded): (Vec<_>, Vec<_>) = forwarded.into_iter().partition(|(from, _)| cx.host.listening.contains(from));
    for (from, _) in busy {
        let taken = |address: &str| format!("unable to create listener: Error listen {address}:{from}: bind: address already in use");
        let both = format!("{} {}", taken("tcp4 127.0.0.1"), taken("tcp6 [::1]"));
        cx.out.errln(format!("Unable to listen on port {from}: Listeners failed to create with the following errors: [{both}]"));
    }
    if forwarded.is_empty() {
        return fail(format!("unable to listen on any of the requested ports: [{wanted}]"));
    }
    for (from, to) in &forwarded {
        cx.out.outln(format!("Forwarding from 127.0.0.1:{from} -> {to}"));
        cx.out.outln(format!("Forwarding from [::1]:{from} -> {to}"));
    }
    Forwarding { namespace: pod.namespace().into(), pod: pod.name().into(), uid: pod.uid().into(), ports: forwarded }.resume(cx)
}

/// The pod's port that is meant: of a service by the service's port, otherwise by number or name.
fn remote_port(info: &Info, pod: &Value, text: &str) -> Result<u16, CliError> {
    let named = |name: &str| {
        let containers = pod.at(&["spec", "containers"]).items().iter();
        containers
            .flat_map(|c| c.get("ports").items())
            .find(|p| p.get("name").str() == name)
            .and_then(|p| u16::try_from(p.get("containerPort").int()).ok())
    };
    let number = text.parse::<u16>().ok().filter(|n| *n > 0);
    if info.kind.kind == "Service" {
        let ports = info.object.at(&["spec", "ports"]).items();
        let found = ports.iter().find(|p| number.map_or_else(|| p.get("name").str() == text, |n| p.get("port").int() == i64::from(n)));
        let Some(port) = found else {
            return fail(match number {
                Some(n) => format!("Service {} does not have a service port {n}", info.name),
                None => format!("Service '{}' does not have a named port '{text}'", info.name),
            });
        };
        let target = port.get("targetPort");
        let to = match target {
            _ if info.object.at(&["spec", "clusterIP"]).str() == "None" => u16::try_from(port.get("port").int()).ok(),
            Value::Str(name) => named(name),
            Value::Int(n) => u16::try_from(*n).ok(),
            _ => u16::try_from(port.get("port").int()).ok(),
        };
        return to.ok_or_else(|| CliError::Message(format!("Pod '{}' does not have a named port '{}'", pod.name(), target.str())));
    }
    match number.or_else(|| named(text)) {
        Some(port) => Ok(port),
        None if text.is_empty() => fail("remote port must be > 0"),
        None => fail(format!("Pod '{}' does not have a named port '{text}'", pod.name())),
    }
}

impl Forwarding {
    /// The pod's port behind a local one.
    pub fn port(&self, local: u16) -> Option<u16> {
        self.ports.iter().find(|(from, _)| *from == local).map(|(_, to)| *to)
    }

    /// The local ones.
    pub fn local_ports(&self) -> impl Iterator<Item = u16> {
        self.ports.iter().map(|(from, _)| *from)
    }

    /// Goes on while the pod is there.
    pub fn resume(self, cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
        let there = cx.host.api.peek(crate::api::Kind::named("Pod"), &self.namespace, &self.pod).is_some_and(|p| p.uid() == self.uid);
        if !there {
            return fail("lost connection to pod");
        }
        Ok(Flow::Wait(Task::PortForward(Box::new(self)), Step::WaitChange(None)))
    }
}
