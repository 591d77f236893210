//! `kubectl autoscale`.

use crate::api::quantity::Quantity;
use crate::api::{Value, kinds};
use crate::kubectl::command::{Command, Flow};
use crate::kubectl::context::{Context, DryRun};
use crate::kubectl::error::{CliError, fail};
use crate::kubectl::flags::{self, Flag, Flags, deprecated, int32, text};
use crate::kubectl::last_applied;
use crate::kubectl::printing::Reporter;
use crate::kubectl::resources::{Info, Query, find};
use crate::obj;

const OWN: &[Flag] = &[
    int32("min", ""),
    int32("max", ""),
    deprecated(
        int32("cpu-percent", ""),
        "Use --cpu with percentage or resource quantity format (e.g., '70%' for utilization or '500m' for milliCPU).",
    ),
    text("cpu", ""),
    text("memory", ""),
    text("name", ""),
];

/// `kubectl autoscale`.
pub static COMMAND: Command = Command {
    usage: "(-f FILENAME | TYPE NAME | TYPE/NAME) [--min=MINPODS] --max=MAXPODS [--cpu=CPU] [--memory=MEMORY] [options]",
    flags: &[flags::FILENAME, flags::PRINT, flags::DRY_RUN, flags::SAVE_CONFIG, flags::RECORD, flags::WRITE, OWN],
    required: &["max"],
    ..Command::new("autoscale", "Auto-scale a deployment, replica set, stateful set, or replication controller", run)
};

fn run(cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
    let dry_run = cx.dry_run()?;
    let flags = cx.flags();
    let (min, max) = (flags.int("min").unwrap_or(-1), flags.int("max").unwrap_or(-1));
    if max < 1 {
        return fail(format!("--max=MAXPODS is required and must be at least 1, max: {max}"));
    }
    if max < min {
        return fail(format!("--max=MAXPODS must be larger or equal to --min=MINPODS, max: {max}, min: {min}"));
    }
    if flags.int("cpu-percent").is_some_and(|p| p > 0) && !flags.text("cpu").is_empty() {
        return fail("--cpu-percent and --cpu are mutually exclusive");
    }
    let metrics = metrics(flags)?;
    let mut reporter = Reporter::late(cx)?;
    let query = Query { files: true, ..Query::default() };
    let found = find(cx, &query, cx.args())?;
    if found.items.is_empty() {
        return fail("no objects passed to autoscale");
    }
    found.in_parts(cx, move |cx, info, _| {
        let object = create(cx, &info, (min, max), &metrics, dry_run)?;
        reporter.report(if dry_run == DryRun::Client { "created" } else { "autoscaled" }, &object, cx.out)
    })
}

/// What the autoscaler holds each resource at that a flag names: a share of the request, or an amount, which is in thousandths of a CPU or
/// in mebibytes where it has no unit.
// Models parseResourceInput.
fn metrics(flags: &Flags) -> Result<Vec<Value>, CliError> {
    let mut metrics = Vec::new();
    let percent = flags.int("cpu-percent").filter(|p| *p > 0).map(|p| format!("{p}%"));
    let given = [("cpu", percent.as_deref().unwrap_or(flags.text("cpu")), "m"), ("memory", flags.text("memory"), "Mi")];
    for (name, text, unit) in given.into_iter().filter(|(_, text, _)| !text.is_empty()) {
        let target = if let Some(percent) = text.trim().strip_suffix('%') {
            match percent.parse::<i32>() {
                Ok(n) if n >= 0 => obj!({"type": "Utilization", "averageUtilization": n}),
                _ => return fail(format!("invalid percentage value: {percent}")),
            }
        } else {
            let amount = text.trim();
            let amount = amount.parse::<f64>().map_or_else(|_| amount.to_owned(), |n| format!("{n}{unit}"));
            match Quantity::parse(&amount) {
                Ok(q) => obj!({"type": "AverageValue", "averageValue": q.to_string()}),
                Err(_) => return fail(format!("invalid resource {name} value: {text}")),
            }
        };
        metrics.push(obj!({"type": "Resource", "resource": {"name": name, "target": target}}));
    }
    Ok(metrics)
}

fn create(cx: &mut Context<'_, '_>, info: &Info, (min, max): (i64, i64), metrics: &[Value], dry_run: DryRun) -> Result<Value, CliError> {
    let flags = cx.flags();
    let scaled = match &info.kind.custom {
        Some(custom) => !custom.scale(info.kind.version).is_null(),
        None => matches!(info.kind.kind, "Deployment" | "ReplicaSet" | "StatefulSet" | "ReplicationController"),
    };
    if !scaled {
        return fail(format!(
            "cannot autoscale a {}: could not find scale subresource for {} in discovery information",
            info.kind.kind,
            Info::resource_text(info.kind)
        ));
    }
    let name = match flags.text("name") {
        "" => info.name.as_str(),
        given => given,
    };
    let mut spec = obj!({
        "maxReplicas": max,
        "scaleTargetRef": {"apiVersion": info.kind.api_version(), "kind": info.kind.kind, "name": info.name.as_str()}
    });
    if min > 0 {
        spec.set(&["minReplicas"], min);
    }
    if !metrics.is_empty() {
        spec.set(&["metrics"], metrics.to_vec());
    }
    let kind = kinds::HORIZONTAL_POD_AUTOSCALER;
    let mut object = obj!({
        "apiVersion": kind.api_version(), "kind": kind.kind, "metadata": {"name": name}, "spec": spec,
        "status": {"desiredReplicas": 0, "currentMetrics": null}
    });
    if cx.session.enforce_namespace {
        object.set(&["metadata", "namespace"], cx.namespace());
    }
    cx.record(&mut object);
    if dry_run == DryRun::Client {
        return Ok(object);
    }
    if flags.is_on("save-config") {
        last_applied::annotate_typed(&mut object);
    }
    let options = cx.write_options(dry_run)?;
    let namespace = cx.namespace();
    cx.create(kind, &namespace, object, &options).map_err(|error| {
        // kubectl tries again with autoscaling/v1, which knows a share of the CPU alone.
        let text = flags.text("cpu");
        if text.ends_with('%') && flags.text("memory").is_empty() {
            return error;
        }
        let why = if text.is_empty() { "empty input" } else { "%!w(<nil>)" };
        CliError::Message(format!("failed to create autoscaling/v2 HPA and the configuration is incompatible with autoscaling/v1: {why}"))
    })
}
