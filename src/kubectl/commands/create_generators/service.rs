//! `kubectl create service`.

use super::{Failure, GENERATOR, finish, generator, one_name};
use crate::api::{Value, names};
use crate::kubectl::command::{Command, Flow};
use crate::kubectl::context::Context;
use crate::kubectl::error::{CliError, fail};
use crate::kubectl::flags::{Flag, int, list, text};
use crate::obj;

/// `kubectl create service`.
pub static GROUP: Command = Command {
    aliases: &["svc"],
    ..Command::group(
        "service",
        "Create a service using a specified subcommand",
        "Create a service using a specified subcommand.",
        &[&CLUSTER_IP, &EXTERNAL_NAME, &LOAD_BALANCER, &NODE_PORT],
    )
};

const TCP: &[Flag] = &[list("tcp", "")];
const CLUSTER_IP_FLAGS: &[Flag] = &[text("clusterip", "")];
const NODE_PORT_FLAGS: &[Flag] = &[int("node-port", "")];
const EXTERNAL_NAME_FLAGS: &[Flag] = &[text("external-name", "")];

static CLUSTER_IP: Command = generator(
    "clusterip",
    &[],
    "Create a ClusterIP service",
    "NAME [--tcp=<port>:<targetPort>] [--dry-run=server|client|none] [options]",
    &[GENERATOR, TCP, CLUSTER_IP_FLAGS],
    |cx| create(cx, "ClusterIP"),
);
static NODE_PORT: Command = generator(
    "nodeport",
    &[],
    "Create a NodePort service",
    "NAME [--tcp=port:targetPort] [--dry-run=server|client|none] [options]",
    &[GENERATOR, TCP, NODE_PORT_FLAGS],
    |cx| create(cx, "NodePort"),
);
static LOAD_BALANCER: Command = generator(
    "loadbalancer",
    &[],
    "Create a LoadBalancer service",
    "NAME [--tcp=port:targetPort] [--dry-run=server|client|none] [options]",
    &[GENERATOR, TCP],
    |cx| create(cx, "LoadBalancer"),
);
static EXTERNAL_NAME: Command = Command {
    required: &["external-name"],
    ..generator(
        "externalname",
        &[],
        "Create an ExternalName service",
        "NAME --external-name external.name [--dry-run=server|client|none] [options]",
        &[GENERATOR, TCP, EXTERNAL_NAME_FLAGS],
        |cx| create(cx, "ExternalName"),
    )
};

fn create(cx: &mut Context<'_, '_>, ty: &'static str) -> Result<Flow, CliError> {
    let (name, _) = one_name(cx)?;
    let flags = cx.flags();
    let cluster_ip = flags.text("clusterip");
    let specs = flags.list("tcp");
    if specs.is_empty() && ty != "ExternalName" && cluster_ip != "None" {
        return fail("at least one tcp port specifier must be provided");
    }
    let external_name = flags.text("external-name");
    if ty == "ExternalName" && !names::dns1123_subdomain(external_name).is_empty() {
        return fail(format!("invalid service external name {external_name}"));
    }
    let mut ports = Vec::new();
    for spec in specs {
        let (port, target) = parse_port(spec)?;
        let mut object = obj!({"name": spec.replace(':', "-"), "port": port, "protocol": "TCP", "targetPort": target});
        if let Some(node_port) = flags.int("node-port").filter(|p| *p != 0) {
            object.set(&["nodePort"], node_port);
        }
        ports.push(object);
    }
    let mut spec = obj!({"type": ty, "selector": {"app": name}});
    if !ports.is_empty() {
        spec.set(&["ports"], ports);
    }
    if !cluster_ip.is_empty() {
        spec.set(&["clusterIP"], cluster_ip);
    }
    if ty == "ExternalName" {
        spec.set(&["externalName"], external_name);
    }
    let object = obj!({"metadata": {"name": name, "labels": {"app": name}}, "spec": spec, "status": {"loadBalancer": {}}});
    let failure = match ty {
        "ClusterIP" => "failed to create ClusterIP service:",
        "NodePort" => "failed to create NodePort service:",
        "LoadBalancer" => "failed to create LoadBalancer service:",
        _ => "failed to create ExternalName service:",
    };
    finish(cx, "Service", object, Failure::Prefix(failure))
}

/// Reads `80`, `80:8080` or `80:http`.
fn parse_port(spec: &str) -> Result<(i64, Value), CliError> {
    let mut parts = spec.split(':');
    let first = parts.next().unwrap_or("");
    if first.is_empty() || !first.bytes().all(|b| b.is_ascii_digit()) {
        return fail(format!("strconv.ParseUint: parsing {first:?}: invalid syntax"));
    }
    let Ok(port) = first.parse::<u16>() else {
        return fail(format!("strconv.ParseUint: parsing {first:?}: value out of range"));
    };
    let target = match parts.next() {
        None => Value::from(port),
        Some(text) => match text.parse::<i64>() {
            Ok(n) if (1..=65535).contains(&n) => Value::from(n),
            Ok(_) => return fail("must be between 1 and 65535, inclusive"),
            Err(_) => match names::port_name(text) {
                wrong if wrong.is_empty() => Value::from(text),
                wrong => return fail(wrong.join(",")),
            },
        },
    };
    Ok((i64::from(port), target))
}
