//! CronJobs (`pkg/controller/cronjob`): a Job each time the schedule is due.

mod missed;
#[cfg(test)]
mod tests;

use super::controller::{ObjectRef, controller_of, controller_ref, key_of, work};
use super::job::is_finished;
use super::replicas::is_namespace_ending;
use super::work_queue::WorkQueue;
pub use crate::api::cron::{Schedule, ScheduleError};
use crate::api::time_zone::Zone;
use crate::api::{KindRef, Object, Status, Value, kinds};
use crate::base::{Duration, EPOCH_UNIX_S, List as _, Order as _, RFC1123Z, Time, format_rfc3339, strftime};
use crate::obj;
use crate::server::{
    ApiServer, Caller, Change, Component, DeleteOptions, EventRecorder, EventType, Propagation, Subresource, WriteOptions,
};
pub use missed::{Missed, NeverDue, Past, Recent, most_recent, next_look};

const MANAGER: &str = "cronjob-controller";
const SCHEDULED: &str = "batch.kubernetes.io/cronjob-scheduled-timestamp";
/// A run is looked at this long after it is due (`nextScheduleDelta`).
const DELTA: Duration = Duration::from_millis(100);

/// Starts Jobs by the clock.
#[derive(Clone, Debug)]
pub struct CronJobController {
    queue: WorkQueue<ObjectRef>,
    recorder: EventRecorder,
}

impl Default for CronJobController {
    fn default() -> Self {
        CronJobController { queue: WorkQueue::new(), recorder: EventRecorder::new(MANAGER, "") }
    }
}

/// What one reconcile works on.
struct Sync<'a> {
    api: &'a mut ApiServer,
    by: Caller,
    recorder: &'a mut EventRecorder,
    /// The CronJob, its status as it will be written.
    cron_job: Value,
    jobs: Vec<Value>,
}

fn unix(at: Time) -> f64 {
    EPOCH_UNIX_S as f64 + at.as_secs_f64()
}

fn unix_of(timestamp: &Value) -> Option<i64> {
    crate::base::parse_rfc3339(timestamp.str()).map(|(s, _)| s)
}

fn past_of(cron_job: &Value) -> Past {
    Past {
        created: unix_of(cron_job.at(&["metadata", "creationTimestamp"])).unwrap_or(EPOCH_UNIX_S),
        last: unix_of(cron_job.at(&["status", "lastScheduleTime"])),
        deadline_s: cron_job.at(&["spec", "startingDeadlineSeconds"]).as_int(),
    }
}

/// The schedule in the CronJob's time zone (`formatSchedule`).
fn schedule_of(cron_job: &Value) -> Result<Schedule, ScheduleError> {
    let (text, zone) = (cron_job.at(&["spec", "schedule"]).str(), cron_job.at(&["spec", "timeZone"]).str());
    if zone.is_empty() || text.contains("TZ") { Schedule::parse(text) } else { Schedule::parse(&format!("TZ={zone} {text}")) }
}

/// When a CronJob is to be looked at again (`nextScheduleTimeDuration`).
fn due_next(cron_job: &Value, now: Time, schedule: &Schedule) -> Option<Time> {
    let next = next_look(&past_of(cron_job), unix(now), schedule)?;
    Some(Time::from_secs(u64::try_from(next - EPOCH_UNIX_S).unwrap_or(0)) + DELTA)
}

/// When a CronJob is due next; none where it is suspended, is being deleted or has a schedule that never comes.
pub fn next_run(cron_job: &Value, now: Time) -> Option<Time> {
    let idle = cron_job.is_terminating() || cron_job.at(&["spec", "suspend"]).is_true();
    let next = (!idle).then(|| schedule_of(cron_job).ok())??.next(unix(now) as i64)?;
    Some(Time::from_secs(u64::try_from(next - EPOCH_UNIX_S).ok()?))
}

/// A moment as RFC 3339 in a zone.
fn local_rfc3339(unix_s: i64, zone: &str) -> String {
    let ahead_s = Zone::named(zone).map_or(0, |zone| zone.offset(unix_s).0);
    let mut text = format_rfc3339(unix_s + ahead_s, None);
    if ahead_s != 0 {
        text.pop();
        let (sign, minutes) = (if ahead_s < 0 { '-' } else { '+' }, ahead_s.abs() / 60);
        text += &format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60);
    }
    text
}

impl Sync<'_> {
    fn event(&mut self, kind: EventType, reason: &'static str, message: &str) {
        self.recorder.event(self.api, self.by.now, &self.cron_job, kind, reason, message);
    }

    fn active(&self) -> Vec<Value> {
        self.cron_job.at(&["status", "active"]).items().to_vec()
    }

    fn is_active(&self, uid: &str) -> bool {
        self.cron_job.at(&["status", "active"]).items().iter().any(|r| r.get("uid").str() == uid)
    }

    fn drop_active(&mut self, uid: &str) {
        if !self.is_active(uid) {
            return;
        }
        let active = self.cron_job.at_mut(&["status", "active"]).list_mut();
        active.retain(|r| r.get("uid").str() != uid);
        if active.is_empty() {
            self.cron_job.remove(&["status", "active"]);
        }
    }

    /// Deletes finished Jobs beyond the history limits.
    fn clean_up(&mut self) {
        for (condition, limit) in [("Complete", "successfulJobsHistoryLimit"), ("Failed", "failedJobsHistoryLimit")] {
            let Some(limit) = self.cron_job.at(&["spec", limit]).as_int() else { continue };
            let mut finished: Vec<Value> = self.jobs.iter().filter(|j| j.condition(condition) == "True").cloned().list();
            finished.order_by(|a, b| {
                let started = |j: &Value| j.at(&["status", "startTime"]).arc_str();
                started(a).cmp(&started(b)).then_with(|| a.name().cmp(b.name()))
            });
            let surplus = finished.len().saturating_sub(usize::try_from(limit).unwrap_or(0));
            for job in finished.iter().take(surplus) {
                self.delete_job(job);
            }
        }
    }

    fn delete_job(&mut self, job: &Value) -> bool {
        let options = DeleteOptions::with(Propagation::Background);
        if let Err(status) = self.api.delete(&self.by, kinds::JOB, job.namespace(), job.name(), &options) {
            self.event(EventType::Warning, "FailedDelete", &format!("Deleted job: {status}"));
            return false;
        }
        self.drop_active(job.uid());
        self.event(EventType::Normal, "SuccessfulDelete", &format!("Deleted job {}", job.name()));
        true
    }

    /// Brings the list of active Jobs up to date.
    fn observe(&mut self) {
        for job in self.jobs.clone() {
            let listed = self.is_active(job.uid());
            if !listed && !is_finished(&job) {
                let message = format!("Saw a job that the controller did not create or forgot: {}", job.name());
                self.event(EventType::Warning, "UnexpectedJob", &message);
            } else if listed && is_finished(&job) {
                let condition = if job.condition("Complete") == "True" { "Complete" } else { "Failed" };
                self.drop_active(job.uid());
                self.event(EventType::Normal, "SawCompletedJob", &format!("Saw completed job: {}, condition: {condition}", job.name()));
                self.note_success(&job);
            } else if job.condition("Complete") == "True" {
                self.note_success(&job);
            }
        }
        for reference in self.active() {
            let uid = reference.get("uid").str();
            if !self.jobs.iter().any(|j| j.uid() == uid)
                && self.api.peek(kinds::JOB, self.cron_job.namespace(), reference.get("name").str()).is_none()
            {
                self.event(EventType::Normal, "MissingJob", &format!("Active job went missing: {}", reference.get("name").str()));
                self.drop_active(uid);
            }
        }
    }

    fn note_success(&mut self, job: &Value) {
        let ended = job.at(&["status", "completionTime"]);
        // Timestamps of one form sort as text.
        if job.condition("Complete") == "True" && ended.str() > self.cron_job.at(&["status", "lastSuccessfulTime"]).str() {
            self.cron_job.set(&["status", "lastSuccessfulTime"], ended.clone());
        }
    }

    /// One pass; returns when to look again (`syncCronJob`).
    fn run(&mut self) -> Result<Option<Time>, Status> {
        self.observe();
        if self.cron_job.is_terminating() {
            return Ok(None);
        }
        let zone = self.cron_job.at(&["spec", "timeZone"]).arc_str();
        if Zone::named(&zone).is_none() {
            let message = format!("invalid timeZone: {:?}: unknown time zone {zone}", zone.as_str());
            self.event(EventType::Warning, "UnknownTimeZone", &message);
            return Ok(None);
        }
        if self.cron_job.at(&["spec", "suspend"]).is_true() {
            return Ok(None);
        }
        let text = self.cron_job.at(&["spec", "schedule"]).arc_str();
        if text.contains("TZ") {
            let message = format!(
                "CRON_TZ or TZ used in schedule {:?} is not officially supported, see https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/ for more details",
                text.as_str()
            );
            self.event(EventType::Warning, "UnsupportedSchedule", &message);
        }
        let schedule = match schedule_of(&self.cron_job) {
            Ok(schedule) => schedule,
            Err(error) => {
                let message = format!("unparseable schedule: {:?} : {error}", text.as_str());
                self.event(EventType::Warning, "UnparseableSchedule", &message);
                return Ok(None);
            }
        };
        let now = unix(self.by.now);
        let due = match most_recent(&past_of(&self.cron_job), now, &schedule, true) {
            Ok(recent) => recent,
            Err(error) => {
                self.event(EventType::Warning, "InvalidSchedule", &format!("invalid schedule: {text} : {error}"));
                return Ok(None);
            }
        };
        if due.missed == Missed::Many && due.time.is_some() {
            let message = "too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew";
            self.event(EventType::Warning, "TooManyMissedTimes", message);
        }
        if let Some(time) = due.time {
            self.start(time, now)?;
        }
        Ok(due_next(&self.cron_job, self.by.now, &schedule))
    }

    /// Starts the run of a scheduled time, if deadline and concurrency policy let it.
    fn start(&mut self, time: i64, now: f64) -> Result<(), Status> {
        if past_of(&self.cron_job).deadline_s.is_some_and(|d| (time.saturating_add(d) as f64) < now) {
            let message = format!("Missed scheduled time to start a job: {}", strftime(RFC1123Z, time, 0));
            self.event(EventType::Warning, "MissSchedule", &message);
            return Ok(());
        }
        let name = format!("{}-{}", self.cron_job.name(), time.div_euclid(60));
        let active = self.active();
        if active.iter().any(|r| r.get("name").str() == name) || past_of(&self.cron_job).last == Some(time) {
            return Ok(());
        }
        match self.cron_job.at(&["spec", "concurrencyPolicy"]).str() {
            "Forbid" if !active.is_empty() => {
                let message = "Not starting job because prior execution is running and concurrency policy is Forbid";
                self.event(EventType::Normal, "JobAlreadyActive", message);
                return Ok(());
            }
            "Replace" => self.delete_active(active)?,
            _ => {}
        }
        let Some(made) = self.create_job(&name, time)? else { return Ok(()) };
        let reference = obj!({
            "kind": "Job", "namespace": made.namespace(), "name": made.name(), "uid": made.uid(), "apiVersion": "batch/v1",
            "resourceVersion": made.get("metadata").get("resourceVersion")
        });
        self.cron_job.at_mut(&["status", "active"]).list_mut().push(reference);
        self.cron_job.set(&["status", "lastScheduleTime"], format_rfc3339(time, None));
        Ok(())
    }

    /// Deletes the jobs that are still active, for another to take their place.
    fn delete_active(&mut self, active: Vec<Value>) -> Result<(), Status> {
        for reference in active {
            let job = match self.api.get(kinds::JOB, self.cron_job.namespace(), reference.get("name").str()) {
                Ok(job) => job,
                Err(status) => {
                    self.event(EventType::Warning, "FailedGet", &format!("Get job: {status}"));
                    return Err(status);
                }
            };
            if !self.delete_job(&job) {
                return Err(Status::internal(format!("could not replace job {}/{}", job.namespace(), job.name())));
            }
        }
        Ok(())
    }

    /// Creates the job of a scheduled time; none where one of that name is there that it is not to take note of.
    fn create_job(&mut self, name: &str, time: i64) -> Result<Option<Value>, Status> {
        let (kind, job, namespace) = (kinds::JOB, self.job_of_template(name, time), self.cron_job.namespace_arc());
        match self.api.create(&self.by, kind, &namespace, job, &WriteOptions::default()) {
            Ok(made) => {
                self.event(EventType::Normal, "SuccessfulCreate", &format!("Created job {name}"));
                Ok(Some(made))
            }
            Err(status) if status.reason == "AlreadyExists" => {
                let found = self.api.get(kind, &namespace, name)?;
                let is_new = found.controller_ref().get("uid").str() == self.cron_job.uid() && !self.is_active(found.uid());
                Ok(is_new.then_some(found))
            }
            Err(status) => {
                if !is_namespace_ending(&status) {
                    self.event(EventType::Warning, "FailedCreate", &format!("Error creating job: {status}"));
                }
                Err(status)
            }
        }
    }

    fn job_of_template(&self, name: &str, time: i64) -> Value {
        let template = self.cron_job.at(&["spec", "jobTemplate"]);
        let mut job = obj!({"metadata": {"name": name}, "spec": template.get("spec")});
        for member in ["labels", "annotations"] {
            let value = template.at(&["metadata", member]);
            if !value.is_empty() {
                job.set(&["metadata", member], value.clone());
            }
        }
        job.set(&["metadata", "annotations", SCHEDULED], local_rfc3339(time, self.cron_job.at(&["spec", "timeZone"]).str()));
        job.set(&["metadata", "ownerReferences"], vec![controller_ref(&self.cron_job, kinds::CRON_JOB)]);
        job
    }
}

impl CronJobController {
    fn reconcile(&mut self, api: &mut ApiServer, now: Time, key: &ObjectRef) -> Result<(), Status> {
        let kind = kinds::CRON_JOB;
        let Some(cron_job) = api.peek(kind, &key.0, &key.1).cloned() else { return Ok(()) };
        let jobs: Vec<Value> = api.owned_by(cron_job.uid(), kinds::JOB).cloned().list();
        let before = cron_job.clone();
        let mut sync = Sync { api, by: Caller::new(now, MANAGER), recorder: &mut self.recorder, cron_job, jobs };
        sync.clean_up();
        let again = sync.run();
        if !sync.cron_job.same(&before) {
            let next = sync.cron_job;
            api.update(&Caller::new(now, MANAGER), kind, next, Subresource::Status, &WriteOptions::default())?;
        }
        if let Some(at) = again? {
            self.queue.add_at(key.clone(), at.max(now + Duration::from_millis(1)));
        }
        Ok(())
    }
}

impl Component for CronJobController {
    fn watches(&self, kind: KindRef) -> bool {
        kind.group == "batch" && matches!(kind.plural, "cronjobs" | "jobs")
    }

    fn on_change(&mut self, _api: &ApiServer, now: Time, change: &Change) {
        let object = &change.object;
        if change.key.kind == kinds::CRON_JOB {
            if change.current().is_none() {
                self.recorder.forget(object.uid());
            }
            // A new schedule makes up for nothing that it would have missed.
            let is_new = |old: &Value| ["schedule", "timeZone"].iter().any(|m| old.get("spec").get(m) != object.get("spec").get(m));
            let rescheduled = change.old.as_ref().is_some_and(is_new);
            let due = if rescheduled { schedule_of(object).ok().and_then(|s| due_next(object, now, &s)) } else { None };
            self.queue.add_at(key_of(object), due.map_or(now, |at| at.max(now)));
            return;
        }
        if let Some(key) = controller_of(object, "CronJob") {
            self.queue.add_at(key, now);
        }
    }

    fn next_wake(&self) -> Option<Time> {
        self.queue.next_at()
    }

    fn wake(&mut self, api: &mut ApiServer, now: Time) {
        work(self, |c| &mut c.queue, Self::reconcile, api, now);
    }
}
