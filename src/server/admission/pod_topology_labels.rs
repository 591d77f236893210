//! PodTopologyLabels: a pod is labelled with its node's zone and region, when it is bound or created for a node.

use super::ApiServer;
use crate::api::well_known::{REGION, ZONE};
use crate::api::{Object, Value, kinds};

const LABELS: [&str; 2] = [REGION, ZONE];

pub(in crate::server) fn admit(server: &ApiServer, pod: &mut Value) {
    let Some(node) = server.peek(kinds::NODE, "", pod.at(&["spec", "nodeName"]).str()) else { return };
    for label in LABELS {
        if let Some(value) = node.label(label) {
            pod.set(&["metadata", "labels", label], value);
        }
    }
}
