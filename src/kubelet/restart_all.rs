//! All containers of a pod begin anew, as a rule of a container that ended says. Models `ShouldAllContainersRestart` and what the
//! kubelet does then (KEP-5532): no preStop hooks, the records of the containers go, and init containers run again.

use super::container::{Container, Instance};
use super::pod_worker::{Cx, PodWorker};
use super::probes::Probes;
use super::spec::{ContainerKind, RESTART_ALL};
use super::termination::GRACE_MIN_S;
use crate::api::Value;
use crate::base::{List as _, Time};

/// Why a container is gone that begins anew, as its status has it.
pub(super) const RESTARTING_ALL: &str = "RestartingAllContainers";
pub(super) const REMOVED: &str = "The container is removed because RestartAllContainers in place";

fn takes_part(container: &Container) -> bool {
    container.spec.kind != ContainerKind::Ephemeral
}

impl PodWorker {
    /// Whether a container ended so that all are to begin anew.
    pub(super) fn restarts_all(&self) -> bool {
        let asks = |c: &Container| {
            let exit = c.newest().and_then(Instance::exit_known);
            exit.is_some_and(|e| c.spec.rule_action(e.code) == Some(RESTART_ALL))
        };
        self.containers.iter().any(|c| takes_part(c) && asks(c))
    }

    /// Begins to end all containers that are alive, with no more time than containers always get.
    pub(super) fn end_all_to_restart(&mut self, cx: &mut Cx<'_>) -> Vec<usize> {
        let alive: Vec<usize> =
            (0..self.containers.len()).filter(|c| self.containers[*c].is_alive() && takes_part(&self.containers[*c])).list();
        for c in &alive {
            self.kill_abruptly(cx, *c, GRACE_MIN_S, "killing");
        }
        alive
    }

    /// Forgets the containers, but for how often each has run.
    pub(super) fn begin_anew(&mut self) {
        for container in self.containers.iter_mut().filter(|c| takes_part(c)) {
            container.begun = container.next_attempt();
            container.instances.clear();
            container.failure = None;
            container.probes = Probes::NONE;
        }
    }

    /// The condition that says so; for pods alone that have such a rule.
    // Models GenerateAllContainersRestartingCondition.
    pub(super) fn restarting_condition(&self, phase: &str, now: Time) -> Option<Value> {
        let rules = |c: &Container| c.spec.value.get("restartPolicyRules").items().iter().any(|r| r.get("action").str() == RESTART_ALL);
        if !self.containers.iter().any(rules) {
            return None;
        }
        let (holds, reason, message) = match phase {
            "Succeeded" => (false, "PodCompleted", ""),
            "Failed" => (false, "PodFailed", ""),
            _ if self.restarts_all() => (true, "RestartAllContainersStarted", "container exited with restart policy rule"),
            _ => (false, "", ""),
        };
        let mut condition = self.condition("AllContainersRestarting", holds, reason, message, 0, now);
        condition.remove(&["observedGeneration"]);
        Some(condition)
    }
}
