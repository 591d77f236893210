//! NamespaceLifecycle: nothing is created in a namespace that does not exist or is terminating, nor of a custom kind that is.

use super::ApiServer;
use crate::api::{Cause, KindRef, NAMESPACE_TERMINATING, Object, Status, Value, kinds};

pub(super) fn admit(server: &ApiServer, kind: KindRef, namespace: &str, object: &Value) -> Result<(), Status> {
    if kind.custom.is_some() && !kind.verbs.contains(&"create") {
        return Err(Status::forbidden(kind, object.name(), "create not allowed while custom resource definition is terminating"));
    }
    if !kind.namespaced {
        return Ok(());
    }
    let namespaces = kinds::NAMESPACE;
    let Some(found) = server.peek(namespaces, "", namespace) else {
        return Err(Status::not_found(namespaces, namespace));
    };
    if found.is_terminating() {
        let detail = format!("unable to create new content in namespace {namespace} because it is being terminated");
        let cause = Cause::new(NAMESPACE_TERMINATING, "metadata.namespace", format!("namespace {namespace} is being terminated"));
        return Err(Status::forbidden(kind, object.name(), &detail).with_causes(vec![cause]));
    }
    Ok(())
}
