//! `kubectl debug`: an ephemeral container, a copy of a pod, or a pod on a node.

use super::run::Attaching;
use crate::api::image::is_reference;
use crate::api::{Kind, Object, Value};
use crate::base::RandomStream;
use crate::kubectl::checks::check;
use crate::kubectl::command::{Command, Flow, Run};
use crate::kubectl::commands::create_generators::texts;
use crate::kubectl::context::Context;
use crate::kubectl::error::{CliError, fail};
use crate::kubectl::flags::{self, Flag, array, list, switch, text};
use crate::kubectl::resources::{Info, Query, find};
use crate::obj;
use crate::server::{Subresource, WriteOptions};

const OWN: &[Flag] = &[
    text("image", ""),
    text("image-pull-policy", ""),
    text("container", "c"),
    text("copy-to", ""),
    text("target", ""),
    text("profile", ""),
    array("env", ""),
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
    flags: &[flags::FILENAME, OWN],
    run: Run::Do(run),
    ..Command::new("debug", "Create debugging sessions for troubleshooting workloads and nodes", run)
};

fn run(cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
    let flags = cx.flags();
    let (targets, command) = cx.args_at_dash();
    check(cx)?;
    let image = flags.text("image");
    if !image.is_empty() && !is_reference(image) {
        return fail(format!("invalid image name {image:?}: invalid reference format"));
    }
    let policy = flags.text("image-pull-policy");
    if !matches!(policy, "" | "Always" | "IfNotPresent" | "Never") {
        return fail(format!("invalid image pull policy: {policy}"));
    }
    let mut names: Vec<String> = targets.to_vec();
    if !names.iter().any(|n| n.contains('/')) {
        names.insert(0, "pods".into());
    }
    let infos = find(cx, &Query { latest: true, files: true, ..Query::default() }, &names)?.into_infos()?;
    let attach = flags.switch_or("attach", flags.is_on("stdin"));
    let mut last = Ok(Flow::Done);
    for info in infos {
        let (pod, container) = match info.kind.kind {
            "Node" => on_node(cx, &info, command)?,
            "Pod" if !flags.text("copy-to").is_empty() => copy(cx, &info, command)?,
            "Pod" => ephemeral(cx, &info, command)?,
            other => return fail(format!("{other} not supported by debug")),
        };
        if attach {
            last = Attaching::to(cx, pod.namespace(), pod.name(), &container).resume(cx);
        }
    }
    last
}

/// The container that is added.
fn container(cx: &mut Context<'_, '_>, command: &[String], taken: &Value) -> Value {
    let flags = cx.flags();
    let name = match flags.text("container") {
        "" => {
            let mut random = RandomStream::new(cx.host.now.0, "kubectl debug");
            let used = |name: &str| {
                ["containers", "ephemeralContainers", "initContainers"]
                    .iter()
                    .any(|m| taken.get(m).items().iter().any(|c| c.get("name").str() == name))
            };
            let mut name = format!("debugger-{}", random.name_suffix(5));
            while used(&name) {
                name = format!("debugger-{}", random.name_suffix(5));
            }
            if !flags.is_on("quiet") {
                cx.out.outln(format!("Defaulting debug container name to {name}."));
            }
            name
        }
        given => given.to_owned(),
    };
    let mut object = obj!({"name": name, "image": flags.text("image"), "resources": {}, "terminationMessagePolicy": "File"});
    if !command.is_empty() {
        object.set(&[if flags.is_on("arguments-only") { "args" } else { "command" }], texts(command));
    }
    if !flags.text("image-pull-policy").is_empty() {
        object.set(&["imagePullPolicy"], flags.text("image-pull-policy"));
    }
    let env: Vec<Value> = flags.list("env").iter().filter_map(|e| e.split_once('=')).map(|(k, v)| obj!({"name": k, "value": v})).collect();
    if !env.is_empty() {
        object.set(&["env"], env);
    }
    for (flag, member) in [("stdin", "stdin"), ("tty", "tty")] {
        if flags.is_on(flag) {
            object.set(&[member], true);
        }
    }
    object
}

/// What the default profile lets a debugger do.
fn allow_tracing(container: &mut Value) {
    container.set(&["securityContext", "capabilities", "add"], texts(&["SYS_PTRACE"]));
}

fn ephemeral(cx: &mut Context<'_, '_>, info: &Info, command: &[String]) -> Result<(Value, String), CliError> {
    let mut added = container(cx, command, info.object.get("spec"));
    allow_tracing(&mut added);
    let target = cx.flags().text("target");
    if !target.is_empty() {
        cx.out.errln(format!(
            "Targeting container {target:?}. If you don't see processes from this container it may be because the container runtime doesn't support this feature."
        ));
        added.set(&["targetContainerName"], target);
    }
    let name = added.get("name").str().to_owned();
    let mut next = info.object.clone();
    next.at_mut(&["spec", "ephemeralContainers"]).list_mut().push(added);
    let pod = cx.update(info.kind, next, Subresource::EphemeralContainers, &WriteOptions::STRICT)?;
    Ok((pod, name))
}

fn copy(cx: &mut Context<'_, '_>, info: &Info, command: &[String]) -> Result<(Value, String), CliError> {
    let flags = cx.flags();
    let mut spec = info.object.get("spec").clone();
    for member in ["ephemeralContainers", "priority", "preemptionPolicy"] {
        spec.remove(&[member]);
    }
    if !flags.is_on("same-node") {
        spec.remove(&["nodeName"]);
    }
    for change in flags.list("set-image") {
        let Some((name, image)) = change.split_once('=') else { return fail(format!("invalid image format: {change}")) };
        for c in spec.get_mut("containers").list_mut() {
            if name == "*" || c.get("name").str() == name {
                c.set(&["image"], image);
            }
        }
    }
    let existing = flags.text("container");
    let at = spec.get("containers").items().iter().position(|c| c.get("name").str() == existing);
    let name = if let Some(i) = at.filter(|_| !existing.is_empty()) {
        let c = &mut spec.get_mut("containers").list_mut()[i];
        if !flags.text("image").is_empty() {
            c.set(&["image"], flags.text("image"));
        }
        if !command.is_empty() {
            c.set(&["command"], texts(command));
            c.remove(&["args"]);
        }
        existing.to_owned()
    } else {
        if flags.text("image").is_empty() {
            return fail("you must specify an existing container or a new image when specifying args.");
        }
        let mut added = container(cx, command, &spec);
        allow_tracing(&mut added);
        let name = added.get("name").str().to_owned();
        spec.get_mut("containers").list_mut().push(added);
        name
    };
    if flags.switch_or("share-processes", true) {
        spec.set(&["shareProcessNamespace"], true);
    }
    let mut metadata = obj!({"name": flags.text("copy-to"), "namespace": info.namespace.as_str()});
    if flags.is_on("keep-labels") {
        metadata.set(&["labels"], info.object.labels().clone());
    }
    if !info.object.at(&["metadata", "annotations"]).is_empty() {
        metadata.set(&["annotations"], info.object.at(&["metadata", "annotations"]).clone());
    }
    if flags.is_on("replace") {
        cx.delete(info.kind, &info.namespace, &info.name, &crate::server::DeleteOptions::now())?;
    }
    let pod = cx.create(info.kind, &info.namespace, obj!({"metadata": metadata, "spec": spec}), &WriteOptions::STRICT)?;
    Ok((pod, name))
}

fn on_node(cx: &mut Context<'_, '_>, info: &Info, command: &[String]) -> Result<(Value, String), CliError> {
    let mut random = RandomStream::new(cx.host.now.0, "kubectl debug node");
    let pod_name = format!("node-debugger-{}-{}", info.name, random.name_suffix(5));
    let name = cx.flags().get("container").filter(|c| !c.is_empty()).unwrap_or("debugger").to_owned();
    if !cx.flags().is_on("quiet") {
        cx.out.outln(format!("Creating debugging pod {pod_name} with container {name} on node {}.", info.name));
    }
    let mut added = obj!({
        "name": name.as_str(), "image": cx.flags().text("image"), "resources": {}, "terminationMessagePolicy": "File",
        "volumeMounts": [{"mountPath": "/host", "name": "host-root"}]
    });
    if !command.is_empty() {
        added.set(&["command"], texts(command));
    }
    for member in ["stdin", "tty"] {
        if cx.flags().is_on(member) {
            added.set(&[member], true);
        }
    }
    let object = obj!({
        "metadata": {"name": pod_name, "labels": {"app.kubernetes.io/managed-by": "kubectl-debug"}},
        "spec": {
            "containers": [added], "hostIPC": true, "hostNetwork": true, "hostPID": true, "nodeName": info.name.as_str(),
            "restartPolicy": "Never", "tolerations": [{"operator": "Exists"}],
            "volumes": [{"hostPath": {"path": "/"}, "name": "host-root"}]
        }
    });
    let namespace = cx.namespace();
    let pod = cx.create(Kind::named("Pod"), &namespace, object, &WriteOptions::STRICT)?;
    Ok((pod, name))
}
