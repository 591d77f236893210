//! HorizontalPodAutoscalers (version 2, which the server keeps).

use super::super::{Quantity, Value, names};
use super::meta::path_segment;
use super::path::{Errors, Path};
use super::resources::container_resource_name;
use crate::base::List as _;

const SOURCES: [&str; 5] = ["ContainerResource", "External", "Object", "Pods", "Resource"];

/// The spec of a new or changed autoscaler.
pub(super) fn autoscaler(errors: &mut Errors, autoscaler: &Value) {
    let (at, spec) = (Path::new("spec"), autoscaler.get("spec"));
    let (min, max) = (spec.get("minReplicas").as_int(), spec.get("maxReplicas").int());
    if let Some(min) = min.filter(|m| *m < 1) {
        errors.invalid(at.child("minReplicas"), min, "must be greater than or equal to 1");
    }
    if max == 0 {
        errors.required(at.child("maxReplicas"), "must be set and greater than 0");
    } else if max < 1 {
        errors.invalid(at.child("maxReplicas"), max, "must be greater than or equal to 1");
    }
    if min.is_some_and(|min| max < min) {
        errors.invalid(at.child("maxReplicas"), max, "must be greater than or equal to `minReplicas`");
    }
    reference(errors, at.child("scaleTargetRef"), spec.get("scaleTargetRef"), false);
    metrics(errors, at.child("metrics"), spec, min);
    let behavior = at.child("behavior");
    for which in ["scaleUp", "scaleDown"] {
        let rules = spec.at(&["behavior", which]);
        if !rules.is_null() {
            scaling_rules(errors, behavior.child(which), rules);
        }
    }
}

fn reference(errors: &mut Errors, at: Path<'_>, reference: &Value, core_allowed: bool) {
    for key in ["kind", "name"] {
        match reference.get(key).str() {
            "" => errors.required(at.child(key), ""),
            text => errors.each_invalid(at.child(key), text, path_segment(text)),
        }
    }
    let version = reference.get("apiVersion").str();
    let slashes = version.matches('/').count();
    // The core group has no name: only its own workload may be meant.
    let is_core_target = reference.get("kind").str() == "ReplicationController";
    if slashes > 1 {
        errors.invalid(at.child("apiVersion"), version, &format!("unexpected GroupVersion string: {version}"));
    } else if super::super::split_api_version(version).0.is_empty() && !core_allowed && !(is_core_target && version == "v1") {
        errors.invalid(at.child("apiVersion"), version, "apiVersion must specify API group");
    }
}

fn metrics(errors: &mut Errors, at: Path<'_>, spec: &Value, min: Option<i64>) {
    let list = spec.get("metrics").items();
    for (i, metric) in list.iter().enumerate() {
        metric_spec(errors, at.index(i), metric);
    }
    let external = list.iter().any(|m| matches!(m.get("type").str(), "Object" | "External"));
    if min == Some(0) && !external {
        errors.forbidden(at, "must specify at least one Object or External metric to support scaling to zero replicas");
    }
}

fn metric_spec(errors: &mut Errors, at: Path<'_>, metric: &Value) {
    let kind = metric.get("type").str();
    if kind.is_empty() {
        errors.required(at.child("type"), "must specify a metric source type");
    }
    if !SOURCES.contains(&kind) {
        errors.not_supported(at.child("type"), kind, &SOURCES);
    }
    let present: Vec<&str> =
        ["object", "external", "pods", "resource", "containerResource"].into_iter().filter(|k| !metric.get(k).is_null()).list();
    if let Some(first) = present.first() {
        source(errors, at.child(first), first, metric.get(first));
    }
    let expected = match kind {
        "Object" => "object",
        "Pods" => "pods",
        "Resource" => "resource",
        "External" => "external",
        "ContainerResource" => "containerResource",
        _ => {
            errors.not_supported(at.child("type"), kind, &SOURCES);
            ""
        }
    };
    if !expected.is_empty() && metric.get(expected).is_null() {
        errors.required(at.child(expected), "must populate information for the given metric source");
    }
    if present.len() != 1 {
        for other in present.iter().filter(|p| **p != expected) {
            errors.forbidden(at.child(other), "must populate the given metric source only");
        }
    }
}

fn source(errors: &mut Errors, at: Path<'_>, kind: &str, source: &Value) {
    let (goal, goal_at) = (source.get("target"), at.child("target"));
    let (value, average, utilization) = (goal.get("value"), goal.get("averageValue"), goal.get("averageUtilization"));
    match kind {
        "resource" | "containerResource" => {
            match source.get("name").str() {
                "" => errors.required(at.child("name"), "must specify a resource name"),
                name if kind == "containerResource" => container_resource_name(errors, at.child("name"), name),
                _ => {}
            }
            if kind == "containerResource" {
                match source.get("container").str() {
                    "" => errors.required(at.child("container"), "must specify a container"),
                    name => errors.each_invalid(at.child("container"), name, names::dns1123_label(name)),
                }
            }
            target(errors, goal_at, goal);
            match (utilization.is_null(), average.is_null()) {
                (true, true) => {
                    errors.required(goal_at.child("averageUtilization"), "must set either a target raw value or a target utilization");
                }
                (false, false) => {
                    errors.forbidden(goal_at.child("averageValue"), "may not set both a target raw value and a target utilization");
                }
                _ => {}
            }
        }
        "object" => {
            reference(errors, at.child("describedObject"), source.get("describedObject"), true);
            metric_name(errors, at.child("metric"), source.get("metric"));
            target(errors, goal_at, goal);
            if value.is_null() && average.is_null() {
                errors.required(goal_at.child("averageValue"), "must set either a target value or averageValue");
            }
        }
        "external" => {
            metric_name(errors, at.child("metric"), source.get("metric"));
            target(errors, goal_at, goal);
            match (value.is_null(), average.is_null()) {
                (true, true) => {
                    errors.required(goal_at.child("averageValue"), "must set either a target value for metric or a per-pod target");
                }
                (false, false) => {
                    errors.forbidden(goal_at.child("value"), "may not set both a target value for metric and a per-pod target");
                }
                _ => {}
            }
        }
        _ => {
            metric_name(errors, at.child("metric"), source.get("metric"));
            target(errors, goal_at, goal);
            if average.is_null() {
                errors.required(goal_at.child("averageValue"), "must specify a positive target averageValue");
            }
        }
    }
}

fn metric_name(errors: &mut Errors, at: Path<'_>, metric: &Value) {
    match metric.get("name").str() {
        "" => errors.required(at.child("name"), "must specify a metric name"),
        name => errors.each_invalid(at.child("name"), name, path_segment(name)),
    }
}

fn target(errors: &mut Errors, at: Path<'_>, target: &Value) {
    let kind = target.get("type").str();
    if kind.is_empty() {
        errors.required(at.child("type"), "must specify a metric target type");
    }
    if !matches!(kind, "Utilization" | "Value" | "AverageValue") {
        errors.invalid(at.child("type"), kind, "must be either Utilization, Value, or AverageValue");
    }
    for key in ["value", "averageValue"] {
        if !target.get(key).is_null() && Quantity::of(target.get(key)).sign() != 1 {
            errors.invalid(at.child(key), target.get(key), "must be positive");
        }
    }
    if let Some(percent) = target.get("averageUtilization").as_int().filter(|p| *p < 1) {
        errors.invalid(at.child("averageUtilization"), percent, "must be greater than 0");
    }
}

fn scaling_rules(errors: &mut Errors, at: Path<'_>, rules: &Value) {
    if let Some(window_s) = rules.get("stabilizationWindowSeconds").as_int() {
        let at = at.child("stabilizationWindowSeconds");
        if window_s < 0 {
            errors.invalid(at, window_s, "must be greater than or equal to zero");
        }
        if window_s > 3600 {
            errors.invalid(at, window_s, "must be less than or equal to 3600");
        }
    }
    super::security::closed(errors, at.child("selectPolicy"), rules.get("selectPolicy"), &["Disabled", "Max", "Min"]);
    let list = at.child("policies");
    if rules.get("policies").is_empty() {
        errors.required(list, "must specify at least one Policy");
    }
    for (i, policy) in rules.get("policies").items().iter().enumerate() {
        let at = list.index(i);
        if !matches!(policy.get("type").str(), "Pods" | "Percent") {
            errors.not_supported(at.child("type"), policy.get("type").str(), &["Percent", "Pods"]);
        }
        for key in ["value", "periodSeconds"] {
            if policy.get(key).int() <= 0 {
                errors.invalid(at.child(key), policy.get(key).int(), "must be greater than zero");
            }
        }
        if policy.get("periodSeconds").int() > 1800 {
            errors.invalid(at.child("periodSeconds"), policy.get("periodSeconds"), "must be less than or equal to 1800");
        }
    }
    if Quantity::of(rules.get("tolerance")).sign() < 0 {
        errors.invalid(at.child("tolerance"), rules.get("tolerance"), "must be greater than or equal to 0");
    }
}
