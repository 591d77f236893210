//! DynamicResources: the ResourceClaims of a pod must exist. The devices of allocated ones must be in reach of the node; for the others,
//! the node must have devices.

use crate::api::resource_claim::{alternatives, entries, is_allocated};
use crate::api::{Object, Value, node_affinity};
use crate::base::List as _;
use crate::scheduler::allocator::{Refusal, Wanted};
use crate::scheduler::cache::{Cache, NodeIndex};
use crate::scheduler::cluster_event::ClusterEvent;
use crate::scheduler::framework::{Cx, CxMut, CycleState, Plugin, PreFilter, Reasons, Reject};
use crate::scheduler::node_info::NodeInfo;
use crate::scheduler::plugins::DYNAMIC_RESOURCES;
use crate::scheduler::pod_info::PodInfo;

/// The plugin.
pub struct DynamicResources;

/// Whether missing claims keep the pod from being tried.
// Models PreEnqueue.
pub fn is_gated(cache: &Cache, pod: &PodInfo) -> bool {
    !entries(&pod.object).is_empty() && cache.devices.claims_of(&pod.object).is_err()
}

/// The error of a claim or a DeviceClass that was found for a node.
pub fn error(cache: &Cache, state: &CycleState, node: &NodeInfo) -> String {
    match state.wanted_devices.allocate(&cache.devices, node) {
        Err(Refusal::Error(why)) => format!("running \"DynamicResources\" filter plugin: {why}"),
        _ => String::new(),
    }
}

/// Reserves devices of the chosen node for the pod's claims.
// Models Reserve.
pub fn reserve(cache: &mut Cache, pod: &PodInfo, index: NodeIndex) {
    if entries(&pod.object).is_empty() {
        return;
    }
    let Cache { devices, device_selectors, .. } = cache;
    let claims = devices.claims_of(&pod.object).unwrap_or_default();
    let wanted = Wanted::new(devices, device_selectors, claims.into_iter().filter(|claim| !is_allocated(claim)));
    let allocated = wanted.allocate(&cache.devices, cache.node(index)).unwrap_or_default();
    for (claim, allocation) in allocated {
        cache.devices.promise(claim, allocation);
    }
}

/// Whether an allocated claim's devices can be used on a node.
pub fn is_within_reach(claim: &Value, node: &Value) -> bool {
    let selector = claim.at(&["status", "allocation", "nodeSelector"]);
    selector.is_null() || node_affinity::parse_terms(selector).iter().any(|term| term.matches(node))
}

impl Plugin for DynamicResources {
    fn name(&self) -> &'static str {
        "DynamicResources"
    }

    fn filters(&self) -> bool {
        true
    }

    fn pre_filter(&self, CxMut { cache, pod, .. }: CxMut, state: &mut CycleState) -> PreFilter {
        if entries(&pod.object).is_empty() {
            return PreFilter::Skip;
        }
        let Cache { devices, device_selectors, .. } = cache;
        let claims = match devices.claims_of(&pod.object) {
            Ok(claims) => claims,
            Err(why) => return PreFilter::Reject { message: why.to_string() },
        };
        if claims.is_empty() {
            return PreFilter::Skip;
        }
        for claim in claims.iter().filter(|claim| !is_allocated(claim)) {
            if devices.is_promised(claim) {
                let (namespace, name) = (claim.namespace(), claim.name());
                return PreFilter::Reject { message: format!("resource claim {namespace}/{name} is in the process of being allocated") };
            }
            for request in claim.at(&["spec", "devices", "requests"]).items() {
                let mut classes = alternatives(request).map(|(name, asked)| (name, asked.get("deviceClassName").str()));
                if let Some((name, class)) = classes.find(|(_, class)| devices.class(class).is_none()) {
                    return PreFilter::Reject { message: format!("request {name}: device class {class} does not exist") };
                }
            }
        }
        state.wanted_devices = Wanted::new(devices, device_selectors, claims.iter().copied().filter(|claim| !is_allocated(claim))).into();
        state.device_claims = claims.into_iter().cloned().list();
        PreFilter::Run
    }

    fn filter(&self, cx: &Cx, state: &CycleState, _: NodeIndex, node: &NodeInfo) -> Option<Reject> {
        let reasons = match state.wanted_devices.allocate(&cx.cache.devices, node) {
            Ok(_) if state.device_claims.iter().all(|claim| is_within_reach(claim, &node.object)) => return None,
            Ok(_) => Reasons::DEVICES_ELSEWHERE,
            Err(Refusal::Reasons(reasons)) => reasons,
            Err(Refusal::Error(_)) => Reasons::BAD_CLAIM,
        };
        Some(Reject { plugin: DYNAMIC_RESOURCES, unresolvable: true, reasons })
    }

    fn hint(&self, cx: &Cx, event: &ClusterEvent) -> bool {
        match event {
            ClusterEvent::Node { change, .. } => change.added || change.labels || change.allocatable,
            ClusterEvent::Devices => true,
            ClusterEvent::Claim { old, new } => {
                let Ok(claims) = cx.cache.devices.claims_of(&cx.pod.object) else { return false };
                let frees = old.is_some_and(is_allocated) && !is_allocated(new);
                let changes = old.is_none_or(|old| !old.get("status").same(new.get("status")));
                frees || (changes && claims.iter().any(|claim| claim.uid() == new.uid()))
            }
            _ => false,
        }
    }
}
