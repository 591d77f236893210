//! HorizontalPodAutoscalers.

use super::format::{age_of, first_few, number, quantity};
use super::{AGE, BuiltIn, NAME, text};
use crate::api::{Object, Value};
use crate::base::List as _;

pub(super) static HORIZONTAL_POD_AUTOSCALER: BuiltIn = BuiltIn {
    columns: &[NAME, text("Reference"), text("Targets"), text("MinPods"), text("MaxPods"), text("Replicas"), AGE],
    cells: |o, now| {
        let (spec, target) = (o.get("spec"), o.at(&["spec", "scaleTargetRef"]));
        vec![
            o.name().to_owned(),
            format!("{}/{}", target.kind(), target.get("name").str()),
            format_metrics(spec.get("metrics"), o.at(&["status", "currentMetrics"])),
            spec.get("minReplicas").as_int().map_or_else(|| "<unset>".into(), |n| n.to_string()),
            number(spec.get("maxReplicas")),
            number(o.at(&["status", "currentReplicas"])),
            age_of(o, now),
        ]
    },
};

/// The TARGETS column: `cpu: 12%/50%`, the first two of them.
// Models formatHPAMetrics.
pub fn format_metrics(specs: &Value, statuses: &Value) -> String {
    if specs.items().is_empty() {
        return "<none>".into();
    }
    let list: Vec<String> =
        specs.items().iter().enumerate().map(|(i, spec)| metric(spec, statuses.items().get(i).unwrap_or(&Value::Null))).list();
    first_few(&list, 2, ", ")
}

fn metric(spec: &Value, status: &Value) -> String {
    let (source, named) = match spec.get("type").str() {
        "External" => ("external", false),
        "Pods" => ("pods", false),
        "Object" => ("object", false),
        "Resource" => ("resource", true),
        "ContainerResource" => ("containerResource", true),
        _ => return "<unknown type>".into(),
    };
    let (target, current) = (spec.at(&[source, "target"]), status.at(&[source, "current"]));
    let known = !status.get(source).is_null();
    let amount = |member: &str| if known { quantity(current.get(member)) } else { "<unknown>".into() };
    let percent = |v: &Value, none: &str| v.as_int().map_or_else(|| none.to_owned(), |n| format!("{n}%"));
    let average = target.get("averageValue");
    if named {
        let name = spec.at(&[source, "name"]).str();
        return if average.is_null() {
            let current = percent(current.get("averageUtilization"), "<unknown>");
            format!("{name}: {current}/{}", percent(target.get("averageUtilization"), "<auto>"))
        } else {
            format!("{name}: {}/{}", amount("averageValue"), quantity(average))
        };
    }
    match source {
        "pods" => format!("{}/{}", amount("averageValue"), quantity(average)),
        _ if average.is_null() => format!("{}/{}", amount("value"), quantity(target.get("value"))),
        _ => {
            let current = if current.get("averageValue").is_null() { "<unknown>".into() } else { amount("averageValue") };
            format!("{current}/{} (avg)", quantity(average))
        }
    }
}
