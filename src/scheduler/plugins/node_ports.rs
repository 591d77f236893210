//! NodePorts: a port of the node can be had once.

use crate::api::host_ports::HostPort;
use crate::scheduler::cache::NodeIndex;
use crate::scheduler::cluster_event::ClusterEvent;
use crate::scheduler::framework::{Cx, CxMut, CycleState, Plugin, PreFilter, Reasons, Reject};
use crate::scheduler::node_info::NodeInfo;
use crate::scheduler::plugins::NODE_PORTS;

/// The plugin.
pub struct NodePorts;

fn conflict(wanted: &[HostPort], used: &[HostPort]) -> bool {
    wanted.iter().any(|w| used.iter().any(|u| w.conflicts(u)))
}

impl Plugin for NodePorts {
    fn name(&self) -> &'static str {
        "NodePorts"
    }

    fn filters(&self) -> bool {
        true
    }

    fn is_local(&self) -> bool {
        true
    }

    fn pre_filter(&self, CxMut { pod, .. }: CxMut, _: &mut CycleState) -> PreFilter {
        if pod.class.host_ports.is_empty() { PreFilter::Skip } else { PreFilter::Run }
    }

    fn filter(&self, cx: &Cx, _: &CycleState, _: NodeIndex, node: &NodeInfo) -> Option<Reject> {
        let refuses = conflict(&cx.pod.class.host_ports, &node.used_ports);
        refuses.then_some(Reject { plugin: NODE_PORTS, unresolvable: false, reasons: Reasons::PORTS })
    }

    fn hint(&self, cx: &Cx, event: &ClusterEvent) -> bool {
        let wanted = &cx.pod.class.host_ports;
        match event {
            ClusterEvent::Node { index, change, .. } => change.added && !conflict(wanted, &cx.cache.node(*index).used_ports),
            ClusterEvent::PodDeleted(gone) => conflict(wanted, &gone.class.host_ports),
            _ => false,
        }
    }
}
