//! `kubectl taint`.

use thiserror::Error;

use crate::api::{Value, kinds, names, quote};
use crate::base::{Case as _, List as _};
use crate::kubectl::checks::check;
use crate::kubectl::command::{Command, Flow};
use crate::kubectl::context::{Context, DryRun};
use crate::kubectl::error::{CliError, fail};
use crate::kubectl::flags::{self, Flag, switch};
use crate::kubectl::output::name_of;
use crate::kubectl::printing::object_printer;
use crate::kubectl::resources::{Query, find};
use crate::kubectl::rest_mapper::kind_of;
use crate::obj;
use crate::server::{Patch, Subresource};

const OWN: &[Flag] = &[switch("overwrite", "")];

/// `kubectl taint`.
pub static COMMAND: Command = Command {
    usage: "NODE NAME KEY_1=VAL_1:TAINT_EFFECT_1 ... KEY_N=VAL_N:TAINT_EFFECT_N [options]",
    flags: &[flags::SELECTOR, flags::ALL, flags::PRINT, flags::DRY_RUN, flags::VALIDATE, flags::WRITE, OWN],
    ..Command::new("taint", "Update the taints on one or more nodes", run)
};

#[derive(Clone, Debug, PartialEq)]
struct Taint {
    key: String,
    value: String,
    effect: String,
}

impl Taint {
    fn of(object: &Value) -> Taint {
        let text = |name: &str| object.get(name).str().to_owned();
        Taint { key: text("key"), value: text("value"), effect: text("effect") }
    }

    /// As Go's `Taint.ToString`.
    fn text(&self) -> String {
        match (self.value.is_empty(), self.effect.is_empty()) {
            (true, true) => self.key.clone(),
            (true, false) => format!("{}:{}", self.key, self.effect),
            (false, true) => format!("{}={}:", self.key, self.value),
            (false, false) => format!("{}={}:{}", self.key, self.value, self.effect),
        }
    }
}

/// Why taints cannot be read.
#[derive(Debug, Error)]
enum TaintError {
    /// It has more parts than a taint has.
    #[error("invalid taint spec: {0}")]
    Spec(String),
    /// Its key or its value is none.
    #[error("invalid taint spec: {spec}, {}", wrong.join("; "))]
    Part { spec: String, wrong: Vec<String> },
    /// There is no such effect.
    #[error("invalid taint effect: {0}, unsupported taint effect")]
    Effect(String),
    /// Another has its key and its effect.
    #[error("duplicated taints with the same key and effect: {{{} {} {} <nil>}}", .0.key, .0.value, .0.effect)]
    Twin(Taint),
}

/// What is to be set and what taken away.
#[derive(Clone, Default)]
struct Changes {
    add: Vec<Taint>,
    remove: Vec<Taint>,
}

// Models kubectl/pkg/cmd/taint.parseTaints.
fn parse(specs: &[String]) -> Result<Changes, TaintError> {
    let mut changes = Changes::default();
    for spec in specs {
        if let Some(removed) = spec.strip_suffix('-') {
            let (key, effect) = removed.split_once(':').unwrap_or((removed, ""));
            let key = key.split('=').next().unwrap_or(key);
            if !effect.is_empty() {
                check_effect(effect)?;
            }
            changes.remove.push(Taint { key: key.into(), value: String::new(), effect: effect.into() });
        } else {
            let taint = parse_taint(spec)?;
            if changes.add.iter().any(|t| t.key == taint.key && t.effect == taint.effect) {
                return Err(TaintError::Twin(taint));
            }
            changes.add.push(taint);
        }
    }
    Ok(changes)
}

fn parse_taint(spec: &str) -> Result<Taint, TaintError> {
    let parts: Vec<&str> = spec.split(':').list();
    let (pair, effect) = match parts.as_slice() {
        [pair] => (*pair, ""),
        [pair, effect] => (*pair, *effect),
        _ => return Err(TaintError::Spec(spec.to_owned())),
    };
    let (key, value) = if parts.len() == 1 {
        (pair, "")
    } else {
        let halves: Vec<&str> = pair.split('=').list();
        match halves.as_slice() {
            [key] => (*key, ""),
            [key, value] => {
                let wrong = names::label_value(value);
                if !wrong.is_empty() {
                    return Err(TaintError::Part { spec: spec.to_owned(), wrong });
                }
                (*key, *value)
            }
            _ => return Err(TaintError::Spec(spec.to_owned())),
        }
    };
    if parts.len() == 2 {
        check_effect(effect)?;
    }
    let wrong = names::qualified_name(key);
    if !wrong.is_empty() {
        return Err(TaintError::Part { spec: spec.to_owned(), wrong });
    }
    Ok(Taint { key: key.into(), value: value.into(), effect: effect.into() })
}

fn check_effect(effect: &str) -> Result<(), TaintError> {
    if matches!(effect, "NoSchedule" | "PreferNoSchedule" | "NoExecute") { Ok(()) } else { Err(TaintError::Effect(effect.to_owned())) }
}

fn run(cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
    let is_spec = |a: &String| (a.contains('=') && !a.starts_with('=')) || a.contains(':') || (a.ends_with('-') && a.len() > 1);
    cx.dry_run()?;
    cx.field_validation()?;
    let args = cx.args();
    let at = args.iter().position(is_spec).unwrap_or(args.len());
    let (resources, specs) = args.split_at(at);
    if let Some(odd) = specs.iter().find(|a| !is_spec(a)) {
        return fail(format!("all resources must be specified before taint changes: {odd}"));
    }
    let changes = parse(specs).map_err(|e| cx.usage(e.to_string()))?;
    check(cx)?;
    let query = Query { files: false, ..Query::of(cx) };
    if resources.is_empty() {
        return fail("one or more resources must be specified as <resource> <name>");
    }
    if changes.add.is_empty() && changes.remove.is_empty() {
        return fail("at least one taint update is required");
    }
    let of = resources[0].lower();
    match kind_of(cx.host.api, &of) {
        Some(kind) if kind == kinds::NODE => {}
        Some(_) => return fail(format!("invalid resource type {of}, only node types are supported")),
        None => return Err(CliError::NoResource(format!("the server doesn't have a resource type {}", quote(&of)))),
    }
    let clashes =
        changes.add.iter().flat_map(|a| changes.remove.iter().filter(|r| r.key == a.key && (r.effect.is_empty() || r.effect == a.effect)));
    let clash: Vec<String> = clashes.map(|r| format!("{}={}", r.key, r.effect)).list();
    if !clash.is_empty() {
        return fail(format!("can not both modify and remove the following taint(s) in the same command: {}", clash.join(", ")));
    }
    // Where nodes are selected, names count for nothing.
    let selects = match (cx.flags().is_on("all"), query.selector.is_some()) {
        (true, true) => return fail("setting 'all' parameter with a non empty selector is prohibited"),
        (false, false) => false,
        _ => true,
    };
    if resources.len() < 2 && !selects {
        return fail("at least one resource name must be specified since 'all' parameter is not set");
    }
    let resources = if selects { &resources[..1] } else { resources };
    let dry_run = cx.dry_run()?;
    let options = cx.write_options(dry_run)?;
    let overwrite = cx.flags().is_on("overwrite");
    let found = find(cx, &query, resources)?;
    found.in_parts(cx, move |cx, info, _| {
        let old: Vec<Taint> = info.object.at(&["spec", "taints"]).items().iter().map(Taint::of).list();
        let (next, done) = reorganize(&info.name, &old, info.object.at(&["spec", "taints"]), &changes, overwrite)?;
        let mut object = info.object.clone();
        object.set(&["spec", "taints"], if next.is_empty() { Value::Null } else { next.clone().into() });
        if dry_run != DryRun::Client {
            let patch = obj!({"spec": {"taints": if next.is_empty() { Value::Null } else { Value::from(next) }}});
            object = cx.patch(info.kind, "", &info.name, &Patch::Merge(patch), Subresource::None, &options)?;
        }
        // Each is printed as if it were the first.
        match object_printer(cx)? {
            Some(mut printer) => printer.print(&object, cx.out)?,
            None => cx.out.outln(format!("{} {done}", name_of(&object))),
        }
        Ok(())
    })
}

/// The taints after the changes, and what that is called.
// Models kubectl/pkg/cmd/taint.reorganizeTaints.
fn reorganize(
    node: &str,
    old: &[Taint],
    objects: &Value,
    changes: &Changes,
    overwrite: bool,
) -> Result<(Vec<Value>, &'static str), CliError> {
    let twins = old.iter().flat_map(|o| changes.add.iter().filter(|a| a.key == o.key && a.effect == o.effect));
    let keys: Vec<&str> = twins.map(|a| a.key.as_str()).list();
    if !overwrite && !keys.is_empty() {
        return fail(format!("node {node} already has {} taint(s) with same effect(s) and --overwrite is false", keys.join(",")));
    }
    let mut next: Vec<Value> = changes
        .add
        .iter()
        .map(|t| {
            let mut object = obj!({"key": t.key.as_str(), "effect": t.effect.as_str()});
            if !t.value.is_empty() {
                object.set(&["value"], t.value.as_str());
            }
            object
        })
        .list();
    let mut kept = 0;
    let mut gone = Vec::new();
    for (taint, object) in old.iter().zip(objects.items()) {
        if changes.add.iter().any(|a| a.key == taint.key && a.effect == taint.effect) {
            continue;
        }
        kept += 1;
        if changes.remove.iter().any(|r| r.key == taint.key && (r.effect.is_empty() || r.effect == taint.effect)) {
            gone.push(taint);
            continue;
        }
        next.push(object.clone());
    }
    let missing: Vec<CliError> = changes
        .remove
        .iter()
        .filter(|r| !gone.iter().any(|g| g.key == r.key && (r.effect.is_empty() || r.effect == g.effect)))
        .map(|r| CliError::Message(format!("taint {} not found", quote(&r.text()))))
        .list();
    CliError::check(missing)?;
    let added = kept + changes.add.len() != old.len();
    let done = match (overwrite || added && !gone.is_empty(), added) {
        (true, _) => "modified",
        (_, true) => "tainted",
        _ => "untainted",
    };
    Ok((next, done))
}
