//! NodeResourcesFit: what a pod requests must be left on its node; the emptier the node, the better (LeastAllocated).

use crate::api::Value;
use crate::scheduler::cache::{Cache, NodeIndex};
use crate::scheduler::framework::{Cx, CycleState, MAX_NODE_SCORE, Plugin, Reasons, Reject};
use crate::scheduler::hints::ClusterEvent;
use crate::scheduler::node_info::NodeInfo;
use crate::scheduler::plugins::NODE_RESOURCES_FIT;
use crate::scheduler::pod_info::PodInfo;
use crate::scheduler::resources::{Resources, milli_value, whole_value};

/// The plugin.
pub struct NodeResourcesFit;

/// What the node lacks for these requests: the reasons, and whether even an empty node would lack it.
pub fn lacks(requests: &Resources, node: &NodeInfo) -> (Reasons, bool) {
    let mut reasons = Reasons::NONE;
    let mut unresolvable = false;
    if node.pods.len() as i64 + 1 > node.allowed_pods {
        reasons.insert(Reasons::TOO_MANY_PODS);
    }
    let mut check = |wanted: i64, offered: i64, taken: i64, reason: Reasons| {
        if wanted > 0 && i128::from(wanted) > i128::from(offered) - i128::from(taken) {
            reasons.insert(reason);
            unresolvable |= wanted > offered;
        }
    };
    let (offered, taken) = (&node.allocatable, &node.requested);
    check(requests.milli_cpu, offered.milli_cpu, taken.milli_cpu, Reasons::CPU);
    check(requests.memory, offered.memory, taken.memory, Reasons::MEMORY);
    check(requests.ephemeral_storage, offered.ephemeral_storage, taken.ephemeral_storage, Reasons::EPHEMERAL_STORAGE);
    for (index, wanted) in &requests.scalars {
        check(*wanted, offered.scalar(*index), taken.scalar(*index), Reasons::scalar(*index));
    }
    (reasons, unresolvable)
}

/// How much of a resource would be left, of 100; 0 where more is requested than there is.
pub fn least_allocated(requested: i64, capacity: i64) -> i64 {
    if capacity == 0 || requested > capacity {
        return 0;
    }
    let left = i128::from(capacity) - i128::from(requested.max(0));
    (left * i128::from(MAX_NODE_SCORE) / i128::from(capacity)) as i64
}

impl Plugin for NodeResourcesFit {
    fn name(&self) -> &'static str {
        "NodeResourcesFit"
    }

    fn filters(&self) -> bool {
        true
    }

    fn is_local(&self) -> bool {
        true
    }

    fn filter(&self, cx: &Cx, _: &CycleState, _: NodeIndex, node: &NodeInfo) -> Option<Reject> {
        let (reasons, unresolvable) = lacks(&cx.pod.class.requests, node);
        (!reasons.is_empty()).then_some(Reject { plugin: NODE_RESOURCES_FIT, unresolvable, reasons })
    }

    fn weight(&self) -> i64 {
        1
    }

    fn score(&self, cx: &Cx, _: &CycleState, nodes: &[NodeIndex], scores: &mut [i64]) {
        let (cpu, memory) = cx.pod.class.non_zero;
        for (index, score) in nodes.iter().zip(scores) {
            let node = cx.cache.node(*index);
            let (has_cpu, has_memory) = (node.allocatable.milli_cpu, node.allocatable.memory);
            let mut sum = 0;
            let mut weights = 0;
            for (requested, capacity) in
                [(node.non_zero_requested.0.saturating_add(cpu), has_cpu), (node.non_zero_requested.1.saturating_add(memory), has_memory)]
            {
                if capacity != 0 {
                    sum += least_allocated(requested, capacity);
                    weights += 1;
                }
            }
            *score = if weights == 0 { 0 } else { sum / weights };
        }
    }

    fn hint(&self, cache: &Cache, pod: &PodInfo, event: &ClusterEvent) -> bool {
        match event {
            ClusterEvent::Node { index, change, old } => {
                let (requests, node) = (&pod.class.requests, cache.node(*index));
                change.allocatable && fits_empty(requests, node) && (change.added || has_more(cache, requests, node, old))
            }
            ClusterEvent::PodDeleted(_) => true,
            ClusterEvent::PodScaledDown { old, new } => frees(&pod.class.requests, &old.class.requests, &new.class.requests),
            _ => false,
        }
    }
}

/// Whether a pod that changed asks for less of something that is wanted (`isSchedulableAfterPodScaleDown`).
fn frees(wanted: &Resources, old: &Resources, new: &Resources) -> bool {
    wanted.milli_cpu > 0 && old.milli_cpu > new.milli_cpu
        || wanted.memory > 0 && old.memory > new.memory
        || wanted.ephemeral_storage > 0 && old.ephemeral_storage > new.ephemeral_storage
        || wanted.scalars.iter().any(|(index, amount)| *amount > 0 && old.scalar(*index) > new.scalar(*index))
}

/// Whether the node would do if nothing ran there.
fn fits_empty(requests: &Resources, node: &NodeInfo) -> bool {
    let offered = &node.allocatable;
    node.allowed_pods > 0
        && requests.milli_cpu <= offered.milli_cpu
        && requests.memory <= offered.memory
        && requests.ephemeral_storage <= offered.ephemeral_storage
        && requests.scalars.iter().all(|(index, wanted)| *wanted <= offered.scalar(*index))
}

/// Whether the node offers more than it did of something that is requested, or may run more pods.
fn has_more(cache: &Cache, requests: &Resources, node: &NodeInfo, old: &Value) -> bool {
    let before = old.at(&["status", "allocatable"]);
    let offered = &node.allocatable;
    node.allowed_pods > whole_value(before.get("pods"))
        || requests.milli_cpu > 0 && offered.milli_cpu > milli_value(before.get("cpu"))
        || requests.memory > 0 && offered.memory > whole_value(before.get("memory"))
        || requests.ephemeral_storage > 0 && offered.ephemeral_storage > whole_value(before.get("ephemeral-storage"))
        || requests
            .scalars
            .iter()
            .any(|(index, wanted)| *wanted > 0 && offered.scalar(*index) > whole_value(before.get(cache.scalars.name(*index))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_greatest_amounts_are_compared() {
        for (requested, capacity, want) in [(0, 0, 0), (0, 7 << 60, 100), (7 << 59, 7 << 60, 50), (i64::MAX, i64::MAX, 0), (-1, 1, 100)] {
            assert_eq!(least_allocated(requested, capacity), want, "{requested} of {capacity}");
        }
        let mut node = NodeInfo { allowed_pods: 1, ..NodeInfo::default() };
        node.allocatable.memory = i64::MAX;
        node.requested.memory = -1;
        assert!(lacks(&Resources { memory: i64::MAX, ..Resources::default() }, &node).0.is_empty());
    }
}
