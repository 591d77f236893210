//! `kubectl label`.

use super::pairs::{Asked, Changes, FLAGS, USAGE};
use crate::api::{Object, names};
use crate::base::List as _;
use crate::kubectl::command::{Command, Flow};
use crate::kubectl::context::Context;
use crate::kubectl::error::{CliError, fail};
use crate::kubectl::resources::Info;
use crate::server::{Patch, Subresource};

/// `kubectl label`.
pub static COMMAND: Command = Command { usage: USAGE, flags: FLAGS, ..Command::new("label", "Update the labels on a resource", run) };

fn parse(pairs: &[String]) -> Result<Changes, CliError> {
    let mut changes = Changes::default();
    for pair in pairs {
        if let Some((key, value)) = pair.split_once('=') {
            if value.contains('=') {
                return fail(format!("invalid label spec: {pair}"));
            }
            let wrong = names::label_value(value);
            if !wrong.is_empty() {
                return fail(format!("invalid label value: {pair:?}: {}", wrong.join(";")));
            }
            changes.put(key, value);
        } else if let Some(key) = pair.strip_suffix('-') {
            changes.remove.push(key.to_owned());
        } else {
            return fail(format!("unknown label spec: {pair}"));
        }
    }
    if changes.both().next().is_some() {
        return fail("can not both modify and remove a label in the same command");
    }
    Ok(changes)
}

fn run(cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
    Asked::begin(cx, "label", "pod", parse, label_one)?.resume(cx)
}

fn label_one(cx: &mut Context<'_, '_>, info: &Info, asked: &mut Asked) -> Result<(), CliError> {
    let changes = &asked.changes;
    let labels = info.object.labels();
    let writes = asked.writes(cx);
    for key in changes.remove.iter().filter(|key| writes && labels.get(key).is_null()) {
        cx.out.outln(format!("label {key:?} not found."));
    }
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
    let (mut added, mut removed) = (false, false);
    for key in &changes.remove {
        removed |= next.remove(&[key]).is_some();
    }
    for (key, value) in &changes.set {
        added |= labels.get(key).as_str() != Some(value);
        next.set(&[key], value.as_str());
    }
    if asked.listing {
        asked.list(cx, info, &next);
        return Ok(());
    }
    // What is shown is the object as it is changed here, not what the server answers.
    let mut object = info.object.clone();
    if added || removed {
        object.set(&["metadata", "labels"], next);
        if writes {
            let mut patch = asked.patch(cx, "labels");
            cx.record(&mut patch);
            cx.record(&mut object);
            let options = cx.write_options(asked.dry_run)?;
            cx.patch(info.kind, &info.namespace, &info.name, &Patch::Merge(patch), Subresource::None, &options)?;
        }
    }
    let done = match (added, removed) {
        (true, true) => "modified",
        (true, false) => "labeled",
        (false, true) => "unlabeled",
        (false, false) => "not labeled",
    };
    let object = super::get::as_asked(cx, info, object);
    asked.reporter.begin_anew();
    asked.reporter.report(done, &object, cx.out)
}
