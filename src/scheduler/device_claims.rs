//! What the scheduler writes into ResourceClaims: the pods that they are reserved for, and the devices allocated to them. It may not know
//! how those are chosen.

use thiserror::Error;

use super::cache::Cache;
use super::cycle::Diagnosis;
use super::devices::Devices;
use super::framework::Reasons;
use super::plugins::dynamic_resources::is_within_reach;
use super::pod_info::PodInfo;
use crate::api::resource_claim::{self, FINALIZER, is_allocated, is_reserved_for, names, reserve};
use crate::api::{ArcStr, Cause, Object, Status, Value, add_finalizer, has_finalizer, kinds};
use crate::server::{ApiServer, Caller, Subresource, WriteOptions};

/// How many pods may share a claim.
const USERS_MAX: usize = 256;

fn update(api: &mut ApiServer, by: &Caller, claim: Value, sub: Subresource) -> Result<Value, Status> {
    api.update(by, kinds::RESOURCE_CLAIM, claim, sub, &WriteOptions::default())
}

/// Why a claim could not be reserved for a pod.
#[derive(Debug, Error)]
pub enum BindError {
    /// The API server refused it.
    #[error("{doing} claim {namespace}/{name}: {status}")]
    Refused {
        /// What was being done to the claim.
        doing: &'static str,
        /// The claim's.
        namespace: ArcStr,
        /// The claim's name.
        name: ArcStr,
        /// The server's answer.
        status: Status,
    },
    /// The claim has changed since the devices were chosen.
    #[error("claim {namespace}/{name} got {how} in the meantime")]
    Changed {
        /// The claim's.
        namespace: ArcStr,
        /// The claim's name.
        name: ArcStr,
        /// What became of it.
        how: &'static str,
    },
}

/// Reserves a pod's claims for it, and writes their pending allocations.
// Models DynamicResources' PreBind.
pub fn bind(api: &mut ApiServer, devices: &mut Devices, by: &Caller, pod: &PodInfo) -> Result<(), BindError> {
    let (kind, namespace) = (kinds::RESOURCE_CLAIM, &pod.class.namespace);
    for name in names(&pod.object) {
        let promise = devices.take_promise(namespace, &name);
        let adds = if promise.is_some() { "add allocation and reservation to" } else { "add reservation to" };
        let failed = |doing, status| BindError::Refused { doing, namespace: namespace.clone(), name: name.clone(), status };
        let changed = |how| BindError::Changed { namespace: namespace.clone(), name: name.clone(), how };
        let mut claim = api.get(kind, namespace, &name).map_err(|status| failed(adds, status))?;
        if is_reserved_for(&claim, &pod.uid) {
            continue;
        }
        let allocated = is_allocated(&claim);
        if claim.is_terminating() || (promise.is_none() && !allocated) {
            return Err(changed("deleted"));
        }
        if let Some(allocation) = promise {
            if allocated {
                return Err(changed("allocated elsewhere"));
            }
            if !has_finalizer(&claim, FINALIZER) {
                add_finalizer(&mut claim, FINALIZER);
                claim = update(api, by, claim, Subresource::None).map_err(|status| failed("add finalizer to", status))?;
            }
            claim.set(&["status", "allocation"], allocation);
        }
        if claim.at(&["status", "allocation", "allocationTimestamp"]).is_null() {
            claim.set(&["status", "allocation", "allocationTimestamp"], by.now.rfc3339());
        }
        reserve(&mut claim, &pod.name, &pod.uid);
        let users = claim.at(&["status", "reservedFor"]).items().len();
        if users > USERS_MAX {
            let limit = Cause::too_many("status.reservedFor", users, USERS_MAX);
            return Err(failed(adds, Status::invalid(kind, &name, vec![limit])));
        }
        let claim = update(api, by, claim, Subresource::Status).map_err(|status| failed(adds, status))?;
        // The next pod must not get the same before the informer says so.
        devices.set_claim(namespace.clone(), name, Some(claim));
    }
    Ok(())
}

/// A pod does not get its node after all: drops the pending allocations of its claims, and their reservation.
pub fn unreserve(api: &mut ApiServer, devices: &mut Devices, by: &Caller, pod: &PodInfo) {
    let namespace = &pod.class.namespace;
    for name in names(&pod.object) {
        devices.take_promise(namespace, &name);
        let claim = api.peek(kinds::RESOURCE_CLAIM, namespace, &name).filter(|claim| is_reserved_for(claim, &pod.uid));
        if let Some(mut claim) = claim.cloned() {
            claim.at_mut(&["status", "reservedFor"]).list_mut().retain(|user| user.get("uid").str() != pod.uid);
            // If that fails, it is retried with the pod.
            let _ = update(api, by, claim, Subresource::Status);
        }
    }
}

/// Deallocates a claim of an unschedulable pod whose devices are out of reach, if nobody else uses it. Returns the message of that.
// Models DynamicResources' PostFilter.
pub fn deallocate(api: &mut ApiServer, cache: &Cache, by: &Caller, pod: &PodInfo, d: &Diagnosis) -> Result<&'static str, Status> {
    let claims = &d.state.device_claims;
    if claims.is_empty() {
        return Ok("no new claims to deallocate");
    }
    let mut refused = d.nodes.iter().filter(|(_, reject)| reject.reasons == Reasons::DEVICES_ELSEWHERE);
    let only_mine = |claim: &&Value| claim.at(&["status", "reservedFor"]).items().iter().all(|user| user.get("uid").str() == pod.uid);
    let idle = refused.find_map(|(index, _)| {
        let node = &cache.node(*index).object;
        claims.iter().filter(only_mine).find(|claim| !is_within_reach(claim, node))
    });
    let Some(claim) = idle else { return Ok("still not schedulable") };
    let mut claim = claim.clone();
    resource_claim::deallocate(&mut claim);
    update(api, by, claim, Subresource::Status)?;
    Ok("deallocation of ResourceClaim completed")
}
