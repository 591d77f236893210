//! DELETE: grace, finalizers and propagation (`registry/generic/registry`).

use super::ApiServer;
use super::admission::{self, Request};
use super::built_in::maker;
use super::definitions::{CLEANUP, set_condition};
use super::event_forms::stored_kind;
use super::options::{Caller, DeleteOptions, ListOptions, Preconditions, Propagation, Subresource};
use super::strategy::demand_verb;
use super::write::refused;
use crate::api::{KindRef, Object, Status, Value, add_finalizer, drop_finalizer, has_ended, has_finalizer, kinds};
use crate::base::{Duration, Time};
use crate::obj;
use crate::store::{ObjectKey, Signature};

/// What a delete did.
#[derive(Clone, Debug)]
pub enum Deleted {
    /// The object is gone; its last state.
    Gone(Value),
    /// It is terminating: it waits for its grace period or its finalizers.
    Terminating(Value),
}

impl Deleted {
    /// The API's answer: the object if it still exists or its kind returns deleted objects, otherwise a Status of success.
    pub fn answer(&self, kind: KindRef) -> Value {
        match self {
            Deleted::Gone(object) if !is_returned(kind) => success(kind, object),
            Deleted::Gone(object) | Deleted::Terminating(object) => object.clone(),
        }
    }

    /// The object as it is, or as it was last.
    pub fn object(&self) -> &Value {
        match self {
            Deleted::Gone(v) | Deleted::Terminating(v) => v,
        }
    }
}

/// Refuses a delete whose preconditions name another UID or version.
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

/// Refuses to delete the namespaces and priority classes that every cluster needs.
fn demand_deletable(kind: KindRef, name: &str) -> Result<(), Status> {
    let why = match (kind.built_in(), name) {
        ("namespaces", "default" | "kube-system" | "kube-public") => "this namespace may not be deleted",
        ("priorityclasses", "system-cluster-critical" | "system-node-critical") => "this is a system priority class and cannot be deleted",
        _ => return Ok(()),
    };
    Err(Status::forbidden(kind, name, why))
}

/// Records in an object's finalizers what is to become of its dependents.
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
        // To delete again what is already being deleted changes nothing.
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
        if grace_s == 0 && !held {
            return self.delete_now(by, key, next, &old).map(Deleted::Gone);
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
        }
        // The registries of these kinds set the deletion timestamp themselves, and nothing else.
        if matches!(kind.built_in(), "namespaces" | "customresourcedefinitions") {
            next.remove(&["metadata", "deletionGracePeriodSeconds"]);
            if let Some(generation) = old.at(&["metadata", "generation"]).as_int() {
                next.set(&["metadata", "generation"], generation);
            }
        }
        Ok(Deleted::Terminating(self.commit_update(by, key, next, &old)?))
    }

    /// Removes an object from the store; returns its last state.
    fn delete_now(&mut self, by: &Caller, key: ObjectKey, mut next: Value, old: &Value) -> Result<Value, Status> {
        let refused = |e| refused(key.kind, &key.name, &e);
        if key.kind == kinds::POD && old.at(&["metadata", "deletionGracePeriodSeconds"]).as_int() != Some(0) {
            // A pod that had grace is first written with none left, and removed after that.
            mark_deleted(&mut next, by.now, 0);
            next = self.store.update(by.signature(), key.clone(), next, old.revision()).cloned().map_err(refused)?;
        }
        self.services.release(key.kind, old);
        let expected = next.revision();
        let gone = self.store.delete(by.signature(), key.clone(), next, expected).cloned().map_err(refused)?;
        if let Some(made) = self.built_in_at(&key) {
            self.renew(by, key, &made)?;
        }
        Ok(gone)
    }

    /// Recreates what every cluster has, as its controller in a real cluster does at once when it is deleted.
    fn renew(&mut self, by: &Caller, key: ObjectKey, made: &Value) -> Result<(), Status> {
        // An IPAddress exists as long as its Service does.
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

    /// DELETE of a collection: of all objects of a kind that the selectors find. Returns them.
    pub fn delete_collection(
        &mut self,
        by: &Caller,
        kind: KindRef,
        namespace: &str,
        select: &ListOptions,
        options: &DeleteOptions,
    ) -> Result<Vec<Value>, Status> {
        demand_verb(kind, "deletecollection")?;
        let found = self.list(kind, kind.namespaced.then_some(namespace), select)?;
        for object in &found {
            self.delete(by, kind, object.namespace(), object.name(), options)?;
        }
        Ok(found)
    }
}

/// The policy in force: the caller's, else that of the object's finalizers, else the kind's default (ReplicationControllers and Jobs
/// orphan).
fn propagation(kind: KindRef, object: &Value, options: &DeleteOptions) -> Option<Propagation> {
    options.propagation.or(match (kind.group, kind.plural) {
        _ if has_finalizer(object, "foregroundDeletion") => None,
        ("", "replicationcontrollers") | ("batch", "jobs") => Some(Propagation::Orphan),
        _ => None,
    })
}

/// The grace period in seconds; only pods have one (`podStrategy.CheckGracefulDelete`).
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

/// Sets when the object is to be gone (`BeforeDelete`). A later delete moves that time nearer, without a new generation, and not into the
/// past: then a second of grace is left, so that the kubelet still does the deleting.
fn mark_deleted(object: &mut Value, now: Time, mut grace_s: i64) {
    let asked = object.at(&["metadata", "deletionTimestamp"]).as_str().and_then(Time::parse_rfc3339);
    let old_grace = object.at(&["metadata", "deletionGracePeriodSeconds"]).int();
    let start = asked.map_or(now, |t| Time(t.0.saturating_sub(old_grace.unsigned_abs() * 1_000_000)));
    let end = start + Duration::from_secs(grace_s.unsigned_abs());
    if end < now {
        grace_s = grace_s.min(1);
    }
    object.set(&["metadata", "deletionTimestamp"], end.max(now).rfc3339());
    object.set(&["metadata", "deletionGracePeriodSeconds"], grace_s);
    if asked.is_none() && !object.at(&["metadata", "generation"]).is_null() {
        object.set(&["metadata", "generation"], object.at(&["metadata", "generation"]).int() + 1);
    }
}

/// The Status of success that the API answers to a completed delete.
fn success(kind: KindRef, object: &Value) -> Value {
    let mut details = obj!({"name": object.name(), "kind": kind.plural, "uid": object.uid()});
    if !kind.group.is_empty() {
        details.set(&["group"], kind.group);
    }
    obj!({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "details": details})
}

/// Whether a deletion is answered with the object though it is gone (`ReturnDeletedObject`).
fn is_returned(kind: KindRef) -> bool {
    match (kind.group, kind.built_in()) {
        (_, "") => false,
        ("resource.k8s.io", _) => true,
        ("storage.k8s.io", plural) => plural != "csistoragecapacities",
        (_, plural) => matches!(
            plural,
            "pods" | "services" | "persistentvolumes" | "persistentvolumeclaims" | "podtemplates" | "resourcequotas" | "serviceaccounts"
        ),
    }
}
