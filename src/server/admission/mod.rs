//! Admission: what the API server's plugins add to a request or refuse, in their order. One file per plugin; those that do the
//! same share one.

mod claim_resize;
mod default_class;
mod default_toleration_seconds;
mod limit_ranger;
mod namespace_lifecycle;
mod node_taint;
mod pod_resize;
mod pod_security;
pub(super) mod pod_topology_labels;
pub(super) mod policy;
mod priority;
mod resource_quota;
mod runtime_class;
mod service_account;
mod webhook;

use super::{ApiServer, Caller, Subresource};
use crate::api::{KindRef, Status, Value, kinds};
pub use resource_quota::refusing_quota;

/// Runs the plugins on an object that is about to be created.
pub(super) fn admit_create(server: &mut ApiServer, kind: KindRef, namespace: &str, object: &mut Value) -> Result<(), Status> {
    namespace_lifecycle::admit(server, kind, namespace, object)?;
    match kind.built_in() {
        "pods" => {
            limit_ranger::fill(server, namespace, object);
            service_account::admit(server, namespace, object);
            priority::admit(server, object)?;
            default_toleration_seconds::admit(object);
            pod_topology_labels::admit(server, object);
            runtime_class::admit(server, object)?;
        }
        "nodes" => node_taint::admit(object),
        "persistentvolumeclaims" => {
            default_class::STORAGE.admit(server, object);
        }
        "ingresses" => {
            default_class::INGRESS.admit(server, object);
        }
        _ => {}
    }
    Ok(())
}

/// Runs the plugins that look at what is valid and about to be written. Returned are warnings, and the quotas to write with it.
pub(super) fn admit_valid(server: &mut ApiServer, by: &Caller, request: &policy::Request<'_>) -> Result<(Vec<String>, Vec<Value>), Status> {
    let old = Some(request.old).filter(|old| !old.is_null());
    limit_ranger::admit(server, request)?;
    let mut warnings = pod_security::admit(server, request.kind, request.sub, request.object, old)?;
    match request.kind.built_in() {
        "priorityclasses" => priority::admit_class(server, request.object, old.is_none())?,
        "persistentvolumeclaims" => claim_resize::admit(server, request)?,
        _ => {}
    }
    warnings.extend(review(server, by, request)?);
    Ok((warnings, resource_quota::admit(server, request)?))
}

/// Asks the webhooks that may change what is written.
pub(super) fn mutate(server: &ApiServer, by: &Caller, request: &policy::Request<'_>) -> Result<(), Status> {
    webhook::admit(server, by, kinds::MUTATING_WEBHOOK_CONFIGURATION, request)
}

/// Asks the policies and webhooks that users made; returned are warnings.
pub(super) fn review(server: &mut ApiServer, by: &Caller, request: &policy::Request<'_>) -> Result<Vec<String>, Status> {
    let warnings = policy::admit(server, by, request)?;
    webhook::admit(server, by, kinds::VALIDATING_WEBHOOK_CONFIGURATION, request)?;
    Ok(warnings)
}

/// Runs the plugins on an object that is about to be changed.
pub(super) fn admit_update(server: &mut ApiServer, kind: KindRef, sub: Subresource, object: &mut Value, old: &Value) -> Result<(), Status> {
    if kind == kinds::POD {
        // The Priority plugin keeps what it computed once.
        for member in ["priority", "preemptionPolicy"] {
            let kept = old.get("spec").get(member);
            if object.get("spec").get(member).is_null() && !kept.is_null() {
                object.set(&["spec", member], kept.clone());
            }
        }
        default_toleration_seconds::admit(object);
        if sub == Subresource::Resize {
            pod_resize::admit(server, object, old)?;
        }
    }
    Ok(())
}
