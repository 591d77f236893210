//! The controller manager: one file per controller, each level-triggered and keyed.
//! Nothing here may know the scheduler, the kubelets or another controller.

#[cfg(test)]
mod batch_scenarios;
mod certificate_signing;
mod cluster_role_aggregation;
mod controller;
mod controller_history;
pub mod cron_job;
mod daemon_set;
mod deletion_rank;
pub mod deployment;
mod disruption;
mod endpoint_slice;
mod endpoint_slice_mirroring;
mod endpoints;
mod flags;
mod garbage_collector;
pub mod hpa;
pub mod job;
mod namespace;
mod namespace_objects;
mod node_affinity_eviction;
mod node_lifecycle;
#[cfg(test)]
mod node_scenarios;
mod node_ttl;
mod pod_claim;
mod pod_control;
mod pod_gc;
mod replica_set;
mod replica_tally;
mod replicas;
mod resource_claim;
mod resource_quota;
#[cfg(test)]
mod scenarios;
mod service_cidr;
mod service_pods;
mod stateful_set;
mod taint_eviction;
#[cfg(test)]
mod tests;
mod token_secrets;
mod topology_hints;
mod ttl_after_finished;
mod validating_policy_status;
mod volume;
mod work_queue;

pub use controller::{Controller, ObjectRef};
pub use flags::{FlagError, Flags};

/// Every controller of the controller manager, in the order in which they act at one moment.
pub fn all(flags: &Flags) -> Vec<Box<dyn Controller>> {
    vec![
        Box::new(namespace_objects::NamespaceObjects::default()),
        Box::new(cluster_role_aggregation::ClusterRoleAggregationController::default()),
        // The controllers of endpoints come before those of pods: they act on what informers have delivered, not on what others do at the
        // same moment.
        Box::new(endpoints::EndpointsController::default()),
        Box::new(endpoint_slice::EndpointSliceController::default()),
        Box::new(deployment::DeploymentController::new(flags)),
        Box::new(replica_set::ReplicaSetController::for_replication_controllers(flags)),
        Box::new(replica_set::ReplicaSetController::for_replica_sets(flags)),
        Box::new(daemon_set::DaemonSetController::new(flags)),
        Box::new(stateful_set::StatefulSetController::new(flags)),
        Box::new(hpa::HorizontalController::new(flags)),
        Box::new(cron_job::CronJobController::default()),
        Box::new(job::JobController::new(flags)),
        Box::new(ttl_after_finished::TtlAfterFinishedController::default()),
        Box::new(endpoint_slice_mirroring::EndpointSliceMirroringController::default()),
        Box::new(disruption::DisruptionController::default()),
        Box::new(node_lifecycle::NodeLifecycleController::new(flags)),
        Box::new(taint_eviction::TaintEvictionController::default()),
        Box::new(node_affinity_eviction::NodeAffinityEvictionController::default()),
        Box::new(node_ttl::NodeTtlController::default()),
        Box::new(pod_gc::PodGarbageCollector::default()),
        Box::new(volume::PersistentVolumeController::default()),
        Box::new(volume::VolumeProtectionController::default()),
        Box::new(volume::EphemeralVolumeController::default()),
        Box::new(resource_claim::ResourceClaimController::default()),
        Box::new(resource_quota::ResourceQuotaController::default()),
        Box::new(garbage_collector::GarbageCollector::new(flags)),
        Box::new(namespace::NamespaceController::default()),
        Box::new(token_secrets::TokensController::default()),
        Box::new(certificate_signing::CertificateSigningController::default()),
        Box::new(service_cidr::ServiceCidrController::default()),
        Box::new(validating_policy_status::PolicyStatusController::default()),
    ]
}
