//! What pods used over time: sampled at fixed moments of the cluster's clock, so that its course is the same at every speed and however a
//! moment was reached.

use super::sim::Sim;
use crate::api::{ArcStr, Object, Value, kinds};
use crate::base::{Duration, List as _, SortedMap, SortedSet, Time};
use crate::server::NodeApi as _;

/// The time between samples.
const APART: Duration = Duration::from_secs(1);
/// For every so many pods the time between samples grows by that again.
const PODS_APART: usize = 20;
/// How many points are kept of a pod, at most and at least, and of all pods together. When a pod has one too many, every other one of its
/// older half is dropped.
const POINTS_MAX: usize = 240;
const POINTS_MIN: usize = 24;
const POINTS_OF_ALL: usize = 120_000;
/// How many pods are remembered. Beyond that, those that are gone are forgotten.
const PODS_MAX: usize = 500;

/// A moment, and what was used from then on: CPU in millicores and memory in bytes.
pub type UsagePoint = (Time, [u64; 2]);

/// The log of a branch.
#[derive(Clone, Debug)]
pub(super) struct UsageLog {
    due: Time,
    pods: SortedMap<ArcStr, Vec<UsagePoint>>,
}

impl Default for UsageLog {
    fn default() -> Self {
        UsageLog { due: Time::ZERO + APART, pods: SortedMap::new() }
    }
}

/// When the next sample is due, with so many pods.
fn due_after(now: Time, pods: usize) -> Time {
    let apart = APART.as_micros() as u64 * (1 + pods / PODS_APART) as u64;
    Time((now.0 / apart + 1) * apart)
}

impl UsageLog {
    /// When the next sample is due.
    pub fn due(&self) -> Time {
        self.due
    }

    /// Skips the samples before a moment: there are no pods until then.
    pub fn skip_to(&mut self, moment: Time) {
        self.due = due_after(Time(moment.0.saturating_sub(1)), 0);
    }

    /// Samples what each pod uses.
    pub fn look(&mut self, sim: &Sim) {
        let pods: Vec<&Value> = sim.api().iter(kinds::POD, None).list();
        let now = self.due;
        self.due = due_after(now, pods.len());
        if self.pods.len() > PODS_MAX {
            let uids: SortedSet<&str> = pods.iter().map(|p| p.uid()).collect();
            self.pods.retain(|uid, _| uids.contains(uid.as_str()));
        }
        let most = (POINTS_OF_ALL / pods.len().max(1)).clamp(POINTS_MIN, POINTS_MAX);
        let Some(kubelets) = &sim.cluster().kubelets else { return };
        let share = kubelets.cpu_share();
        for pod in pods {
            let used = kubelets.pod_usage(share, now, pod.namespace(), pod.name());
            let used = used.map_or([0, 0], |used| [used.cpu_milli(), used.memory_bytes()]);
            let points = self.pods.entry(pod.get("metadata").get("uid").arc_str()).or_default();
            if points.last().map_or([0, 0], |p| p.1) != used {
                points.push((now, used));
            }
            if points.len() > most {
                let mut place = 0;
                points.retain(|_| {
                    place += 1;
                    place > most / 2 || place % 2 == 1
                });
            }
        }
    }

    /// The usage of a pod up to a moment, oldest first.
    pub fn of(&self, uid: &str, until: Time) -> &[UsagePoint] {
        let points = self.pods.get(uid).map_or(&[][..], Vec::as_slice);
        &points[..points.partition_point(|p| p.0 <= until)]
    }

    /// The log of a branch that begins with this simulation.
    pub fn branched(&self, begin: &Sim) -> UsageLog {
        let from = begin.now();
        let pods = self.pods.iter().map(|(uid, _)| (uid.clone(), self.of(uid, from).to_vec())).collect();
        UsageLog { due: due_after(from, begin.api().store().count(kinds::POD)), pods }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks_are_at_the_same_moments_from_wherever_they_go_on() {
        for (pods, apart) in [(0, 1), (19, 1), (20, 2), (1000, 51)] {
            let due = |s: u64| due_after(Time::from_secs(s), pods);
            assert_eq!((due(0), due(5 * apart - 1), due(5 * apart)), (Time::from_secs(apart), due(4 * apart), Time::from_secs(6 * apart)));
        }
    }
}
