//! How long a Job waits before it replaces failed pods (`pkg/controller/job/backoff_utils.go`): 10 s, doubling, to 10 min.

use crate::api::{Object, Value, find_condition, sidecars};
use crate::base::{Duration, List as _, Order as _, Time};

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::obj;

    #[test]
    fn waits_double_and_end() {
        let last = Time::from_secs(1000);
        for (failures, passed, left) in [(0, 0, 0), (1, 0, 10), (2, 5, 15), (6, 0, 320), (7, 0, 600), (40, 1, 599), (1, 11, 0)] {
            let got = remaining(last + Duration::from_secs(passed), BACKOFF_MIN, BACKOFF_MAX, failures, last);
            assert_eq!(got, Duration::from_secs(left), "{failures} failures, {passed} s ago");
        }
        let before = BackoffRecord { failures: 2, last_failure: Some(Time(1)) };
        for (succeeded, failed, failures, last_failure) in [
            (&[][..], &[][..], 2, Some(Time(1))),
            (&[], &[Time(9), Time(5)], 4, Some(Time(9))),
            (&[Time(6)], &[Time(5), Time(6), Time(9)], 1, Some(Time(9))),
            (&[Time(6)], &[Time(5)], 0, None),
        ] {
            assert_eq!(before.after(succeeded, failed), BackoffRecord { failures, last_failure }, "{succeeded:?} {failed:?}");
        }
    }

    #[test]
    fn a_pod_ended_when_its_last_container_did() {
        let at = |s: u64| Time::from_secs(s).rfc3339();
        let ended = |s: u64| obj!({"name": "c", "state": {"terminated": {"finishedAt": at(s)}}});
        let conditions = obj!([{"type": "Ready", "status": "False", "lastTransitionTime": at(30)}]);
        let going = obj!({"creationTimestamp": at(1), "deletionTimestamp": at(70), "deletionGracePeriodSeconds": 30});
        for (status, wanted) in [
            (obj!({"containerStatuses": [ended(20), ended(50)], "conditions": conditions.clone()}), 50),
            (obj!({"containerStatuses": [ended(20), {"name": "d"}], "conditions": conditions}), 30),
            (obj!({}), 40),
        ] {
            assert_eq!(finished_at(&obj!({"metadata": going.clone(), "status": status})), Time::from_secs(wanted));
        }
        assert_eq!(finished_at(&obj!({"metadata": {"creationTimestamp": at(1)}})), Time::from_secs(1));
    }
}
