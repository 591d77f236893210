//! The kubelet: one state machine per pod. Nothing here may know of other nodes' pods.
//!
//! [`Kubelets`] is the component: it routes each pod's changes to the kubelet of its node and keeps one queue of wakes
//! for all. A `pod_worker` is the state machine of one pod; it runs containers through `container_runtime`.

mod admission;
mod api_over_http;
mod backoff;
mod beyond;
mod container;
mod container_runtime;
mod disks;
mod dns;
mod env;
mod env_file;
mod eviction;
mod exec;
mod externals;
mod image_manager;
mod images;
mod kubelets;
mod lifecycle;
mod live;
mod log_files;
mod logs;
mod machine_events;
mod message;
mod mount_points;
mod network_policy;
mod node;
mod node_api;
mod phase;
mod pod_worker;
mod preemption;
mod probes;
mod resize;
mod resources;
mod restart_all;
mod router;
#[cfg(test)]
mod rule_tests;
pub mod rules;
#[cfg(test)]
mod scenarios;
mod spec;
mod start;
mod static_pods;
mod status;
mod sync;
#[cfg(test)]
mod table_tests;
#[cfg(test)]
mod telling_tests;
mod termination;
mod traffic;
mod volumes;

#[cfg(test)]
mod tests;

pub use api_over_http::{Watches, answer_api_request, answer_asker, status_response};
pub use beyond::Beyond;
pub use externals::Seat;
pub use kubelets::Kubelets;
pub use live::{LiveContainer, LivePod, LiveProbe};
pub use node::{HEALTHY, NodeFaults, Slower};
pub use probes::ProbeKind;
pub use traffic::{Tally, Way};
