//! `kubectl rollout`.

mod history;
mod pause;
mod restart;
mod revisions;
pub mod status;
mod undo;

use crate::kubectl::command::Command;
use crate::kubectl::context::Context;
use crate::kubectl::error::{CliError, fail};
use crate::kubectl::resources::{Found, Query, find};

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
