//! `kubectl delete`: deletes, then waits until the objects are gone.

use crate::api::{KindRef, Object};
use crate::base::{Duration, SortedSet, Time};
use crate::kubectl::command::{Command, Flow, Task};
use crate::kubectl::context::{Context, DryRun};
use crate::kubectl::error::{CliError, fail};
use crate::kubectl::flags::{self, Flag, duration, int, switch, text, text_or};
use crate::kubectl::host::Step;
use crate::kubectl::printing::named;
use crate::kubectl::resources::{Found, Info, Query, find};
use crate::server::{DeleteOptions, Propagation};

const OWN: &[Flag] = &[
    text_or("cascade", "background"),
    int("grace-period", ""),
    switch("now", ""),
    switch("force", ""),
    duration("timeout"),
    switch("wait", ""),
    switch("ignore-not-found", ""),
    switch("interactive", "i"),
    text("raw", ""),
    text("output", "o"),
];

/// `kubectl delete`.
pub static COMMAND: Command = Command {
    usage: "([-f FILENAME] | [-k DIRECTORY] | TYPE [(NAME | -l label | --all)]) [options]",
    flags: &[flags::FILENAME, flags::SELECTOR, flags::FIELD_SELECTOR, flags::ALL, flags::ALL_NAMESPACES, flags::DRY_RUN, OWN],
    ..Command::new("delete", "Delete resources by file names, stdin, resources and names, or by resources and label selector", run)
};

/// A wait without `--timeout` ends after a week.
const TIMEOUT: Duration = Duration::from_secs(7 * 24 * 3600);

fn run(cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
    delete(cx, None)
}

/// What `--interactive` asked about: these, and nothing that came since, are deleted where the answer is yes.
#[derive(Clone, Debug)]
pub struct Asking {
    previewed: SortedSet<String>,
}

/// What tells an object from all others.
fn place(info: &Info) -> String {
    format!("{}/{}/{}", info.kind.qualified(), info.namespace, info.name)
}

impl Asking {
    /// Goes on when there is an answer.
    pub fn resume(self, cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
        let Some(answer) = cx.stdin.first_line() else {
            return Ok(Flow::Wait(Task::Asking(self), Step::WaitStdin(None)));
        };
        if answer.trim().eq_ignore_ascii_case("y") {
            return delete(cx, Some(&self));
        }
        cx.out.outln("deletion is cancelled");
        Ok(Flow::Done)
    }
}

fn delete(cx: &mut Context<'_, '_>, answered: Option<&Asking>) -> Result<Flow, CliError> {
    let flags = cx.flags();
    if let Some(path) = flags.get("raw") {
        return super::raw::raw(cx, "DELETE", path);
    }
    let by_selector = flags.is_on("all") || !flags.text("selector").is_empty() || !flags.text("field-selector").is_empty();
    let ignore_not_found = flags.switch_or("ignore-not-found", by_selector);
    let propagation = cascade(cx)?;
    let force = flags.is_on("force");
    let mut grace = flags.int("grace-period").unwrap_or(-1);
    if flags.is_on("now") {
        if grace != -1 {
            return fail("--now and --grace-period cannot be specified together");
        }
        grace = 1;
    }
    if grace == 0 && !force {
        grace = 1;
    }
    if force && grace < 0 {
        grace = 0;
    }
    let dry_run = cx.dry_run()?;
    let query = Query { all: flags.is_on("all"), allow_empty_selector: false, latest: false, no_fetch: true, ..Query::of(cx) };
    let found = find(cx, &query, cx.args())?;
    let output = flags.text("output");
    if !output.is_empty() && output != "name" {
        return fail(format!("unexpected -o output mode: {output}. We only support '-o name'"));
    }
    if force && grace > 0 {
        return fail("--force and --grace-period greater than 0 cannot be specified together");
    }
    if force && answered.is_none() {
        cx.out.errln("Warning: Immediate deletion does not wait for confirmation that the running resource has been terminated. The resource may continue to run on the cluster indefinitely.");
    }
    let options = DeleteOptions {
        grace_period_s: (grace >= 0).then_some(grace),
        propagation: Some(propagation),
        dry_run: dry_run == DryRun::Server,
        ..DeleteOptions::default()
    };
    if flags.is_on("interactive") && answered.is_none() {
        return preview(cx, found);
    }
    let mut left = found.items;
    if let Some(asked) = answered {
        left.retain(|item| item.as_ref().map_or(true, |i| asked.previewed.contains(place(i).as_str())));
    }
    left.reverse();
    let deleting = Deleting {
        left,
        from_files: found.from_files,
        ignore_not_found,
        ignored: false,
        options,
        dry_run,
        warn_scope: cx.session.enforce_namespace && !flags.is_on("all-namespaces"),
        waiting: Vec::new(),
        count: 0,
        errors: Vec::new(),
        unread: Vec::new(),
        deadline: None,
    };
    deleting.resume(cx)
}

/// Deletes object after object, then waits until they are gone, or others are in their place.
#[derive(Clone, Debug)]
pub struct Deleting {
    /// What is still to be deleted, and errors of finding it, the next one last.
    left: Vec<Result<Info, CliError>>,
    from_files: bool,
    ignore_not_found: bool,
    /// Whether an object was not found: its error is taken out of those of all later.
    ignored: bool,
    options: DeleteOptions,
    dry_run: DryRun,
    warn_scope: bool,
    waiting: Vec<Waited>,
    count: usize,
    errors: Vec<CliError>,
    /// Errors of reading files, which come last.
    unread: Vec<CliError>,
    /// Until when it waits, once it does.
    deadline: Option<Time>,
}

#[derive(Clone, Debug)]
struct Waited {
    kind: KindRef,
    namespace: String,
    name: String,
    uid: String,
}

impl Deleting {
    /// Goes on with the next object, and waits a moment before the one after it; or looks again.
    pub fn resume(mut self, cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
        while let Some(item) = self.left.pop() {
            match item {
                Ok(info) => {
                    let failed = self.delete_one(cx, &info).err();
                    self.errors.extend(failed);
                }
                Err(error) if self.from_files => self.unread.push(error),
                Err(error) => self.errors.push(error),
            }
            if !self.left.is_empty() {
                let next = cx.host.now + super::BETWEEN_WRITES;
                return Ok(Flow::Wait(Task::Delete(Box::new(self)), Step::WaitUntil(next)));
            }
        }
        self.errors.extend(CliError::aggregate(std::mem::take(&mut self.unread)).err());
        let errors = std::mem::take(&mut self.errors);
        if self.ignored { CliError::aggregate(errors) } else { CliError::check(errors) }?;
        if self.count == 0 {
            cx.out.outln("No resources found");
            return Ok(Flow::Done);
        }
        let flags = cx.flags();
        if !flags.switch_or("wait", true) || self.dry_run != DryRun::None {
            return Ok(Flow::Done);
        }
        let now = cx.host.now;
        let until = *self.deadline.get_or_insert_with(|| now + flags.positive_duration("timeout").unwrap_or(TIMEOUT));
        let api = &cx.host.api;
        // One after the other: while the first is there, nobody looks at the others.
        let still = self.waiting.iter().position(|w| api.peek(w.kind, &w.namespace, &w.name).is_some_and(|o| o.uid() == w.uid));
        self.waiting.drain(..still.unwrap_or(self.waiting.len()));
        let Some(first) = self.waiting.first() else { return Ok(Flow::Done) };
        if now >= until {
            return fail(format!("timed out waiting for the condition on {}/{}", first.kind.plural, first.name));
        }
        Ok(Flow::Wait(Task::Delete(Box::new(self)), Step::WaitChange(Some(until))))
    }

    fn delete_one(&mut self, cx: &mut Context<'_, '_>, info: &Info) -> Result<(), CliError> {
        self.count += 1;
        if self.warn_scope && !info.kind.namespaced {
            cx.out.errln("Warning: deleting cluster-scoped resources, not scoped to the provided namespace");
            self.warn_scope = false;
        }
        if self.dry_run != DryRun::Client {
            match cx.delete(info.kind, &info.namespace, &info.name, &self.options) {
                Ok(deleted) => {
                    self.waiting.push(Waited {
                        kind: info.kind,
                        namespace: info.namespace.clone(),
                        name: info.name.clone(),
                        uid: deleted.object().uid().to_owned(),
                    });
                }
                Err(error) if error.is_not_found() && self.ignore_not_found => {
                    self.ignored = true;
                    return Ok(());
                }
                Err(error) => return Err(error.with_source("deleting", &info.source)),
            }
        }
        if cx.flags().text("output") == "name" {
            cx.out.outln(named(info.kind, &info.name));
        } else {
            let how = if self.options.grace_period_s == Some(0) { "force deleted" } else { "deleted" };
            cx.out.outln(describe(info.kind, &info.namespace, &info.name, how, self.dry_run));
        }
        Ok(())
    }
}

/// Shows what would be deleted, and asks if it is to be.
fn preview(cx: &mut Context<'_, '_>, found: Found) -> Result<Flow, CliError> {
    // Nobody looks if what is named is there.
    let previewed = found.into_infos()?;
    if previewed.is_empty() {
        cx.out.outln("No resources found");
        return Ok(Flow::Done);
    }
    cx.out.outln(format!("You are about to delete the following {} resource(s):", previewed.len()));
    previewed.iter().for_each(|info| cx.out.outln(named(info.kind, &info.name)));
    cx.out.out("Do you want to continue? (y/N): ");
    Asking { previewed: previewed.iter().map(place).collect() }.resume(cx)
}

/// `pod "web" deleted from default namespace`.
pub fn describe(kind: KindRef, namespace: &str, name: &str, how: &str, dry_run: DryRun) -> String {
    let of = named(kind, name);
    let kind_text = of.split('/').next().unwrap_or("");
    let place = if namespace.is_empty() { String::new() } else { format!(" from {namespace} namespace") };
    format!("{kind_text} {name:?} {how}{place}{}", dry_run.suffix())
}

/// `--cascade`.
pub(super) fn cascade(cx: &mut Context<'_, '_>) -> Result<Propagation, CliError> {
    match cx.flags().get("cascade").unwrap_or("background") {
        "background" => Ok(Propagation::Background),
        "foreground" => Ok(Propagation::Foreground),
        "orphan" => Ok(Propagation::Orphan),
        old @ ("true" | "false") => {
            let (new, propagation) = if old == "true" { ("background", Propagation::Background) } else { ("orphan", Propagation::Orphan) };
            cx.out.errln(format!("warning: --cascade={old} is deprecated (boolean value) and can be replaced with --cascade={new}."));
            Ok(propagation)
        }
        other => fail(format!("invalid cascade value ({other}). Must be \"background\", \"foreground\", or \"orphan\"")),
    }
}
