//! The whole cluster on one clock: sessions, their inputs and faults, the workstation, the timeline, the digest. Nothing here may know the
//! browser.

mod cluster;
mod connections;
mod digest;
mod json;
mod kube_scheduler;
mod metrics_server;
mod nodes;
mod outcome;
mod script;
mod session;
mod sim;
#[cfg(test)]
mod tests;
mod timeline;
mod usage_log;
mod web;
mod workstation;

pub use crate::runtime::{SIZE_QUERY, Stream};
pub use cluster::Cluster;
pub use nodes::default_nodes;
pub use outcome::{Outcome, StepOutcome};
pub use script::{quoted, script};
pub use session::{ApiInput, ContainerRef, Fault, Input, Load, Part, Session, SessionError, Switch, TerminalInput, TimedInput, Usage};
pub use sim::{Progress, Sim};
pub use timeline::{BranchInfo, Timeline};
pub use usage_log::UsagePoint;
pub use workstation::Workstation;
