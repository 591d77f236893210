//! `kubectl debug`: an ephemeral container, a copy of a pod, or a pod on a node.

use super::run::Attaching;
use crate::api::image::is_reference;
use crate::api::yaml::decode_documents;
use crate::api::{Object, Value, kinds};
use crate::base::{List as _, RandomStream};
use crate::kubectl::checks::check;
use crate::kubectl::command::{Command, Flow};
use crate::kubectl::commands::create_generators::texts;
use crate::kubectl::context::Context;
use crate::kubectl::error::{CliError, fail};
use crate::kubectl::flags::{self, Flag, list, switch, text};
use crate::kubectl::printing::read_text;
use crate::kubectl::resources::{Info, Query, find};
use crate::obj;
use crate::server::{DeleteOptions, Subresource, WriteOptions, strategic_merge_patch};

const OWN: &[Flag] = &[
    text("image", ""),
    text("image-pull-policy", ""),
    text("container", "c"),
    text("copy-to", ""),
    text("target", ""),
    text("profile", ""),
    list("env", ""),
    list("set-image", ""),
    switch("replace", ""),
    switch("same-node", ""),
    switch("share-processes", ""),
    switch("stdin", "i"),
    switch("tty", "t"),
    switch("attach", ""),
    switch("arguments-only", ""),
    switch("quiet", "q"),
    switch("keep-labels", ""),
    switch("keep-annotations", ""),
    switch("keep-liveness", ""),
    switch("keep-readiness", ""),
    switch("keep-startup", ""),
    switch("keep-init-containers", ""),
    text("custom", ""),
];

/// `kubectl debug`.
pub static COMMAND: Command = Command {
    usage: "(POD | TYPE[[.VERSION].GROUP]/NAME) [ -- COMMAND [args...] ] [options]",
    flags: &[flags::FILES, OWN],
    ..Command::new("debug", "Create debugging sessions for troubleshooting workloads and nodes", run)
};

/// How it is debugged.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    Ephemeral,
    Copy,
    Node,
}

fn run(cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
    let flags = cx.flags();
    let (targets, _) = cx.args_at_dash();
    for name in ["set-image", "env"] {
        if let Some(odd) = flags.list(name).iter().find(|p| !p.contains('=')) {
            let why = format!("invalid argument {odd:?} for \"--{name}\" flag: {odd} must be formatted as key=value");
            return fail(format!("{why}\nSee 'kubectl debug --help' for usage."));
        }
    }
    let profile = profile(cx);
    if !matches!(profile, "legacy" | "general" | "baseline" | "restricted" | "netadmin" | "sysadmin") {
        return fail(format!("unknown profile: {profile}"));
    }
    let custom = custom(cx)?;
    check(cx)?;
    let image = flags.text("image");
    if !image.is_empty() && !is_reference(image) {
        return fail(format!("invalid image name {image:?}: invalid reference format"));
    }
    let policy = flags.text("image-pull-policy");
    if !matches!(policy, "" | "Always" | "IfNotPresent" | "Never") {
        return fail(format!("invalid image pull policy: {policy}"));
    }
    for (name, image) in flags.list("set-image").iter().filter_map(|p| p.split_once('=')) {
        if !is_reference(image) {
            return fail(format!("invalid image name {image:?} for container {name:?}: invalid reference format"));
        }
    }
    let target = flags.text("target");
    if !target.is_empty() && !flags.is_on("quiet") {
        cx.out.outln(format!(
            "Targeting container {target:?}. If you don't see processes from this container it may be because the container runtime doesn't support this feature."
        ));
    }
    if ["name", "command", "image", "lifecycle", "volumeDevices"].iter().any(|m| !custom.get(m).is_empty()) {
        return fail("name, command, image, lifecycle and volume devices are not modifiable via custom profile");
    }
    if profile == "legacy" {
        cx.out.errln("--profile=legacy is deprecated and planned to be removed in v1.39. It is recommended to specify other profile, for example \"--profile=general\".");
    }
    let mut names: Vec<String> = targets.to_vec();
    if !names.is_empty() && !names.iter().any(|n| n.contains('/')) {
        names.insert(0, "pods".into());
    }
    let found = find(cx, &Query { latest: true, files: true, ..Query::default() }, &names)?;
    let attach = flags.switch_or("attach", flags.is_on("stdin"));
    let mut last = Ok(Flow::Done);
    for info in found.items {
        // Those before one that is not there are debugged.
        let info = info?;
        let (pod, container) = match info.kind.kind {
            "Node" => on_node(cx, &info, &custom)?,
            "Pod" if !flags.text("copy-to").is_empty() => copy(cx, &info, &custom)?,
            "Pod" => ephemeral(cx, &info, &custom)?,
            _ => return fail(format!("{:?} not supported by debug", Info::kind_text(info.kind))),
        };
        if attach && !container.is_empty() {
            last = Attaching::to(pod.namespace(), pod.name(), &container).resume(cx);
        }
    }
    last
}

fn profile<'a>(cx: &Context<'a, '_>) -> &'a str {
    cx.flags().get("profile").unwrap_or("general")
}

/// `--custom`: a part of a container.
fn custom(cx: &Context<'_, '_>) -> Result<Value, CliError> {
    let path = cx.flags().text("custom");
    if path.is_empty() {
        return Ok(Value::map());
    }
    let text = read_text(cx, path)
        .map_err(|e| CliError::Message(format!("must pass a container spec json file for custom profile: open {path}: {e}")))?;
    let documents =
        decode_documents(&text).map_err(|e| CliError::Message(format!("{path} does not contain a valid container spec: {}", e)))?;
    Ok(documents.into_iter().next().map(|d| d.value).unwrap_or_default())
}

/// A name for the container that is added, where none is given.
fn container_name(cx: &mut Context<'_, '_>, spec: &Value) -> String {
    let given = cx.flags().text("container");
    if !given.is_empty() {
        return given.to_owned();
    }
    let mut random = RandomStream::new(cx.host.now.0, "kubectl debug");
    let mut name = String::new();
    while name.is_empty() || has_container(spec, &name) {
        name = format!("debugger-{}", random.name_suffix());
    }
    if !cx.flags().is_on("quiet") {
        cx.out.outln(format!("Defaulting debug container name to {name}."));
    }
    name
}

fn has_container(spec: &Value, name: &str) -> bool {
    ["containers", "ephemeralContainers", "initContainers"].iter().any(|m| spec.get(m).named(name).is_some())
}

/// Sets what the flags say of the container.
fn fill(cx: &Context<'_, '_>, container: &mut Value) {
    let flags = cx.flags();
    let (_, command) = cx.args_at_dash();
    if !command.is_empty() {
        let only_arguments = flags.is_on("arguments-only");
        container.set(&[if only_arguments { "args" } else { "command" }], texts(command));
        if !only_arguments {
            container.remove(&["args"]);
        }
    }
    for (flag, member) in [("image", "image"), ("image-pull-policy", "imagePullPolicy")] {
        if !flags.text(flag).is_empty() {
            container.set(&[member], flags.text(flag));
        }
    }
    let env: Vec<Value> = flags.list("env").iter().filter_map(|e| e.split_once('=')).map(|(k, v)| obj!({"name": k, "value": v})).list();
    if !env.is_empty() {
        container.set(&["env"], env);
    }
    for member in ["stdin", "tty"] {
        if flags.is_on(member) {
            container.set(&[member], true);
        } else {
            container.remove(&[member]);
        }
    }
}

/// Gives the container, and the pod that it is in, what the profile says and then what `--custom` says.
// Models kubectl/pkg/cmd/debug/profiles.go.
fn apply_profile(cx: &mut Context<'_, '_>, pod: &mut Value, name: &str, style: Style, custom: &Value) -> Result<(), CliError> {
    let (flags, profile) = (cx.flags(), profile(cx));
    let legacy = profile == "legacy";
    if style == Style::Copy {
        if legacy || !flags.is_on("keep-labels") {
            pod.remove(&["metadata", "labels"]);
        }
        if !legacy {
            if !flags.is_on("keep-annotations") {
                pod.remove(&["metadata", "annotations"]);
            }
            for container in pod.at_mut(&["spec", "containers"]).list_mut() {
                for kept in ["liveness", "readiness", "startup"] {
                    if !flags.is_on(&format!("keep-{kept}")) {
                        container.remove(&[&format!("{kept}Probe")]);
                    }
                }
            }
            if !flags.switch_or("keep-init-containers", true) {
                pod.remove(&["spec", "initContainers"]);
            }
            if pod.at(&["spec", "shareProcessNamespace"]).is_null() {
                pod.set(&["spec", "shareProcessNamespace"], true);
            }
        }
    }
    let mounts = style == Style::Node && matches!(profile, "legacy" | "general" | "sysadmin");
    let list = if style == Style::Ephemeral { "ephemeralContainers" } else { "containers" };
    if let Some(container) = pod.at_mut(&["spec", list]).list_mut().iter_mut().rfind(|c| c.get("name").str() == name) {
        let mut allow = |capabilities: &[&str]| {
            let path = ["securityContext", "capabilities", "add"];
            let mut all = container.at(&path).items().to_vec();
            all.extend(capabilities.iter().map(|c| Value::from(*c)));
            container.set(&path, all);
        };
        match profile {
            "general" if style != Style::Node => allow(&["SYS_PTRACE"]),
            "netadmin" => allow(&["NET_ADMIN", "NET_RAW"]),
            "sysadmin" => container.set(&["securityContext", "privileged"], true),
            "general" | "baseline" => {
                container.remove(&["securityContext"]);
            }
            "restricted" => container.set(
                &["securityContext"],
                obj!({
                    "allowPrivilegeEscalation": false, "capabilities": {"drop": ["ALL"]}, "runAsNonRoot": true,
                    "seccompProfile": {"type": "RuntimeDefault"}
                }),
            ),
            _ => {}
        }
        if mounts {
            container.set(&["volumeMounts"], obj!([{"mountPath": "/host", "name": "host-root"}]));
        }
    }
    if mounts {
        pod.set(&["spec", "volumes"], obj!([{"hostPath": {"path": "/"}, "name": "host-root"}]));
    }
    if style == Style::Node && !matches!(profile, "baseline" | "restricted") {
        for member in ["hostIPC", "hostNetwork", "hostPID"] {
            pod.set(&["spec", member], true);
        }
    }
    if !custom.is_empty() {
        let mut container = custom.clone();
        container.set(&["name"], name);
        let mut patch = Value::map();
        patch.set(&["spec", list], vec![container]);
        *pod = strategic_merge_patch(kinds::POD, pod, &patch)?;
    }
    let context = pod.at(&["spec", list]).named(name).map(|c| c.get("securityContext"));
    let user = |context: &Value| context.get("runAsUser").as_int();
    if style != Style::Node
        && user(pod.at(&["spec", "securityContext"])).is_some_and(|u| u != 0)
        && let Some(context) = context.filter(|c| user(c) != Some(0))
        && (context.get("privileged").is_true() || !context.at(&["capabilities", "add"]).is_empty())
    {
        cx.out.errln("Warning: Non-root user is configured for the entire target Pod, and some capabilities granted by debug profile may not work. Please consider using \"--custom\" with a custom profile that specifies \"securityContext.runAsUser: 0\".");
    }
    Ok(())
}

fn ephemeral(cx: &mut Context<'_, '_>, info: &Info, custom: &Value) -> Result<(Value, String), CliError> {
    let name = container_name(cx, info.object.get("spec"));
    let mut added = obj!({"name": name.as_str(), "resources": {}, "terminationMessagePolicy": "File"});
    fill(cx, &mut added);
    let target = cx.flags().text("target");
    if !target.is_empty() {
        added.set(&["targetContainerName"], target);
    }
    let mut next = info.object.clone();
    next.at_mut(&["spec", "ephemeralContainers"]).list_mut().push(added);
    apply_profile(cx, &mut next, &name, Style::Ephemeral, custom)?;
    let pod = cx.change(info.kind, next, Subresource::EphemeralContainers, &WriteOptions::STRICT)?;
    Ok((pod, name))
}

fn copy(cx: &mut Context<'_, '_>, info: &Info, custom: &Value) -> Result<(Value, String), CliError> {
    let flags = cx.flags();
    let mut spec = info.object.get("spec").clone();
    for member in ["ephemeralContainers", "priority", "preemptionPolicy"] {
        spec.remove(&[member]);
    }
    if flags.given("share-processes") {
        spec.set(&["shareProcessNamespace"], flags.is_on("share-processes"));
    }
    if !flags.is_on("same-node") {
        spec.remove(&["nodeName"]);
    }
    let image_of = |name: &str| flags.list("set-image").iter().filter_map(|p| p.split_once('=')).rfind(|(n, _)| *n == name);
    for c in spec.get_mut("containers").list_mut() {
        if let Some((_, image)) = image_of(c.get("name").str()).or_else(|| image_of("*")) {
            c.set(&["image"], image);
        }
    }
    let mut metadata = obj!({"name": flags.text("copy-to"), "namespace": info.namespace.as_str()});
    for member in ["labels", "annotations"] {
        let value = info.object.at(&["metadata", member]);
        if !value.is_empty() {
            metadata.set(&[member], value.clone());
        }
    }
    let mut name = flags.text("container").to_owned();
    let new = !has_container(&spec, &name);
    if new && flags.text("image").is_empty() && flags.list("set-image").is_empty() {
        return fail("you must specify image when creating new container");
    }
    let mut pod = obj!({"metadata": metadata});
    if new && flags.text("image").is_empty() {
        name.clear();
        pod.set(&["spec"], spec);
    } else {
        if new {
            name = container_name(cx, &spec);
            let added = obj!({"name": name.as_str(), "resources": {}, "terminationMessagePolicy": "File"});
            spec.get_mut("containers").list_mut().push(added);
        }
        for c in spec.get_mut("containers").list_mut().iter_mut().filter(|c| c.get("name").str() == name) {
            fill(cx, c);
        }
        pod.set(&["spec"], spec);
        apply_profile(cx, &mut pod, &name, Style::Copy, custom)?;
    }
    let created = cx.create(info.kind, &info.namespace, pod, &WriteOptions::STRICT)?;
    if cx.flags().is_on("replace") {
        cx.delete(info.kind, &info.namespace, &info.name, &DeleteOptions::now())?;
    }
    Ok((created, name))
}

fn on_node(cx: &mut Context<'_, '_>, info: &Info, custom: &Value) -> Result<(Value, String), CliError> {
    let mut random = RandomStream::new(cx.host.now.0, "kubectl debug node");
    let pod_name = format!("node-debugger-{}-{}", info.name, random.name_suffix());
    let name = cx.flags().get("container").filter(|c| !c.is_empty()).unwrap_or("debugger").to_owned();
    if !cx.flags().is_on("quiet") {
        cx.out.outln(format!("Creating debugging pod {pod_name} with container {name} on node {}.", info.name));
    }
    let mut added = obj!({"name": name.as_str(), "resources": {}, "terminationMessagePolicy": "File"});
    fill(cx, &mut added);
    let mut object = obj!({
        "metadata": {"name": pod_name, "labels": {"app.kubernetes.io/managed-by": "kubectl-debug"}},
        "spec": {
            "containers": [added], "nodeName": info.name.as_str(), "restartPolicy": "Never", "tolerations": [{"operator": "Exists"}]
        }
    });
    apply_profile(cx, &mut object, &name, Style::Node, custom)?;
    let namespace = cx.namespace();
    let pod = cx.create(kinds::POD, &namespace, object, &WriteOptions::STRICT)?;
    Ok((pod, name))
}
