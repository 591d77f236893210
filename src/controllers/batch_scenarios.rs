//! Jobs and CronJobs on virtual time: what each waits for, counts and keeps.

use super::cron_job::CronJobController;
use super::flags::Flags;
use super::job::JobController;
use super::scenarios::{World, owned};
use crate::api::{Kind, Object, Value};
use crate::base::Time;
use crate::obj;
use crate::server::Subresource;

/// A Job whose spec has more in it.
fn job(more: Value) -> Value {
    let mut job = obj!({"metadata": {"name": "j"}, "spec": {"template": {"spec": {"restartPolicy": "Never", "containers": [{"name": "c", "image": "i"}]}}}});
    more.entries().for_each(|(member, value)| job.set(&["spec", member], value.clone()));
    job
}

/// Ends each pod that has not ended, and returns when the first of them did.
fn end_pods(w: &mut World<JobController>, phase: &str) -> Option<Time> {
    let names: Vec<String> = w.names("Pod").into_iter().filter(|n| w.get("Pod", n).at(&["status", "phase"]).str() == "Pending").collect();
    let code = i64::from(phase == "Failed");
    let ended = obj!({"exitCode": code, "finishedAt": w.now.rfc3339(), "startedAt": w.now.rfc3339()});
    let status = obj!({"phase": phase, "containerStatuses": [{"name": "c", "state": {"terminated": ended}}]});
    for name in &names {
        w.change("Pod", name, Subresource::Status, |p| p.set(&["status"], status.clone()));
    }
    names.first().map(|_| w.now)
}

#[test]
fn each_failure_of_an_index_doubles_its_wait_counted_or_not() {
    let ignore = obj!({"rules": [{"action": "Ignore", "onExitCodes": {"operator": "In", "values": [1]}}]});
    for policy in [Value::Null, ignore] {
        let mut w = World::new(JobController::new(&Flags::default()));
        w.create(
            "Job",
            job(obj!({"completionMode": "Indexed", "completions": 1, "backoffLimitPerIndex": 9, "podFailurePolicy": policy.clone()})),
        );
        let mut ends: Vec<Time> = Vec::new();
        for _ in 0..80 {
            w.run(1);
            ends.extend(end_pods(&mut w, "Failed"));
        }
        let waits: Vec<u64> = ends.windows(2).map(|w| w[1].since(w[0]).as_secs() / 10 * 10).collect();
        assert_eq!(waits, [10, 20, 40], "{policy}");
    }
}

#[test]
fn indexes_that_wait_hold_no_others_up() {
    let mut w = World::new(JobController::new(&Flags::default()));
    w.create("Job", job(obj!({"completionMode": "Indexed", "completions": 60, "parallelism": 60, "backoffLimitPerIndex": 1})));
    // Those that its client may ask for at first fail before the others come.
    w.run(1);
    let first = w.names("Pod").len();
    end_pods(&mut w, "Failed");
    w.run(8);
    assert_eq!((first < 30, w.names("Pod").len()), (true, 60));
}

#[test]
fn a_jobs_deadline_runs_while_it_is_not_suspended() {
    let mut w = World::new(JobController::new(&Flags::default()));
    w.create("Job", job(obj!({"activeDeadlineSeconds": 10})));
    w.run(6);
    let suspend = |w: &mut World<_>, yes: bool| {
        w.change("Job", "j", Subresource::None, |j| j.set(&["spec", "suspend"], yes));
        w.run(6);
    };
    suspend(&mut w, true);
    assert!(w.get("Job", "j").at(&["status", "startTime"]).is_null());
    w.run(60);
    assert_eq!(w.get("Job", "j").condition("Suspended"), "True");
    suspend(&mut w, false);
    assert_eq!((w.get("Job", "j").condition("Suspended"), w.get("Job", "j").condition("FailureTarget")), ("False", ""));
    w.run(5);
    assert_eq!(w.get("Job", "j").condition("FailureTarget"), "True", "{}", w.get("Job", "j").get("status"));
}

#[test]
fn a_job_that_may_make_no_pods_tries_again_after_one_second_up_to_sixty() {
    let mut w = World::new(JobController::new(&Flags::default()));
    let none = obj!({"hard": {"pods": "0"}});
    w.create(
        "ResourceQuota",
        obj!({"metadata": {"name": "q"}, "spec": none.clone(), "status": {"hard": {"pods": "0"}, "used": {"pods": "0"}}}),
    );
    w.create("Job", job(Value::map()));
    // After 1, 3, 7, 15, 31, 63, 123 and 183 seconds.
    w.run(190);
    let tries: i64 =
        w.api.iter(Kind::named("Event"), None).filter(|e| e.get("reason").str() == "FailedCreate").map(|e| e.get("count").int()).sum();
    assert_eq!(tries, 9, "{:?}", w.events());
}

#[test]
fn a_failure_beside_pods_that_are_ready_is_told_once_it_has_been_waited_out() {
    for (ready, at_once, later) in [("True", [0, 2, 2], [1, 2, 1]), ("False", [1, 0, 0], [1, 2, 0])] {
        let mut w = World::new(JobController::new(&Flags::default()));
        w.create("Job", job(obj!({"parallelism": 2, "completions": 2})));
        w.run(1);
        let names = w.names("Pod");
        for name in &names {
            let status = obj!({"phase": "Running", "conditions": [{"type": "Ready", "status": ready}]});
            w.change("Pod", name, Subresource::Status, |p| p.set(&["status"], status.clone()));
        }
        w.run(3);
        let ended = obj!({"exitCode": 1, "finishedAt": w.now.rfc3339(), "startedAt": w.now.rfc3339()});
        let status = obj!({"phase": "Failed", "containerStatuses": [{"name": "c", "state": {"terminated": ended}}]});
        w.change("Pod", &names[0], Subresource::Status, |p| p.set(&["status"], status.clone()));
        let told = |w: &World<_>| ["failed", "active", "ready"].map(|m| w.get("Job", "j").at(&["status", m]).int());
        w.run(3);
        assert_eq!(told(&w), at_once, "{ready}");
        w.run(10);
        assert_eq!(told(&w), later, "{ready}");
    }
}

#[test]
fn a_job_with_more_successes_than_it_wants_says_so() {
    let mut w = World::new(JobController::new(&Flags::default()));
    let made = w.create("Job", job(Value::map()));
    w.run(1);
    let mut second = owned(
        obj!({"metadata": {"name": "second", "labels": made.at(&["spec", "template", "metadata", "labels"]),
        "finalizers": ["batch.kubernetes.io/job-tracking"]}, "spec": made.at(&["spec", "template", "spec"])}),
        &[(&made, true)],
    );
    second.at_mut(&["metadata", "ownerReferences"]).list_mut()[0].set(&["controller"], true);
    w.create("Pod", second);
    end_pods(&mut w, "Succeeded");
    w.run(5);
    let told = w.events();
    assert!(told.contains(&"j TooManySucceededPods x1".to_owned()) && told.contains(&"j Completed x1".to_owned()), "{told:?}");
}

#[test]
fn a_cron_job_keeps_its_newest_jobs_and_the_time_of_its_last_success() {
    let mut w = World::new(CronJobController::default());
    let template = job(Value::map()).get("spec").clone();
    let spec =
        obj!({"schedule": "* * * * *", "successfulJobsHistoryLimit": 1, "failedJobsHistoryLimit": 2, "jobTemplate": {"spec": template}});
    w.create("CronJob", obj!({"metadata": {"name": "c"}, "spec": spec}));
    w.run(61);
    let first = w.names("Job");
    w.run(60);
    let second: Vec<String> = w.names("Job").into_iter().filter(|n| !first.contains(n)).collect();
    assert_eq!((first.len(), second.len()), (1, 1));
    // The one that began later has ended first.
    let end = |w: &mut World<_>, name: &str, kind: &str, ago: u64| {
        let (started, ended) =
            (w.get("Job", name).at(&["metadata", "creationTimestamp"]).clone(), (w.now - crate::base::Duration::from_secs(ago)).rfc3339());
        let conditions = obj!([{"type": kind, "status": "True"}]);
        let mut status = obj!({"startTime": started, "conditions": conditions});
        if kind == "Complete" {
            status.set(&["completionTime"], ended.as_str());
        }
        w.change("Job", name, Subresource::Status, |j| j.set(&["status"], status));
        w.run(1);
        ended
    };
    end(&mut w, &second[0], "Complete", 9);
    let last = end(&mut w, &first[0], "Complete", 0);
    assert_eq!(w.get("CronJob", "c").at(&["status", "lastSuccessfulTime"]).str(), last);
    assert_eq!(w.names("Job"), second);
    // Of those that failed it keeps two.
    w.run(180);
    let names = w.names("Job");
    for name in names.iter().filter(|n| **n != second[0]) {
        end(&mut w, name, "Failed", 0);
    }
    assert_eq!(w.names("Job"), [&names[..1], &names[names.len() - 2..]].concat());
}
