//! The controller manager: one file per controller, each level-triggered and keyed.
//! Nothing here may know the scheduler, the kubelets or another controller.

mod controller;
mod controller_history;
pub mod cron_job;
mod daemon_set;
pub mod deployment;
mod endpoint_slice;
mod endpoints;
mod garbage_collector;
pub mod hpa;
pub mod job;
mod namespace;
mod pod_claim;
mod replica_set;
mod replica_tally;
mod replicas;
mod root_ca;
mod service_pods;
mod stateful_set;
mod ttl_after_finished;
mod work_queue;

pub use controller::{Controller, ObjectRef, all};
