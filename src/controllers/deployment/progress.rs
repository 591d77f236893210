//! A Deployment's status: counts, and the conditions Available, Progressing and ReplicaFailure.

use super::{Sync, status_count};
use crate::api::{Object, Status, Value, find_condition};
use crate::base::{Duration, Time};
use crate::obj;

impl Sync<'_> {
    /// A pause and its end start the progress clock anew (`checkPausedConditions`).
    pub(super) fn check_paused(&mut self) -> Result<(), Status> {
        if !self.has_deadline() {
            return Ok(());
        }
        let reason = find_condition(self.deployment.get("status"), "Progressing").get("reason").str();
        if reason == "ProgressDeadlineExceeded" {
            return Ok(());
        }
        let paused = self.deployment.at(&["spec", "paused"]).is_true();
        let (reason, message) = match (paused, reason == "DeploymentPaused") {
            (true, false) => ("DeploymentPaused", "Deployment is paused"),
            (false, true) => ("DeploymentResumed", "Deployment is resumed"),
            _ => return Ok(()),
        };
        let mut next = self.deployment.clone();
        set_condition(next.get_mut("status"), self.by.now, "Progressing", "Unknown", reason, message);
        self.update_status(next)
    }

    pub(super) fn note_create_failed(&mut self, message: &str) -> Result<(), Status> {
        if !self.has_deadline() {
            return Ok(());
        }
        let mut next = self.deployment.clone();
        set_condition(next.get_mut("status"), self.by.now, "Progressing", "False", "ReplicaSetCreateError", message);
        self.update_status(next)
    }

    pub(super) fn has_deadline(&self) -> bool {
        self.deployment.at(&["spec", "progressDeadlineSeconds"]).as_int().is_some_and(|s| s < i64::from(i32::MAX))
    }

    /// The counts and availability (`calculateStatus`).
    fn calculate(&self) -> Value {
        let sum = |member: &str| self.owned.iter().map(|s| status_count(s, member)).sum::<i64>();
        let available = sum("availableReplicas");
        let total = self.asked_before.unwrap_or_else(|| self.asked());
        let mut status = Value::map();
        status.set(&["observedGeneration"], self.deployment.at(&["metadata", "generation"]).int());
        let updated = self.find_new().map_or(0, |s| status_count(&s, "replicas"));
        for (member, count) in [
            ("replicas", sum("replicas")),
            ("updatedReplicas", updated),
            ("readyReplicas", sum("readyReplicas")),
            ("availableReplicas", available),
            ("unavailableReplicas", (total - available).max(0)),
        ] {
            if count != 0 {
                status.set(&[member], count);
            }
        }
        status.set(&["terminatingReplicas"], self.terminating());
        let collisions = self.deployment.at(&["status", "collisionCount"]);
        if !collisions.is_null() {
            status.set(&["collisionCount"], collisions.clone());
        }
        let conditions = self.deployment.at(&["status", "conditions"]);
        if !conditions.is_null() {
            status.set(&["conditions"], conditions.clone());
        }
        let (holds, reason, message) = if available >= self.wanted() - self.max_unavailable() {
            ("True", "MinimumReplicasAvailable", "Deployment has minimum availability.")
        } else {
            ("False", "MinimumReplicasUnavailable", "Deployment does not have minimum availability.")
        };
        set_condition(&mut status, self.by.now, "Available", holds, reason, message);
        status
    }

    /// Writes the counts (`syncDeploymentStatus`).
    pub(super) fn write_status(&mut self) -> Result<Option<Time>, Status> {
        let status = self.calculate();
        self.write(status)?;
        Ok(None)
    }

    /// Writes the counts and what they say of the rollout (`syncRolloutStatus`); returns when to look at the deadline.
    pub(super) fn write_rollout_status(&mut self) -> Result<Option<Time>, Status> {
        let mut status = self.calculate();
        let now = self.by.now;
        if self.has_deadline() {
            self.judge_progress(&mut status);
        } else {
            remove_condition(&mut status, "Progressing");
        }
        // What the new one fails at comes first.
        let new = self.find_new();
        let mut failures = new.iter().chain(&self.owned).map(|s| find_condition(s.get("status"), "ReplicaFailure"));
        match failures.find(|c| !c.is_null()) {
            Some(c) => {
                set_condition(&mut status, now, "ReplicaFailure", c.get("status").str(), c.get("reason").str(), c.get("message").str())
            }
            None => remove_condition(&mut status, "ReplicaFailure"),
        }
        self.write(status)?;
        Ok(self.next_deadline())
    }

    /// Says of a rollout that it is done, has got on, or has not for too long.
    fn judge_progress(&self, status: &mut Value) {
        let now = self.by.now;
        let current = find_condition(self.deployment.get("status"), "Progressing");
        let is_over = status.get("replicas").int() == status.get("updatedReplicas").int();
        if is_over && current.get("reason").str() == "NewReplicaSetAvailable" {
            return;
        }
        let new = self.find_new();
        let what = |tail: &str| match &new {
            Some(set) => format!("ReplicaSet {:?} {tail}", set.name()),
            None => format!("Deployment {:?} {tail}", self.deployment.name()),
        };
        if self.is_complete(status) {
            set_condition(status, now, "Progressing", "True", "NewReplicaSetAvailable", &what("has successfully progressed."));
        } else if self.has_progressed(status) {
            // Each step of progress starts the deadline anew, without being a transition.
            remove_condition(status, "Progressing");
            set_condition(status, now, "Progressing", "True", "ReplicaSetUpdated", &what("is progressing."));
            if current.get("status").str() == "True"
                && let Some(c) = status.get_mut("conditions").list_mut().last_mut()
            {
                c.set(&["lastTransitionTime"], current.get("lastTransitionTime"));
            }
        } else if self.has_timed_out(status) {
            set_condition(status, now, "Progressing", "False", "ProgressDeadlineExceeded", &what("has timed out progressing."));
        }
    }

    fn write(&mut self, status: Value) -> Result<(), Status> {
        if self.wrote || status.same(self.deployment.get("status")) {
            return Ok(());
        }
        let mut next = self.deployment.clone();
        next.set(&["status"], status);
        self.update_status(next)
    }

    /// Whether all is new, all is there and all is available (`DeploymentComplete`).
    pub(super) fn is_complete(&self, status: &Value) -> bool {
        let wanted = self.wanted();
        status.get("updatedReplicas").int() == wanted
            && status.get("replicas").int() == wanted
            && status.get("availableReplicas").int() == wanted
            && status.get("observedGeneration").int() >= self.deployment.at(&["metadata", "generation"]).int()
    }

    pub(super) fn has_progressed(&self, status: &Value) -> bool {
        let old = self.deployment.get("status");
        let n = |s: &Value, member: &str| s.get(member).int();
        let old_old = n(old, "replicas") - n(old, "updatedReplicas");
        let new_old = n(status, "replicas") - n(status, "updatedReplicas");
        n(status, "updatedReplicas") > n(old, "updatedReplicas")
            || new_old < old_old
            || n(status, "readyReplicas") > n(old, "readyReplicas")
            || n(status, "availableReplicas") > n(old, "availableReplicas")
    }

    fn deadline(&self, status: &Value) -> Option<Time> {
        let progressing = find_condition(status, "Progressing");
        if !matches!(
            progressing.get("reason").str(),
            "NewReplicaSetCreated" | "FoundNewReplicaSet" | "ReplicaSetUpdated" | "DeploymentResumed"
        ) {
            return None;
        }
        let since = Time::parse_rfc3339(progressing.get("lastUpdateTime").str())?;
        let seconds = self.deployment.at(&["spec", "progressDeadlineSeconds"]).as_int()?;
        // Conditions carry whole seconds: the one that the deadline falls into must have passed.
        Some(since + Duration::from_secs(seconds.unsigned_abs() + 1))
    }

    pub(super) fn has_timed_out(&self, status: &Value) -> bool {
        if find_condition(status, "Progressing").get("reason").str() == "ProgressDeadlineExceeded" {
            return true;
        }
        self.deadline(status).is_some_and(|t| t <= self.by.now)
    }

    fn next_deadline(&self) -> Option<Time> {
        let status = self.deployment.get("status");
        if self.is_complete(status) {
            return None;
        }
        self.deadline(status).filter(|t| *t > self.by.now)
    }
}

fn remove_condition(status: &mut Value, kind: &str) {
    if !find_condition(status, kind).is_null() {
        status.get_mut("conditions").list_mut().retain(|c| c.get("type").str() != kind);
    }
}

/// Sets a condition unless it says so already; a changed one moves to the end, as upstream's helper moves it.
pub(super) fn set_condition(status: &mut Value, now: Time, kind: &str, value: &str, reason: &str, message: &str) {
    let mut since = now.rfc3339();
    let old = find_condition(status, kind);
    if old.get("status").str() == value {
        if old.get("reason").str() == reason {
            return;
        }
        since = old.get("lastTransitionTime").str().to_owned();
    }
    remove_condition(status, kind);
    status.get_mut("conditions").list_mut().push(obj!({
        "type": kind, "status": value, "reason": reason, "message": message, "lastUpdateTime": now.rfc3339(), "lastTransitionTime": since
    }));
}
