//! `kubectl set env`.

use super::{COMMON, is_selected, no_pod_spec, pod_spec_path, send};
use crate::api::{Kind, Object, Value};
use crate::kubectl::checks::check;
use crate::kubectl::command::{Command, Flow, Run};
use crate::kubectl::commands::create_generators::wrong_variable;
use crate::kubectl::context::Context;
use crate::kubectl::error::{CliError, fail};
use crate::kubectl::flags::{self, Flag, array, list, switch, text};
use crate::kubectl::output::decode_base64;
use crate::kubectl::printing::Reporter;
use crate::kubectl::resources::{Info, Query, find};
use crate::obj;

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
    flags: &[COMMON, flags::SELECTOR, OWN],
    run: Run::Do(run),
    ..Command::new("env", "Update environment variables on a pod template", run)
};

fn run(cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
    let flags = cx.flags();
    let is_env = |a: &String| a.find('=').is_some_and(|i| i > 0) || a.ends_with('-');
    let at = cx.args().iter().position(is_env).unwrap_or(cx.args().len());
    let (resources, specs) = cx.args().split_at(at);
    if specs.iter().any(|a| !is_env(a)) {
        return Err(cx.usage(format!("all resources must be specified before environment changes: {}", cx.args().join(" "))));
    }
    check(cx)?;
    if resources.is_empty() && !flags.given("filename") {
        return fail("one or more resources must be specified as <resource> <name> or <resource>/<name>");
    }
    let specs: Vec<&String> = flags.list("env").iter().chain(specs).collect();
    let listing = flags.is_on("list");
    if listing && !specs.is_empty() {
        return Err(cx.usage("cannot specify environment variables and --list"));
    }
    let mut reporter = Reporter::new(cx)?;
    let (mut env, remove) = parse(&specs)?;
    let from = flags.text("from");
    if !from.is_empty() {
        env.extend(from_object(cx, from)?);
    }
    let prefix = flags.text("prefix");
    if !prefix.is_empty() && !from.is_empty() {
        for variable in &mut env {
            let name = format!("{prefix}{}", variable.get("name").str());
            variable.set(&["name"], name);
        }
    }
    super::refuse_local(cx, resources)?;
    let query = Query { local: flags.is_on("local"), ..Query::of(cx) };
    let infos = find(cx, &query, resources)?.into_infos()?;
    let pattern = flags.get("containers").unwrap_or("*").to_owned();
    let mut errors = Vec::new();
    for info in infos {
        let Some(path) = pod_spec_path(&info) else {
            errors.push(no_pod_spec(&info));
            continue;
        };
        let mut next = info.object.clone();
        let spec = next.at_mut(path);
        let mut found = false;
        for member in ["initContainers", "containers"] {
            if !matches!(spec.get(member), Value::List(_)) {
                continue;
            }
            for container in spec.get_mut(member).list_mut() {
                if !is_selected(&pattern, container.get("name").str()) {
                    continue;
                }
                found = true;
                let updated = update(container.get("env").items(), &env, &remove, flags.switch_or("overwrite", true));
                if updated.is_empty() && container.get("env").is_null() {
                    continue;
                }
                container.set(&["env"], updated);
            }
        }
        if !found {
            let line = format!("Warning: {}/{} does not have any containers matching {pattern:?}", info.kind.kind, info.name);
            cx.out.errln(line);
            continue;
        }
        if listing {
            let spec = next.at(path).clone();
            show(cx, &info, &spec, &pattern);
            continue;
        }
        errors.extend(send(cx, &mut reporter, &info, next, "env updated", "failed to patch env update to pod template:").err());
    }
    CliError::check(errors)?;
    Ok(Flow::Done)
}

/// Reads `A=b` and `A-`.
fn parse(specs: &[&String]) -> Result<(Vec<Value>, Vec<String>), CliError> {
    let (mut env, mut remove): (Vec<Value>, Vec<String>) = (Vec::new(), Vec::new());
    for spec in specs {
        if let Some((name, value)) = spec.split_once('=').filter(|(name, _)| !name.is_empty()) {
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
    if let Some(clash) = remove.iter().find(|r| env.iter().any(|e| e.get("name").str() == r.as_str())) {
        return fail(format!("can not both modify and remove the following environment variables in the same command: {clash}"));
    }
    Ok((env, remove))
}

/// A variable for each key of a ConfigMap or a Secret.
fn from_object(cx: &mut Context<'_, '_>, from: &str) -> Result<Vec<Value>, CliError> {
    let infos = find(cx, &Query { latest: true, ..Query::default() }, &[from.to_owned()])?.into_infos()?;
    let keys = cx.flags().list("keys");
    let mut env = Vec::new();
    for info in infos {
        let member = match info.object.kind() {
            "Secret" => "secretKeyRef",
            "ConfigMap" => "configMapKeyRef",
            other => return fail(format!("unsupported resource specified in --from: {other}")),
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
fn update(existing: &[Value], env: &[Value], remove: &[String], overwrite: bool) -> Vec<Value> {
    let name = |v: &Value| v.get("name").str().to_owned();
    let mut covered: Vec<String> = remove.to_vec();
    let mut out = Vec::new();
    for old in existing {
        if covered.contains(&name(old)) {
            continue;
        }
        match env.iter().find(|e| name(e) == name(old)).filter(|_| overwrite) {
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
    for container in ["initContainers", "containers"].iter().flat_map(|m| spec.get(m).items()) {
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
            match resolve.then(|| resolved(cx, &info.namespace, from)).flatten() {
                Some(value) => cx.out.outln(format!("{name}={value}")),
                None => cx.out.outln(format!("# {name} from {}", reference(from))),
            }
        }
    }
}

fn resolved(cx: &Context<'_, '_>, namespace: &str, from: &Value) -> Option<String> {
    let config = from.get("configMapKeyRef");
    if !config.is_null() {
        let object = cx.host.api.peek(Kind::named("ConfigMap"), namespace, config.get("name").str())?;
        return object.get("data").get(config.get("key").str()).as_str().map(str::to_owned);
    }
    let secret = from.get("secretKeyRef");
    let object = cx.host.api.peek(Kind::named("Secret"), namespace, secret.get("name").str())?;
    let data = object.get("data").get(secret.get("key").str()).as_str()?;
    decode_base64(data).map(|b| String::from_utf8_lossy(&b).into_owned())
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
