//! A Job's podFailurePolicy and successPolicy (`pkg/controller/job/pod_failure_policy.go`, `success_policy.go`).

use super::indexes::Intervals;
use crate::api::{Object, Value};

/// The verdict of a podFailurePolicy on a failed pod.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PodFailure {
    /// Why the whole Job fails, if it does.
    pub job_failure: Option<String>,
    /// Whether the failure counts against the backoff limit.
    pub counts: bool,
    /// The matching rule's action; empty where no rule matches.
    pub action: String,
}

/// Matches a failed pod against the rules, in their order.
pub fn match_pod_failure(policy: &Value, pod: &Value) -> PodFailure {
    for (i, rule) in policy.get("rules").items().iter().enumerate() {
        let action = rule.get("action").str();
        // A rule from a newer API is passed over.
        if !matches!(action, "Ignore" | "FailIndex" | "Count" | "FailJob") {
            continue;
        }
        let what = if !rule.get("onExitCodes").is_null() {
            exit_code_match(rule.get("onExitCodes"), pod).map(|(container, code)| {
                format!("Container {container} for pod {}/{} failed with exit code {code}", pod.namespace(), pod.name())
            })
        } else {
            condition_match(rule.get("onPodConditions"), pod)
                .map(|condition| format!("Pod {}/{} has condition {condition}", pod.namespace(), pod.name()))
        };
        let Some(what) = what else { continue };
        return PodFailure {
            job_failure: (action == "FailJob").then(|| format!("{what} matching {action} rule at index {i}")),
            counts: action != "Ignore",
            action: action.to_owned(),
        };
    }
    PodFailure { job_failure: None, counts: true, action: String::new() }
}

fn exit_code_match<'a>(requirement: &Value, pod: &'a Value) -> Option<(&'a str, i64)> {
    let wanted = requirement.get("containerName").as_str();
    let values = requirement.get("values").items();
    let statuses = ["containerStatuses", "initContainerStatuses"].into_iter().flat_map(|l| pod.at(&["status", l]).items());
    statuses
        .filter(|s| wanted.is_none_or(|w| w == s.get("name").str()))
        .filter_map(|s| Some((s.get("name").str(), s.at(&["state", "terminated"]).get("exitCode").as_int()?)))
        .find(|(_, code)| {
            let listed = values.iter().any(|v| v.int() == *code);
            *code != 0
                && match requirement.get("operator").str() {
                    "In" => listed,
                    "NotIn" => !listed,
                    _ => false,
                }
        })
}

fn condition_match<'a>(patterns: &Value, pod: &'a Value) -> Option<&'a str> {
    let conditions = pod.at(&["status", "conditions"]).items();
    conditions
        .iter()
        .find(|c| {
            patterns
                .items()
                .iter()
                .any(|p| p.get("type").str() == c.get("type").str() && p.get("status").as_str().unwrap_or("True") == c.get("status").str())
        })
        .map(|c| c.get("type").str())
}

/// The message of the first rule of a successPolicy that the succeeded indexes meet.
pub fn match_success(policy: &Value, completions: i64, succeeded: &Intervals) -> Option<String> {
    if policy.is_null() || succeeded.0.is_empty() {
        return None;
    }
    let met = |rule: &Value| {
        let count = rule.get("succeededCount").as_int();
        match rule.get("succeededIndexes").as_str() {
            Some(text) => {
                let required = Intervals::parse(text, completions);
                let found = required.common(succeeded);
                !required.0.is_empty() && found >= count.unwrap_or_else(|| required.total())
            }
            None => count.is_some_and(|c| succeeded.total() >= c),
        }
    };
    let rules = policy.get("rules").items();
    rules.iter().position(met).map(|i| format!("Matched rules at index {i}"))
}
