//! PodTopologyLabels: a pod carries the region and zone of its node.

use super::super::ApiServer;
use crate::api::{Kind, Object, Value};

/// The labels that are copied.
const LABELS: [&str; 2] = ["topology.kubernetes.io/region", "topology.kubernetes.io/zone"];

/// Copies the topology labels of the node that the pod names.
pub(in crate::server) fn admit(server: &ApiServer, pod: &mut Value) {
    let node = pod.at(&["spec", "nodeName"]).str();
    let Some(node) = server.peek(Kind::named("Node"), "", node).filter(|_| !node.is_empty()) else { return };
    for label in LABELS {
        if let Some(value) = node.label(label) {
            pod.set(&["metadata", "labels", label], value);
        }
    }
}
