//! Why something is not as wanted: the reasons as data, so that any language can say them.

use crate::base::Time;

use super::live::{ProbeKind, Span};
use super::pod::{ContainerRole, ContainerState, Exit, Health, PodView};

/// One reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// No node takes the pod; the scheduler's own words.
    Unschedulable {
        /// `0/3 nodes are available: 3 Insufficient cpu. ...`
        message: String,
    },
    /// Nobody has decided yet where the pod goes.
    NotYetScheduled,
    /// The image is on its way.
    Pulling {
        /// The container.
        container: String,
        /// The image.
        image: String,
    },
    /// The image cannot be had.
    PullFails {
        /// The container.
        container: String,
        /// The image.
        image: String,
        /// The kubelet's words.
        message: String,
        /// The wait before the next try.
        retry: Option<Span>,
    },
    /// The container ends again and again and waits for its next start.
    CrashLoop {
        /// The container.
        container: String,
        /// How it ended last.
        exit: Option<Exit>,
        /// How often it was started anew.
        restarts: i64,
        /// The wait before its next start.
        retry: Option<Span>,
    },
    /// The container cannot be started for another reason.
    CannotStart {
        /// The container.
        container: String,
        /// `CreateContainerConfigError` ...
        reason: String,
        /// The kubelet's words.
        message: String,
    },
    /// A probe has failed, not yet often enough or just now.
    ProbeFails {
        /// The container.
        container: String,
        /// Which probe.
        kind: ProbeKind,
        /// What it does.
        how: String,
        /// Failures in a row.
        failures: u32,
        /// Failures in a row that count.
        threshold: i64,
        /// What the last failure said.
        output: String,
    },
    /// A probe has not succeeded yet.
    ProbeNotYet {
        /// The container.
        container: String,
        /// Which probe.
        kind: ProbeKind,
        /// What it does.
        how: String,
        /// When it runs next.
        next_at: Option<Time>,
    },
    /// Init containers come first.
    Initialising {
        /// The one that runs.
        container: String,
    },
    /// The container is being ended; the pod stays.
    Ending {
        /// The container.
        container: String,
        /// From the first signal to the last.
        grace: Span,
    },
    /// The container has ended.
    Ended {
        /// The container.
        container: String,
        /// How.
        exit: Exit,
    },
    /// Being deleted.
    Terminating {
        /// From the request to the end of the grace period.
        grace: Span,
    },
    /// The pod has been put to an end as a whole: evicted, past its deadline.
    PodFailed {
        /// `Evicted`, `DeadlineExceeded`.
        reason: String,
        /// The words for it.
        message: String,
    },
}

/// Everything that keeps a pod from being as wanted, what weighs most first; nothing where all is well.
pub fn why(pod: &PodView) -> Vec<Why> {
    let mut reasons = Vec::new();
    if let Some(grace) = pod.terminating {
        reasons.push(Why::Terminating { grace });
    }
    if pod.node.is_none() && !matches!(pod.health, Health::Succeeded | Health::Failed) {
        // Of a pod with gates the scheduler says so, and has looked no further.
        let unseen = pod.message.is_empty() || pod.status == "SchedulingGated";
        reasons.push(if unseen { Why::NotYetScheduled } else { Why::Unschedulable { message: pod.message.clone() } });
        return reasons;
    }
    if pod.health == Health::Failed && !pod.reason.is_empty() {
        reasons.push(Why::PodFailed { reason: pod.reason.clone(), message: pod.message.clone() });
    }
    for c in &pod.containers {
        let container = c.name.clone();
        match &c.state {
            ContainerState::Waiting { .. } if c.pull.is_some() => reasons.push(Why::Pulling { container, image: c.image.clone() }),
            ContainerState::Waiting { reason, message } => match reason.as_str() {
                "" | "ContainerCreating" | "PodInitializing" => {}
                "ErrImagePull" | "ImagePullBackOff" | "InvalidImageName" | "ErrImageNeverPull" => {
                    reasons.push(Why::PullFails { container, image: c.image.clone(), message: message.clone(), retry: c.backoff });
                }
                "CrashLoopBackOff" => {
                    reasons.push(Why::CrashLoop { container, exit: c.last_exit.clone(), restarts: c.restarts, retry: c.backoff })
                }
                _ => reasons.push(Why::CannotStart { container, reason: reason.clone(), message: message.clone() }),
            },
            ContainerState::Running { .. } => {
                if c.role == ContainerRole::Init {
                    reasons.push(Why::Initialising { container: container.clone() });
                }
                if let Some(grace) = c.ending.filter(|_| pod.terminating.is_none()) {
                    reasons.push(Why::Ending { container: container.clone(), grace });
                }
                for p in &c.probes {
                    let (container, how) = (container.clone(), p.how.clone());
                    if p.failures > 0 {
                        reasons.push(Why::ProbeFails {
                            container,
                            kind: p.kind,
                            how,
                            failures: p.failures,
                            threshold: p.failure_threshold,
                            output: p.output.clone(),
                        });
                    } else if p.kind != ProbeKind::Liveness && p.beats.is_empty() && !c.ready {
                        reasons.push(Why::ProbeNotYet { container, kind: p.kind, how, next_at: p.next_at });
                    }
                }
            }
            ContainerState::Terminated(exit) if exit.code != 0 => reasons.push(Why::Ended { container, exit: exit.clone() }),
            ContainerState::Terminated(_) => {}
        }
    }
    reasons
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::obj;

    #[test]
    fn reasons_name_what_is_wrong() {
        let pod = obj!({"metadata": {"name": "p"}, "spec": {"nodeName": "n", "containers": [{"name": "a", "image": "busybox"}, {"name": "b", "image": "nosuch"}]},
            "status": {"phase": "Running", "containerStatuses": [
                {"name": "a", "restartCount": 3, "state": {"waiting": {"reason": "CrashLoopBackOff"}}, "lastState": {"terminated": {"exitCode": 1, "reason": "Error"}}},
                {"name": "b", "restartCount": 0, "state": {"waiting": {"reason": "ImagePullBackOff", "message": "Back-off pulling image"}}}]}});
        let reasons = why(&PodView::of(&pod, None));
        assert!(matches!(&reasons[0], Why::CrashLoop { container, exit: Some(Exit { code: 1, .. }), restarts: 3, .. } if container == "a"));
        assert!(matches!(&reasons[1], Why::PullFails { image, .. } if image == "nosuch"));
        let waiting = obj!({"metadata": {"name": "p"}, "spec": {"containers": []}, "status": {"phase": "Pending", "conditions": [{"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": "0/3 nodes are available"}]}});
        assert_eq!(why(&PodView::of(&waiting, None)), [Why::Unschedulable { message: "0/3 nodes are available".to_owned() }]);
        let gated = obj!({"metadata": {"name": "p"}, "spec": {"containers": [], "schedulingGates": [{"name": "g"}]}, "status": {"phase": "Pending", "conditions": [{"type": "PodScheduled", "status": "False", "reason": "SchedulingGated", "message": "Scheduling is blocked due to non-empty scheduling gates"}]}});
        assert_eq!(why(&PodView::of(&gated, None)), [Why::NotYetScheduled]);
    }
}
