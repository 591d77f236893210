//! The CronJob controller held to the rows of upstream's own test of a sync. Not held to: rows whose Job cannot be written or read, rows
//! whose cache and API differ (a Job is listed as active in one of them only), and rows that want a Job to be active which neither runs
//! nor is made, or the other way round.

use super::*;
use crate::api::table_rows::{Verdict, check, same, unless};
use crate::base::Duration;

const NAMESPACE: &str = "snazzycats";

/// A row's moment, ten years on: the clock here starts later than the table's.
fn moment(value: &Value) -> Option<Time> {
    Time::parse_rfc3339(&value.str().replacen("2016", "2026", 1)).filter(|_| value.str().starts_with("2016"))
}

fn sync(row: &Value) -> Verdict {
    let now = moment(row.get("now")).ok_or("a row without a time")?;
    let hour = |text: &str| Time::parse_rfc3339(text).unwrap_or(now);
    let ran = row.get("ranPreviously").is_true();
    let made = hour(if ran { "2026-05-19T08:59:00Z" } else { "2026-05-19T09:59:00Z" });
    let mut api = ApiServer::new(0);
    api.create_namespace(&Caller::new(Time::ZERO, "test"), NAMESPACE);
    let job_spec = obj!({"completionMode": "NonIndexed", "backoffLimit": 6, "parallelism": 1, "completions": 1, "template": {
        "metadata": {"labels": {"a": "b"}},
        "spec": {"restartPolicy": "OnFailure", "dnsPolicy": "ClusterFirst", "terminationGracePeriodSeconds": 30, "containers": [
            {"name": "c", "image": "foo/bar", "imagePullPolicy": "Always", "terminationMessagePath": "/dev/log", "terminationMessagePolicy": "File"}]}}});
    let mut cron_job = obj!({
        "apiVersion": "batch/v1", "kind": "CronJob",
        "metadata": {"name": "mycronjob", "namespace": NAMESPACE, "uid": "1a2b3c",
            "creationTimestamp": moment(row.get("cronjobCreationTime")).unwrap_or(made).rfc3339()},
        "spec": {"schedule": row.get("schedule"), "concurrencyPolicy": row.get("concurrencyPolicy"), "suspend": row.get("suspend"),
            "jobTemplate": {"spec": job_spec.clone()}}
    });
    for (member, value) in [
        ("startingDeadlineSeconds", row.get("deadline")),
        ("timeZone", row.get("timeZone")),
        ("successfulJobsHistoryLimit", row.get("successfulJobsHistoryLimit")),
    ] {
        if !value.is_null() && value.int() >= 0 {
            cron_job.set(&["spec", member], value);
        }
    }
    let last = moment(row.get("lastScheduleTime")).or(ran.then(|| hour("2026-05-19T09:01:00Z")));
    if let Some(last) = last {
        cron_job.set(&["status", "lastScheduleTime"], last.rfc3339());
    }
    let mut jobs = Vec::new();
    // A Job is named for when it was due.
    let started = moment(row.get("jobCreationTime")).unwrap_or(made);
    let name = format!("mycronjob-{}", (unix(started) as i64).div_euclid(60));
    if ran {
        let owner = obj!({"apiVersion": "batch/v1", "kind": "CronJob", "name": "mycronjob", "uid": "1a2b3c", "controller": true});
        let job = obj!({"metadata": {"name": name.as_str(), "namespace": NAMESPACE, "ownerReferences": [owner]}, "spec": job_spec});
        let by = Caller::new(started, "test");
        let mut job = api.create(&by, kinds::JOB, NAMESPACE, job, &WriteOptions::default()).map_err(|e| e.to_string())?;
        if !row.get("stillActive").is_true() {
            let done = obj!({"type": "Complete", "status": "True"});
            job.set(&["status"], obj!({"conditions": [done], "completionTime": now.rfc3339()}));
        }
        if row.get("jobPresentInCJActiveStatus").is_true() {
            cron_job.set(&["status", "active"], obj!([{"kind": "Job", "name": name.as_str(), "uid": job.uid()}]));
        }
        jobs.push(job);
    }
    let mut recorder = EventRecorder::new(MANAGER, "");
    let mut sync = Sync { api: &mut api, by: Caller::new(now, MANAGER), recorder: &mut recorder, cron_job, jobs };
    let next = sync.run().map_err(|e| e.to_string())?;
    let active = sync.active().len() as i64;
    let there: Vec<&str> = api.iter(kinds::JOB, None).map(Object::name).collect();
    let created = there.iter().any(|n| !ran || *n != name);
    let deleted = ran && !there.contains(&name.as_str());
    let warnings = api.iter(kinds::EVENT, None).filter(|e| e.get("type").str() == "Warning").count() as i64;
    let wanted = |member: &str| row.get(member).is_true();
    same((created, deleted), (wanted("expectCreate"), wanted("expectDelete")))?;
    same(active, row.get("expectActive").int())?;
    same(warnings, row.get("expectedWarnings").int())?;
    if wanted("expectRequeueAfter") {
        let wait = row.get("expectedRequeueDuration").int().unsigned_abs();
        same(next.map(|at| at.since(now)), Some(Duration::from_nanos(wait)))?;
    }
    Ok(())
}

#[test]
fn one_look_at_a_cron_job() {
    check("cronjob_controller", "TestControllerV2SyncCronJob", 50, |row| {
        let is = |member: &str| row.get(member).is_true();
        let caches_differ = is("jobStillNotFoundInLister") || (is("stillActive") && !is("jobPresentInCJActiveStatus"));
        let runs = row.get("expectActive").int() > 0;
        let from_nowhere = runs != (is("stillActive") || is("expectCreate")) && !is("expectDelete");
        let refused = !row.get("jobCreateError").is_null() || !row.get("jobGetErr").is_null();
        // Rows without a time are of the clean-up alone.
        let applies = !caches_differ && !from_nowhere && !refused && moment(row.get("now")).is_some();
        unless(!applies, "what the cache and the cluster differ in, or a write that fails", || sync(row))
    });
}

#[test]
fn finished_jobs_are_cleaned_up() {
    check("cronjob_controller", "TestControllerV2CleanupFinishedJobs", 1, |row| {
        let names: Vec<&str> = row.get("expectedDeletedJobs").items().iter().map(Value::str).collect();
        unless(row.get("cronJob").is_null(), "a part of what another row says", || {
            let by = Caller::new(moment(row.get("now")).ok_or("no time")?, "test");
            let mut api = ApiServer::new(0);
            api.create_namespace(&by, "foo-ns");
            let (kind, options) = (kinds::JOB, WriteOptions::default());
            let spec = obj!({"template": {"spec": {"restartPolicy": "Never", "containers": [{"name": "c", "image": "i"}]}}});
            let mut jobs = Vec::new();
            for given in row.get("finishedJobs").items() {
                let job = obj!({"metadata": {"name": given.name()}, "spec": spec.clone()});
                let mut job = api.create(&by, kind, "foo-ns", job, &options).map_err(|e| e.to_string())?;
                job.set(&["status", "startTime"], given.at(&["status", "startTime"]));
                job.set(&["status", "conditions"], obj!([{"type": "Complete", "status": "True"}]));
                jobs.push(job);
            }
            let mut recorder = EventRecorder::new(MANAGER, "");
            let mut sync = Sync { api: &mut api, by, recorder: &mut recorder, cron_job: row.get("cronJob").clone(), jobs: jobs.clone() };
            sync.clean_up();
            let gone = jobs.iter().map(Object::name).filter(|name| api.peek(kind, "foo-ns", name).is_none()).collect();
            same(names, gone)
        })
    });
}

#[test]
fn a_new_schedule_is_waited_for() {
    check("cronjob_controller", "TestControllerV2UpdateCronJob", 3, |row| {
        unless(row.at(&["newCronJob", "spec", "schedule"]).str().is_empty(), "a schedule that the API refuses", || {
            let now = Time::parse_rfc3339("2026-05-19T09:59:59Z").unwrap_or(Time::ZERO);
            let mut cron_job = row.get("newCronJob").clone();
            cron_job.set(&["status", "lastScheduleTime"], "2026-05-19T09:59:00Z");
            let at = schedule_of(&cron_job).ok().and_then(|s| due_next(&cron_job, now, &s));
            let wait = row.get("expectedDelay").int().unsigned_abs();
            same(at.map(|at| at.since(now)), Some(Duration::from_nanos(wait)))
        })
    });
}

#[test]
fn runs_are_stamped_in_their_zone() {
    let stamps = ["", "Etc/UTC", "Europe/Rome", "America/New_York", "Asia/Kolkata"].map(|zone| local_rfc3339(1_783_555_200, zone));
    let local = ["2026-07-09T00:00:00Z", "2026-07-09T00:00:00Z", "2026-07-09T02:00:00+02:00", "2026-07-08T20:00:00-04:00"];
    assert_eq!(stamps[..4], local);
    assert_eq!(stamps[4], "2026-07-09T05:30:00+05:30");
}

#[test]
fn the_next_run_is_known_while_there_will_be_one() {
    let at = |seconds: u64, spec: &str| {
        let cron_job = serde_json::from_str::<Value>(&format!(r#"{{"metadata":{{}},"spec":{{{spec}}}}}"#)).expect("an object");
        next_run(&cron_job, Time::from_secs(seconds)).map(|t| t.as_secs_f64())
    };
    assert_eq!(at(61, r#""schedule":"*/5 * * * *""#), Some(300.0));
    assert_eq!(at(300, r#""schedule":"*/5 * * * *""#), Some(600.0), "what is due now is no next run");
    assert_eq!(at(0, r#""schedule":"0 1 * * *","timeZone":"Europe/Rome""#), Some(86_400.0));
    assert_eq!(at(0, r#""schedule":"* * * * *","suspend":true"#), None);
    assert_eq!(at(0, r#""schedule":"0 0 30 2 *""#), None);
    assert_eq!(at(0, r#""schedule":"never""#), None);
}
