//! VolumeBinding: the pod's claims must exist. Bound ones must have volumes that the node can reach. Those that are bound once the pod has
//! a node need matching volumes there, or a class that can provision them. Volumes are reserved when the pod has its node.

use crate::api::Object;
use crate::api::persistent_volume::is_reachable;
use crate::scheduler::cache::NodeIndex;
use crate::scheduler::cluster_event::ClusterEvent;
use crate::scheduler::framework::{Cx, CxMut, CycleState, Plugin, PreFilter, Reasons, Reject};
use crate::scheduler::node_info::NodeInfo;
use crate::scheduler::plugins::VOLUME_BINDING;
use crate::scheduler::pod_info::Claim;

/// The plugin.
pub struct VolumeBinding;

impl Plugin for VolumeBinding {
    fn name(&self) -> &'static str {
        "VolumeBinding"
    }

    fn filters(&self) -> bool {
        true
    }

    fn pre_filter(&self, CxMut { cache, pod, .. }: CxMut, state: &mut CycleState) -> PreFilter {
        if pod.class.claims.is_empty() {
            return PreFilter::Skip;
        }
        let namespace = &pod.class.namespace;
        for (claim, name) in pod.class.claims.iter().zip(pod.claim_names()) {
            let message = match cache.volumes.claim(namespace, &name) {
                None if matches!(claim, Claim::Ephemeral(_)) => {
                    format!("waiting for ephemeral volume controller to create the persistentvolumeclaim \"{name}\"")
                }
                None => format!("persistentvolumeclaim \"{name}\" not found"),
                Some(c) if matches!(claim, Claim::Ephemeral(_)) && c.controller_ref().get("uid").str() != pod.uid => {
                    format!("PVC {namespace}/{name} was not created for pod {namespace}/{} (pod is not owner)", pod.name)
                }
                Some(c) if c.at(&["status", "phase"]).str() == "Lost" => {
                    let volume = c.at(&["spec", "volumeName"]).str();
                    format!("persistentvolumeclaim \"{name}\" bound to non-existent persistentvolume \"{volume}\"")
                }
                Some(c) if !c.at(&["metadata", "deletionTimestamp"]).is_null() => {
                    format!("persistentvolumeclaim \"{name}\" is being deleted")
                }
                Some(_) => continue,
            };
            return PreFilter::Reject { message };
        }
        for name in pod.claim_names() {
            if let Some(volume) = cache.volumes.bound_volume(namespace, &name) {
                state.bound_volumes.push(volume);
            } else if !cache.volumes.is_bound_late(namespace, &name) {
                return PreFilter::Reject { message: "pod has unbound immediate PersistentVolumeClaims".to_owned() };
            }
        }
        state.unbound_claims = cache.volumes.unbound_claims(namespace, pod.claim_names());
        PreFilter::Run
    }

    fn filter(&self, cx: &Cx, state: &CycleState, _: NodeIndex, node: &NodeInfo) -> Option<Reject> {
        let volumes = &cx.cache.volumes;
        let mut reasons = Reasons::NONE;
        if state.bound_volumes.iter().any(|name| !is_reachable(volumes.volume(name), &node.object)) {
            reasons.insert(Reasons::VOLUME_AFFINITY);
        }
        if volumes.plan(&state.unbound_claims, &node.object).is_none() {
            reasons.insert(Reasons::VOLUME_BINDING);
        }
        (!reasons.is_empty()).then_some(Reject { plugin: VOLUME_BINDING, unresolvable: true, reasons })
    }

    fn hint(&self, cx: &Cx, event: &ClusterEvent) -> bool {
        match event {
            ClusterEvent::Node { change, .. } => change.added || change.labels,
            ClusterEvent::Volume { namespace, claim } => {
                claim.is_empty() || (*namespace == cx.pod.class.namespace && cx.pod.claim_names().any(|c| c == *claim))
            }
            _ => false,
        }
    }
}
