//! kubectl as it was at 1.3, on request: `export KUBARIUM_KUBECTL=1.3`. It understands the API versions and flags of its time, turns
//! them into what the server speaks today, and prints as it did then.

use super::context::Context;
use super::flags::{Flag, switch};
use super::host::{Environment, Output, Stream};
use super::output::columns::format_labels;
use super::resources::Info;
use super::rest_mapper::kind_among;
use crate::api::well_known::ALPHA_AFFINITY;
use crate::api::yaml::decode_documents;
use crate::api::{KINDS, KindRef, Object, Value, kinds};
use crate::base::List as _;
use crate::obj;

/// The variable that asks for it.
pub const VERSION_VARIABLE: &str = "KUBARIUM_KUBECTL";
/// "For ever", where a field of today has a default and its time had no such field.
const UNLIMITED: i64 = i32::MAX as i64;

/// Flags that every command took then.
pub const FLAGS: &[Flag] = &[switch("show-all", "a"), switch("delete-local-data", "")];

/// Whether this environment asks for it.
pub fn is_on(env: &Environment) -> bool {
    env.env.iter().any(|(name, value)| name == VERSION_VARIABLE && value.trim_start_matches('v').starts_with("1.3"))
}

/// Rewrites what a step printed of what it did: `pod/web created` was `pod "web" created`.
pub fn rewrite(cx_path: &str, args: &[String], out: &mut Output) {
    let command = cx_path.split(' ').nth(1).unwrap_or("");
    for (_, bytes) in out.chunks.iter_mut().filter(|(stream, _)| *stream == Stream::Stderr) {
        *bytes = String::from_utf8_lossy(bytes).split_inclusive('\n').map(without_reason).collect::<String>().into_bytes();
    }
    if matches!(command, "get" | "logs" | "exec" | "attach" | "describe" | "explain" | "config" | "rolling-update" | "top") {
        return;
    }
    for (stream, bytes) in &mut out.chunks {
        let text = String::from_utf8_lossy(bytes);
        let lines: Vec<String> = text.split_inclusive('\n').filter_map(|line| rewritten(command, args, *stream, line)).list();
        *bytes = lines.concat().into_bytes();
    }
}

/// The API's errors did not name their reasons: `Error from server: pods "a" not found`.
fn without_reason(line: &str) -> String {
    let rest = line.strip_prefix("Error from server (").and_then(|rest| rest.split_once("): "));
    rest.map_or_else(|| line.to_owned(), |(_, message)| format!("Error from server: {message}"))
}

fn built_in(text: &str) -> Option<KindRef> {
    kind_among(&KINDS.iter().list(), text)
}

fn rewritten(command: &str, args: &[String], stream: Stream, line: &str) -> Option<String> {
    let said = line.trim_end();
    if stream == Stream::Stderr {
        return (!said.starts_with("Flag --") && !said.starts_with("Warning: ")).then(|| line.to_owned());
    }
    let kind_word = |word: &str| word.split('.').next().unwrap_or(word).to_owned();
    if let Some((head, done)) = said.split_once(' ')
        && let Some((kind, name)) = head.split_once('/')
        && built_in(kind).is_some()
        && !name.contains('/')
    {
        // Of nodes that are labelled a table follows.
        if command == "label" && kind == "node" {
            return None;
        }
        // What is autoscaled is the target.
        let target = args.first().filter(|_| command == "autoscale").and_then(|a| built_in(a.split('/').next().unwrap_or(a)));
        let kind = target.map_or_else(|| kind_word(kind), |k| k.singular());
        return Some(format!("{kind} \"{name}\" {}\n", done.replace("(server dry run)", "(DRY RUN)").replace("(dry run)", "(DRY RUN)")));
    }
    if let Some((head, _)) = said.split_once("\" deleted")
        && let Some((kind, name)) = head.split_once(" \"")
    {
        return Some(format!("{} \"{name}\" deleted\n", kind_word(kind)));
    }
    Some(line.to_owned())
}

/// The table that `label` printed of nodes.
pub fn labelled_nodes(cx: &mut Context<'_, '_>, nodes: &[String]) {
    let mut writer = super::output::TabWriter::for_old_tables();
    writer.write("NAME\tLABELS\tSTATUS\n");
    for node in nodes.iter().filter_map(|name| cx.host.api.peek(kinds::NODE, "", name)) {
        let status = if node.condition("Ready") == "True" { "Ready" } else { "NotReady" };
        writer.write(&format!("{}\t{}\t{status}\n", node.name(), format_labels(node.labels())));
    }
    cx.out.out(writer.flush());
}

/// How ConfigMaps and Secrets were described: keys and sizes. `None` for other kinds.
pub fn describe(info: &Info) -> Option<String> {
    let is_secret = info.kind.kind == "Secret";
    if !is_secret && info.kind.kind != "ConfigMap" {
        return None;
    }
    let object = &info.object;
    let head = [
        ("Name", object.name().to_owned()),
        ("Namespace", object.namespace().to_owned()),
        ("Labels", format_labels(object.labels())),
        ("Annotations", format_labels(object.at(&["metadata", "annotations"]))),
    ];
    let mut text = tabbed(&head);
    if is_secret {
        text += &format!("\nType:\t{}\n", object.get("type").str());
    }
    let size = |v: &Value| {
        let bytes = v.str();
        let len = if is_secret { crate::base::base64::decode(bytes).map_or(0, |b| b.len()) } else { bytes.len() };
        format!("{len} bytes")
    };
    let data: Vec<(&str, String)> = object.get("data").entries().map(|(k, v)| (k.as_str(), size(v))).list();
    Some(text + "\nData\n====\n" + &tabbed(&data))
}

/// Lines of a name and a value, aligned with tabs of eight.
fn tabbed(lines: &[(&str, String)]) -> String {
    let stops = lines.iter().map(|(name, _)| (name.len() + 1) / 8 + 1).max().unwrap_or(1);
    lines.iter().map(|(name, value)| format!("{name}:{}{value}\n", "\t".repeat(stops - (name.len() + 1) / 8))).collect()
}

/// An object of a manifest of that time as the server takes it today, with the defaults of then where they differ.
pub fn upgrade(mut object: Value) -> Value {
    let kind = object.kind().to_owned();
    let group = match object.api_version() {
        "extensions/v1beta1" => match kind.as_str() {
            "Job" => "batch/v1",
            "HorizontalPodAutoscaler" => "autoscaling/v1",
            "Ingress" | "NetworkPolicy" => "networking.k8s.io/v1",
            _ => "apps/v1",
        },
        "apps/v1alpha1" | "apps/v1beta1" | "apps/v1beta2" => "apps/v1",
        "batch/v2alpha1" => "batch/v1",
        _ => "",
    };
    if !group.is_empty() {
        object.set(&["apiVersion"], group);
        upgrade_spec(&kind, &mut object);
    }
    if kind == "Job" && object.at(&["spec", "backoffLimit"]).is_null() {
        object.set(&["spec", "backoffLimit"], UNLIMITED);
    }
    // Its time wrote `scaleRef`, and what is scaled without a version.
    if kind == "HorizontalPodAutoscaler"
        && let Some(target) = object.remove(&["spec", "scaleRef"])
    {
        object.set(&["spec", "scaleTargetRef"], target);
        object.remove(&["spec", "scaleTargetRef", "subresource"]);
        if let Some(cpu) = object.remove(&["spec", "cpuUtilization"]) {
            object.set(&["spec", "targetCPUUtilizationPercentage"], cpu.get("targetPercentage").clone());
        }
    }
    for pod in [&[][..], &["spec", "template"], &["spec", "jobTemplate", "spec", "template"]] {
        let is_pod = if pod.is_empty() { kind == "Pod" } else { !object.at(pod).is_null() };
        if is_pod {
            affinity_from_annotation(&mut object, pod);
        }
    }
    object
}

fn upgrade_spec(kind: &str, object: &mut Value) {
    let labels = object.at(&["spec", "template", "metadata", "labels"]).clone();
    if matches!(kind, "Deployment" | "ReplicaSet" | "DaemonSet" | "StatefulSet") && !labels.is_null() {
        if object.at(&["spec", "selector"]).is_null() {
            object.set(&["spec", "selector", "matchLabels"], labels.clone());
        }
        if object.labels().is_null() {
            object.set(&["metadata", "labels"], labels);
        }
    }
    let mut default = |path: &[&str], value: Value| {
        if object.at(path).is_null() {
            object.set(path, value);
        }
    };
    match kind {
        "Deployment" => {
            default(&["spec", "revisionHistoryLimit"], UNLIMITED.into());
            default(&["spec", "progressDeadlineSeconds"], UNLIMITED.into());
            default(&["spec", "strategy", "type"], "RollingUpdate".into());
            if object.at(&["spec", "strategy", "type"]).str() == "RollingUpdate" {
                for bound in ["maxSurge", "maxUnavailable"] {
                    if object.at(&["spec", "strategy", "rollingUpdate", bound]).is_null() {
                        object.set(&["spec", "strategy", "rollingUpdate", bound], 1);
                    }
                }
            }
        }
        "DaemonSet" => default(&["spec", "updateStrategy"], obj!({"type": "OnDelete"})),
        // A Job's selector was made, and checked, by the server; a written one is of no use today.
        "Job" => drop(object.remove(&["spec", "autoSelector"])),
        _ => {}
    }
}

/// Puts the affinity of the annotation where the scheduler looks for it. What is required during execution too is required for
/// scheduling here; that it is kept to afterwards is a controller's work, which reads the annotation itself.
fn affinity_from_annotation(object: &mut Value, pod: &[&str]) {
    let at = |tail: &[&'static str]| -> Vec<&str> { pod.iter().copied().chain(tail.iter().copied()).list() };
    let text = object.at(&at(&["metadata", "annotations", ALPHA_AFFINITY])).str().to_owned();
    let has_field = !object.at(&at(&["spec", "affinity"])).is_null();
    let parsed = decode_documents(&text).ok().and_then(|d| d.into_iter().next()).map(|d| d.value);
    let Some(mut affinity) = parsed.filter(|a| !has_field && matches!(a, Value::Map(_)) && !a.is_empty()) else { return };
    let required = ["nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution"];
    if let Some(executing) = affinity.remove(&["nodeAffinity", "requiredDuringSchedulingRequiredDuringExecution"])
        && affinity.at(&required).is_null()
    {
        affinity.set(&required, executing);
    }
    object.set(&at(&["spec", "affinity"]), affinity);
}
