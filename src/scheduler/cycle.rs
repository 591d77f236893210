//! The scheduling cycle: find the nodes that a pod can run on, score them, choose one.
//! Models `schedulePod` (`pkg/scheduler/schedule_one.go`). It may not write anything.

use std::sync::Arc;

use crate::base::{List as _, Memo, Order as _};
use rustc_hash::FxHashMap;

use super::cache::{Cache, NodeIndex};
use super::decisions::Record;
use super::framework::{Cx, CxMut, CycleState, PluginSet, PreFilter, Reasons, Reject, StaticFit};
use super::node_info::NodeInfo;
use super::plugins::{NODE_AFFINITY, PLUGINS, PluginId, dynamic_resources, taint_toleration};
use super::pod_info::{PodClass, PodInfo};
use super::profile::Profile;
use super::queue::Queue;
use super::resources::ScalarNames;

/// If there are fewer nodes than this, all are looked at.
const MIN_FEASIBLE_NODES: usize = 100;
/// Of many nodes, at least this percentage of feasible ones is looked for.
const MIN_FEASIBLE_PERCENTAGE: usize = 5;
/// How many node verdicts are remembered over all classes of pods.
const VERDICTS_MAX: usize = 200_000;
/// How many plugins that score are local.
const LOCAL_SCORES: usize = 4;

/// Finds nodes for the pods of a profile, one at a time.
#[derive(Clone, Debug, Default)]
pub struct Algorithm {
    /// The profile by which it judges.
    pub profile: Arc<Profile>,
    next_start: usize,
    verdicts: Memo<FxHashMap<u32, Verdicts>>,
    feasible: Vec<NodeIndex>,
    totals: Vec<i64>,
}

#[derive(Clone, Debug, Default)]
struct Verdicts {
    fits: Vec<StaticFit>,
    filled_at: u64,
    local: Vec<LocalFit>,
}

/// What the local plugins say of a node in its present state.
#[derive(Clone, Copy, Debug, Default)]
struct LocalFit {
    /// The node's version this was found at; 0 for never.
    version: u64,
    reject: Option<Reject>,
    /// The scores of those that score, in their order; before normalization.
    scores: [i64; LOCAL_SCORES],
}

impl LocalFit {
    /// Asks the local plugins.
    fn of(cx: &Cx, index: NodeIndex) -> Self {
        let (node, state) = (cx.cache.node(index), CycleState::default());
        let local = || (0..).zip(PLUGINS).filter(|(_, p)| p.is_local());
        let asked = || local().filter(|(id, p)| !p.is_static() && cx.profile.filters.contains(*id));
        let reject = cx.fits[index as usize].reject.or_else(|| asked().find_map(|(_, p)| p.filter(cx, &state, index, node)));
        let mut scores = [0; LOCAL_SCORES];
        for ((_, plugin), score) in local().filter(|(id, _)| reject.is_none() && cx.profile.weight(*id) > 0).zip(scores.chunks_mut(1)) {
            plugin.score(cx, &state, &[index], score);
        }
        LocalFit { version: node.version, reject, scores }
    }
}

/// The result of a cycle.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// The pod can run on this node.
    Placed(NodeIndex),
    /// There is no node at all.
    NoNodes,
    /// Something is wrong with what the pod asks for.
    Error(String),
    /// No node would do.
    Unschedulable(Box<Diagnosis>),
}

/// Why a pod is unschedulable.
#[derive(Clone, Debug, Default)]
pub struct Diagnosis {
    /// Nodes that were refused one by one.
    pub nodes: Vec<(NodeIndex, Reject)>,
    /// Why the other nodes were refused without being looked at.
    pub absent: Option<Reject>,
    /// The message of a PreFilter plugin that refused the pod.
    pub pre_filter_message: Option<String>,
    /// Plugins that refused.
    pub refused_by: PluginSet,
    /// How many nodes there are.
    pub all_nodes: usize,
    /// The state of the cycle, from which preemption goes on.
    pub state: CycleState,
}

impl Diagnosis {
    fn refuse(&mut self, index: NodeIndex, reject: Reject, record: &mut Record) {
        self.nodes.push((index, reject));
        self.refused_by.insert(reject.plugin);
        record.reject(index, reject.plugin, reject.reasons);
    }

    /// Why a node was refused; `None` where it was not.
    pub fn reject_of(&self, node: NodeIndex) -> Option<Reject> {
        self.nodes.iter().find(|(n, _)| *n == node).map(|(_, r)| *r).or(self.absent)
    }

    /// The message for events and conditions, without that of preemption.
    pub fn message(&self, scalars: &ScalarNames) -> String {
        let said = match &self.pre_filter_message {
            Some(message) => message.clone(),
            None => histogram(&self.nodes, self.absent, self.all_nodes, scalars),
        };
        format!("0/{} nodes are available: {said}.", self.all_nodes)
    }
}

/// How many nodes had each reason, sorted as texts.
pub fn histogram(nodes: &[(NodeIndex, Reject)], absent: Option<Reject>, all_nodes: usize, scalars: &ScalarNames) -> String {
    let mut counts: Vec<(Reasons, usize)> = Vec::new();
    let mut count = |reasons: Reasons, n: usize| {
        for r in reasons.iter() {
            match counts.iter_mut().find(|(known, _)| *known == r) {
                Some((_, sum)) => *sum += n,
                None => counts.push((r, n)),
            }
        }
    };
    nodes.iter().for_each(|(_, r)| count(r.reasons, 1));
    if let Some(absent) = absent.filter(|_| nodes.len() < all_nodes) {
        count(absent.reasons, all_nodes - nodes.len());
    }
    let mut texts: Vec<String> = counts.iter().map(|(r, n)| format!("{n} {}", r.text(scalars))).list();
    texts.order();
    texts.join(", ")
}

/// How many feasible nodes are enough (`numFeasibleNodesToFind`). A percentage of 0 means one that depends on the number of nodes.
fn enough_nodes(all: usize, percentage: usize) -> usize {
    if all < MIN_FEASIBLE_NODES {
        return all;
    }
    let percentage = if percentage > 0 { percentage } else { 50usize.saturating_sub(all / 125).max(MIN_FEASIBLE_PERCENTAGE) };
    (all * percentage / 100).max(MIN_FEASIBLE_NODES)
}

/// The place of the profile of this scheduler name.
pub fn profile_of(algorithms: &[Algorithm], scheduler_name: &str) -> Option<usize> {
    algorithms.iter().position(|a| a.profile.name == scheduler_name)
}

impl Algorithm {
    /// An algorithm that judges by a profile.
    pub fn new(profile: Profile) -> Self {
        Algorithm { profile: Arc::new(profile), ..Algorithm::default() }
    }

    /// Finds a node for a pod (`schedulePod`).
    pub fn run(&mut self, cache: &mut Cache, queue: &Queue, pod: &PodInfo, record: &mut Record) -> Outcome {
        record.clear();
        cache.refresh_order();
        if cache.order().is_empty() {
            return Outcome::NoNodes;
        }
        self.judge(cache, pod);
        let d = self.find_feasible(cache, queue, pod, record);
        if let Some((index, _)) = d.nodes.iter().find(|(_, reject)| reject.reasons == Reasons::BAD_CLAIM) {
            return Outcome::Error(dynamic_resources::error(cache, &d.state, cache.node(*index)));
        }
        match self.feasible[..] {
            [] => return Outcome::Unschedulable(Box::new(d)),
            [one] => return Outcome::Placed(one),
            _ => {}
        }
        let Algorithm { profile, verdicts, feasible, totals, .. } = self;
        score(cache, pod, profile, verdicts.entry(pod.class.id).or_default(), feasible, d.state, record);
        record.sum(totals);
        let place = choose(totals);
        record.chose(place);
        Outcome::Placed(feasible[place])
    }

    /// Collects enough nodes that the pod can run on in `feasible`; says why the others that were looked at would not do
    /// (`findNodesThatFitPod`).
    fn find_feasible(&mut self, cache: &mut Cache, queue: &Queue, pod: &PodInfo, record: &mut Record) -> Diagnosis {
        let Algorithm { profile, next_start, verdicts, feasible, .. } = self;
        let profile = &**profile;
        let Verdicts { fits, local, .. } = verdicts.entry(pod.class.id).or_default();
        let all_nodes = cache.order().len();
        let mut d = Diagnosis { all_nodes, ..Diagnosis::default() };
        feasible.clear();
        let Some(only) = pre_filter(cache, pod, fits, profile, &mut d) else { return d };
        let asked = dynamic_filters(profile, d.state.skip_filter);
        let wide: Vec<PluginId> = asked.iter().copied().filter(|id| !PLUGINS[*id as usize].is_local()).list();
        let cx = Cx { cache, pod, fits, profile };
        let mut filter = |state: &CycleState, index: NodeIndex| {
            let (node, local) = (cache.node(index), &mut local[index as usize]);
            if local.version != node.version {
                *local = LocalFit::of(&cx, index);
            }
            if queue.nominated(&node.name).is_empty() {
                local.reject.or_else(|| wide.iter().find_map(|id| PLUGINS[*id as usize].filter(&cx, state, index, node)))
            } else {
                filter_with_nominated(&cx, state, index, node, &asked, queue)
            }
        };
        if let Some(index) = cache.node_named(pod.nominated_node()) {
            match filter(&d.state, index) {
                None => feasible.push(index),
                // It is looked at again among all nodes, and reported then.
                Some(reject) => d.refused_by.insert(reject.plugin),
            }
        }
        if feasible.is_empty() {
            let candidates: &[NodeIndex] = only.as_deref().unwrap_or(cache.order());
            let enough = enough_nodes(candidates.len(), profile.percentage_of_nodes_to_score);
            let start = if candidates.is_empty() { 0 } else { *next_start % candidates.len() };
            for index in candidates[start..].iter().chain(&candidates[..start]) {
                match filter(&d.state, *index) {
                    Some(reject) => d.refuse(*index, reject, record),
                    None => {
                        feasible.push(*index);
                        if feasible.len() >= enough {
                            break;
                        }
                    }
                }
            }
            *next_start = (*next_start + feasible.len() + d.nodes.len()) % all_nodes;
        }
        record.passed(feasible);
        d
    }

    /// How each node fits pods of this class, regardless of what runs there.
    pub fn fits(&self, class: &PodClass) -> &[StaticFit] {
        self.verdicts.get(&class.id).map_or(&[], |v| &v.fits)
    }

    /// Updates what is remembered of the nodes for this class of pods.
    pub fn judge(&mut self, cache: &Cache, pod: &PodInfo) {
        if !self.verdicts.contains_key(&pod.class.id) && (self.verdicts.len() + 1) * cache.nodes.len() > VERDICTS_MAX {
            self.verdicts.clear();
        }
        let known = self.verdicts.entry(pod.class.id).or_default();
        known.local.resize(cache.nodes.len(), LocalFit::default());
        if known.filled_at == cache.generation() && known.fits.len() == cache.nodes.len() {
            return;
        }
        known.fits.resize(cache.nodes.len(), StaticFit::default());
        let profile = &*self.profile;
        let cx = Cx { cache, pod, fits: &[], profile };
        let state = CycleState::default();
        let asked = || (0..).zip(PLUGINS).filter(|(id, p)| p.is_static() && profile.filters.contains(*id));
        let says_affinity = profile.filters.contains(NODE_AFFINITY) && profile.added_affinity.required.is_empty();
        for (index, fit) in known.fits.iter_mut().enumerate() {
            let node = &cache.nodes[index];
            if fit.generation == node.generation || !node.exists {
                continue;
            }
            let index = index as NodeIndex;
            let reject = asked().find_map(|(_, p)| p.filter(&cx, &state, index, node));
            let affinity = match reject {
                None if says_affinity => true,
                Some(r) if says_affinity && r.plugin == NODE_AFFINITY => false,
                _ => pod.class.required_nodes.matches(&node.object),
            };
            let taints = taint_toleration::is_tolerated(node.taints(), pod.class.tolerations());
            *fit = StaticFit { generation: node.generation, reject, affinity, taints };
        }
        known.filled_at = cache.generation();
    }
}

/// Lets the plugins score these nodes, into the record.
fn score(
    cache: &mut Cache,
    pod: &PodInfo,
    profile: &Profile,
    known: &Verdicts,
    feasible: &[NodeIndex],
    mut state: CycleState,
    record: &mut Record,
) {
    let (fits, local) = (&known.fits, &known.local);
    let mut local_scores = 0..LOCAL_SCORES;
    for (id, plugin) in (0..).zip(PLUGINS).filter(|(id, _)| profile.weight(*id) > 0) {
        let remembered = if plugin.is_local() { local_scores.next() } else { None };
        if !plugin.pre_score(CxMut { cache, pod, fits, profile }, &mut state, feasible) {
            continue;
        }
        let cx = &Cx { cache, pod, fits, profile };
        let (raw, scores) = record.scores(id, profile.weight(id));
        match remembered {
            Some(at) => raw.iter_mut().zip(feasible).for_each(|(score, index)| *score = local[*index as usize].scores[at]),
            None => plugin.score(cx, &state, feasible, raw),
        }
        scores.copy_from_slice(raw);
        plugin.normalize(cx, &state, feasible, scores);
    }
}

/// Runs the PreFilter plugins. `None` if one refused the pod; else the nodes to which plugins have restricted it, if any did.
fn pre_filter(
    cache: &mut Cache,
    pod: &PodInfo,
    fits: &[StaticFit],
    profile: &Profile,
    d: &mut Diagnosis,
) -> Option<Option<Vec<NodeIndex>>> {
    let mut only: Option<Vec<NodeIndex>> = None;
    for id in profile.filters.iter() {
        match PLUGINS[id as usize].pre_filter(CxMut { cache, pod, fits, profile }, &mut d.state) {
            PreFilter::Run => {}
            PreFilter::Skip => d.state.skip_filter.insert(id),
            PreFilter::Nodes(nodes) => {
                d.refused_by.insert(id);
                d.absent = Some(Reject { plugin: id, unresolvable: true, reasons: Reasons::NOT_IN_PRE_FILTER });
                only = Some(match only {
                    None => nodes,
                    Some(before) => before.into_iter().filter(|n| nodes.contains(n)).list(),
                });
            }
            PreFilter::Reject { message } => {
                d.refused_by.insert(id);
                d.absent = Some(Reject { plugin: id, unresolvable: true, reasons: Reasons::NONE });
                d.pre_filter_message = Some(message);
                return None;
            }
        }
    }
    Some(only)
}

/// The plugins that must be asked for each node in each cycle.
pub fn dynamic_filters(profile: &Profile, skip: PluginSet) -> Vec<PluginId> {
    profile.filters.iter().filter(|id| !PLUGINS[*id as usize].is_static() && !skip.contains(*id)).list()
}

/// Filters a node in its present state; `None` if the pod may run there.
fn filter(cx: &Cx, state: &CycleState, index: NodeIndex, node: &NodeInfo, asked: &[PluginId]) -> Option<Reject> {
    let fixed = cx.fits[index as usize].reject;
    fixed.or_else(|| asked.iter().find_map(|id| PLUGINS[*id as usize].filter(cx, state, index, node)))
}

/// Filters a node, also with the nominated pods there that are no less important; `None` if the pod may run there
/// (`RunFilterPluginsWithNominatedPods`).
pub fn filter_with_nominated(
    cx: &Cx,
    state: &CycleState,
    index: NodeIndex,
    node: &NodeInfo,
    asked: &[PluginId],
    queue: &Queue,
) -> Option<Reject> {
    let promised = queue.nominated(&node.name).iter().filter(|p| p.class.priority >= cx.pod.class.priority && p.uid != cx.pod.uid);
    let mut with: Option<(CycleState, NodeInfo)> = None;
    for p in promised {
        let (state, node) = with.get_or_insert_with(|| (state.clone(), node.clone()));
        node.add_pod(p.clone());
        what_if(cx, state, p, index, 1);
    }
    if let Some((state, node)) = &with
        && let Some(reject) = filter(cx, state, index, node, asked)
    {
        return Some(reject);
    }
    filter(cx, state, index, node, asked)
}

/// Tells the plugins that a pod comes to a node or leaves it, in this cycle only.
pub fn what_if(cx: &Cx, state: &mut CycleState, other: &PodInfo, index: NodeIndex, sign: i64) {
    for (id, plugin) in PLUGINS.iter().enumerate() {
        if !state.skip_filter.contains(id as PluginId) {
            plugin.what_if(cx, state, other, index, sign);
        }
    }
}

/// The place of the chosen node, one of the best: the root of a heap of the scores in their order. There is no randomness.
// Models heap.Init of Go's container/heap over the node scores, which is what a real scheduler's ties come down to. What it puts
// at the root of each part decides the root of the whole, so nothing need be moved further down.
fn choose(totals: &[i64]) -> usize {
    let mut roots: Vec<usize> = (0..totals.len()).list();
    for top in (0..roots.len() / 2).rev() {
        let mut best = roots[2 * top + 1];
        if let Some(right) = roots.get(2 * top + 2).filter(|right| totals[**right] > totals[best]) {
            best = *right;
        }
        if totals[best] > totals[top] {
            roots[top] = best;
        }
    }
    roots.first().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::{ArcStr, Value};
    use crate::obj;
    use crate::scheduler::decisions::Decision;

    fn cluster(nodes: &[Value]) -> Cache {
        let mut cache = Cache::default();
        for n in nodes {
            cache.set_node(n);
        }
        cache
    }

    fn node(name: &str, cpu: &str) -> Value {
        obj!({"metadata": {"name": name, "labels": {"kubernetes.io/hostname": name}},
            "status": {"allocatable": {"cpu": cpu, "memory": "8Gi", "pods": "110"}}})
    }

    fn pod(name: &str, cpu: &str) -> Value {
        obj!({"metadata": {"name": name, "uid": name, "namespace": "d", "labels": {"app": "x"}},
            "spec": {"containers": [{"name": "c", "resources": {"requests": {"cpu": cpu}}}]}})
    }

    fn run(cache: &mut Cache, object: &Value) -> (Outcome, Record) {
        let pod = cache.parse_pod(object);
        let mut record = Record::default();
        let outcome = Algorithm::default().run(cache, &Queue::default(), &pod, &mut record);
        (outcome, record)
    }

    fn written(record: &Record, cache: &mut Cache, object: &Value) -> Decision {
        let mut decision = Decision::default();
        let requests = cache.parse_pod(object).class.requests.clone();
        record.write(cache, &requests, &mut decision);
        decision
    }

    fn message(cache: &mut Cache, object: &Value) -> String {
        match run(cache, object).0 {
            Outcome::Unschedulable(d) => d.message(&cache.scalars),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn reasons_are_counted() {
        let mut tainted = node("n1", "4");
        tainted.set(&["spec", "taints"], obj!([{"key": "k", "value": "v", "effect": "NoSchedule"}]));
        let mut cordoned = node("n4", "4");
        cordoned.set(&["spec", "unschedulable"], true);
        let mut cache = cluster(&[tainted, node("n2", "1"), cordoned, node("n3", "1")]);
        assert_eq!(
            message(&mut cache, &pod("p", "2")),
            "0/4 nodes are available: 1 node(s) had untolerated taint(s), 1 node(s) were unschedulable, 2 Insufficient cpu."
        );
        let mut picky = pod("p", "100m");
        picky.set(&["spec", "nodeSelector"], obj!({"disk": "ssd"}));
        assert_eq!(
            message(&mut cluster(&[node("n1", "4")]), &picky),
            "0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector."
        );
    }

    #[test]
    fn the_emptier_node_is_better() {
        let mut cache = cluster(&[node("a", "4"), node("b", "4")]);
        let mut busy = pod("q", "2");
        busy.set(&["spec", "nodeName"], "a");
        cache.set_pod(&busy);
        let (outcome, record) = run(&mut cache, &pod("p", "100m"));
        let Outcome::Placed(n) = outcome else { panic!("{outcome:?}") };
        assert_eq!(cache.node(n).name, "b");
        let decision = written(&record, &mut cache, &pod("p", "100m"));
        let fit = |row: usize| decision.scores(row).find(|s| s.plugin == "NodeResourcesFit").expect("scored").raw;
        assert!(fit(1) > fit(0), "{decision:?}");
    }

    #[test]
    fn the_chosen_node_is_among_the_rows() {
        let names: Vec<String> = (0..40).map(|i| format!("n{i}")).collect();
        let mut nodes: Vec<Value> = names.iter().map(|name| node(name, "4")).collect();
        nodes[39] = node("n39", "64");
        let mut cache = cluster(&nodes);
        let (outcome, record) = run(&mut cache, &pod("p", "1"));
        let Outcome::Placed(n) = outcome else { panic!("{outcome:?}") };
        assert_eq!(cache.node(n).name, "n39");
        let rows = written(&record, &mut cache, &pod("p", "1")).rows;
        let best = rows.iter().max_by_key(|row| row.total).expect("rows");
        assert_eq!((rows.len(), best.node.as_str()), (crate::scheduler::decisions::ROWS_MAX, "n39"));
    }

    #[test]
    fn a_promised_node_that_will_not_do_is_told_of_once() {
        let mut cache = cluster(&[node("a", "1"), node("b", "4")]);
        let mut promised = pod("p", "3");
        promised.set(&["status", "nominatedNodeName"], "a");
        let (outcome, record) = run(&mut cache, &promised);
        let Outcome::Placed(n) = outcome else { panic!("{outcome:?}") };
        assert_eq!((cache.node(n).name.as_str(), record.evaluated()), ("b", 2));
        let names: Vec<ArcStr> = written(&record, &mut cache, &promised).rows.into_iter().map(|row| row.node).collect();
        assert_eq!(names, ["b", "a"]);
    }

    #[test]
    fn a_node_says_how_much_it_lacks() {
        let mut cache = cluster(&[node("a", "4")]);
        let mut busy = pod("q", "1500m");
        busy.set(&["spec", "nodeName"], "a");
        cache.set_pod(&busy);
        let (_, record) = run(&mut cache, &pod("p", "3"));
        let rows = written(&record, &mut cache, &pod("p", "3")).rows;
        let refusal = rows[0].refused.as_ref().expect("too little is left");
        assert_eq!((refusal.plugin, refusal.reasons.len(), refusal.reasons[0].text.as_str()), ("NodeResourcesFit", 1, "Insufficient cpu"));
        let short = refusal.reasons[0].shortage.as_ref().expect("it is a resource");
        assert_eq!([&short.requested, &short.free, &short.capacity].map(ToString::to_string), ["3", "2500m", "4"]);
    }

    #[test]
    fn the_best_is_chosen_and_of_equals_the_root_of_the_heap() {
        for (totals, wanted) in [
            (&[1, 2, 3, 4, 5][..], 4),
            (&[1, 3, 4], 2),
            (&[5, 5, 5, 5], 0),
            (&[1, 5, 5, 5], 1),
            (&[1, 1, 5, 5], 3),
            (&[1, 5, 5, 1], 1),
            (&[7], 0),
        ] {
            assert_eq!(choose(totals), wanted, "{totals:?}");
        }
    }

    #[test]
    fn of_many_nodes_some_are_enough() {
        // How many nodes there are, and the percentage that is asked for.
        for (all, percentage, wanted) in [
            (3, 0, 3),
            (99, 0, 99),
            (100, 0, 100),
            (250, 0, 120),
            (1000, 0, 420),
            (1000, 5, 100),
            (1000, 30, 300),
            (1000, 100, 1000),
            (5000, 0, 500),
            (6000, 0, 300),
            (20_000, 0, 1000),
        ] {
            assert_eq!(enough_nodes(all, percentage), wanted, "{percentage} % of {all}");
        }
    }

    #[test]
    fn pods_keep_away_from_pods_that_want_to_be_alone() {
        let mut loner = pod("a", "1");
        loner.set(
            &["spec", "affinity"],
            obj!({"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [
                {"topologyKey": "kubernetes.io/hostname", "labelSelector": {"matchLabels": {"app": "x"}}}]}}),
        );
        let mut cache = cluster(&[node("n1", "4")]);
        let mut there = loner.clone();
        there.set(&["spec", "nodeName"], "n1");
        cache.set_pod(&there);
        assert_eq!(
            message(&mut cache, &pod("b", "1")),
            "0/1 nodes are available: 1 node(s) didn't satisfy existing pods anti-affinity rules."
        );
        let mut second = loner;
        second.set(&["metadata", "uid"], "c");
        assert_eq!(message(&mut cache, &second), "0/1 nodes are available: 1 node(s) didn't match pod anti-affinity rules.");
    }

    #[test]
    fn spreading_over_hosts() {
        let mut p = pod("p", "1");
        p.set(
            &["spec", "topologySpreadConstraints"],
            obj!([{"maxSkew": 1, "topologyKey": "kubernetes.io/hostname", "whenUnsatisfiable": "DoNotSchedule", "labelSelector": {"matchLabels": {"app": "x"}}}]),
        );
        let mut cache = cluster(&[node("a", "4"), node("b", "4")]);
        let mut there = pod("q", "1");
        there.set(&["spec", "nodeName"], "a");
        cache.set_pod(&there);
        let Outcome::Placed(n) = run(&mut cache, &p).0 else { panic!("b is free") };
        assert_eq!(cache.node(n).name, "b");
        let mut small = node("b", "4");
        small.set(&["status", "allocatable", "cpu"], "500m");
        cache.set_node(&small);
        assert_eq!(
            message(&mut cache, &p),
            "0/2 nodes are available: 1 Insufficient cpu, 1 node(s) didn't match pod topology spread constraints."
        );
        // A selector of all pods counts none of them.
        p.at_mut(&["spec", "topologySpreadConstraints"]).list_mut()[0].set(&["labelSelector"], Value::map());
        assert!(matches!(run(&mut cache, &p).0, Outcome::Placed(_)));
    }
}
