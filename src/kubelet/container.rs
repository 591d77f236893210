//! One container of a pod: its instances, its backoff and what last kept it from starting.

use std::sync::Arc;

use super::backoff::Backoff;
use super::container_runtime::{Machine, Pid, Signal, SpawnSpec};
use super::logs::Log;
use super::probes::{ProbeKind, ProbeWorker, Probes};
use super::spec::ContainerSpec;
use crate::api::{ArcStr, Value};
use crate::base::{Shared, SortedMap, Time};

/// How an instance ended.
#[derive(Clone, Debug)]
pub(super) struct Exit {
    pub code: i32,
    /// `Completed`, `Error`, `OOMKilled`, `StartError` ...
    pub reason: ArcStr,
    pub message: ArcStr,
    pub at: Time,
}

/// What a process in the container is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ProcessUse {
    /// The container's own process.
    Main,
    /// A probe's command.
    Probe(ProbeKind),
    /// The postStart hook's command.
    PostStart,
    /// The preStop hook's command.
    PreStop,
    /// A session of `kubectl exec`, by its number.
    Exec(u64),
}

/// What a probe's or hook's command has printed: its output and its errors, which the runtime hands over one after the other.
// Models ExecSync of the CRI.
pub(super) type Printed = [Vec<u8>; 2];

/// How far a kill has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum KillStep {
    /// The preStop hook runs.
    Hook,
    /// A sidecar that goes on until those that it serves have ended.
    Turn,
    /// The process was told to stop.
    Stop,
}

/// A kill under way.
#[derive(Clone, Debug)]
pub(super) struct Killing {
    /// When the present step must be over.
    pub deadline: Time,
    /// The grace that is left, as of the present step's beginning; only whole seconds are taken from it.
    pub left_s: i64,
    pub since: Time,
    pub step: KillStep,
    /// Whether the whole pod ends, and its containers in order.
    pub in_order: bool,
    /// Whether SIGKILL was sent.
    pub forced: bool,
}

impl Killing {
    /// Takes from the grace what has passed of it, in whole seconds, and returns what is left.
    pub fn spend(&mut self, now: Time) -> i64 {
        self.left_s -= now.since(std::mem::replace(&mut self.since, now)).as_secs() as i64;
        self.left_s
    }
}

/// One run of a container.
#[derive(Clone, Debug)]
pub(super) struct Instance {
    /// How many came before it.
    pub attempt: u32,
    /// `containerd://...`
    pub id: ArcStr,
    pub image: ArcStr,
    pub image_id: ArcStr,
    /// `None` where it never started.
    pub started: Option<Time>,
    pub exit: Option<Exit>,
    /// Whether a relist saw it run; the API's status lags behind until then.
    pub start_seen: bool,
    /// Whether a relist saw its end.
    pub exit_seen: bool,
    /// Whether the kubelet has removed it: of a container's dead instances it keeps the newest (`MaxPerPodContainer`).
    pub removed: bool,
    /// Copies of a simulation share it also where the pod is written to and nothing happens in the container.
    pub machine: Option<Shared<Machine>>,
    /// Its own process, from which commands run in it inherit.
    pub process: SpawnSpec,
    /// What its image asks to be stopped by; the pod may name another image by then.
    pub stop_signal: Signal,
    /// Why one of its mounts cannot be.
    pub misfit: Option<ArcStr>,
    /// The wake that is scheduled for the machine.
    pub machine_wake: Option<Time>,
    pub uses: SortedMap<Pid, ProcessUse>,
    /// What probes and hooks have printed so far.
    pub captured: SortedMap<Pid, Printed>,
    pub log: Log,
    pub killing: Option<Killing>,
    /// Set where the kernel killed it for its memory.
    pub oom_killed: bool,
    /// The image it was started from, to see a changed definition.
    pub spec_image: ArcStr,
    /// Its resources as it was started with or last seen resized to.
    pub resources: Value,
    /// What it was resized to since the last relist.
    pub resized: Option<Value>,
}

impl Instance {
    /// Whether it runs as far as the kubelet knows.
    pub fn runs_seen(&self) -> bool {
        self.started.is_some() && !(self.exit.is_some() && self.exit_seen)
    }

    /// Its end as far as the kubelet knows.
    pub fn exit_known(&self) -> Option<&Exit> {
        self.exit.as_ref().filter(|_| self.exit_seen)
    }

    /// The container's own process.
    pub fn main_pid(&self) -> Option<Pid> {
        self.uses.iter().find(|(_, u)| **u == ProcessUse::Main).map(|(pid, _)| *pid)
    }
}

/// Why a container could not be started, for its waiting state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct StartFailure {
    /// `CrashLoopBackOff`, `ErrImagePull` ...
    pub reason: ArcStr,
    pub message: ArcStr,
}

/// What is known of instances that were lost.
#[derive(Clone, Debug)]
pub(super) struct Lost {
    /// The number of the next one.
    pub next: u32,
    /// The last state that is shown from now on.
    pub last: Value,
    /// The restarts that are shown until the next one is there.
    pub restarts: u32,
}

/// A container of the pod's spec and all that became of it.
#[derive(Clone, Debug)]
pub(super) struct Container {
    pub spec: Arc<ContainerSpec>,
    /// The newest last; at most two.
    pub instances: Vec<Instance>,
    /// Where instances were lost with their node, what is known of them.
    pub lost: Option<Lost>,
    /// How many instances there were before all containers of the pod began anew.
    pub begun: u32,
    pub backoff: Backoff,
    /// The kubelet's reason cache.
    pub failure: Option<StartFailure>,
    pub probes: Probes<ProbeWorker>,
}

impl Container {
    /// A container that was never started.
    pub fn new(spec: Arc<ContainerSpec>) -> Self {
        Container { spec, instances: Vec::new(), lost: None, begun: 0, backoff: Backoff::default(), failure: None, probes: Probes::NONE }
    }

    /// The newest instance.
    pub fn newest(&self) -> Option<&Instance> {
        self.instances.last()
    }

    /// The newest instance.
    pub fn newest_mut(&mut self) -> Option<&mut Instance> {
        self.instances.last_mut()
    }

    /// The machine of the newest instance, as long as it has one.
    pub fn machine(&self) -> Option<&Machine> {
        self.newest()?.machine.as_deref()
    }

    /// The same, to change it: where copies of a simulation share it, it is copied for that.
    pub fn machine_mut(&mut self) -> Option<&mut Machine> {
        self.newest_mut()?.machine.as_deref_mut()
    }

    /// Whether the newest instance has passed its startup probe, or has none.
    pub fn has_passed_startup(&self) -> bool {
        let Some(instance) = self.newest() else { return false };
        self.probes[ProbeKind::Startup].as_ref().is_none_or(|w| w.result_for(&instance.id) == Some(true))
    }

    /// Whether its newest instance has a live process, known to the kubelet or not.
    pub fn is_alive(&self) -> bool {
        self.newest().is_some_and(|i| i.started.is_some() && i.exit.is_none())
    }

    /// Whether it runs as far as the kubelet knows.
    pub fn runs_seen(&self) -> bool {
        self.newest().is_some_and(Instance::runs_seen)
    }

    /// The newest end that the kubelet knows of.
    pub fn last_exit_known(&self) -> Option<&Exit> {
        self.instances.iter().rev().find_map(Instance::exit_known)
    }

    /// The number of the next instance.
    pub fn next_attempt(&self) -> u32 {
        self.newest().map_or(self.lost.as_ref().map_or(self.begun, |l| l.next), |i| i.attempt + 1)
    }

    /// Takes in a new instance and forgets all but the one before.
    pub fn push(&mut self, instance: Instance) {
        if self.instances.len() >= 2 {
            self.instances.remove(0);
        }
        if let Some(previous) = self.instances.last_mut() {
            previous.machine = None;
        }
        self.instances.push(instance);
    }
}
