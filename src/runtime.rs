//! Containers: images as data, file systems, processes, the shell and its programs. Nothing here may know Kubernetes objects.
//!
//! A [`Machine`] is one container's world (or the workstation's). The host starts programs in it with [`Machine::spawn`], lets it
//! run with [`Machine::run`] whenever [`Machine::next_wake`] says so, and takes what came out with [`Machine::drain`].

mod env;
mod fs;
pub mod images;
mod kernel;
mod machine;
mod namespace;
mod proc_files;
mod process;
mod programs;
mod shell;
mod text;

#[cfg(test)]
mod tests;

pub use env::{CommonEnv, Env, Variables};
pub use fs::{Device, Errno, FileSystem, Inode, Kind, Mount, NAME_BYTES_MAX, PATH_BYTES_MAX, is_too_long};
pub use images::{Image, PullFailure, Service, ServiceKind, StandIn};
pub use machine::{
    CAPABILITIES_ALL, ExtRead, Files, Machine, MachineEvent, MachineSpec, PATH, ProcessInfo, ServeId, SpawnError, SpawnSpec, Stdin, Stream,
    Usage,
};
pub use namespace::share_processes;
pub use process::{ExitStatus, Pid, Signal, Waiting};
pub use programs::{QueueLength, SIZE_QUERY};
pub use shell::words as shell_words;
