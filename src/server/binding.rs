//! Assigning pods to nodes.

use super::rest::created;
use super::{ApiServer, Caller, WriteOptions, admission};
use crate::api::{Cause, Object as _, Status, Value, kinds};
use crate::obj;
use crate::store::ObjectKey;

impl ApiServer {
    /// POST of a Binding, to a pod's `binding` subresource or to the older collection: assigns the pod of its name to its target.
    // Models the registry's BindingREST, whose validation says nothing of the object.
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
        if options.dry_run {
            self.bound(by, namespace, binding.name(), node)?;
        } else {
            self.bind(by, namespace, binding.name(), node)?;
        }
        Ok(created())
    }

    /// Assigns a pod to a node; whether there is such a node is not looked at.
    pub fn bind(&mut self, by: &Caller, namespace: &str, pod: &str, node: &str) -> Result<(), Status> {
        let (old, object) = self.bound(by, namespace, pod, node)?;
        let key = ObjectKey::new(kinds::POD, object.namespace_arc(), object.name_arc());
        self.commit_update(by, key, object, &old).map(|_| ())
    }

    /// A pod as it is, and as it is once it has a node.
    ///
    /// Copies the node's topology labels to the pod (the PodTopologyLabels admission plugin).
    fn bound(&self, by: &Caller, namespace: &str, pod: &str, node: &str) -> Result<(Value, Value), Status> {
        let old = self.get(kinds::POD, namespace, pod)?;
        let mut object = old.clone();
        let bound = object.at(&["spec", "nodeName"]).str();
        if !bound.is_empty() {
            return Err(conflict(pod, &format!("pod {pod} is already assigned to node {bound:?}")));
        }
        if object.is_terminating() {
            return Err(conflict(pod, &format!("pod {pod} is being deleted, cannot be assigned to a host")));
        }
        if !object.at(&["spec", "schedulingGates"]).is_empty() {
            return Err(conflict(pod, &format!("pod {pod} has non-empty .spec.schedulingGates")));
        }
        object.set(&["spec", "nodeName"], node);
        object.remove(&["status", "nominatedNodeName"]);
        admission::pod_topology_labels::admit(self, &mut object);
        let scheduled = obj!({"type": "PodScheduled", "status": "True", "lastProbeTime": null, "lastTransitionTime": by.now.rfc3339()});
        let conditions = object.at_mut(&["status", "conditions"]).list_mut();
        conditions.retain(|c| c.get("type").str() != "PodScheduled");
        conditions.push(scheduled);
        Ok((old, object))
    }
}

/// 409, as of a resource of its own.
fn conflict(pod: &str, detail: &str) -> Status {
    Status::conflict_of("pods/binding", pod, detail)
}
