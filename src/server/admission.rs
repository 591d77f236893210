//! Admission: the API server's plugins change or refuse requests, in a fixed order. Each plugin has a file; those that do the same share
//! one.

mod claim_resize;
mod default_class;
mod default_toleration_seconds;
mod limit_ranger;
mod mutating_policy;
mod namespace_lifecycle;
mod node_taint;
mod pod_resize;
mod pod_security;
pub(super) mod pod_topology_labels;
pub(super) mod policy;
mod priority;
mod request;
mod resource_quota;
mod runtime_class;
mod service_account;
mod webhook;

use super::{ApiServer, Caller, Subresource};
use crate::api::{KindRef, Object, Status, Value, kinds};
pub(super) use request::Request;
pub use resource_quota::refusing_quota;

/// Runs the mutating plugins on an object that is about to be created. The request holds it as it came.
pub(super) fn admit_create(server: &mut ApiServer, by: &Caller, request: &Request<'_>) -> Result<Value, Status> {
    mutate(server, by, request, &|server, object| fill(server, by, request.kind, object))
}

fn fill(server: &mut ApiServer, by: &Caller, kind: KindRef, object: &mut Value) -> Result<(), Status> {
    let namespace = &*object.namespace_arc();
    namespace_lifecycle::admit(server, kind, namespace, object)?;
    match kind.built_in() {
        "pods" => {
            limit_ranger::fill(server, namespace, object);
            service_account::admit(server, namespace, object)?;
            priority::admit(server, object)?;
            default_toleration_seconds::admit(object);
            pod_topology_labels::admit(server, object);
            runtime_class::admit(server, object)?;
        }
        "nodes" => node_taint::admit(object, by.now),
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

/// Runs the validating plugins on a valid object that is about to be written. Returns warnings, and the quotas to write with it.
pub(super) fn admit_valid(server: &mut ApiServer, by: &Caller, request: &Request<'_>) -> Result<(Vec<String>, Vec<Value>), Status> {
    limit_ranger::admit(server, request)?;
    let mut warnings = pod_security::admit(server, request)?;
    match request.kind.built_in() {
        "pods" => {
            pod_resize::admit(server, request)?;
            runtime_class::admit_valid(server, request)?;
        }
        "priorityclasses" => priority::admit_class(server, request)?,
        "persistentvolumeclaims" => claim_resize::admit(server, request)?,
        _ => {}
    }
    warnings.extend(review(server, by, request)?);
    Ok((warnings, resource_quota::admit(server, request)?))
}

/// Runs mutating plugins, then mutating policies and webhooks, and all of them again if policies changed the object.
// Models admission.reinvoker.
fn mutate(
    server: &mut ApiServer,
    by: &Caller,
    request: &Request<'_>,
    plugins: &dyn Fn(&mut ApiServer, &mut Value) -> Result<(), Status>,
) -> Result<Value, Status> {
    let mut object = request.object.clone();
    plugins(server, &mut object)?;
    let reinvoked = mutating_policy::admit(server, by, request, &mut object, None)?;
    webhook::admit(server, by, kinds::MUTATING_WEBHOOK_CONFIGURATION, &Request { object: &object, ..*request })?;
    if let Some(reinvoked) = reinvoked {
        plugins(server, &mut object)?;
        mutating_policy::admit(server, by, request, &mut object, Some(&reinvoked))?;
    }
    Ok(object)
}

/// Runs the plugins on an object that is about to be deleted; returns warnings.
pub(super) fn admit_delete(server: &mut ApiServer, by: &Caller, request: &Request<'_>) -> Result<Vec<String>, Status> {
    webhook::admit(server, by, kinds::MUTATING_WEBHOOK_CONFIGURATION, request)?;
    review(server, by, request)
}

/// Asks the validating policies and webhooks that users have created; returns warnings.
fn review(server: &mut ApiServer, by: &Caller, request: &Request<'_>) -> Result<Vec<String>, Status> {
    let warnings = policy::admit(server, by, request)?;
    webhook::admit(server, by, kinds::VALIDATING_WEBHOOK_CONFIGURATION, request)?;
    Ok(warnings)
}

/// Runs the mutating plugins on an object that is about to be updated. The request holds it as it came.
pub(super) fn admit_update(server: &mut ApiServer, by: &Caller, request: &Request<'_>) -> Result<Value, Status> {
    mutate(server, by, request, &|_, object| {
        refill(request.kind, object, request.old);
        Ok(())
    })
}

fn refill(kind: KindRef, object: &mut Value, old: &Value) {
    if kind == kinds::POD {
        // The Priority plugin keeps what it computed at the creation.
        for member in ["priority", "preemptionPolicy"] {
            let kept = old.get("spec").get(member);
            if object.get("spec").get(member).is_null() && !kept.is_null() {
                object.set(&["spec", member], kept.clone());
            }
        }
        default_toleration_seconds::admit(object);
    }
}
