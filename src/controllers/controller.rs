//! What controllers have in common, and the list of them.

use super::flags::Flags;
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

/// Every controller of the controller manager, in the order in which they act at one moment.
pub fn all(flags: &Flags) -> Vec<Box<dyn Controller>> {
    vec![
        Box::new(super::namespace_objects::NamespaceObjects::default()),
        Box::new(super::cluster_role_aggregation::ClusterRoleAggregationController::default()),
        // The controllers of endpoints come before those of pods: they act on what informers have delivered, not on what others do at the
        // same moment.
        Box::new(super::endpoints::EndpointsController::default()),
        Box::new(super::endpoint_slice::EndpointSliceController::default()),
        Box::new(super::deployment::DeploymentController::new(flags)),
        Box::new(super::replica_set::ReplicaSetController::for_replication_controllers(flags)),
        Box::new(super::replica_set::ReplicaSetController::for_replica_sets(flags)),
        Box::new(super::daemon_set::DaemonSetController::new(flags)),
        Box::new(super::stateful_set::StatefulSetController::new(flags)),
        Box::new(super::hpa::HorizontalController::new(flags)),
        Box::new(super::cron_job::CronJobController::default()),
        Box::new(super::job::JobController::new(flags)),
        Box::new(super::ttl_after_finished::TtlAfterFinishedController::default()),
        Box::new(super::endpoint_slice_mirroring::EndpointSliceMirroringController::default()),
        Box::new(super::disruption::DisruptionController::default()),
        Box::new(super::node_lifecycle::NodeLifecycleController::new(flags)),
        Box::new(super::taint_eviction::TaintEvictionController::default()),
        Box::new(super::node_affinity_eviction::NodeAffinityEvictionController::default()),
        Box::new(super::node_ttl::NodeTtlController::default()),
        Box::new(super::pod_gc::PodGarbageCollector::default()),
        Box::new(super::volume::PersistentVolumeController::default()),
        Box::new(super::volume::VolumeProtectionController::default()),
        Box::new(super::volume::EphemeralVolumeController::default()),
        Box::new(super::resource_claim::ResourceClaimController::default()),
        Box::new(super::resource_quota::ResourceQuotaController::default()),
        Box::new(super::garbage_collector::GarbageCollector::new(flags)),
        Box::new(super::namespace::NamespaceController::default()),
        Box::new(super::token_secrets::TokensController::default()),
        Box::new(super::service_cidr::ServiceCidrController::default()),
        Box::new(super::validating_policy_status::PolicyStatusController::default()),
    ]
}
