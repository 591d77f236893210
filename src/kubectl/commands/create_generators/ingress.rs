//! `kubectl create ingress`.

use super::{Failure, GENERATOR, finish, generator, one_name};
use crate::api::Value;
use crate::base::List as _;
use crate::kubectl::command::{Command, Flow};
use crate::kubectl::context::Context;
use crate::kubectl::error::{CliError, fail};
use crate::kubectl::flags::{Flag, array, text};
use crate::obj;

const OWN: &[Flag] = &[text("class", ""), array("rule", ""), text("default-backend", ""), array("annotation", "")];

/// `kubectl create ingress`.
pub static COMMAND: Command = generator(
    "ingress",
    &["ing"],
    "Create an ingress with the specified name",
    "NAME --rule=host/path=service:port[,tls[=secret]]  [options]",
    &[GENERATOR, OWN],
    run,
);

/// One `--rule`.
struct Rule {
    host: String,
    path: String,
    path_type: &'static str,
    backend: Value,
    /// The secret where TLS is asked for; empty where the default certificate serves.
    tls: Option<String>,
}

fn run(cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
    let (name, _) = one_name(cx)?;
    let flags = cx.flags();
    let (rules, default) = (flags.list("rule"), flags.text("default-backend"));
    if rules.is_empty() && default.is_empty() {
        return fail(
            "not enough information provided: every ingress has to either specify a default-backend (which catches all traffic) or a list of rules (which catch specific paths)",
        );
    }
    let mut parsed = Vec::new();
    for rule in rules {
        match parse_rule(rule) {
            Some(r) => parsed.push(r),
            None => return fail(format!("rule {rule} is invalid and should be in format host/path=svcname:svcport[,tls[=secret]]")),
        }
    }
    let mut metadata = obj!({"name": name});
    for annotation in flags.list("annotation") {
        match annotation.split_once('=') {
            Some((key, value)) if !key.is_empty() => metadata.set(&["annotations", key], value),
            _ => return fail(format!("annotation {annotation} is invalid and should be in format key=[value]")),
        }
    }
    let mut spec = Value::map();
    if !default.is_empty() {
        match backend(default) {
            Some(b) => spec.set(&["defaultBackend"], b),
            None => return fail("default-backend should be in format servicename:serviceport"),
        }
    }
    if !flags.text("class").is_empty() {
        spec.set(&["ingressClassName"], flags.text("class"));
    }
    let (tls, by_host) = group(&parsed);
    if !tls.is_empty() {
        spec.set(&["tls"], tls);
    }
    if !by_host.is_empty() {
        spec.set(&["rules"], by_host);
    }
    let object = obj!({"metadata": metadata, "spec": spec, "status": {"loadBalancer": {}}});
    finish(cx, "Ingress", object, Failure::Prefix("failed to create ingress:"))
}

/// `name:port`, where the port is a number or a name.
fn backend(text: &str) -> Option<Value> {
    let (name, port) = text.split_once(':')?;
    if name.is_empty() || port.is_empty() || port.contains(':') {
        return None;
    }
    let port = port.parse::<i64>().map_or_else(|_| obj!({"name": port}), |n| obj!({"number": n}));
    Some(obj!({"service": {"name": name, "port": port}}))
}

/// A rule as kubectl's pattern lets it through: what follows the service's port is looked at only as far as the pattern goes.
fn parse_rule(text: &str) -> Option<Rule> {
    let mut parts = text.split(',');
    let (target, service) = parts.next()?.split_once('=')?;
    let slash = target.find('/')?;
    let (host, path) = target.split_at(slash);
    let is_word = |c: char| c == '_' || c == '-' || c.is_ascii_alphanumeric();
    let service = service.split('=').next()?;
    let (name, port) = service.split_once(':')?;
    let plain = name.chars().all(is_word) && port.starts_with(is_word) && host.chars().all(|c| is_word(c) || matches!(c, '*' | '.'));
    plain.then_some(())?;
    let port = port.split(':').next()?;
    let (path, path_type) = match path.strip_suffix('*') {
        Some(prefix) => (prefix, "Prefix"),
        None => (path, "Exact"),
    };
    let tls = parts.next().filter(|_| parts.next().is_none()).map(|tls| tls.split('=').nth(1).unwrap_or_default().to_owned());
    Some(Rule { host: host.into(), path: path.into(), path_type, backend: backend(&format!("{name}:{port}"))?, tls })
}

/// The rules by host, in the order the hosts came up, and the hosts by secret.
fn group(rules: &[Rule]) -> (Vec<Value>, Vec<Value>) {
    let mut hosts: Vec<(&str, Vec<Value>)> = Vec::new();
    let mut secrets: Vec<(&str, Vec<&str>)> = Vec::new();
    let mut seen: Vec<&str> = Vec::new();
    for rule in rules {
        let path = obj!({"backend": &rule.backend, "path": rule.path.as_str(), "pathType": rule.path_type});
        match hosts.iter_mut().find(|(h, _)| *h == rule.host) {
            Some((_, paths)) => paths.push(path),
            None => hosts.push((&rule.host, vec![path])),
        }
        // A host is taken in once, by the first secret that it comes with; what has neither host nor secret says nothing.
        let Some(secret) = rule.tls.as_deref().filter(|_| !seen.contains(&rule.host.as_str())) else { continue };
        seen.push(&rule.host);
        let hosts = if rule.host.is_empty() { Vec::new() } else { vec![rule.host.as_str()] };
        match secrets.iter_mut().find(|(s, _)| *s == secret) {
            Some((_, all)) => all.extend(hosts),
            None if !secret.is_empty() || !hosts.is_empty() => secrets.push((secret, hosts)),
            None => {}
        }
    }
    let tls = secrets.into_iter().map(|(secret, hosts)| {
        let mut tls = Value::map();
        if !hosts.is_empty() {
            tls.set(&["hosts"], super::texts(&hosts));
        }
        if !secret.is_empty() {
            tls.set(&["secretName"], secret);
        }
        tls
    });
    let by_host = hosts.into_iter().map(|(host, paths)| {
        let mut rule = obj!({"http": {"paths": paths}});
        if !host.is_empty() {
            rule.set(&["host"], host);
        }
        rule
    });
    (tls.list(), by_host.list())
}
