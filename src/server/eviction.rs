//! The eviction subresource of pods: a delete that PodDisruptionBudgets may refuse (`registry/core/pod/storage.EvictionREST`).

use super::ApiServer;
use super::options::{Caller, DeleteOptions, Subresource, WriteOptions};
use crate::api::selector::LabelSelector;
use crate::api::{self, Object, Status, Value, find_condition, kinds};
use crate::base::List as _;
use crate::obj;

/// How many evictions a budget may have that its controller has not seen yet (`MaxDisruptedPodSize`).
const DISRUPTED_MAX: usize = 2000;

/// The message where a budget forbids an eviction.
pub const NO_EVICTION: &str = "Cannot evict pod as it would violate the pod's disruption budget.";

impl ApiServer {
    /// POST of a pod's `eviction` subresource: a delete that PodDisruptionBudgets may refuse (429).
    pub fn evict(&mut self, by: &Caller, namespace: &str, pod: &str, options: &DeleteOptions) -> Result<(), Status> {
        let pods = kinds::POD;
        let object = self.get(pods, namespace, pod)?;
        if is_guarded(&object) {
            self.check_disruption_budgets(by, &object, options.dry_run)?;
        }
        if !options.dry_run {
            self.mark_evicted(by, object)?;
        }
        self.delete(by, pods, namespace, pod, options).map(|_| ())
    }

    /// Gives a pod the condition that it is disrupted, before it is deleted (`addConditionAndDeletePod`).
    fn mark_evicted(&mut self, by: &Caller, mut pod: Value) -> Result<(), Status> {
        let conditions = pod.at_mut(&["status", "conditions"]).list_mut();
        let is_told = |c: &Value| c.get("type").str() == "DisruptionTarget" && c.get("reason").str() == "EvictionByEvictionAPI";
        if conditions.iter().any(is_told) {
            return Ok(());
        }
        let condition = obj!({
            "type": "DisruptionTarget", "status": "True", "lastProbeTime": null,
            "reason": "EvictionByEvictionAPI", "message": "Eviction API: evicting"
        });
        api::set_condition(conditions, condition, by.now);
        self.update(by, kinds::POD, pod, Subresource::Status, &WriteOptions::default()).map(|_| ())
    }

    /// The budgets that cover a pod.
    fn disruption_budgets<'a>(&'a self, pod: &'a Value) -> impl Iterator<Item = &'a Value> {
        let covers = |budget: &&Value| LabelSelector::from_object(budget.at(&["spec", "selector"])).is_ok_and(|s| s.matches(pod.labels()));
        self.iter(kinds::POD_DISRUPTION_BUDGET, Some(pod.namespace())).filter(covers)
    }

    /// The budget that keeps a pod from being evicted now.
    pub fn guarding_budget<'a>(&'a self, pod: &'a Value) -> Option<&'a Value> {
        let mut budgets = self.disruption_budgets(pod).filter(|_| is_guarded(pod));
        budgets.find(|budget| !lets_go(budget, pod) && budget.at(&["status", "disruptionsAllowed"]).int() <= 0)
    }

    /// Takes one disruption from each budget that covers the pod.
    fn check_disruption_budgets(&mut self, by: &Caller, pod: &Value, dry_run: bool) -> Result<(), Status> {
        let kind = kinds::POD_DISRUPTION_BUDGET;
        let budgets: Vec<Value> = self.disruption_budgets(pod).cloned().list();
        let [budget] = budgets.as_slice() else {
            return match budgets.len() {
                0 => Ok(()),
                _ => Err(Status::internal(
                    "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.",
                )
                .without_reason()),
            };
        };
        if lets_go(budget, pod) {
            return Ok(());
        }
        let left = check_allowance(budget)? - 1;
        let mut next = budget.clone();
        next.set(&["status", "disruptionsAllowed"], left);
        if left == 0 {
            let condition = obj!({
                "type": "DisruptionAllowed", "status": "False", "reason": "InsufficientPods", "message": "",
                "observedGeneration": budget.at(&["status", "observedGeneration"])
            });
            api::set_condition(next.at_mut(&["status", "conditions"]).list_mut(), condition, by.now);
        }
        next.set(&["status", "disruptedPods", pod.name()], by.now.rfc3339());
        self.update(by, kind, next, Subresource::Status, &WriteOptions { dry_run, ..WriteOptions::default() }).map(|_| ())
    }
}

/// Whether budgets have a say in a pod's eviction at all (`canIgnorePDB` says where not).
fn is_guarded(pod: &Value) -> bool {
    !pod.is_terminating() && !matches!(pod.at(&["status", "phase"]).str(), "Succeeded" | "Failed" | "Pending")
}

/// Whether a budget does not hold a pod, which is not ready, whatever it allows.
fn lets_go(budget: &Value, pod: &Value) -> bool {
    let always_allow = budget.at(&["spec", "unhealthyPodEvictionPolicy"]).str() == "AlwaysAllow";
    let [desired, current] = health(budget);
    let healthy_enough = current >= desired && desired > 0;
    pod.condition("Ready") != "True" && (always_allow || healthy_enough)
}

/// How many healthy pods a budget wants, and how many there are.
fn health(budget: &Value) -> [i64; 2] {
    ["desiredHealthy", "currentHealthy"].map(|member| budget.at(&["status", member]).int())
}

/// How many disruptions a budget allows now; an error where none (the first half of `checkAndDecrement`).
fn check_allowance(budget: &Value) -> Result<i64, Status> {
    let name = budget.name();
    let refused = |detail: String| {
        let mut status = Status::too_many_requests(NO_EVICTION);
        status.details = Value::map();
        status.causes.push(api::Cause::new("DisruptionBudget", "", format!("The disruption budget {name} {detail}")));
        Err(status)
    };
    let status = budget.get("status");
    if status.get("observedGeneration").int() < budget.at(&["metadata", "generation"]).int() {
        return refused("is still being processed by the server.".to_owned()).map_err(|mut status: Status| {
            status.details.set(&["retryAfterSeconds"], 10);
            status
        });
    }
    let allowed = status.get("disruptionsAllowed").int();
    let wrong = match allowed {
        ..0 => "pdb disruptions allowed is negative",
        _ if status.get("disruptedPods").entries().len() > DISRUPTED_MAX => {
            "DisruptedPods map too big - too many evictions not confirmed by PDB controller"
        }
        _ => "",
    };
    if !wrong.is_empty() {
        let mut status = Status::forbidden(kinds::POD_DISRUPTION_BUDGET, name, wrong);
        // Upstream names the resource in the singular here.
        status.message = status.message.replacen("poddisruptionbudgets", "poddisruptionbudget", 1);
        status.details.set(&["kind"], "poddisruptionbudget");
        return Err(status);
    }
    if allowed > 0 {
        return Ok(allowed);
    }
    let [desired, current] = health(budget);
    let condition = Some(find_condition(status, "DisruptionAllowed")).filter(|c| c.get("status").str() == "False");
    let why = condition.filter(|c| !c.get("message").is_empty()).map(|c| [c.get("reason").str(), c.get("message").str()]);
    refused(match why {
        // The controller could not sync, so the counts are not to be trusted.
        Some(["SyncFailed", message]) => format!("does not allow evicting pods currently because it failed sync: {message}"),
        _ if current <= desired => format!("needs {desired} healthy pods and has {current} currently"),
        Some([reason, message]) => format!("does not allow evicting pods currently ({reason}): {message}"),
        None => "does not allow evicting pods currently".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn budgets_allow_or_say_why_not() {
        let condition =
            |reason: &str, message: &str| obj!([{"type": "DisruptionAllowed", "status": "False", "reason": reason, "message": message}]);
        let many: Vec<(String, &str)> = (0..=DISRUPTED_MAX).map(|n| (format!("p{n}"), "2026-01-01T00:00:00Z")).collect();
        let mut crowded = obj!({"disruptionsAllowed": 1});
        for (name, at) in many {
            crowded.set(&["disruptedPods", &name], at);
        }
        let rows = [
            (obj!({"disruptionsAllowed": 2}), Ok(2)),
            (obj!({"observedGeneration": -1}), Err("The disruption budget b is still being processed by the server.")),
            (obj!({"disruptionsAllowed": -1}), Err("poddisruptionbudget.policy \"b\" is forbidden: pdb disruptions allowed is negative")),
            (
                crowded,
                Err(
                    "poddisruptionbudget.policy \"b\" is forbidden: DisruptedPods map too big - too many evictions not confirmed by PDB controller",
                ),
            ),
            (obj!({"desiredHealthy": 2, "currentHealthy": 2}), Err("The disruption budget b needs 2 healthy pods and has 2 currently")),
            (
                obj!({"desiredHealthy": 2, "currentHealthy": 3, "conditions": condition("SyncFailed", "why")}),
                Err("The disruption budget b does not allow evicting pods currently because it failed sync: why"),
            ),
            (
                obj!({"desiredHealthy": 2, "currentHealthy": 3, "conditions": condition("Other", "why")}),
                Err("The disruption budget b does not allow evicting pods currently (Other): why"),
            ),
            (
                obj!({"desiredHealthy": 2, "currentHealthy": 3, "conditions": condition("InsufficientPods", "")}),
                Err("The disruption budget b does not allow evicting pods currently"),
            ),
        ];
        for (status, want) in rows {
            let got = check_allowance(&obj!({"metadata": {"name": "b"}, "status": status}));
            let got = got.map_err(|s| s.causes.first().map_or(s.message.clone(), |c| c.message.clone()));
            assert_eq!(got, want.map_err(str::to_owned));
        }
    }
}
