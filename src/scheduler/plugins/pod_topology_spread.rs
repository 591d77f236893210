//! PodTopologySpread: similar pods are spread over the values of a node label. Pods without constraints are spread softly over hosts and
//! zones, with those of their Service and controller.

use std::sync::Arc;

use crate::api::{ArcStr, Object, Value, arcstr_literal};
use crate::base::List as _;
use crate::scheduler::cache::{Cache, NO_VALUE, NodeIndex, Topology};
use crate::scheduler::cluster_event::ClusterEvent;
use crate::scheduler::counts::CountKey;
use crate::scheduler::framework::{Cx, CxMut, CycleState, MAX_NODE_SCORE, Plugin, PreFilter, Reasons, Reject, StaticFit};
use crate::scheduler::node_info::NodeInfo;
use crate::scheduler::plugins::POD_TOPOLOGY_SPREAD;
use crate::scheduler::pod_info::{PodInfo, SpreadConstraint};
use crate::scheduler::profile::Profile;
use crate::scheduler::selector::Selector;

/// The plugin.
pub struct PodTopologySpread;

static HOSTNAME: ArcStr = arcstr_literal!("kubernetes.io/hostname");
static ZONE: ArcStr = arcstr_literal!("topology.kubernetes.io/zone");
/// The count of a value that no counted node has.
const NO_DOMAIN: i64 = -1;

/// The present spread for each hard constraint.
#[derive(Clone, Debug, Default)]
pub struct SpreadState {
    constraints: Vec<HardState>,
}

#[derive(Clone, Debug)]
struct HardState {
    constraint: SpreadConstraint,
    topology: Arc<Topology>,
    /// The pods by value of the label, or [`NO_DOMAIN`].
    counts: Vec<i64>,
    /// The least count of a domain; 0 where there are fewer domains than there should be.
    min: i64,
    /// 1 where the constraint counts the pod itself.
    counts_itself: i64,
}

impl HardState {
    fn find_min(&mut self) {
        let domains = self.counts.iter().filter(|n| **n != NO_DOMAIN).count() as i64;
        let least = self.counts.iter().copied().filter(|n| *n != NO_DOMAIN).min().unwrap_or(i64::from(i32::MAX));
        self.min = if domains < self.constraint.min_domains { 0 } else { least };
    }
}

/// The present spread for each soft constraint, and its weight.
#[derive(Clone, Debug, Default)]
pub struct SpreadScore {
    constraints: Vec<SoftState>,
    /// By place among the nodes to score: whether the node lacks a label.
    ignored: Vec<bool>,
}

#[derive(Clone, Debug)]
struct SoftState {
    topology: Arc<Topology>,
    max_skew: i64,
    weight: f64,
    /// By value of the label: pods counted there; none of value where hosts are the domains.
    counts: Vec<i64>,
    /// Where hosts are the domains: where the cache keeps the count.
    per_node: Option<usize>,
}

fn includes(c: &SpreadConstraint, fit: &StaticFit) -> bool {
    (!c.honors_affinity || fit.affinity) && (!c.honors_taints || fit.taints)
}

/// Whether the node has a value of each label.
fn has_labels(topologies: &[Arc<Topology>], node: NodeIndex) -> bool {
    topologies.iter().all(|t| t.value(node).is_some())
}

fn count_key(pod: &PodInfo, c: &SpreadConstraint) -> CountKey {
    // A selector of all pods counts none (`countPodsMatchSelector`).
    let selector = if c.selector.is_everything() { Selector::nothing() } else { c.selector.clone() };
    CountKey { terms: vec![(vec![pod.class.namespace.clone()], selector)], living_only: true }
}

/// What a domain with this many pods adds to a node's (inverse) score.
fn score_for_count(count: i64, max_skew: i64, weight: f64) -> f64 {
    count as f64 * weight + (max_skew - 1) as f64
}

/// The constraints of a pod that has none of its own.
fn default_constraints(cache: &mut Cache, pod: &PodInfo, profile: &Profile) -> Vec<SpreadConstraint> {
    if profile.default_constraints.as_ref().is_some_and(Vec::is_empty) {
        return Vec::new();
    }
    let selector = cache.workloads.default_selector(&pod.class);
    if selector.is_everything() {
        return Vec::new();
    }
    if let Some(listed) = &profile.default_constraints {
        let of = |c: &Value| SpreadConstraint { selector: selector.clone(), ..SpreadConstraint::parse(c, &Value::Null) };
        return listed.iter().map(of).list();
    }
    let soft = |topology_key: &ArcStr, max_skew| SpreadConstraint {
        max_skew,
        topology_key: topology_key.clone(),
        hard: false,
        selector: selector.clone(),
        min_domains: 1,
        honors_affinity: true,
        honors_taints: false,
    };
    vec![soft(&HOSTNAME, 3), soft(&ZONE, 5)]
}

impl Plugin for PodTopologySpread {
    fn name(&self) -> &'static str {
        "PodTopologySpread"
    }

    fn filters(&self) -> bool {
        true
    }

    fn pre_filter(&self, CxMut { cache, pod, fits, profile }: CxMut, state: &mut CycleState) -> PreFilter {
        let own = &pod.class.spread;
        // The system's defaults are all soft.
        let defaults =
            if own.is_empty() && profile.default_constraints.is_some() { default_constraints(cache, pod, profile) } else { Vec::new() };
        let hard: Vec<&SpreadConstraint> = own.iter().chain(&defaults).filter(|c| c.hard).list();
        if hard.is_empty() {
            return PreFilter::Skip;
        }
        let topologies: Vec<Arc<Topology>> = hard.iter().map(|c| cache.topology(&c.topology_key)).list();
        let mut constraints = Vec::new();
        for (c, topology) in hard.iter().zip(&topologies) {
            let at = cache.ensure_count(&count_key(pod, c));
            let per_node = cache.count(at);
            let mut counts = vec![NO_DOMAIN; topology.values.len()];
            // A node that does not exist has no values.
            for (index, ((n, value), fit)) in (0..).zip(per_node.iter().zip(&topology.value_of).zip(fits)) {
                if *value != NO_VALUE && includes(c, fit) && (hard.len() == 1 || has_labels(&topologies, index)) {
                    let count = &mut counts[*value as usize];
                    *count = i64::from(*n) + (*count).max(0);
                }
            }
            let counts_itself = i64::from(c.selector.matches(&pod.class.labels));
            let mut s = HardState { constraint: (*c).clone(), topology: topology.clone(), counts, min: 0, counts_itself };
            s.find_min();
            constraints.push(s);
        }
        state.spread = Some(SpreadState { constraints });
        PreFilter::Run
    }

    fn filter(&self, _: &Cx, state: &CycleState, index: NodeIndex, _: &NodeInfo) -> Option<Reject> {
        let reject = |unresolvable, reasons| Some(Reject { plugin: POD_TOPOLOGY_SPREAD, unresolvable, reasons });
        for s in &state.spread.as_ref()?.constraints {
            let Some(value) = s.topology.value(index) else { return reject(true, Reasons::SPREAD_LABEL) };
            if s.counts[value].max(0) + s.counts_itself - s.min > s.constraint.max_skew {
                return reject(false, Reasons::SPREAD);
            }
        }
        None
    }

    fn what_if(&self, cx: &Cx, state: &mut CycleState, other: &PodInfo, index: NodeIndex, sign: i64) {
        let Some(spread) = &mut state.spread else { return };
        let in_all = spread.constraints.iter().all(|s| s.topology.value(index).is_some());
        if !in_all || other.class.namespace != cx.pod.class.namespace {
            return;
        }
        for s in &mut spread.constraints {
            let Some(value) = s.topology.value(index) else { continue };
            if s.constraint.selector.matches(&other.class.labels) && includes(&s.constraint, &cx.fits[index as usize]) {
                s.counts[value] = (s.counts[value].max(0) + sign).max(0);
                s.find_min();
            }
        }
    }

    fn default_weight(&self) -> i64 {
        2
    }

    fn pre_score(&self, CxMut { cache, pod, fits, profile }: CxMut, state: &mut CycleState, nodes: &[NodeIndex]) -> bool {
        let own = &pod.class.spread;
        let soft: Vec<SpreadConstraint> =
            if own.is_empty() { default_constraints(cache, pod, profile) } else { own.clone() }.into_iter().filter(|c| !c.hard).list();
        if soft.is_empty() {
            return false;
        }
        // Unless the constraints are the system's defaults, only nodes with all the labels count.
        let needs_all = !own.is_empty() || profile.default_constraints.is_some();
        let topologies: Vec<Arc<Topology>> = soft.iter().map(|c| cache.topology(&c.topology_key)).list();
        let lacks_label = |index: NodeIndex| needs_all && !has_labels(&topologies, index);
        let ignored: Vec<bool> = nodes.iter().map(|i| lacks_label(*i)).list();
        let scored = ignored.iter().filter(|i| !**i).count();
        let mut constraints = Vec::new();
        for (c, topology) in soft.iter().zip(&topologies) {
            let at = cache.ensure_count(&count_key(pod, c));
            let per_host = c.topology_key == HOSTNAME;
            // One more for nodes without the label, which are a domain of their own for the system's default constraints.
            let no_label = topology.values.len();
            let mut counts = vec![NO_DOMAIN; if per_host { 0 } else { no_label + 1 }];
            let mut domains = 0;
            if !per_host {
                for (index, _) in nodes.iter().zip(&ignored).filter(|(_, ignored)| !**ignored) {
                    let count = &mut counts[topology.value(*index).unwrap_or(no_label)];
                    if *count == NO_DOMAIN {
                        *count = 0;
                        domains += 1;
                    }
                }
                for (index, ((n, value), fit)) in (0..).zip(cache.count(at).iter().zip(&topology.value_of).zip(fits)) {
                    let count = &mut counts[no_label.min(*value as usize)];
                    let is_there = || *value != NO_VALUE || cache.node(index).exists;
                    if *count != NO_DOMAIN && *n > 0 && includes(c, fit) && is_there() && !lacks_label(index) {
                        *count += i64::from(*n);
                    }
                }
            }
            let weight = libm::log((if per_host { scored } else { domains } + 2) as f64);
            constraints.push(SoftState {
                topology: topology.clone(),
                max_skew: c.max_skew,
                weight,
                counts,
                per_node: per_host.then_some(at),
            });
        }
        // Counting one may have made room for another; where each stands is known only now.
        for (s, c) in constraints.iter_mut().zip(&soft) {
            if s.per_node.is_some() {
                s.per_node = Some(cache.ensure_count(&count_key(pod, c)));
            }
        }
        state.spread_score = Some(SpreadScore { constraints, ignored });
        true
    }

    fn score(&self, cx: &Cx, state: &CycleState, nodes: &[NodeIndex], scores: &mut [i64]) {
        let Some(spread) = &state.spread_score else { return };
        let mut sums = vec![0.0; nodes.len()];
        for s in &spread.constraints {
            let per_node = s.per_node.map(|at| cx.cache.count(at));
            for ((index, sum), _) in nodes.iter().zip(&mut sums).zip(&spread.ignored).filter(|(_, ignored)| !**ignored) {
                let Some(value) = s.topology.value(*index) else { continue };
                let count = per_node.map_or_else(|| s.counts[value].max(0), |counts| i64::from(counts[*index as usize]));
                *sum += score_for_count(count, s.max_skew, s.weight);
            }
        }
        scores.iter_mut().zip(sums).for_each(|(score, sum)| *score = f64::round(sum) as i64);
    }

    fn normalize(&self, _: &Cx, state: &CycleState, _: &[NodeIndex], scores: &mut [i64]) {
        let Some(spread) = &state.spread_score else { return };
        let counted = || scores.iter().zip(&spread.ignored).filter(|(_, ignored)| !**ignored).map(|(s, _)| *s);
        let (min, max) = (counted().min().unwrap_or(0), counted().max().unwrap_or(0));
        for (score, ignored) in scores.iter_mut().zip(&spread.ignored) {
            *score = match (ignored, max) {
                (true, _) => 0,
                (false, 0) => MAX_NODE_SCORE,
                (false, _) => MAX_NODE_SCORE * (max + min - *score) / max,
            };
        }
    }

    fn hint(&self, cx: &Cx, event: &ClusterEvent) -> bool {
        if cx.pod.class.spread.is_empty() {
            // It was refused by what its profile has for all; whom that counts, its workload says.
            return !matches!(event, ClusterEvent::Volume { .. });
        }
        let counted = |other: &PodInfo| {
            let own = cx.pod.class.spread.iter();
            other.class.namespace == cx.pod.class.namespace && own.filter(|c| c.hard).any(|c| c.selector.matches(&other.class.labels))
        };
        let has_labels = |object: &Value| cx.pod.class.spread.iter().filter(|c| c.hard).all(|c| object.label(&c.topology_key).is_some());
        match event {
            ClusterEvent::Node { index, change, old } => {
                let now = has_labels(&cx.cache.node(*index).object);
                let moved =
                    || cx.pod.class.spread.iter().any(|c| old.label(&c.topology_key) != cx.cache.node(*index).label(&c.topology_key));
                if change.added { now } else { change.labels && (now || has_labels(old)) && moved() || change.taints && now }
            }
            ClusterEvent::NodeDeleted { old } => has_labels(old),
            ClusterEvent::PodAssigned(other) | ClusterEvent::PodDeleted(other) => counted(other),
            ClusterEvent::PodRelabelled { old, new } => {
                let changes =
                    |c: &SpreadConstraint| c.hard && c.selector.matches(&old.class.labels) != c.selector.matches(&new.class.labels);
                new.class.namespace == cx.pod.class.namespace && cx.pod.class.spread.iter().any(changes)
            }
            _ => false,
        }
    }
}
