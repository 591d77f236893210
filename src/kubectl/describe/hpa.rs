//! HorizontalPodAutoscalers.

use super::metadata::{date, quantity};
use super::page::Page;
use crate::api::{Object, Value, kinds};

// Models describeHorizontalPodAutoscalerV2.
pub(super) fn horizontal_pod_autoscaler(page: &mut Page, hpa: &Value) {
    let (spec, status, target) = (hpa.get("spec"), hpa.get("status"), hpa.at(&["spec", "scaleTargetRef"]));
    page.head(hpa);
    page.field(0, "CreationTimestamp", date(hpa.at(&["metadata", "creationTimestamp"])));
    page.field(0, "Reference", format_args!("{}/{}", target.kind(), target.get("name").str()));
    page.field(0, "Metrics", "( current / target )");
    for (i, metric) in spec.get("metrics").items().iter().enumerate() {
        let current = status.get("currentMetrics").items().get(i).unwrap_or(&Value::Null);
        page.line(1, metric_line(metric, current));
    }
    page.field(0, "Min replicas", spec.get("minReplicas").as_int().map_or_else(|| "<unset>".into(), |n| n.to_string()));
    page.field(0, "Max replicas", spec.get("maxReplicas").int());
    let behavior = spec.get("behavior");
    if !behavior.is_null() {
        page.line(0, "Behavior:");
        direction(page, "Scale Up", behavior.get("scaleUp"));
        direction(page, "Scale Down", behavior.get("scaleDown"));
    }
    let (current, desired) = (status.get("currentReplicas").int(), status.get("desiredReplicas").int());
    page.line(0, format_args!("{} pods:\t{current} current / {desired} desired", target.kind()));
    if !status.get("conditions").items().is_empty() {
        page.line(0, "Conditions:");
        page.line(1, "Type\tStatus\tReason\tMessage");
        page.line(1, "----\t------\t------\t-------");
        for c in status.get("conditions").items() {
            let text = |member: &str| c.get(member).str();
            page.line(1, format_args!("{}\t{}\t{}\t{}", text("type"), text("status"), text("reason"), text("message")));
        }
    }
    page.events(kinds::HORIZONTAL_POD_AUTOSCALER, hpa);
}

fn metric_line(spec: &Value, status: &Value) -> String {
    let kind = spec.get("type").str();
    let source = match kind {
        "External" => "external",
        "Pods" => "pods",
        "Object" => "object",
        "Resource" => "resource",
        "ContainerResource" => "containerResource",
        _ => return format!("<unknown metric type {kind:?}>"),
    };
    let (metric, target, current) = (spec.get(source), spec.at(&[source, "target"]), status.at(&[source, "current"]));
    let known = !status.get(source).is_null();
    let amount = |member: &str| if known { quantity(current.get(member)) } else { "<unknown>".into() };
    let name = metric.at(&["metric", "name"]).str();
    let average = target.get("averageValue");
    match source {
        "external" if !average.is_null() => {
            let now = if current.get("averageValue").is_null() { "<unknown>".into() } else { amount("averageValue") };
            format!("{name:?} (target average value):\t{now} / {}", quantity(average))
        }
        "external" => format!("{name:?} (target value):\t{} / {}", amount("value"), quantity(target.get("value"))),
        "pods" => format!("{name:?} on pods:\t{} / {}", amount("averageValue"), quantity(average)),
        "object" => {
            let on = metric.get("describedObject");
            let (word, member) =
                if target.get("type").str() == "AverageValue" { ("average value", "averageValue") } else { ("value", "value") };
            let values = format!("{} / {}", amount(member), quantity(target.get(member)));
            format!("\"{name}\" on {}/{} (target {word}):\t{values}", on.kind(), on.get("name").str())
        }
        _ => {
            let of = match metric.get("container").as_str() {
                Some(container) => format!("resource {} of container \"{container}\" on pods", metric.get("name").str()),
                None => format!("resource {} on pods", metric.get("name").str()),
            };
            if !average.is_null() {
                return format!("{of}:\t{} / {}", amount("averageValue"), quantity(average));
            }
            let now = current.get("averageUtilization").as_int();
            let now = now.map_or_else(|| "<unknown>".into(), |n| format!("{n}% ({})", amount("averageValue")));
            let wanted = target.get("averageUtilization").as_int().map_or_else(|| "<auto>".into(), |n| format!("{n}%"));
            // The second half of the line is indented anew.
            format!("{of}  (as a percentage of request):\t{now} / {wanted}")
        }
    }
}

fn direction(page: &mut Page, title: &str, rules: &Value) {
    if rules.is_null() {
        return;
    }
    page.line(1, format_args!("{title}:"));
    if let Some(s) = rules.get("stabilizationWindowSeconds").as_int() {
        page.line(2, format_args!("Stabilization Window: {s} seconds"));
    }
    if rules.get("policies").items().is_empty() {
        return;
    }
    page.line(2, format_args!("Select Policy: {}", rules.get("selectPolicy").as_str().unwrap_or("Max")));
    page.line(2, "Policies:");
    for p in rules.get("policies").items() {
        let (kind, value, period) = (p.get("type").str(), p.get("value").int(), p.get("periodSeconds").int());
        page.line(3, format_args!("- Type: {kind}\tValue: {value}\tPeriod: {period} seconds"));
    }
}
