//! kubectl: arguments, commands, printers, describers. It speaks to the server alone, as any client.
//!
//! A run of kubectl is a machine that is stepped ([`Kubectl::step`]): it never blocks, and a copy of it runs on by itself.

mod checks;
mod command;
mod commands;
mod completion;
mod config;
mod context;
pub mod describe;
mod each;
mod error;
mod files;
mod flags;
mod help;
mod host;
mod klog;
mod kubectl;
mod kustomize;
mod last_applied;
mod legacy;
mod manifests;
mod metrics;
pub mod output;
mod patcher;
mod pods;
mod preferences;
mod printing;
mod request_log;
mod resources;
mod rest_mapper;
mod unified;
mod unreached;
mod words;

pub use commands::proxy::Passing;
pub use completion::complete;
pub use config::first_kubeconfig;
pub use host::{Ended, Environment, FileError, Files, Host, Output, StdinState, Step, Stream};
pub use klog::klog;
pub use kubectl::{Behind, Kubectl};
pub use legacy::VERSION_VARIABLE;
pub use words::split_words;

#[cfg(test)]
mod tests;
