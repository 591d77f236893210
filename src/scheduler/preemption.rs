//! DefaultPreemption: which less important pods would have to go so that a pod can run, and where that costs least. Models
//! `pkg/scheduler/framework/preemption`. It may not write anything.

use std::sync::Arc;

use super::cache::NodeIndex;
use super::cycle::{Diagnosis, dynamic_filters, filter_with_nominated, histogram, what_if};
use super::framework::{Cx, CycleState, Reasons, Reject};
use super::node_info::NodeInfo;
use super::plugins::PluginId;
use super::pod_info::PodInfo;
use super::queue::Queue;
use super::selector::Selector;
use crate::api::{ArcStr, Object, Value, find_condition};
use crate::base::{List as _, Order as _, RandomStream, Time, parse_rfc3339};

/// The plugin's id in refusals; it is not one of the plugins that filter.
const DEFAULT_PREEMPTION: PluginId = PluginId::MAX;

/// A node on which the pod could run, and the pods that would have to go.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// The node.
    pub node: NodeIndex,
    /// The pods that would have to go, the most important first.
    pub victims: Vec<Arc<PodInfo>>,
    /// How many of them would violate a PodDisruptionBudget.
    pub pdb_violations: usize,
}

/// The result of the search for victims.
#[derive(Clone, Debug)]
pub enum Preemption {
    /// These should go.
    Preempt(Candidate),
    /// The pod may not preempt now; its nominated node stays.
    NotEligible(&'static str),
    /// No victims would help; its nominated node is cleared.
    NotHelpful(String),
}

/// A PodDisruptionBudget, as far as preemption heeds it.
#[derive(Clone, Debug)]
pub struct Budget {
    namespace: ArcStr,
    selector: Selector,
    allowed: i64,
    disrupted: Value,
}

impl Budget {
    /// Reads a PodDisruptionBudget; `None` where it selects nothing.
    pub fn parse(pdb: &Value) -> Option<Self> {
        let selector = Selector::of_label_selector(pdb.at(&["spec", "selector"]));
        let status = pdb.get("status");
        (!selector.is_nothing() && !selector.is_everything()).then(|| Budget {
            namespace: pdb.namespace_arc(),
            selector,
            allowed: status.get("disruptionsAllowed").int(),
            disrupted: status.get("disruptedPods").clone(),
        })
    }
}

/// When a pod started, in Unix seconds; one that has not started counts as starting now.
fn start_time(pod: &PodInfo, now: Time) -> i64 {
    let started = parse_rfc3339(pod.object.at(&["status", "startTime"]).str());
    started.map_or(now.unix_s(), |(unix_s, _)| unix_s)
}

fn has_started(pod: &PodInfo) -> bool {
    !pod.object.at(&["status", "startTime"]).is_null()
}

fn is_being_preempted(pod: &PodInfo) -> bool {
    let target = find_condition(pod.object.get("status"), "DisruptionTarget");
    pod.terminating && target.get("status").str() == "True" && target.get("reason").str() == "PreemptionByScheduler"
}

/// What preemption sees.
// Models preemption.Evaluator.
pub struct Evaluator<'a> {
    /// The cluster, and the pod that no node would do for.
    pub cx: Cx<'a>,
    /// The pods that wait.
    pub queue: &'a Queue,
    /// The PodDisruptionBudgets that select something.
    pub budgets: Vec<&'a Budget>,
    /// Virtual time.
    pub now: Time,
}

impl Evaluator<'_> {
    /// Looks for victims for the pod.
    pub fn preempt(&self, d: &Diagnosis, random: &mut RandomStream) -> Preemption {
        let cx = &self.cx;
        let class = &cx.pod.class;
        if !class.may_preempt() {
            return Preemption::NotEligible("not eligible due to preemptionPolicy=Never.");
        }
        if let Some(index) = cx.cache.node_named(cx.pod.nominated_node()) {
            let lost = d.reject_of(index).is_some_and(|r| r.unresolvable);
            let mut pods = cx.cache.node(index).pods.iter();
            if !lost && pods.any(|p| p.class.priority < class.priority && is_being_preempted(p)) {
                return Preemption::NotEligible("not eligible due to a terminating pod on the nominated node.");
            }
        }
        let potential: Vec<NodeIndex> = d.nodes.iter().filter(|(_, r)| !r.unresolvable).map(|(n, _)| *n).list();
        let (candidates, refused) = self.dry_run(&d.state, &potential, random);
        match self.pick(candidates) {
            Some(candidate) => Preemption::Preempt(candidate),
            None => {
                let reasons = Reasons::PREEMPTION_NOT_HELPFUL;
                let absent = Some(Reject { plugin: DEFAULT_PREEMPTION, unresolvable: true, reasons });
                let said = histogram(&refused, absent, d.all_nodes, &cx.cache.scalars);
                Preemption::NotHelpful(format!("0/{} nodes are available: {said}.", d.all_nodes))
            }
        }
    }

    /// Works out the victims on each of these nodes, from a random one on, until there are enough candidates. Returns why the others would
    /// not do.
    pub fn dry_run(
        &self,
        state: &CycleState,
        potential: &[NodeIndex],
        random: &mut RandomStream,
    ) -> (Vec<Candidate>, Vec<(NodeIndex, Reject)>) {
        let profile = self.cx.profile;
        let enough = (potential.len() * profile.min_candidate_nodes_percentage / 100).max(profile.min_candidate_nodes_absolute);
        let offset = random.below(potential.len() as u64) as usize;
        let mut refused: Vec<(NodeIndex, Reject)> = Vec::new();
        let mut candidates: Vec<Candidate> = Vec::new();
        for index in potential[offset..].iter().chain(&potential[..offset]) {
            match self.select_victims(state, *index) {
                Ok(candidate) => candidates.push(candidate),
                Err(reject) => refused.push((*index, reject)),
            }
            if candidates.len() >= enough && candidates.iter().any(|c| c.pdb_violations == 0) {
                break;
            }
        }
        (candidates, refused)
    }

    /// The fewest and least important pods of a node that would have to go (`SelectVictimsOnNode`).
    fn select_victims(&self, state: &CycleState, index: NodeIndex) -> Result<Candidate, Reject> {
        let Evaluator { cx, queue, .. } = self;
        let potential: Vec<Arc<PodInfo>> =
            cx.cache.node(index).pods.iter().filter(|p| p.class.priority < cx.pod.class.priority).cloned().list();
        if potential.is_empty() {
            return Err(Reject { plugin: DEFAULT_PREEMPTION, unresolvable: true, reasons: Reasons::NO_VICTIMS });
        }
        let mut node: NodeInfo = cx.cache.node(index).clone();
        let mut state = state.clone();
        let asked = dynamic_filters(cx.profile, state.skip_filter);
        for p in &potential {
            node.remove_pod(&p.uid);
            what_if(cx, &mut state, p, index, -1);
        }
        if let Some(reject) = filter_with_nominated(cx, &state, index, &node, &asked, queue) {
            return Err(reject);
        }
        // Pods that have not started all count as starting at the moment they are compared, so that the last one put on the
        // node comes out as the most important of them.
        let (mut potential, mut not_started): (Vec<_>, Vec<_>) = potential.into_iter().partition(|p| has_started(p));
        not_started.reverse();
        potential.append(&mut not_started);
        let importance = |p: &Arc<PodInfo>| (std::cmp::Reverse(p.class.priority), start_time(p, self.now));
        potential.order_by_key(importance);
        let (violating, others) = self.split_by_budget(potential);
        let mut pdb_violations = 0;
        let mut victims = Vec::new();
        let both = !violating.is_empty() && !others.is_empty();
        for (pod, violates) in violating.into_iter().map(|p| (p, true)).chain(others.into_iter().map(|p| (p, false))) {
            node.add_pod(pod.clone());
            what_if(cx, &mut state, &pod, index, 1);
            if filter_with_nominated(cx, &state, index, &node, &asked, queue).is_some() {
                node.remove_pod(&pod.uid);
                what_if(cx, &mut state, &pod, index, -1);
                pdb_violations += usize::from(violates);
                victims.push(pod);
            }
        }
        if both {
            victims.order_by_key(importance);
        }
        if victims.is_empty() {
            // The pod fits with all of them put back: there are no victims here.
            return Err(Reject { plugin: DEFAULT_PREEMPTION, unresolvable: true, reasons: Reasons::NO_VICTIMS });
        }
        Ok(Candidate { node: index, victims, pdb_violations })
    }

    /// Splits pods into those whose eviction would violate a budget, and the others; the order within each stays.
    fn split_by_budget(&self, pods: Vec<Arc<PodInfo>>) -> (Vec<Arc<PodInfo>>, Vec<Arc<PodInfo>>) {
        let mut allowed: Vec<i64> = self.budgets.iter().map(|b| b.allowed).list();
        pods.into_iter().partition(|pod| {
            let labels = &pod.class.labels;
            let mut violates = false;
            for (budget, allowed) in self.budgets.iter().zip(&mut allowed) {
                let applies = budget.namespace == pod.class.namespace && !labels.is_empty() && budget.selector.matches(labels);
                if applies && budget.disrupted.get(&pod.name).is_null() {
                    *allowed -= 1;
                    violates |= *allowed < 0;
                }
            }
            violates
        })
    }

    /// The candidate that costs least: the fewest violations, then the least important first victim, then the least sum of
    /// priorities, then the fewest victims, then the latest start of the most important ones.
    pub fn pick(&self, candidates: Vec<Candidate>) -> Option<Candidate> {
        let cost = |c: &Candidate| {
            let highest = c.victims.first().map_or(0, |p| p.class.priority);
            let sum: i64 = c.victims.iter().map(|p| p.class.priority + i64::from(i32::MAX) + 1).sum();
            let most_important = c.victims.iter().filter(|p| p.class.priority == highest);
            let earliest = most_important.map(|p| start_time(p, self.now)).min().unwrap_or(i64::MAX);
            (c.pdb_violations, highest, sum, c.victims.len(), std::cmp::Reverse(earliest))
        };
        candidates.into_iter().min_by_key(cost)
    }
}
