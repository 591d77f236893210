//! `kubectl scale`.

use super::patch::record_after;
use crate::api::Status;
use crate::base::{Duration, Time};
use crate::kubectl::command::{Command, Flow, Task};
use crate::kubectl::context::{Context, DryRun};
use crate::kubectl::error::{CliError, fail};
use crate::kubectl::flags::{self, Flag, duration, int, text};
use crate::kubectl::host::Step;
use crate::kubectl::printing::Reporter;
use crate::kubectl::resources::{Info, Query, find};
use crate::server::WriteOptions;

const OWN: &[Flag] = &[int("replicas", ""), int("current-replicas", ""), text("resource-version", ""), duration("timeout")];

/// `kubectl scale`.
pub static COMMAND: Command = Command {
    usage: "[--resource-version=version] [--current-replicas=count] --replicas=COUNT (-f FILENAME | TYPE NAME) [options]",
    flags: &[flags::FILENAME, flags::SELECTOR, flags::ALL, flags::PRINT, flags::DRY_RUN, flags::RECORD, OWN],
    required: &["replicas"],
    ..Command::new("scale", "Set a new size for a deployment, replica set, or replication controller", run)
};

/// How often it looks whether the replicas are there.
const POLL: Duration = Duration::from_secs(1);

fn run(cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
    let flags = cx.flags();
    let replicas = flags.int("replicas").unwrap_or(-1);
    if replicas < 0 {
        return fail("The --replicas=COUNT flag is required, and COUNT must be greater than or equal to 0");
    }
    if flags.int("current-replicas").is_some_and(|n| n < -1) {
        return fail("The --current-replicas must specify an integer of -1 or greater");
    }
    let reporter = Reporter::new(cx)?;
    let dry_run = cx.dry_run()?;
    cx.write_options(dry_run)?;
    let query = Query { latest: false, ..Query::of(cx) };
    let found = find(cx, &query, cx.args())?;
    let (mut infos, errors) = found.split();
    if infos.len() > 1 && !flags.text("resource-version").is_empty() {
        return fail("cannot use --resource-version with multiple resources");
    }
    if infos.is_empty() {
        CliError::check(errors)?;
        return fail("no objects passed to scale");
    }
    infos.reverse();
    Scaling { queue: infos, errors, deadline: None, reporter }.resume(cx)
}

/// `scale` at work.
#[derive(Clone, Debug)]
pub struct Scaling {
    /// What is still to scale, the next one last.
    queue: Vec<Info>,
    errors: Vec<CliError>,
    /// Until when the replicas of the next one are waited for, once it is scaled.
    deadline: Option<Time>,
    reporter: Reporter,
}

impl Scaling {
    /// Scales one by one. The first that fails ends it; what was not found is said last.
    pub fn resume(mut self, cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
        let replicas = cx.flags().int("replicas").unwrap_or(-1);
        let dry_run = cx.dry_run()?;
        let timeout = cx.flags().duration_micros("timeout").filter(|us| *us != 0 && dry_run == DryRun::None);
        let enough = self.queue.len().saturating_sub(super::OBJECTS_PER_STEP);
        while let Some(info) = self.queue.last().cloned() {
            if self.deadline.is_none() && dry_run != DryRun::Client {
                scale(cx, &info, replicas, &cx.write_options(dry_run)?)?;
            }
            if let Some(timeout) = timeout {
                let now = cx.host.now;
                let deadline = self.deadline.unwrap_or(now + Duration::from_micros(timeout.max(0).unsigned_abs()));
                if !is_scaled(cx, &info, replicas)? {
                    if now >= deadline {
                        return fail(format!("timed out waiting for {:?} to be synced", info.name));
                    }
                    self.deadline = Some(deadline);
                    let next = deadline.min(now + POLL);
                    return Ok(Flow::Wait(Task::Scale(Box::new(self)), Step::WaitUntil(next)));
                }
            }
            self.queue.pop();
            self.deadline = None;
            // What is shown is the object as it was found, with the new number where its kind is known to keep it there.
            let mut object = info.object.clone();
            if matches!(info.kind.group, "apps" | "") {
                object.set(&["spec", "replicas"], replicas);
            }
            if dry_run != DryRun::Client {
                record_after(cx, &info, &mut object.clone(), DryRun::None)?;
            }
            self.reporter.report("scaled", &object, cx.out)?;
            if self.queue.len() == enough && enough > 0 {
                return Ok(Flow::Wait(Task::Scale(Box::new(self)), Step::GoOn));
            }
        }
        CliError::check(self.errors)?;
        Ok(Flow::Done)
    }
}

// Models scale.scaleHasDesiredReplicas.
fn is_scaled(cx: &mut Context<'_, '_>, info: &Info, replicas: i64) -> Result<bool, CliError> {
    let scale = cx.scale(info.kind, &info.namespace, &info.name)?;
    let wanted = scale.at(&["spec", "replicas"]).int();
    // Something else may have scaled it since.
    Ok(wanted != replicas || scale.at(&["status", "replicas"]).int() == replicas)
}

fn demand_scale(cx: &Context<'_, '_>, info: &Info) -> Result<(), CliError> {
    if cx.host.api.has_scale(info.kind) { Ok(()) } else { Err(Status::no_subresource(info.kind, &info.name).into()) }
}

// Models scale.genericScaler.ScaleSimple.
fn scale(cx: &mut Context<'_, '_>, info: &Info, replicas: i64, options: &WriteOptions) -> Result<(), CliError> {
    let flags = cx.flags();
    let size = flags.int("current-replicas").filter(|n| *n != -1);
    let version = flags.text("resource-version");
    if size.is_none() && version.is_empty() {
        cx.require(("patch", info.kind, "scale"), &info.namespace, &info.name)?;
        demand_scale(cx, info)?;
        let mut scale = cx.host.api.scale(info.kind, &info.namespace, &info.name)?;
        scale.remove(&["metadata", "resourceVersion"]);
        scale.set(&["spec", "replicas"], replicas);
        return cx.update_scale("PATCH", info.kind, &info.namespace, &scale, options).map(drop);
    }
    demand_scale(cx, info)?;
    let mut scale = cx.scale(info.kind, &info.namespace, &info.name)?;
    let differs = |what: &str, wanted: &str, is: &str| fail(format!("Expected {what} to be {wanted}, was {is}"));
    let actual = scale.at(&["spec", "replicas"]).int();
    if let Some(expected) = size.filter(|n| *n != actual) {
        return differs("replicas", &expected.to_string(), &actual.to_string());
    }
    let actual = scale.at(&["metadata", "resourceVersion"]).str();
    if !version.is_empty() && version != actual {
        return differs("resource version", version, actual);
    }
    scale.set(&["spec", "replicas"], replicas);
    cx.update_scale("PUT", info.kind, &info.namespace, &scale, options).map(drop)
}
