//! Room for a critical pod: which pods its node's kubelet ends where it lacks resources, and who waits for that. Models
//! pkg/kubelet/preemption; unlike there, other pods do not wait meanwhile.

use super::admission::{Lack, amount};
use super::eviction::is_critical;
use super::pod_worker::{Cx, PodWorker};
use super::resources::pod_resources;
use super::termination::PodEnd;
use crate::api::{ArcStr, Value, qos_class};
use crate::base::{List as _, Shared, SortedMap};

/// What is still lacking, by resource.
type Needs = Vec<(ArcStr, i64)>;

/// No pods that may be ended have these resources.
#[derive(Debug, thiserror::Error)]
#[error("no set of running pods found to reclaim resources: [{}]", listed(.0))]
pub(super) struct TooFewPods(Needs);

fn listed(needs: &Needs) -> String {
    needs.iter().map(|(name, need)| format!("(res: {name}, q: {need}), ")).collect()
}

fn request(pod: &PodWorker, name: &str) -> i64 {
    if name == "pods" { 1 } else { pod_resources(&pod.spec, "requests").get(name).map_or(0, |q| amount(name, q)) }
}

/// What is lacking once some pods have ended.
fn without(needs: &Needs, pods: &[&PodWorker]) -> Needs {
    let left = |(name, need): &(ArcStr, i64)| (name.clone(), pods.iter().fold(*need, |n, p| n.saturating_sub(request(p, name))));
    needs.iter().map(left).filter(|(_, need)| *need > 0).list()
}

/// How far a pod's end is from meeting all needs, each weighing the same.
fn distance(needs: &Needs, pod: &PodWorker) -> f64 {
    let lacks = |(name, need): &(ArcStr, i64)| (need.saturating_sub(request(pod, name)).max(0) as f64 / *need as f64).powi(2);
    needs.iter().map(lacks).sum()
}

/// Pods that meet the needs, one after another the one that meets most of what is left.
// Models getPodsToPreemptByDistance.
fn nearest(mut pods: Vec<&PodWorker>, mut needs: Needs) -> Vec<&PodWorker> {
    let size = |p: &PodWorker| (request(p, "memory"), request(p, "cpu"));
    let mut chosen = Vec::new();
    while !needs.is_empty() && !pods.is_empty() {
        let nearer = |best: usize, i: usize| {
            let ordering = distance(&needs, pods[i]).total_cmp(&distance(&needs, pods[best]));
            if ordering.then(size(pods[i]).cmp(&size(pods[best]))).is_le() { i } else { best }
        };
        let best = (1..pods.len()).fold(0, nearer);
        chosen.push(pods.swap_remove(best));
        needs = without(&needs, &chosen[chosen.len() - 1..]);
    }
    chosen
}

/// The pods to end so that a critical one gets what is lacking: of those with guarantees only what the others cannot give.
// Models getPodsToPreempt.
pub(super) fn to_preempt(pod: &Value, lacks: &[Lack], running: &[&PodWorker]) -> Result<Vec<ArcStr>, TooFewPods> {
    if lacks.is_empty() {
        return Ok(Vec::new());
    }
    let needs: Needs = lacks.iter().map(|l| (l.name.clone(), l.requested.saturating_sub(l.capacity.saturating_sub(l.used)))).list();
    let priority = |p: &Value| p.at(&["spec", "priority"]).int();
    let may_go = |w: &PodWorker| !is_critical(&w.pod) || priority(&w.pod) < priority(pod);
    let of = |class: &str| running.iter().copied().filter(|w| may_go(w) && qos_class(&w.pod) == class).list();
    let [best_effort, burstable, guaranteed] = ["BestEffort", "Burstable", "Guaranteed"].map(of);
    let others = [best_effort.clone(), burstable.clone()].concat();
    let left = without(&without(&needs, &others), &guaranteed);
    if !left.is_empty() {
        return Err(TooFewPods(left));
    }
    let guaranteed = nearest(guaranteed, without(&needs, &others));
    let burstable = nearest(burstable, without(&needs, &[best_effort.clone(), guaranteed.clone()].concat()));
    let best_effort = nearest(best_effort, without(&needs, &[burstable.clone(), guaranteed.clone()].concat()));
    Ok([best_effort, burstable, guaranteed].concat().iter().map(|w| w.uid.clone()).list())
}

/// The pods that were held until those that were ended for them had ended: all have.
pub(super) fn released(pods: &SortedMap<ArcStr, Shared<PodWorker>>) -> Vec<ArcStr> {
    let ends = |w: &PodWorker| w.takes_room() && w.end == Some(PodEnd::Preempted);
    if pods.values().any(|w| ends(w)) {
        return Vec::new();
    }
    pods.iter().filter(|(_, w)| w.held).map(|(uid, _)| uid.clone()).list()
}

impl PodWorker {
    /// Lets the pod start that waited for others to end.
    pub(super) fn release(&mut self, cx: &mut Cx<'_>) {
        self.held = false;
        self.request_sync(cx);
    }
}
