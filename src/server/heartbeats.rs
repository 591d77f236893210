//! Which nodes have gone silent. Heartbeats themselves are not stored: a node that is not named here is posting its status.

use std::collections::BTreeMap;

use super::{ApiServer, Caller, Subresource, WriteOptions};
use crate::api::{ArcStr, Kind, Value};
use crate::base::Time;
use crate::obj;

/// The last heartbeat of each silent node.
#[derive(Clone, Debug, Default)]
pub struct Heartbeats {
    silent: BTreeMap<ArcStr, Time>,
}

impl Heartbeats {
    fn stop(&mut self, node: &str, last: Time) {
        self.silent.entry(node.into()).or_insert(last);
    }

    fn resume(&mut self, node: &str) {
        self.silent.remove(node);
    }

    /// When a silent node was heard of last; none where it is not silent.
    pub fn silent_since(&self, node: &str) -> Option<Time> {
        self.silent.get(node).copied()
    }
}

impl ApiServer {
    /// A node's kubelet stops posting. Its lease is written down as it was renewed last, which wakes those who watch over nodes.
    pub fn stop_heartbeats(&mut self, now: Time, node: &str) {
        self.heartbeats.stop(node, now);
        self.write_lease(now, node);
    }

    /// A node's kubelet posts again.
    pub fn resume_heartbeats(&mut self, now: Time, node: &str) {
        self.heartbeats.resume(node);
        self.write_lease(now, node);
    }

    fn write_lease(&mut self, now: Time, node: &str) {
        const NAMESPACE: &str = "kube-node-lease";
        let kind = Kind::named("Lease");
        let by = Caller::new(now, "kubelet");
        let Some(uid) = self.peek(Kind::named("Node"), "", node).map(|n| n.at(&["metadata", "uid"]).clone()) else { return };
        let mut lease: Value = self.peek(kind, NAMESPACE, node).cloned().unwrap_or_else(|| {
            obj!({
                "metadata": {"name": node, "ownerReferences": [{"apiVersion": "v1", "kind": "Node", "name": node, "uid": uid}]},
                "spec": {"holderIdentity": node, "leaseDurationSeconds": 40}
            })
        });
        lease.set(&["spec", "renewTime"], now.rfc3339_micro());
        let options = WriteOptions::default();
        // A lease that cannot be written is one that nobody sees, as when the API server is away.
        let _ = if self.peek(kind, NAMESPACE, node).is_some() {
            self.update(&by, kind, lease, Subresource::None, &options)
        } else {
            self.create(&by, kind, NAMESPACE, lease, &options)
        };
    }
}
