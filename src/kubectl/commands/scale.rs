//! `kubectl scale`.

use super::patch::record_after;
use crate::kubectl::command::{Command, Flow, Run};
use crate::kubectl::context::{Context, DryRun};
use crate::kubectl::error::{CliError, fail};
use crate::kubectl::flags::{self, Flag, duration, int, text};
use crate::kubectl::printing::Reporter;
use crate::kubectl::resources::{Info, Query, find};
use crate::server::WriteOptions;

const OWN: &[Flag] = &[int("replicas", ""), int("current-replicas", ""), text("resource-version", ""), duration("timeout")];

/// `kubectl scale`.
pub static COMMAND: Command = Command {
    usage: "[--resource-version=version] [--current-replicas=count] --replicas=COUNT (-f FILENAME | TYPE NAME) [options]",
    flags: &[flags::FILENAME, flags::SELECTOR, flags::ALL, flags::PRINT, flags::DRY_RUN, flags::RECORD, OWN],
    required: &["replicas"],
    run: Run::Do(run),
    ..Command::new("scale", "Set a new size for a deployment, replica set, or replication controller", run)
};

fn run(cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
    let flags = cx.flags();
    let replicas = flags.int("replicas").unwrap_or(-1);
    if replicas < 0 {
        return fail("The --replicas=COUNT flag is required, and COUNT must be greater than or equal to 0");
    }
    if flags.int("current-replicas").is_some_and(|n| n < -1) {
        return fail("The --current-replicas must specify an integer of -1 or greater");
    }
    let mut reporter = Reporter::new(cx)?;
    let dry_run = cx.dry_run()?;
    let options = cx.write_options(dry_run)?;
    let query = Query { latest: false, ..Query::of(cx) };
    let found = find(cx, &query, cx.args())?;
    let (infos, errors) = found.split();
    if infos.len() > 1 && !flags.text("resource-version").is_empty() {
        return fail("cannot use --resource-version with multiple resources");
    }
    if infos.is_empty() {
        CliError::check(errors)?;
        return fail("no objects passed to scale");
    }
    // The first that fails ends it; what was not found is said last.
    for info in infos {
        if dry_run != DryRun::Client {
            scale(cx, &info, replicas, &options)?;
        }
        // What is shown is the object as it was found, with the new number where its kind is known to keep it there.
        let mut object = info.object.clone();
        if matches!(info.kind.group, "apps" | "") {
            object.set(&["spec", "replicas"], replicas);
        }
        if dry_run != DryRun::Client {
            record_after(cx, &info, &mut object.clone(), DryRun::None)?;
        }
        reporter.report("scaled", &object, cx.out)?;
    }
    CliError::check(errors)?;
    Ok(Flow::Done)
}

// Models kubectl/pkg/scale.
fn scale(cx: &mut Context<'_, '_>, info: &Info, replicas: i64, options: &WriteOptions) -> Result<(), CliError> {
    let flags = cx.flags();
    cx.require(("get", info.kind, "scale"), &info.namespace, &info.name)?;
    let mut scale = cx.host.api.scale(info.kind, &info.namespace, &info.name)?;
    if let Some(expected) = flags.int("current-replicas").filter(|n| *n != -1) {
        let actual = scale.at(&["spec", "replicas"]).int();
        if actual != expected {
            return fail(format!("Expected replicas to be {expected}, was {actual}"));
        }
    }
    match flags.text("resource-version") {
        "" => {
            scale.remove(&["metadata", "resourceVersion"]);
        }
        version => {
            let actual = scale.at(&["metadata", "resourceVersion"]).str();
            if version != actual {
                return fail(format!("Expected resource version to be {version}, was {actual}"));
            }
        }
    }
    scale.set(&["spec", "replicas"], replicas);
    cx.update_scale(info.kind, &info.namespace, &scale, options).map(drop)
}
