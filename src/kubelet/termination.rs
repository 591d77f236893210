//! Ending containers and pods: hooks, signals, grace, and what is told and cleaned up afterwards. Models `killContainer`
//! of kuberuntime, `SyncTerminatingPod`, `SyncTerminatedPod` and the status manager's delete.

use super::container::{Container, Instance, KillStep, Killing};
use super::container_runtime::Signal;
use super::eviction::EVICTED;
use super::pod_worker::{Cx, Outcome, PodWorker, Stage, What, Work};
use super::probes::ProbeKind;
use super::spec::ContainerKind;
use crate::api::{ArcStr, Object, kinds};
use crate::base::{Duration, List as _, Order as _};
use crate::server::{Caller, DeleteOptions, EventType};

/// Containers always get this long (`minimumGracePeriodInSeconds`).
pub(super) const GRACE_MIN_S: i64 = 2;

/// What stopping a pod's containers and its sandbox takes, beside the time that their processes need.
const STOP: Duration = Duration::from_millis(100);

/// Why the kubelet ends a pod as a whole, whatever its containers do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum PodEnd {
    /// For its node's sake, which needs what it uses; as it is told.
    Evicted(ArcStr),
    /// It wrote more than it may; as it is told. No pod is disrupted by that, it did it itself.
    Overfull(ArcStr),
    /// For a critical pod.
    Preempted,
    /// It was active longer than it may be.
    DeadlineExceeded,
}

impl PodEnd {
    /// As the status has it, and events.
    pub fn reason(&self) -> &'static str {
        match self {
            PodEnd::Evicted(_) | PodEnd::Overfull(_) => EVICTED,
            PodEnd::Preempted => "Preempting",
            PodEnd::DeadlineExceeded => "DeadlineExceeded",
        }
    }

    /// What is told of it.
    pub fn message(&self) -> &str {
        match self {
            PodEnd::Evicted(message) | PodEnd::Overfull(message) => message,
            PodEnd::Preempted => "Preempted in order to admit critical pod",
            PodEnd::DeadlineExceeded => "Pod was active on the node longer than the specified deadline",
        }
    }

    /// What its condition `DisruptionTarget` says, where it has one.
    pub fn disruption(&self) -> Option<&str> {
        match self {
            PodEnd::Evicted(message) => Some(message),
            PodEnd::Preempted => Some("Pod was preempted by Kubelet to accommodate a critical pod."),
            PodEnd::Overfull(_) | PodEnd::DeadlineExceeded => None,
        }
    }
}

impl PodWorker {
    /// Ends the pod at once, and says why.
    pub(super) fn end(&mut self, cx: &mut Cx<'_>, end: PodEnd) {
        self.event(cx, EventType::Warning, end.reason(), end.message());
        self.end = Some(end);
        self.request_termination(cx);
    }

    /// Begins to end a container that is alive.
    pub(super) fn kill_container(&mut self, cx: &mut Cx<'_>, c: usize, grace_s: i64, message: &str) {
        if !self.containers[c].is_alive() {
            return;
        }
        self.container_event(cx, c, EventType::Normal, "Killing", message);
        self.begin_kill(cx, c, grace_s, true, false);
    }

    /// Begins to end all containers that are alive, and returns them. Sidecars go on until what they serve has ended.
    // Models killContainersWithSyncResult.
    pub(super) fn kill_all(&mut self, cx: &mut Cx<'_>, grace_s: i64) -> Vec<usize> {
        let mut all: Vec<usize> = (0..self.containers.len()).filter(|c| self.containers[*c].is_alive()).list();
        all.order_by_key(|c| self.containers[*c].spec.is_sidecar());
        for c in &all {
            let message = format!("Stopping container {}", self.containers[*c].spec.name);
            self.container_event(cx, *c, EventType::Normal, "Killing", &message);
            self.begin_kill(cx, *c, grace_s, true, true);
        }
        all
    }

    /// The same without its preStop hook.
    pub(super) fn kill_abruptly(&mut self, cx: &mut Cx<'_>, c: usize, grace_s: i64, message: &str) {
        self.container_event(cx, c, EventType::Normal, "Killing", message);
        self.begin_kill(cx, c, grace_s, false, false);
    }

    fn begin_kill(&mut self, cx: &mut Cx<'_>, c: usize, grace_s: i64, with_hook: bool, in_order: bool) {
        let deadline = cx.now + Duration::from_secs(grace_s.unsigned_abs());
        let Some(instance) = self.containers[c].newest_mut() else { return };
        if let Some(killing) = &mut instance.killing {
            killing.in_order |= in_order;
            if deadline < killing.deadline {
                (killing.left_s, killing.since, killing.deadline) = (grace_s, cx.now, deadline);
                let told = killing.step == KillStep::Stop;
                if told { self.send_stop_signal(cx, c) } else { self.wake_at_deadline(cx, c) }
            }
            return;
        }
        instance.killing = Some(Killing { deadline, left_s: grace_s, since: cx.now, step: KillStep::Stop, in_order, forced: false });
        if with_hook && self.begin_pre_stop(cx, c) {
            self.wake_at_deadline(cx, c);
        } else {
            self.pre_stop_ended(cx, c);
        }
    }

    fn wake_at_deadline(&self, cx: &mut Cx<'_>, c: usize) {
        let Some(instance) = self.containers[c].newest() else { return };
        let Some(killing) = &instance.killing else { return };
        self.wake_at(cx, killing.deadline, What::Grace(c as u16, instance.attempt));
    }

    /// The preStop hook is over, or there is none: the process is told to stop, unless it is not yet its turn.
    pub(super) fn pre_stop_ended(&mut self, cx: &mut Cx<'_>, c: usize) {
        let has_turn = self.has_turn(c);
        if let Some(killing) = self.containers[c].newest_mut().and_then(|i| i.killing.as_mut())
            && killing.in_order
            && !has_turn
            && killing.spend(cx.now) > 0
        {
            killing.step = KillStep::Turn;
            killing.deadline = cx.now + Duration::from_secs(killing.left_s.unsigned_abs());
            self.wake_at_deadline(cx, c);
        } else {
            self.send_stop_signal(cx, c);
        }
    }

    /// Whether all have ended that a container is to outlive: for a sidecar, regular containers and the sidecars after it.
    // Models terminationOrdering.
    fn has_turn(&self, c: usize) -> bool {
        let served = |(at, other): (usize, &Container)| match other.spec.kind {
            ContainerKind::Regular => other.is_alive(),
            _ => at > c && other.spec.is_sidecar() && other.is_alive(),
        };
        !self.containers[c].spec.is_sidecar() || !self.containers.iter().enumerate().any(served)
    }

    fn send_stop_signal(&mut self, cx: &mut Cx<'_>, c: usize) {
        let Some(instance) = self.containers[c].newest_mut() else { return };
        if let Some(killing) = &mut instance.killing {
            killing.step = KillStep::Stop;
            killing.deadline = cx.now + Duration::from_secs(killing.spend(cx.now).max(GRACE_MIN_S).unsigned_abs());
        }
        self.wake_at_deadline(cx, c);
        let Some(instance) = self.containers[c].newest_mut() else { return };
        let Some(pid) = instance.main_pid() else { return };
        let signal = instance.stop_signal;
        if let Some(machine) = instance.machine.as_deref_mut() {
            machine.signal(cx.now, pid, signal);
        }
        self.pump(cx, c);
    }

    /// A grace period is over: SIGKILL, or first SIGTERM where the preStop hook or the wait for a turn used it all up.
    pub(super) fn grace_over(&mut self, cx: &mut Cx<'_>, c: usize, attempt: u32) {
        let Some(instance) = self.containers.get_mut(c).and_then(|c| c.newest_mut()).filter(|i| i.attempt == attempt && i.exit.is_none())
        else {
            return;
        };
        let Some(killing) = &mut instance.killing else { return };
        if cx.now < killing.deadline {
            // An earlier wake: the preStop hook's sleep.
            if killing.step == KillStep::Hook {
                self.pre_stop_slept(cx, c);
            }
            return;
        }
        if killing.step != KillStep::Stop {
            self.send_stop_signal(cx, c);
            return;
        }
        if std::mem::replace(&mut killing.forced, true) {
            return;
        }
        if let (Some(pid), Some(machine)) = (instance.main_pid(), instance.machine.as_deref_mut()) {
            machine.signal(cx.now, pid, Signal::KILL);
        }
        self.pump(cx, c);
    }

    /// The grace that the pod's end has.
    fn termination_grace_s(&self) -> i64 {
        // A node in need does not wait.
        if matches!(self.end, Some(PodEnd::Evicted(_) | PodEnd::Overfull(_))) {
            return 1;
        }
        let grace = if self.deleted {
            self.pod.at(&["metadata", "deletionGracePeriodSeconds"]).as_int().unwrap_or(0)
        } else {
            self.pod.at(&["metadata", "deletionGracePeriodSeconds"]).as_int().unwrap_or(self.spec.grace_period_s)
        };
        grace.max(1)
    }

    /// Ends all containers of the pod.
    pub(super) fn sync_terminating(&mut self, cx: &mut Cx<'_>) {
        self.check_deadline(cx);
        let (status, _) = self.generate_status(&cx.node.ip, cx.now, false);
        self.set_status(cx, status);
        self.stop_probes(&[ProbeKind::Liveness, ProbeKind::Startup]);
        let grace = self.termination_grace_s();
        self.kill_all(cx, grace);
        self.wait_for_kills(cx);
    }

    /// Goes on once all containers have ended.
    pub(super) fn wait_for_kills(&mut self, cx: &mut Cx<'_>) {
        if self.containers.iter().any(Container::is_alive) {
            self.stage = Some(Stage::KillPod);
            return;
        }
        self.stage = Some(Stage::StopSandbox);
        let at = self.step_end(cx.now, STOP);
        self.stage_at(cx, at);
    }

    /// The sandbox is gone too: tells how all ended.
    pub(super) fn sandbox_stopped(&mut self, cx: &mut Cx<'_>) {
        self.stage = None;
        self.killed = true;
        self.stop_probes(&[ProbeKind::Liveness, ProbeKind::Readiness, ProbeKind::Startup]);
        self.see_all();
        self.check_deadline(cx);
        let (status, _) = self.generate_status(&cx.node.ip, cx.now, true);
        self.set_status(cx, status);
        self.work = Work::Terminated;
        cx.node.freed = true;
        self.finish_sync(cx, Outcome { transition: true, ..Outcome::default() });
    }

    /// Cleans up after a pod whose containers have all ended.
    pub(super) fn sync_terminated(&mut self, cx: &mut Cx<'_>) {
        self.check_deadline(cx);
        let (status, _) = self.generate_status(&cx.node.ip, cx.now, true);
        let status = self.terminate(status);
        self.set_status(cx, status);
        self.volumes.clear();
        cx.node.release_ip(&self.uid);
        self.work = Work::Finished;
        self.finish_sync(cx, Outcome::default());
        if self.pod.is_terminating() || self.manifest_gone {
            self.delete_object(cx);
        }
    }

    /// Tells the API that the pod may go.
    pub(super) fn delete_object(&mut self, cx: &mut Cx<'_>) {
        if self.deleted || cx.node.cut {
            return;
        }
        let mut options = DeleteOptions::now();
        options.preconditions.uid = Some(self.pod.uid().into());
        let by = Caller::new(cx.now, "kubelet");
        // Another may have deleted it for good; then there is nothing left to do.
        let _ = cx.api.delete(&by, kinds::POD, self.pod.namespace(), self.pod.name(), &options);
    }

    /// A container's own process has ended: wakes the sync that waits for it, or has a relist notice it.
    pub(super) fn main_ended(&mut self, cx: &mut Cx<'_>) {
        self.relist_at_tick(cx);
        for c in (0..self.containers.len()).rev() {
            let waits = |i: &Instance| i.exit.is_none() && i.killing.as_ref().is_some_and(|k| k.step == KillStep::Turn);
            if self.containers[c].newest().is_some_and(waits) && self.has_turn(c) {
                self.send_stop_signal(cx, c);
            }
        }
        let waits = match &self.stage {
            Some(Stage::Kill(_) | Stage::KillPod) => true,
            Some(Stage::Start(_)) => self.containers.iter().any(|c| c.newest().is_some_and(|i| i.killing.is_some())),
            _ => false,
        };
        if waits {
            self.stage_at(cx, cx.now);
        }
    }
}
