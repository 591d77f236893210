//! A profile: by which plugins, weights and arguments the scheduler judges the pods that name it.
//! Models `KubeSchedulerProfile` and the arguments of its plugins (`kubescheduler.config.k8s.io/v1`).

use super::component::DEFAULT_SCHEDULER;
use super::framework::PluginSet;
use super::plugins::{PLUGINS, PluginId};
use crate::api::node_affinity::{PreferredNodeAffinity, RequiredNodeAffinity};
use crate::api::{ArcStr, Value};
use crate::base::{Duration, List as _};

/// How one scheduler that pods can name places them.
#[derive(Clone, Debug)]
pub struct Profile {
    /// What its pods have in `spec.schedulerName`.
    pub name: ArcStr,
    /// The plugins that filter.
    pub filters: PluginSet,
    /// By plugin, what its scores are multiplied by; 0 where it does not score.
    pub weights: Vec<i64>,
    /// Whether less important pods may have to go for its pods (DefaultPreemption).
    pub preempts: bool,
    /// Of many nodes, the percentage that is looked for; 0 lets their number decide.
    pub percentage_of_nodes_to_score: usize,
    /// NodeResourcesFit: how nodes with room are told apart.
    pub scoring_strategy: ScoringStrategy,
    /// NodeResourcesFit: resources that it does not look at.
    pub ignored_resources: Vec<ArcStr>,
    /// NodeResourcesFit: what stands before the `/` in names of others.
    pub ignored_resource_groups: Vec<ArcStr>,
    /// NodeResourcesBalancedAllocation: the resources that are to be used evenly.
    pub balanced_resources: Vec<ArcStr>,
    /// NodeAffinity: what is asked of nodes beside what pods ask for.
    pub added_affinity: AddedAffinity,
    /// PodTopologySpread: how pods are spread that do not say so; `None` for what the system has.
    pub default_constraints: Option<Vec<Value>>,
    /// InterPodAffinity: what an existing pod's required affinity for the new one is worth in scores.
    pub hard_pod_affinity_weight: i64,
    /// InterPodAffinity: whether pods that want nobody near are scored the same wherever others prefer them.
    pub ignores_preferred_terms: bool,
    /// DefaultPreemption: of how many nodes at least it is tried who would have to go.
    pub min_candidate_nodes_absolute: usize,
    /// DefaultPreemption: of which percentage of them at least.
    pub min_candidate_nodes_percentage: usize,
    /// VolumeBinding: how long claims may take to be bound.
    pub bind_timeout: Duration,
}

/// `NodeAffinityArgs.addedAffinity`.
#[derive(Clone, Debug, Default)]
pub struct AddedAffinity {
    /// What nodes must have.
    pub required: RequiredNodeAffinity,
    /// What they had better have.
    pub preferred: PreferredNodeAffinity,
}

/// `NodeResourcesFitArgs.scoringStrategy`.
#[derive(Clone, Debug, PartialEq)]
pub struct ScoringStrategy {
    /// What makes a node better.
    pub kind: StrategyType,
    /// The resources that count, with their weights.
    pub resources: Vec<(ArcStr, i64)>,
}

/// What makes one of several nodes with room better.
#[derive(Clone, Debug, PartialEq)]
pub enum StrategyType {
    /// That little of it is requested.
    LeastAllocated,
    /// That much of it is.
    MostAllocated,
    /// What a line through these points says: percentage requested, and score of 100.
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
    /// What a plugin's scores are multiplied by; 0 where it does not score.
    pub fn weight(&self, plugin: PluginId) -> i64 {
        self.weights[usize::from(plugin)]
    }

    /// Whether NodeResourcesFit does not look at this resource.
    pub fn ignores(&self, resource: &str) -> bool {
        let is_of = |group: &str| self.ignored_resource_groups.iter().any(|g| g == group);
        self.ignored_resources.iter().any(|n| n == resource) || resource.split_once('/').is_some_and(|(group, _)| is_of(group))
    }
}
