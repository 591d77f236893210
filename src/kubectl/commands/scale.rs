//! `kubectl scale`.

use crate::api::{Object, Value};
use crate::kubectl::command::{Command, Flow, Run};
use crate::kubectl::context::{Context, DryRun};
use crate::kubectl::error::{CliError, fail};
use crate::kubectl::flags::{self, Flag, duration, int, text};
use crate::kubectl::printing::Reporter;
use crate::kubectl::resources::{Query, find};

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
    let query = Query::of(cx);
    let found = find(cx, &query, cx.args())?;
    let (infos, mut errors) = found.split();
    if infos.len() > 1 && !flags.text("resource-version").is_empty() {
        return fail("cannot use --resource-version with multiple resources");
    }
    let mut count = 0;
    for info in infos {
        let scaled = (|| {
            let current = cx.host.api.scale(info.kind, &info.namespace, &info.name)?;
            count += 1;
            if let Some(expected) = flags.int("current-replicas").filter(|n| *n != -1) {
                let actual = current.at(&["spec", "replicas"]).int();
                if actual != expected {
                    return fail(format!("Expected replicas to be {expected}, was {actual}"));
                }
            }
            let mut scale = current.clone();
            if let Some(version) = flags.get("resource-version").filter(|v| !v.is_empty()) {
                if version != info.object.at(&["metadata", "resourceVersion"]).str() {
                    let actual = info.object.at(&["metadata", "resourceVersion"]).str();
                    return fail(format!("Expected resource version to be {version}, was {actual}"));
                }
            } else {
                scale.remove(&["metadata", "resourceVersion"]);
            }
            scale.set(&["spec", "replicas"], replicas);
            if dry_run == DryRun::Client {
                return Ok(info.object.clone());
            }
            cx.update_scale(info.kind, &info.namespace, &scale, &options)?;
            Ok::<Value, CliError>(
                cx.host.api.peek(info.kind, &info.namespace, info.object.name()).cloned().unwrap_or_else(|| info.object.clone()),
            )
        })();
        match scaled {
            Ok(object) => reporter.report("scaled", &object, cx.out)?,
            Err(error) => errors.push(error),
        }
    }
    CliError::check(errors)?;
    if count == 0 { fail("no objects passed to scale") } else { Ok(Flow::Done) }
}
