//! PersistentVolumeClaimResize: a claim may only grow if its class allows that.

use super::{ApiServer, Request};
use crate::api::persistent_volume::class_of;
use crate::api::{Object, Quantity, Status, Value, kinds};
use crate::server::Subresource;

pub(super) fn admit(server: &ApiServer, request: &Request<'_>) -> Result<(), Status> {
    let (claim, old) = (request.object, request.old);
    let size = |c: &Value| Quantity::of(c.at(&["spec", "resources", "requests", "storage"]));
    let grows = request.operation == "UPDATE" && request.sub == Subresource::None && size(claim) > size(old);
    let (class, allows) = (class_of(claim), |c: &Value| c.get("allowVolumeExpansion").is_true());
    if !grows || (class == class_of(old) && server.peek(kinds::STORAGE_CLASS, "", class).is_some_and(allows)) {
        return Ok(());
    }
    let detail = "only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize";
    Err(Status::forbidden(request.kind, claim.name(), detail))
}
