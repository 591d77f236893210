//! The heartbeats of nodes. They are not stored; only the nodes that have stopped sending them are. A read shows the others as if each had
//! just renewed its lease and posted its status.

use super::{ApiServer, Caller, Subresource, WriteOptions};
use crate::api::{ArcStr, Object, Value, kinds};
use crate::base::{Duration, SortedMap, Time};
use crate::obj;

/// The namespace of node leases.
const LEASES: &str = "kube-node-lease";

/// The last heartbeat of each silent node.
#[derive(Clone, Debug, Default)]
pub struct Heartbeats {
    silent: SortedMap<ArcStr, Time>,
}

impl Heartbeats {
    fn stop(&mut self, node: &str, last: Time) {
        self.silent.entry(node.into()).or_insert(last);
    }

    fn resume(&mut self, node: &str) {
        self.silent.remove(node);
    }

    /// The last heartbeat of a silent node; none for other nodes.
    pub fn silent_since(&self, node: &str) -> Option<Time> {
        self.silent.get(node).copied()
    }
}

/// How often a kubelet renews its lease, and how often it posts a status in which nothing is new.
const RENEWAL: Duration = Duration::from_secs(10);
const REPORT: Duration = Duration::from_secs(300);
/// How often the leaders of the control plane renew theirs.
const RETRY: Duration = Duration::from_secs(2);

impl ApiServer {
    /// An object as a read shows it: with the time at which a node that is alive last had to renew its lease or post its conditions.
    pub fn as_read(&self, now: Time, mut object: Value) -> Value {
        let last = |member: &Value, every: Duration| {
            let since = Time::parse_rfc3339(member.str())?;
            let beats = now.since(since).as_micros() / every.as_micros();
            (beats > 0).then(|| since + every.saturating_mul(u32::try_from(beats).unwrap_or(u32::MAX)))
        };
        let leads = object.namespace() == "kube-system" && matches!(object.name(), "kube-controller-manager" | "kube-scheduler");
        let is_lease = object.get("kind").str() == "Lease" && (object.namespace() == LEASES || leads);
        if !is_lease && object.get("kind").str() != "Node" || self.heartbeats.silent_since(object.name()).is_some() {
            return object;
        }
        if is_lease {
            let renewed = last(object.at(&["spec", "renewTime"]), if leads { RETRY } else { RENEWAL });
            renewed.into_iter().for_each(|at| object.set(&["spec", "renewTime"], at.rfc3339_micro()));
        } else if self.peek(kinds::LEASE, LEASES, object.name()).is_some() {
            for condition in object.at_mut(&["status", "conditions"]).list_mut() {
                let told = last(condition.get("lastHeartbeatTime"), REPORT);
                told.into_iter().for_each(|at| condition.set(&["lastHeartbeatTime"], at.rfc3339()));
            }
        }
        object
    }

    /// Notes that a node's kubelet stops posting. Its last renewal of the lease is written, which wakes the controllers of nodes.
    pub fn stop_heartbeats(&mut self, now: Time, node: &str) {
        self.heartbeats.stop(node, now);
        self.write_lease(now, node);
    }

    /// Notes that a node's kubelet posts again.
    pub fn resume_heartbeats(&mut self, now: Time, node: &str) {
        self.heartbeats.resume(node);
        self.write_lease(now, node);
    }

    fn write_lease(&mut self, now: Time, node: &str) {
        let kind = kinds::LEASE;
        let by = Caller::new(now, "kubelet");
        let Some(uid) = self.peek(kinds::NODE, "", node).map(|n| n.at(&["metadata", "uid"]).clone()) else { return };
        let mut lease: Value = self.peek(kind, LEASES, node).cloned().unwrap_or_else(|| {
            obj!({
                "metadata": {"name": node, "ownerReferences": [{"apiVersion": "v1", "kind": "Node", "name": node, "uid": uid}]},
                "spec": {"holderIdentity": node, "leaseDurationSeconds": 40}
            })
        });
        lease.set(&["spec", "renewTime"], now.rfc3339_micro());
        let options = WriteOptions::default();
        // If the lease cannot be written nobody sees it, as when the API server is away.
        let _ = if self.peek(kind, LEASES, node).is_some() {
            self.update(&by, kind, lease, Subresource::None, &options)
        } else {
            self.create(&by, kind, LEASES, lease, &options)
        };
    }
}
