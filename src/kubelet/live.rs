//! What a page shows of a pod beyond its API object: pulls, backoffs, probes, usage, the process that runs.

use super::container::Container;
use super::container_runtime::{Env, ProcessInfo, Waiting};
use super::pod_worker::PodWorker;
use super::probes::ProbeKind;
use crate::base::{List as _, Time};

/// A pod as it is at this moment.
#[derive(Clone, Debug, Default)]
pub struct LivePod {
    /// Its containers, in the spec's order: init, regular, ephemeral.
    pub containers: Vec<LiveContainer>,
}

/// A container as it is at this moment.
#[derive(Clone, Debug, Default)]
pub struct LiveContainer {
    /// Its name.
    pub name: String,
    /// The image pull that it waits for: when its turn begins and when it ends.
    pub pull: Option<(Time, Time)>,
    /// When its restart or pull backoff is over.
    pub backoff_until: Option<Time>,
    /// When its grace period is over, where it is being ended.
    pub killed_at: Option<Time>,
    /// Its probes.
    pub probes: Vec<LiveProbe>,
    /// Thousandths of a core.
    pub cpu_milli: u64,
    /// Bytes.
    pub memory_bytes: u64,
    /// What runs in it, as in "sleep 10", and until when it waits, where it waits for a moment.
    pub process: Option<(String, Option<Time>)>,
}

/// A probe as it is at this moment.
#[derive(Clone, Debug)]
pub struct LiveProbe {
    /// Which.
    pub kind: ProbeKind,
    /// What the last one found.
    pub last_result: Option<bool>,
    /// How often in a row.
    pub in_a_row: u32,
    /// When it was.
    pub last_at: Option<Time>,
    /// When the next is due.
    pub next_at: Option<Time>,
    /// What the last failure said.
    pub output: String,
}

impl super::kubelets::Kubelets {
    /// When a pod is synced next at the latest, if nothing happens before: its volumes follow their objects then.
    pub fn next_sync(&self, namespace: &str, pod: &str) -> Option<Time> {
        self.worker(namespace, pod).map(|w| w.resync_at)
    }

    /// Whether anything in a pod listens on a port.
    pub fn listens(&self, namespace: &str, pod: &str, port: u16) -> bool {
        self.worker(namespace, pod).is_some_and(|w| w.containers.iter().any(|c| c.machine().is_some_and(|m| m.listens(port))))
    }

    /// The environment that a container's own process was started with; none while it does not run.
    pub fn environment(&self, namespace: &str, pod: &str, container: &str) -> Option<&Env> {
        let worker = self.worker(namespace, pod)?;
        let c = worker.containers.iter().find(|c| c.spec.name.as_str() == container)?;
        c.newest().filter(|i| i.exit.is_none()).map(|i| &*i.process.env)
    }
}

impl PodWorker {
    /// The pod as it is now.
    pub(super) fn live(&self, now: Time) -> LivePod {
        LivePod { containers: self.containers.iter().enumerate().map(|(c, container)| self.live_container(c, container, now)).list() }
    }

    fn live_container(&self, c: usize, container: &Container, now: Time) -> LiveContainer {
        let instance = container.newest();
        let machine = instance.and_then(|i| i.machine.as_deref());
        let (cpu_milli, memory_bytes) = self.container_usage(c, now);
        let waiting_for_restart = container.failure.as_ref().filter(|_| !container.is_alive());
        let backoff_until = waiting_for_restart.and_then(|f| match f.reason.as_str() {
            "CrashLoopBackOff" => container.last_exit_known().and_then(|e| container.backoff.until_since(e.at, now)),
            "ImagePullBackOff" | "ErrImagePull" => self.failed_pulls.get(&container.spec.image)?.backoff.until_since_update(now),
            _ => None,
        });
        // It is tried again by the sync that comes then, or later.
        let backoff_until = backoff_until.map(|until| self.sync_at.map_or(until, |sync| until.max(sync)));
        let probes = [ProbeKind::Startup, ProbeKind::Liveness, ProbeKind::Readiness].into_iter().filter_map(|kind| {
            let worker = container.probes[kind].as_ref()?;
            let (last_result, in_a_row) = worker.last_run();
            Some(LiveProbe {
                kind,
                last_result,
                in_a_row,
                last_at: worker.last_at,
                next_at: worker.next_at,
                output: worker.last_output.to_string(),
            })
        });
        // The newest process is what an onlooker would call "what it is doing"; but not one that comes from outside, as a shell that
        // somebody opened in it, or a probe.
        let mut strangers = Vec::new();
        let own = |(i, p): &(usize, ProcessInfo)| {
            let is_own = *i == 0 || p.ppid != 0 && !strangers.contains(&p.ppid);
            if !is_own {
                strangers.push(p.pid);
            }
            is_own
        };
        let process = machine.and_then(|m| m.processes().into_iter().enumerate().filter(own).last()).map(|(_, p)| {
            let until = match p.waiting {
                Waiting::Until(at) => Some(at),
                _ => None,
            };
            (p.argv.join(" "), until)
        });
        LiveContainer {
            name: container.spec.name.to_string(),
            pull: self.pull_of(c),
            backoff_until,
            killed_at: instance.filter(|i| i.exit.is_none()).and_then(|i| i.killing.as_ref()).map(|k| k.deadline),
            probes: probes.list(),
            cpu_milli,
            memory_bytes,
            process,
        }
    }

    /// Thousandths of a core and bytes of memory that a container uses: the mean of late.
    pub(super) fn container_usage(&self, c: usize, now: Time) -> (u64, u64) {
        let Some(instance) = self.containers[c].newest() else { return (0, 0) };
        let Some(machine) = instance.machine.as_deref() else { return (0, 0) };
        let used = machine.usage(now);
        (machine.cpu_milli(now), used.memory_bytes)
    }
}
