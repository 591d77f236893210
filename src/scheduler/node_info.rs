//! A node as the scheduler sees it: its resources, what is taken of them, and by which pods. It may not know of scheduling.

use std::sync::Arc;

use super::pod_info::PodInfo;
use super::resources::{Resources, ScalarNames, whole_value};
use crate::api::host_ports::HostPort;
use crate::api::{ArcStr, Object, Value};
use crate::base::Order as _;

/// A node with its pods, assumed ones included.
#[derive(Clone, Debug, Default)]
pub struct NodeInfo {
    /// The requests of its pods together.
    pub requested: Resources,
    /// The same, with defaults for containers without requests: CPU in millicores, memory in bytes.
    pub non_zero_requested: (i64, i64),
    /// Its allocatable resources.
    pub allocatable: Resources,
    /// How many pods it may have.
    pub allowed_pods: i64,
    /// `spec.unschedulable`.
    pub unschedulable: bool,
    /// Whether it has any taint.
    pub tainted: bool,
    /// Whether the node exists; pods may be bound to one that does not.
    pub exists: bool,
    /// The generation of its object: it changes with everything that matters to scheduling.
    pub generation: u64,
    /// The version of the whole: it changes with the object or the pods.
    pub version: u64,
    /// `metadata.name`.
    pub name: ArcStr,
    /// The object; null where it does not exist.
    pub object: Value,
    /// The pods on it.
    pub pods: Vec<Arc<PodInfo>>,
    /// The host ports that its pods take.
    pub used_ports: Vec<HostPort>,
    /// The sizes of its images in bytes, by all their names, sorted.
    pub images: Vec<(ArcStr, i64)>,
}

impl NodeInfo {
    /// `spec.taints`.
    pub fn taints(&self) -> &[Value] {
        self.object.get("spec").get("taints").items()
    }

    /// One label.
    pub fn label(&self, key: &str) -> Option<&str> {
        self.object.label(key)
    }

    /// Updates the node's object.
    pub fn set_object(&mut self, object: &Value, names: &mut ScalarNames) {
        let status = object.get("status");
        if !status.get("allocatable").same(self.object.at(&["status", "allocatable"])) || !self.exists {
            self.allocatable = Resources::parse(status.get("allocatable"), names);
            self.allowed_pods = whole_value(status.get("allocatable").get("pods"));
        }
        if !status.get("images").same(self.object.at(&["status", "images"])) {
            self.images = images_of(status);
        }
        self.unschedulable = object.get("spec").get("unschedulable").is_true();
        self.tainted = !object.get("spec").get("taints").items().is_empty();
        self.object = object.clone();
        self.name = object.name_arc();
        self.exists = true;
    }

    /// Adds a pod.
    pub fn add_pod(&mut self, pod: Arc<PodInfo>) {
        self.account(&pod, 1);
        self.used_ports.extend(pod.class.host_ports.iter().cloned());
        self.pods.push(pod);
    }

    /// Removes the pod of this UID.
    pub fn remove_pod(&mut self, uid: &str) -> Option<Arc<PodInfo>> {
        let at = self.pods.iter().position(|p| p.uid == uid)?;
        let pod = self.pods.swap_remove(at);
        self.account(&pod, -1);
        for port in &pod.class.host_ports {
            if let Some(at) = self.used_ports.iter().position(|p| p == port) {
                self.used_ports.swap_remove(at);
            }
        }
        Some(pod)
    }

    fn account(&mut self, pod: &PodInfo, sign: i64) {
        let class = &pod.class;
        self.requested.add(&class.requests, sign);
        self.non_zero_requested.0 = self.non_zero_requested.0.saturating_add(sign * class.non_zero.0);
        self.non_zero_requested.1 = self.non_zero_requested.1.saturating_add(sign * class.non_zero.1);
    }
}

fn images_of(status: &Value) -> Vec<(ArcStr, i64)> {
    let mut images: Vec<(ArcStr, i64)> = Vec::new();
    for image in status.get("images").items() {
        for name in image.get("names").items() {
            images.push((name.arc_str(), image.get("sizeBytes").int()));
        }
    }
    images.order();
    images.dedup_by(|a, b| a.0 == b.0);
    images
}
