//! `kubectl port-forward`: ports of the workstation that lead to ports of a pod for as long as the command runs.

use std::net::IpAddr;

use crate::api::{Object, Value, kinds};
use crate::base::{List as _, Order as _};
use crate::kubectl::command::{Command, Flow, Task};
use crate::kubectl::context::Context;
use crate::kubectl::error::{CliError, fail};
use crate::kubectl::flags::{Flag, duration, list};
use crate::kubectl::host::Step;
use crate::kubectl::pods::pod_of;
use crate::kubectl::resources::{Info, Query, find};

const OWN: &[Flag] = &[list("address", ""), duration("pod-running-timeout")];

/// `kubectl port-forward`.
pub static COMMAND: Command = Command {
    usage: "TYPE/NAME [options] [LOCAL_PORT:]REMOTE_PORT [...[LOCAL_PORT_N:]REMOTE_PORT_N]",
    flags: &[OWN],
    ..Command::new("port-forward", "Forward one or more local ports to a pod", run)
};

/// The first of the ports that are given to whoever does not care.
const ANY_PORT: u16 = 40_001;

/// What `localhost` stands for.
const LOCALHOST: [&str; 2] = ["127.0.0.1", "[::1]"];

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
    let pod = pod_of(cx, &info)?;
    refuse_udp(&info, &pod, ports)?;
    let mut wanted = Vec::new();
    for text in ports {
        let (local, remote) = split(text);
        let to = remote_port(&info, &pod, remote)?;
        let local = match info.kind.kind {
            _ if local != remote => local.to_owned(),
            "Service" if local.parse::<i64>().is_err() => named_of_service(&info, local)?.to_string(),
            "Service" => local.to_owned(),
            _ => to.clone(),
        };
        wanted.push((local, to));
    }
    let phase = pod.at(&["status", "phase"]).str();
    if phase != "Running" {
        return fail(format!("unable to forward port because pod is not running. Current status={phase}"));
    }
    cx.require(("create", kinds::POD, "portforward"), pod.namespace(), pod.name())?;
    let addresses = addresses(cx.flags().list("address"))?;
    let mut forwarded = Vec::new();
    for (i, (local, remote)) in wanted.iter().enumerate() {
        let number = |which: &str, text: &str| match text.parse::<u16>() {
            Ok(number) => Ok(number),
            Err(_) => {
                let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
                let why = if digits { "value out of range" } else { "invalid syntax" };
                fail(format!("error parsing {which} port '{text}': strconv.ParseUint: parsing {text:?}: {why}"))
            }
        };
        let mut from = number("local", if local.is_empty() { "0" } else { local })?;
        let to = number("remote", remote)?;
        if to == 0 {
            return fail("remote port must be > 0");
        }
        if from == 0 {
            from = ANY_PORT + ((cx.host.listening.len() + i) as u16 % 1000);
        }
        forwarded.push((from, to));
    }
    let wanted = forwarded.iter().map(|(from, to)| format!("{{{from} {to}}}")).list().join(" ");
    let (busy, forwarded): (Vec<_>, Vec<_>) = forwarded.into_iter().partition(|(from, _)| cx.host.listening.contains(from));
    for (from, _) in busy {
        let taken = |a: &String| {
            let version = if a.starts_with('[') { 6 } else { 4 };
            format!("unable to create listener: Error listen tcp{version} {a}:{from}: bind: address already in use")
        };
        let all = addresses.iter().map(taken).list().join(" ");
        cx.out.errln(format!("Unable to listen on port {from}: Listeners failed to create with the following errors: [{all}]"));
    }
    if forwarded.is_empty() {
        return fail(format!("unable to listen on any of the requested ports: [{wanted}]"));
    }
    for (from, to) in &forwarded {
        for address in &addresses {
            cx.out.outln(format!("Forwarding from {address}:{from} -> {to}"));
        }
    }
    Forwarding { namespace: pod.namespace().into(), pod: pod.name().into(), uid: pod.uid().into(), ports: forwarded }.resume(cx)
}

/// The addresses to listen on as they stand before a port, sorted: those given, or both loopbacks.
// Models client-go's parseAddresses.
fn addresses(given: &[String]) -> Result<Vec<String>, CliError> {
    let mut all = Vec::new();
    for address in given {
        match address.parse::<IpAddr>() {
            Ok(IpAddr::V4(_)) => all.push(address.clone()),
            Ok(IpAddr::V6(_)) => all.push(format!("[{address}]")),
            Err(_) if address == "localhost" => all.extend(LOCALHOST.map(str::to_owned)),
            Err(_) => return fail(format!("{address} is not a valid IP")),
        }
    }
    if given.is_empty() {
        all.extend(LOCALHOST.map(str::to_owned));
    }
    all.order();
    all.dedup();
    Ok(all)
}

/// The local and the remote half.
fn split(text: &str) -> (&str, &str) {
    match *text.split(':').list() {
        [local, remote] => (local, remote),
        [first, ..] => (first, first),
        [] => ("", ""),
    }
}

/// A pod's port by its name.
fn named(pod: &Value, name: &str) -> Result<i64, CliError> {
    let containers = pod.at(&["spec", "containers"]).items().iter();
    match containers.flat_map(|c| c.get("ports").items()).find(|p| p.get("name").str() == name) {
        Some(port) => Ok(port.get("containerPort").int()),
        None => fail(format!("Pod '{}' does not have a named port '{name}'", pod.name())),
    }
}

/// A service's port by its name.
fn named_of_service(info: &Info, name: &str) -> Result<i64, CliError> {
    match info.object.at(&["spec", "ports"]).named(name) {
        Some(port) => Ok(port.get("port").int()),
        None => fail(format!("Service '{}' does not have a named port '{name}'", info.name)),
    }
}

/// Only TCP can be forwarded.
// Models checkUDPPorts.
fn refuse_udp(info: &Info, pod: &Value, ports: &[String]) -> Result<(), CliError> {
    let service = info.kind.kind == "Service";
    let known: Vec<(&str, i64)> = if service {
        info.object.at(&["spec", "ports"]).items().iter().map(|p| (p.get("protocol").str(), p.get("port").int())).list()
    } else {
        let containers = pod.at(&["spec", "containers"]).items().iter();
        containers.flat_map(|c| c.get("ports").items()).map(|p| (p.get("protocol").str(), p.get("containerPort").int())).list()
    };
    for text in ports {
        let remote = split(text).1;
        let number = match remote.parse::<i64>() {
            Ok(number) => number,
            Err(_) if service => named_of_service(info, remote)?,
            Err(_) => named(pod, remote)?,
        };
        if known.contains(&("UDP", number)) && !known.contains(&("TCP", number)) {
            return fail(format!("UDP protocol is not supported for {remote}"));
        }
    }
    Ok(())
}

/// The pod's port that is meant: of a service by the service's port, otherwise by number or name.
// Models translateServicePortToTargetPort and convertPodNamedPortToNumber.
fn remote_port(info: &Info, pod: &Value, text: &str) -> Result<String, CliError> {
    let number = text.parse::<i64>();
    if info.kind.kind != "Service" {
        return match number {
            _ if text.is_empty() => fail("remote port cannot be empty"),
            Ok(_) => Ok(text.to_owned()),
            Err(_) => Ok(named(pod, text)?.to_string()),
        };
    }
    let number = number.or_else(|_| named_of_service(info, text))?;
    let Some(port) = info.object.at(&["spec", "ports"]).items().iter().find(|p| p.get("port").int() == number) else {
        return fail(format!("Service {} does not have a service port {number}", info.name));
    };
    let to = match port.get("targetPort") {
        _ if info.object.at(&["spec", "clusterIP"]).str() == "None" => number,
        Value::Str(name) => named(pod, name)?,
        Value::Int(n) if *n != 0 => *n,
        _ => number,
    };
    Ok(to.to_string())
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
        let there = cx.host.api.peek(kinds::POD, &self.namespace, &self.pod).is_some_and(|p| p.uid() == self.uid);
        if !there {
            return fail("lost connection to pod");
        }
        Ok(Flow::Wait(Task::PortForward(Box::new(self)), Step::WaitChange(None)))
    }
}
