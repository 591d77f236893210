//! `kubectl diff`: what `apply` would change.

use crate::api::{Object, Value};
use crate::kubectl::command::{Command, Flow, Run};
use crate::kubectl::context::Context;
use crate::kubectl::error::{CliError, fail};
use crate::kubectl::flags::{self, Flag, int, switch, text};
use crate::kubectl::last_applied;
use crate::kubectl::output::to_yaml;
use crate::kubectl::resources::{Info, Query, find};
use crate::kubectl::unified;
use crate::server::{FieldValidation, Subresource, WriteOptions};

const OWN: &[Flag] = &[
    switch("server-side", ""),
    switch("force-conflicts", ""),
    switch("prune", ""),
    int("concurrency", ""),
    text("show-managed-fields", ""),
];

/// `kubectl diff`.
pub static COMMAND: Command = Command {
    usage: "-f FILENAME [options]",
    flags: &[flags::FILENAME, flags::SELECTOR, flags::WRITE, OWN],
    run: Run::Do(run),
    ..Command::new("diff", "Diff the live version against a would-be applied version", run)
};

fn run(cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
    if !cx.args().is_empty() {
        return Err(cx.usage(format!("Unexpected args: [{}]", cx.args().join(" "))));
    }
    if !cx.flags().given("filename") && !cx.flags().given("kustomize") {
        return fail("must specify one of -f and -k");
    }
    let query = Query { latest: false, ..Query::of(cx) };
    let found = find(cx, &query, &[])?;
    let mut differs = false;
    for info in found.into_infos()? {
        let live = cx.host.api.peek(info.kind, &info.namespace, &info.name).cloned();
        let merged = merged(cx, &info, live.as_ref())?;
        let (before, after) = (live.as_ref().map_or(String::new(), shown), shown(&merged));
        if before == after {
            continue;
        }
        differs = true;
        let version = info.kind.api_version().replace('/', ".");
        let file = format!("{version}.{}.{}.{}", info.kind.kind, info.namespace, info.name);
        let stamp = cx.host.now.rfc3339_micro().replace('T', " ").replace('Z', "000 +0000");
        let (left, right) = (format!("/tmp/LIVE-1/{file}"), format!("/tmp/MERGED-2/{file}"));
        cx.out.outln(format!("diff -u -N {left} {right}\n--- {left}\t{stamp}\n+++ {right}\t{stamp}"));
        cx.out.out(unified::diff(&before, &after));
    }
    Ok(if differs { Flow::Exit(1) } else { Flow::Done })
}

/// An object as it is compared: without who owns its fields.
fn shown(object: &Value) -> String {
    let mut bare = object.clone();
    bare.remove(&["metadata", "managedFields"]);
    to_yaml(&bare)
}

/// What the server would make of it. What was applied last stays as it is, so that it is no difference, and no new generation.
fn merged(cx: &mut Context<'_, '_>, info: &Info, live: Option<&Value>) -> Result<Value, CliError> {
    let options = WriteOptions { dry_run: true, field_validation: FieldValidation::Strict };
    let Some(live) = live else {
        return cx.create(info.kind, &info.namespace, info.object.clone(), &options);
    };
    let mut modified = info.object.clone();
    // An empty map, not none: what was applied last has one too, and none would take all annotations away.
    modified.at_mut(&["metadata", "annotations"]).map_mut().remove(last_applied::ANNOTATION);
    let patch = super::apply::three_way(info.kind, live, &modified);
    if patch.is_empty() {
        return Ok(live.clone());
    }
    debug_assert_eq!(live.name(), info.name);
    cx.patch(info.kind, &info.namespace, &info.name, &super::apply::patch_of(info.kind, patch), Subresource::None, &options)
}
