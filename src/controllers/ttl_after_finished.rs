//! The TTL-after-finished controller (`pkg/controller/ttlafterfinished`): deletes Jobs that ended `ttlSecondsAfterFinished` ago.

use super::controller::{ObjectRef, key_of};
use super::work_queue::WorkQueue;
use crate::api::{KindRef, Object, Value, kinds};
use crate::base::{Duration, Time};
use crate::server::{ApiServer, Caller, Change, Component, DeleteOptions, Preconditions, Propagation};

/// Deletes finished Jobs when their time has come.
#[derive(Clone, Debug, Default)]
pub struct TtlAfterFinishedController {
    queue: WorkQueue<ObjectRef>,
}

/// When a Job is due to be deleted; none if it has not ended or may stay.
fn expires_at(job: &Value) -> Option<Time> {
    let ttl_s = job.at(&["spec", "ttlSecondsAfterFinished"]).as_int()?;
    let conditions = job.at(&["status", "conditions"]).items();
    let ended = conditions.iter().find(|c| matches!(c.get("type").str(), "Complete" | "Failed") && c.get("status").str() == "True")?;
    Some(Time::parse_rfc3339(ended.get("lastTransitionTime").str())? + Duration::from_secs(ttl_s.max(0).unsigned_abs()))
}

impl Component for TtlAfterFinishedController {
    fn watches(&self, kind: KindRef) -> bool {
        kind == kinds::JOB
    }

    fn on_change(&mut self, _api: &ApiServer, now: Time, change: &Change) {
        if let Some(job) = change.current()
            && !job.is_terminating()
            && let Some(at) = expires_at(job)
        {
            self.queue.add_at(key_of(job), at.max(now));
        }
    }

    fn next_wake(&self) -> Option<Time> {
        self.queue.next_at()
    }

    fn wake(&mut self, api: &mut ApiServer, now: Time) {
        let Some(key) = self.queue.pop_due(now) else { return };
        let kind = kinds::JOB;
        let Some(job) = api.peek(kind, &key.0, &key.1).filter(|j| !j.is_terminating()).cloned() else { return };
        // The Job is read again: it may have been recreated, or its TTL been extended.
        match expires_at(&job) {
            None => return,
            Some(at) if at > now => return self.queue.add_at(key, at),
            Some(_) => {}
        }
        let preconditions = Preconditions { uid: Some(job.uid().into()), ..Preconditions::default() };
        let options = DeleteOptions { preconditions, ..DeleteOptions::with(Propagation::Foreground) };
        match api.delete(&Caller::new(now, "ttl-after-finished-controller"), kind, &key.0, &key.1, &options) {
            Err(status) if !status.is_not_found() => self.queue.add_rate_limited(key, now),
            _ => self.queue.forget(&key),
        }
    }
}
