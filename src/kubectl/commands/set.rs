//! `kubectl set`: parts of a workload's pod template, and a service's selector.

mod env;
mod image;
mod resources;
mod selector;
mod service_account;
mod subject;

use crate::api::{Object, Value};
use crate::kubectl::checks::check;
use crate::kubectl::command::Command;
use crate::kubectl::context::{Context, DryRun};
use crate::kubectl::error::{CliError, fail};
use crate::kubectl::flags::{Flag, switch, text, text_or};
use crate::kubectl::printing::{self, Reporter};
use crate::kubectl::resources::{Found, Info, MISSING, Query, find};
use crate::server::Subresource;

/// `kubectl set`.
pub static COMMAND: Command = Command {
    usage: "SUBCOMMAND [options]",
    ..Command::group(
        "set",
        "Set specific features on objects",
        "Configure application resources.\n\n These commands help you make changes to existing application resources.",
        &[&env::COMMAND, &image::COMMAND, &resources::COMMAND, &selector::COMMAND, &service_account::COMMAND, &subject::COMMAND],
    )
};

/// How most of them begin: how they report, and the objects that are named; then the flags that do not go together are refused.
fn begin(cx: &mut Context<'_, '_>, resources: &[String]) -> Result<(Reporter, Found), CliError> {
    let reporter = Reporter::new(cx)?;
    let found = named(cx, resources)?.checked()?;
    check(cx)?;
    Ok((reporter, found))
}

/// The objects that are named. `--local` asks no server, so that nothing can be.
fn named(cx: &mut Context<'_, '_>, resources: &[String]) -> Result<Found, CliError> {
    let local = cx.flags().is_on("local");
    match cx.inv.path.as_str() {
        _ if resources.is_empty() || !local => {}
        // These two pass names over, and then have nothing.
        "kubectl set env" | "kubectl set serviceaccount" => return fail(MISSING),
        _ => {
            return fail(
                "error: you must specify resources by --filename when --local is set.\nExample resource specifications include:\n   '-f rsrc.yaml'\n   '--filename=rsrc.json'",
            );
        }
    }
    let query = Query { local, ..Query::of(cx) };
    find(cx, &query, resources)
}

/// What each of them takes, beside files.
const COMMON: &[Flag] = &[
    switch("all", ""),
    switch("local", ""),
    text_or("dry-run", "unchanged"),
    text("output", "o"),
    text("template", ""),
    switch("allow-missing-template-keys", ""),
    switch("show-managed-fields", ""),
    text("field-manager", ""),
];

/// An object as errors name it: without the server nothing is known of its resource.
// Models resource.Info.ObjectName.
fn object_name(cx: &Context<'_, '_>, info: &Info) -> String {
    match (cx.flags().is_on("local"), info.kind.group) {
        (false, _) => format!("{}/{}", info.kind.plural, info.name),
        (true, "") => printing::named(info.kind, &info.name),
        (true, _) => printing::named(info.kind, &info.name) + "\n",
    }
}

/// Where a kind keeps the pod spec that it runs.
// Models polymorphichelpers.updatePodSpecForObject.
fn pod_spec_path(cx: &Context<'_, '_>, info: &Info) -> Result<&'static [&'static str], CliError> {
    match info.kind.kind {
        "Pod" => Ok(&["spec"]),
        "ReplicationController" | "Deployment" | "DaemonSet" | "ReplicaSet" | "StatefulSet" | "Job" => Ok(&["spec", "template", "spec"]),
        "CronJob" => Ok(&["spec", "jobTemplate", "spec", "template", "spec"]),
        _ => {
            let go = crate::kubectl::pods::go_type(&info.object);
            let why = format!("the object is not a pod or does not have a pod template: {go}\n");
            fail(format!("error: {} {why}", object_name(cx, info)))
        }
    }
}

/// The containers of a pod spec, its init containers first.
fn for_containers(spec: &mut Value, mut change: impl FnMut(&mut Value)) {
    for member in ["initContainers", "containers"] {
        if matches!(spec.get(member), Value::List(_)) {
            spec.get_mut(member).list_mut().iter_mut().for_each(&mut change);
        }
    }
}

/// Makes an object from a file what Go's types write: some members also where they are empty.
fn typed(cx: &Context<'_, '_>, info: &Info, object: &mut Value) {
    if info.kind.kind == "Service" {
        object.at_mut(&["spec", "ports"]).list_mut().iter_mut().for_each(|port| fill(port, &["targetPort"], 0.into()));
        fill(object, &["status", "loadBalancer"], Value::map());
    }
    let Ok(path) = pod_spec_path(cx, info) else { return };
    for end in (1..path.len()).filter(|end| path[end - 1].ends_with("emplate")) {
        fill(object, &[&path[..end], &["metadata"]].concat(), Value::map());
    }
    for_containers(object.at_mut(path), |container| fill(container, &["resources"], Value::map()));
    let (strategy, counts): (_, &[&str]) = match info.kind.kind {
        "Deployment" => ("strategy", &[]),
        "DaemonSet" => ("updateStrategy", &["currentNumberScheduled", "desiredNumberScheduled", "numberMisscheduled", "numberReady"]),
        "StatefulSet" => ("updateStrategy", &["availableReplicas", "replicas"]),
        "ReplicaSet" | "ReplicationController" => ("", &["replicas"]),
        _ => ("", &[]),
    };
    if !strategy.is_empty() {
        fill(object, &["spec", strategy], Value::map());
    }
    fill(object, &["status"], Value::map());
    for count in counts {
        fill(object, &["status", count], 0.into());
    }
}

fn fill(object: &mut Value, path: &[&str], value: Value) {
    if object.at(path).is_null() {
        object.set(path, value);
    }
}

/// Whether a container is meant by `-c`: its name, or a pattern with `*`.
// Models kubectl/pkg/cmd/set.selectString, for which the first part may stand anywhere, and which takes where a part stands in what
// is left of the name for where it stands in the name.
fn is_selected(pattern: &str, name: &str) -> bool {
    if !pattern.contains('*') {
        return pattern == name;
    }
    let mut from = 0;
    let mut parts = pattern.split('*').peekable();
    while let Some(part) = parts.next() {
        if part.is_empty() {
            continue;
        }
        match name.get(from..).and_then(|rest| rest.find(part)) {
            Some(at) if at >= from && (parts.peek().is_some() || name.len() == part.len() + at) => from = at,
            _ => return false,
        }
    }
    true
}

/// Sends an object that was changed and reports it; one that is as it was is passed over.
fn send(cx: &mut Context<'_, '_>, reporter: &mut Reporter, info: &Info, mut next: Value, done: &str, failed: &str) -> Result<(), CliError> {
    cx.record(&mut next);
    if next.same(&info.object) {
        return Ok(());
    }
    let dry_run = cx.dry_run()?;
    if cx.flags().is_on("local") {
        typed(cx, info, &mut next);
    }
    if dry_run == DryRun::Client || cx.flags().is_on("local") {
        return reporter.report(done, &next, cx.out);
    }
    let options = cx.write_options(dry_run)?;
    debug_assert_eq!(next.name(), info.name);
    match cx.change(info.kind, next, Subresource::None, &options) {
        Ok(object) => reporter.report(done, &object, cx.out),
        Err(error) if failed.is_empty() => Err(error),
        Err(error) => Err(CliError::Message(format!("{failed} {error}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_select_containers() {
        for (pattern, name, want) in [
            ("*", "web", true),
            ("web", "web", true),
            ("web", "web2", false),
            ("w*b", "web", true),
            ("*-side*", "a-sidecar", true),
            ("a*a", "a", true),
            ("e*", "web", true),
            ("we*eb", "web", true),
            ("w*e", "web", false),
            ("**************", "x", true),
        ] {
            assert_eq!(is_selected(pattern, name), want, "{pattern} {name}");
        }
    }
}
