//! A pod's phase from the states of its containers. Models the kubelet's `getPhase` (pkg/kubelet/kubelet_pods.go).

use super::restart_all::RESTARTING_ALL;
use super::spec::{ContainerKind, PodSpec};
use crate::api::Value;

/// The phase of a pod whose containers have these statuses (`initContainerStatuses` and `containerStatuses`).
///
/// `terminal`: no container will run again. `initialized`: regular containers were made in the pod's present sandbox.
pub(super) fn get_phase(spec: &PodSpec, statuses: &[&Value], terminal: bool, initialized: bool) -> &'static str {
    let find = |name: &str| statuses.iter().find(|s| s.get("name").str() == name).copied();
    let of_kind = |kind: ContainerKind| spec.containers.iter().filter(move |c| c.kind == kind);
    let (mut pending_init, mut pending_sidecars, mut failed_init, mut failed_for_good) = (0, 0, 0, 0);
    let (mut unknown, mut running, mut waiting, mut stopped, mut succeeded, mut restartable) = (0, 0, 0, 0, 0, 0);

    for container in of_kind(ContainerKind::Init) {
        let Some(status) = find(&container.name) else {
            if container.is_sidecar() {
                unknown += 1;
            } else {
                pending_init += 1;
            }
            continue;
        };
        let last = status.at(&["lastState", "terminated"]);
        match (State::of(status), container.is_sidecar()) {
            (State::Running, true) => {
                pending_sidecars += i32::from(!status.get("started").is_true());
                running += 1;
            }
            // How a sidecar ends does not decide what becomes of the pod.
            (State::Terminated(_), true) => {}
            (State::Waiting, true) => {
                if last.is_null() {
                    pending_sidecars += 1;
                    waiting += 1;
                }
            }
            (State::Unknown, true) => {
                pending_sidecars += 1;
                unknown += 1;
            }
            (State::Terminated(code), false) => {
                if code != 0 {
                    failed_init += 1;
                    failed_for_good += i32::from(!spec.restarts(container, code));
                }
            }
            (State::Waiting, false) if !last.is_null() => {
                let code = last.get("exitCode").int() as i32;
                if code != 0 {
                    failed_init += 1;
                    failed_for_good += i32::from(!begins_anew(last) && !spec.restarts(container, code));
                }
            }
            (_, false) => pending_init += 1,
        }
    }
    for container in of_kind(ContainerKind::Regular) {
        let Some(status) = find(&container.name) else {
            unknown += 1;
            continue;
        };
        let last = status.at(&["lastState", "terminated"]);
        let ended = match State::of(status) {
            State::Running => {
                running += 1;
                None
            }
            State::Terminated(code) => Some(code),
            State::Waiting if last.is_null() => {
                waiting += 1;
                None
            }
            State::Waiting => Some(last.get("exitCode").int() as i32),
            State::Unknown => {
                unknown += 1;
                None
            }
        };
        if let Some(code) = ended {
            stopped += 1;
            succeeded += i32::from(code == 0);
            restartable += i32::from(begins_anew(last) || spec.restarts(container, code));
        }
    }

    if failed_for_good > 0 {
        return "Failed";
    }
    if pending_init > 0 || failed_init > 0 || (pending_sidecars > 0 && !initialized) || waiting > 0 {
        return "Pending";
    }
    if running > 0 && unknown == 0 {
        return "Running";
    }
    if running == 0 && stopped > 0 && unknown == 0 {
        if !terminal && restartable > 0 {
            return "Running";
        }
        return if stopped == succeeded { "Succeeded" } else { "Failed" };
    }
    "Pending"
}

/// Whether the last end of a container is that all containers of its pod begin anew.
fn begins_anew(last: &Value) -> bool {
    last.get("reason").str() == RESTARTING_ALL
}

/// What a container status says its container is in.
enum State {
    Running,
    Terminated(i32),
    Waiting,
    Unknown,
}

impl State {
    fn of(status: &Value) -> State {
        let state = status.get("state");
        if !state.get("running").is_null() {
            State::Running
        } else if !state.get("terminated").is_null() {
            State::Terminated(state.get("terminated").get("exitCode").int() as i32)
        } else if !state.get("waiting").is_null() {
            State::Waiting
        } else {
            State::Unknown
        }
    }
}

/// Whether any regular container was ever started (`kubecontainer.HasAnyRegularContainerStarted`).
pub(super) fn has_regular_started(spec: &PodSpec, statuses: &[&Value]) -> bool {
    let started = |s: &Value| !s.at(&["state", "running"]).is_null() || !s.at(&["state", "terminated"]).is_null();
    spec.containers
        .iter()
        .filter(|c| c.kind == ContainerKind::Regular)
        .any(|c| statuses.iter().any(|s| s.get("name").str() == c.name && (started(s) || !s.at(&["lastState", "terminated"]).is_null())))
}
