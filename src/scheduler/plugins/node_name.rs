//! NodeName: a pod that names its node runs nowhere else.

use crate::scheduler::cache::{Cache, NodeIndex};
use crate::scheduler::framework::{Cx, CycleState, Plugin, Reasons, Reject};
use crate::scheduler::hints::ClusterEvent;
use crate::scheduler::node_info::NodeInfo;
use crate::scheduler::plugins::NODE_NAME;
use crate::scheduler::pod_info::PodInfo;
use crate::scheduler::profile::Profile;

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

    fn hint(&self, cache: &Cache, pod: &PodInfo, _: &Profile, event: &ClusterEvent) -> bool {
        matches!(event, ClusterEvent::Node { index, change, .. } if change.added && cache.node(*index).name == pod.node_name)
    }
}
