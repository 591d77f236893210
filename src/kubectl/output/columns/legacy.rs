//! The columns that kubectl 1.3 printed, where they differ from today's.

use super::format::{age_micros, number};
use super::{AGE, BuiltIn, NAME, Printer, int, printer_of, text, wide};
use crate::api::{Kind, KindRef, Object, Value};
use crate::base::{List as _, Time};

/// The printer of a kind as kubectl 1.3 had it; today's for other kinds.
pub fn old_printer_of(kind: KindRef) -> Printer {
    Printer::BuiltIn(match kind.kind {
        "Pod" => &POD,
        "ReplicationController" | "ReplicaSet" => &REPLICAS,
        "Deployment" => &DEPLOYMENT,
        "DaemonSet" => &DAEMON_SET,
        "Job" => &JOB,
        "HorizontalPodAutoscaler" => &AUTOSCALER,
        "Service" => &SERVICE,
        "Node" => &NODE,
        _ => return printer_of(kind),
    })
}

/// Today's columns of these names, as today's printer fills them.
fn some_of(kind: &str, names: &[&str], o: &Value, now: Time) -> Vec<String> {
    let printer = printer_of(Kind::named(kind));
    let cells = printer.cells(o, now);
    let cell = |name: &&str| printer.columns().iter().position(|c| c.name == *name).map(|i| cells[i].clone()).unwrap_or_default();
    names.iter().map(cell).list()
}

static POD: BuiltIn = BuiltIn {
    columns: &[NAME, text("Ready"), text("Status"), text("Restarts"), AGE, wide("IP"), wide("Node")],
    cells: |o, now| {
        let mut cells = some_of("Pod", &["Name", "Ready", "Status", "Restarts", "Age", "IP", "Node"], o, now);
        cells[3] = cells[3].split(' ').next().unwrap_or("").to_owned();
        cells
    },
};

static REPLICAS: BuiltIn = BuiltIn {
    columns: &[NAME, int("Desired"), int("Current"), AGE, wide("Container(s)"), wide("Image(s)"), wide("Selector")],
    cells: |o, now| some_of(o.kind(), &["Name", "Desired", "Current", "Age", "Containers", "Images", "Selector"], o, now),
};

static DEPLOYMENT: BuiltIn = BuiltIn {
    columns: &[NAME, int("Desired"), int("Current"), int("Up-to-date"), int("Available"), AGE],
    cells: |o, now| {
        let mut cells = some_of("Deployment", &["Name", "Ready", "Ready", "Up-to-date", "Available", "Age"], o, now);
        cells[1] = number(o.at(&["spec", "replicas"]));
        cells[2] = number(o.at(&["status", "replicas"]));
        cells
    },
};

static DAEMON_SET: BuiltIn = BuiltIn {
    columns: &[NAME, int("Desired"), int("Current"), text("Node-Selector"), AGE],
    cells: |o, now| some_of("DaemonSet", &["Name", "Desired", "Current", "Node Selector", "Age"], o, now),
};

static JOB: BuiltIn = BuiltIn {
    columns: &[NAME, int("Desired"), int("Successful"), AGE],
    cells: |o, now| {
        let mut cells = some_of("Job", &["Name", "Name", "Name", "Age"], o, now);
        cells[1] = o.at(&["spec", "completions"]).as_int().map_or_else(|| "<none>".into(), |n| n.to_string());
        cells[2] = number(o.at(&["status", "succeeded"]));
        cells
    },
};

static AUTOSCALER: BuiltIn = BuiltIn {
    columns: &[NAME, text("Reference"), text("Target"), text("Current"), int("MinPods"), int("MaxPods"), AGE],
    cells: |o, now| {
        let mut cells = some_of("HorizontalPodAutoscaler", &["Name", "Reference", "Name", "Name", "MinPods", "MaxPods", "Age"], o, now);
        let percent = |list: &Value, part: &str, none: &str| {
            let found = list.items().first().and_then(|m| m.at(&["resource", part, "averageUtilization"]).as_int());
            found.map_or_else(|| none.to_owned(), |n| format!("{n}%"))
        };
        cells[2] = percent(o.at(&["spec", "metrics"]), "target", "<unset>");
        cells[3] = percent(o.at(&["status", "currentMetrics"]), "current", "<waiting>");
        cells
    },
};

static SERVICE: BuiltIn = BuiltIn {
    columns: &[NAME, text("Cluster-IP"), text("External-IP"), text("Port(s)"), AGE, wide("Selector")],
    cells: |o, now| some_of("Service", &["Name", "Cluster-IP", "External-IP", "Port(s)", "Age", "Selector"], o, now),
};

static NODE: BuiltIn =
    BuiltIn { columns: &[NAME, text("Status"), AGE], cells: |o, now| some_of("Node", &["Name", "Status", "Age"], o, now) };

/// How long ago a timestamp is, in one unit: `4m`.
pub fn old_age(timestamp: &Value, now: Time) -> String {
    let Some(micros) = age_micros(timestamp, now) else { return "<unknown>".into() };
    let s = micros / 1_000_000;
    match s {
        i64::MIN..-1 => "<invalid>".into(),
        -1 | 0 => "0s".into(),
        1..60 => format!("{s}s"),
        60..3_600 => format!("{}m", s / 60),
        3_600..86_400 => format!("{}h", s / 3_600),
        _ if s / 86_400 < 365 => format!("{}d", s / 86_400),
        _ => format!("{}y", s / 86_400 / 365),
    }
}
