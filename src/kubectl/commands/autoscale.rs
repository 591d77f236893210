//! `kubectl autoscale`.

use crate::api::quantity::Quantity;
use crate::api::{Value, kinds};
use crate::kubectl::command::{Command, Flow, Run};
use crate::kubectl::context::{Context, DryRun};
use crate::kubectl::error::{CliError, fail};
use crate::kubectl::flags::{self, Flag, deprecated, int32, text};
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
    usage: "(-f FILENAME | TYPE NAME | TYPE/NAME) [--min=MINPODS] --max=MAXPODS [--cpu=CPU] [--memory=MEMORY] [flags] [options]",
    flags: &[flags::FILENAME, flags::PRINT, flags::DRY_RUN, flags::SAVE_CONFIG, flags::RECORD, flags::WRITE, OWN],
    required: &["max"],
    run: Run::Do(run),
    ..Command::new("autoscale", "Auto-scale a deployment, replica set, stateful set, or replication controller", run)
};

fn run(cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
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
    let mut reporter = Reporter::new(cx)?;
    let dry_run = cx.dry_run()?;
    let query = Query { files: true, ..Query::default() };
    let found = find(cx, &query, cx.args())?;
    let mut count = 0;
    found.each(&mut |info| {
        let object = create(cx, &info, min, max, dry_run)?;
        count += 1;
        reporter.report(if dry_run == DryRun::Client { "created" } else { "autoscaled" }, &object, cx.out)
    })?;
    if count == 0 { fail("no objects passed to autoscale") } else { Ok(Flow::Done) }
}

/// What a resource is held at: a share of the request, or an amount.
fn metric(name: &str, text: &str) -> Result<Value, CliError> {
    let target = match text.strip_suffix('%') {
        Some(percent) => match percent.parse::<i64>() {
            Ok(n) => obj!({"type": "Utilization", "averageUtilization": n}),
            Err(_) => return fail(format!("invalid resource {name} value: {text}")),
        },
        None => match Quantity::parse(text) {
            Ok(q) => obj!({"type": "AverageValue", "averageValue": q.to_string()}),
            Err(_) => return fail(format!("invalid resource {name} value: {text}")),
        },
    };
    Ok(obj!({"type": "Resource", "resource": {"name": name, "target": target}}))
}

fn create(cx: &mut Context<'_, '_>, info: &Info, min: i64, max: i64, dry_run: DryRun) -> Result<Value, CliError> {
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
    let mut metrics = Vec::new();
    if let Some(percent) = flags.int("cpu-percent").filter(|p| *p > 0) {
        metrics.push(metric("cpu", &format!("{percent}%"))?);
    }
    for name in ["cpu", "memory"] {
        let text = flags.text(name);
        if !text.is_empty() {
            metrics.push(metric(name, text)?);
        }
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
        spec.set(&["metrics"], metrics.clone());
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
        last_applied::annotate(&mut object);
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
