//! `kubectl label`.

use crate::api::{Object, Value, names};
use crate::base::List as _;
use crate::kubectl::checks::{check, check_objects};
use crate::kubectl::command::{Command, Flow, Run};
use crate::kubectl::context::{Context, DryRun};
use crate::kubectl::error::{CliError, fail};
use crate::kubectl::flags::{self, Flag, switch, text};
use crate::kubectl::legacy;
use crate::kubectl::printing::Reporter;
use crate::kubectl::resources::{Info, Query, find};
use crate::server::{Patch, Subresource};

/// The flags that `label` and `annotate` share.
pub const OWN: &[Flag] = &[switch("overwrite", ""), switch("list", ""), text("resource-version", "")];

/// `kubectl label`.
pub static COMMAND: Command = Command {
    usage: "[--overwrite] (-f FILENAME | TYPE NAME) KEY_1=VAL_1 ... KEY_N=VAL_N [--resource-version=version] [options]",
    flags: &[
        flags::FILENAME,
        flags::SELECTOR,
        flags::FIELD_SELECTOR,
        flags::ALL,
        flags::ALL_NAMESPACES,
        flags::PRINT,
        flags::DRY_RUN,
        flags::RECORD,
        flags::LOCAL,
        flags::WRITE,
        OWN,
    ],
    run: Run::Do(run),
    ..Command::new("label", "Update the labels on a resource", run)
};

/// What is to be set and what is to be taken away.
pub struct Changes {
    /// Keys and values.
    pub set: Vec<(String, String)>,
    /// Keys.
    pub remove: Vec<String>,
}

/// Splits the arguments into resources and changes: the first that has `=` or ends in `-` begins the changes.
// Models cmdutil.GetResourcesAndPairs.
pub fn split_arguments<'a>(args: &'a [String], what: &str) -> Result<(&'a [String], &'a [String]), CliError> {
    let is_change = |a: &String| (a.contains('=') && !a.starts_with('=')) || (a.ends_with('-') && a.len() > 1);
    let at = args.iter().position(is_change).unwrap_or(args.len());
    if let Some(odd) = args[at..].iter().find(|a| !is_change(a)) {
        return fail(format!("all resources must be specified before {what} changes: {odd}"));
    }
    Ok(args.split_at(at))
}

fn parse(pairs: &[String]) -> Result<Changes, CliError> {
    let mut changes = Changes { set: Vec::new(), remove: Vec::new() };
    for pair in pairs {
        if let Some((key, value)) = pair.split_once('=') {
            if value.contains('=') {
                return fail(format!("invalid label spec: {pair}"));
            }
            let wrong = names::label_value(value);
            if !wrong.is_empty() {
                return fail(format!("invalid label value: {pair:?}: {}", wrong.join(";")));
            }
            changes.set.retain(|(k, _)| k != key);
            changes.set.push((key.to_owned(), value.to_owned()));
        } else if let Some(key) = pair.strip_suffix('-') {
            changes.remove.push(key.to_owned());
        } else {
            return fail(format!("unknown label spec: {pair}"));
        }
    }
    if changes.remove.iter().any(|r| changes.set.iter().any(|(k, _)| k == r)) {
        return fail("can not both modify and remove a label in the same command");
    }
    Ok(changes)
}

fn run(cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
    let flags = cx.flags();
    let (resources, pairs) = split_arguments(cx.args(), "label")?;
    let changes = parse(pairs)?;
    check(cx)?;
    check_objects(cx, resources, "pod")?;
    let listing = flags.is_on("list");
    if changes.set.is_empty() && changes.remove.is_empty() && !listing {
        return fail("at least one label update is required");
    }
    let reporter = &mut Reporter::new(cx)?;
    let dry_run = cx.dry_run()?;
    let local = flags.is_on("local");
    let query = Query { local, ..Query::of(cx) };
    let found = find(cx, &query, resources)?;
    let many = found.count() > 1;
    if !found.single && !flags.text("resource-version").is_empty() {
        return fail("--resource-version may only be used with a single resource");
    }
    let nodes: Vec<String> = found.items.iter().flatten().filter(|i| i.kind.kind == "Node").map(|i| i.name.clone()).list();
    found.each(&mut |info| label_one(cx, &info, &changes, dry_run, local, listing, many, reporter))?;
    if cx.inv.legacy && !listing && !nodes.is_empty() {
        legacy::labelled_nodes(cx, &nodes);
    }
    Ok(Flow::Done)
}

#[expect(clippy::too_many_arguments, reason = "what one command line says")]
fn label_one(
    cx: &mut Context<'_, '_>,
    info: &Info,
    changes: &Changes,
    dry_run: DryRun,
    local: bool,
    listing: bool,
    many: bool,
    reporter: &mut Reporter,
) -> Result<(), CliError> {
    let labels = info.object.labels().clone();
    if !cx.flags().is_on("overwrite") {
        let clash: Vec<CliError> = changes
            .set
            .iter()
            .filter_map(|(k, v)| labels.get(k).as_str().filter(|old| old != v).map(|old| (k, old)))
            .map(|(k, old)| CliError::Message(format!("'{k}' already has a value ({old}), and --overwrite is false")))
            .list();
        CliError::check(clash)?;
    }
    let mut next = labels.clone();
    let writes = dry_run != DryRun::Client && !local && !listing;
    let (mut added, mut removed) = (false, false);
    for key in &changes.remove {
        match next.remove(&[key]) {
            Some(_) => removed = true,
            None if writes => cx.out.outln(format!("label {key:?} not found.")),
            None => {}
        }
    }
    for (key, value) in &changes.set {
        added |= labels.get(key).as_str() != Some(value);
        next.set(&[key], value.as_str());
    }
    // What is shown is the object as it is changed here, not what the server answers.
    let mut object = info.object.clone();
    if added || removed {
        object.set(&["metadata", "labels"], next.clone());
        if writes {
            let mut patch = patch_of("labels", changes, cx.flags().text("resource-version"));
            cx.record(&mut patch);
            cx.record(&mut object);
            let options = cx.write_options(dry_run)?;
            cx.patch(info.kind, &info.namespace, &info.name, &Patch::Merge(patch), Subresource::None, &options)?;
        }
    }
    if listing {
        let indent = if many { " " } else { "" };
        if many {
            cx.out.outln(format!("Listing labels for {}.{}/{}:", info.kind.kind, info.kind.group, info.name));
        }
        for (key, value) in next.entries() {
            cx.out.outln(format!("{indent}{key}={}", value.str()));
        }
        return Ok(());
    }
    let done = match (added, removed) {
        (true, true) => "modified",
        (true, false) => "labeled",
        (false, true) => "unlabeled",
        (false, false) => "not labeled",
    };
    let object = super::get::as_asked(cx, info, object);
    reporter.report(done, &object, cx.out)
}

/// The merge patch that makes the changes to a map of the metadata.
pub fn patch_of(member: &str, changes: &Changes, resource_version: &str) -> Value {
    let mut patch = Value::map();
    for (key, value) in &changes.set {
        patch.set(&["metadata", member, key], value.as_str());
    }
    for key in &changes.remove {
        patch.set(&["metadata", member, key], Value::Null);
    }
    if !resource_version.is_empty() {
        patch.set(&["metadata", "resourceVersion"], resource_version);
    }
    patch
}
