//! NodeResourcesFit: a node must have the resources that a pod requests. Unless a profile says otherwise, the emptier the node, the better
//! (LeastAllocated).

use crate::api::Value;
use crate::scheduler::cache::{Cache, NodeIndex};
use crate::scheduler::cluster_event::ClusterEvent;
use crate::scheduler::framework::{Cx, CycleState, MAX_NODE_SCORE, Plugin, Reasons, Reject};
use crate::scheduler::node_info::NodeInfo;
use crate::scheduler::plugins::NODE_RESOURCES_FIT;
use crate::scheduler::profile::{Profile, ScoringStrategy, StrategyType};
use crate::scheduler::resources::{Resources, milli_value, whole_value};

/// The plugin.
pub struct NodeResourcesFit;

/// A resource of which a node has too little left: thousandths of CPU, bytes, or whole ones.
// Models InsufficientResource.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Insufficient {
    /// Its reason.
    pub reason: Reasons,
    /// What the pod requests.
    pub requested: i64,
    /// What the node's pods request together.
    pub used: i64,
    /// What the node has for pods.
    pub capacity: i64,
}

/// The resources of which the node has too little for these requests (`fitsRequest`).
pub fn insufficient<'a>(requests: &'a Resources, node: &'a NodeInfo) -> impl Iterator<Item = Insufficient> + 'a {
    let (offered, taken) = (&node.allocatable, &node.requested);
    let of = |reason, requested, capacity, used| Insufficient { reason, requested, used, capacity };
    let named = [
        of(Reasons::TOO_MANY_PODS, 1, node.allowed_pods, node.pods.len() as i64),
        of(Reasons::CPU, requests.milli_cpu, offered.milli_cpu, taken.milli_cpu),
        of(Reasons::MEMORY, requests.memory, offered.memory, taken.memory),
        of(Reasons::EPHEMERAL_STORAGE, requests.ephemeral_storage, offered.ephemeral_storage, taken.ephemeral_storage),
    ];
    let scalars = requests.scalars.iter();
    let scalars = scalars.map(move |(index, wanted)| of(Reasons::scalar(*index), *wanted, offered.scalar(*index), taken.scalar(*index)));
    named.into_iter().chain(scalars).filter(|r| r.requested > 0 && i128::from(r.requested) > i128::from(r.capacity) - i128::from(r.used))
}

/// How much of a resource would be left, of 100; 0 where more is requested than there is.
fn least_allocated(requested: i64, capacity: i64) -> i64 {
    if capacity == 0 || requested > capacity {
        return 0;
    }
    let left = i128::from(capacity) - i128::from(requested.max(0));
    (left * i128::from(MAX_NODE_SCORE) / i128::from(capacity)) as i64
}

/// How much of a resource would be requested, of 100; all of it where more is requested than there is.
fn most_allocated(requested: i64, capacity: i64) -> i64 {
    if capacity == 0 {
        return 0;
    }
    (i128::from(requested.clamp(0, capacity)) * i128::from(MAX_NODE_SCORE) / i128::from(capacity)) as i64
}

/// The value at a place of the line through these points, which is level beyond them.
// Models helper.BuildBrokenLinearFunction.
pub fn broken_linear(points: &[(i64, i64)], at: i64) -> i64 {
    let next = points.iter().position(|(x, _)| at <= *x);
    match next.map(|i| (i.checked_sub(1).map(|before| points[before]), points[i])) {
        Some((Some((x0, y0)), (x1, y1))) => y0 + (y1 - y0) * (at - x0) / (x1 - x0),
        Some((None, (_, y))) => y,
        None => points.last().map_or(0, |p| p.1),
    }
}

/// How much of a resource would be requested of the node with this pod, and how much it has. Both are 0 for an extended resource that the
/// pod does not request.
// Models resourceAllocationScorer.calculateResourceAllocatableRequest; `at_least` takes containers without a request for small ones.
pub fn shares(cx: &Cx, node: &NodeInfo, resource: &str, at_least: bool) -> (i64, i64) {
    let [mut taken, mut wanted, offered] =
        [&node.requested, &cx.pod.class.requests, &node.allocatable].map(|amounts| amounts.of(&cx.cache.scalars, resource));
    match resource {
        "cpu" if at_least => (taken, wanted) = (node.non_zero_requested.0, cx.pod.class.scored.0),
        "memory" if at_least => (taken, wanted) = (node.non_zero_requested.1, cx.pod.class.scored.1),
        "cpu" | "memory" | "ephemeral-storage" => {}
        _ if wanted <= 0 => return (0, 0),
        _ => {}
    }
    (taken.saturating_add(wanted), offered)
}

impl ScoringStrategy {
    /// The score of a node, out of 100.
    fn score(&self, cx: &Cx, node: &NodeInfo) -> i64 {
        let (mut sum, mut weights) = (0, 0);
        for (resource, weight) in &self.resources {
            let (requested, capacity) = shares(cx, node, resource, true);
            if capacity == 0 {
                continue;
            }
            let score = match &self.kind {
                StrategyType::LeastAllocated => least_allocated(requested, capacity),
                StrategyType::MostAllocated => most_allocated(requested, capacity),
                StrategyType::RequestedToCapacityRatio(shape) => {
                    match broken_linear(shape, most_allocated(requested, capacity)) {
                        // Resources with a score of 0 do not count.
                        0 => continue,
                        score => score,
                    }
                }
            };
            sum += score * weight;
            weights += weight;
        }
        match self.kind {
            _ if weights == 0 => 0,
            StrategyType::RequestedToCapacityRatio(_) => (sum as f64 / weights as f64).round() as i64,
            _ => sum / weights,
        }
    }
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
        let (mut reasons, mut unresolvable) = (Reasons::NONE, false);
        for lack in insufficient(&cx.pod.class.requests, node).filter(|lack| !is_ignored(cx, lack.reason)) {
            reasons.insert(lack.reason);
            // Even an empty node would lack it; pods can always be taken away.
            unresolvable |= lack.reason != Reasons::TOO_MANY_PODS && lack.requested > lack.capacity;
        }
        (!reasons.is_empty()).then_some(Reject { plugin: NODE_RESOURCES_FIT, unresolvable, reasons })
    }

    fn default_weight(&self) -> i64 {
        1
    }

    fn score(&self, cx: &Cx, _: &CycleState, nodes: &[NodeIndex], scores: &mut [i64]) {
        for (index, score) in nodes.iter().zip(scores) {
            *score = cx.profile.scoring_strategy.score(cx, cx.cache.node(*index));
        }
    }

    fn hint(&self, cx: &Cx, event: &ClusterEvent) -> bool {
        match event {
            ClusterEvent::Node { index, change, old } => {
                let (requests, node) = (&cx.pod.class.requests, cx.cache.node(*index));
                change.allocatable && fits_empty(requests, node) && (change.added || has_more(cx.cache, requests, node, old))
            }
            ClusterEvent::PodDeleted(_) => true,
            ClusterEvent::PodScaledDown { old, new } => frees(&cx.pod.class.requests, &old.class.requests, &new.class.requests),
            _ => false,
        }
    }
}

/// Whether the profile ignores the resource of a reason.
fn is_ignored(cx: &Cx, reason: Reasons) -> bool {
    let Profile { ignored_resources, ignored_resource_groups, .. } = cx.profile;
    !(ignored_resources.is_empty() && ignored_resource_groups.is_empty())
        && cx.pod.class.requests.scalars.iter().any(|(i, _)| Reasons::scalar(*i) == reason && cx.profile.ignores(cx.cache.scalars.name(*i)))
}

/// Whether a changed pod requests less of a needed resource (`isSchedulableAfterPodScaleDown`).
pub fn frees(wanted: &Resources, old: &Resources, new: &Resources) -> bool {
    wanted.milli_cpu > 0 && old.milli_cpu > new.milli_cpu
        || wanted.memory > 0 && old.memory > new.memory
        || wanted.ephemeral_storage > 0 && old.ephemeral_storage > new.ephemeral_storage
        || wanted.scalars.iter().any(|(index, amount)| *amount > 0 && old.scalar(*index) > new.scalar(*index))
}

/// Whether the node would do if it were empty.
fn fits_empty(requests: &Resources, node: &NodeInfo) -> bool {
    let offered = &node.allocatable;
    node.allowed_pods > 0
        && requests.milli_cpu <= offered.milli_cpu
        && requests.memory <= offered.memory
        && requests.ephemeral_storage <= offered.ephemeral_storage
        && requests.scalars.iter().all(|(index, wanted)| *wanted <= offered.scalar(*index))
}

/// Whether the node has more of a requested resource than before, or may have more pods.
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
        assert_eq!(insufficient(&Resources { memory: i64::MAX, ..Resources::default() }, &node).count(), 0);
    }
}
