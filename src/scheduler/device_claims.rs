//! What the scheduler writes into claims of devices: who uses them, and which devices they get. It may not know how those are chosen.

use super::cache::Cache;
use super::cycle::Diagnosis;
use super::devices::Devices;
use super::framework::Reasons;
use super::plugins::dynamic_resources::is_within_reach;
use super::pod_info::PodInfo;
use crate::api::resource_claim::{self, FINALIZER, is_allocated, is_reserved_for, names, reserve};
use crate::api::{Object, Status, Value, add_finalizer, has_finalizer, kinds, quote};
use crate::server::{ApiServer, Caller, Subresource, WriteOptions};

/// How many may use a claim.
const USERS_MAX: usize = 256;

fn update(api: &mut ApiServer, by: &Caller, claim: Value, sub: Subresource) -> Result<Value, Status> {
    api.update(by, kinds::RESOURCE_CLAIM, claim, sub, &WriteOptions::default())
}

/// Reserves a pod's claims for it, with the devices that they were promised; or says why that cannot be.
// Models DynamicResources' PreBind.
pub fn bind(api: &mut ApiServer, devices: &mut Devices, by: &Caller, pod: &PodInfo) -> Result<(), String> {
    let (kind, namespace) = (kinds::RESOURCE_CLAIM, &pod.class.namespace);
    for name in names(&pod.object) {
        let promise = devices.take_promise(namespace, &name);
        let adds = if promise.is_some() { "add allocation and reservation to" } else { "add reservation to" };
        let failed = |doing: &str, why: &str| format!("{doing} claim {namespace}/{name}: {why}");
        let refused = |why: Status| failed(adds, &why.to_string());
        let changed = |how: &str| format!("claim {namespace}/{name} got {how} in the meantime");
        let mut claim = api.get(kind, namespace, &name).map_err(refused)?;
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
                claim = update(api, by, claim, Subresource::None).map_err(|why| failed("add finalizer to", &why.to_string()))?;
            }
            claim.set(&["status", "allocation"], allocation);
        }
        if claim.at(&["status", "allocation", "allocationTimestamp"]).is_null() {
            claim.set(&["status", "allocation", "allocationTimestamp"], by.now.rfc3339());
        }
        reserve(&mut claim, &pod.name, &pod.uid);
        let users = claim.at(&["status", "reservedFor"]).items().len();
        if users > USERS_MAX {
            let limit = format!("status.reservedFor: Too many: {users}: must have at most {USERS_MAX} items");
            return Err(failed(adds, &format!("ResourceClaim.resource.k8s.io {} is invalid: {limit}", quote(&name))));
        }
        let claim = update(api, by, claim, Subresource::Status).map_err(refused)?;
        // The next pod must not be promised the same before the news of it comes.
        devices.set_claim(namespace.clone(), name, Some(claim));
    }
    Ok(())
}

/// A pod does not get its node after all: its claims are promised nothing any more, nor reserved for it.
pub fn unreserve(api: &mut ApiServer, devices: &mut Devices, by: &Caller, pod: &PodInfo) {
    let namespace = &pod.class.namespace;
    for name in names(&pod.object) {
        devices.take_promise(namespace, &name);
        let claim = api.peek(kinds::RESOURCE_CLAIM, namespace, &name).filter(|claim| is_reserved_for(claim, &pod.uid));
        if let Some(mut claim) = claim.cloned() {
            claim.at_mut(&["status", "reservedFor"]).list_mut().retain(|user| user.get("uid").str() != pod.uid);
            // Where that fails, it is tried again with the pod.
            let _ = update(api, by, claim, Subresource::Status);
        }
    }
}

/// Takes devices out of reach off a claim of a pod that no node would do for, where nobody else uses them. Returns what is said of it.
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
