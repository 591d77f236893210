//! NodeAffinity: `nodeSelector`, required and preferred node affinity.

use crate::api::Value;
use crate::base::List as _;
use crate::scheduler::cache::NodeIndex;
use crate::scheduler::cluster_event::ClusterEvent;
use crate::scheduler::framework::{Cx, CxMut, CycleState, Plugin, PreFilter, Reasons, Reject, default_normalize};
use crate::scheduler::node_info::NodeInfo;
use crate::scheduler::plugins::NODE_AFFINITY;

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

    fn pre_filter(&self, CxMut { cache, pod, profile, .. }: CxMut, _: &mut CycleState) -> PreFilter {
        if pod.class.required_nodes.is_empty() && profile.added_affinity.required.is_empty() {
            return PreFilter::Skip;
        }
        match &pod.class.node_names {
            None => PreFilter::Run,
            Some(names) if names.is_empty() => PreFilter::Reject { message: "pod affinity terms conflict".to_owned() },
            Some(names) => PreFilter::Nodes(names.iter().filter_map(|n| cache.node_named(n)).list()),
        }
    }

    fn filter(&self, cx: &Cx, _: &CycleState, _: NodeIndex, node: &NodeInfo) -> Option<Reject> {
        let added = &cx.profile.added_affinity.required;
        let reasons = match &node.object {
            node if !added.matches(node) => Reasons::ENFORCED_AFFINITY,
            node if !cx.pod.class.required_nodes.matches(node) => Reasons::NODE_AFFINITY,
            _ => return None,
        };
        Some(Reject { plugin: NODE_AFFINITY, unresolvable: true, reasons })
    }

    fn default_weight(&self) -> i64 {
        2
    }

    fn pre_score(&self, CxMut { pod, profile, .. }: CxMut, _: &mut CycleState, _: &[NodeIndex]) -> bool {
        !pod.class.preferred_nodes.is_empty() || !profile.added_affinity.preferred.is_empty()
    }

    fn score(&self, cx: &Cx, _: &CycleState, nodes: &[NodeIndex], scores: &mut [i64]) {
        for (index, score) in nodes.iter().zip(scores) {
            let preferred = [&cx.pod.class.preferred_nodes, &cx.profile.added_affinity.preferred];
            *score = preferred.map(|p| p.score(&cx.cache.node(*index).object)).iter().sum();
        }
    }

    fn normalize(&self, _: &Cx, _: &CycleState, _: &[NodeIndex], scores: &mut [i64]) {
        default_normalize(scores, false);
    }

    fn hint(&self, cx: &Cx, event: &ClusterEvent) -> bool {
        match event {
            ClusterEvent::Node { index, change, old } => {
                let required = [&cx.pod.class.required_nodes, &cx.profile.added_affinity.required];
                let would_do = |node: &Value| required.iter().all(|r| r.matches(node));
                change.labels && would_do(&cx.cache.node(*index).object) && (change.added || !would_do(old))
            }
            _ => false,
        }
    }
}
