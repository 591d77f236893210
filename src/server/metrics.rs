//! What the resource metrics API (metrics.k8s.io) serves: the newest usage that each kubelet reported. It is not stored and has no
//! history, as in a real cluster.

use crate::api::{ArcStr, Object, Value};
use crate::base::{Duration, SortedMap, Time};

/// What one container used over a window of time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContainerUsage {
    /// The container's name.
    pub name: ArcStr,
    /// Mean CPU use in thousandths of a core.
    pub cpu_milli: u64,
    /// Working set in bytes.
    pub memory_bytes: u64,
}

/// What one pod used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PodSample {
    /// The pod's namespace and name.
    pub pod: (ArcStr, ArcStr),
    /// Its running containers.
    pub containers: Vec<ContainerUsage>,
}

/// A kubelet's report: every 15 seconds it publishes one for its node, which takes the place of the one before.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NodeReport {
    /// The end of the window.
    pub at: Time,
    /// The time over which CPU use was averaged.
    pub window: Duration,
    /// Its pods that run.
    pub pods: Vec<PodSample>,
}

/// The newest report of each node. Nothing is served before [`Metrics::serve`]: a cluster without a metrics server has no such API.
#[derive(Clone, Debug, Default)]
pub struct Metrics {
    served: bool,
    nodes: SortedMap<ArcStr, NodeReport>,
}

impl Metrics {
    /// Installs or removes the metrics server.
    pub fn serve(&mut self, served: bool) {
        self.served = served;
    }

    /// Whether the API is there.
    pub fn is_served(&self) -> bool {
        self.served
    }

    /// Takes a node's report in.
    pub fn publish(&mut self, node: impl Into<ArcStr>, report: NodeReport) {
        self.nodes.insert(node.into(), report);
    }

    /// Forgets a node that is gone or silent.
    pub fn forget(&mut self, node: &str) {
        self.nodes.remove(node);
    }

    /// The newest reports, by node.
    pub fn nodes(&self) -> impl Iterator<Item = (&ArcStr, &NodeReport)> {
        self.nodes.iter()
    }

    /// What a pod used, with the report that says so; none where its node has not reported it.
    pub fn pod(&self, pod: &Value) -> Option<(&NodeReport, &PodSample)> {
        let report = self.nodes.get(pod.at(&["spec", "nodeName"]).str())?;
        let usage = report.pods.iter().find(|u| u.pod.1 == pod.name() && u.pod.0 == pod.namespace())?;
        Some((report, usage))
    }
}
