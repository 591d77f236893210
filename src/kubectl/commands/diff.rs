//! `kubectl diff`: what `apply` would change.

use super::apply::prune::{prunable, prune_kinds};
use super::apply::warn_if_deleting;
use crate::api::well_known::LAST_APPLIED;
use crate::api::{Kind, KindRef, Object, Value, kinds};
use crate::base::{List as _, Order as _};
use crate::kubectl::checks::check;
use crate::kubectl::command::{Command, Flow, Task};
use crate::kubectl::context::{Context, DryRun};
use crate::kubectl::error::{CliError, fail};
use crate::kubectl::flags::{self, Flag, array, int, switch};
use crate::kubectl::host::{Ended, Step};
use crate::kubectl::output::to_yaml;
use crate::kubectl::patcher::{other_kind, patch_of, three_way};
use crate::kubectl::resources::{Info, Query, find};
use crate::kubectl::unified;
use crate::server::Subresource;

const OWN: &[Flag] = &[
    switch("server-side", ""),
    switch("force-conflicts", ""),
    switch("prune", ""),
    int("concurrency", ""),
    switch("show-managed-fields", ""),
    switch("show-secrets", ""),
    array("prune-allowlist", ""),
];

/// `kubectl diff`.
pub static COMMAND: Command = Command {
    usage: "-f FILENAME [options]",
    flags: &[flags::FILENAME, flags::SELECTOR, flags::WRITE, OWN],
    ..Command::new("diff", "Diff the live version against a would-be applied version", run)
};

fn run(cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
    if !cx.args().is_empty() {
        return Err(cx.usage(format!("Unexpected args: [{}]", cx.args().join(" "))));
    }
    if !cx.flags().given("filename") && !cx.flags().given("kustomize") {
        return fail("must specify one of -f and -k");
    }
    check(cx)?;
    let query = Query { latest: false, ..Query::of(cx) };
    let found = find(cx, &query, &[])?;
    let mut left = found.into_infos()?;
    left.reverse();
    Looking { left, visited: Vec::new(), namespaces: Vec::new(), files: Vec::new() }.resume(cx)
}

/// `diff` at work, a few objects in each step.
#[derive(Clone, Debug)]
pub struct Looking {
    /// What is left, the next one last.
    left: Vec<Info>,
    /// The UIDs of what is there.
    visited: Vec<String>,
    namespaces: Vec<String>,
    /// Name, what is there and what would be.
    files: Vec<(String, String, String)>,
}

impl Looking {
    /// Goes on with the next few. The first that fails ends it.
    pub fn resume(mut self, cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
        let enough = self.left.len().saturating_sub(super::OBJECTS_PER_STEP);
        let mut compared = Ok(());
        while let Some(info) = self.left.pop() {
            compared = self.compare(cx, &info);
            if compared.is_err() {
                break;
            }
            if self.left.len() == enough && enough > 0 {
                return Ok(Flow::Wait(Task::Look(Box::new(self)), Step::GoOn));
            }
        }
        let mut files = self.files;
        if cx.flags().is_on("prune") {
            let kinds = prune_kinds(cx.host.api, cx.flags().list("prune-allowlist"))?;
            for (kind, object) in prunable(cx, &kinds, &self.namespaces, &self.visited)? {
                files.push((
                    file_of(kind, object.namespace(), object.name()),
                    shown(&cx.host.api.with_managers(kind, object), true),
                    String::new(),
                ));
            }
        }
        compared?;
        // Two folders are compared, file by file.
        files.order();
        if let Some(external) = cx.inv.env.var("KUBECTL_EXTERNAL_DIFF") {
            return Comparing::start(cx, external, files);
        }
        let mut differs = false;
        for (file, before, after) in files {
            if before == after {
                continue;
            }
            differs = true;
            let stamp = cx.host.now.rfc3339_micro().replace('T', " ").replace('Z', "000 +0000");
            let (left, right) = (format!("/tmp/LIVE-1/{file}"), format!("/tmp/MERGED-2/{file}"));
            // Of what is pruned there is no second file, which counts as empty and of no age.
            let merged = if after.is_empty() { "1970-01-01 00:00:00.000000000 +0000" } else { &stamp };
            cx.out.outln(format!("diff -u -N {left} {right}\n--- {left}\t{stamp}\n+++ {right}\t{merged}"));
            cx.out.out(unified::diff(&before, &after));
        }
        Ok(if differs { Flow::Exit(1) } else { Flow::Done })
    }

    fn compare(&mut self, cx: &mut Context<'_, '_>, info: &Info) -> Result<(), CliError> {
        let mut live = cx.host.api.get(info.kind, &info.namespace, &info.name).ok();
        // What would be is made by the server, which keeps nothing of it.
        cx.require(("get", info.kind, ""), &info.namespace, &info.name)?;
        cx.require((if live.is_some() { "patch" } else { "create" }, info.kind, ""), &info.namespace, &info.name)?;
        self.visited.extend(live.as_ref().map(|o| o.uid().to_owned()));
        if !info.namespace.is_empty() && !self.namespaces.contains(&info.namespace) {
            self.namespaces.push(info.namespace.clone());
        }
        let merged = merged(cx, info, live.as_ref());
        live.iter().for_each(|live| warn_if_deleting(cx, live));
        if merged.as_ref().is_err_and(|e| e.status().is_some_and(|status| status.reason == "Conflict")) {
            // It has been tried again and again.
            let Kind { group, version, kind, .. } = info.kind;
            let what = format!("Object ({group}/{version}, Kind={kind}: {}) keeps changing, diffing without lock", info.name);
            cx.klog("W", "diff.go:723", &what);
        }
        let mut merged = merged?;
        let masks = info.kind == kinds::SECRET && !cx.flags().is_on("show-secrets");
        if masks {
            mask(live.as_mut(), &mut merged);
        }
        let with_managers = cx.flags().is_on("show-managed-fields");
        // What masks a Secret makes a null of one that there is not yet.
        let nothing = if masks { "null\n" } else { "" };
        let before = live.as_ref().map_or(nothing.to_owned(), |o| shown(o, with_managers));
        self.files.push((file_of(info.kind, &info.namespace, &info.name), before, shown(&merged, with_managers)));
        Ok(())
    }
}

const FOLDERS: [&str; 2] = ["/tmp/LIVE-1", "/tmp/MERGED-2"];

/// A program that compares the two folders (`KUBECTL_EXTERNAL_DIFF`).
#[derive(Clone, Debug)]
pub struct Comparing {
    program: String,
    files: Vec<String>,
}

impl Comparing {
    fn start(cx: &mut Context<'_, '_>, external: &str, files: Vec<(String, String, String)>) -> Result<Flow, CliError> {
        let is_word = |w: &&str| !w.is_empty() && w.bytes().all(|b| b.is_ascii_alphanumeric() || b"-=".contains(&b));
        let (program, arguments) = external.split_once(' ').unwrap_or((external, ""));
        // Of the arguments only plain words are passed on.
        let mut words: Vec<String> = [program].into_iter().chain(arguments.split(' ').filter(is_word)).map(Into::into).list();
        let mut written = Vec::new();
        for (file, before, after) in files {
            for (folder, text) in FOLDERS.into_iter().zip([before, after]) {
                let path = format!("{folder}/{file}");
                if cx.host.files.write(&path, text.as_bytes()).is_err() {
                    return fail(format!("open {path}: permission denied"));
                }
                written.push(path);
            }
        }
        words.extend(FOLDERS.map(Into::into));
        let comparing = Comparing { program: program.to_owned(), files: written };
        Ok(Flow::Wait(Task::Diff(Box::new(comparing)), Step::Run(words)))
    }

    /// Goes on where the program has ended.
    pub fn resume(self, cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
        for path in self.files.iter().map(String::as_str).chain(FOLDERS) {
            cx.host.files.remove(path);
        }
        let program = &self.program;
        match cx.host.ended {
            Some(Ended::With(0)) => Ok(Flow::Done),
            Some(Ended::With(1)) => Ok(Flow::Exit(1)),
            Some(Ended::With(code)) => fail(format!("failed to run {program:?}: exit status {code}")),
            _ => fail(format!("failed to run {program:?}: executable file not found in $PATH")),
        }
    }
}

fn file_of(kind: KindRef, namespace: &str, name: &str) -> String {
    format!("{}.{}.{namespace}.{name}", kind.api_version().replace('/', "."), kind.kind)
}

/// Hides a Secret's values: only that they differ may be seen.
// Models diff.Masker.
fn mask(live: Option<&mut Value>, merged: &mut Value) {
    let (before, after) = (live.as_ref().map_or(Value::Null, |l| l.get("data").clone()), merged.get("data").clone());
    let differ = |key: &str| {
        let (old, new) = (before.get(key), after.get(key));
        !old.is_null() && !new.is_null() && old != new
    };
    let hide = |object: &mut Value, data: &Value, mark: &str| {
        for (key, _) in data.entries() {
            object.set(&["data", key], if differ(key) { mark } else { "***" });
        }
    };
    if let Some(live) = live {
        hide(live, &before, "*** (before)");
    }
    hide(merged, &after, "*** (after)");
}

/// An object as it is compared.
fn shown(object: &Value, with_managers: bool) -> String {
    let mut bare = object.clone();
    if !with_managers {
        bare.remove(&["metadata", "managedFields"]);
    }
    to_yaml(&bare)
}

/// What the server would make of it. What was applied last stays as it is, so that it is no difference, and no new generation.
fn merged(cx: &mut Context<'_, '_>, info: &Info, live: Option<&Value>) -> Result<Value, CliError> {
    // Nothing is said of validation, and so the server warns.
    let options = cx.write_options(DryRun::Server)?;
    if cx.flags().is_on("server-side") {
        let force = cx.flags().is_on("force-conflicts");
        return cx.apply(info.kind, &info.namespace, &info.object, force, Subresource::None, &options);
    }
    let Some(live) = live else {
        return cx.create(info.kind, &info.namespace, info.object.clone(), &options);
    };
    let mut modified = info.object.clone();
    // An empty map, not none: what was applied last has one too, and none would take all annotations away.
    modified.at_mut(&["metadata", "annotations"]).map_mut().remove(LAST_APPLIED);
    let mut patch = three_way(info.kind, live, &modified);
    if patch.is_empty() {
        return Ok(live.clone());
    }
    if let Some(error) = other_kind(&patch, &modified, live, info) {
        return Err(error);
    }
    // It is for the version that was read, or else both would be read again.
    patch.set(&["metadata", "resourceVersion"], live.at(&["metadata", "resourceVersion"]).clone());
    debug_assert_eq!(live.name(), info.name);
    cx.patch(info.kind, &info.namespace, &info.name, &patch_of(info.kind, patch), Subresource::None, &options)
        .map_err(|error| error.with_source("patching", &info.source))
}
