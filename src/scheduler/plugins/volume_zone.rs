//! VolumeZone: a bound volume whose labels name a zone or region is used there only.

use crate::api::well_known::{REGION, ZONE};
use crate::api::{ArcStr, Object};
use crate::scheduler::cache::NodeIndex;
use crate::scheduler::cluster_event::ClusterEvent;
use crate::scheduler::framework::{Cx, CxMut, CycleState, Plugin, PreFilter, Reasons, Reject};
use crate::scheduler::node_info::NodeInfo;
use crate::scheduler::plugins::{VOLUME_ZONE, volume_binding};

/// The plugin.
pub struct VolumeZone;

/// The labels that count, and what they are called now.
const LABELS: [(&str, &str); 4] = [
    ("failure-domain.beta.kubernetes.io/zone", ZONE),
    ("failure-domain.beta.kubernetes.io/region", REGION),
    (ZONE, ZONE),
    (REGION, REGION),
];

impl Plugin for VolumeZone {
    fn name(&self) -> &'static str {
        "VolumeZone"
    }

    fn filters(&self) -> bool {
        true
    }

    fn pre_filter(&self, CxMut { cache, .. }: CxMut, state: &mut CycleState) -> PreFilter {
        let gone = |name: &&ArcStr| cache.volumes.volume(name).is_null();
        if let Some(name) = state.bound_volumes.iter().find(gone) {
            return PreFilter::Reject { message: format!("persistentvolume \"{name}\" not found") };
        }
        if state.bound_volumes.is_empty() { PreFilter::Skip } else { PreFilter::Run }
    }

    fn filter(&self, cx: &Cx, state: &CycleState, _: NodeIndex, node: &NodeInfo) -> Option<Reject> {
        if LABELS.iter().all(|(label, _)| node.label(label).is_none()) {
            return None;
        }
        let volumes = state.bound_volumes.iter().map(|name| cx.cache.volumes.volume(name));
        let elsewhere = volumes.flat_map(|v| LABELS.iter().filter_map(|l| v.label(l.0).map(|zones| (l, zones)))).any(|(label, zones)| {
            let here = node.label(label.0).or_else(|| node.label(label.1));
            !zones.split("__").any(|zone| here == Some(zone))
        });
        elsewhere.then_some(Reject { plugin: VOLUME_ZONE, unresolvable: true, reasons: Reasons::NO_ZONE })
    }

    fn hint(&self, cx: &Cx, event: &ClusterEvent) -> bool {
        volume_binding::VolumeBinding.hint(cx, event)
    }
}
