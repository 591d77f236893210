//! `kubectl top`.

use crate::api::quantity::Quantity;
use crate::api::selector::{FieldSelector, LabelSelector};
use crate::api::{KindRef, Object, Status, Value, kinds};
use crate::base::{List as _, Order as _};
use crate::kubectl::command::{Command, Flow};
use crate::kubectl::context::Context;
use crate::kubectl::error::{CliError, fail};
use crate::kubectl::flags::{self, Flag, switch, text};
use crate::kubectl::output::TabWriter;
use crate::server::ListOptions;

const HELP: &str = "Display resource (CPU/memory) usage.\n\n This command provides a view of recent resource consumption for nodes and pods. It fetches metrics from the Metrics Server, which aggregates this data from the kubelet on each node. The Metrics Server must be installed and running in the cluster for this command to work.\n\n The metrics shown are specifically optimized for Kubernetes autoscaling decisions, such as those made by the Horizontal Pod Autoscaler (HPA) and Vertical Pod Autoscaler (VPA). Because of this, the values may not match those from standard OS tools like 'top', as the metrics are designed to provide a stable signal for autoscalers rather than for pinpoint accuracy.\n\n FAQ for Metrics Server: https://github.com/kubernetes-sigs/metrics-server/blob/master/FAQ.md\n\n When to use this command:\n\n  *  For on-the-fly spot-checks of resource usage (e.g. identify which pods are consuming the most resources at a glance, or get a quick sense of the load on your nodes)\n  *  Understand current resource consumption patterns\n  *  Validate the behavior of your HPA or VPA configurations by seeing the metrics they use for scaling decisions.\n\n It is not intended to be a replacement for full-featured monitoring solutions. Its primary design goal is to provide a low-overhead signal for autoscalers, not to be a perfectly accurate monitoring tool. For high-accuracy reporting, historical analysis, dashboarding, or alerting, you should use a dedicated monitoring solution.";

/// `kubectl top`.
pub static COMMAND: Command =
    Command { usage: "[flags] [options]", ..Command::group("top", "Display resource (CPU/memory) usage", HELP, &[&NODE, &POD]) };

const SHARED: &[Flag] = &[text("sort-by", ""), switch("no-headers", ""), switch("use-protocol-buffers", ""), switch("show-swap", "")];
const POD_FLAGS: &[Flag] = &[switch("containers", ""), switch("sum", "")];
const NODE_FLAGS: &[Flag] = &[switch("show-capacity", "")];

static NODE: Command = Command {
    aliases: &["nodes", "no"],
    usage: "[NAME | -l label] [options]",
    flags: &[flags::SELECTOR, SHARED, NODE_FLAGS],
    ..Command::new("node", "Display resource (CPU/memory) usage of nodes", node)
};

static POD: Command = Command {
    aliases: &["pods", "po"],
    usage: "[NAME | -l label] [options]",
    flags: &[flags::SELECTOR, flags::FIELD_SELECTOR, flags::ALL_NAMESPACES, SHARED, POD_FLAGS],
    ..Command::new("pod", "Display resource (CPU/memory) usage of pods", pod)
};

fn check_sort(cx: &Context<'_, '_>) -> Result<(), CliError> {
    match cx.flags().text("sort-by") {
        "" | "cpu" | "memory" => Ok(()),
        _ => fail("--sort-by accepts only cpu or memory"),
    }
}

/// Thousandths of a core and bytes of an object's usage.
fn usage(object: &Value) -> (i64, i64) {
    let of = |list: &Value| (Quantity::of(list.get("cpu")).milli_value(), Quantity::of(list.get("memory")).value());
    if !object.get("usage").is_null() {
        return of(object.get("usage"));
    }
    object.get("containers").items().iter().map(|c| of(c.get("usage"))).fold((0, 0), |(a, b), (c, d)| (a + c, b + d))
}

fn megabytes(bytes: i64) -> i64 {
    bytes / (1 << 20)
}

fn sort(cx: &Context<'_, '_>, objects: &mut [Value]) {
    match cx.flags().text("sort-by") {
        "cpu" => objects.order_as_go(|a, b| usage(a).0 > usage(b).0),
        "memory" => objects.order_as_go(|a, b| usage(a).1 > usage(b).1),
        _ => objects.order_by_key(|o| (o.namespace_arc(), o.name_arc())),
    }
}

/// Rows that end in a tab each, as kubectl writes them.
fn print(cx: &mut Context<'_, '_>, headers: &[&str], rows: Vec<Vec<String>>) {
    let mut writer = TabWriter::for_tables();
    let mut line = |cells: &[String]| {
        for cell in cells {
            writer.write(cell);
            writer.write("\t");
        }
        writer.write("\n");
    };
    if !cx.flags().is_on("no-headers") {
        line(&headers.iter().map(|h| (*h).to_owned()).list());
    }
    for row in &rows {
        line(row);
    }
    let text = writer.flush();
    cx.out.out(text);
}

fn parse_selector(cx: &Context<'_, '_>) -> Result<LabelSelector, CliError> {
    LabelSelector::parse(cx.flags().text("selector")).map_err(|e| CliError::Message(e.to_string()))
}

/// What the metrics API says of a kind, or of the one object that is named.
fn metrics(cx: &mut Context<'_, '_>, kind: KindRef, namespace: Option<&str>) -> Result<Vec<Value>, CliError> {
    if cx.host.node.is_none() {
        return fail("Metrics API not available");
    }
    let text = |flag: &str| cx.flags().text(flag).to_owned();
    let options = ListOptions { field_selector: text("field-selector"), label_selector: text("selector") };
    match cx.args().first() {
        None => cx.list(kind, namespace, &options),
        Some(name) if name.contains(['/', '%']) => {
            let unfit = if name.contains('/') { '/' } else { '%' };
            fail(format!("invalid resource name {name:?}: [may not contain '{unfit}']"))
        }
        Some(name) if kind.namespaced && namespace.is_none() => {
            // Without a namespace the path is not one of the metrics server.
            let mut nowhere = Status::no_such_resource();
            nowhere.message += &format!(" (get pods.metrics.k8s.io {name})");
            Err(nowhere.into())
        }
        Some(name) => match cx.get(kind, namespace.unwrap_or_default(), name) {
            Err(error) if error.is_not_found() => Ok(Vec::new()),
            found => found.map(|one| vec![one]),
        },
    }
}

fn node(cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
    check_sort(cx)?;
    let args = cx.args();
    if args.len() > 1 {
        return Err(cx.usage("node [NAME | -l label]"));
    }
    if !args.is_empty() && !cx.flags().text("selector").is_empty() {
        return fail("only one of NAME or --selector can be provided");
    }
    let selector = parse_selector(cx)?;
    let kind = kinds::NODE_METRICS;
    let mut objects = metrics(cx, kind, None)?;
    objects.retain(|o| selector.matches(o.labels()));
    if objects.is_empty() {
        // The metrics API names no reason where it knows nothing of a node.
        let unknown = CliError::Exit(1, "Error from server: ".into());
        return if args.is_empty() { fail("metrics not available yet") } else { Err(unknown) };
    }
    sort(cx, &mut objects);
    let rows = objects.iter().map(|o| {
        let (cpu, memory) = usage(o);
        let node = cx.host.api.peek(kinds::NODE, "", o.name()).cloned().unwrap_or_default();
        let member = if cx.flags().is_on("show-capacity") { "capacity" } else { "allocatable" };
        let total = |name: &str| Quantity::of(node.at(&["status", member, name]));
        let share = |used: i64, of: i64| if of == 0 { "<unknown>".to_owned() } else { format!("{}%", used * 100 / of) };
        let mut cells = vec![
            o.name().to_owned(),
            format!("{cpu}m"),
            share(cpu, total("cpu").milli_value()),
            format!("{}Mi", megabytes(memory)),
            share(memory, total("memory").value()),
        ];
        // Nothing is swapped; a node that does not say how much it could has no share either.
        if cx.flags().is_on("show-swap") {
            let has_swap = !node.at(&["status", "nodeInfo", "swap", "capacity"]).is_null();
            cells.extend(if has_swap { ["0Mi", "0%"] } else { ["<unknown>"; 2] }.map(Into::into));
        }
        cells
    });
    let rows = rows.list();
    let headers = ["NAME", "CPU(cores)", "CPU(%)", "MEMORY(bytes)", "MEMORY(%)", "SWAP(bytes)", "SWAP(%)"];
    print(cx, if cx.flags().is_on("show-swap") { &headers } else { &headers[..5] }, rows);
    Ok(Flow::Done)
}

fn pod(cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
    check_sort(cx)?;
    let args = cx.args();
    if args.len() > 1 {
        return Err(cx.usage("pod [NAME | -l label]"));
    }
    let flags = cx.flags();
    if !args.is_empty() && (!flags.text("selector").is_empty() || !flags.text("field-selector").is_empty()) {
        return fail("only one of NAME or selector can be provided");
    }
    let selector = parse_selector(cx)?;
    let all = flags.is_on("all-namespaces");
    let namespace = cx.namespace();
    let kind = kinds::POD_METRICS;
    let fields = FieldSelector::parse(flags.text("field-selector")).map_err(|e| CliError::Message(e.to_string()))?;
    fields.check(kind).map_err(|e| Status::bad_request(e.to_string()))?;
    let mut objects = metrics(cx, kind, (!all).then_some(&namespace))?;
    objects.retain(|o| fields.matches(o) && selector.matches(o.labels()));
    if objects.is_empty() {
        if !args.is_empty() {
            return Err(CliError::Exit(1, "Error from server (NotFound): podmetrics not found".into()));
        }
        let there =
            cx.host.api.iter(kinds::POD, (!all).then_some(namespace.as_str())).any(|p| selector.matches(p.labels()) && fields.matches(p));
        if there {
            return fail("metrics not available yet");
        }
        let place = if all { String::new() } else { format!(" in {namespace} namespace.") };
        cx.out.errln(format!("No resources found{place}"));
        return Ok(Flow::Done);
    }
    sort(cx, &mut objects);
    let by_container = flags.is_on("containers");
    let swap = flags.is_on("show-swap");
    let mut headers = vec!["NAME", "CPU(cores)", "MEMORY(bytes)"];
    headers.extend(swap.then_some("SWAP(bytes)"));
    if by_container {
        headers.splice(0..1, ["POD", "NAME"]);
    }
    if all {
        headers.insert(0, "NAMESPACE");
    }
    let mut rows = Vec::new();
    let mut sum = (0, 0);
    for object in &objects {
        let mut row = |name: Vec<String>, (cpu, memory): (i64, i64)| {
            let mut cells = if all { vec![object.namespace().to_owned()] } else { Vec::new() };
            cells.extend(name);
            cells.push(format!("{cpu}m"));
            cells.push(format!("{}Mi", megabytes(memory)));
            cells.extend(swap.then(|| "0Mi".to_owned()));
            rows.push(cells);
        };
        if by_container {
            for c in object.get("containers").items() {
                row(vec![object.name().into(), c.get("name").str().into()], usage(c));
            }
        } else {
            row(vec![object.name().into()], usage(object));
        }
        let (cpu, memory) = usage(object);
        sum = (sum.0 + cpu, sum.1 + memory);
    }
    if flags.is_on("sum") {
        let blank = headers.len() - 2;
        let mut cells = vec![String::new(); blank];
        cells.extend([format!("{}m", sum.0), format!("{}Mi", megabytes(sum.1))]);
        cells.extend(swap.then(|| "0Mi".to_owned()));
        let mut line = vec![String::new(); blank];
        line.resize(headers.len(), "________".to_owned());
        rows.push(line);
        rows.push(cells);
    }
    print(cx, &headers, rows);
    Ok(Flow::Done)
}
