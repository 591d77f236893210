//! The scheduling framework: what a plugin is, what it can answer, and the state of one cycle. Models `k8s.io/kube-scheduler/framework`. It
//! knows which state plugins keep and which reasons they give, but calls no plugin by name.

use std::sync::Arc;

use super::allocator::Wanted;
use super::cache::{Cache, NodeIndex};
use super::cluster_event::ClusterEvent;
use super::node_info::NodeInfo;
use super::plugins::inter_pod_affinity::{AffinityScore, AffinityState};
use super::plugins::pod_topology_spread::{SpreadScore, SpreadState};
use super::plugins::{PLUGINS, PluginId};
use super::pod_info::PodInfo;
use super::profile::Profile;
use super::resources::ScalarNames;
use super::volumes::UnboundClaim;
use crate::api::{ArcStr, Value};

/// The best score of one plugin for one node.
pub const MAX_NODE_SCORE: i64 = 100;

/// A set of plugins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PluginSet(u32);

impl PluginSet {
    /// Adds a plugin.
    pub fn insert(&mut self, plugin: PluginId) {
        self.0 |= 1 << plugin;
    }

    /// Whether it contains the plugin.
    pub fn contains(self, plugin: PluginId) -> bool {
        self.0 & 1 << plugin != 0
    }

    /// Whether it is empty.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The plugins in it, in the profile's order.
    pub fn iter(self) -> impl Iterator<Item = PluginId> {
        (0..PLUGINS.len() as PluginId).filter(move |p| self.contains(*p))
    }
}

macro_rules! reasons {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {
        /// Texts of the reasons, by bit.
        const REASON_TEXTS: &[&str] = &[$($text),*];
        #[allow(non_camel_case_types, clippy::upper_case_acronyms)]
        enum Bit { $($name),* }
        impl Reasons { $($(#[$doc])* pub const $name: Reasons = Reasons(1 << Bit::$name as u64);)* }
    };
}

/// Why a node was refused: a set of reasons. Cheap, since a cycle may refuse thousands of nodes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reasons(u64);

reasons! {
    /// The node is cordoned.
    UNSCHEDULABLE = "node(s) were unschedulable";
    /// It is not the node that the pod names.
    NODE_NAME = "node(s) didn't match the requested node name";
    /// A taint is not tolerated.
    UNTOLERATED_TAINT = "node(s) had untolerated taint(s)";
    /// Labels do not match.
    NODE_AFFINITY = "node(s) didn't match Pod's node affinity/selector";
    /// Labels do not match the profile's added affinity.
    ENFORCED_AFFINITY = "node(s) didn't match scheduler-enforced node affinity";
    /// A PreFilter plugin excluded the node.
    NOT_IN_PRE_FILTER = "node(s) didn't satisfy plugin(s) [NodeAffinity]";
    /// A port of the node is taken.
    PORTS = "node(s) didn't have free ports for the requested pod ports";
    /// The node has as many pods as it may have.
    TOO_MANY_PODS = "Too many pods";
    /// Not enough CPU left.
    CPU = "Insufficient cpu";
    /// Not enough memory left.
    MEMORY = "Insufficient memory";
    /// Not enough local storage left.
    EPHEMERAL_STORAGE = "Insufficient ephemeral-storage";
    /// There is no volume for a claim.
    VOLUME_BINDING = "node(s) didn't find available persistent volumes to bind";
    /// The volume is elsewhere.
    VOLUME_AFFINITY = "node(s) didn't match PersistentVolume's node affinity";
    /// The volume is of another zone.
    NO_ZONE = "node(s) had no available volume zone";
    /// A disk is in use there.
    NO_DISK = "node(s) had no available disk";
    /// Another pod uses a ReadWriteOncePod claim.
    CLAIM_IN_USE = "node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod";
    /// The node has no devices for a claim.
    NO_DEVICES = "cannot allocate all claims";
    /// The search for devices took too many steps.
    TIMED_OUT = "timed out trying to allocate devices";
    /// A pool has two devices with the same name.
    BAD_POOLS = "invalid resource pools were encountered";
    /// A ResourceClaim or DeviceClass is invalid; events describe it in other words.
    BAD_CLAIM = "error in a claim of devices or a class";
    /// The devices of a claim are elsewhere.
    DEVICES_ELSEWHERE = "resourceclaim not available on the node";
    /// The skew of domains would be too large.
    SPREAD = "node(s) didn't match pod topology spread constraints";
    /// The node lacks the topology label.
    SPREAD_LABEL = "node(s) didn't match pod topology spread constraints (missing required label)";
    /// Required pod affinity is not met.
    AFFINITY = "node(s) didn't match pod affinity rules";
    /// Required pod anti-affinity is not met.
    ANTI_AFFINITY = "node(s) didn't match pod anti-affinity rules";
    /// The required anti-affinity of a pod there is not met.
    EXISTING_ANTI_AFFINITY = "node(s) didn't satisfy existing pods anti-affinity rules";
    /// Preemption would not help.
    PREEMPTION_NOT_HELPFUL = "Preemption is not helpful for scheduling";
    /// There are no less important pods.
    NO_VICTIMS = "No preemption victims found for incoming pod";
}

/// From this bit on: too little left of another resource, by its index.
const SCALAR_BIT: u32 = 32;

impl Reasons {
    /// No reason.
    pub const NONE: Reasons = Reasons(0);

    /// Not enough left of another resource. Those beyond the 32nd share the last place.
    pub fn scalar(index: u16) -> Reasons {
        Reasons(1 << (SCALAR_BIT + u32::from(index).min(63 - SCALAR_BIT)))
    }

    /// Adds reasons.
    pub fn insert(&mut self, other: Reasons) {
        self.0 |= other.0;
    }

    /// Whether there is none.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The single reasons.
    pub fn iter(self) -> impl Iterator<Item = Reasons> {
        (0..64).map(|bit| Reasons(1 << bit)).filter(move |r| self.0 & r.0 != 0)
    }

    /// The reason's text; of a single one.
    pub fn text(self, scalars: &ScalarNames) -> String {
        match REASON_TEXTS.get(self.0.trailing_zeros() as usize) {
            Some(text) => (*text).to_owned(),
            None => format!("Insufficient {}", self.resource(scalars)),
        }
    }

    /// The resource of which too little is left, of a single such reason.
    pub fn resource(self, scalars: &ScalarNames) -> &str {
        match self {
            Reasons::CPU => "cpu",
            Reasons::MEMORY => "memory",
            Reasons::EPHEMERAL_STORAGE => "ephemeral-storage",
            Reasons::TOO_MANY_PODS => "pods",
            _ => scalars.name((self.0.trailing_zeros().max(SCALAR_BIT) - SCALAR_BIT) as u16),
        }
    }
}

/// A node refused by a plugin.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reject {
    /// Which plugin.
    pub plugin: PluginId,
    /// Whether preemption there could not help (`UnschedulableAndUnresolvable`).
    pub unresolvable: bool,
    /// Why.
    pub reasons: Reasons,
}

/// What a plugin answers to [`Plugin::pre_filter`].
#[derive(Clone, Debug, PartialEq)]
pub enum PreFilter {
    /// Ask it about each node.
    Run,
    /// Do not ask it about this pod.
    Skip,
    /// Only these nodes are possible.
    Nodes(Vec<NodeIndex>),
    /// No node is possible.
    Reject {
        /// Why.
        message: String,
    },
}

/// How a node fits a class of pods, regardless of what runs there; remembered until the node's object changes.
#[derive(Clone, Copy, Debug, Default)]
pub struct StaticFit {
    /// The node's generation this was found at; 0 for never.
    pub generation: u64,
    /// The refusal of a static plugin.
    pub reject: Option<Reject>,
    /// Whether the pod's node affinity matches.
    pub affinity: bool,
    /// Whether the pod tolerates the taints that keep pods away.
    pub taints: bool,
}

/// The state of one cycle.
#[derive(Clone, Debug, Default)]
pub struct CycleState {
    /// Plugins that are not to be asked when filtering.
    pub skip_filter: PluginSet,
    /// Of PodTopologySpread, for filtering.
    pub spread: Option<SpreadState>,
    /// Of InterPodAffinity, for filtering.
    pub affinity: Option<AffinityState>,
    /// Of PodTopologySpread, for scoring.
    pub spread_score: Option<SpreadScore>,
    /// Of InterPodAffinity, for scoring.
    pub affinity_score: Option<AffinityScore>,
    /// Of VolumeBinding: names of the persistent volumes that the pod's claims are bound to.
    pub bound_volumes: Vec<ArcStr>,
    /// Of VolumeBinding: claims that are bound once the pod has a node, the smallest first.
    pub unbound_claims: Vec<UnboundClaim>,
    /// Of DynamicResources: the pod's ResourceClaims.
    pub device_claims: Vec<Value>,
    /// Of DynamicResources: those that are not allocated yet.
    pub wanted_devices: Arc<Wanted>,
    /// Of VolumeRestrictions: the pod's ReadWriteOncePod claims.
    pub exclusive_claims: Vec<ArcStr>,
    /// Of VolumeRestrictions: how many of them other pods use.
    pub exclusive_uses: i64,
}

/// What plugins see: the cluster and the pod.
pub struct Cx<'a> {
    /// The cluster.
    pub cache: &'a Cache,
    /// The pod that is to be placed.
    pub pod: &'a PodInfo,
    /// By node index: how each node fits the pod, regardless of what runs there; empty where no node is being chosen.
    pub fits: &'a [StaticFit],
    /// The plugins' arguments.
    pub profile: &'a Profile,
}

/// The same in PreFilter, when plugins may still have the cache count what they will need.
pub struct CxMut<'a> {
    /// The cluster.
    pub cache: &'a mut Cache,
    /// The pod that is to be placed.
    pub pod: &'a PodInfo,
    /// By node index: how each node fits the pod, regardless of what runs there.
    pub fits: &'a [StaticFit],
    /// The plugins' arguments.
    pub profile: &'a Profile,
}

/// A scheduling plugin. It implements the extension points that it takes part in.
pub trait Plugin: Sync {
    /// Its name, as profiles and decisions show it.
    fn name(&self) -> &'static str;

    /// Whether it filters.
    fn filters(&self) -> bool {
        false
    }

    /// Whether its filter depends on the pod's and the node's objects alone. Such static plugins come first, and are asked once for each
    /// class of pods and version of a node's object.
    fn is_static(&self) -> bool {
        false
    }

    /// Whether its filter and scores depend only on the pod's class, the node's object and the pods there. Such local plugins come before
    /// the others, and are asked once for each class of pods and version of a node.
    fn is_local(&self) -> bool {
        self.is_static()
    }

    /// Called once, before nodes are filtered.
    fn pre_filter(&self, _cx: CxMut, _state: &mut CycleState) -> PreFilter {
        PreFilter::Run
    }

    /// Filters a node; `None` if the pod may run there.
    fn filter(&self, _cx: &Cx, _state: &CycleState, _index: NodeIndex, _node: &NodeInfo) -> Option<Reject> {
        None
    }

    /// Updates the state of the cycle for a pod that comes to the node (`sign` 1) or leaves it (-1).
    fn what_if(&self, _cx: &Cx, _state: &mut CycleState, _other: &PodInfo, _index: NodeIndex, _sign: i64) {}

    /// The default weight of its scores; 0 if it does not score.
    fn default_weight(&self) -> i64 {
        0
    }

    /// Called once before scoring, with the feasible nodes; false if it has no preference.
    fn pre_score(&self, _cx: CxMut, _state: &mut CycleState, _nodes: &[NodeIndex]) -> bool {
        true
    }

    /// Scores the nodes, in their order.
    fn score(&self, _cx: &Cx, _state: &CycleState, _nodes: &[NodeIndex], _scores: &mut [i64]) {}

    /// Normalizes the scores to 0 to [`MAX_NODE_SCORE`].
    fn normalize(&self, _cx: &Cx, _state: &CycleState, _nodes: &[NodeIndex], _scores: &mut [i64]) {}

    /// Whether a pod that it refused may fit after this event (a queueing hint).
    fn hint(&self, _cx: &Cx, _event: &ClusterEvent) -> bool {
        false
    }
}

/// Scales scores so that the greatest becomes [`MAX_NODE_SCORE`]; with `reverse`, the smallest is the best.
pub fn default_normalize(scores: &mut [i64], reverse: bool) {
    let max = scores.iter().copied().max().unwrap_or(0);
    if max == 0 {
        if reverse {
            scores.fill(MAX_NODE_SCORE);
        }
        return;
    }
    for s in scores {
        *s = MAX_NODE_SCORE * *s / max;
        if reverse {
            *s = MAX_NODE_SCORE - *s;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_have_their_texts() {
        let mut names = ScalarNames::default();
        let index = names.index(&"nvidia.com/gpu".into());
        let mut r = Reasons::CPU;
        r.insert(Reasons::scalar(index));
        let texts: Vec<String> = r.iter().map(|r| r.text(&names)).collect();
        assert_eq!(texts, ["Insufficient cpu", "Insufficient nvidia.com/gpu"]);
    }

    #[test]
    fn normalization() {
        let mut scores = [0, 5, 10];
        default_normalize(&mut scores, false);
        assert_eq!(scores, [0, 50, 100]);
        default_normalize(&mut scores, true);
        assert_eq!(scores, [100, 50, 0]);
        let mut zeros = [0, 0];
        default_normalize(&mut zeros, true);
        assert_eq!(zeros, [100, 100]);
    }
}
