//! The order in which a controller deletes surplus pods: `controller.ActivePodsWithRanks`, and `ActivePods` for Jobs.

use std::cmp::{Ordering, Reverse};

use super::replicas::ready_since;
use crate::api::{ArcStr, Object, Value, is_ready, sidecars};
use crate::base::{List as _, Order as _, Time};

/// What counts when pods are compared; it is read once from each version of a pod.
#[derive(Clone, Debug)]
pub(super) struct DeletionRank {
    pub(super) pod: Value,
    uid: ArcStr,
    /// Its node; empty where it has none yet.
    pub(super) node: ArcStr,
    /// Whether it has a node, its phase, whether it is ready, its deletion cost.
    first: (bool, u8, bool, i64),
    /// Since when it is ready, where it is.
    pub(super) ready_since: Option<Time>,
    /// The most restarts of one of its containers, and of one of its sidecars.
    restarts: Reverse<[i64; 2]>,
    made: Option<Time>,
}

impl DeletionRank {
    /// The rank of a pod with this deletion cost.
    pub(super) fn new(pod: &Value, cost: i32) -> Self {
        let phase = match pod.at(&["status", "phase"]).str() {
            "Pending" => 0,
            "Unknown" => 1,
            _ => 2,
        };
        let most = |list: &str, counts: &dyn Fn(&str) -> bool| {
            let counted = pod.at(&["status", list]).items().iter().filter(|c| counts(c.get("name").str()));
            counted.map(|c| c.get("restartCount").int()).max().unwrap_or(0)
        };
        let is_sidecar = |name: &str| sidecars(pod.get("spec")).any(|c| c.get("name").str() == name);
        let ready = is_ready(pod);
        let node = pod.at(&["spec", "nodeName"]).arc_str();
        DeletionRank {
            pod: pod.clone(),
            uid: pod.get("metadata").get("uid").arc_str(),
            first: (!node.is_empty(), phase, ready, cost.into()),
            node,
            ready_since: if ready { ready_since(pod) } else { None },
            restarts: Reverse([most("containerStatuses", &|_| true), most("initContainerStatuses", &is_sidecar)]),
            made: Time::parse_rfc3339(pod.at(&["metadata", "creationTimestamp"]).str()),
        }
    }

    /// Whether it is ready.
    pub(super) fn is_ready(&self) -> bool {
        self.first.2
    }

    /// `crowds` are how many related pods share each one's node.
    fn compare(&self, other: &Self, crowds: [usize; 2], now: Option<Time>) -> Ordering {
        let uids = || self.uid.cmp(&other.uid);
        // The younger goes first; pods of about the same age are equal. No time counts as the latest.
        let age = |a: Option<Time>, b: Option<Time>| match (a, b, now) {
            _ if a == b => Ordering::Equal,
            (Some(a), Some(b), Some(now)) => magnitude(a, now).cmp(&magnitude(b, now)).then_with(uids),
            _ => b.unwrap_or(Time::MAX).cmp(&a.unwrap_or(Time::MAX)),
        };
        self.first
            .cmp(&other.first)
            .then_with(|| crowds[1].cmp(&crowds[0]))
            .then_with(|| age(self.ready_since, other.ready_since))
            .then_with(|| self.restarts.cmp(&other.restarts))
            .then_with(|| age(self.made, other.made))
            .then_with(uids)
    }
}

/// The order of magnitude of an age: its logarithm in nanoseconds (`LogarithmicScaleDown`).
fn magnitude(since: Time, now: Time) -> Option<u32> {
    (now.since(since).as_micros() * 1_000).checked_ilog2()
}

/// A pod's deletion cost, from its annotation.
pub(super) fn cost(pod: &Value) -> i32 {
    pod.annotation("controller.kubernetes.io/pod-deletion-cost").and_then(|c| c.parse().ok()).unwrap_or(0)
}

/// The first pods of a ReplicaSet to be deleted, as many as asked for. Each pod is given with the number of related pods on its node.
pub(super) fn of_replicas(mut pods: Vec<(&DeletionRank, usize)>, count: usize, now: Time) -> Vec<Value> {
    // Of thousands of pods a few go at a time. So only those are sorted fully that the first criteria leave in question.
    let counts_first = |(rank, crowd): &(&DeletionRank, usize)| (rank.first, Reverse(*crowd));
    let (mut bound, mut found) = (None, 0);
    while found < count {
        let Some(next) = pods.iter().map(counts_first).filter(|first| Some(*first) > bound).min() else { break };
        found += pods.iter().filter(|pod| counts_first(pod) == next).count();
        bound = Some(next);
    }
    pods.retain(|pod| Some(counts_first(pod)) <= bound);
    pods.order_by(|a, b| a.0.compare(b.0, [a.1, b.1], Some(now)));
    pods.into_iter().take(count).map(|(rank, _)| rank.pod.clone()).list()
}

/// The pods of a Job, in the order in which they are deleted.
pub(super) fn of_jobs(pods: &[Value]) -> Vec<Value> {
    // The deletion cost does not count for Jobs.
    let mut ranks: Vec<DeletionRank> = pods.iter().map(|p| DeletionRank::new(p, 0)).list();
    ranks.order_by(|a, b| a.compare(b, [0, 0], None));
    ranks.into_iter().map(|r| r.pod).list()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Duration;
    use crate::obj;

    /// name, node, phase, seconds ready (0: not ready), seconds old, restarts, cost, crowd
    type Pod = (&'static str, &'static str, &'static str, u64, u64, i64, &'static str, usize);

    #[test]
    fn less_goes_first() {
        let now = Time::from_secs(100_000);
        let ago = |s: u64| (now - Duration::from_secs(s)).rfc3339();
        let make = |p: &Pod| {
            let (name, node, phase, ready, age, restarts, cost, _) = *p;
            let condition = obj!({"type": "Ready", "status": if ready > 0 { "True" } else { "False" }, "lastTransitionTime": ago(ready)});
            obj!({
                "metadata": {"name": name, "uid": name, "creationTimestamp": ago(age), "annotations": {"controller.kubernetes.io/pod-deletion-cost": cost}},
                "spec": {"nodeName": node},
                "status": {"phase": phase, "conditions": [condition], "containerStatuses": [{"name": "c", "restartCount": restarts}]}
            })
        };
        let pods: [(Pod, Pod); 9] = [
            (("z", "", "Pending", 0, 9, 0, "9", 1), ("a", "n", "Pending", 0, 9, 0, "0", 1)),
            (("z", "n", "Pending", 0, 9, 0, "9", 1), ("a", "n", "Running", 0, 9, 0, "0", 1)),
            (("z", "n", "Running", 0, 9, 0, "9", 1), ("a", "n", "Running", 5, 9, 0, "0", 1)),
            (("z", "n", "Running", 5, 9, 0, "1", 1), ("a", "n", "Running", 5, 9, 0, "2", 2)),
            (("z", "n", "Running", 5, 9, 0, "0", 2), ("a", "n", "Running", 5, 9, 0, "0", 1)),
            (("z", "n", "Running", 5, 90, 0, "0", 1), ("a", "n", "Running", 50, 90, 9, "0", 1)),
            // About the same age: the uid decides, not the second.
            (("a", "n", "Running", 70_000, 90_000, 0, "0", 1), ("z", "n", "Running", 69_000, 90_000, 9, "0", 1)),
            (("z", "n", "Running", 5, 90, 9, "0", 1), ("a", "n", "Running", 5, 9, 0, "0", 1)),
            (("z", "n", "Running", 0, 9, 0, "0", 1), ("a", "n", "Running", 0, 900, 0, "0", 1)),
        ];
        for (first, second) in &pods {
            let both = [make(second), make(first)];
            let ranks = both.each_ref().map(|p| DeletionRank::new(p, cost(p)));
            let crowded = vec![(&ranks[0], second.7), (&ranks[1], first.7)];
            assert_eq!(of_replicas(crowded, 1, now)[0].name(), first.0, "{first:?} before {second:?}");
        }
        let young_costly = make(&("z", "n", "Running", 5, 9, 0, "9", 1));
        let old = make(&("a", "n", "Running", 6, 9, 0, "0", 1));
        assert_eq!(of_jobs(&[old, young_costly])[0].name(), "z");
    }
}
