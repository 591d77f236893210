//! How long a Job waits before it replaces failed pods (`pkg/controller/job/backoff_utils.go`): 10 s, doubling, to 10 min.

use crate::api::{Object, Value, find_condition, sidecars};
use crate::base::Order as _;
use crate::base::{Duration, List as _, Time};

/// The first wait.
pub const BACKOFF_MIN: Duration = Duration::from_secs(10);
/// The longest wait.
pub const BACKOFF_MAX: Duration = Duration::from_secs(600);

/// Failures of a Job's pods since one of them succeeded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BackoffRecord {
    /// How many.
    pub failures: u32,
    /// When the last of them ended.
    pub last_failure: Option<Time>,
}

impl BackoffRecord {
    /// The record after pods that ended at these moments.
    pub fn after(mut self, succeeded: &[Time], failed: &[Time]) -> BackoffRecord {
        let mut failed = failed.to_vec();
        failed.order();
        let Some(last_success) = succeeded.iter().max() else {
            if let Some(last) = failed.last() {
                self.failures += u32::try_from(failed.len()).unwrap_or(u32::MAX);
                self.last_failure = Some(*last);
            }
            return self;
        };
        let since: Vec<Time> = failed.into_iter().filter(|t| t > last_success).list();
        BackoffRecord { failures: u32::try_from(since.len()).unwrap_or(u32::MAX), last_failure: since.last().copied() }
    }

    /// How long is left to wait.
    pub fn remaining(&self, now: Time, min: Duration, max: Duration) -> Duration {
        match self.last_failure {
            Some(last) => remaining(now, min, max, self.failures, last),
            None => Duration::ZERO,
        }
    }
}

/// How long is left of the wait that so many failures call for, counted from the last.
pub fn remaining(now: Time, min: Duration, max: Duration, failures: u32, last: Time) -> Duration {
    if failures == 0 {
        return Duration::ZERO;
    }
    let wait = min.saturating_mul(1u32 << (failures - 1).min(30)).min(max);
    wait.saturating_sub(now.since(last))
}

/// When a pod ended: its last container's end, else when it stopped being ready, else when it was deleted, else when it was made.
pub fn finished_at(pod: &Value) -> Time {
    let made = || pod.at(&["metadata", "creationTimestamp"]);
    let sidecars: Vec<&str> = sidecars(pod.get("spec")).map(|c| c.get("name").str()).list();
    let containers = pod.at(&["status", "containerStatuses"]).items().iter();
    let containers =
        containers.chain(pod.at(&["status", "initContainerStatuses"]).items().iter().filter(|s| sidecars.contains(&s.get("name").str())));
    let ends: Option<Vec<Time>> = containers.map(|c| Time::parse_rfc3339(c.at(&["state", "terminated", "finishedAt"]).str())).collect();
    if let Some(last) = ends.and_then(|e| e.into_iter().max()) {
        return last;
    }
    let ready = find_condition(pod.get("status"), "Ready");
    if ready.get("status").str() == "False"
        && let Some(at) = Time::parse_rfc3339(ready.get("lastTransitionTime").str())
    {
        return at;
    }
    if pod.is_terminating()
        && let Some(at) = Time::parse_rfc3339(pod.at(&["metadata", "deletionTimestamp"]).str())
    {
        let grace_s = pod.at(&["metadata", "deletionGracePeriodSeconds"]).int().max(0);
        return at - Duration::from_secs(grace_s.unsigned_abs());
    }
    Time::parse_rfc3339(made().str()).unwrap_or(Time::ZERO)
}
