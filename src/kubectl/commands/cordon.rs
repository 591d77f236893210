//! `kubectl cordon` and `uncordon`.

use crate::api::{Value, kinds};
use crate::base::List as _;
use crate::kubectl::command::{Command, Flow};
use crate::kubectl::context::{Context, DryRun};
use crate::kubectl::error::{CliError, fail};
use crate::kubectl::flags;
use crate::kubectl::printing::named;
use crate::kubectl::resources::{Found, Info, MISSING, Query, find};
use crate::kubectl::rest_mapper::require_kind;
use crate::obj;
use crate::server::{Patch, Subresource};

/// `kubectl cordon`.
pub static CORDON: Command = Command {
    usage: "NODE [options]",
    flags: &[flags::SELECTOR, flags::DRY_RUN],
    ..Command::new("cordon", "Mark node as unschedulable", |cx| run(cx, true))
};

/// `kubectl uncordon`.
pub static UNCORDON: Command = Command {
    usage: "NODE [options]",
    flags: &[flags::SELECTOR, flags::DRY_RUN],
    ..Command::new("uncordon", "Mark node as schedulable", |cx| run(cx, false))
};

/// The nodes that are named, or selected.
pub fn nodes(cx: &mut Context<'_, '_>, verb: &str) -> Result<Found, CliError> {
    let selector = cx.flags().get("selector");
    if cx.args().is_empty() && selector.is_none() {
        return Err(cx.usage(format!("USAGE: {verb} NODE [flags]")));
    }
    if !cx.args().is_empty() && selector.is_some_and(|s| !s.is_empty()) {
        return Err(cx.usage("error: cannot specify both a node name and a --selector option"));
    }
    cx.dry_run()?;
    if cx.args().is_empty() && selector.is_none_or(str::is_empty) {
        return fail(MISSING);
    }
    // A bare name is a node's, beside names with their kinds as well.
    let mut args = cx.args().iter().map(|a| if a.contains('/') { a.clone() } else { format!("nodes/{a}") }).list();
    if args.is_empty() {
        args.push("nodes".to_owned());
    }
    let mut kinds = Vec::new();
    for (kind, _) in args.iter().filter_map(|a| a.split_once('/')) {
        kinds.push(require_kind(cx.host.api, kind)?);
    }
    if kinds.windows(2).any(|two| two[0] != two[1]) {
        return fail("you may only specify a single resource type");
    }
    let query = Query { selector: selector.filter(|s| !s.is_empty()).map(str::to_owned), latest: true, ..Query::default() };
    let found = find(cx, &query, &args)?;
    // The first error is the only one.
    if let Some(Err(error)) = found.items.iter().find(|item| item.is_err()) {
        return Err(error.clone());
    }
    match found.items.iter().flatten().find(|info| info.kind != kinds::NODE) {
        Some(other) => fail(format!("error: expected resource of type node, got {:?}", Info::resource_text(other.kind))),
        None => Ok(found),
    }
}

fn run(cx: &mut Context<'_, '_>, cordon: bool) -> Result<Flow, CliError> {
    let found = nodes(cx, if cordon { "cordon" } else { "uncordon" })?;
    let dry_run = cx.dry_run()?;
    found.in_parts(cx, move |cx, info, _| {
        cordon_one(cx, &info, cordon, dry_run);
        Ok(())
    })
}

/// Cordons or uncordons a node and says so, or what kept it from that: the command goes on, and counts as having gone well.
pub fn cordon_one(cx: &mut Context<'_, '_>, info: &Info, cordon: bool, dry_run: DryRun) {
    let done = if cordon { "cordoned" } else { "uncordoned" };
    let node = named(kinds::NODE, &info.name);
    if info.object.at(&["spec", "unschedulable"]).is_true() == cordon {
        return cx.out.outln(format!("{node} already {done}{}", dry_run.suffix()));
    }
    if dry_run != DryRun::Client {
        let patch = obj!({"spec": {"unschedulable": if cordon { Value::from(true) } else { Value::Null }}});
        let sent = cx
            .write_options(dry_run)
            .and_then(|options| cx.patch(info.kind, "", &info.name, &Patch::Merge(patch), Subresource::None, &options));
        if let Err(error) = sent {
            let verb = if cordon { "cordon" } else { "uncordon" };
            return cx.out.errln(format!("error: unable to {verb} node {:?}: {error}", info.name));
        }
    }
    cx.out.outln(format!("{node} {done}{}", dry_run.suffix()));
}
