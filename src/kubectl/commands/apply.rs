//! `kubectl apply`: the three-way merge of what was applied last, what is applied now and what the server has.

mod last_applied;
pub(super) mod prune;

use crate::api::convert::to_version;
use crate::api::decode::served_version;
use crate::api::well_known::LAST_APPLIED;
use crate::api::{KindRef, Object, Value};
use crate::base::{Duration, List as _, Time};
use crate::kubectl::checks::check;
use crate::kubectl::command::{Command, Flow, Task};
use crate::kubectl::context::{Context, DryRun};
use crate::kubectl::error::{CliError, fail};
use crate::kubectl::flags::{self, Flag, array, duration, int, switch, text, text_or};
use crate::kubectl::host::Step;
use crate::kubectl::last_applied::{annotate, prune_nulls};
use crate::kubectl::output::{name_of, to_compact_json, typed_list};
use crate::kubectl::patcher::{other_kind, patch_of, patched_here, three_way};
use crate::kubectl::printing::Reporter;
use crate::kubectl::resources::{Info, Query, fetch, find};
use crate::server::{DeleteOptions, Propagation, Subresource, WriteOptions};
use prune::{prunable, prune_kinds};

const OWN: &[Flag] = &[
    switch("server-side", ""),
    switch("force-conflicts", ""),
    switch("force", ""),
    switch("overwrite", ""),
    switch("prune", ""),
    array("prune-allowlist", ""),
    switch("openapi-patch", ""),
    switch("wait", ""),
    int("grace-period", ""),
    duration("timeout"),
    text_or("cascade", "background"),
    text("subresource", ""),
];

/// `kubectl apply`.
pub static COMMAND: Command = Command {
    usage: "(-f FILENAME | -k DIRECTORY) [options]",
    flags: &[flags::FILENAME, flags::SELECTOR, flags::DRY_RUN, flags::PRINT, flags::VALIDATE, flags::RECORD, flags::WRITE, flags::ALL, OWN],
    subcommands: &[&last_applied::EDIT, &last_applied::SET, &last_applied::VIEW],
    ..Command::new("apply", "Apply a configuration to a resource by file name or stdin", run)
};

/// `apply`, object after object.
#[derive(Clone, Debug)]
pub struct Applying {
    reporter: Reporter,
    dry_run: DryRun,
    options: WriteOptions,
    /// What is still to be applied, the next one last.
    queue: Vec<Info>,
    /// Objects as the server answered, for `-o`.
    done: Vec<Value>,
    /// The UIDs of what was applied.
    visited: Vec<String>,
    /// Those of what was applied, where it is pruned.
    namespaces: Vec<String>,
    errors: Vec<CliError>,
    replacing: Option<Replacing>,
    /// The kind that is being applied, and the version that the file has it at.
    asked: Option<(KindRef, &'static str)>,
    /// The kinds that are pruned at the end.
    pruned: Vec<KindRef>,
}

/// `--force`: an object that is being deleted so that it can be created anew.
#[derive(Clone, Debug)]
struct Replacing {
    info: Info,
    uid: String,
    modified: Value,
    deadline: Time,
}

fn run(cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
    if !cx.args().is_empty() {
        return Err(cx.usage(format!("Unexpected args: [{}]", cx.args().join(" "))));
    }
    let dry_run = cx.dry_run()?;
    super::delete::cascade(cx)?;
    let flags = cx.flags();
    if !flags.given("filename") && !flags.given("kustomize") {
        return fail("must specify one of -f and -k");
    }
    let pruned = if flags.is_on("prune") { prune_kinds(cx.host.api, flags.list("prune-allowlist"))? } else { Vec::new() };
    check(cx)?;
    let reporter = Reporter::late(cx)?;
    let options = cx.write_options(dry_run)?;
    let query = Query { latest: false, validate: super::validates(cx), ..Query::of(cx) };
    let (mut queue, found_errors) = match find(cx, &query, &[]) {
        Ok(found) => found.split(),
        Err(error) => (Vec::new(), vec![error]),
    };
    let errors: Vec<CliError> = CliError::of(found_errors).into_iter().list();
    if queue.is_empty() && errors.is_empty() {
        return fail("no objects passed to apply");
    }
    queue.reverse();
    let applying = Applying {
        reporter,
        dry_run,
        options,
        queue,
        done: Vec::new(),
        visited: Vec::new(),
        namespaces: Vec::new(),
        errors,
        replacing: None,
        asked: None,
        pruned,
    };
    applying.resume(cx)
}

impl Applying {
    /// Goes on with the next object, and waits a moment before the one after it.
    pub fn resume(mut self, cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
        if let Some(replacing) = self.replacing.take()
            && let Some(still) = self.recreate(cx, replacing)
        {
            return Ok(self.look_again(cx, still));
        }
        while let Some(info) = self.queue.pop() {
            if !self.namespaces.contains(&info.namespace) {
                self.namespaces.push(info.namespace.clone());
            }
            match self.apply_one(cx, info) {
                Ok(None) => {}
                Ok(Some(replacing)) => {
                    let Some(still) = self.recreate(cx, replacing) else { continue };
                    return Ok(self.look_again(cx, still));
                }
                Err(error) => self.errors.push(error),
            }
            if !self.queue.is_empty() {
                let next = cx.host.now + super::BETWEEN_WRITES;
                return Ok(Flow::Wait(Task::Reapply(Box::new(self)), Step::WaitUntil(next)));
            }
        }
        // Where anything went wrong, nothing is printed of what went well.
        CliError::check(std::mem::take(&mut self.errors))?;
        if self.reporter.has_format() && !self.done.is_empty() {
            let object = match &mut self.done[..] {
                [one] => std::mem::take(one),
                // One of Go's types, where others make theirs themselves.
                _ => {
                    self.reporter.begin_typed();
                    typed_list("List", std::mem::take(&mut self.done))
                }
            };
            self.reporter.report("", &object, cx.out)?;
        }
        if cx.flags().is_on("prune") {
            self.prune(cx)?;
        }
        Ok(Flow::Done)
    }

    fn report(&mut self, done: &str, object: Value, cx: &mut Context<'_, '_>) -> Result<(), CliError> {
        // The server answers at the version that it was asked at.
        let object = match self.asked {
            Some((kind, version)) => to_version(kind, version, object),
            None => object,
        };
        if self.reporter.has_format() {
            self.done.push(object);
            return Ok(());
        }
        self.reporter.report(done, &object, cx.out)
    }

    fn visit(&mut self, object: &Value) {
        self.visited.push(object.uid().to_owned());
    }

    fn apply_one(&mut self, cx: &mut Context<'_, '_>, mut info: Info) -> Result<Option<Replacing>, CliError> {
        self.asked = Some((info.kind, served_version(info.kind, &info.object)));
        cx.record(&mut info.object);
        let generated = info.object.at(&["metadata", "generateName"]).str();
        if info.name.is_empty() && !generated.is_empty() {
            return fail(format!("from {}: cannot use generate name with apply", generated));
        }
        if cx.flags().is_on("server-side") {
            return self.apply_on_server(cx, &info).map(|()| None);
        }
        let mut modified = info.object.clone();
        annotate(&mut modified);
        let doing = |info: &Info| format!("retrieving current configuration of:\n{}\nfrom server for:", describe_info(info));
        if info.name.is_empty() {
            return Err(CliError::Message("resource name may not be empty".into()).with_source(&doing(&info), &info.source));
        }
        match fetch(cx, &mut info) {
            Ok(()) => {}
            Err(error) if error.is_not_found() => {
                let mut object = modified;
                prune_nulls(&mut object);
                let object = match self.dry_run {
                    DryRun::Client => object,
                    _ => super::create_object(cx, info.kind, &info.namespace, object, &self.options)
                        .map_err(|e| e.with_source("creating", &info.source))?,
                };
                // What was created is no object: a Binding is answered with how it went.
                if object.kind() == "Status" {
                    return fail("object does not implement the Object interfaces");
                }
                self.visit(&object);
                self.report("created", object, cx)?;
                return Ok(None);
            }
            Err(error) => return Err(error.with_source(&doing(&info), &info.source)),
        }
        self.visit(&info.object);
        if info.object.annotation(LAST_APPLIED).is_none() {
            let line = format!(
                "Warning: resource {}/{} is missing the {} annotation which is required by kubectl apply. kubectl apply should only be used on resources created declaratively by either kubectl create --save-config or kubectl apply. The missing annotation will be patched automatically.",
                info.kind.plural, info.name, LAST_APPLIED
            );
            cx.out.errln(line);
        }
        let patch = three_way(info.kind, &info.object, &modified);
        if let Some(error) = other_kind(&patch, &modified, &info.object, &info) {
            let doing = format!("applying patch:\n\nto:\n{}\nfor:", describe_info(&info));
            let doing = doing.replacen(&format!("Kind={}", info.kind.kind), &format!("Kind={}", modified.kind()), 1);
            return Err(error.with_source(&doing, &info.source));
        }
        let applied = if patch.is_empty() {
            Ok(info.object.clone())
        } else if self.dry_run == DryRun::Client {
            patched_here(info.kind, &info.object, &patch)
        } else {
            let sent = patch_of(info.kind, patch.clone());
            cx.patch(info.kind, &info.namespace, &info.name, &sent, Subresource::None, &self.options)
        };
        match applied {
            Ok(object) => {
                warn_if_deleting(cx, &object);
                self.report(if patch.is_empty() { "unchanged" } else { "configured" }, object, cx)?;
                Ok(None)
            }
            Err(error) if cx.flags().is_on("force") && can_be_forced(&error) => self.force(cx, info, modified).map(Some),
            Err(error) => {
                let error = error.with_source("patching", &info.source);
                Err(about_patch(error, &patch, &info))
            }
        }
    }

    /// `--force`: deletes the object, to create it anew when it is gone.
    fn force(&mut self, cx: &mut Context<'_, '_>, info: Info, modified: Value) -> Result<Replacing, CliError> {
        let grace = cx.flags().int("grace-period").filter(|g| *g >= 0);
        let options = DeleteOptions { grace_period_s: grace, ..DeleteOptions::with(Propagation::Background) };
        cx.delete(info.kind, &info.namespace, &info.name, &options).map_err(|e| about_replacement(e, &modified, &info))?;
        // Without a timeout it is looked at once.
        let timeout = cx.flags().positive_duration("timeout").unwrap_or_default();
        Ok(Replacing { uid: info.object.uid().to_owned(), info, modified, deadline: cx.host.now + timeout })
    }

    /// Waits a second for what is being deleted, or what is left of the timeout.
    fn look_again(mut self, cx: &Context<'_, '_>, still: Replacing) -> Flow {
        let until = still.deadline.min(cx.host.now + Duration::from_secs(1));
        self.replacing = Some(still);
        Flow::Wait(Task::Reapply(Box::new(self)), Step::WaitUntil(until))
    }

    fn recreate(&mut self, cx: &mut Context<'_, '_>, replacing: Replacing) -> Option<Replacing> {
        let Replacing { info, modified, .. } = &replacing;
        let there = cx.host.api.peek(info.kind, &info.namespace, &info.name).is_some_and(|o| o.uid() == replacing.uid);
        if there && cx.host.now < replacing.deadline {
            return Some(replacing);
        }
        if there {
            self.errors.push(about_replacement(CliError::Message("context deadline exceeded".into()), modified, info));
            return None;
        }
        match super::create_object(cx, info.kind, &info.namespace, modified.clone(), &self.options) {
            Ok(object) => {
                self.visit(&object);
                let result = self.report("configured", object, cx);
                self.errors.extend(result.err());
            }
            Err(error) => {
                // What was there comes back.
                let before = info.object.clone();
                let error = match cx.create(info.kind, &info.namespace, before, &self.options) {
                    Ok(_) => error,
                    Err(again) => CliError::Message(format!(
                        "An error occurred force-replacing the existing object with the newly provided one:\n\n{error}.\n\nAdditionally, an error occurred attempting to restore the original object:\n\n{again}"
                    )),
                };
                self.errors.push(about_replacement(error, modified, info));
            }
        }
        None
    }

    /// `--server-side`: the server merges, by who owns which field.
    fn apply_on_server(&mut self, cx: &mut Context<'_, '_>, info: &Info) -> Result<(), CliError> {
        let force = cx.flags().is_on("force-conflicts");
        if info.name.is_empty() {
            return fail("resource name may not be empty");
        }
        let sub = super::patch::subresource(cx, info, cx.flags().text("subresource"))?;
        let live = cx.host.api.get(info.kind, &info.namespace, &info.name).ok().filter(|_| self.dry_run == DryRun::Server);
        let object = cx.apply(info.kind, &info.namespace, &info.object, force, sub, &self.options).map_err(|error| match error {
            CliError::Status(s) if s.reason == "Conflict" => CliError::Message(format!("{}\n{CONFLICT}", s.message)),
            other => other,
        })?;
        if let Some(live) = live.filter(|live| live.annotation(LAST_APPLIED) != object.annotation(LAST_APPLIED)) {
            let of_client = |entry: &&Value| entry.get("manager").str() == CLIENT_SIDE;
            // The annotation is then applied by itself, against what is there as before.
            for entry in live.at(&["metadata", "managedFields"]).items().iter().filter(of_client) {
                cx.out.errln(format!(
                    "Warning: failed to migrate {LAST_APPLIED} for Server-Side Apply. This is non-fatal and will be retried next time you apply. Error: Apply failed with 1 conflict: conflict with {CLIENT_SIDE:?} using {}: .metadata.annotations.{LAST_APPLIED}",
                    entry.api_version()
                ));
            }
        }
        warn_if_deleting(cx, &object);
        self.visit(&object);
        self.report("serverside-applied", object, cx)
    }

    /// `--prune`: deletes what was applied before and was not applied now.
    fn prune(&mut self, cx: &mut Context<'_, '_>) -> Result<(), CliError> {
        let kinds = std::mem::take(&mut self.pruned);
        for (kind, object) in prunable(cx, &kinds, &self.namespaces, &self.visited)? {
            if self.dry_run == DryRun::None {
                let delete = DeleteOptions::with(Propagation::Background);
                cx.delete(kind, object.namespace(), object.name(), &delete)?;
            }
            cx.out.outln(format!("{} pruned{}", name_of(&object), self.dry_run.suffix()));
        }
        Ok(())
    }
}

/// Who owns what kubectl applies by itself.
const CLIENT_SIDE: &str = "kubectl-client-side-apply";

/// Says of an object that it is on its way out.
pub fn warn_if_deleting(cx: &mut Context<'_, '_>, object: &Value) {
    if object.is_terminating() {
        cx.out.errln(format!("Warning: Detected changes to resource {} which is currently being deleted.", object.name()));
    }
}

/// What kubectl says to a conflict.
const CONFLICT: &str = "Please review the fields above--they currently have other managers. Here
are the ways you can resolve this warning:
* If you intend to manage all of these fields, please re-run the apply
  command with the `--force-conflicts` flag.
* If you do not intend to manage all of the fields, please edit your
  manifest to remove references to the fields that should keep their
  current managers.
* You may co-own fields by updating your manifest to match the existing
  value; in this case, you'll become the manager if the other manager(s)
  stop managing the field (remove it from their configuration).
See https://kubernetes.io/docs/reference/using-api/server-side-apply/#conflicts";

fn can_be_forced(error: &CliError) -> bool {
    matches!(error, CliError::Status(s) if matches!(s.reason, "Conflict" | "Invalid"))
}

fn describe_info(info: &Info) -> String {
    format!(
        "Resource: {:?}, GroupVersionKind: {:?}\nName: {:?}, Namespace: {:?}",
        Info::resource_text(info.kind),
        Info::kind_text(info.kind),
        info.name,
        info.namespace
    )
}

fn about_patch(error: CliError, patch: &Value, info: &Info) -> CliError {
    about_sent(error, &to_compact_json(patch), info)
}

/// The same of a whole object that was to come in another's place, which is sent with an end of line.
fn about_replacement(error: CliError, object: &Value, info: &Info) -> CliError {
    about_sent(error, &(to_compact_json(object) + "\n"), info)
}

fn about_sent(error: CliError, sent: &str, info: &Info) -> CliError {
    let doing = format!("applying patch:\n{sent}\nto:\n{}\nfor:", describe_info(info));
    error.with_source(&doing, &info.source)
}
