//! `kubectl cluster-info dump`: the objects and logs that help to find out what is wrong with a cluster.

use crate::api::schema::{Field, GoPart, Ty, Type, schema};
use crate::api::{Kind, KindRef, Object, Value, kinds};
use crate::base::List as _;
use crate::kubectl::command::{Command, Flow};
use crate::kubectl::context::Context;
use crate::kubectl::error::{CliError, fail};
use crate::kubectl::flags::{self, Flag, duration, list, text};
use crate::kubectl::output::to_yaml;
use crate::obj;
use crate::server::{ListOptions, LogOptions};

const OWN: &[Flag] = &[text("output-directory", ""), list("namespaces", ""), duration("pod-running-timeout")];

/// `kubectl cluster-info dump`.
pub static COMMAND: Command = Command {
    usage: "[flags] [options]",
    flags: &[flags::ALL_NAMESPACES, flags::PRINT, OWN],
    ..Command::new("dump", "Dump relevant information for debugging and diagnosis", run)
};

/// What is dumped of each namespace, with the files' names.
const DUMPED: [(&str, &str); 7] = [
    ("Event", "events"),
    ("ReplicationController", "replication-controllers"),
    ("Service", "services"),
    ("DaemonSet", "daemonsets"),
    ("Deployment", "deployments"),
    ("ReplicaSet", "replicasets"),
    ("Pod", "pods"),
];

// Models kubectl/pkg/cmd/clusterinfo.
fn run(cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
    let yaml = match cx.flags().text("output") {
        "" | "json" => false,
        "yaml" => true,
        other => {
            return fail(format!("unable to match a printer suitable for the output format {other:?}, allowed formats are: json,yaml"));
        }
    };
    let nodes = kinds::NODE;
    let mut dumped = 0;
    objects(cx, nodes, None, "nodes", yaml.then_some(&mut dumped))?;
    let given = cx.flags().list("namespaces").to_vec();
    let namespaces = match (cx.flags().is_on("all-namespaces"), given.is_empty()) {
        (true, _) => {
            let all = cx.list(kinds::NAMESPACE, None, &ListOptions::default())?;
            all.iter().map(|n| n.name().to_owned()).list()
        }
        (_, false) => given,
        _ => vec!["kube-system".to_owned(), cx.namespace()],
    };
    for namespace in namespaces {
        for (kind, file) in DUMPED {
            objects(cx, Kind::named(kind), Some(&namespace), &format!("{namespace}/{file}"), yaml.then_some(&mut dumped))?;
        }
        let pods: Vec<Value> = cx.host.api.iter(kinds::POD, Some(&namespace)).cloned().list();
        for pod in pods {
            let spec = pod.get("spec");
            let mut all = String::new();
            for container in spec.get("initContainers").items().iter().chain(spec.get("containers").items()) {
                let name = container.get("name").str();
                let about = format!("logs for container {name} of pod {namespace}/{} ====\n", pod.name());
                all += &format!("==== START {about}{}==== END {about}", logs(cx, &namespace, pod.name(), name));
            }
            write(cx, &format!("{namespace}/{}/logs.txt", pod.name()), all)?;
        }
    }
    let directory = cx.flags().text("output-directory");
    if !matches!(directory, "" | "-") {
        let line = format!("Cluster info dumped to {directory}");
        cx.out.outln(line);
    }
    Ok(Flow::Done)
}

fn logs(cx: &mut Context<'_, '_>, namespace: &str, pod: &str, container: &str) -> String {
    if let Err(error) = cx.require(("get", kinds::POD, "log"), namespace, pod) {
        return format!("Request log error: {error}\n");
    }
    let now = cx.host.now;
    let Some(node) = cx.host.node.as_deref() else { return String::new() };
    match node.logs(now, namespace, pod, container, &LogOptions::default()) {
        Ok(chunk) => String::from_utf8_lossy(&chunk.bytes).into_owned(),
        Err(status) => format!("Request log error: {}\n", status.message),
    }
}

/// Dumps the objects of a kind; as YAML where there is a count of the documents so far, of which all but the first begin with a line.
fn objects(cx: &mut Context<'_, '_>, kind: KindRef, namespace: Option<&str>, file: &str, yaml: Option<&mut u32>) -> Result<(), CliError> {
    let items = cx.list(kind, namespace, &ListOptions::default())?;
    let revision = cx.host.api.revision().to_string();
    let extension = if yaml.is_some() { "yaml" } else { "json" };
    let text = if let Some(dumped) = yaml {
        *dumped += 1;
        let mut list = cx.host.api.as_list(kind, items);
        if list.get("items").is_empty() {
            list.set(&["items"], Value::Null);
        }
        format!("{}{}", if *dumped > 1 { "---\n" } else { "" }, to_yaml(&list))
    } else {
        let head = obj!({"kind": kind.list_kind(), "apiVersion": kind.api_version(), "revision": revision});
        let head = |member: &str| head.get(member).to_json();
        let mut text = format!(
            "{{\n    \"kind\": {},\n    \"apiVersion\": {},\n    \"metadata\": {{\n        \"resourceVersion\": {}\n    }},\n    \"items\": ",
            head("kind"),
            head("apiVersion"),
            head("revision")
        );
        if items.is_empty() {
            text += "null";
        } else {
            text += "[";
            for (i, item) in items.iter().enumerate() {
                text += if i > 0 { ",\n        " } else { "\n        " };
                let mut item = item.clone();
                for member in ["apiVersion", "kind"] {
                    item.remove(&[member]);
                }
                item.remove(&["metadata", "managedFields"]);
                in_go_order(&item, Some(schema().kind(kind)), 2, &mut text);
            }
            text += "\n    ]";
        }
        text + "\n}\n"
    };
    write(cx, &format!("{file}.{extension}"), text)
}

fn write(cx: &mut Context<'_, '_>, file: &str, text: String) -> Result<(), CliError> {
    match cx.flags().text("output-directory") {
        "" | "-" => cx.out.out(text),
        directory => {
            let path = format!("{}/{file}", directory.trim_end_matches('/'));
            cx.host.files.write(&path, text.as_bytes()).map_err(|e| CliError::Message(format!("open {path}: {e}")))?;
        }
    }
    Ok(())
}

/// A value as Go's encoder writes its type: the members in the type's own order, those of maps by name.
fn in_go_order(value: &Value, ty: Option<&'static Type>, level: usize, out: &mut String) {
    let pad = "    ".repeat(level + 1);
    let end = "    ".repeat(level);
    match value {
        Value::Map(map) if !map.is_empty() => {
            let mut names: Vec<(&str, Option<&'static Field>)> = Vec::new();
            match ty.filter(|t| !t.fields.is_empty()) {
                Some(ty) => of_type(ty, ty, &mut names),
                None => names.extend(map.keys().map(|k| (k.as_str(), None))),
            }
            names.retain(|(n, _)| map.contains_key(n));
            for (i, (name, field)) in names.into_iter().enumerate() {
                *out += &format!("{}{pad}{}: ", if i > 0 { ",\n" } else { "{\n" }, Value::from(name).to_json());
                let inner = field.and_then(|f| inner_type(&f.ty));
                let value = value.get(name);
                // The members of a map are of the map's type, not of the map's own.
                if let (Some(Ty::MapOf(_)), Value::Map(map)) = (field.map(|f| &f.ty), value) {
                    entries(map.iter().map(|(k, v)| (k.as_str(), v)).list(), inner, level + 1, out);
                } else {
                    in_go_order(value, inner, level + 1, out);
                }
            }
            *out += &format!("\n{end}}}");
        }
        Value::List(items) if !items.is_empty() => {
            for (i, item) in items.iter().enumerate() {
                *out += &format!("{}{pad}", if i > 0 { ",\n" } else { "[\n" });
                in_go_order(item, ty, level + 1, out);
            }
            *out += &format!("\n{end}]");
        }
        other => *out += &other.to_json(),
    }
}

fn entries(entries: Vec<(&str, &Value)>, ty: Option<&'static Type>, level: usize, out: &mut String) {
    if entries.is_empty() {
        *out += "{}";
        return;
    }
    let pad = "    ".repeat(level + 1);
    for (i, (name, value)) in entries.into_iter().enumerate() {
        *out += &format!("{}{pad}{}: ", if i > 0 { ",\n" } else { "{\n" }, Value::from(name).to_json());
        in_go_order(value, ty, level + 1, out);
    }
    *out += &format!("\n{}}}", "    ".repeat(level));
}

fn of_type(outer: &'static Type, ty: &'static Type, names: &mut Vec<(&str, Option<&'static Field>)>) {
    for part in &ty.layout {
        match part {
            GoPart::Field(i) => {
                let name = ty.fields[usize::from(*i)].name;
                names.push((name, outer.field(name)));
            }
            GoPart::Embedded(inner) => of_type(outer, schema().get(*inner), names),
        }
    }
}

fn inner_type(ty: &Ty) -> Option<&'static Type> {
    match ty {
        Ty::Object(reference) => Some(schema().get(*reference)),
        Ty::ListOf(inner) | Ty::MapOf(inner) => inner_type(inner),
        _ => None,
    }
}
