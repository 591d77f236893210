//! NodeResourcesBalancedAllocation: nodes whose CPU and memory would be used more evenly than before are better.

use crate::scheduler::cache::{Cache, NodeIndex};
use crate::scheduler::framework::{Cx, CycleState, MAX_NODE_SCORE, Plugin, StaticFit};
use crate::scheduler::pod_info::PodInfo;

/// The plugin.
pub struct NodeResourcesBalancedAllocation;

/// How evenly CPU and memory would be used, of 100, were so much of them requested.
fn balance(requested: [i64; 2], capacity: [i64; 2]) -> i64 {
    let fraction = |i: usize| (requested[i] as f64 / capacity[i] as f64).min(1.0);
    // With one resource only, there is nothing to be out of balance.
    let deviation = if capacity[0] == 0 || capacity[1] == 0 { 0.0 } else { ((fraction(0) - fraction(1)) / 2.0).abs() };
    ((1.0 - deviation) * MAX_NODE_SCORE as f64) as i64
}

/// What the pod does to the balance: 75 where nothing, 50 where it upsets it wholly, 100 where it restores it wholly.
fn change(with: i64, without: i64) -> i64 {
    MAX_NODE_SCORE / 2 + (MAX_NODE_SCORE / 2 + with - without) / 2
}

impl Plugin for NodeResourcesBalancedAllocation {
    fn name(&self) -> &'static str {
        "NodeResourcesBalancedAllocation"
    }

    fn is_local(&self) -> bool {
        true
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
            let capacity = [node.allocatable.milli_cpu, node.allocatable.memory];
            let without = [node.requested.milli_cpu, node.requested.memory];
            let with = [without[0].saturating_add(requests.milli_cpu), without[1].saturating_add(requests.memory)];
            *score = change(balance(with, capacity), balance(without, capacity));
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
        assert_eq!([change(100, 100), change(50, 100), change(100, 50), change(96, 100)], [75, 50, 100, 73]);
    }
}
