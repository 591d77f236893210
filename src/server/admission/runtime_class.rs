//! RuntimeClass: a pod gets the overhead, node selector and tolerations of its class, which must exist.

use super::{ApiServer, Request, Subresource};
use crate::api::validation::path_segment;
use crate::api::{Object, Status, Value, kinds, quote};

const OTHER_OVERHEAD: &str = "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead";

/// Refuses a valid pod that asks for another overhead than its class.
pub(super) fn admit_valid(server: &ApiServer, request: &Request<'_>) -> Result<(), Status> {
    let pod = request.object;
    if request.operation != "CREATE" || request.sub != Subresource::None {
        return Ok(());
    }
    let class = server.peek(kinds::RUNTIME_CLASS, "", pod.at(&["spec", "runtimeClassName"]).str());
    let (overhead, own) = (class.map_or(&Value::Null, |c| c.at(&["overhead", "podFixed"])), pod.at(&["spec", "overhead"]));
    let why = match (overhead.is_null(), own.is_null()) {
        (true, false) => "pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead",
        (false, _) if own != overhead => OTHER_OVERHEAD,
        _ => return Ok(()),
    };
    Err(Status::forbidden(kinds::POD, pod.name(), why))
}

// Models plugin/pkg/admission/runtimeclass.
pub(super) fn admit(server: &ApiServer, pod: &mut Value) -> Result<(), Status> {
    let refused = |pod: &Value, why: &str| Err(Status::forbidden(kinds::POD, pod.name(), why));
    let Some(name) = pod.at(&["spec", "runtimeClassName"]).as_str() else { return Ok(()) };
    let Some(class) = server.peek(kinds::RUNTIME_CLASS, "", name) else {
        // The plugin would ask the server for an unknown class, but its client does not send invalid names.
        let wrong = path_segment(name);
        return match name {
            "" => Err(Status::internal("resource name may not be empty").without_reason()),
            _ if wrong.is_empty() => refused(pod, &format!("pod rejected: RuntimeClass {} not found", quote(name))),
            _ => Err(Status::internal(format!("invalid resource name {}: [{}]", quote(name), wrong.join(" "))).without_reason()),
        };
    };
    let (overhead, own) = (class.at(&["overhead", "podFixed"]), pod.at(&["spec", "overhead"]));
    if !overhead.is_empty() {
        if !own.is_empty() && own != overhead {
            return refused(pod, OTHER_OVERHEAD);
        }
        pod.set(&["spec", "overhead"], overhead.clone());
    }
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
