//! `kubectl replace`.

use crate::api::Object;
use crate::api::convert::to_version;
use crate::api::decode::served_version;
use crate::api::well_known::LAST_APPLIED;
use crate::base::{Duration, Time};
use crate::kubectl::checks::check;
use crate::kubectl::command::{Command, Flow, Task};
use crate::kubectl::context::{Context, DryRun};
use crate::kubectl::error::{CliError, fail};
use crate::kubectl::flags::{self, Flag, duration, int, switch, text, text_or};
use crate::kubectl::host::Step;
use crate::kubectl::last_applied;
use crate::kubectl::printing::Reporter;
use crate::kubectl::resources::{Info, Query, find};
use crate::server::{DeleteOptions, Propagation, WriteOptions};

const OWN: &[Flag] = &[
    switch("force", ""),
    int("grace-period", ""),
    duration("timeout"),
    switch("wait", ""),
    text_or("cascade", "background"),
    text("raw", ""),
    text("subresource", ""),
];

/// `kubectl replace`.
pub static COMMAND: Command = Command {
    usage: "-f FILENAME [options]",
    flags: &[flags::FILENAME, flags::PRINT, flags::DRY_RUN, flags::VALIDATE, flags::SAVE_CONFIG, flags::RECORD, flags::WRITE, OWN],
    ..Command::new("replace", "Replace a resource by file name or stdin", run)
};

/// How long `--force` waits for an object to go.
const TIMEOUT: Duration = Duration::from_secs(300);

fn run(cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
    let dry_run = cx.dry_run()?;
    let mut reporter = Reporter::new(cx)?;
    super::delete::cascade(cx)?;
    let flags = cx.flags();
    if !flags.given("filename") && !flags.given("kustomize") {
        return fail("must specify one of -f and -k");
    }
    let grace = flags.int("grace-period").unwrap_or(-1);
    if grace >= 0 && !flags.is_on("force") {
        return fail("--grace-period must have --force specified");
    }
    if flags.positive_duration("timeout").is_some() && !flags.is_on("force") {
        return fail("--timeout must have --force specified");
    }
    if flags.is_on("force") && !matches!(dry_run, DryRun::None) {
        return fail("--dry-run can not be used when --force is set");
    }
    check(cx)?;
    if let Some(path) = cx.flags().get("raw") {
        return super::get::raw(cx, "PUT", path);
    }
    let options = cx.write_options(dry_run)?;
    let query = Query { latest: false, validate: super::validates(cx), ..Query::of(cx) };
    let found = find(cx, &query, &[])?;
    if flags.is_on("force") {
        return force(cx, found.into_infos()?, reporter, options, grace);
    }
    found.each(&mut |mut info| {
        if flags.is_on("save-config") || info.object.annotation(LAST_APPLIED).is_some() {
            last_applied::annotate(&mut info.object);
        }
        cx.record(&mut info.object);
        let replaced = if dry_run == DryRun::Client { Ok(info.object.clone()) } else { put(cx, &info, &options) };
        let object = replaced.map_err(|e| e.with_source("replacing", &info.source))?;
        reporter.report("replaced", &object, cx.out)
    })?;
    Ok(Flow::Done)
}

/// PUTs an object over whatever version is there, unless it names one.
fn put(cx: &mut Context<'_, '_>, info: &Info, options: &WriteOptions) -> Result<crate::api::Value, CliError> {
    let mut object = info.object.clone();
    if object.at(&["metadata", "resourceVersion"]).str().is_empty()
        && let Some(current) = cx.host.api.peek(info.kind, &info.namespace, &info.name)
    {
        object.set(&["metadata", "resourceVersion"], current.at(&["metadata", "resourceVersion"]).clone());
    }
    let sub = super::patch::subresource(cx, info, cx.flags().text("subresource"))?;
    let version = served_version(info.kind, &object);
    cx.update(info.kind, object, sub, options).map(|done| to_version(info.kind, version, done))
}

/// `replace --force`: objects that are being deleted, to be created anew.
#[derive(Clone, Debug)]
pub struct Replacing {
    infos: Vec<Info>,
    /// What must be gone first: by index into `infos`, with its uid.
    waiting: Vec<(usize, String)>,
    deadline: Time,
    reporter: Reporter,
    options: WriteOptions,
}

fn force(cx: &mut Context<'_, '_>, infos: Vec<Info>, reporter: Reporter, options: WriteOptions, grace: i64) -> Result<Flow, CliError> {
    let mut waiting = Vec::new();
    let delete = DeleteOptions { grace_period_s: (grace >= 0).then_some(grace.max(1)), ..DeleteOptions::with(Propagation::Background) };
    for (i, info) in infos.iter().enumerate() {
        match cx.delete(info.kind, &info.namespace, &info.name, &delete) {
            Ok(deleted) => {
                waiting.push((i, deleted.object().uid().to_owned()));
                cx.out.outln(super::delete::describe(info.kind, &info.namespace, &info.name, "deleted", DryRun::None));
            }
            Err(error) if error.is_not_found() => {}
            Err(error) => return Err(error.with_source("deleting", &info.source)),
        }
    }
    let deadline = cx.host.now + cx.flags().positive_duration("timeout").unwrap_or(TIMEOUT);
    Replacing { infos, waiting, deadline, reporter, options }.resume(cx)
}

impl Replacing {
    /// Creates the objects once all are gone.
    pub fn resume(mut self, cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
        let (api, infos) = (&cx.host.api, &self.infos);
        self.waiting.retain(|(i, uid)| {
            let info = &infos[*i];
            api.peek(info.kind, &info.namespace, &info.name).is_some_and(|o| o.uid() == uid)
        });
        if !self.waiting.is_empty() {
            if cx.host.now >= self.deadline {
                return fail("timed out waiting for the condition");
            }
            let until = self.deadline;
            return Ok(Flow::Wait(Task::Replace(Box::new(self)), Step::WaitChange(Some(until))));
        }
        if self.infos.is_empty() {
            return fail("no objects passed to replace");
        }
        let save = cx.flags().is_on("save-config");
        for mut info in self.infos {
            if save || info.object.annotation(LAST_APPLIED).is_some() {
                last_applied::annotate(&mut info.object);
            }
            cx.record(&mut info.object);
            let object = super::create_as_sent(cx, info.kind, &info.namespace, info.object, &self.options)?;
            self.reporter.report("replaced", &object, cx.out)?;
        }
        Ok(Flow::Done)
    }
}
