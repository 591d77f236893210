//! Admission: what the API server's plugins add to a request or refuse, in their order. One file per plugin.

mod default_toleration_seconds;
mod limit_ranger;
mod namespace_lifecycle;
mod pod_resize;
mod pod_security;
pub(super) mod pod_topology_labels;
pub(super) mod policy;
mod priority;
mod resource_quota;
mod runtime_class;
mod service_account;
mod storage_object;

use super::{ApiServer, Caller, Subresource};
use crate::api::{KindRef, Object, Status, Value};

/// Runs the plugins on an object that is about to be created.
pub(super) fn admit_create(server: &mut ApiServer, kind: KindRef, namespace: &str, object: &mut Value) -> Result<(), Status> {
    namespace_lifecycle::admit(server, kind, namespace, object)?;
    if kind.group.is_empty() && kind.plural == "pods" {
        limit_ranger::admit(server, namespace, object)?;
        service_account::admit(server, namespace, object);
        priority::admit(server, object)?;
        default_toleration_seconds::admit(object);
        pod_topology_labels::admit(server, object);
        runtime_class::admit(server, object)?;
    }
    if kind.plural == "persistentvolumeclaims" {
        limit_ranger::admit_claim(server, namespace, object)?;
        storage_object::admit(server, object);
    }
    resource_quota::admit(server, kind, namespace, object, None)
}

/// Runs the plugins that look at what is valid and about to be written; what is returned are warnings.
pub(super) fn admit_valid(server: &mut ApiServer, by: &Caller, request: &policy::Request<'_>) -> Result<Vec<String>, Status> {
    let old = Some(request.old).filter(|old| !old.is_null());
    let mut warnings = pod_security::admit(server, request.kind, request.sub, request.object, old)?;
    warnings.extend(policy::admit(server, by, request)?);
    Ok(warnings)
}

/// Runs the plugins on an object that is about to be changed.
pub(super) fn admit_update(
    server: &mut ApiServer,
    kind: KindRef,
    (namespace, sub): (&str, Subresource),
    object: &mut Value,
    old: &Value,
) -> Result<(), Status> {
    if kind.group.is_empty() && kind.plural == "pods" {
        // The Priority plugin keeps what it computed once.
        for member in ["priority", "preemptionPolicy"] {
            let kept = old.get("spec").get(member);
            if object.get("spec").get(member).is_null() && !kept.is_null() {
                object.set(&["spec", member], kept.clone());
            }
        }
        default_toleration_seconds::admit(object);
        if sub == Subresource::Resize {
            // What is there already gets no defaults.
            if !old.is_terminating() {
                limit_ranger::admit(server, namespace, &mut object.clone())?;
            }
            pod_resize::admit(server, object, old)?;
        }
    }
    let plural = if kind.group.is_empty() { kind.plural } else { "" };
    if (plural, sub) == ("persistentvolumeclaims", Subresource::None) && !old.is_terminating() {
        limit_ranger::admit_claim(server, namespace, object)?;
    }
    // Of other kinds an update uses no more than there was.
    if matches!((plural, sub), ("pods", Subresource::Resize) | ("services" | "persistentvolumeclaims", Subresource::None)) {
        resource_quota::admit(server, kind, namespace, object, Some(old))?;
    }
    Ok(())
}
