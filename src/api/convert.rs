//! Conversion between a kind's served versions and the stored one. Of the built-in kinds only the autoscaler has two: version 1
//! knows one metric, the CPU, and carries what else version 2 has in annotations. Those of custom kinds
//! have schemas of their own; between them the name alone is converted, and what the other does not know is lost.

use super::decode::served_version;
use super::{KindRef, Map, Value, custom, kinds};
use crate::base::List as _;
use crate::obj;

const BEHAVIOR: &str = "autoscaling.alpha.kubernetes.io/behavior";
const CONDITIONS: &str = "autoscaling.alpha.kubernetes.io/conditions";
const CURRENT_METRICS: &str = "autoscaling.alpha.kubernetes.io/current-metrics";
const METRICS: &str = "autoscaling.alpha.kubernetes.io/metrics";

/// An object of a served version as the stored version has it.
pub fn to_stored(kind: KindRef, version: &str, object: Value) -> Value {
    if kind == kinds::HORIZONTAL_POD_AUTOSCALER && version == "v1" { autoscaler_to_v2(kind, object) } else { object }
}

/// An object as another served version has it. One that does not say its version is a stored one.
pub fn to_version(kind: KindRef, version: &str, object: Value) -> Value {
    let own = served_version(kind, &object);
    match version {
        _ if kind.custom.is_some() => custom::convert(kind, version, &object),
        _ if own == version || kind != kinds::HORIZONTAL_POD_AUTOSCALER => object,
        "v1" => autoscaler_to_v1(object),
        _ => autoscaler_to_v2(kind, object),
    }
}

fn autoscaler_to_v2(kind: KindRef, mut object: Value) -> Value {
    if !object.get("apiVersion").is_null() {
        object.set(&["apiVersion"], kind.api_version());
    }
    let mut metrics = Vec::new();
    if let Some(percent) = object.remove(&["spec", "targetCPUUtilizationPercentage"]) {
        metrics.push(cpu_metric(percent));
    }
    let mut carried = |key: &str, path: &[&str]| {
        let text = object.remove(&["metadata", "annotations", key]);
        if let Some(value) = text.and_then(|t| Value::from_json(t.str()).ok()) {
            if key == METRICS {
                metrics.extend(value.items().iter().map(|m| metric_from_v1(m, "target")));
            } else if key == CURRENT_METRICS {
                let current: Vec<Value> = value.items().iter().map(|m| metric_from_v1(m, "current")).list();
                object.set(path, current);
            } else {
                object.set(path, value);
            }
        }
    };
    carried(METRICS, &[]);
    carried(BEHAVIOR, &["spec", "behavior"]);
    carried(CONDITIONS, &["status", "conditions"]);
    carried(CURRENT_METRICS, &["status", "currentMetrics"]);
    if !metrics.is_empty() {
        object.set(&["spec", "metrics"], metrics);
    }
    if let Some(percent) = object.remove(&["status", "currentCPUUtilizationPercentage"]) {
        let current = obj!({"type": "Resource", "resource": {"name": "cpu", "current": {"averageUtilization": percent}}});
        object.at_mut(&["status", "currentMetrics"]).list_mut().insert(0, current);
    }
    if object.at(&["metadata", "annotations"]).is_empty() {
        object.remove(&["metadata", "annotations"]);
    }
    object
}

fn cpu_metric(percent: Value) -> Value {
    obj!({"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": percent}}})
}

/// The percentage of a metric that version 1 has a field for.
fn cpu_percent<'a>(metric: &'a Value, part: &str) -> Option<&'a Value> {
    let percent = metric.at(&["resource", part, "averageUtilization"]);
    (metric.get("type").str() == "Resource" && metric.at(&["resource", "name"]).str() == "cpu" && !percent.is_null()).then_some(percent)
}

fn autoscaler_to_v1(mut object: Value) -> Value {
    if !object.get("apiVersion").is_null() {
        object.set(&["apiVersion"], "autoscaling/v1");
    }
    let metrics = object.remove(&["spec", "metrics"]).unwrap_or_default();
    let (percent, rest) = split(&metrics, "target");
    if let Some(percent) = percent {
        object.set(&["spec", "targetCPUUtilizationPercentage"], percent);
    }
    let mut annotations = Map::new();
    if !rest.is_empty() {
        annotations.insert(METRICS, metrics_to_v1(&rest, "target"));
    }
    if let Some(behavior) = object.remove(&["spec", "behavior"]) {
        annotations.insert(BEHAVIOR, behavior.to_json());
    }
    if matches!(object.get("status"), Value::Map(_)) && object.at(&["status", "currentReplicas"]).is_null() {
        object.set(&["status", "currentReplicas"], 0);
    }
    let current = object.remove(&["status", "currentMetrics"]).unwrap_or_default();
    let (percent, _) = split(&current, "current");
    if let Some(percent) = percent {
        object.set(&["status", "currentCPUUtilizationPercentage"], percent);
    }
    if !current.is_empty() {
        annotations.insert(CURRENT_METRICS, metrics_to_v1(current.items(), "current"));
    }
    if let Some(conditions) = object.remove(&["status", "conditions"]) {
        let list: Vec<String> =
            conditions.items().iter().map(|c| ordered(c, &["type", "status", "lastTransitionTime", "reason", "message"])).list();
        annotations.insert(CONDITIONS, format!("[{}]", list.join(",")));
    }
    for (key, text) in annotations.iter() {
        object.set(&["metadata", "annotations", key], text);
    }
    object
}

/// Members in a given order, as Go writes a type's; absent ones are left out.
fn ordered(value: &Value, members: &[&str]) -> String {
    let shown = members.iter().filter(|m| !value.get(m).is_null()).map(|m| format!("\"{m}\":{}", value.get(m).to_json()));
    format!("{{{}}}", shown.list().join(","))
}

/// Metrics as version 1 writes them: `part` and the amounts in one name (`currentAverageValue`). Those of pods, objects
/// and the outside have no such form here.
fn metrics_to_v1(metrics: &[Value], part: &str) -> String {
    let one = |metric: &Value| {
        let member = match metric.get("type").str() {
            "Resource" => "resource",
            "ContainerResource" => "containerResource",
            "" => return "{\"type\":\"\"}".to_owned(),
            _ => return metric.to_json(),
        };
        let source = metric.get(member);
        let mut flat = obj!({"name": source.get("name")});
        let names = [format!("{part}AverageUtilization"), format!("{part}AverageValue")];
        for (name, from) in names.iter().zip(["averageUtilization", "averageValue"]) {
            flat.set(&[name], source.at(&[part, from]).clone());
        }
        flat.set(&["container"], source.get("container").clone());
        let inner = ordered(&flat, &["name", &names[0], &names[1], "container"]);
        format!("{{\"type\":{},\"{member}\":{inner}}}", metric.get("type").to_json())
    };
    format!("[{}]", metrics.iter().map(one).list().join(","))
}

fn metric_from_v1(metric: &Value, part: &str) -> Value {
    let mut metric = metric.clone();
    let member = if metric.get("containerResource").is_null() { "resource" } else { "containerResource" };
    for (from, kind) in [("averageUtilization", "Utilization"), ("averageValue", "AverageValue")] {
        let name = format!("{part}A{}", &from[1..]);
        if let Some(amount) = metric.remove(&[member, &name]) {
            metric.set(&[member, part, from], amount);
            if part == "target" {
                metric.set(&[member, part, "type"], kind);
            }
        }
    }
    metric
}

fn split(metrics: &Value, part: &str) -> (Option<Value>, Vec<Value>) {
    let mut percent = None;
    let mut rest = Vec::new();
    for metric in metrics.items() {
        match cpu_percent(metric, part) {
            Some(found) if percent.is_none() => percent = Some(found.clone()),
            _ => rest.push(metric.clone()),
        }
    }
    (percent, rest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::kinds;

    #[test]
    fn an_autoscaler_goes_to_version_2_and_back() {
        let kind = kinds::HORIZONTAL_POD_AUTOSCALER;
        let v1 = obj!({"apiVersion": "autoscaling/v1", "spec": {"maxReplicas": 3, "targetCPUUtilizationPercentage": 50}});
        let v2 = to_stored(kind, "v1", v1.clone());
        assert_eq!(v2.at(&["spec", "metrics"]).items()[0].at(&["resource", "target", "averageUtilization"]).int(), 50);
        assert_eq!(v2.get("apiVersion").str(), "autoscaling/v2");
        assert_eq!(to_version(kind, "v1", v2), v1);
    }

    #[test]
    fn what_version_1_has_no_field_for_goes_into_annotations() {
        let kind = kinds::HORIZONTAL_POD_AUTOSCALER;
        let measured =
            obj!({"type": "Resource", "resource": {"name": "cpu", "current": {"averageUtilization": 40, "averageValue": "40m"}}});
        let v2 = obj!({"apiVersion": "autoscaling/v2", "status": {"currentMetrics": [measured]}});
        let v1 = to_version(kind, "v1", v2.clone());
        assert_eq!(v1.at(&["status", "currentCPUUtilizationPercentage"]).int(), 40);
        let wanted = r#"[{"type":"Resource","resource":{"name":"cpu","currentAverageUtilization":40,"currentAverageValue":"40m"}}]"#;
        assert_eq!(v1.at(&["metadata", "annotations", CURRENT_METRICS]).str(), wanted);
    }
}
