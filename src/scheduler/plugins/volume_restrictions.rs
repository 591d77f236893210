//! VolumeRestrictions: a claim that one pod alone may use (ReadWriteOncePod), and disks that only one node's pods may write to.

use crate::api::{ArcStr, Value};
use crate::base::List as _;
use crate::scheduler::cache::NodeIndex;
use crate::scheduler::cluster_event::ClusterEvent;
use crate::scheduler::framework::{Cx, CxMut, CycleState, Plugin, PreFilter, Reasons, Reject};
use crate::scheduler::node_info::NodeInfo;
use crate::scheduler::plugins::VOLUME_RESTRICTIONS;
use crate::scheduler::pod_info::{Claim, PodInfo};

/// The plugin.
pub struct VolumeRestrictions;

/// Volumes that are disks: the source's name, what makes two of them one, and whether many may read one.
const DISKS: [(&str, &[&str], bool); 4] = [
    ("gcePersistentDisk", &["pdName"], true),
    ("awsElasticBlockStore", &["volumeID"], false),
    ("iscsi", &["iqn"], true),
    ("rbd", &["pool", "image"], true),
];

fn disks(pod: &PodInfo) -> impl Iterator<Item = (usize, &Value)> {
    let volumes = pod.class.spec.get("volumes").items().iter();
    volumes.flat_map(|v| DISKS.iter().enumerate().map(|(i, d)| (i, v.get(d.0)))).filter(|(_, source)| !source.is_null())
}

/// Whether both pods have a disk that they cannot share.
fn conflict(a: &PodInfo, b: &PodInfo) -> bool {
    let one = |(kind, x): (usize, &Value), (other, y): (usize, &Value)| {
        let (name, identity, readable) = DISKS[kind];
        let read = |source: &Value| readable && source.get("readOnly").is_true();
        let monitors = |source: &Value| x.get("monitors").items().iter().any(|m| source.get("monitors").items().contains(m));
        kind == other && identity.iter().all(|id| x.get(id) == y.get(id)) && !(read(x) && read(y)) && (name != "rbd" || monitors(y))
    };
    disks(a).any(|x| disks(b).any(|y| one(x, y)))
}

/// How many of these claims a pod uses.
fn uses(pod: &PodInfo, namespace: &ArcStr, claims: &[ArcStr]) -> i64 {
    let named = |c: &&Claim| matches!(c, Claim::Named(name) if claims.contains(name));
    if pod.class.namespace == *namespace { pod.class.claims.iter().filter(named).count() as i64 } else { 0 }
}

impl Plugin for VolumeRestrictions {
    fn name(&self) -> &'static str {
        "VolumeRestrictions"
    }

    fn filters(&self) -> bool {
        true
    }

    fn pre_filter(&self, CxMut { cache, pod, .. }: CxMut, state: &mut CycleState) -> PreFilter {
        let namespace = &pod.class.namespace;
        let missing = |c: &&Claim| matches!(c, Claim::Named(name) if cache.volumes.claim(namespace, name).is_none());
        if let Some(Claim::Named(name)) = pod.class.claims.iter().find(missing) {
            return PreFilter::Reject { message: format!("persistentvolumeclaim \"{name}\" not found") };
        }
        let alone = |c: &Claim| match c {
            Claim::Named(name) => {
                let claim = cache.volumes.claim(namespace, name)?;
                let modes = claim.at(&["spec", "accessModes"]).items();
                modes.iter().any(|m| m.str() == "ReadWriteOncePod").then(|| name.clone())
            }
            Claim::Ephemeral(_) => None,
        };
        state.exclusive_claims = pod.class.claims.iter().filter_map(alone).list();
        if state.exclusive_claims.is_empty() && disks(pod).next().is_none() {
            return PreFilter::Skip;
        }
        // Such claims are rare; so is the look at all pods.
        let all = |claim: &ArcStr| cache.nodes.iter().flat_map(|n| &n.pods).any(|p| uses(p, namespace, std::slice::from_ref(claim)) > 0);
        state.exclusive_uses = state.exclusive_claims.iter().filter(|c| all(c)).count() as i64;
        PreFilter::Run
    }

    fn filter(&self, cx: &Cx, state: &CycleState, _: NodeIndex, node: &NodeInfo) -> Option<Reject> {
        let reasons = if node.pods.iter().any(|p| conflict(cx.pod, p)) {
            Reasons::NO_DISK
        } else if state.exclusive_uses > 0 {
            Reasons::CLAIM_IN_USE
        } else {
            return None;
        };
        Some(Reject { plugin: VOLUME_RESTRICTIONS, unresolvable: false, reasons })
    }

    fn what_if(&self, cx: &Cx, state: &mut CycleState, other: &PodInfo, _: NodeIndex, sign: i64) {
        state.exclusive_uses += sign * uses(other, &cx.pod.class.namespace, &state.exclusive_claims);
    }

    fn hint(&self, cx: &Cx, event: &ClusterEvent) -> bool {
        let (namespace, claims) = (&cx.pod.class.namespace, &cx.pod.class.claims);
        match event {
            ClusterEvent::Node { change, .. } => change.added,
            ClusterEvent::PodDeleted(gone) => {
                gone.class.namespace == *namespace && gone.class.claims.iter().any(|c| claims.contains(c)) || conflict(cx.pod, gone)
            }
            ClusterEvent::Volume { namespace: of, claim } => {
                of == namespace && claims.iter().any(|c| matches!(c, Claim::Named(name) if name == claim))
            }
            _ => false,
        }
    }
}
