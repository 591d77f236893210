//! Which of a controller's pods go first when there are too many: `controller.ActivePodsWithRanks`, and `ActivePods` for jobs.

use std::cmp::{Ordering, Reverse};

use super::replicas::{is_ready, ready_since};
use crate::api::{Object, Value};
use crate::base::{Order as _, Time};

/// What counts when pods are compared, read from each of them once.
struct DeletionRank<'a> {
    pod: &'a Value,
    /// Whether it has a node, how far it is, whether it is ready, its deletion cost, the crowd on its node.
    first: (bool, u8, bool, i64, Reverse<usize>),
    ready_since: Option<Time>,
    /// Of its containers and of its sidecars, the most of each.
    restarts: Reverse<[i64; 2]>,
    made: Option<Time>,
}

impl<'a> DeletionRank<'a> {
    fn new(pod: &'a Value, cost: i64, crowd: usize) -> Self {
        let phase = match pod.at(&["status", "phase"]).str() {
            "Pending" => 0,
            "Unknown" => 1,
            _ => 2,
        };
        let most = |list: &str, counts: &dyn Fn(&str) -> bool| {
            let counted = pod.at(&["status", list]).items().iter().filter(|c| counts(c.get("name").str()));
            counted.map(|c| c.get("restartCount").int()).max().unwrap_or(0)
        };
        let inits = pod.at(&["spec", "initContainers"]).items();
        let is_sidecar = |name: &str| inits.iter().any(|c| c.get("name").str() == name && c.get("restartPolicy").str() == "Always");
        let ready = is_ready(pod);
        DeletionRank {
            pod,
            first: (!pod.at(&["spec", "nodeName"]).str().is_empty(), phase, ready, cost, Reverse(crowd)),
            ready_since: if ready { ready_since(pod) } else { None },
            restarts: Reverse([most("containerStatuses", &|_| true), most("initContainerStatuses", &is_sidecar)]),
            made: Time::parse_rfc3339(pod.at(&["metadata", "creationTimestamp"]).str()),
        }
    }

    fn compare(&self, other: &Self, now: Option<Time>) -> Ordering {
        let uids = || self.pod.uid().cmp(other.pod.uid());
        // The younger goes first; of about the same age, whichever. No time is the latest.
        let age = |a: Option<Time>, b: Option<Time>| match (a, b, now) {
            _ if a == b => Ordering::Equal,
            (Some(a), Some(b), Some(now)) => magnitude(a, now).cmp(&magnitude(b, now)).then_with(uids),
            _ => b.unwrap_or(Time::MAX).cmp(&a.unwrap_or(Time::MAX)),
        };
        self.first
            .cmp(&other.first)
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

fn sorted(mut ranks: Vec<DeletionRank>, now: Option<Time>) -> Vec<Value> {
    ranks.order_by(|a, b| a.compare(b, now));
    ranks.into_iter().map(|r| r.pod.clone()).collect()
}

/// A replica set's pods, those first that go first. `crowd` is how many related pods share a pod's node.
pub(super) fn of_replicas(pods: &[Value], crowd: impl Fn(&Value) -> usize, now: Time) -> Vec<Value> {
    let cost = |p: &Value| p.annotation("controller.kubernetes.io/pod-deletion-cost").and_then(|c| c.parse::<i32>().ok()).unwrap_or(0);
    sorted(pods.iter().map(|p| DeletionRank::new(p, cost(p).into(), crowd(p))).collect(), Some(now))
}

/// A job's pods, those first that go first.
pub(super) fn of_jobs(pods: &[Value]) -> Vec<Value> {
    sorted(pods.iter().map(|p| DeletionRank::new(p, 0, 0)).collect(), None)
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
            let crowd = |p: &Value| if p.name() == first.0 { first.7 } else { second.7 };
            assert_eq!(of_replicas(&both, crowd, now)[0].name(), first.0, "{first:?} before {second:?}");
        }
        let young_costly = make(&("z", "n", "Running", 5, 9, 0, "9", 1));
        let old = make(&("a", "n", "Running", 6, 9, 0, "0", 1));
        assert_eq!(of_jobs(&[old, young_costly])[0].name(), "z");
    }
}
