//! NodeAffinity: `nodeSelector`, required and preferred node affinity.

use crate::base::List as _;
use crate::scheduler::cache::{Cache, NodeIndex};
use crate::scheduler::framework::{Cx, CycleState, Plugin, PreFilter, Reasons, Reject, StaticFit, default_normalize};
use crate::scheduler::hints::ClusterEvent;
use crate::scheduler::node_info::NodeInfo;
use crate::scheduler::plugins::NODE_AFFINITY;
use crate::scheduler::pod_info::PodInfo;

/// The plugin.
pub struct NodeAffinity;

impl Plugin for NodeAffinity {
    fn name(&self) -> &'static str {
        "NodeAffinity"
    }

    fn filters(&self) -> bool {
        true
    }

    fn is_static(&self) -> bool {
        true
    }

    fn pre_filter(&self, cache: &mut Cache, pod: &PodInfo, _: &[StaticFit], _: &mut CycleState) -> PreFilter {
        if pod.class.required_nodes.is_empty() {
            return PreFilter::Skip;
        }
        match &pod.class.node_names {
            None => PreFilter::Run,
            Some(names) if names.is_empty() => PreFilter::Reject { message: "pod affinity terms conflict".to_owned() },
            Some(names) => PreFilter::Nodes(names.iter().filter_map(|n| cache.node_named(n)).list()),
        }
    }

    fn filter(&self, cx: &Cx, _: &CycleState, _: NodeIndex, node: &NodeInfo) -> Option<Reject> {
        let refuses = !cx.pod.class.required_nodes.matches(&node.object);
        refuses.then_some(Reject { plugin: NODE_AFFINITY, unresolvable: true, reasons: Reasons::NODE_AFFINITY })
    }

    fn weight(&self) -> i64 {
        2
    }

    fn pre_score(&self, _: &mut Cache, pod: &PodInfo, _: &[StaticFit], _: &mut CycleState, _: &[NodeIndex]) -> bool {
        !pod.class.preferred_nodes.is_empty()
    }

    fn score(&self, cx: &Cx, _: &CycleState, nodes: &[NodeIndex], scores: &mut [i64]) {
        for (index, score) in nodes.iter().zip(scores) {
            *score = cx.pod.class.preferred_nodes.score(&cx.cache.node(*index).object);
        }
    }

    fn normalize(&self, _: &Cx, _: &CycleState, _: &[NodeIndex], scores: &mut [i64]) {
        default_normalize(scores, false);
    }

    fn hint(&self, cache: &Cache, pod: &PodInfo, event: &ClusterEvent) -> bool {
        match event {
            ClusterEvent::Node { index, change, old } => {
                let required = &pod.class.required_nodes;
                change.labels && required.matches(&cache.node(*index).object) && (change.added || !required.matches(old))
            }
            _ => false,
        }
    }
}
