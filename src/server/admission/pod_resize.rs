//! PodResizeValidator: a pod may not be resized to more than its node could ever give.

use super::Request;
use crate::api::quantity::Quantity;
use crate::api::{Cause, Object, Status, kinds, quota, quote};
use crate::server::{ApiServer, Subresource};

pub(super) fn admit(server: &ApiServer, request: &Request<'_>) -> Result<(), Status> {
    let (pod, old) = (request.object, request.old);
    let node = pod.at(&["spec", "nodeName"]).str();
    if request.sub != Subresource::Resize || node.is_empty() || pod.get("spec").same(old.get("spec")) {
        return Ok(());
    }
    let refused = |why: &str, reason: &'static str| {
        let cause = Cause::new(reason, "", String::new());
        Err(Status::forbidden(kinds::POD, pod.name(), why).with_causes(vec![cause]))
    };
    let Some(object) = server.peek(kinds::NODE, "", node) else {
        return Err(Status::forbidden(kinds::POD, pod.name(), &format!("node {} not found", quote(node))));
    };
    if let Some(os) = object.label("kubernetes.io/os").filter(|os| *os != "linux") {
        let why = format!("pod resize is only supported on linux nodes, node {} is {}", quote(node), quote(os));
        return refused(&why, "UnsupportedPlatform");
    }
    // The pod's requests by its spec, whatever it has been allocated.
    let mut bare = pod.clone();
    bare.remove(&["status"]);
    let asked = quota::amounts_of(&bare, "requests");
    let mut lacks = Vec::new();
    for name in ["cpu", "memory"] {
        let count = |q: &Quantity| if name == "cpu" { q.milli_value() } else { q.value() };
        let wanted = asked.iter().find(|(n, _)| *n == name).map_or(0, |(_, q)| count(q));
        let has = count(&Quantity::of(object.at(&["status", "allocatable", name])));
        if wanted > has {
            lacks.push(format!("{name}, requested: {wanted}, allocatable: {has}"));
        }
    }
    if lacks.is_empty() {
        return Ok(());
    }
    refused(&format!("node didn't have enough allocatable resources: {}", lacks.join("; ")), "NodeCapacity")
}
