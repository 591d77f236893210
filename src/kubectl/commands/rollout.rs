//! `kubectl rollout`.

mod history;
mod pause;
mod restart;
mod revisions;
pub mod status;
mod undo;

use crate::api::{KindRef, Value, quote};
use crate::base::{List as _, Time};
use crate::kubectl::command::{Command, Flow};
use crate::kubectl::context::Context;
use crate::kubectl::error::{CliError, fail};
use crate::kubectl::flags::{self, Flag};
use crate::kubectl::printing::Reporter;
use crate::kubectl::resources::{Found, Info, Query, find};
use crate::server::Subresource;

/// `kubectl rollout`.
pub static COMMAND: Command = Command {
    usage: "SUBCOMMAND [options]",
    ..Command::group(
        "rollout",
        "Manage the rollout of a resource",
        "Manage the rollout of one or many resources.\n        \n Valid resource types include:\n\n  *  deployments\n  *  daemonsets\n  *  statefulsets",
        &[&history::COMMAND, &pause::PAUSE, &restart::COMMAND, &pause::RESUME, &status::COMMAND, &undo::COMMAND],
    )
};

/// Finds the workloads that are named; a type alone means all of it.
fn targets(cx: &mut Context<'_, '_>) -> Result<Found, CliError> {
    if cx.args().is_empty() && !cx.flags().given("filename") && !cx.flags().given("kustomize") {
        return fail("required resource not specified");
    }
    let query = Query { allow_empty_selector: true, ..Query::of(cx) };
    find(cx, &query, cx.args())
}

/// Says so where no workload was found; history and undo do not.
fn none_found(cx: &mut Context<'_, '_>, found: &Found) -> bool {
    let none = found.items.is_empty();
    if none {
        cx.out.errln(format!("No resources found in {} namespace.", cx.namespace()));
    }
    none
}

/// What is said of a kind without revisions: of a workload's that there is no `tool` for it, of others that none was looked for.
// Models apps.GroupKindElement.Accept, and HistoryViewerFor and RollbackerFor.
fn none_for(kind: KindRef, sought: &str, tool: &str) -> CliError {
    let quoted = quote(&kind.group_kind());
    CliError::Message(
        if kind.group == "batch" || matches!((kind.group, kind.kind), ("apps", "ReplicaSet") | ("", "Pod" | "ReplicationController")) {
            format!("no {tool} has been implemented for {quoted}")
        } else {
            format!("error retrieving {sought} for {quoted}, no visitor method exists for {{{} {}}}", kind.group, kind.kind)
        },
    )
}

/// The flags of what changes workloads.
const FLAGS: &[&[Flag]] = &[flags::FILENAME, flags::SELECTOR, flags::PRINT, flags::WRITE];

/// Where a Deployment says that it is paused.
const PAUSED: &[&str] = &["spec", "paused"];

/// Changes each workload that is named to what `change` makes of it, unless that refuses.
fn change_each(cx: &mut Context<'_, '_>, done: &'static str, change: Change) -> Result<Flow, CliError> {
    let mut reporter = Reporter::late(cx)?;
    let found = targets(cx)?;
    if none_found(cx, &found) {
        return Ok(Flow::Done);
    }
    let mut found = found.aggregated();
    // What could not be read is told first.
    let (there, mut items): (Vec<_>, Vec<_>) = found.items.into_iter().partition(Result::is_ok);
    if found.from_files {
        let errors = items.into_iter().filter_map(Result::err).list();
        items = CliError::aggregate(errors).err().map(Err).into_iter().list();
    }
    items.extend(there);
    (found.items, found.from_files) = (items, false);
    found.in_parts(cx, move |cx, info, _| {
        let next = change(&info, cx.host.now)?;
        let options = cx.write_options(Default::default())?;
        let object = cx
            .change(info.kind, next, Subresource::None, &options)
            .map_err(|error| CliError::Message(format!("failed to patch: {error}")))?;
        reporter.report(done, &object, cx.out)
    })
}

/// What a workload becomes, at this moment.
type Change = fn(&Info, Time) -> Result<Value, CliError>;

fn refused(info: &Info, why: &str) -> CliError {
    CliError::Message(format!("error: {} {:?} {why}", info.kind.qualified(), info.name))
}
