//! RuntimeClass: a pod gets the overhead, the node selector and the tolerations of its class, which must be there.

use super::ApiServer;
use crate::api::{Object, Status, Value, kinds};

// Models plugin/pkg/admission/runtimeclass.
pub(super) fn admit(server: &ApiServer, pod: &mut Value) -> Result<(), Status> {
    let refused = |pod: &Value, why: &str| Err(Status::forbidden(kinds::POD, pod.name(), why));
    let name = pod.at(&["spec", "runtimeClassName"]).str().to_owned();
    let class = server.peek(kinds::RUNTIME_CLASS, "", &name).filter(|_| !name.is_empty());
    if class.is_none() && !name.is_empty() {
        return refused(pod, &format!("pod rejected: RuntimeClass {name:?} not found"));
    }
    let overhead = class.map_or(&Value::Null, |c| c.at(&["overhead", "podFixed"]));
    let own = pod.at(&["spec", "overhead"]);
    if !own.is_empty() && overhead.is_empty() {
        return refused(pod, "pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead");
    }
    if !own.is_empty() && own != overhead {
        return refused(pod, "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead");
    }
    if !overhead.is_empty() {
        pod.set(&["spec", "overhead"], overhead.clone());
    }
    let Some(class) = class else { return Ok(()) };
    for (key, value) in class.at(&["scheduling", "nodeSelector"]).entries() {
        let own = pod.at(&["spec", "nodeSelector", key]).as_str();
        if let Some(own) = own.filter(|own| *own != value.str()) {
            let value = value.str();
            let why = format!("conflict: runtimeClass.scheduling.nodeSelector[{key}] = {value}; pod.spec.nodeSelector[{key}] = {own}");
            return refused(pod, &why);
        }
        pod.set(&["spec", "nodeSelector", key], value.clone());
    }
    let more = class.at(&["scheduling", "tolerations"]).items();
    if !more.is_empty() {
        let mut all = pod.at(&["spec", "tolerations"]).items().to_vec();
        all.extend(more.iter().filter(|t| !pod.at(&["spec", "tolerations"]).items().contains(t)).cloned());
        pod.set(&["spec", "tolerations"], all);
    }
    Ok(())
}
