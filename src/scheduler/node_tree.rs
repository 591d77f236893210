//! The order in which nodes are looked at: one of each zone by turns, zones and nodes in the order they came.
//! Models the scheduler cache's node tree.

use super::cache::NodeIndex;
use crate::api::well_known::{REGION, ZONE};
use crate::api::{ArcStr, Object, Value};
use crate::base::List as _;

/// Region and zone.
type Zone = (ArcStr, ArcStr);

/// Nodes by zone.
#[derive(Clone, Debug, Default)]
pub struct NodeTree {
    zones: Vec<(Zone, Vec<NodeIndex>)>,
}

/// The zone that a node's labels name.
pub fn zone_of(node: &Value) -> Zone {
    let label = |now: &str, before: &str| ArcStr::from(node.label(now).or_else(|| node.label(before)).unwrap_or(""));
    (label(REGION, "failure-domain.beta.kubernetes.io/region"), label(ZONE, "failure-domain.beta.kubernetes.io/zone"))
}

impl NodeTree {
    /// A node came.
    pub fn add(&mut self, zone: Zone, node: NodeIndex) {
        match self.zones.iter_mut().find(|(z, _)| *z == zone) {
            Some((_, nodes)) => nodes.push(node),
            None => self.zones.push((zone, vec![node])),
        }
    }

    /// A node went.
    pub fn remove(&mut self, zone: &Zone, node: NodeIndex) {
        if let Some((_, nodes)) = self.zones.iter_mut().find(|(z, _)| z == zone) {
            nodes.retain(|n| *n != node);
        }
        self.zones.retain(|(_, nodes)| !nodes.is_empty());
    }

    /// All nodes, by turns from each zone.
    pub fn list(&self) -> Vec<NodeIndex> {
        let longest = self.zones.iter().map(|(_, nodes)| nodes.len()).max().unwrap_or(0);
        (0..longest).flat_map(|turn| self.zones.iter().filter_map(move |(_, nodes)| nodes.get(turn).copied())).list()
    }
}
