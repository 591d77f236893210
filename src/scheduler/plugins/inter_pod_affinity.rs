//! InterPodAffinity: the affinity and anti-affinity of a pod for other pods, and that of existing pods for the new one.

use std::sync::Arc;

use crate::api::{ArcStr, Object, Value};
use crate::base::List as _;
use crate::scheduler::cache::{Cache, NO_VALUE, NodeIndex, Topology};
use crate::scheduler::cluster_event::ClusterEvent;
use crate::scheduler::counts::CountKey;
use crate::scheduler::framework::{Cx, CxMut, CycleState, MAX_NODE_SCORE, Plugin, PreFilter, Reasons, Reject};
use crate::scheduler::node_info::NodeInfo;
use crate::scheduler::plugins::INTER_POD_AFFINITY;
use crate::scheduler::pod_info::{AffinityTerm, PodClass, PodInfo};
use crate::scheduler::selector::Selector;

/// The plugin.
pub struct InterPodAffinity;

/// The number of matches, by topology key and value.
#[derive(Clone, Debug)]
struct PerValue {
    topology: Arc<Topology>,
    counts: Vec<i64>,
}

impl PerValue {
    fn new(topology: Arc<Topology>) -> Self {
        PerValue { counts: vec![0; topology.values.len()], topology }
    }

    fn add(&mut self, index: NodeIndex, amount: i64) {
        if let Some(value) = self.topology.value(index) {
            self.counts[value] += amount;
        }
    }

    fn at(&self, index: NodeIndex) -> i64 {
        self.topology.value(index).map_or(0, |v| self.counts[v])
    }
}

/// The counts of one topology key, created if missing.
fn sums_of(all: &mut Vec<PerValue>, topology: Arc<Topology>) -> &mut PerValue {
    let at = all.iter().position(|p| p.topology.key == topology.key).unwrap_or_else(|| {
        all.push(PerValue::new(topology));
        all.len() - 1
    });
    &mut all[at]
}

/// The pods that match the pod's required terms, and the pods whose required anti-affinity terms match the pod, by topology.
#[derive(Clone, Debug, Default)]
pub struct AffinityState {
    /// Pods that match all of the pod's affinity terms.
    affinity: Vec<PerValue>,
    /// Pods that match one of its anti-affinity terms.
    anti_affinity: Vec<PerValue>,
    /// Existing pods' anti-affinity terms that match the pod.
    existing_anti_affinity: Vec<PerValue>,
    /// Whether the pod matches its own affinity terms.
    means_itself: bool,
}

/// The weights of values, by topology key.
#[derive(Clone, Debug, Default)]
pub struct AffinityScore {
    scores: Vec<PerValue>,
}

/// Adds the terms of existing pods: for each that matches the pod, `weight` per value and pod.
fn sum_existing(
    cache: &mut Cache,
    pod: &PodInfo,
    terms_of: fn(&PodClass) -> &[AffinityTerm],
    weight: &dyn Fn(&AffinityTerm) -> i64,
    into: &mut Vec<PerValue>,
) {
    let labels = cache.namespace_labels_of(&pod.class);
    let meant = |class: &Arc<PodClass>| terms_of(class).iter().any(|t| t.matches(&pod.class, labels));
    let classes: Vec<Arc<PodClass>> = cache.companions().map(|c| &c.class).filter(|c| meant(c)).cloned().list();
    for class in classes {
        for term in terms_of(&class) {
            if !term.matches(&pod.class, cache.namespace_labels_of(&pod.class)) {
                continue;
            }
            let topology = cache.topology(&term.topology_key);
            let Some(companions) = cache.companions_of(&class) else { continue };
            let (sums, each) = (sums_of(into, topology), weight(term));
            for (index, n) in &companions.nodes {
                sums.add(*index, each * i64::from(*n));
            }
        }
    }
}

fn resolved(cache: &Cache, term: &AffinityTerm) -> (Vec<ArcStr>, Selector) {
    (cache.resolve_namespaces(&term.namespaces, &term.namespace_selector), term.selector.clone())
}

/// By label value: pods on the nodes that the key counts.
fn spread_count(cache: &mut Cache, key: &CountKey, topology_key: &ArcStr) -> PerValue {
    let mut sum = PerValue::new(cache.topology(topology_key));
    let at = cache.ensure_count(key);
    // A node that does not exist has no values.
    for (n, value) in cache.count(at).iter().zip(&sum.topology.value_of) {
        if *value != NO_VALUE {
            sum.counts[*value as usize] += i64::from(*n);
        }
    }
    sum
}

fn means_all(cache: &Cache, terms: &[AffinityTerm], class: &PodClass) -> bool {
    !terms.is_empty() && terms.iter().all(|t| t.matches(class, cache.namespace_labels_of(class)))
}

impl Plugin for InterPodAffinity {
    fn name(&self) -> &'static str {
        "InterPodAffinity"
    }

    fn filters(&self) -> bool {
        true
    }

    fn pre_filter(&self, CxMut { cache, pod, .. }: CxMut, state: &mut CycleState) -> PreFilter {
        let class = pod.class.clone();
        let mut s = AffinityState::default();
        sum_existing(cache, pod, |c| &c.anti_affinity, &|_| 1, &mut s.existing_anti_affinity);
        s.existing_anti_affinity.retain(|p| p.counts.iter().any(|n| *n != 0));
        if class.affinity.is_empty() && class.anti_affinity.is_empty() && s.existing_anti_affinity.is_empty() {
            return PreFilter::Skip;
        }
        let key = CountKey { terms: class.affinity.iter().map(|t| resolved(cache, t)).list(), living_only: false };
        for term in &class.affinity {
            s.affinity.push(spread_count(cache, &key, &term.topology_key));
        }
        for term in &class.anti_affinity {
            let key = CountKey { terms: vec![resolved(cache, term)], living_only: false };
            s.anti_affinity.push(spread_count(cache, &key, &term.topology_key));
        }
        s.means_itself = means_all(cache, &class.affinity, &class);
        state.affinity = Some(s);
        PreFilter::Run
    }

    fn filter(&self, _: &Cx, state: &CycleState, index: NodeIndex, _: &NodeInfo) -> Option<Reject> {
        let s = state.affinity.as_ref()?;
        let reject = |unresolvable, reasons| Some(Reject { plugin: INTER_POD_AFFINITY, unresolvable, reasons });
        let labelled = s.affinity.iter().all(|p| p.topology.value(index).is_some());
        let in_company = s.affinity.iter().all(|p| p.at(index) > 0);
        // The first pod of a group with affinity for itself may go anywhere.
        let first_of_its_kind = || s.means_itself && s.affinity.iter().all(|p| p.counts.iter().all(|n| *n <= 0));
        if !s.affinity.is_empty() && !(labelled && (in_company || first_of_its_kind())) {
            return reject(true, Reasons::AFFINITY);
        }
        if s.anti_affinity.iter().any(|p| p.at(index) > 0) {
            return reject(false, Reasons::ANTI_AFFINITY);
        }
        if s.existing_anti_affinity.iter().any(|p| p.at(index) > 0) {
            return reject(false, Reasons::EXISTING_ANTI_AFFINITY);
        }
        None
    }

    fn what_if(&self, cx: &Cx, state: &mut CycleState, other: &PodInfo, index: NodeIndex, sign: i64) {
        let Some(s) = &mut state.affinity else { return };
        let own_labels = cx.cache.namespace_labels_of(&cx.pod.class);
        for term in other.class.anti_affinity.iter().filter(|t| t.matches(&cx.pod.class, own_labels)) {
            if let Some(p) = s.existing_anti_affinity.iter_mut().find(|p| p.topology.key == term.topology_key) {
                p.add(index, sign);
            } else if sign > 0 {
                // No existing term has this key yet: its only value is that of the node.
                let mut p = PerValue::new(Arc::new(Topology::of_one(&term.topology_key, index, cx.cache)));
                p.add(index, sign);
                s.existing_anti_affinity.push(p);
            }
        }
        let labels = cx.cache.namespace_labels_of(&other.class);
        if means_all(cx.cache, &cx.pod.class.affinity, &other.class) {
            s.affinity.iter_mut().for_each(|p| p.add(index, sign));
        }
        for (term, p) in cx.pod.class.anti_affinity.iter().zip(&mut s.anti_affinity) {
            if term.matches(&other.class, labels) {
                p.add(index, sign);
            }
        }
    }

    fn default_weight(&self) -> i64 {
        2
    }

    fn pre_score(&self, CxMut { cache, pod, profile, .. }: CxMut, state: &mut CycleState, _: &[NodeIndex]) -> bool {
        let class = pod.class.clone();
        if profile.ignores_preferred_terms && class.preferred_pods.is_empty() {
            return false;
        }
        let mut scores: Vec<PerValue> = Vec::new();
        for term in &class.preferred_pods {
            let key = CountKey { terms: vec![resolved(cache, term)], living_only: false };
            let mut counts = spread_count(cache, &key, &term.topology_key);
            counts.counts.iter_mut().for_each(|n| *n *= term.weight);
            if counts.counts.iter().any(|n| *n != 0) {
                match scores.iter_mut().find(|p| p.topology.key == term.topology_key) {
                    Some(p) => p.counts.iter_mut().zip(&counts.counts).for_each(|(a, b)| *a += b),
                    None => scores.push(counts),
                }
            }
        }
        sum_existing(cache, pod, |c| &c.affinity, &|_| profile.hard_pod_affinity_weight, &mut scores);
        sum_existing(cache, pod, |c| &c.preferred_pods, &|t| t.weight, &mut scores);
        scores.retain(|p| p.counts.iter().any(|n| *n != 0));
        let has_any = !scores.is_empty();
        state.affinity_score = Some(AffinityScore { scores });
        has_any
    }

    fn score(&self, _: &Cx, state: &CycleState, nodes: &[NodeIndex], scores: &mut [i64]) {
        let Some(s) = &state.affinity_score else { return };
        for (index, score) in nodes.iter().zip(scores) {
            *score = s.scores.iter().map(|p| p.at(*index)).sum();
        }
    }

    fn normalize(&self, _: &Cx, _: &CycleState, _: &[NodeIndex], scores: &mut [i64]) {
        let (min, max) = (scores.iter().copied().min().unwrap_or(0), scores.iter().copied().max().unwrap_or(0));
        for score in scores {
            *score = if max > min { (MAX_NODE_SCORE as f64 * ((*score - min) as f64 / (max - min) as f64)) as i64 } else { 0 };
        }
    }

    fn hint(&self, cx: &Cx, event: &ClusterEvent) -> bool {
        let class = &cx.pod.class;
        // Unlike a cycle, it does not look up which namespaces the terms select: none but what selects all of them does.
        let means = |terms: &[AffinityTerm], of: &PodClass| !terms.is_empty() && terms.iter().all(|t| t.matches(of, &Value::Null));
        match event {
            ClusterEvent::PodAssigned(other) => means(&class.affinity, &other.class),
            ClusterEvent::PodDeleted(gone) => means(&class.anti_affinity, &gone.class) || means(&gone.class.anti_affinity, class),
            ClusterEvent::PodRelabelled { old, new } => {
                let was = |terms: &[AffinityTerm]| means(terms, &old.class);
                let is = |terms: &[AffinityTerm]| means(terms, &new.class);
                !was(&class.affinity) && is(&class.affinity) || was(&class.anti_affinity) && !is(&class.anti_affinity)
            }
            ClusterEvent::Node { index, change, old } => {
                let now = |t: &AffinityTerm| cx.cache.node(*index).label(&t.topology_key);
                let before = |t: &AffinityTerm| old.label(&t.topology_key);
                // A new value may bring wanted pods near; the loss of one may take unwanted pods away.
                let nearer = |t: &AffinityTerm| now(t).is_some() && (change.added || before(t) != now(t));
                let farther = |t: &AffinityTerm| change.added || before(t).is_some() && before(t) != now(t);
                change.labels && (class.affinity.iter().any(nearer) || class.anti_affinity.iter().any(farther))
            }
            _ => false,
        }
    }
}
