//! NodeName: a pod that names its node runs nowhere else.

use crate::scheduler::cache::NodeIndex;
use crate::scheduler::cluster_event::ClusterEvent;
use crate::scheduler::framework::{Cx, CycleState, Plugin, Reasons, Reject};
use crate::scheduler::node_info::NodeInfo;
use crate::scheduler::plugins::NODE_NAME;

/// The plugin.
pub struct NodeName;

impl Plugin for NodeName {
    fn name(&self) -> &'static str {
        "NodeName"
    }

    fn filters(&self) -> bool {
        true
    }

    fn is_static(&self) -> bool {
        true
    }

    fn filter(&self, cx: &Cx, _: &CycleState, _: NodeIndex, node: &NodeInfo) -> Option<Reject> {
        let wanted = &cx.pod.node_name;
        let refuses = !wanted.is_empty() && *wanted != node.name;
        refuses.then_some(Reject { plugin: NODE_NAME, unresolvable: true, reasons: Reasons::NODE_NAME })
    }

    fn hint(&self, cx: &Cx, event: &ClusterEvent) -> bool {
        matches!(event, ClusterEvent::Node { index, change, .. } if change.added && cx.cache.node(*index).name == cx.pod.node_name)
    }
}
