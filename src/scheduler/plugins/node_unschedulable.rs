//! NodeUnschedulable: keeps pods off cordoned nodes, unless they tolerate that.

use crate::api::Value;
use crate::api::toleration::tolerates_any;
use crate::api::well_known::UNSCHEDULABLE;
use crate::obj;
use crate::scheduler::cache::NodeIndex;
use crate::scheduler::cluster_event::ClusterEvent;
use crate::scheduler::framework::{Cx, CycleState, Plugin, Reasons, Reject};
use crate::scheduler::node_info::NodeInfo;
use crate::scheduler::plugins::NODE_UNSCHEDULABLE;

/// The plugin.
pub struct NodeUnschedulable;

fn tolerates_cordon(tolerations: &[Value]) -> bool {
    !tolerations.is_empty() && tolerates_any(tolerations, &obj!({"key": UNSCHEDULABLE, "effect": "NoSchedule"}))
}

impl Plugin for NodeUnschedulable {
    fn name(&self) -> &'static str {
        "NodeUnschedulable"
    }

    fn filters(&self) -> bool {
        true
    }

    fn is_static(&self) -> bool {
        true
    }

    fn filter(&self, cx: &Cx, _: &CycleState, _: NodeIndex, node: &NodeInfo) -> Option<Reject> {
        let refuses = node.unschedulable && !tolerates_cordon(cx.pod.class.tolerations());
        refuses.then_some(Reject { plugin: NODE_UNSCHEDULABLE, unresolvable: true, reasons: Reasons::UNSCHEDULABLE })
    }

    fn hint(&self, cx: &Cx, event: &ClusterEvent) -> bool {
        match event {
            ClusterEvent::Node { index, change, old } => {
                let freed = change.added || old.at(&["spec", "unschedulable"]).is_true();
                change.taints && freed && !cx.cache.node(*index).unschedulable
            }
            _ => false,
        }
    }
}
