//! TaintToleration: taints keep pods away that do not tolerate them, or make the node less liked.

use crate::api::Value;
use crate::api::toleration::{find_untolerated, tolerates_any};
use crate::scheduler::cache::NodeIndex;
use crate::scheduler::cluster_event::ClusterEvent;
use crate::scheduler::framework::{Cx, CycleState, Plugin, Reasons, Reject, default_normalize};
use crate::scheduler::node_info::NodeInfo;
use crate::scheduler::plugins::TAINT_TOLERATION;

/// The plugin.
pub struct TaintToleration;

/// Effects that keep new pods away.
const KEEPING_AWAY: &[&str] = &["NoSchedule", "NoExecute"];

/// Whether no taint keeps a pod with these tolerations away.
pub fn is_tolerated(taints: &[Value], tolerations: &[Value]) -> bool {
    taints.is_empty() || find_untolerated(taints, tolerations, KEEPING_AWAY).is_none()
}

fn disliked(taints: &[Value], tolerations: &[Value]) -> i64 {
    let counts = |taint: &&Value| taint.get("effect").str() == "PreferNoSchedule" && !tolerates_any(tolerations, taint);
    taints.iter().filter(counts).count() as i64
}

impl Plugin for TaintToleration {
    fn name(&self) -> &'static str {
        "TaintToleration"
    }

    fn filters(&self) -> bool {
        true
    }

    fn is_static(&self) -> bool {
        true
    }

    fn filter(&self, cx: &Cx, _: &CycleState, _: NodeIndex, node: &NodeInfo) -> Option<Reject> {
        let refuses = !is_tolerated(node.taints(), cx.pod.class.tolerations());
        refuses.then_some(Reject { plugin: TAINT_TOLERATION, unresolvable: true, reasons: Reasons::UNTOLERATED_TAINT })
    }

    fn default_weight(&self) -> i64 {
        3
    }

    fn score(&self, cx: &Cx, _: &CycleState, nodes: &[NodeIndex], scores: &mut [i64]) {
        let tolerations = cx.pod.class.tolerations();
        for (index, score) in nodes.iter().zip(scores) {
            let node = cx.cache.node(*index);
            *score = if node.tainted { disliked(node.taints(), tolerations) } else { 0 };
        }
    }

    fn normalize(&self, _: &Cx, _: &CycleState, _: &[NodeIndex], scores: &mut [i64]) {
        default_normalize(scores, true);
    }

    fn hint(&self, cx: &Cx, event: &ClusterEvent) -> bool {
        match event {
            ClusterEvent::Node { index, change, old } => {
                let tolerations = cx.pod.class.tolerations();
                let was_kept_away = change.added || !is_tolerated(old.get("spec").get("taints").items(), tolerations);
                change.taints && was_kept_away && is_tolerated(cx.cache.node(*index).taints(), tolerations)
            }
            _ => false,
        }
    }
}
