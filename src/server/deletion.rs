//! DELETE: grace, finalizers and propagation (`registry/generic/registry`), and the eviction subresource.

use super::ApiServer;
use super::admission::{self, policy::Request};
use super::built_in::maker;
use super::definitions::{CLEANUP, set_condition};
use super::event_forms::stored_kind;
use super::options::{Caller, DeleteOptions, ListOptions, Preconditions, Propagation, Subresource, WriteOptions};
use super::strategy::{add_finalizer, demand_verb};
use super::write::refused;
use crate::api::selector::LabelSelector;
use crate::api::{self, KindRef, Object, Status, Value, drop_finalizer, find_condition, has_ended, has_finalizer, kinds};
use crate::base::{Duration, List as _, Time};
use crate::obj;
use crate::store::{ObjectKey, Signature};

/// Evictions that a budget's controller has not yet seen, at the most (`MaxDisruptedPodSize`).
const DISRUPTED_MAX: usize = 2000;

/// What is said of a pod that a budget guards.
pub const NO_EVICTION: &str = "Cannot evict pod as it would violate the pod's disruption budget.";

/// What a delete did.
#[derive(Clone, Debug)]
pub enum Deleted {
    /// The object is gone; its last state.
    Gone(Value),
    /// It is terminating: it waits for its grace period or its finalizers.
    Terminating(Value),
}

impl Deleted {
    /// How the API answers: by the object where it is still there, or its kind's are returned; else by a success.
    pub fn answer(&self, kind: KindRef) -> Value {
        match self {
            Deleted::Gone(object) if !RETURNED.contains(&kind.built_in()) => success(kind, object),
            Deleted::Gone(object) | Deleted::Terminating(object) => object.clone(),
        }
    }

    /// The object as it is or was last.
    pub fn object(&self) -> &Value {
        match self {
            Deleted::Gone(v) | Deleted::Terminating(v) => v,
        }
    }
}

/// Refuses a delete that is meant for another object of the name, or for another version.
fn demand_preconditions(kind: KindRef, object: &Value, asked: &Preconditions) -> Result<(), Status> {
    let version = object.at(&["metadata", "resourceVersion"]).str();
    for (what, asked, recorded, happened) in
        [("UID", &asked.uid, object.uid(), "deleted and then recreated"), ("ResourceVersion", &asked.resource_version, version, "modified")]
    {
        let Some(asked) = asked.as_deref().filter(|asked| *asked != recorded) else { continue };
        let mut status = Status::conflict(
            kind,
            object.name(),
            &format!(
                "the {what} in the precondition ({asked}) does not match the {what} in record ({recorded}). \
                 The object might have been {happened}"
            ),
        );
        // Upstream puts the kind where the resource belongs.
        status.message = status.message.replacen(kind.plural, kind.kind, 1);
        status.details.set(&["kind"], kind.kind);
        return Err(status);
    }
    Ok(())
}

/// Refuses to delete what no cluster can do without.
fn demand_deletable(kind: KindRef, name: &str) -> Result<(), Status> {
    let why = match (kind.built_in(), name) {
        ("namespaces", "default" | "kube-system" | "kube-public") => "this namespace may not be deleted",
        ("priorityclasses", "system-cluster-critical" | "system-node-critical") => "this is a system priority class and cannot be deleted",
        _ => return Ok(()),
    };
    Err(Status::forbidden(kind, name, why))
}

/// Notes in an object's finalizers what is to become of its dependents.
fn set_propagation(object: &mut Value, propagation: Propagation) {
    for (finalizer, of) in [("orphan", Propagation::Orphan), ("foregroundDeletion", Propagation::Foreground)] {
        if propagation != of {
            drop_finalizer(object, finalizer);
        }
    }
    match propagation {
        Propagation::Orphan => add_finalizer(object, "orphan"),
        Propagation::Foreground => add_finalizer(object, "foregroundDeletion"),
        Propagation::Background => {}
    }
}

impl ApiServer {
    /// DELETE of one object.
    pub fn delete(&mut self, by: &Caller, kind: KindRef, namespace: &str, name: &str, options: &DeleteOptions) -> Result<Deleted, Status> {
        demand_verb(kind, "delete")?;
        let kind = stored_kind(kind);
        let old = self.get(kind, namespace, name)?;
        demand_preconditions(kind, &old, &options.preconditions)?;
        demand_deletable(kind, name)?;
        let mut next = old.clone();
        if let Some(propagation) = propagation(kind, &old, options) {
            set_propagation(&mut next, propagation);
        }
        if kind == kinds::CUSTOM_RESOURCE_DEFINITION && !old.is_terminating() {
            add_finalizer(&mut next, CLEANUP);
            let message = "CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon";
            set_condition(&mut next, "Terminating", "True", "InstanceDeletionPending", message, by.now);
        }
        let grace_s = grace_period_s(kind, &old, options);
        let held = !next.at(&["metadata", "finalizers"]).items().is_empty() || kind == kinds::NAMESPACE;
        // Who deletes again what is being deleted changes nothing.
        if !old.is_terminating() || grace_s == 0 {
            let request =
                Request { kind, operation: "DELETE", sub: Subresource::None, object: &Value::Null, old: &old, dry_run: options.dry_run };
            let warnings = admission::admit_delete(self, by, &request)?;
            if by.user().is_some() {
                self.warnings.extend(warnings);
            }
        }
        if options.dry_run {
            return Ok(Deleted::Gone(old));
        }
        let key = ObjectKey::new(kind, namespace, name);
        if self.store.get(&key).is_none() {
            self.renew(by, key, &old)?;
            return Ok(Deleted::Gone(old));
        }
        let refused = |e| refused(kind, name, &e);
        if grace_s == 0 && !held {
            if kind == kinds::POD && old.at(&["metadata", "deletionGracePeriodSeconds"]).as_int() != Some(0) {
                // What has grace is first written with none left, and then goes.
                mark_deleted(&mut next, by.now, 0);
                next = self.store.update(by.signature(), key.clone(), next, old.revision()).cloned().map_err(refused)?;
            }
            self.services.release(kind, &old);
            let expected = next.revision();
            let gone = self.store.delete(by.signature(), key.clone(), next, expected).cloned().map_err(refused)?;
            if let Some(made) = self.built_in_at(&key) {
                self.renew(by, key, &made)?;
            }
            return Ok(Deleted::Gone(gone));
        }
        if old.is_terminating() {
            // A second delete may only shorten the grace period.
            let current = old.at(&["metadata", "deletionGracePeriodSeconds"]).int();
            if grace_s >= current && next.same(&old) {
                return Ok(Deleted::Terminating(old));
            }
        }
        if !old.is_terminating() || grace_s < old.at(&["metadata", "deletionGracePeriodSeconds"]).int() {
            mark_deleted(&mut next, by.now, grace_s);
        }
        if kind == kinds::NAMESPACE {
            next.set(&["status", "phase"], "Terminating");
            next.remove(&["metadata", "deletionGracePeriodSeconds"]);
        }
        Ok(Deleted::Terminating(self.commit_update(by, key, next, &old)?))
    }

    /// Makes anew what every cluster has, as whoever looks after it in a real one does at once where it is deleted.
    fn renew(&mut self, by: &Caller, key: ObjectKey, made: &Value) -> Result<(), Status> {
        // An address stays as long as its Service.
        if key.kind.plural == "ipaddresses" {
            return Ok(());
        }
        let mut anew = made.clone();
        anew.set(&["metadata", "uid"], self.random.uuid());
        anew.set(&["metadata", "creationTimestamp"], by.now.rfc3339());
        let (kind, name) = (key.kind, key.name.clone());
        let signed = Signature { at: by.now, by: maker(kind, &name) };
        self.store.create(signed, key, anew).map(|_| ()).map_err(|e| refused(kind, &name, &e))
    }

    /// DELETE of all objects of a kind that the selectors find; returns them.
    pub fn delete_collection(
        &mut self,
        by: &Caller,
        kind: KindRef,
        namespace: &str,
        select: &ListOptions,
        options: &DeleteOptions,
    ) -> Result<Vec<Value>, Status> {
        let found = self.list(kind, kind.namespaced.then_some(namespace), select)?;
        for object in &found {
            self.delete(by, kind, object.namespace(), object.name(), options)?;
        }
        Ok(found)
    }

    /// POST of a pod's `eviction` subresource: a delete that PodDisruptionBudgets may refuse (429).
    pub fn evict(&mut self, by: &Caller, namespace: &str, pod: &str, options: &DeleteOptions) -> Result<(), Status> {
        let pods = kinds::POD;
        let object = self.get(pods, namespace, pod)?;
        let finished = matches!(object.at(&["status", "phase"]).str(), "Succeeded" | "Failed" | "Pending");
        if !finished && !object.is_terminating() {
            self.check_disruption_budgets(by, &object, options.dry_run)?;
        }
        if !options.dry_run {
            self.mark_evicted(by, object)?;
        }
        self.delete(by, pods, namespace, pod, options).map(|_| ())
    }

    /// Says of a pod that it is disrupted, before it goes (`addConditionAndDeletePod`).
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

    /// Takes one disruption from each budget that covers the pod.
    fn check_disruption_budgets(&mut self, by: &Caller, pod: &Value, dry_run: bool) -> Result<(), Status> {
        let kind = kinds::POD_DISRUPTION_BUDGET;
        let covers = |budget: &&Value| LabelSelector::from_object(budget.at(&["spec", "selector"])).is_ok_and(|s| s.matches(pod.labels()));
        let budgets: Vec<Value> = self.iter(kind, Some(pod.namespace())).filter(covers).cloned().list();
        let [budget] = budgets.as_slice() else {
            return match budgets.len() {
                0 => Ok(()),
                _ => Err(Status::internal(
                    "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.",
                )),
            };
        };
        if pod.condition("Ready") != "True" {
            let always_allow = budget.at(&["spec", "unhealthyPodEvictionPolicy"]).str() == "AlwaysAllow";
            let [desired, current] = health(budget);
            let healthy_enough = current >= desired && desired > 0;
            if always_allow || healthy_enough {
                return Ok(());
            }
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

/// How many pods a budget wants healthy, and how many are.
fn health(budget: &Value) -> [i64; 2] {
    ["desiredHealthy", "currentHealthy"].map(|member| budget.at(&["status", member]).int())
}

/// How many disruptions a budget allows now, which is one at least (the first half of `checkAndDecrement`).
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
        // Nothing is to be trusted that was counted before.
        Some(["SyncFailed", message]) => format!("does not allow evicting pods currently because it failed sync: {message}"),
        _ if current <= desired => format!("needs {desired} healthy pods and has {current} currently"),
        Some([reason, message]) => format!("does not allow evicting pods currently ({reason}): {message}"),
        None => "does not allow evicting pods currently".to_owned(),
    })
}

/// The policy in force: the caller's, that of the object's finalizers, or that of the kind's strategy (core/v1 ReplicationControllers and
/// Jobs orphan).
fn propagation(kind: KindRef, object: &Value, options: &DeleteOptions) -> Option<Propagation> {
    options.propagation.or(match (kind.group, kind.plural) {
        _ if has_finalizer(object, "foregroundDeletion") => None,
        ("", "replicationcontrollers") | ("batch", "jobs") => Some(Propagation::Orphan),
        _ => None,
    })
}

/// Seconds that the object lives on: only pods have grace (`podStrategy.CheckGracefulDelete`).
fn grace_period_s(kind: KindRef, object: &Value, options: &DeleteOptions) -> i64 {
    if kind != kinds::POD {
        return 0;
    }
    if has_ended(object) || object.at(&["spec", "nodeName"]).str().is_empty() {
        return 0;
    }
    let asked = options.grace_period_s.unwrap_or_else(|| object.at(&["spec", "terminationGracePeriodSeconds"]).as_int().unwrap_or(30));
    if asked < 0 { 1 } else { asked }
}

/// Sets when the object is to be gone; a later delete moves that time nearer, and is no new generation (`BeforeDelete`).
fn mark_deleted(object: &mut Value, now: Time, grace_s: i64) {
    let asked = object.at(&["metadata", "deletionTimestamp"]).as_str().and_then(Time::parse_rfc3339);
    let old_grace = object.at(&["metadata", "deletionGracePeriodSeconds"]).int();
    let start = asked.map_or(now, |t| Time(t.0.saturating_sub(old_grace.unsigned_abs() * 1_000_000)));
    object.set(&["metadata", "deletionTimestamp"], (start + Duration::from_secs(grace_s.unsigned_abs())).rfc3339());
    object.set(&["metadata", "deletionGracePeriodSeconds"], grace_s);
    if asked.is_none() && !object.at(&["metadata", "generation"]).is_null() {
        object.set(&["metadata", "generation"], object.at(&["metadata", "generation"]).int() + 1);
    }
}

/// The answer to a delete that is done, as the API gives it.
fn success(kind: KindRef, object: &Value) -> Value {
    let mut details = obj!({"name": object.name(), "kind": kind.plural, "uid": object.uid()});
    if !kind.group.is_empty() {
        details.set(&["group"], kind.group);
    }
    obj!({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "details": details})
}

/// The kinds whose deletion is answered with the object (`ReturnDeletedObject`).
const RETURNED: [&str; 7] =
    ["pods", "services", "persistentvolumes", "persistentvolumeclaims", "podtemplates", "resourcequotas", "serviceaccounts"];

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
