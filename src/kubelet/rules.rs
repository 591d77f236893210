//! The kubelet's rules that need no kubelet: what tables of rows hold them to.

use super::phase::get_phase;
use super::spec::PodSpec;
use super::status::{containers_ready, initialized, pod_ready};
use crate::api::Value;

/// A condition's status, reason and message; the last two may be empty.
pub type Condition = (bool, &'static str, String);

/// The phase of a pod with these container statuses, init containers' among them (`getPhase`).
///
/// `terminal`: no container will run again. `initialized`: regular containers were made in the pod's present sandbox.
pub fn phase(pod: &Value, statuses: &[&Value], terminal: bool, initialized: bool) -> &'static str {
    get_phase(&PodSpec::parse(pod), statuses, terminal, initialized)
}

/// `ContainersReady` (`GenerateContainersReadyCondition`); `None` where no statuses are known.
pub fn containers_ready_condition(pod: &Value, statuses: Option<&[&Value]>, phase: &str) -> Condition {
    containers_ready(&PodSpec::parse(pod), statuses, phase)
}

/// `Ready` (`GeneratePodReadyCondition`): the containers', and the readiness gates among the pod's conditions.
pub fn pod_ready_condition(pod: &Value, statuses: Option<&[&Value]>, phase: &str) -> Condition {
    let spec = PodSpec::parse(pod);
    pod_ready(&spec, pod, containers_ready(&spec, statuses, phase))
}

/// `Initialized` (`GeneratePodInitializedCondition`).
pub fn initialized_condition(pod: &Value, statuses: Option<&[&Value]>, phase: &str) -> Condition {
    initialized(&PodSpec::parse(pod), statuses, phase)
}
