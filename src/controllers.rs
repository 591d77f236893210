//! The controller manager: one file per controller, each level-triggered and keyed.
//! Nothing here may know the scheduler, the kubelets or another controller.

#[cfg(test)]
mod batch_scenarios;
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

pub use controller::{Controller, ObjectRef, all};
pub use flags::{FlagError, Flags};
