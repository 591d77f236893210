//! A profile: by which plugins, weights and arguments the scheduler judges the pods that name it.
//! Models `KubeSchedulerProfile` and the arguments of its plugins (`kubescheduler.config.k8s.io/v1`).

use super::component::DEFAULT_SCHEDULER;
use super::framework::PluginSet;
use super::plugins::{PLUGINS, PluginId};
use crate::api::node_affinity::{PreferredNodeAffinity, RequiredNodeAffinity};
use crate::api::{ArcStr, Value};
use crate::base::{Duration, List as _};

/// A scheduler that pods can ask for by name.
#[derive(Clone, Debug)]
pub struct Profile {
    /// The name, as in `spec.schedulerName`.
    pub name: ArcStr,
    /// The plugins that filter.
    pub filters: PluginSet,
    /// By plugin, the weight of its scores; 0 where it does not score.
    pub weights: Vec<i64>,
    /// Whether less important pods may have to go for its pods (DefaultPreemption).
    pub preempts: bool,
    /// The percentage of feasible nodes to look for; 0 for one that depends on the number of nodes.
    pub percentage_of_nodes_to_score: usize,
    /// NodeResourcesFit: how nodes with room are scored.
    pub scoring_strategy: ScoringStrategy,
    /// NodeResourcesFit: resources that it ignores.
    pub ignored_resources: Vec<ArcStr>,
    /// NodeResourcesFit: groups of resources that it ignores, the part of a name before the `/`.
    pub ignored_resource_groups: Vec<ArcStr>,
    /// NodeResourcesBalancedAllocation: the resources that should be used evenly.
    pub balanced_resources: Vec<ArcStr>,
    /// NodeAffinity: node affinity that is added to that of the pods.
    pub added_affinity: AddedAffinity,
    /// PodTopologySpread: the constraints of pods that have none; `None` for the system's defaults.
    pub default_constraints: Option<Vec<Value>>,
    /// InterPodAffinity: the weight in scores of an existing pod's required affinity for the new one.
    pub hard_pod_affinity_weight: i64,
    /// InterPodAffinity: whether the preferences of existing pods are ignored for pods without preferences of their own.
    pub ignores_preferred_terms: bool,
    /// DefaultPreemption: the least number of nodes to find victims on.
    pub min_candidate_nodes_absolute: usize,
    /// DefaultPreemption: the least percentage of nodes to find victims on.
    pub min_candidate_nodes_percentage: usize,
    /// VolumeBinding: how long claims may take to be bound.
    pub bind_timeout: Duration,
}

/// `NodeAffinityArgs.addedAffinity`.
#[derive(Clone, Debug, Default)]
pub struct AddedAffinity {
    /// What nodes must have.
    pub required: RequiredNodeAffinity,
    /// What nodes should preferably have.
    pub preferred: PreferredNodeAffinity,
}

/// `NodeResourcesFitArgs.scoringStrategy`.
#[derive(Clone, Debug, PartialEq)]
pub struct ScoringStrategy {
    /// The rule for scores.
    pub kind: StrategyType,
    /// The resources that count, with their weights.
    pub resources: Vec<(ArcStr, i64)>,
}

/// The rule by which nodes with room are scored.
#[derive(Clone, Debug, PartialEq)]
pub enum StrategyType {
    /// The less is requested, the better (LeastAllocated).
    LeastAllocated,
    /// The more is requested, the better (MostAllocated).
    MostAllocated,
    /// By a line through these points (RequestedToCapacityRatio): percentage requested, and score out of 100.
    RequestedToCapacityRatio(Vec<(i64, i64)>),
}

impl Default for Profile {
    fn default() -> Self {
        let mut filters = PluginSet::default();
        (0..).zip(PLUGINS).filter(|(_, p)| p.filters()).for_each(|(id, _)| filters.insert(id));
        Profile {
            name: ArcStr::from(DEFAULT_SCHEDULER),
            filters,
            weights: PLUGINS.iter().map(|p| p.default_weight()).list(),
            preempts: true,
            percentage_of_nodes_to_score: 0,
            scoring_strategy: ScoringStrategy {
                kind: StrategyType::LeastAllocated,
                resources: ["cpu", "memory"].map(|name| (ArcStr::from(name), 1)).to_vec(),
            },
            ignored_resources: Vec::new(),
            ignored_resource_groups: Vec::new(),
            balanced_resources: ["cpu", "memory"].map(ArcStr::from).to_vec(),
            added_affinity: AddedAffinity::default(),
            default_constraints: None,
            hard_pod_affinity_weight: 1,
            ignores_preferred_terms: false,
            min_candidate_nodes_absolute: 100,
            min_candidate_nodes_percentage: 10,
            bind_timeout: Duration::from_secs(600),
        }
    }
}

impl Profile {
    /// The weight of a plugin's scores; 0 where it does not score.
    pub fn weight(&self, plugin: PluginId) -> i64 {
        self.weights[usize::from(plugin)]
    }

    /// Whether NodeResourcesFit ignores this resource.
    pub fn ignores(&self, resource: &str) -> bool {
        let is_of = |group: &str| self.ignored_resource_groups.iter().any(|g| g == group);
        self.ignored_resources.iter().any(|n| n == resource) || resource.split_once('/').is_some_and(|(group, _)| is_of(group))
    }
}
