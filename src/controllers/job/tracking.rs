//! Counting pods exactly once (`trackJobStatusAndRemoveFinalizers`): first into the status, then off with the finalizer, then into the counters.

use crate::base::{List as _, Order as _, SortedSet};

use super::{Condition, Sync, TRACKING, ensure_condition, indexes, policy};
use crate::api::{self as objects, ArcStr, Object, Status, Value, kinds};
use crate::controllers::controller::{ignore_not_found, set_count};
use crate::server::{ApiServer, Caller, EventType, Subresource, WriteOptions};

/// How many uncounted pods a status may hold.
const UNCOUNTED_MAX: usize = 500;

/// Whether a pod still waits to be counted.
pub(super) fn has_finalizer(pod: &Value) -> bool {
    objects::has_finalizer(pod, TRACKING)
}

/// Removes the tracking finalizer; a pod that is gone has none.
pub(super) fn remove_finalizer(api: &mut ApiServer, by: &Caller, pod: &Value) -> Result<(), Status> {
    let pods = kinds::POD;
    let Some(mut next) = api.peek(pods, pod.namespace(), pod.name()).filter(|p| p.uid() == pod.uid() && has_finalizer(p)).cloned() else {
        return Ok(());
    };
    objects::drop_finalizer(&mut next, TRACKING);
    ignore_not_found(api.update(by, pods, next, Subresource::None, &WriteOptions::default()))
}

impl Sync<'_> {
    pub(super) fn track(&mut self, mut needs_flush: bool) -> Result<(), Status> {
        let indexed = self.is_indexed();
        if indexed {
            self.pods.order_by_key(|p| indexes::of(p).unwrap_or(-1));
        }
        let mut with_finalizer: SortedSet<ArcStr> =
            self.pods.iter().filter(|p| has_finalizer(p)).map(|p| p.get("metadata").get("uid").arc_str()).collect();
        needs_flush |= self.move_to_counters(&with_finalizer);
        let (to_release, new_indexes, full) = self.note_uncounted(&mut needs_flush);
        if indexed {
            self.succeeded_indexes = self.succeeded_indexes.with(new_indexes);
            needs_flush |= self.write_indexes();
        }
        needs_flush |= self.note_interim();
        if needs_flush {
            self.write_status()?;
            needs_flush = false;
        }
        for pod in &to_release {
            match remove_finalizer(self.api, &self.by, pod) {
                Ok(()) => {
                    with_finalizer.remove(pod.uid());
                }
                Err(status) => {
                    if self.move_to_counters(&with_finalizer) {
                        self.write_status()?;
                    }
                    return Err(status);
                }
            }
        }
        needs_flush |= self.move_to_counters(&with_finalizer);
        let done = if full { None } else { self.enact_finished() };
        if needs_flush || done.is_some() {
            self.write_status()?;
        }
        if let Some(condition) = done {
            self.record_finished(&condition);
        }
        Ok(())
    }

    fn write_status(&mut self) -> Result<(), Status> {
        // The API refuses to have more pods ready than active (`RejectMoreReadyThanActivePods`), and none count as active while a
        // failure is waited out (`manage`): until that is over, nothing is written where others are ready.
        let stored = self.api.peek(kinds::JOB, self.job.namespace(), self.job.name()).map_or(&Value::Null, |j| j.get("status"));
        let changed = ["ready", "active"].iter().any(|m| stored.get(m).int() != self.count(m));
        if changed && self.count("ready") > self.count("active") {
            return Err(Status::invalid(kinds::JOB, self.job.name(), Vec::new()));
        }
        self.job = self.api.update(&self.by, kinds::JOB, self.job.clone(), Subresource::Status, &WriteOptions::default())?;
        Ok(())
    }

    /// Moves uncounted pods whose finalizer is gone into the counters; says whether there were any.
    fn move_to_counters(&mut self, with_finalizer: &SortedSet<ArcStr>) -> bool {
        let mut changed = false;
        for member in ["succeeded", "failed"] {
            let path = ["status", "uncountedTerminatedPods", member];
            let uids = self.job.at(&path).items().to_vec();
            let left: Vec<Value> = uids.iter().filter(|u| with_finalizer.contains(u.str())).cloned().list();
            if left.len() == uids.len() {
                continue;
            }
            changed = true;
            let count = self.count(member) + (uids.len() - left.len()) as i64;
            set_count(self.job.get_mut("status"), member, count);
            if left.is_empty() {
                self.job.remove(&path);
            } else {
                self.job.set(&path, left);
            }
        }
        changed
    }

    /// Writes pods that ended into the status as uncounted. Returns whose finalizers may go, newly succeeded indexes, and
    /// whether the status is full.
    fn note_uncounted(&mut self, needs_flush: &mut bool) -> (Vec<Value>, Vec<i64>, bool) {
        let indexed = self.is_indexed();
        let completions = self.completions();
        let policy = self.job.at(&["spec", "podFailurePolicy"]).clone();
        let (mut release, mut new_indexes): (Vec<Value>, Vec<i64>) = (Vec::new(), Vec::new());
        for pod in self.pods.clone() {
            if !has_finalizer(&pod) {
                continue;
            }
            let failed = self.is_failed(&pod);
            if !self.may_release(&pod, failed) {
                continue;
            }
            let uid = pod.get("metadata").get("uid").arc_str();
            let index = indexes::of(&pod).filter(|i| *i < completions);
            let gives_up = self.finished.as_ref().is_some_and(|c| c.kind != "SuccessCriteriaMet");
            if pod.at(&["status", "phase"]).str() == "Succeeded" && !self.uncounted_failed.contains(&uid) {
                if indexed {
                    if let Some(index) = index.filter(|i| !self.previously_succeeded.has(*i)) {
                        new_indexes.push(index);
                        *needs_flush = true;
                    }
                } else if !self.uncounted_succeeded.contains(&uid) {
                    *needs_flush = true;
                    self.push_uncounted("succeeded", uid);
                }
            } else if (failed || gives_up) && !self.uncounted_failed.contains(&uid) && (!indexed || index.is_some()) {
                let counts = policy.is_null() || policy::match_pod_failure(&policy, &pod).counts;
                if counts {
                    *needs_flush = true;
                    self.push_uncounted("failed", uid);
                }
            }
            release.push(pod);
            let held = |m: &str| self.job.at(&["status", "uncountedTerminatedPods", m]).items().len();
            if new_indexes.len() + held("succeeded") + held("failed") >= UNCOUNTED_MAX {
                return (release, new_indexes, true);
            }
        }
        (release, new_indexes, false)
    }

    fn push_uncounted(&mut self, member: &str, uid: ArcStr) {
        self.job.at_mut(&["status", "uncountedTerminatedPods", member]).list_mut().push(uid.into());
    }

    fn may_release(&self, pod: &Value, failed: bool) -> bool {
        if self.job.is_terminating() || self.finished.is_some() || pod.at(&["status", "phase"]).str() == "Succeeded" {
            return true;
        }
        let is_delayed = |index| self.delayed.get(&index).is_some_and(|p| p.uid() == pod.uid());
        failed && !indexes::of(pod).is_some_and(is_delayed)
    }

    fn write_indexes(&mut self) -> bool {
        let completed = self.succeeded_indexes.to_string();
        let mut changed = completed != self.job.at(&["status", "completedIndexes"]).str();
        set_count(self.job.get_mut("status"), "succeeded", self.succeeded_indexes.total());
        if completed.is_empty() {
            self.job.remove(&["status", "completedIndexes"]);
        } else {
            self.job.set(&["status", "completedIndexes"], completed);
        }
        if let Some(failed) = &self.failed_indexes {
            let failed = failed.to_string();
            if self.job.at(&["status", "failedIndexes"]).as_str() != Some(failed.as_str()) {
                self.job.set(&["status", "failedIndexes"], failed);
                changed = true;
            }
        }
        changed
    }

    /// Writes what was decided before any finalizer is removed. The final condition follows later.
    fn note_interim(&mut self) -> bool {
        let Some(condition) = self.finished.clone() else { return false };
        let last = match condition.kind {
            "FailureTarget" => "Failed",
            "SuccessCriteriaMet" => "Complete",
            _ => return false,
        };
        let new = self.job.condition(condition.kind) != "True"
            && ensure_condition(&mut self.job, condition.kind, "True", &condition.reason, &condition.message, self.by.now);
        self.finished = Some(Condition { kind: last, ..condition });
        new
    }

    /// Sets the final condition once every pod is counted and none is terminating.
    fn enact_finished(&mut self) -> Option<Condition> {
        let condition = self.finished.clone()?;
        let uncounted = self.job.at(&["status", "uncountedTerminatedPods"]);
        if !uncounted.get("succeeded").items().is_empty() || !uncounted.get("failed").items().is_empty() || self.terminating > 0 {
            return None;
        }
        ensure_condition(&mut self.job, condition.kind, "True", &condition.reason, &condition.message, self.by.now);
        if condition.kind == "Complete" {
            self.job.set(&["status", "completionTime"], self.by.now.rfc3339());
        }
        Some(condition)
    }

    fn record_finished(&mut self, condition: &Condition) {
        let now = self.by.now;
        if condition.kind == "Complete" {
            if self.job.at(&["spec", "completions"]).as_int().is_some_and(|c| self.count("succeeded") > c) {
                let message = "Too many succeeded pods running after completion count reached";
                self.recorder.event(self.api, now, &self.job, EventType::Warning, "TooManySucceededPods", message);
            }
            self.recorder.event(self.api, now, &self.job, EventType::Normal, "Completed", "Job completed");
            return;
        }
        let reason = match condition.reason.as_str() {
            "BackoffLimitExceeded" => "BackoffLimitExceeded",
            "DeadlineExceeded" => "DeadlineExceeded",
            "PodFailurePolicy" => "PodFailurePolicy",
            "MaxFailedIndexesExceeded" => "MaxFailedIndexesExceeded",
            _ => "FailedIndexes",
        };
        self.recorder.event(self.api, now, &self.job, EventType::Warning, reason, &condition.message);
    }
}
