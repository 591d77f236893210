//! `kubectl annotate`.

use super::pairs::{Asked, Changes, FLAGS, USAGE};
use crate::base::List as _;
use crate::kubectl::command::{Command, Flow};
use crate::kubectl::context::{CHANGE_CAUSE, Context};
use crate::kubectl::error::{CliError, fail};
use crate::kubectl::resources::Info;
use crate::server::{Patch, Subresource};

/// `kubectl annotate`.
pub static COMMAND: Command =
    Command { usage: USAGE, flags: FLAGS, ..Command::new("annotate", "Update the annotations on a resource", run) };

fn parse(pairs: &[String]) -> Result<Changes, CliError> {
    let mut changes = Changes::default();
    for pair in pairs {
        match pair.split_once('=') {
            Some((key, value)) => changes.put(key, value),
            None => changes.remove.push(pair.strip_suffix('-').unwrap_or(pair).to_owned()),
        }
    }
    let both = changes.both().list();
    if !both.is_empty() {
        let both = both.join(", ");
        return fail(format!("can not both modify and remove the following annotation(s) in the same command: {both}"));
    }
    Ok(changes)
}

fn run(cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
    Asked::begin(cx, "annotation", "rsrc", parse, annotate_one)?.resume(cx)
}

fn annotate_one(cx: &mut Context<'_, '_>, info: &Info, asked: &mut Asked) -> Result<(), CliError> {
    let changes = &asked.changes;
    let old = info.object.at(&["metadata", "annotations"]);
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
    let mut next = old.clone();
    for key in &changes.remove {
        next.remove(&[key]);
    }
    for (key, value) in &changes.set {
        next.set(&[key], value.as_str());
    }
    if asked.listing {
        asked.list(cx, info, &next);
        return Ok(());
    }
    let mut object = info.object.clone();
    if asked.writes(cx) {
        let mut patch = asked.patch(cx, "annotations");
        if patch.at(&["metadata", "annotations", CHANGE_CAUSE]).is_null() {
            cx.record(&mut patch);
        }
        let options = cx.write_options(asked.dry_run)?;
        object = cx.patch(info.kind, &info.namespace, &info.name, &Patch::Merge(patch), Subresource::None, &options)?;
    } else {
        object.set(&["metadata", "annotations"], next);
    }
    let object = super::get::as_asked(cx, info, object);
    asked.reporter.report("annotated", &object, cx.out)
}
