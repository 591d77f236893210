//! DELETE: grace, finalizers and propagation (`registry/generic/registry`), and the eviction subresource.

use super::ApiServer;
use super::admission::{self, policy::Request};
use super::definitions::{CLEANUP, definitions, set_condition};
use super::options::{Caller, DeleteOptions, ListOptions, Propagation, Subresource, WriteOptions};
use super::strategy::add_finalizer;
use crate::api::selector::LabelSelector;
use crate::api::{Kind, KindRef, Object, Status, Value};
use crate::base::{Duration, Time};
use crate::obj;
use crate::store::ObjectKey;

/// What a delete did.
#[derive(Clone, Debug)]
pub enum Deleted {
    /// The object is gone; its last state.
    Gone(Value),
    /// It is terminating: it waits for its grace period or its finalizers.
    Terminating(Value),
}

impl Deleted {
    /// The object as it is or was last.
    pub fn object(&self) -> &Value {
        match self {
            Deleted::Gone(v) | Deleted::Terminating(v) => v,
        }
    }
}

/// A precondition that does not hold; upstream puts the kind where the resource belongs.
fn precondition(kind: KindRef, name: &str, detail: &str) -> Status {
    let mut status = Status::conflict(kind, name, detail);
    status.message = status.message.replacen(kind.plural, kind.kind, 1);
    status.details.set(&["kind"], kind.kind);
    status
}

impl ApiServer {
    /// DELETE of one object.
    pub fn delete(&mut self, by: &Caller, kind: KindRef, namespace: &str, name: &str, options: &DeleteOptions) -> Result<Deleted, Status> {
        let old = self.get(kind, namespace, name)?;
        if let Some(uid) = &options.preconditions.uid
            && uid != old.uid()
        {
            let detail = format!("the UID in the precondition ({uid}) does not match the UID in record ({})", old.uid());
            return Err(precondition(kind, name, &(detail + ". The object might have been deleted and then recreated")));
        }
        if let Some(version) = &options.preconditions.resource_version
            && version != old.at(&["metadata", "resourceVersion"]).str()
        {
            let recorded = old.at(&["metadata", "resourceVersion"]).str();
            let detail =
                format!("the ResourceVersion in the precondition ({version}) does not match the ResourceVersion in record ({recorded})");
            return Err(precondition(kind, name, &(detail + ". The object might have been modified")));
        }
        if kind.plural == "namespaces" && matches!(name, "default" | "kube-system" | "kube-public") {
            return Err(Status::forbidden(kind, name, "this namespace may not be deleted"));
        }
        let mut next = old.clone();
        match propagation(kind, options) {
            Some(Propagation::Orphan) => {
                drop_finalizer(&mut next, "foregroundDeletion");
                add_finalizer(&mut next, "orphan");
            }
            Some(Propagation::Foreground) => {
                drop_finalizer(&mut next, "orphan");
                add_finalizer(&mut next, "foregroundDeletion");
            }
            _ => {}
        }
        if kind == definitions() && !old.is_terminating() {
            add_finalizer(&mut next, CLEANUP);
            let message = "CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon";
            set_condition(&mut next, "Terminating", "True", "InstanceDeletionPending", message, by.now);
        }
        let grace_s = grace_period_s(kind, &old, options);
        let held = !next.at(&["metadata", "finalizers"]).items().is_empty() || kind.plural == "namespaces";
        // Who deletes again what is being deleted changes nothing.
        if !old.is_terminating() || grace_s == 0 {
            let request =
                Request { kind, operation: "DELETE", sub: Subresource::None, object: &Value::Null, old: &old, dry_run: options.dry_run };
            let warnings = admission::policy::admit(self, by, &request)?;
            self.warnings.extend(warnings);
        }
        if options.dry_run {
            return Ok(Deleted::Gone(old));
        }
        let key = ObjectKey::new(kind, namespace, name);
        let refused = |e| super::api_server::refused(kind, name, &e);
        self.store.sign(by.manager);
        if grace_s == 0 && !held {
            if kind.plural == "pods" && kind.group.is_empty() && old.at(&["metadata", "deletionGracePeriodSeconds"]).as_int() != Some(0) {
                // What has grace is first written with none left, and then goes.
                mark_deleted(&mut next, by.now, 0);
                next = self.store.update(by.now, key.clone(), next, old.revision()).cloned().map_err(refused)?;
            }
            self.services.release(kind, &old);
            let expected = next.revision();
            return self.store.delete(by.now, key, next, expected).cloned().map(Deleted::Gone).map_err(refused);
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
        if kind.plural == "namespaces" {
            next.set(&["status", "phase"], "Terminating");
            next.remove(&["metadata", "deletionGracePeriodSeconds"]);
        }
        Ok(Deleted::Terminating(self.commit_update(by, key, next, &old)?))
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
        let pods = Kind::named("Pod");
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
        conditions.retain(|c| c.get("type").str() != "DisruptionTarget");
        conditions.push(obj!({
            "type": "DisruptionTarget", "status": "True", "lastProbeTime": null, "lastTransitionTime": by.now.rfc3339(),
            "reason": "EvictionByEvictionAPI", "message": "Eviction API: evicting"
        }));
        self.update(by, Kind::named("Pod"), pod, Subresource::Status, &WriteOptions::default()).map(|_| ())
    }

    /// Takes one disruption from each budget that covers the pod.
    fn check_disruption_budgets(&mut self, by: &Caller, pod: &Value, dry_run: bool) -> Result<(), Status> {
        let kind = Kind::named("PodDisruptionBudget");
        let covers = |budget: &&Value| LabelSelector::from_object(budget.at(&["spec", "selector"])).is_ok_and(|s| s.matches(pod.labels()));
        let budgets: Vec<Value> = self.iter(kind, Some(pod.namespace())).filter(covers).cloned().collect();
        let [budget] = budgets.as_slice() else {
            return match budgets.len() {
                0 => Ok(()),
                _ => Err(Status::internal(
                    "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.",
                )),
            };
        };
        let unready = pod.condition("Ready") != "True";
        if unready {
            let always_allow = budget.at(&["spec", "unhealthyPodEvictionPolicy"]).str() == "AlwaysAllow";
            let healthy_enough = budget.at(&["status", "currentHealthy"]).int() >= budget.at(&["status", "desiredHealthy"]).int()
                && budget.at(&["status", "desiredHealthy"]).int() > 0;
            if always_allow || healthy_enough {
                return Ok(());
            }
        }
        if budget.at(&["status", "observedGeneration"]).int() < budget.at(&["metadata", "generation"]).int() {
            let mut status = disrupted(budget.name(), "The disruption budget is still being processed by the server.");
            status.details.set(&["retryAfterSeconds"], 10);
            return Err(status);
        }
        if budget.at(&["status", "disruptionsAllowed"]).int() <= 0 {
            let detail = format!(
                "The disruption budget {} needs {} healthy pods and has {} currently",
                budget.name(),
                budget.at(&["status", "desiredHealthy"]).int(),
                budget.at(&["status", "currentHealthy"]).int()
            );
            return Err(disrupted(budget.name(), &detail));
        }
        let mut next = budget.clone();
        next.set(&["status", "disruptionsAllowed"], budget.at(&["status", "disruptionsAllowed"]).int() - 1);
        next.set(&["status", "disruptedPods", pod.name()], by.now.rfc3339());
        self.update(by, kind, next, Subresource::Status, &WriteOptions { dry_run, ..WriteOptions::default() }).map(|_| ())
    }
}

fn disrupted(budget: &str, detail: &str) -> Status {
    let mut status = Status::too_many_requests("Cannot evict pod as it would violate the pod's disruption budget.");
    status.details = Value::map();
    status.causes.push(crate::api::Cause { reason: "DisruptionBudget", field: String::new(), message: detail.to_owned() });
    debug_assert!(!budget.is_empty(), "budgets have names");
    status
}

/// The policy in force: the caller's, or that of the kind's strategy (core/v1 ReplicationControllers and Jobs orphan).
fn propagation(kind: KindRef, options: &DeleteOptions) -> Option<Propagation> {
    options.propagation.or(match (kind.group, kind.plural) {
        ("", "replicationcontrollers") | ("batch", "jobs") => Some(Propagation::Orphan),
        _ => None,
    })
}

/// Seconds that the object lives on: only pods have grace (`podStrategy.CheckGracefulDelete`).
fn grace_period_s(kind: KindRef, object: &Value, options: &DeleteOptions) -> i64 {
    if kind.plural != "pods" || !kind.group.is_empty() {
        return 0;
    }
    let finished = matches!(object.at(&["status", "phase"]).str(), "Succeeded" | "Failed");
    if finished || object.at(&["spec", "nodeName"]).str().is_empty() {
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

fn drop_finalizer(object: &mut Value, finalizer: &str) {
    if object.at(&["metadata", "finalizers"]).items().iter().any(|f| f.str() == finalizer) {
        object.at_mut(&["metadata", "finalizers"]).list_mut().retain(|f| f.str() != finalizer);
    }
    if object.at(&["metadata", "finalizers"]).items().is_empty() {
        object.remove(&["metadata", "finalizers"]);
    }
}

/// The answer to a delete that is done, as the API gives it.
pub(super) fn success(kind: KindRef, object: &Value) -> Value {
    obj!({
        "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success",
        "details": {"name": object.name(), "kind": kind.plural, "uid": object.uid()}
    })
}
