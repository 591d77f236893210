//! `kubectl set env`.

use thiserror::Error;

use super::{COMMON, is_selected, named, object_name, pod_spec_path, send};
use crate::api::{Kind, Object, Status, Value, quote};
use crate::base::{Case as _, List as _, Order as _, SortedMap};
use crate::kubectl::checks::check;
use crate::kubectl::command::{Command, Flow};
use crate::kubectl::commands::create_generators::wrong_variable;
use crate::kubectl::context::{Context, DryRun};
use crate::kubectl::error::{CliError, fail};
use crate::kubectl::flags::{self, Flag, array, list, switch, text};
use crate::kubectl::printing::Reporter;
use crate::kubectl::resources::{Info, Query, find};
use crate::obj;
use crate::server::Subresource;

const OWN: &[Flag] = &[
    text("from", ""),
    text("prefix", ""),
    array("env", "e"),
    list("keys", ""),
    switch("list", ""),
    switch("resolve", ""),
    switch("overwrite", ""),
    text("containers", "c"),
];

/// `kubectl set env`.
pub static COMMAND: Command = Command {
    usage: "RESOURCE/NAME KEY_1=VAL_1 ... KEY_N=VAL_N [options]",
    flags: &[flags::FILENAME, COMMON, flags::SELECTOR, OWN],
    ..Command::new("env", "Update environment variables on a pod template", run)
};

/// The containers of a pod spec, in the order they are changed and shown.
const CONTAINERS: [&str; 2] = ["containers", "initContainers"];

fn run(cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
    let flags = cx.flags();
    let is_env = |a: &String| a.find('=').is_some_and(|i| i > 0) || a.ends_with('-');
    let at = cx.args().iter().position(is_env).unwrap_or(cx.args().len());
    let (resources, specs) = cx.args().split_at(at);
    if specs.iter().any(|a| !is_env(a)) {
        return fail(format!("all resources must be specified before environment changes: {}", cx.args().join(" ")));
    }
    cx.dry_run()?;
    check(cx)?;
    // A kustomization alone does not count.
    if resources.is_empty() && !flags.given("filename") {
        return fail("one or more resources must be specified as <resource> <name> or <resource>/<name>");
    }
    let all: Vec<&String> = flags.list("env").iter().chain(specs).list();
    let listing = flags.is_on("list");
    let mut reporter = Reporter::new(cx)?;
    let (mut env, remove) = parse(cx, &all)?;
    let from = flags.text("from");
    if !from.is_empty() {
        env.extend(from_object(cx, from)?);
    }
    let prefix = flags.text("prefix");
    if !prefix.is_empty() {
        for variable in &mut env {
            let name = format!("{prefix}{}", variable.get("name").str());
            variable.set(&["name"], name);
        }
    }
    let found = named(cx, resources)?.checked()?;
    let pattern = flags.get("containers").unwrap_or("*").to_owned();
    let overwrite = flags.switch_or("overwrite", true);
    let no_specs = specs.is_empty();
    found.in_parts(cx, move |cx, info, _| {
        let path = match pod_spec_path(cx, &info) {
            Ok(path) => path,
            // To be listed, what has no pods is passed over.
            Err(_) if listing => return Ok(()),
            Err(error) => return Err(error),
        };
        let mut next = info.object.clone();
        let found = match change(next.at_mut(path), &pattern, &env, &remove, overwrite) {
            Ok(found) => found,
            Err(old) => {
                let (name, value) = (old.get("name").str(), old.get("value").str());
                let place = object_name(cx, &info);
                return fail(format!("error: {place} '{name}' already has a value ({value}), and --overwrite is false\n"));
            }
        };
        if !found {
            let line = format!("Warning: {}/{} does not have any containers matching {pattern:?}", info.kind.kind, info.name);
            cx.out.errln(line);
            return Ok(());
        }
        if listing {
            let spec = next.at(path).clone();
            show(cx, &info, &spec, &pattern);
            return Ok(());
        }
        // Only a flag that takes a variable away is neither.
        let nothing = env.is_empty() && no_specs && !cx.flags().is_on("local") && cx.dry_run()? != DryRun::Client;
        if nothing && !next.same(&info.object) {
            let dry_run = cx.dry_run()?;
            let options = cx.write_options(dry_run)?;
            cx.change(info.kind, next, Subresource::None, &options)?;
            return fail("at least one environment variable must be provided");
        }
        send(cx, &mut reporter, &info, next, "env updated", "failed to patch env update to pod template:")
    })
}

/// Changes the containers that are meant; whether there are any. The error is a variable with another value, where none may change.
fn change(spec: &mut Value, pattern: &str, env: &[Value], remove: &[String], overwrite: bool) -> Result<bool, Value> {
    let mut found = false;
    for member in CONTAINERS {
        if !matches!(spec.get(member), Value::List(_)) {
            continue;
        }
        for container in spec.get_mut(member).list_mut().iter_mut().filter(|c| is_selected(pattern, c.get("name").str())) {
            found = true;
            let old = container.get("env");
            if !overwrite {
                let same = |v: &Value| old.named(v.get("name").str());
                let differs = |v: &Value| same(v).filter(|o| o.get("value").str() != v.get("value").str());
                if let Some(clash) = env.iter().find_map(differs) {
                    return Err(clash.clone());
                }
            }
            let updated = update(old.items(), env, remove);
            if updated.is_empty() {
                container.remove(&["env"]);
            } else {
                container.set(&["env"], updated);
            }
        }
    }
    Ok(found)
}

/// Reads `A=b` and `A-`, and lines of standard input for `-`.
// Models kubectl/pkg/cmd/set/env.ParseEnv.
fn parse(cx: &Context<'_, '_>, specs: &[&String]) -> Result<(Vec<Value>, Vec<String>), CliError> {
    let (mut env, mut remove): (Vec<Value>, Vec<String>) = (Vec::new(), Vec::new());
    for spec in specs {
        if spec.as_str() == "-" {
            let text = String::from_utf8_lossy(cx.stdin.bytes);
            let lines = text.lines().filter_map(|line| line.split('#').next()?.split_once('='));
            env.extend(lines.map(|(name, value)| obj!({"name": name, "value": value})));
        } else if let Some((name, value)) = spec.split_once('=') {
            let wrong = wrong_variable(name);
            if !wrong.is_empty() {
                return fail(format!("{name:?} is not a valid key name: {wrong}"));
            }
            env.push(obj!({"name": name, "value": value}));
        } else if let Some(name) = spec.strip_suffix('-') {
            remove.push(name.to_owned());
        } else {
            return fail(format!("unknown environment variable: {spec}"));
        }
    }
    if remove.iter().any(|r| env.iter().any(|e| e.get("name").str() == r.as_str())) {
        return fail("can not both modify and remove the same environment variable in the same command");
    }
    Ok((env, remove))
}

/// A variable for each key of a ConfigMap or a Secret.
fn from_object(cx: &mut Context<'_, '_>, from: &str) -> Result<Vec<Value>, CliError> {
    // What is named beside files, or without the server, is asked for as they are.
    let local = cx.flags().is_on("local");
    let named: &[String] = if local { &[] } else { &[from.to_owned()] };
    let infos = find(cx, &Query { local, ..Query::of(cx) }, named)?.into_infos()?;
    let keys = cx.flags().list("keys");
    let mut env = Vec::new();
    for info in infos {
        let member = match info.object.kind() {
            "Secret" => "secretKeyRef",
            "ConfigMap" => "configMapKeyRef",
            _ => return fail("unsupported resource specified in --from"),
        };
        for (key, _) in info.object.get("data").entries() {
            if !keys.is_empty() && !keys.iter().any(|k| k == key.as_str()) {
                continue;
            }
            let name: String =
                key.chars().map(|c| if c.is_ascii_alphanumeric() || c == '_' { c.to_ascii_uppercase() } else { '_' }).collect();
            if name != key.as_str() {
                cx.out.errln(format!("Warning: key {key} transferred to {name}"));
            }
            let mut variable = obj!({"name": name});
            variable.set(&["valueFrom", member], obj!({"key": key, "name": info.name.as_str()}));
            env.push(variable);
        }
    }
    Ok(env)
}

/// The variables after the changes: changed ones keep their place, new ones come last.
// Models kubectl/pkg/cmd/set.updateEnv.
fn update(existing: &[Value], env: &[Value], remove: &[String]) -> Vec<Value> {
    let name = |v: &Value| v.get("name").str().to_owned();
    let mut covered: Vec<String> = remove.to_vec();
    let mut out = Vec::new();
    for old in existing {
        if covered.contains(&name(old)) {
            continue;
        }
        match env.iter().find(|e| name(e) == name(old)) {
            Some(newer) => {
                covered.push(name(old));
                out.push(newer.clone());
            }
            None => out.push(old.clone()),
        }
    }
    for new in env {
        if covered.contains(&name(new)) || out.iter().any(|o| name(o) == name(new)) {
            continue;
        }
        covered.push(name(new));
        out.push(new.clone());
    }
    out
}

/// `--list`.
fn show(cx: &mut Context<'_, '_>, info: &Info, spec: &Value, pattern: &str) {
    let resolve = cx.flags().is_on("resolve");
    let mut failed: SortedMap<String, Vec<String>> = SortedMap::new();
    for container in CONTAINERS.iter().flat_map(|m| spec.get(m).items()) {
        let name = container.get("name").str();
        if !is_selected(pattern, name) {
            continue;
        }
        cx.out.outln(format!("# {} {}, container {name}", info.kind.kind, info.name));
        for variable in container.get("env").items() {
            let (name, from) = (variable.get("name").str(), variable.get("valueFrom"));
            if from.is_null() {
                cx.out.outln(format!("{name}={}", variable.get("value").str()));
                continue;
            }
            match resolved(cx, info, from) {
                Some(Ok(value)) if resolve => {
                    cx.out.outln(format!("{name}={value}"));
                    continue;
                }
                Some(Err(why)) if resolve => failed.entry(why.to_string()).or_default().push(name.to_owned()),
                _ => {}
            }
            cx.out.outln(format!("# {name} from {}", reference(from)));
        }
        for (why, mut names) in std::mem::take(&mut failed) {
            names.order();
            cx.out.errln(format!("error retrieving reference for {}: {why}", names.join(", ")));
        }
    }
}

/// Why a variable's source says nothing.
#[derive(Debug, Error)]
enum SourceError {
    /// The API server does not tell.
    #[error("{0}")]
    Refused(CliError),
    /// It is not there.
    #[error(transparent)]
    NotFound(#[from] Status),
    /// It does not have the key.
    #[error("key {key} not found in {kind} {name}")]
    NoKey { key: String, kind: &'static str, name: String },
    /// The key of a label or an annotation is none.
    #[error("invalid key subscript in {field}: {}", wrong.join(";"))]
    Subscript { field: String, wrong: Vec<String> },
    /// What has no keys is asked for one.
    #[error("fieldPath {} does not support subscript", quote(.0))]
    NoSubscript(String),
    /// There is no such field, or it is not told.
    #[error("unsupported fieldPath: {0}")]
    Field(String),
}

/// What a variable's source says, or why it says nothing; `None` where a source is not looked into.
// Models kubectl/pkg/cmd/set/env.GetEnvVarRefValue.
fn resolved(cx: &Context<'_, '_>, info: &Info, from: &Value) -> Option<Result<String, SourceError>> {
    let field = from.at(&["fieldRef", "fieldPath"]).str();
    if !field.is_empty() {
        return Some(field_of(&info.object, field));
    }
    let (source, kind, words) = match from.get("secretKeyRef") {
        secret if !secret.is_null() => (secret, "Secret", "secret"),
        _ => (from.get("configMapKeyRef"), "ConfigMap", "config map"),
    };
    if source.is_null() {
        return None;
    }
    let (name, key) = (source.get("name").str(), source.get("key").str());
    let kind = Kind::named(kind);
    if let Err(error) = cx.require(("get", kind, ""), &info.namespace, name) {
        return Some(Err(SourceError::Refused(error)));
    }
    let Some(object) = cx.host.api.peek(kind, &info.namespace, name) else {
        return Some(Err(Status::not_found(kind, name).into()));
    };
    let missing = || SourceError::NoKey { key: key.to_owned(), kind: words, name: name.to_owned() };
    let value = object.get("data").get(key).as_str().ok_or_else(missing);
    let decode = |text: &str| crate::base::base64::decode(text).map(|b| String::from_utf8_lossy(&b).into_owned()).unwrap_or_default();
    Some(value.map(|text| if words == "secret" { decode(text) } else { text.to_owned() }))
}

/// What a path of an object says.
// Models kubectl/pkg/cmd/set/env.extractFieldPathAsString.
fn field_of(object: &Value, field: &str) -> Result<String, SourceError> {
    let member = field.strip_prefix("metadata.").unwrap_or("");
    let value = object.get("metadata").get(member);
    if let Some((path, key)) = field.strip_suffix("']").and_then(|f| f.split_once("['")).filter(|(path, _)| !path.is_empty()) {
        return match path.strip_prefix("metadata.") {
            Some(member @ ("annotations" | "labels")) => {
                let lower = if member == "annotations" { key.lower() } else { key.to_owned() };
                let wrong = crate::api::names::qualified_name(&lower);
                if wrong.is_empty() {
                    Ok(object.get("metadata").get(member).get(key).str().to_owned())
                } else {
                    Err(SourceError::Subscript { field: field.to_owned(), wrong })
                }
            }
            _ => Err(SourceError::NoSubscript(field.to_owned())),
        };
    }
    match member {
        "annotations" | "labels" => {
            let lines: Vec<String> = value.entries().map(|(k, v)| format!("{k}={}", quote(v.str()))).list();
            Ok(lines.join("\n"))
        }
        "name" | "namespace" | "uid" => Ok(value.str().to_owned()),
        _ => Err(SourceError::Field(field.to_owned())),
    }
}

/// Where a variable's value comes from.
fn reference(from: &Value) -> String {
    let text = |member: &str, field: &str| from.at(&[member, field]).str().to_owned();
    if !from.get("configMapKeyRef").is_null() {
        format!("configmap {}, key {}", text("configMapKeyRef", "name"), text("configMapKeyRef", "key"))
    } else if !from.get("secretKeyRef").is_null() {
        format!("secret {}, key {}", text("secretKeyRef", "name"), text("secretKeyRef", "key"))
    } else if !from.get("fieldRef").is_null() {
        format!("field path {}", text("fieldRef", "fieldPath"))
    } else if !from.get("resourceFieldRef").is_null() {
        let container = text("resourceFieldRef", "containerName");
        let prefix = if container.is_empty() { String::new() } else { format!("{container}/") };
        format!("resource field {prefix}{}", text("resourceFieldRef", "resource"))
    } else {
        "invalid valueFrom".into()
    }
}
