//! SchedulingGates: a pod is not tried while it has gates.

use crate::scheduler::pod_info::PodInfo;

/// Whether gates keep the pod from being tried.
pub fn is_gated(pod: &PodInfo) -> bool {
    !pod.class.spec.get("schedulingGates").items().is_empty()
}
