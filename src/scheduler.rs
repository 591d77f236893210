//! The scheduler: queue, node cache, cycle, preemption and plugins. Nothing here may know how pods run.

pub mod allocator;
#[cfg(test)]
mod allocator_tests;
pub mod cache;
pub mod cluster_event;
mod component;
#[cfg(test)]
mod component_tests;
pub mod configuration;
pub mod counts;
pub mod cycle;
pub mod decisions;
pub mod device_claims;
mod device_pools;
pub mod devices;
pub mod framework;
pub mod node_info;
pub mod node_tree;
pub mod plugins;
pub mod pod_info;
pub mod preemption;
pub mod profile;
pub mod queue;
pub mod resources;
#[cfg(test)]
mod rule_tests;
pub mod selector;
pub mod volumes;
pub mod workloads;

pub use component::{DEFAULT_SCHEDULER, Scheduler};
pub use configuration::{Configuration, ConfigurationError};
