//! NodeResourcesBalancedAllocation: nodes whose CPU and memory would be used in like measure are better.

use crate::scheduler::cache::{Cache, NodeIndex};
use crate::scheduler::framework::{Cx, CycleState, MAX_NODE_SCORE, Plugin, StaticFit};
use crate::scheduler::pod_info::PodInfo;

/// The plugin.
pub struct NodeResourcesBalancedAllocation;

/// The score of a node of which these fractions of CPU and memory would be requested.
fn balance(requested: [i64; 2], capacity: [i64; 2]) -> i64 {
    let fraction = |i: usize| (requested[i] as f64 / capacity[i] as f64).min(1.0);
    // With one resource only, there is nothing to be out of balance.
    let deviation = if capacity[0] == 0 || capacity[1] == 0 { 0.0 } else { ((fraction(0) - fraction(1)) / 2.0).abs() };
    ((1.0 - deviation) * MAX_NODE_SCORE as f64) as i64
}

impl Plugin for NodeResourcesBalancedAllocation {
    fn name(&self) -> &'static str {
        "NodeResourcesBalancedAllocation"
    }

    fn weight(&self) -> i64 {
        1
    }

    fn pre_score(&self, _: &mut Cache, pod: &PodInfo, _: &[StaticFit], _: &mut CycleState, _: &[NodeIndex]) -> bool {
        // A pod that requests nothing would always look balanced on the same node.
        pod.class.requests.milli_cpu != 0 || pod.class.requests.memory != 0
    }

    fn score(&self, cx: &Cx, _: &CycleState, nodes: &[NodeIndex], scores: &mut [i64]) {
        let requests = &cx.pod.class.requests;
        for (index, score) in nodes.iter().zip(scores) {
            let node = cx.cache.node(*index);
            let requested = [node.requested.milli_cpu + requests.milli_cpu, node.requested.memory + requests.memory];
            *score = balance(requested, [node.allocatable.milli_cpu, node.allocatable.memory]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_more_alike_the_better() {
        for (requested, capacity, expected) in [
            ([0, 0], [4000, 10_000], 100),
            ([3000, 5000], [4000, 10_000], 87),
            ([3000, 5000], [6000, 10_000], 100),
            ([6000, 5000], [6000, 10_000], 75),
            ([6000, 5000], [6000, 0], 100),
        ] {
            assert_eq!(balance(requested, capacity), expected, "{requested:?} of {capacity:?}");
        }
    }
}
