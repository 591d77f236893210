//! Assigning pods to nodes.

use super::rest::created;
use super::update::demand_precondition;
use super::{ApiServer, Caller, WriteOptions, admission};
use crate::api::{Cause, Object as _, Status, Value, kinds, set_condition};
use crate::obj;
use crate::store::ObjectKey;

impl ApiServer {
    /// POST of a Binding, to a pod's `binding` subresource or to the older collection: assigns the pod of that name to the target.
    // Models the registry's BindingREST, whose errors do not name the object.
    pub(super) fn create_binding(
        &mut self,
        by: &Caller,
        namespace: &str,
        binding: &Value,
        options: &WriteOptions,
    ) -> Result<Value, Status> {
        let (kind, node) = (binding.at(&["target", "kind"]), binding.at(&["target", "name"]).str());
        let mut causes = Vec::new();
        if !matches!(kind.str(), "" | "Node") {
            causes.push(Cause::not_supported("target.kind", kind, &["Node", "<empty>"]));
        }
        if node.is_empty() {
            causes.push(Cause::required("target.name", ""));
        }
        if !causes.is_empty() {
            return Err(Status::of_causes(&causes));
        }
        self.assign(by, namespace, binding.get("metadata"), node, options.dry_run)?;
        Ok(created())
    }

    /// Assigns a pod to a node, without asking whether that exists.
    pub fn bind(&mut self, by: &Caller, namespace: &str, pod: &str, node: &str) -> Result<(), Status> {
        self.assign(by, namespace, &obj!({"name": pod}), node, false)
    }

    /// Assigns the pod that a Binding's metadata names. The metadata may demand a UID and a version, and may bring labels and annotations
    /// for the pod.
    // Models assignPod, with the node's topology labels that the PodTopologyLabels admission plugin gives the Binding.
    fn assign(&mut self, by: &Caller, namespace: &str, metadata: &Value, node: &str, dry_run: bool) -> Result<(), Status> {
        let pod = metadata.get("name").str();
        let old = self.get(kinds::POD, namespace, pod)?;
        let key = ObjectKey::new(kinds::POD, namespace, pod);
        demand_precondition(&key, "UID", metadata.get("uid").str(), old.uid(), dry_run)?;
        let version = old.at(&["metadata", "resourceVersion"]).str();
        demand_precondition(&key, "ResourceVersion", metadata.get("resourceVersion").str(), version, dry_run)?;
        let mut object = old.clone();
        if object.is_terminating() {
            return Err(conflict(pod, &format!("pod {pod} is being deleted, cannot be assigned to a host")));
        }
        let bound = object.at(&["spec", "nodeName"]).str();
        if !bound.is_empty() {
            return Err(conflict(pod, &format!("pod {pod} is already assigned to node {bound:?}")));
        }
        if !object.at(&["spec", "schedulingGates"]).is_empty() {
            return Err(conflict(pod, &format!("pod {pod} has non-empty .spec.schedulingGates")));
        }
        object.set(&["spec", "nodeName"], node);
        object.remove(&["status", "nominatedNodeName"]);
        for member in ["annotations", "labels"] {
            for (key, value) in metadata.get(member).entries() {
                object.set(&["metadata", member, key], value);
            }
        }
        admission::pod_topology_labels::admit(self, &mut object);
        let scheduled = obj!({"type": "PodScheduled", "status": "True", "lastProbeTime": null});
        set_condition(object.at_mut(&["status", "conditions"]).list_mut(), scheduled, by.now);
        if dry_run { Ok(()) } else { self.commit_update(by, key, object, &old).map(drop) }
    }
}

/// 409 for the pseudo-resource `pods/binding`.
fn conflict(pod: &str, detail: &str) -> Status {
    Status::conflict_of("pods/binding", pod, detail)
}
