//! `kubectl create -f`; the generators are in files of their own beside this one.

use super::edit::{self, Mode};
use crate::kubectl::command::{Command, Flow, Task};
use crate::kubectl::context::{Context, DryRun};
use crate::kubectl::error::{CliError, fail};
use crate::kubectl::flags::{self, Flag, switch, text};
use crate::kubectl::host::Step;
use crate::kubectl::last_applied;
use crate::kubectl::printing::Reporter;
use crate::kubectl::resources::{Info, Query, find};
use crate::server::WriteOptions;

const OWN: &[Flag] = &[switch("edit", ""), text("raw", ""), switch("windows-line-endings", "")];

/// `kubectl create`.
pub static COMMAND: Command = Command {
    usage: "-f FILENAME [options]",
    flags: &[
        flags::FILENAME,
        flags::SELECTOR,
        flags::DRY_RUN,
        flags::PRINT,
        flags::VALIDATE,
        flags::SAVE_CONFIG,
        flags::RECORD,
        flags::WRITE,
        OWN,
    ],
    subcommands: super::create_generators::ALL,
    ..Command::new("create", "Create a resource from a file or from stdin", run)
};

fn run(cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
    if !cx.args().is_empty() {
        return Err(cx.usage(format!("Unexpected args: [{}]", cx.args().join(" "))));
    }
    if !cx.flags().given("filename") && !cx.flags().given("kustomize") {
        return fail("must specify one of -f and -k");
    }
    if let Some(path) = cx.flags().get("raw") {
        return super::raw::raw(cx, "POST", path);
    }
    let reporter = Reporter::new(cx)?;
    let dry_run = cx.dry_run()?;
    let options = cx.write_options(dry_run)?;
    let query = Query { latest: false, validate: super::validates(cx), ..Query::of(cx) };
    let found = find(cx, &query, &[])?;
    if cx.flags().is_on("edit") {
        return edit::start(cx, Mode::Create, found.into_infos()?);
    }
    let (mut left, unread) = found.split();
    left.reverse();
    Creating { left, unread, reporter, dry_run, options, errors: Vec::new(), count: 0 }.resume(cx)
}

/// `create -f`, object after object.
#[derive(Clone, Debug)]
pub struct Creating {
    /// What is still to be created, the next one last.
    left: Vec<Info>,
    /// Errors of reading files, which come last.
    unread: Vec<CliError>,
    reporter: Reporter,
    dry_run: DryRun,
    options: WriteOptions,
    errors: Vec<CliError>,
    count: usize,
}

impl Creating {
    /// Goes on with the next object, and waits a moment before the one after it.
    pub fn resume(mut self, cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
        while let Some(mut info) = self.left.pop() {
            if cx.flags().is_on("save-config") {
                last_applied::annotate(&mut info.object);
            }
            cx.record(&mut info.object);
            let created = match self.dry_run {
                DryRun::Client => Ok(info.object),
                _ => super::create_as_sent(cx, info.kind, &info.namespace, info.object, &self.options),
            };
            let done = created.map_err(|e| e.with_source("creating", &info.source)).and_then(|object| {
                self.count += 1;
                self.reporter.report("created", &object, cx.out)
            });
            self.errors.extend(done.err());
            if !self.left.is_empty() {
                let next = cx.host.now + super::BETWEEN_WRITES;
                return Ok(Flow::Wait(Task::Create(Box::new(self)), Step::WaitUntil(next)));
            }
        }
        self.errors.extend(self.unread);
        CliError::check(self.errors)?;
        if self.count == 0 { fail("no objects passed to create") } else { Ok(Flow::Done) }
    }
}
