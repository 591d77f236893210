//! `kubectl rollout undo`.

use super::revisions::{self, Revision};
use super::targets;
use crate::api::well_known::{CONTROLLER_REVISION_HASH, LAST_APPLIED, POD_TEMPLATE_HASH};
use crate::api::{Object, Value};
use crate::kubectl::command::{Command, Flow};
use crate::kubectl::context::{Context, DryRun};
use crate::kubectl::describe::describe_pod_template;
use crate::kubectl::error::{CliError, fail};
use crate::kubectl::flags::{self, Flag, int};
use crate::kubectl::printing::Reporter;
use crate::kubectl::resources::Info;
use crate::server::Subresource;

const OWN: &[Flag] = &[int("to-revision", "")];

/// `kubectl rollout undo`.
pub static COMMAND: Command = Command {
    usage: "(TYPE NAME | TYPE/NAME) [flags] [options]",
    flags: &[flags::FILENAME, flags::SELECTOR, flags::PRINT, flags::DRY_RUN, OWN],
    ..Command::new("undo", "Undo a previous rollout", run)
};

/// Annotations of a Deployment that stay as they are.
const KEPT: &[&str] = &[
    LAST_APPLIED,
    "deployment.kubernetes.io/revision",
    "deployment.kubernetes.io/revision-history",
    "deployment.kubernetes.io/desired-replicas",
    "deployment.kubernetes.io/max-replicas",
    "deprecated.deployment.rollback.to",
];

fn run(cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
    let to = cx.flags().int("to-revision").unwrap_or(0);
    let mut reporter = Reporter::late(cx)?;
    let dry_run = cx.dry_run()?;
    let found = targets(cx)?;
    found.in_parts(cx, move |cx, info, _| {
        if info.object.annotation(LAST_APPLIED).is_some() {
            cx.out.errln(format!(
                "Warning: resource {}/{} was previously managed with 'kubectl apply'. Rolling back will not update the {} annotation, which may cause unexpected behavior on future 'kubectl apply' operations. Consider using 'kubectl apply' with your previous configuration file instead.",
                info.kind.plural, info.name, LAST_APPLIED
            ));
        }
        let done = roll_back(cx, &info, to, dry_run)?;
        reporter.report(&done, &info.object, cx.out)
    })
}

fn without_hash(template: &Value) -> Value {
    let mut bare = template.clone();
    for label in [POD_TEMPLATE_HASH, CONTROLLER_REVISION_HASH] {
        bare.remove(&["metadata", "labels", label]);
    }
    bare.remove(&["$patch"]);
    bare
}

// Models polymorphichelpers.RollbackerFor.
fn roll_back(cx: &mut Context<'_, '_>, info: &Info, to: i64, dry_run: DryRun) -> Result<String, CliError> {
    let Some(all) = revisions::of(cx, info)? else {
        return Err(super::none_for(info.kind, "rollbacker", "rollbacker"));
    };
    let is_deployment = info.kind.kind == "Deployment";
    if to < 0 {
        return fail(format!("unable to find specified revision {to} in history"));
    }
    let target: &Revision = match (to, all.len()) {
        (0, 0 | 1) if is_deployment => return fail(format!("no rollout history found for deployment {:?}", info.name)),
        (0, 0 | 1) => return fail("no last revision to roll back to"),
        (0, n) => &all[n - 2],
        _ => match all.iter().find(|r| r.number == to) {
            Some(found) => found,
            None => return fail(format!("unable to find specified revision {to} in history")),
        },
    };
    if dry_run == DryRun::Client {
        let template = describe_pod_template(&target.template, cx.host.now);
        return Ok(if is_deployment { template } else { format!("will roll back to {template}") });
    }
    if is_deployment && info.object.at(&["spec", "paused"]).is_true() {
        return fail("you cannot rollback a paused deployment; resume it first with 'kubectl rollout resume' and try again");
    }
    let template = without_hash(&target.template);
    if template == without_hash(info.object.at(&["spec", "template"])) {
        return Ok(format!("skipped rollback (current template already matches revision {to})"));
    }
    let mut next = info.object.clone();
    next.set(&["spec", "template"], template);
    if is_deployment {
        let mut annotations = Value::map();
        for key in KEPT {
            if let Some(value) = info.object.annotation(key) {
                annotations.set(&[key], value);
            }
        }
        for (key, value) in target.object.at(&["metadata", "annotations"]).entries() {
            if !KEPT.contains(&key.as_str()) {
                annotations.set(&[key], value.clone());
            }
        }
        next.set(&["metadata", "annotations"], annotations);
    }
    let options = cx.write_options(dry_run)?;
    cx.change(info.kind, next, Subresource::None, &options)
        .map_err(|e| CliError::Message(format!("failed restoring revision {to}: {e}")))?;
    Ok("rolled back".into())
}
