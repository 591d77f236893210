//! The garbage collector (`pkg/controller/garbagecollector`): dependents of owners that are gone, and the two finalizers of deletion policies.

use super::controller::ignore_not_found;
use super::flags::Flags;
use super::work_queue::WorkQueue;
use crate::api::{ArcStr, KindRef, Object, Status, Value, drop_finalizer, drop_owner, has_finalizer, kinds};
use crate::base::{List as _, RateLimiter, Time};
use crate::server::{
    ApiServer, Caller, Change, Component, DeleteOptions, EventRecorder, EventType, Preconditions, Propagation, Subresource, WriteOptions,
};
use crate::store::ObjectKey;

/// Works by object: checks whether its owners exist, and whether its dependents have been dealt with.
#[derive(Clone, Debug)]
pub struct GarbageCollector {
    queue: WorkQueue<ObjectKey>,
    recorder: EventRecorder,
    /// Owners of kinds that users define and that were seen to go. With its definition, a kind is unknown too (`absentOwnerCache`).
    absent: Vec<ArcStr>,
}

/// How many owners that are gone it remembers.
const ABSENT_MAX: usize = 500;

impl GarbageCollector {
    /// The controller, with the flags of the controller manager. It reads each object before it deletes it, so its client is allowed twice
    /// the usual rate.
    pub fn new(flags: &Flags) -> Self {
        let client = RateLimiter::new(flags.api_qps * 2.0, flags.api_burst);
        GarbageCollector {
            queue: WorkQueue::new().of_client(client),
            recorder: EventRecorder::new("garbage-collector-controller", ""),
            absent: Vec::new(),
        }
    }

    /// Deletes the object if all its owners are gone; in the foreground if one of them waits for it.
    fn attempt_to_delete(&mut self, api: &mut ApiServer, by: &Caller, key: &ObjectKey) -> Result<(), Status> {
        let Some(object) = api.peek(key.kind, &key.namespace, &key.name).cloned() else { return Ok(()) };
        let owners = object.at(&["metadata", "ownerReferences"]).items();
        if owners.is_empty() || object.is_terminating() {
            return Ok(());
        }
        // An owner of an unknown kind may exist elsewhere, and a cluster-scoped object cannot have a namespaced owner: such owners decide
        // nothing.
        let is_absent = |r: &Value| self.absent.iter().any(|uid| uid == r.get("uid").str());
        let is_known = |r: &Value| kind_of(api, r).map_or_else(|| is_absent(r), |kind| key.kind.namespaced || !kind.namespaced);
        if let Some(strange) = owners.iter().find(|r| !is_known(r)) {
            if kind_of(api, strange).is_some() {
                self.report(api, by, &object, strange);
            }
            return Ok(());
        }
        if let Some(strange) = owners.iter().find(|r| lives_elsewhere(api, &object, r)) {
            self.report(api, by, &object, strange);
        }
        let (mut solid, mut waiting, mut dangling) = (0, 0, 0);
        for reference in owners {
            match owner_of(api, &object, reference) {
                None => dangling += 1,
                Some(owner) if awaits_dependents(owner) => waiting += 1,
                Some(_) => solid += 1,
            }
        }
        if solid > 0 {
            if dangling + waiting > 0 {
                let is_solid = |r: &&Value| owner_of(api, &object, r).is_some_and(|o| !awaits_dependents(o));
                let live: Vec<Value> = owners.iter().filter(is_solid).cloned().list();
                let mut next = object.clone();
                next.set(&["metadata", "ownerReferences"], live);
                api.update(by, key.kind, next, Subresource::None, &WriteOptions::default())?;
            }
            return Ok(());
        }
        let policy = if waiting > 0 && api.dependents(object.uid()).next().is_some() {
            // Two objects that wait for each other would do so for ever.
            if api.dependents(object.uid()).any(|(_, d)| awaits_dependents(d)) {
                let mut next = object.clone();
                for reference in next.at_mut(&["metadata", "ownerReferences"]).list_mut() {
                    reference.set(&["blockOwnerDeletion"], false);
                }
                api.update(by, key.kind, next, Subresource::None, &WriteOptions::default())?;
            }
            Propagation::Foreground
        } else if has_finalizer(&object, "orphan") {
            Propagation::Orphan
        } else if has_finalizer(&object, "foregroundDeletion") {
            Propagation::Foreground
        } else {
            Propagation::Background
        };
        let preconditions = Preconditions { uid: Some(object.uid().into()), ..Preconditions::default() };
        let options = DeleteOptions { preconditions, ..DeleteOptions::with(policy) };
        api.delete(by, key.kind, &key.namespace, &key.name, &options).map(|_| ())
    }

    /// Records an event about an owner that cannot be in the object's namespace (`reportInvalidNamespaceOwnerRef`).
    fn report(&mut self, api: &mut ApiServer, by: &Caller, object: &Value, reference: &Value) {
        let of = |member: &str| reference.get(member).str();
        let namespace = object.namespace();
        let message = format!(
            "ownerRef [{}/{}, namespace: {namespace}, name: {}, uid: {}] does not exist in namespace {namespace:?}",
            of("apiVersion"),
            of("kind"),
            of("name"),
            of("uid")
        );
        self.recorder.event(api, by.now, object, EventType::Warning, "OwnerRefInvalidNamespace", &message);
    }

    /// Queues the owners that are terminating.
    fn mark_waiting_owners(&mut self, api: &ApiServer, object: &Value, now: Time) {
        for reference in object.at(&["metadata", "ownerReferences"]).items() {
            if let Some(kind) = kind_of(api, reference)
                && let Some(owner) = owner_of(api, object, reference)
                && owner.is_terminating()
            {
                let namespace = if kind.namespaced { object.namespace_arc() } else { Default::default() };
                self.queue.add_at(ObjectKey { kind, namespace, name: owner.name_arc() }, now);
            }
        }
    }

    /// Does what the finalizers `orphan` and `foregroundDeletion` of a terminating object ask for, then removes them.
    fn process_finalizers(&mut self, api: &mut ApiServer, by: &Caller, key: &ObjectKey) -> Result<(), Status> {
        let Some(object) = api.peek(key.kind, &key.namespace, &key.name).cloned() else { return Ok(()) };
        if !object.is_terminating() {
            return Ok(());
        }
        let uid = object.uid();
        let dependents: Vec<(ObjectKey, Value)> = api.dependents(uid).map(|(k, v)| (k.clone(), v.clone())).list();
        if has_finalizer(&object, "orphan") {
            for (dependent, value) in dependents {
                let mut next = value;
                drop_owner(&mut next, uid);
                api.update(by, dependent.kind, next, Subresource::None, &WriteOptions::default())?;
            }
            return remove_finalizer(api, by, key, "orphan");
        }
        if has_finalizer(&object, "foregroundDeletion") {
            let blocks = |v: &Value| {
                let references = v.at(&["metadata", "ownerReferences"]).items();
                references.iter().any(|r| r.get("uid").str() == uid && r.get("blockOwnerDeletion").is_true())
            };
            if !dependents.iter().any(|(_, v)| blocks(v)) {
                return remove_finalizer(api, by, key, "foregroundDeletion");
            }
            for (dependent, _) in dependents.into_iter().filter(|(_, v)| !awaits_dependents(v)) {
                self.queue.add_at(dependent, by.now);
            }
        }
        Ok(())
    }
}

fn remove_finalizer(api: &mut ApiServer, by: &Caller, key: &ObjectKey, finalizer: &str) -> Result<(), Status> {
    let Some(mut next) = api.peek(key.kind, &key.namespace, &key.name).cloned() else { return Ok(()) };
    drop_finalizer(&mut next, finalizer);
    api.update(by, key.kind, next, Subresource::None, &WriteOptions::default()).map(|_| ())
}

/// Whether an object waits for the deletion of its dependents (`isDeletingDependents`).
fn awaits_dependents(object: &Value) -> bool {
    object.is_terminating() && has_finalizer(object, "foregroundDeletion")
}

fn kind_of(api: &ApiServer, reference: &Value) -> Option<KindRef> {
    api.kind_of(reference.get("apiVersion").str(), reference.get("kind").str())
}

/// Whether a reference means an owner in another namespace.
fn lives_elsewhere(api: &ApiServer, object: &Value, reference: &Value) -> bool {
    let Some(kind) = kind_of(api, reference).filter(|k| k.namespaced) else { return false };
    if owner_of(api, object, reference).is_some() {
        return false;
    }
    let is_it = |o: &Value| o.uid() == reference.get("uid").str();
    let is_in = |namespace: &Value| api.peek(kind, namespace.name(), reference.get("name").str()).is_some_and(is_it);
    api.iter(kinds::NAMESPACE, None).any(|n| n.name() != object.namespace() && is_in(n))
}

/// The living object that a reference names, where uid and namespace agree.
fn owner_of<'a>(api: &'a ApiServer, object: &Value, reference: &Value) -> Option<&'a Value> {
    let kind = kind_of(api, reference)?;
    let namespace = if kind.namespaced { object.namespace() } else { "" };
    api.peek(kind, namespace, reference.get("name").str()).filter(|o| o.uid() == reference.get("uid").str())
}

impl Component for GarbageCollector {
    fn watches(&self, kind: KindRef) -> bool {
        kind.built_in() != "events"
    }

    fn on_change(&mut self, api: &ApiServer, now: Time, change: &Change) {
        let object = &change.object;
        if change.current().is_none() {
            self.recorder.forget(object.uid());
            // What the gone object owned, and what waited for it to go.
            let mut owned = false;
            for (key, _) in api.dependents(object.uid()) {
                self.queue.add_at(key.clone(), now);
                owned = true;
            }
            if owned && change.key.kind.custom.is_some() {
                self.absent.truncate(ABSENT_MAX - 1);
                self.absent.insert(0, object.get("metadata").get("uid").arc_str());
            }
            return self.mark_waiting_owners(api, object, now);
        }
        let references = |o: &Value| o.at(&["metadata", "ownerReferences"]).clone();
        let owners_changed = change.old.as_ref().is_none_or(|old| !references(old).same(&references(object)));
        if let Some(old) = change.old.as_ref().filter(|_| owners_changed) {
            // An owner may wait for it no longer.
            self.mark_waiting_owners(api, old, now);
        }
        let began_to_end = object.is_terminating()
            && change.old.as_ref().is_none_or(|old| {
                !old.is_terminating() || !old.at(&["metadata", "finalizers"]).same(object.at(&["metadata", "finalizers"]))
            });
        if began_to_end || (owners_changed && !references(object).items().is_empty()) {
            self.queue.add_at(change.key.clone(), now);
        }
    }

    fn next_wake(&self) -> Option<Time> {
        self.queue.next_at()
    }

    fn wake(&mut self, api: &mut ApiServer, now: Time) {
        let Some(key) = self.queue.pop_due(now) else { return };
        let by = Caller::new(now, "generic-garbage-collector");
        let before = api.revision();
        let done = self.process_finalizers(api, &by, &key).and_then(|()| self.attempt_to_delete(api, &by, &key));
        let written = api.revision() - before;
        // It looked at the object first.
        self.queue.note_requests(now, if written == 0 { 0 } else { written + 1 });
        self.queue.settle(key, now, ignore_not_found(done).is_ok());
    }
}
