//! `kubectl expose`.

use thiserror::Error;

use crate::api::{self, KindRef, Object, Value, decode, go_json, kinds};
use crate::base::{Case as _, List as _};
use crate::kubectl::command::{Command, Flow};
use crate::kubectl::context::{Context, DryRun};
use crate::kubectl::error::{CliError, fail};
use crate::kubectl::flags::{self, Flag, text};
use crate::kubectl::last_applied;
use crate::kubectl::printing::Reporter;
use crate::kubectl::resources::{Info, Query, find};
use crate::obj;
use crate::server::{json_patch_by_client, merge_patch, strategic_merge_patch};

const OWN: &[Flag] = &[
    text("port", ""),
    text("protocol", ""),
    text("type", ""),
    text("load-balancer-ip", ""),
    text("selector", ""),
    text("labels", "l"),
    text("target-port", ""),
    text("external-ip", ""),
    text("name", ""),
    text("session-affinity", ""),
    text("cluster-ip", ""),
    text("overrides", ""),
    text("override-type", ""),
];

/// `kubectl expose`.
pub static COMMAND: Command = Command {
    usage: "(-f FILENAME | TYPE NAME) [--port=port] [--protocol=TCP|UDP|SCTP] [--target-port=number-or-name] [--name=name] [--external-ip=external-ip-of-service] [--type=type] [options]",
    flags: &[flags::FILENAME, flags::PRINT, flags::DRY_RUN, flags::SAVE_CONFIG, flags::RECORD, flags::WRITE, OWN],
    ..Command::new("expose", "Take a replication controller, service, deployment or pod and expose it as a new Kubernetes service", run)
};

fn run(cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
    let mut reporter = Reporter::new(cx)?;
    let dry_run = cx.dry_run()?;
    let query = Query { files: true, ..Query::default() };
    let found = find(cx, &query, cx.args())?;
    let mut kept = Kept::default();
    found.in_parts(cx, move |cx, info, _| {
        let object = service(cx, &info, &mut kept).and_then(|object| {
            let mut object = overridden(cx, kinds::SERVICE, object)?;
            cx.record(&mut object);
            if dry_run == DryRun::Client {
                return Ok(object);
            }
            if cx.flags().is_on("save-config") {
                last_applied::annotate(&mut object);
            }
            let options = cx.write_options(dry_run)?;
            let namespace = cx.namespace();
            cx.create(kinds::SERVICE, &namespace, object, &options)
        })?;
        reporter.report("exposed", &object, cx.out)
    })
}

/// `--overrides` and `--override-type`.
pub fn overridden(cx: &Context<'_, '_>, kind: KindRef, mut object: Value) -> Result<Value, CliError> {
    let text = cx.flags().text("overrides");
    if text.is_empty() {
        return Ok(object);
    }
    let patch = Value::from_json(text).map_err(|_| CliError::Message("Invalid JSON Patch".into()));
    match cx.flags().text("override-type") {
        "" | "merge" => merge_patch(&mut object, &patch?),
        "strategic" => object = strategic_merge_patch(kind, &object, &patch?)?,
        "json" if patch.is_err() => return fail(go_json::syntax_error(text.as_bytes()).map_or_else(String::new, |e| e.to_string())),
        "json" => object = json_patch_by_client(&object, &patch?).map_err(|e| CliError::Message(e.to_string()))?,
        other => return fail(format!("invalid override type: {other}")),
    }
    // It is read into Go's type again, that of the kind which it now has, and which has no unknown members.
    let (name, version) = (object.kind(), object.api_version());
    if !name.is_empty() && !api::KINDS.iter().any(|k| k.kind == name && k.is_at(version)) {
        return fail(format!("no kind {name:?} is registered for version {version:?} in scheme \"pkg/scheme/scheme.go:28\""));
    }
    match decode::read(kind, object) {
        Ok((object, _)) => Ok(object),
        Err(error) => fail(&error.wrong().message),
    }
}

/// The containers whose ports are exposed.
fn pod_spec(object: &Value) -> &Value {
    if object.kind() == "Pod" { object.get("spec") } else { object.at(&["spec", "template", "spec"]) }
}

/// Ports with their protocols, as the object declares them: those of one number come together.
fn ports_of(object: &Value) -> Vec<(String, String)> {
    let (list, member): (Vec<&Value>, _) = if object.kind() == "Service" {
        (object.at(&["spec", "ports"]).items().iter().list(), "port")
    } else {
        (pod_spec(object).get("containers").items().iter().flat_map(|c| c.get("ports").items()).list(), "containerPort")
    };
    let mut ports: Vec<(String, String)> = Vec::new();
    for port in list {
        let protocol = if port.get("protocol").is_empty() { "TCP" } else { port.get("protocol").str() };
        let found = (port.get(member).int().to_string(), protocol.to_owned());
        if !ports.contains(&found) {
            let after = ports.iter().rposition(|(number, _)| *number == found.0).map_or(ports.len(), |i| i + 1);
            ports.insert(after, found);
        }
    }
    ports
}

/// Why an object has no labels that a service could select by.
#[derive(Debug, Error)]
enum NoLabels {
    #[error("the pod has no labels and cannot be exposed")]
    Pod,
    #[error("the service has no pod selector set")]
    Service,
    /// An object of this kind, in small letters, without a selector.
    #[error("invalid {0}: no selectors, therefore cannot be exposed")]
    Workload(String),
    /// A selector that asks for more than labels, as Go prints that.
    #[error("couldn't convert expressions - \"[{0}]\" to map-based selector format")]
    Expressions(String),
}

/// The labels that the service selects by.
fn selector_of(object: &Value) -> Result<Value, NoLabels> {
    match object.kind() {
        "ReplicationController" => Ok(object.at(&["spec", "selector"]).clone()),
        "Pod" if object.labels().is_empty() => Err(NoLabels::Pod),
        "Pod" => Ok(object.labels().clone()),
        "Service" if object.at(&["spec", "selector"]).is_empty() => Err(NoLabels::Service),
        "Service" => Ok(object.at(&["spec", "selector"]).clone()),
        _ => {
            let selector = object.at(&["spec", "selector"]);
            if selector.get("matchLabels").is_empty() {
                return Err(NoLabels::Workload(object.kind().lower()));
            }
            let expressions = selector.get("matchExpressions").items().iter().map(|e| {
                let values: Vec<&str> = e.get("values").items().iter().map(Value::str).list();
                format!("{{Key:{} Operator:{} Values:[{}]}}", e.get("key").str(), e.get("operator").str(), values.join(" "))
            });
            match expressions.list() {
                none if none.is_empty() => Ok(selector.get("matchLabels").clone()),
                some => Err(NoLabels::Expressions(some.join(" "))),
            }
        }
    }
}

/// Reads `a=b,c=d`.
pub fn parse_labels(spec: &str) -> Result<Value, CliError> {
    let mut labels = Value::map();
    for pair in spec.split(',').filter(|_| !spec.is_empty()) {
        match pair.split_once('=') {
            Some((key, value)) if !key.is_empty() => labels.set(&[key], value),
            _ => return fail(format!("unexpected label spec: {pair}")),
        }
    }
    Ok(labels)
}

/// What kubectl took from one object and, as if a flag had said it, does not ask the next ones for.
#[derive(Clone, Default)]
struct Kept {
    selector: Value,
    labels: Value,
    port: Vec<String>,
    /// Several ports count before a single one, and are asked for again.
    ports: Vec<String>,
    protocols: Vec<(String, String)>,
}

// Models kubectl/pkg/cmd/expose.
fn service(cx: &Context<'_, '_>, info: &Info, kept: &mut Kept) -> Result<Value, CliError> {
    let flags = cx.flags();
    let object = &info.object;
    if !matches!(info.kind.kind, "ReplicationController" | "Service" | "Pod" | "ReplicaSet" | "Deployment") {
        let group = if info.kind.group.is_empty() { String::new() } else { format!(".{}", info.kind.group) };
        return fail(format!("cannot expose a {}{group}", info.kind.kind));
    }
    let selector = match flags.text("selector") {
        "" => {
            if kept.selector.is_empty() {
                kept.selector = selector_of(object)
                    .map_err(|e| CliError::Message(format!("couldn't retrieve selectors via --selector flag or introspection: {e}")))?;
            }
            kept.selector.clone()
        }
        text => parse_labels(text)?,
    };
    if selector.is_empty() {
        return fail("selector must be specified");
    }
    let cluster_ip = flags.text("cluster-ip");
    let declared = ports_of(object);
    if flags.text("port").is_empty() && kept.port.is_empty() {
        let mut numbers: Vec<String> = declared.iter().map(|(p, _)| p.clone()).list();
        numbers.dedup();
        match numbers.len() {
            0 if cluster_ip != "None" => return fail("couldn't find port via --port flag or introspection"),
            0 => {}
            1 => kept.port = numbers,
            _ => kept.ports = numbers,
        }
    }
    if !declared.is_empty() {
        kept.protocols = declared;
    }
    let wanted: Vec<String> = match flags.text("port") {
        _ if !kept.ports.is_empty() => kept.ports.clone(),
        "" => kept.port.clone(),
        text => text.split(',').map(str::to_owned).list(),
    };
    let labels = match flags.text("labels") {
        "" => {
            if kept.labels.is_empty() {
                kept.labels = object.labels().clone();
            }
            kept.labels.clone()
        }
        text => parse_labels(text)?,
    };
    let target = flags.text("target-port");
    let mut ports = Vec::new();
    for (i, text) in wanted.iter().enumerate() {
        let Ok(number) = text.parse::<i64>() else {
            return fail(format!("strconv.Atoi: parsing {text:?}: invalid syntax"));
        };
        let mut protocols: Vec<&str> = match flags.text("protocol") {
            "" => kept.protocols.iter().filter(|(p, _)| p == text).map(|(_, protocol)| protocol.as_str()).list(),
            given => vec![given],
        };
        if protocols.is_empty() {
            protocols.push("TCP");
        }
        let target = match target {
            "" => Value::from(number),
            text => text.parse::<i64>().map_or_else(|_| Value::from(text), Value::from),
        };
        for protocol in &protocols {
            let mut port = obj!({"port": number, "protocol": *protocol, "targetPort": target.clone()});
            if protocols.len() > 1 {
                port.set(&["name"], format!("port-{}-{}", i + 1, protocol.lower()));
            } else if wanted.len() > 1 {
                port.set(&["name"], format!("port-{}", i + 1));
            }
            ports.push(port);
        }
    }
    let mut spec = obj!({"selector": selector});
    if !ports.is_empty() {
        spec.set(&["ports"], ports);
    }
    if !flags.text("external-ip").is_empty() {
        spec.set(&["externalIPs"], obj!([flags.text("external-ip")]));
    }
    if !flags.text("type").is_empty() {
        spec.set(&["type"], flags.text("type"));
    }
    if flags.text("type") == "LoadBalancer" && !flags.text("load-balancer-ip").is_empty() {
        spec.set(&["loadBalancerIP"], flags.text("load-balancer-ip"));
    }
    match flags.text("session-affinity") {
        "" => {}
        given @ ("None" | "ClientIP") => spec.set(&["sessionAffinity"], given),
        other => return fail(format!("unknown session affinity: {other}")),
    }
    if !cluster_ip.is_empty() {
        spec.set(&["clusterIP"], cluster_ip);
    }
    let name = match flags.text("name") {
        "" => info.name.chars().take(63).collect(),
        given => given.to_owned(),
    };
    let mut metadata = obj!({"name": name});
    if !labels.is_empty() {
        metadata.set(&["labels"], labels);
    }
    if cx.session.enforce_namespace {
        metadata.set(&["namespace"], cx.namespace());
    }
    Ok(obj!({"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": spec, "status": {"loadBalancer": {}}}))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::table_rows::{Outcome, check, same, unless};

    const NOT_EXPOSED: &str = "an object that cannot be exposed, which is found before";

    /// The object of a row. Rows have no kinds: a pod has containers, others templates, a service a load balancer.
    fn object_of(row: &Value) -> Value {
        let mut object = row.get("object").clone();
        let kind = if object.get("spec").entries().any(|(member, _)| member == "containers") {
            "Pod"
        } else if !object.at(&["spec", "template"]).is_null() {
            "Deployment"
        } else if object.at(&["status", "replicas"]).is_null() {
            "Service"
        } else {
            "ReplicationController"
        };
        object.set(&["kind"], kind);
        object
    }

    #[test]
    fn ports_of_what_is_exposed() {
        check("rollout_history", "TestPortsForObject", 8, |row| {
            let mut got: Vec<String> = ports_of(&object_of(row)).into_iter().map(|(number, _)| number).collect();
            got.dedup();
            let wanted: Vec<String> = row.get("expected").items().iter().map(|p| p.str().to_owned()).collect();
            unless(row.get("expectErr").is_true(), NOT_EXPOSED, || same(got, wanted))
        });
        check("rollout_history", "TestMultiProtocolsForObject", 8, |row| {
            let mut got = Value::map();
            for (number, protocol) in ports_of(&object_of(row)) {
                got.at_mut(&[&number]).list_mut().push(protocol.into());
            }
            unless(row.get("expectErr").is_true(), NOT_EXPOSED, || same(got.to_json(), row.get("expected").to_json()))
        });
    }

    #[test]
    fn selectors_of_what_is_exposed() {
        check("rollout_history", "TestMapBasedSelectorForObject", 32, |row| {
            let object = object_of(row);
            let fails = row.get("expectErr").is_true();
            // The old groups took the labels of the template where there was no selector.
            if object.at(&["spec", "selector"]).is_null() && object.kind() == "Deployment" && !fails {
                return Outcome::Elsewhere("a version of Deployments that is gone");
            }
            let got = selector_of(&object).map(|labels| {
                let pairs: Vec<String> = labels.entries().map(|(k, v)| format!("{k}={}", v.str())).collect();
                pairs.join(",")
            });
            same(got.ok(), (!fails).then(|| row.get("expectSelector").str().to_owned())).into()
        });
    }
}
