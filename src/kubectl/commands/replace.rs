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
use crate::kubectl::resources::{Found, Info, Query, find};
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
    cx.field_validation()?;
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
        return super::raw::raw(cx, "PUT", path);
    }
    let options = cx.write_options(dry_run)?;
    let query = Query { latest: false, validate: super::validates(cx), ..Query::of(cx) };
    let found = find(cx, &query, &[])?;
    if flags.is_on("force") {
        let deadline = cx.host.now + flags.positive_duration("timeout").unwrap_or(TIMEOUT);
        let infos = found.into_infos()?;
        return Replacing { infos, deleted: 0, waiting: Vec::new(), deadline, reporter, options }.resume(cx);
    }
    found.in_parts(cx, move |cx, mut info, _| {
        if cx.flags().is_on("save-config") || info.object.annotation(LAST_APPLIED).is_some() {
            last_applied::annotate(&mut info.object);
        }
        cx.record(&mut info.object);
        let replaced = if dry_run == DryRun::Client { Ok(info.object.clone()) } else { put(cx, &info, &options) };
        let object = replaced.map_err(|e| e.with_source("replacing", &info.source))?;
        reporter.report("replaced", &object, cx.out)
    })
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
    /// How many of them have been deleted.
    deleted: usize,
    /// What must be gone first: by index into `infos`, with its uid.
    waiting: Vec<(usize, String)>,
    deadline: Time,
    reporter: Reporter,
    options: WriteOptions,
}

impl Replacing {
    /// Deletes the objects, a few in each step, and creates them once all are gone.
    pub fn resume(mut self, cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
        while let Some(info) = self.infos.get(self.deleted) {
            let grace = cx.flags().int("grace-period").filter(|grace| *grace >= 0).map(|grace| grace.max(1));
            let delete = DeleteOptions { grace_period_s: grace, ..DeleteOptions::with(Propagation::Background) };
            match cx.delete(info.kind, &info.namespace, &info.name, &delete) {
                Ok(deleted) => {
                    self.waiting.push((self.deleted, deleted.object().uid().to_owned()));
                    cx.out.outln(super::delete::describe(info.kind, &info.namespace, &info.name, "deleted", DryRun::None));
                }
                Err(error) if error.is_not_found() => {}
                Err(error) => return Err(error.with_source("deleting", &info.source)),
            }
            self.deleted += 1;
            if self.deleted.is_multiple_of(super::OBJECTS_PER_STEP) || self.deleted == self.infos.len() {
                return Ok(Flow::Wait(Task::Replace(Box::new(self)), Step::GoOn));
            }
        }
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
        let (save, mut reporter, options) = (cx.flags().is_on("save-config"), self.reporter, self.options);
        Found::from(self.infos).in_parts(cx, move |cx, mut info, _| {
            if save || info.object.annotation(LAST_APPLIED).is_some() {
                last_applied::annotate(&mut info.object);
            }
            cx.record(&mut info.object);
            let object = super::create_as_sent(cx, info.kind, &info.namespace, info.object, &options)?;
            reporter.report("replaced", &object, cx.out)
        })
    }
}
