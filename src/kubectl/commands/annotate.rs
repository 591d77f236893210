//! `kubectl annotate`.

use super::label::{Changes, OWN, patch_of, split_arguments};
use crate::api::{Object, Value};
use crate::base::List as _;
use crate::kubectl::checks::{check, check_objects};
use crate::kubectl::command::{Command, Flow, Run};
use crate::kubectl::context::{CHANGE_CAUSE, Context, DryRun};
use crate::kubectl::error::{CliError, fail};
use crate::kubectl::flags;
use crate::kubectl::printing::Reporter;
use crate::kubectl::resources::{Info, Query, find};
use crate::server::{Patch, Subresource};

/// `kubectl annotate`.
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
    ..Command::new("annotate", "Update the annotations on a resource", run)
};

fn parse(pairs: &[String]) -> Result<Changes, CliError> {
    let mut changes = Changes { set: Vec::new(), remove: Vec::new() };
    for pair in pairs {
        match pair.split_once('=') {
            Some((key, value)) => {
                changes.set.retain(|(k, _)| k != key);
                changes.set.push((key.to_owned(), value.to_owned()));
            }
            None => changes.remove.push(pair.strip_suffix('-').unwrap_or(pair).to_owned()),
        }
    }
    let both: Vec<&str> = changes.remove.iter().map(String::as_str).filter(|r| changes.set.iter().any(|(k, _)| k == r)).list();
    if !both.is_empty() {
        let both = both.join(", ");
        return fail(format!("can not both modify and remove the following annotation(s) in the same command: {both}"));
    }
    Ok(changes)
}

fn run(cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
    let flags = cx.flags();
    let (resources, pairs) = split_arguments(cx.args(), "annotation")?;
    let changes = parse(pairs)?;
    check(cx)?;
    check_objects(cx, resources, "rsrc")?;
    let listing = flags.is_on("list");
    if changes.set.is_empty() && changes.remove.is_empty() && !listing {
        return fail("at least one annotation update is required");
    }
    let mut reporter = Reporter::new(cx)?;
    let dry_run = cx.dry_run()?;
    let query = Query { local: flags.is_on("local"), ..Query::of(cx) };
    let found = find(cx, &query, resources)?;
    let many = found.count() > 1;
    if !found.single && !flags.text("resource-version").is_empty() {
        return fail("--resource-version may only be used with a single resource");
    }
    found.each(&mut |info| annotate_one(cx, &info, &changes, dry_run, listing, many, &mut reporter))?;
    Ok(Flow::Done)
}

fn annotate_one(
    cx: &mut Context<'_, '_>,
    info: &Info,
    changes: &Changes,
    dry_run: DryRun,
    listing: bool,
    many: bool,
    reporter: &mut Reporter,
) -> Result<(), CliError> {
    let old = info.object.at(&["metadata", "annotations"]).clone();
    if !cx.flags().is_on("overwrite") {
        let clash: Vec<String> = changes
            .set
            .iter()
            .filter_map(|(k, v)| {
                old.get(k).as_str().filter(|o| o != v && k != CHANGE_CAUSE).map(|o| format!("'{k}' already has a value ({o})"))
            })
            .list();
        if !clash.is_empty() {
            return fail(format!("--overwrite is false but found the following declared annotation(s): {}", clash.join("; ")));
        }
    }
    let mut next = old;
    for key in &changes.remove {
        next.remove(&[key]);
    }
    for (key, value) in &changes.set {
        next.set(&[key], value.as_str());
    }
    let mut object = info.object.clone();
    object.set(&["metadata", "annotations"], next.clone());
    if dry_run != DryRun::Client && !cx.flags().is_on("local") && !listing {
        let mut patch: Value = patch_of("annotations", changes, cx.flags().text("resource-version"));
        if patch.at(&["metadata", "annotations", CHANGE_CAUSE]).is_null() {
            cx.record(&mut patch);
        }
        let options = cx.write_options(dry_run)?;
        object = cx.patch(info.kind, &info.namespace, &info.name, &Patch::Merge(patch), Subresource::None, &options)?;
    }
    if listing {
        let indent = if many { " " } else { "" };
        if many {
            cx.out.outln(format!("Listing annotations for {}.{}/{}:", info.kind.kind, info.kind.group, object.name()));
        }
        for (key, value) in next.entries() {
            cx.out.outln(format!("{indent}{key}={}", value.str()));
        }
        return Ok(());
    }
    let object = super::get::as_asked(cx, info, object);
    reporter.report("annotated", &object, cx.out)
}
