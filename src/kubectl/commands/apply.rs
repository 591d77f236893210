//! `kubectl apply`: the three-way merge of what was applied last, what is applied now and what the server has.

use super::edit::{self, Mode};
use crate::api::convert::{to_stored, to_version};
use crate::api::decode::served_version;
use crate::api::well_known::LAST_APPLIED;
use crate::api::{Kind, KindRef, Object, Value, json_order, quote, split_api_version};
use crate::base::{Duration, List as _, SortedSet, Time};
use crate::kubectl::checks::check;
use crate::kubectl::command::{Command, Flow, Task};
use crate::kubectl::context::{Context, DryRun};
use crate::kubectl::error::{CliError, fail};
use crate::kubectl::flags::{self, Flag, array, duration, int, switch, text, text_or};
use crate::kubectl::host::Step;
use crate::kubectl::last_applied;
use crate::kubectl::output::{go_plain, name_of, to_compact_json, typed_list};
use crate::kubectl::printing::Reporter;
use crate::kubectl::resources::{Found, Info, Query, fetch, find};
use crate::kubectl::rest_mapper::mapping;
use crate::server::{
    ApiServer, DeleteOptions, ListOptions, Patch, Propagation, Subresource, WriteOptions, merge_patch, strategic_merge_patch,
    three_way_merge_patch, three_way_strategic_patch,
};

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
    subcommands: &[&EDIT_LAST_APPLIED, &SET_LAST_APPLIED, &VIEW_LAST_APPLIED],
    ..Command::new("apply", "Apply a configuration to a resource by file name or stdin", run)
};

const CREATE_ANNOTATION: &[Flag] = &[switch("create-annotation", "")];
static SET_LAST_APPLIED: Command = Command {
    usage: "-f FILENAME [options]",
    flags: &[flags::FILES, flags::PRINT, flags::DRY_RUN, CREATE_ANNOTATION],
    ..Command::new(
        "set-last-applied",
        "Set the last-applied-configuration annotation on a live object to match the contents of a file",
        set_last_applied,
    )
};

const OUTPUT: &[Flag] = &[text("output", "o")];
static VIEW_LAST_APPLIED: Command = Command {
    usage: "(TYPE [NAME | -l label] | TYPE/NAME | -f FILENAME) [options]",
    flags: &[flags::FILENAME, flags::SELECTOR, flags::ALL, OUTPUT],
    ..Command::new("view-last-applied", "View the latest last-applied-configuration annotations of a resource/object", view_last_applied)
};

const ENDINGS: &[Flag] = &[switch("windows-line-endings", "")];
static EDIT_LAST_APPLIED: Command = Command {
    usage: "(RESOURCE/NAME | -f FILENAME) [options]",
    flags: &[flags::FILENAME, flags::PRINT, flags::VALIDATE, flags::RECORD, flags::WRITE, ENDINGS],
    ..Command::new("edit-last-applied", "Edit latest last-applied-configuration annotations of a resource/object", edit_last_applied)
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
    if flags.given("filename") && flags.given("kustomize") {
        return fail("only one of -f or -k can be specified");
    }
    check(cx)?;
    let pruned = if flags.is_on("prune") { prune_kinds(cx.host.api, flags.list("prune-allowlist"))? } else { Vec::new() };
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
        CliError::check(std::mem::take(&mut self.errors))?;
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
        last_applied::annotate(&mut modified);
        let doing = |info: &Info| format!("retrieving current configuration of:\n{}\nfrom server for:", describe_info(info));
        if info.name.is_empty() {
            return Err(CliError::Message("resource name may not be empty".into()).with_source(&doing(&info), &info.source));
        }
        match fetch(cx, &mut info) {
            Ok(()) => {}
            Err(error) if error.is_not_found() => {
                let mut object = modified;
                last_applied::prune_nulls(&mut object);
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

/// What was applied once and was not visited now: in these namespaces, and of what has none.
// Models kubectl/pkg/util/prune.
pub fn prunable(
    cx: &mut Context<'_, '_>,
    kinds: &[KindRef],
    namespaces: &[String],
    visited: &[String],
) -> Result<Vec<(KindRef, Value)>, CliError> {
    // Also where no namespace was named: there always is one, were it that of the context.
    if cx.flags().list("prune-allowlist").is_empty() {
        cx.klog(
            "W",
            "prune.go:71",
            "Deprecated: kubectl apply will no longer prune non-namespaced resources by default when used with the --namespace flag in a future release. To preserve the current behaviour, list the resources you want to target explicitly in the --prune-allowlist flag.",
        );
    }
    let options = ListOptions { label_selector: cx.flags().text("selector").to_owned(), ..ListOptions::default() };
    let visited: SortedSet<&str> = visited.iter().map(String::as_str).collect();
    let mut found = Vec::new();
    for namespace in namespaces.iter().map(String::as_str).filter(|n| !n.is_empty()).chain([""]) {
        for kind in kinds.iter().copied().filter(|k| k.namespaced != namespace.is_empty()) {
            for object in cx.list(kind, Some(namespace).filter(|n| !n.is_empty()), &options)? {
                if object.annotation(LAST_APPLIED).is_some() && !visited.contains(object.uid()) {
                    found.push((kind, object));
                }
            }
        }
    }
    Ok(found)
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

/// The kinds that are pruned where none are named.
const PRUNED: &[&str] = &[
    "ConfigMap",
    "Endpoints",
    "Namespace",
    "PersistentVolumeClaim",
    "PersistentVolume",
    "Pod",
    "ReplicationController",
    "Secret",
    "Service",
    "Job",
    "CronJob",
    "Ingress",
    "DaemonSet",
    "Deployment",
    "ReplicaSet",
    "StatefulSet",
];

/// The kinds of `--prune-allowlist`, or those that are pruned where none are named.
pub fn prune_kinds(api: &ApiServer, allowed: &[String]) -> Result<Vec<KindRef>, CliError> {
    if allowed.is_empty() {
        return Ok(PRUNED.iter().map(|k| Kind::named(k)).list());
    }
    let mut kinds = Vec::new();
    for text in allowed {
        let parts: Vec<&str> = text.split('/').list();
        let [group, version, kind] = parts.as_slice() else {
            return fail(format!("invalid GroupVersionKind format: {text}, please follow <group/version/kind>"));
        };
        let api_version = if *group == "core" { (*version).to_owned() } else { format!("{group}/{version}") };
        match mapping(api, &api_version, kind) {
            Some(kind) => kinds.push(kind),
            None => return fail(format!("no matches for kind {kind:?} in version {api_version:?}")),
        }
    }
    Ok(kinds)
}

/// Whether the kind is patched by its schema; others by JSON merge.
fn uses_strategic(kind: KindRef) -> bool {
    kind.custom.is_none() && !matches!(kind.group, "apiextensions.k8s.io" | "apiregistration.k8s.io")
}

/// A three-way patch as it is sent.
pub fn patch_of(kind: KindRef, patch: Value) -> Patch {
    if uses_strategic(kind) { Patch::Strategic(patch) } else { Patch::Merge(patch) }
}

/// An object as a patch leaves it that is not sent.
// Models PatchLocal.
fn patched_here(kind: KindRef, current: &Value, patch: &Value) -> Result<Value, CliError> {
    if uses_strategic(kind) {
        let patched = strategic_merge_patch(kind, current, patch);
        return patched.map_err(|s| CliError::Message(format!("applying patch locally: {}", s.into_message())));
    }
    let mut object = current.clone();
    merge_patch(&mut object, patch);
    Ok(object)
}

/// The patch that makes `current` what is applied now, without what was applied before and is no longer. A file may be at another served
/// version than the one that is stored: what it says, and what it said before, is compared as the stored version has it.
pub fn three_way(kind: KindRef, current: &Value, modified: &Value) -> Value {
    let stored = |object: &Value| {
        let (_, version) = split_api_version(object.api_version());
        let mut object = if version == kind.version { object.clone() } else { to_stored(kind, version, object.clone()) };
        if kind.custom.is_some() && !object.get("apiVersion").is_null() {
            object.set(&["apiVersion"], kind.api_version());
        }
        object
    };
    let original = last_applied::original(current).map_or_else(Value::map, |o| stored(&o));
    three_way_patch(kind, &original, &stored(modified), current)
}

/// The same of objects that are all at the version that is stored.
pub fn three_way_patch(kind: KindRef, original: &Value, modified: &Value, current: &Value) -> Value {
    if uses_strategic(kind) {
        three_way_strategic_patch(kind, original, modified, current)
    } else {
        three_way_merge_patch(original, modified, current)
    }
}

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

/// What is said of a patch that would change the kind, as where a file calls it `pod`: such a one is not sent.
// Models the precondition mergepatch.RequireKeyUnchanged.
pub fn other_kind(patch: &Value, modified: &Value, current: &Value, info: &Info) -> Option<CliError> {
    if patch.get("kind").is_null() || !uses_strategic(info.kind) {
        return None;
    }
    let message = format!(
        "creating patch with:\noriginal:\n{}\nmodified:\n{}\n\ncurrent:\n{}\n\nfor: precondition failed for: {}",
        current.annotation(LAST_APPLIED).unwrap_or_default(),
        to_compact_json(modified),
        to_compact_json(current),
        go_plain(patch)
    );
    Some(CliError::Message(message).with_source("patching", &info.source))
}

/// The same of a whole object that was to come in another's place, which is sent with an end of line.
fn about_replacement(error: CliError, object: &Value, info: &Info) -> CliError {
    about_sent(error, &(to_compact_json(object) + "\n"), info)
}

fn about_sent(error: CliError, sent: &str, info: &Info) -> CliError {
    let doing = format!("applying patch:\n{sent}\nto:\n{}\nfor:", describe_info(info));
    error.with_source(&doing, &info.source)
}

fn edit_last_applied(cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
    let query = Query { allow_empty_selector: true, ..Query::of(cx) };
    let mut infos = find(cx, &query, cx.args())?.into_infos()?;
    infos.retain_mut(|info| match last_applied::original(&info.object) {
        Some(original) => {
            info.object = original;
            true
        }
        None => false,
    });
    if infos.is_empty() {
        return fail(
            "no last-applied-configuration annotation found on resources, to create the annotation, use command `kubectl apply set-last-applied --create-annotation`",
        );
    }
    edit::start(cx, Mode::LastApplied, infos)
}

fn set_last_applied(cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
    let dry_run = cx.dry_run()?;
    let options = cx.write_options(dry_run)?;
    let mut reporter = Reporter::new(cx)?;
    let query = Query { latest: false, ..Query::of(cx) };
    let (mut changes, mut texts) = (Vec::new(), Vec::new());
    for mut info in find(cx, &query, &[])?.into_infos()? {
        let text = to_compact_json(&info.object) + "\n";
        fetch(cx, &mut info)?;
        match info.object.annotation(LAST_APPLIED) {
            None if !cx.flags().is_on("create-annotation") => {
                return fail(format!(
                    "no last-applied-configuration annotation found on resource: {}, to create the annotation, run the command with --create-annotation",
                    info.name
                ));
            }
            Some(same) if same == text => cx.out.outln(format!("set-last-applied {}: no changes required.", info.name)),
            _ => {
                changes.push(info);
                texts.push(text);
            }
        }
    }
    let mut texts = texts.into_iter();
    Found::from(changes).in_parts(cx, move |cx, info, _| {
        let mut patch = Value::map();
        patch.set(&["metadata", "annotations", LAST_APPLIED], texts.next().unwrap_or_default());
        let object = match dry_run {
            DryRun::Client => info.object,
            _ => cx.patch(info.kind, &info.namespace, &info.name, &Patch::Merge(patch), Subresource::None, &options)?,
        };
        reporter.report("configured", &object, cx.out)
    })
}

fn view_last_applied(cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
    let format = cx.flags().get("output").unwrap_or("yaml");
    if !matches!(format, "yaml" | "json") {
        return Err(cx.usage(format!("Unexpected -o output mode: {format}, the flag 'output' must be one of yaml|json")));
    }
    let json = format == "json";
    let query = Query { all: cx.flags().is_on("all"), ..Query::of(cx) };
    let found = find(cx, &query, cx.args())?;
    let mut text = String::new();
    for info in found.into_infos()? {
        match last_applied::original(&info.object) {
            Some(original) if json => text += &(json_order::sorted(&original, "  ") + "\n"),
            Some(original) => text += &crate::kubectl::output::to_yaml(&original),
            // There is an error only where there is a source to be named in it.
            None if cx.args().is_empty() => {
                return fail(format!(
                    "error when no last-applied-configuration annotation found on resource: {}\n {}: <nil>",
                    info.name,
                    quote(&info.source)
                ));
            }
            None => {}
        }
    }
    cx.out.out(text);
    Ok(Flow::Done)
}
