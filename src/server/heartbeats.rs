//! Which nodes have gone silent. Heartbeats themselves are not stored: a node that is not named here is posting its status.

use std::collections::BTreeMap;

use crate::api::ArcStr;
use crate::base::Time;

/// The last heartbeat of each silent node.
#[derive(Clone, Debug, Default)]
pub struct Heartbeats {
    silent: BTreeMap<ArcStr, Time>,
}

impl Heartbeats {
    /// A node's kubelet stops posting; `last` was its last heartbeat.
    pub fn stop(&mut self, node: &str, last: Time) {
        self.silent.entry(node.into()).or_insert(last);
    }

    /// A node's kubelet posts again.
    pub fn resume(&mut self, node: &str) {
        self.silent.remove(node);
    }

    /// When a silent node was heard of last; none where it is not silent.
    pub fn silent_since(&self, node: &str) -> Option<Time> {
        self.silent.get(node).copied()
    }
}
