//! Creating and deleting a Job's pods (`manageJob`).

use super::{Sync, TRACKING, backoff, indexes, policy, tracking};
use crate::api::{Object, Status, Value, is_ready, kinds};
use crate::base::{Duration, List as _, SortedMap};
use crate::controllers::replicas::{pod_from_template, slow_start};
use crate::controllers::{deletion_rank, pod_control};
use crate::obj;

/// How many pods are created or deleted in one pass.
const BURST: usize = 500;
const FAILURES: &str = "batch.kubernetes.io/job-index-failure-count";
const IGNORED_FAILURES: &str = "batch.kubernetes.io/job-index-ignored-failure-count";

/// A count in an annotation; none where it is not one (`getIntValueFromAnnotation`).
fn annotated(pod: &Value, name: &str) -> i64 {
    pod.annotation(name).and_then(|t| t.parse::<i32>().ok()).map_or(0, |n| i64::from(n.max(0)))
}

/// Counted failures of a pod's index before it.
pub(super) fn index_failures(pod: &Value) -> i64 {
    annotated(pod, FAILURES)
}

/// Failures of a pod's index before it that the podFailurePolicy ignored.
pub(super) fn ignored_index_failures(pod: &Value) -> i64 {
    annotated(pod, IGNORED_FAILURES)
}

impl Sync<'_> {
    /// Deletes the active pods, which keep their finalizers. Returns how many, and an error if there was one.
    pub(super) fn delete_active(&mut self) -> (i64, Result<(), Status>) {
        self.delete_pods(self.active.clone(), false)
    }

    /// Deletes pods. With `release`, their finalizers are removed first.
    fn delete_pods(&mut self, pods: Vec<Value>, release: bool) -> (i64, Result<(), Status>) {
        let mut deleted = 0;
        let mut outcome = Ok(());
        for pod in pods {
            let done = if release { tracking::remove_finalizer(self.api, &self.by, &pod) } else { Ok(()) }
                .and_then(|()| pod_control::delete_pod(self.api, &self.by, self.recorder, &self.job, &pod));
            match done {
                Ok(()) => {
                    deleted += 1;
                    self.ready -= i64::from(is_ready(&pod));
                }
                Err(status) => outcome = Err(status),
            }
        }
        (deleted, outcome)
    }

    /// Creates or deletes pods until as many are active as are wanted; returns how many are then.
    pub(super) fn manage(&mut self) -> (i64, Result<(), Status>) {
        let active = self.active.len() as i64;
        if self.is_suspended() {
            return self.remove_active(active, active);
        }
        let parallelism = self.job.at(&["spec", "parallelism"]).as_int().unwrap_or(1);
        let wanted = match self.job.at(&["spec", "completions"]).as_int() {
            // A work queue: once a pod has succeeded, the others may finish, and none is created.
            None if self.succeeded > 0 => active,
            None => parallelism,
            Some(completions) => (completions - self.succeeded).min(parallelism).max(0),
        };
        let (removed, outcome) = self.remove_active(active, (active - wanted).max(0));
        if removed != active || outcome.is_err() {
            return (removed, outcome);
        }
        let terminating = if self.only_replaces_failed() { self.terminating } else { 0 };
        let missing = wanted - terminating - active;
        if missing <= 0 {
            return (active, Ok(()));
        }
        if self.limit_per_index().is_none() {
            let wait = self.backoff.remaining(self.by.now, backoff::BACKOFF_MIN, backoff::BACKOFF_MAX);
            if !wait.is_zero() {
                self.look_again(self.by.now + wait);
                return (0, Ok(()));
            }
        }
        let mut count = BURST.min(missing as usize);
        let mut indexes: Vec<i64> = Vec::new();
        if self.is_indexed() {
            indexes = self.pending_indexes(count as i64);
            if self.limit_per_index().is_some() {
                let wait = |i: &i64| self.index_wait(*i);
                let ready: Vec<i64> = indexes.iter().copied().filter(|i| wait(i).is_zero()).list();
                if ready.is_empty()
                    && let Some(shortest) = indexes.iter().map(wait).min()
                {
                    self.look_again(self.by.now + shortest);
                    return (0, Ok(()));
                }
                indexes = ready;
            }
            count = indexes.len();
        }
        let now = count.min(self.pods_left);
        let (made, outcome) = self.create_pods(now, &indexes);
        // What the client may not ask for yet comes as soon as it may.
        if now < count && outcome.is_ok() {
            self.look_again(self.by.now);
        }
        (active + made, outcome)
    }

    /// Deletes active pods: at least so many, and those whose index is out of range or a duplicate.
    fn remove_active(&mut self, active: i64, at_least: i64) -> (i64, Result<(), Status>) {
        let mut doomed: Vec<Value> = Vec::new();
        let mut left = self.active.clone();
        if self.is_indexed() {
            let completions = self.completions();
            let (valid, invalid): (Vec<Value>, Vec<Value>) =
                left.into_iter().partition(|p| indexes::of(p).is_some_and(|i| i < completions));
            doomed = invalid;
            let mut by_index: SortedMap<i64, Vec<Value>> = SortedMap::new();
            for pod in valid {
                by_index.entry(indexes::of(&pod).unwrap_or(0)).or_default().push(pod);
            }
            left = Vec::new();
            for (_, pods) in by_index {
                let mut pods = deletion_rank::of_jobs(&pods);
                left.extend(pods.pop());
                doomed.extend(pods);
            }
        }
        if (doomed.len() as i64) < at_least {
            let more = (at_least - doomed.len() as i64) as usize;
            doomed.extend(deletion_rank::of_jobs(&left).into_iter().take(more));
        }
        doomed.truncate(BURST);
        if doomed.is_empty() {
            return (active, Ok(()));
        }
        let (deleted, outcome) = self.delete_pods(doomed, true);
        self.terminating += deleted;
        (active - deleted, outcome)
    }

    fn pending_indexes(&self, count: i64) -> Vec<i64> {
        let mut taken = self.succeeded_indexes.with(self.active.iter().filter_map(indexes::of));
        if self.only_replaces_failed() {
            taken = taken.with(self.pods.iter().filter(|p| p.is_terminating() && !super::has_ended(p)).filter_map(indexes::of));
        }
        if let Some(failed) = &self.failed_indexes {
            taken = taken.union(failed);
        }
        indexes::first_pending(&taken, count, self.completions())
    }

    /// How long an index still has to wait after its last failure.
    pub(super) fn index_wait(&self, index: i64) -> Duration {
        let Some(last) = self.delayed.get(&index) else { return Duration::ZERO };
        let failures = u32::try_from(index_failures(last) + ignored_index_failures(last) + 1).unwrap_or(u32::MAX);
        backoff::remaining(self.by.now, backoff::BACKOFF_MIN, backoff::BACKOFF_MAX, failures, backoff::finished_at(last))
    }

    fn create_pods(&mut self, count: usize, indexes: &[i64]) -> (i64, Result<(), Status>) {
        let mut template = pod_from_template(self.job.at(&["spec", "template"]), &self.job, kinds::JOB);
        let finalizers = template.at_mut(&["metadata", "finalizers"]).list_mut();
        if !finalizers.iter().any(|f| f.str() == TRACKING) {
            finalizers.push(TRACKING.into());
        }
        if self.is_indexed() {
            add_index_variable(&mut template);
        }
        let pods: Vec<Value> = (0..count).map(|n| indexes.get(n).map_or_else(|| template.clone(), |i| self.indexed(&template, *i))).list();
        let (made, outcome) = slow_start(count, |n| pod_control::create_pod(self.api, &self.by, self.recorder, &self.job, pods[n].clone()));
        (made as i64, outcome)
    }

    /// The pod of one index.
    pub(super) fn indexed(&self, template: &Value, index: i64) -> Value {
        let mut pod = template.clone();
        pod.set(&["metadata", "generateName"], generate_name(self.job.name(), index));
        pod.set(&["metadata", "annotations", indexes::INDEX], index.to_string());
        pod.set(&["metadata", "labels", indexes::INDEX], index.to_string());
        pod.set(&["spec", "hostname"], format!("{}-{index}", self.job.name()));
        if self.limit_per_index().is_some() {
            let (mut failures, mut ignored) = (0, 0);
            if let Some(before) = self.delayed.get(&index) {
                (failures, ignored) = (index_failures(before), ignored_index_failures(before));
                let policy = self.job.at(&["spec", "podFailurePolicy"]);
                if policy.is_null() || policy::match_pod_failure(policy, before).counts {
                    failures += 1;
                } else {
                    ignored += 1;
                }
            }
            pod.set(&["metadata", "annotations", FAILURES], failures.to_string());
            if ignored > 0 {
                pod.set(&["metadata", "annotations", IGNORED_FAILURES], ignored.to_string());
            }
        }
        pod
    }
}

/// The name's base for an index, cut so that a random suffix fits.
pub fn generate_name(job: &str, index: i64) -> String {
    let end = format!("-{index}-");
    let room = 58usize.saturating_sub(end.len());
    let cut = job.char_indices().nth(room).map_or(job.len(), |(i, _)| i);
    format!("{}{end}", &job[..cut])
}

/// `JOB_COMPLETION_INDEX` in every container that does not set it itself.
fn add_index_variable(pod: &mut Value) {
    let path = format!("metadata.labels['{}']", indexes::INDEX);
    let variable = obj!({"name": "JOB_COMPLETION_INDEX", "valueFrom": {"fieldRef": {"apiVersion": "v1", "fieldPath": path}}});
    for list in ["initContainers", "containers"] {
        let count = pod.at(&["spec", list]).items().len();
        for i in 0..count {
            let container = &mut pod.at_mut(&["spec", list]).list_mut()[i];
            if container.get("env").named("JOB_COMPLETION_INDEX").is_none() {
                container.get_mut("env").list_mut().push(variable.clone());
            }
        }
    }
}
