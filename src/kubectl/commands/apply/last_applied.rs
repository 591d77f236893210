//! `kubectl apply set-last-applied`, `view-last-applied` and `edit-last-applied`: the annotation by itself.

use crate::api::well_known::LAST_APPLIED;
use crate::api::{Object, Value, json_order, quote};
use crate::kubectl::command::{Command, Flow};
use crate::kubectl::commands::edit::{self, Mode};
use crate::kubectl::context::{Context, DryRun};
use crate::kubectl::error::{CliError, fail};
use crate::kubectl::flags::{self, Flag, switch, text};
use crate::kubectl::last_applied;
use crate::kubectl::output::{to_compact_json, to_yaml};
use crate::kubectl::printing::Reporter;
use crate::kubectl::resources::{Found, Query, fetch, find};
use crate::server::{Patch, Subresource};

const CREATE_ANNOTATION: &[Flag] = &[switch("create-annotation", "")];

/// `kubectl apply set-last-applied`.
pub(super) static SET: Command = Command {
    usage: "-f FILENAME [options]",
    flags: &[flags::FILES, flags::PRINT, flags::DRY_RUN, CREATE_ANNOTATION],
    ..Command::new(
        "set-last-applied",
        "Set the last-applied-configuration annotation on a live object to match the contents of a file",
        set,
    )
};

const OUTPUT: &[Flag] = &[text("output", "o")];

/// `kubectl apply view-last-applied`.
pub(super) static VIEW: Command = Command {
    usage: "(TYPE [NAME | -l label] | TYPE/NAME | -f FILENAME) [options]",
    flags: &[flags::FILENAME, flags::SELECTOR, flags::ALL, OUTPUT],
    ..Command::new("view-last-applied", "View the latest last-applied-configuration annotations of a resource/object", view)
};

const ENDINGS: &[Flag] = &[switch("windows-line-endings", "")];

/// `kubectl apply edit-last-applied`.
pub(super) static EDIT: Command = Command {
    usage: "(RESOURCE/NAME | -f FILENAME) [options]",
    flags: &[flags::FILENAME, flags::PRINT, flags::VALIDATE, flags::RECORD, flags::WRITE, ENDINGS],
    ..Command::new("edit-last-applied", "Edit latest last-applied-configuration annotations of a resource/object", edit)
};

fn edit(cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
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

fn set(cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
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

fn view(cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
    let format = cx.flags().get("output").unwrap_or("yaml");
    let json = format == "json";
    let mut unknown = (!matches!(format, "yaml" | "json"))
        .then(|| cx.usage(format!("Unexpected -o output mode: {format}, the flag 'output' must be one of yaml|json")));
    let query = Query { all: cx.flags().is_on("all"), ..Query::of(cx) };
    let found = find(cx, &query, cx.args())?;
    let mut text = String::new();
    for info in found.into_infos()? {
        let original = last_applied::original(&info.object);
        // The format is looked at with the first that is to be shown.
        if let Some(unknown) = original.as_ref().and_then(|_| unknown.take()) {
            return Err(unknown);
        }
        match original {
            Some(original) if json => text += &(json_order::sorted(&original, "  ") + "\n"),
            Some(original) => text += &to_yaml(&original),
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
