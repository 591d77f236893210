//! Jobs (`pkg/controller/job`): pods that run until enough of them have succeeded.

pub mod backoff;
pub mod indexes;
mod manage;
pub mod policy;
#[cfg(test)]
mod tests;
mod tracking;

use backoff::BackoffRecord;
use indexes::Intervals;

use super::controller::{ObjectRef, controller_of, key_of, set_count, work};
use super::flags::Flags;
use super::pod_claim::claim_pods;
use super::replicas::is_active;
use super::work_queue::WorkQueue;
use crate::api::selector::LabelSelector;
use crate::api::{ArcStr, KindRef, Object, Status, Value, find_condition, has_ended, is_ready, kinds};
use crate::base::{Duration, List as _, SortedMap, SortedSet, Time};
use crate::obj;
use crate::server::{ApiServer, Caller, Change, Component, EventRecorder, EventType};

const MANAGER: &str = "job-controller";
/// The finalizer that keeps a pod until the Job has counted it.
const TRACKING: &str = "batch.kubernetes.io/job-tracking";
/// Changes of pods and of the Job's own status are looked at together, this long after the first (`SyncJobBatchPeriod`).
const BATCH: Duration = Duration::from_secs(1);

/// Runs Jobs.
#[derive(Clone, Debug)]
pub struct JobController {
    queue: WorkQueue<ObjectRef>,
    /// Pods whose Job may be gone while they still carry the tracking finalizer.
    orphans: WorkQueue<ObjectRef>,
    recorder: EventRecorder,
    backoff: SortedMap<ObjectRef, BackoffRecord>,
}

impl JobController {
    /// The controller, with the flags of the controller manager.
    pub fn new(flags: &Flags) -> Self {
        JobController {
            queue: WorkQueue::new().of_client(flags.client()),
            orphans: WorkQueue::new(),
            recorder: EventRecorder::new(MANAGER, ""),
            backoff: SortedMap::new(),
        }
    }
}

/// A condition that is about to be set.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Condition {
    kind: &'static str,
    reason: String,
    message: String,
}

/// What one reconcile works on.
struct Sync<'a> {
    api: &'a mut ApiServer,
    by: Caller,
    recorder: &'a mut EventRecorder,
    /// The Job, its status as it will be written.
    job: Value,
    pods: Vec<Value>,
    active: Vec<Value>,
    ready: i64,
    terminating: i64,
    succeeded: i64,
    failed: i64,
    uncounted_succeeded: SortedSet<ArcStr>,
    uncounted_failed: SortedSet<ArcStr>,
    backoff: BackoffRecord,
    finished: Option<Condition>,
    previously_succeeded: Intervals,
    succeeded_indexes: Intervals,
    failed_indexes: Option<Intervals>,
    /// Failed pods, by index, that stay until their replacement has taken over the count of failures.
    delayed: SortedMap<i64, Value>,
    /// How many pods may be made now.
    pods_left: usize,
    /// When to look again.
    again: Option<Time>,
}

impl JobController {
    fn reconcile(&mut self, api: &mut ApiServer, now: Time, key: &ObjectRef) -> Result<(), Status> {
        let kind = kinds::JOB;
        let Some(mut job) = api.peek(kind, &key.0, &key.1).cloned() else {
            self.backoff.remove(key);
            return Ok(());
        };
        if is_managed_elsewhere(&job) {
            return Ok(());
        }
        if is_finished(&job) {
            self.backoff.remove(key);
            return Ok(());
        }
        if job.at(&["status", "uncountedTerminatedPods"]).is_null() {
            job.set(&["status", "uncountedTerminatedPods"], Value::map());
        }
        let by = Caller::new(now, MANAGER);
        let selector = LabelSelector::from_object(job.at(&["spec", "selector"])).map_err(|e| Status::internal(e.to_string()))?;
        let mut pods = claim_pods(api, &by, &job, kind, &selector, Some(TRACKING), |_| true)?;
        // What has been counted concerns no more than a policy of failures: of thousands of pods these are most.
        if job.at(&["spec", "podFailurePolicy"]).is_null() {
            pods.retain(|p| !has_ended(p) || tracking::has_finalizer(p));
        }
        let mut sync = Sync::new(api, by, &mut self.recorder, job, pods, self.queue.pods_left(now));
        let result = sync.run(self.backoff.get(key).copied().unwrap_or_default());
        let (again, record) = (sync.again, sync.backoff);
        self.backoff.insert(key.clone(), record);
        if let Some(at) = again {
            self.queue.add_at(key.clone(), at);
        }
        result
    }

    /// Takes the finalizer off a pod whose Job is gone (`syncOrphanPod`).
    fn release_orphan(&mut self, api: &mut ApiServer, now: Time, key: &ObjectRef) -> Result<(), Status> {
        let Some(pod) = api.peek(kinds::POD, &key.0, &key.1).cloned() else { return Ok(()) };
        let owner = pod.controller_ref();
        let is_job = owner.get("kind").str() == "Job" && owner.get("apiVersion").str() == "batch/v1";
        // What another kind controls is not this controller's to let go.
        if !owner.is_null() && !is_job {
            return Ok(());
        }
        if is_job
            && let Some(job) = api.peek(kinds::JOB, &key.0, owner.get("name").str())
            && job.uid() == owner.get("uid").str()
            && (!is_finished(job) || is_managed_elsewhere(job))
        {
            return Ok(());
        }
        tracking::remove_finalizer(api, &Caller::new(now, MANAGER), &pod)
    }

    /// Does the first thing that is due.
    fn work(&mut self, api: &mut ApiServer, now: Time) {
        if work(self, |c| &mut c.orphans, Self::release_orphan, api, now) {
            return;
        }
        let Some(key) = self.queue.pop_due(now) else { return };
        match self.reconcile(api, now, &key) {
            Ok(()) => self.queue.forget(&key),
            // The real controller waits a second, then longer (`DefaultJobApiBackOff`, `MaxJobApiBackOff`).
            Err(_) => self.queue.add_rate_limited_within(key, now, BATCH, Duration::from_secs(60)),
        }
    }

    fn mark_matching(&mut self, api: &ApiServer, pod: &Value, now: Time) {
        for job in api.iter(kinds::JOB, Some(pod.namespace())) {
            if LabelSelector::from_object(job.at(&["spec", "selector"])).is_ok_and(|s| s.matches(pod.labels())) {
                self.queue.add_at(key_of(job), now + BATCH);
            }
        }
    }
}

impl<'a> Sync<'a> {
    fn new(
        api: &'a mut ApiServer,
        by: Caller,
        recorder: &'a mut EventRecorder,
        job: Value,
        pods: Vec<Value>,
        pods_left: usize,
    ) -> Sync<'a> {
        let active: Vec<Value> = pods.iter().filter(|p| is_active(p)).cloned().list();
        let uids = |list: &str| job.at(&["status", "uncountedTerminatedPods", list]).items().iter().map(Value::arc_str).collect();
        Sync {
            uncounted_succeeded: uids("succeeded"),
            uncounted_failed: uids("failed"),
            api,
            by,
            recorder,
            ready: active.iter().filter(|p| is_ready(p)).count() as i64,
            terminating: pods.iter().filter(|p| p.is_terminating() && !has_ended(p)).count() as i64,
            pods,
            active,
            succeeded: 0,
            failed: 0,
            backoff: BackoffRecord::default(),
            finished: None,
            previously_succeeded: Intervals::default(),
            succeeded_indexes: Intervals::default(),
            failed_indexes: None,
            delayed: SortedMap::new(),
            pods_left,
            again: None,
            job,
        }
    }

    /// One pass (`syncJob`).
    fn run(&mut self, record: BackoffRecord) -> Result<(), Status> {
        let spec = self.job.get("spec").clone();
        let now = self.by.now;
        let (new_succeeded, new_failed) = self.new_finished();
        let policy = spec.get("podFailurePolicy");
        let counted = new_failed.iter().filter(|p| policy.is_null() || policy::match_pod_failure(policy, p).counts).count();
        self.succeeded = self.count("succeeded") + new_succeeded.len() as i64 + self.uncounted_succeeded.len() as i64;
        self.failed = self.count("failed") + counted as i64 + self.uncounted_failed.len() as i64;
        if self.job.at(&["status", "startTime"]).is_null() && !self.is_suspended() {
            self.job.set(&["status", "startTime"], now.rfc3339());
        }
        let ends = |pods: &[Value]| pods.iter().map(backoff::finished_at).list();
        self.backoff = record.after(&ends(&new_succeeded), &ends(&new_failed));
        self.finished = self.decided_before().or_else(|| self.fails_by_policy());
        if self.finished.is_none() {
            self.finished = self.past_limits();
        }
        if self.is_indexed() {
            self.judge_indexes();
        }
        let mut active = self.active.len() as i64;
        let mut outcome = Ok(());
        let mut conditions_changed = false;
        if self.finished.is_some() {
            let (deleted, result) = self.delete_active();
            if deleted != active {
                self.finished = None;
            }
            active -= deleted;
            self.terminating += deleted;
            outcome = result;
        } else {
            let managed = !self.job.is_terminating();
            if managed {
                (active, outcome) = self.manage();
            }
            let complete = match spec.get("completions").as_int() {
                None => self.succeeded > 0 && active == 0,
                Some(wanted) => self.succeeded >= wanted && active == 0,
            };
            if complete {
                self.finished = Some(Condition {
                    kind: "SuccessCriteriaMet",
                    reason: "CompletionsReached".to_owned(),
                    message: "Reached expected number of succeeded pods".to_owned(),
                });
            } else if managed {
                conditions_changed = self.note_suspension();
            }
        }
        let status = self.job.get("status");
        let needs_update = conditions_changed
            || status.get("active").int() != active
            || status.get("ready").as_int() != Some(self.ready)
            || status.get("terminating").as_int() != Some(self.terminating);
        set_count(self.job.get_mut("status"), "active", active);
        self.job.set(&["status", "ready"], self.ready);
        self.job.set(&["status", "terminating"], self.terminating);
        // Failures that could not be told count again in the next pass.
        self.track(needs_update).inspect_err(|_| self.backoff = record)?;
        outcome
    }

    fn count(&self, member: &str) -> i64 {
        self.job.at(&["status", member]).int()
    }

    fn is_indexed(&self) -> bool {
        self.job.at(&["spec", "completionMode"]).str() == "Indexed"
    }

    fn is_suspended(&self) -> bool {
        self.job.at(&["spec", "suspend"]).is_true()
    }

    /// Completions of an Indexed Job.
    fn completions(&self) -> i64 {
        self.job.at(&["spec", "completions"]).int()
    }

    /// Failures that one index may have; none where indexes are not looked at one by one.
    fn limit_per_index(&self) -> Option<i64> {
        self.job.at(&["spec", "backoffLimitPerIndex"]).as_int()
    }

    fn only_replaces_failed(&self) -> bool {
        self.job.at(&["spec", "podReplacementPolicy"]).str() == "Failed"
    }

    /// Whether a pod counts as failed: it has, or it is on its way out and is to be replaced at once.
    fn is_failed(&self, pod: &Value) -> bool {
        match pod.at(&["status", "phase"]).str() {
            "Failed" => true,
            "Succeeded" => false,
            _ => !self.only_replaces_failed() && pod.is_terminating(),
        }
    }

    /// The pods that ended and that the status does not account for yet.
    fn new_finished(&self) -> (Vec<Value>, Vec<Value>) {
        let succeeded = |p: &Value| p.at(&["status", "phase"]).str() == "Succeeded";
        (self.valid_pods(&self.uncounted_succeeded, &succeeded), self.valid_pods(&self.uncounted_failed, &|p| self.is_failed(p)))
    }

    fn valid_pods(&self, uncounted: &SortedSet<ArcStr>, filter: &dyn Fn(&Value) -> bool) -> Vec<Value> {
        let valid = |p: &&Value| {
            tracking::has_finalizer(p)
                && !uncounted.contains(p.uid())
                && (!self.is_indexed() || indexes::of(p).is_some_and(|i| i < self.completions()))
                && filter(p)
        };
        self.pods.iter().filter(valid).cloned().list()
    }

    /// What an earlier pass decided and wrote down before pods were let go.
    fn decided_before(&self) -> Option<Condition> {
        let (held, kind) = [("SuccessCriteriaMet", "SuccessCriteriaMet"), ("FailureTarget", "Failed")]
            .into_iter()
            .find(|(held, _)| self.job.condition(held) == "True")?;
        let found = find_condition(self.job.get("status"), held);
        Some(Condition { kind, reason: found.get("reason").str().to_owned(), message: found.get("message").str().to_owned() })
    }

    fn fails_by_policy(&self) -> Option<Condition> {
        let policy = self.job.at(&["spec", "podFailurePolicy"]);
        if policy.is_null() {
            return None;
        }
        let failed = self.pods.iter().filter(|p| self.is_failed(p));
        let message = failed.into_iter().find_map(|p| policy::match_pod_failure(policy, p).job_failure)?;
        Some(Condition { kind: "FailureTarget", reason: "PodFailurePolicy".to_owned(), message })
    }

    /// The backoff limit and the deadline.
    fn past_limits(&mut self) -> Option<Condition> {
        let limit = self.job.at(&["spec", "backoffLimit"]).as_int().unwrap_or(6);
        let failure =
            |reason: &str, message: &str| Some(Condition { kind: "FailureTarget", reason: reason.to_owned(), message: message.to_owned() });
        if self.failed > limit || self.restarts_past(limit) {
            return failure("BackoffLimitExceeded", "Job has reached the specified backoff limit");
        }
        let deadline_s = self.job.at(&["spec", "activeDeadlineSeconds"]).as_int()?;
        let started = Time::parse_rfc3339(self.job.at(&["status", "startTime"]).str())?;
        if self.is_suspended() {
            return None;
        }
        let deadline = started + Duration::from_secs(deadline_s.max(0).unsigned_abs());
        if self.by.now >= deadline {
            return failure("DeadlineExceeded", "Job was active longer than specified deadline");
        }
        self.look_again(deadline);
        None
    }

    fn restarts_past(&self, limit: i64) -> bool {
        if self.job.at(&["spec", "template", "spec", "restartPolicy"]).str() != "OnFailure" {
            return false;
        }
        let live = self.pods.iter().filter(|p| matches!(p.at(&["status", "phase"]).str(), "Running" | "Pending"));
        let statuses =
            live.flat_map(|p| ["initContainerStatuses", "containerStatuses"].into_iter().flat_map(|l| p.at(&["status", l]).items()));
        let restarts: i64 = statuses.map(|s| s.get("restartCount").int()).sum();
        if limit == 0 { restarts > 0 } else { restarts >= limit }
    }

    fn look_again(&mut self, at: Time) {
        self.again = Some(self.again.map_or(at, |t| t.min(at)));
    }

    /// Which indexes have succeeded and failed, and what that means for the Job.
    fn judge_indexes(&mut self) {
        let completions = self.completions();
        let index_of = |p: &Value| indexes::of(p).filter(|i| *i < completions);
        self.previously_succeeded = Intervals::parse(self.job.at(&["status", "completedIndexes"]).str(), completions);
        let succeeded = |p: &&Value| p.at(&["status", "phase"]).str() == "Succeeded" && tracking::has_finalizer(p);
        self.succeeded_indexes = self.previously_succeeded.with(self.pods.iter().filter(succeeded).filter_map(index_of));
        self.succeeded = self.succeeded_indexes.total();
        if let Some(limit) = self.limit_per_index() {
            let before = Intervals::parse(self.job.at(&["status", "failedIndexes"]).str(), completions);
            let new: Vec<i64> =
                self.pods.iter().filter(|p| tracking::has_finalizer(p) && self.index_failed(p, limit)).filter_map(index_of).list();
            let failed = before.with(new);
            let max = self.job.at(&["spec", "maxFailedIndexes"]).as_int();
            if self.finished.is_none() {
                if max.is_some_and(|m| failed.total() > m) {
                    self.finished = Some(Condition {
                        kind: "FailureTarget",
                        reason: "MaxFailedIndexesExceeded".to_owned(),
                        message: "Job has exceeded the specified maximal number of failed indexes".to_owned(),
                    });
                } else if failed.total() > 0 && failed.total() + self.succeeded_indexes.total() >= completions {
                    self.finished = Some(Condition {
                        kind: "FailureTarget",
                        reason: "FailedIndexes".to_owned(),
                        message: "Job has failed indexes".to_owned(),
                    });
                }
            }
            self.failed_indexes = Some(failed);
            self.delayed = self.delayed_pods();
        }
        if self.finished.is_none()
            && let Some(message) = policy::match_success(self.job.at(&["spec", "successPolicy"]), completions, &self.succeeded_indexes)
        {
            self.finished = Some(Condition { kind: "SuccessCriteriaMet", reason: "SuccessPolicy".to_owned(), message });
        }
    }

    /// Whether a failed pod uses up what its index may fail.
    fn index_failed(&self, pod: &Value, limit: i64) -> bool {
        if !self.is_failed(pod) {
            return false;
        }
        let policy = self.job.at(&["spec", "podFailurePolicy"]);
        if !policy.is_null() {
            let found = policy::match_pod_failure(policy, pod);
            if found.action == "FailIndex" {
                return true;
            }
            if !found.counts {
                return false;
            }
        }
        manage::index_failures(pod) >= limit
    }

    fn delayed_pods(&self) -> SortedMap<i64, Value> {
        let active: SortedSet<i64> = self.active.iter().filter_map(indexes::of).collect();
        let mut delayed: SortedMap<i64, Value> = SortedMap::new();
        for pod in self.valid_pods(&SortedSet::new(), &|p| self.is_failed(p)) {
            let Some(index) = indexes::of(&pod) else { continue };
            let settled = self.succeeded_indexes.has(index) || self.failed_indexes.as_ref().is_some_and(|f| f.has(index));
            if settled || active.contains(&index) {
                continue;
            }
            let rank = |p: &Value| (manage::index_failures(p) + manage::ignored_index_failures(p), backoff::finished_at(p));
            match delayed.get(&index) {
                Some(last) if rank(last) > rank(&pod) => {}
                _ => {
                    delayed.insert(index, pod);
                }
            }
        }
        delayed
    }

    /// Sets or clears the Suspended condition; true where it changed.
    fn note_suspension(&mut self) -> bool {
        let suspended = self.is_suspended();
        let (status, reason, message, event) = if suspended {
            ("True", "JobSuspended", "Job suspended", "Suspended")
        } else {
            ("False", "JobResumed", "Job resumed", "Resumed")
        };
        if !ensure_condition(&mut self.job, "Suspended", status, reason, message, self.by.now) {
            return false;
        }
        self.recorder.event(self.api, self.by.now, &self.job, EventType::Normal, event, message);
        // A resumed Job starts anew, so that its deadline counts only while it is active.
        if suspended {
            self.job.remove(&["status", "startTime"]);
        } else {
            self.job.set(&["status", "startTime"], self.by.now.rfc3339());
        }
        true
    }
}

/// Whether a Job has a Complete or Failed condition.
pub(super) fn is_finished(job: &Value) -> bool {
    job.condition("Complete") == "True" || job.condition("Failed") == "True"
}

/// Whether another controller looks after a Job.
fn is_managed_elsewhere(job: &Value) -> bool {
    !matches!(job.at(&["spec", "managedBy"]).str(), "" | "kubernetes.io/job-controller")
}

/// Appends or changes a condition; a condition that is not there is not made false. True where something changed.
fn ensure_condition(job: &mut Value, kind: &str, status: &str, reason: &str, message: &str, now: Time) -> bool {
    let mut condition = obj!({"type": kind, "status": status, "lastProbeTime": now.rfc3339(), "lastTransitionTime": now.rfc3339()});
    for (member, text) in [("reason", reason), ("message", message)] {
        if !text.is_empty() {
            condition.set(&[member], text);
        }
    }
    let old = job.at(&["status", "conditions"]).items().iter().position(|c| c.get("type").str() == kind);
    match old {
        Some(i) => {
            let same = |c: &Value| c.get("status").str() == status && c.get("reason").str() == reason && c.get("message").str() == message;
            if same(&job.at(&["status", "conditions"]).items()[i]) {
                return false;
            }
            job.at_mut(&["status", "conditions"]).list_mut()[i] = condition;
            true
        }
        None if status == "False" => false,
        None => {
            job.at_mut(&["status", "conditions"]).list_mut().push(condition);
            true
        }
    }
}

impl Component for JobController {
    fn watches(&self, kind: KindRef) -> bool {
        matches!((kind.group, kind.plural), ("batch", "jobs") | ("", "pods"))
    }

    fn on_change(&mut self, api: &ApiServer, now: Time, change: &Change) {
        let object = &change.object;
        if change.key.kind == kinds::JOB {
            let key = key_of(object);
            if change.current().is_none() {
                self.recorder.forget(object.uid());
                for pod in api.owned_by(object.uid(), kinds::POD).filter(|p| tracking::has_finalizer(p)) {
                    self.orphans.add_at(key_of(pod), now);
                }
            }
            let generation = |v: &Value| v.at(&["metadata", "generation"]).int();
            let status_only = change.current().is_some() && change.old.as_ref().is_some_and(|old| generation(old) == generation(object));
            self.queue.add_at(key, if status_only { now + BATCH } else { now });
            return;
        }
        let owner = object.controller_ref();
        for key in change.old.iter().chain([object]).filter_map(|o| controller_of(o, "Job")) {
            self.queue.add_at(key, now + BATCH);
        }
        let job_is_gone = owner.get("kind").str() == "Job"
            && api.peek(kinds::JOB, &change.key.namespace, owner.get("name").str()).is_none_or(|j| j.uid() != owner.get("uid").str());
        if change.current().is_some() && tracking::has_finalizer(object) && (owner.is_null() || job_is_gone) {
            self.orphans.add_at(key_of(object), now);
        }
        if owner.is_null() && change.current().is_some() {
            self.mark_matching(api, object, now);
        }
    }

    fn next_wake(&self) -> Option<Time> {
        [self.queue.next_at(), self.orphans.next_at()].into_iter().flatten().min()
    }

    fn wake(&mut self, api: &mut ApiServer, now: Time) {
        let before = api.revision();
        self.work(api, now);
        self.queue.note_requests(now, api.revision() - before);
    }
}
