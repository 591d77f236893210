//! The PodResizeValidator plugin: nothing is asked of a node that it could never give.

use crate::api::quantity::Quantity;
use crate::api::{Object, Status, Value, kinds, quota};
use crate::server::ApiServer;

pub(super) fn admit(server: &ApiServer, pod: &Value, old: &Value) -> Result<(), Status> {
    let node = pod.at(&["spec", "nodeName"]).str();
    if node.is_empty() || pod.get("spec").same(old.get("spec")) {
        return Ok(());
    }
    let pods = kinds::POD;
    let Some(object) = server.peek(kinds::NODE, "", node) else {
        return Err(Status::forbidden(pods, pod.name(), &format!("node {node:?} not found")));
    };
    // What it asks for, whatever it has by now.
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
    let why = format!("node didn't have enough allocatable resources: {}", lacks.join("; "));
    Err(Status::forbidden(pods, pod.name(), &why))
}
