//! What controllers have in common. It knows none of them.

use super::work_queue::WorkQueue;
use crate::api::{ArcStr, KindRef, Object, Status, Value};
use crate::base::Time;
use crate::obj;
use crate::server::{ApiServer, Caller, Component, Subresource, WriteOptions};

/// A controller: a component that can be copied with the rest of the cluster.
pub trait Controller: Component {
    /// A boxed copy of it.
    fn boxed_clone(&self) -> Box<dyn Controller>;

    /// Itself, so that a controller of a known type can be asked for more than the trait offers.
    fn as_any(&self) -> &dyn std::any::Any;
}

impl<T: Component + Clone + 'static> Controller for T {
    fn boxed_clone(&self) -> Box<dyn Controller> {
        Box::new(self.clone())
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}

// The name alone: to print what controllers hold would add code to the page that nothing needs.
impl std::fmt::Debug for dyn Controller {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Controller")
    }
}

impl Clone for Box<dyn Controller> {
    fn clone(&self) -> Self {
        (**self).boxed_clone()
    }
}

/// Namespace and name: what most controllers key their work by.
pub type ObjectRef = (ArcStr, ArcStr);

/// The key of an object.
pub(super) fn key_of(object: &Value) -> ObjectRef {
    (object.namespace_arc(), object.name_arc())
}

/// The key of an object's controller, if that is of this kind.
// Models resolveControllerRef, but for the UID.
pub(super) fn controller_of(object: &Value, kind: &str) -> Option<ObjectRef> {
    let owner = object.controller_ref();
    (owner.get("kind").str() == kind).then(|| (object.namespace_arc(), owner.get("name").arc_str()))
}

/// Reconciles the next key that is due in one of a controller's queues; a key that fails is due again later. Says whether any was due.
// Models processNextWorkItem, which every controller has.
pub(super) fn work<C, K: Ord + Clone>(
    controller: &mut C,
    queue: impl Fn(&mut C) -> &mut WorkQueue<K>,
    reconcile: impl FnOnce(&mut C, &mut ApiServer, Time, &K) -> Result<(), Status>,
    api: &mut ApiServer,
    now: Time,
) -> bool {
    let Some(key) = queue(controller).pop_due(now) else { return false };
    let before = api.revision();
    let succeeded = reconcile(controller, api, now, &key).is_ok();
    let queue = queue(controller);
    queue.note_requests(now, api.revision() - before);
    queue.settle(key, now, succeeded);
    true
}

/// The result of a write to an object that may be gone, in which case there is nothing left to do (`client.IgnoreNotFound`).
pub(super) fn ignore_not_found<T>(written: Result<T, Status>) -> Result<(), Status> {
    match written {
        Err(status) if !status.is_not_found() => Err(status),
        _ => Ok(()),
    }
}

/// Sets a count in a status; a zero is left out (`omitempty`).
pub(super) fn set_count(status: &mut Value, member: &str, count: impl Into<Value>) {
    let count = count.into();
    if count.is_empty() {
        status.remove(&[member]);
    } else {
        status.set(&[member], count);
    }
}

/// Writes the status of an object, if it has changed.
pub(super) fn update_status(api: &mut ApiServer, by: &Caller, kind: KindRef, mut object: Value, status: Value) -> Result<(), Status> {
    if status.same(object.get("status")) {
        return Ok(());
    }
    object.set(&["status"], status);
    api.update(by, kind, object, Subresource::Status, &WriteOptions::default()).map(|_| ())
}

/// The owner reference that makes `owner` the controller of an object (`metav1.NewControllerRef`).
pub(super) fn controller_ref(owner: &Value, kind: KindRef) -> Value {
    obj!({
        "apiVersion": kind.api_version(), "kind": kind.kind, "name": owner.name_arc(), "uid": owner.uid(),
        "controller": true, "blockOwnerDeletion": true
    })
}
