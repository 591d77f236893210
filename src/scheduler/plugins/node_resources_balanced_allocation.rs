//! NodeResourcesBalancedAllocation: nodes whose CPU and memory (a profile may name others) would be used more evenly than before
//! are better.

use crate::scheduler::cache::NodeIndex;
use crate::scheduler::framework::{Cx, CxMut, CycleState, MAX_NODE_SCORE, Plugin};
use crate::scheduler::plugins::node_resources_fit::shares;

/// The plugin.
pub struct NodeResourcesBalancedAllocation;

/// How evenly resources would be used, of 100, of which these parts were requested.
fn balance(parts: impl Iterator<Item = f64> + Clone) -> i64 {
    let n = parts.clone().count();
    let mean = parts.clone().sum::<f64>() / n as f64;
    let mut two = parts.clone();
    let deviation = match (n, two.next(), two.next()) {
        (2, Some(a), Some(b)) => ((a - b) / 2.0).abs(),
        // With one resource only, there is nothing to be out of balance.
        (0 | 1, ..) => 0.0,
        _ => (parts.map(|part| (part - mean) * (part - mean)).sum::<f64>() / n as f64).sqrt(),
    };
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

    fn default_weight(&self) -> i64 {
        1
    }

    fn pre_score(&self, CxMut { cache, pod, profile, .. }: CxMut, _: &mut CycleState, _: &[NodeIndex]) -> bool {
        // A pod that requests nothing would always look balanced on the same node.
        profile.balanced_resources.iter().any(|resource| pod.class.requests.of(&cache.scalars, resource) != 0)
    }

    fn score(&self, cx: &Cx, _: &CycleState, nodes: &[NodeIndex], scores: &mut [i64]) {
        for (index, score) in nodes.iter().zip(scores) {
            let node = cx.cache.node(*index);
            let parts = |with_pod: bool| {
                cx.profile.balanced_resources.iter().filter_map(move |resource| {
                    let (requested, capacity) = shares(cx, node, resource, false);
                    let wanted = if with_pod { 0 } else { cx.pod.class.requests.of(&cx.cache.scalars, resource) };
                    (capacity != 0).then(|| ((requested - wanted) as f64 / capacity as f64).min(1.0))
                })
            };
            *score = change(balance(parts(true)), balance(parts(false)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_more_alike_the_better() {
        for (parts, expected) in [
            (&[0.0, 0.0][..], 100),
            (&[0.75, 0.5], 87),
            (&[0.5, 0.5], 100),
            (&[1.0, 0.5], 75),
            (&[1.0], 100),
            (&[], 100),
            (&[0.5, 0.5, 0.5], 100),
            (&[0.0, 0.5, 1.0], 59),
        ] {
            assert_eq!(balance(parts.iter().copied()), expected, "{parts:?}");
        }
        assert_eq!([change(100, 100), change(50, 100), change(100, 50), change(96, 100)], [75, 50, 100, 73]);
    }
}
