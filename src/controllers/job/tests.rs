//! The Job controller held to the rows of upstream's own tests of a sync: a Job and its pods before, the Job's status after. Where a
//! row turns off what can no longer be turned off, what follows from that does not apply: without `JobPodReplacementPolicy` pods on
//! their way out are not counted, and without it and `JobManagedBy` a Job ends before they are gone.

use super::*;
use crate::api::table_rows::{check, same};
use crate::server::{DeleteOptions, Subresource, WriteOptions};

/// Brings a row's Job and pods into a cluster, lets the controller look once, and returns the Job's status.
fn status_after(row: &Value) -> Result<Value, String> {
    let (now, options) = (Time::from_secs(100), WriteOptions::default());
    let by = Caller::new(now, "test");
    let mut api = ApiServer::new(0);
    api.create_namespace(&by, "default");
    let (jobs, pods) = (Kind::named("Job"), Kind::named("Pod"));
    let said = |e: Status| e.to_string();
    let mut job = row.get("job").clone();
    job.set(&["spec", "manualSelector"], true);
    if job.at(&["spec", "template", "spec", "restartPolicy"]).is_null() {
        job.set(&["spec", "template", "spec", "restartPolicy"], "Never");
    }
    job.set(&["spec", "template", "spec", "containers"], obj!([{"name": "main-container", "image": "foo/bar"}]));
    let status = job.get("status").clone();
    let mut job = api.create(&by, jobs, "default", job, &options).map_err(said)?;
    if !status.is_empty() {
        // What a status has beside what the row says of it.
        let mut status = status;
        if status.get("startTime").is_null() {
            status.set(&["startTime"], now.rfc3339());
        }
        job.set(&["status"], status);
        job = api.update(&by, jobs, job, Subresource::Status, &options).map_err(said)?;
    }
    let indexed = job.at(&["spec", "completionMode"]).str() == "Indexed";
    for (i, given) in row.get("pods").items().iter().enumerate() {
        // A row that names its pods also says which of them still have to be counted.
        let uncounted = given.at(&["metadata", "uid"]).is_null() || !given.at(&["metadata", "finalizers"]).is_empty();
        let finalizers = if uncounted { obj!([TRACKING]) } else { Value::Null };
        let mut pod = obj!({
            "apiVersion": "v1", "kind": "Pod",
            "metadata": {"name": format!("mypod-{i}"), "labels": job.at(&["spec", "template", "metadata", "labels"]).clone(),
                "ownerReferences": [crate::controllers::controller::controller_ref(&job, jobs)], "finalizers": finalizers},
            "spec": job.at(&["spec", "template", "spec"]).clone()
        });
        let annotations = given.at(&["metadata", "annotations"]);
        if !annotations.is_empty() {
            pod.set(&["metadata", "annotations"], annotations.clone());
        } else if indexed && !given.get("metadata").is_null() && !given.is_terminating() {
            pod.set(&["metadata", "annotations", "batch.kubernetes.io/job-completion-index"], i.to_string());
        }
        let mut pod = api.create(&by, pods, "default", pod, &options).map_err(said)?;
        pod.set(&["status"], given.get("status").clone());
        pod.set(&["spec", "nodeName"], "node1");
        api.update(&by, pods, pod, Subresource::Status, &options).map_err(said)?;
        if given.is_terminating() {
            api.delete(&by, pods, "default", &format!("mypod-{i}"), &DeleteOptions::default()).map_err(said)?;
        }
    }
    let key = key_of(&job);
    // So much later that no backoff holds back a replacement, except of a pod that was deleted just now.
    let later = if row.get("pods").items().iter().any(Object::is_terminating) { Duration::ZERO } else { Duration::from_secs(3600) };
    JobController::default().reconcile(&mut api, now + later, &key).map_err(said)?;
    Ok(api.peek(jobs, &key.0, &key.1).map(|j| j.get("status").clone()).unwrap_or_default())
}

/// Whether a row's Job ends only when its pods have, as all do today.
fn ends_late(row: &Value) -> bool {
    ["enableJobPodReplacementPolicy", "enableJobManagedBy"].iter().any(|gate| row.get(gate).is_true())
}

fn conditions(list: &Value) -> Vec<[String; 4]> {
    list.items().iter().map(|c| ["type", "status", "reason", "message"].map(|m| c.get(m).str().to_owned())).collect()
}

#[test]
fn pod_failure_policies() {
    check("job_controller", "TestSyncJobWithJobPodFailurePolicy", 15, |row| {
        Some(status_after(row).and_then(|status| {
            let counts = ["active", "failed", "succeeded"].map(|m| status.get(m).int());
            let wanted = ["wantStatusActive", "wantStatusFailed", "wantStatusSucceeded"].map(|m| row.get(m).int());
            same(counts, wanted)?;
            if ends_late(row) { same(conditions(status.get("conditions")), conditions(row.get("wantConditions"))) } else { Ok(()) }
        }))
    });
}

/// Whether a row leaves on what its test is of.
fn is_on(row: &Value) -> bool {
    ["enableJobBackoffLimitPerIndex", "enableJobSuccessPolicy"].iter().all(|gate| row.get(gate).is_null() || row.get(gate).is_true())
}

fn held(row: &Value) -> Result<(), String> {
    let (status, wanted) = (status_after(row)?, row.get("wantStatus"));
    let replaces = row.get("enableJobPodReplacementPolicy").is_true();
    for member in ["active", "failed", "succeeded", "terminating"].into_iter().filter(|m| replaces || *m != "terminating") {
        same((member, status.get(member).int()), (member, wanted.get(member).int()))?;
    }
    for member in ["completedIndexes", "failedIndexes"] {
        same((member, status.get(member).str()), (member, wanted.get(member).str()))?;
    }
    if ends_late(row) { same(conditions(status.get("conditions")), conditions(wanted.get("conditions"))) } else { Ok(()) }
}

#[test]
fn backoff_limits_per_index() {
    check("job_controller", "TestSyncJobWithJobBackoffLimitPerIndex", 10, |row| is_on(row).then(|| held(row)));
}

#[test]
fn success_policies() {
    check("job_controller", "TestSyncJobWithJobSuccessPolicy", 10, |row| is_on(row).then(|| held(row)));
}

/// A row that tells its Job and pods by numbers, in the form of the others.
fn spelled_out(row: &Value) -> Value {
    let labels = obj!({"foo": "bar"});
    let mut job = obj!({"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "foobar", "namespace": "default"},
        "spec": {"selector": {"matchLabels": labels.clone()}, "template": {"metadata": {"labels": labels}}}});
    for member in
        ["parallelism", "completions", "backoffLimit", "completionMode", "suspend", "activeDeadlineSeconds", "podReplacementPolicy"]
    {
        let value = row.get(member);
        if value.as_int().is_some_and(|n| n >= 0) || value.is_true() || !value.str().is_empty() {
            job.set(&["spec", member], value.clone());
        }
    }
    if !row.get("podFailurePolicy").is_null() {
        job.set(&["spec", "podFailurePolicy", "rules"], obj!([]));
    }
    if let Some(ago) = row.get("startTime").as_int() {
        job.set(&["status", "startTime"], (Time::from_secs(100) - Duration::from_secs(ago.unsigned_abs())).rfc3339());
    }
    let mut pods = Vec::new();
    for pod in row.get("podsWithIndexes").items() {
        let index = obj!({"batch.kubernetes.io/job-completion-index": pod.get("Index")});
        pods.push(obj!({"metadata": {"annotations": index}, "status": {"phase": pod.get("Phase")}}));
    }
    if !pods.is_empty() {
        // The numbers say the same once more.
        return obj!({"job": job, "pods": pods});
    }
    let ready = row.get("readyPods").int();
    for (member, phase) in [("pendingPods", "Pending"), ("activePods", "Running"), ("succeededPods", "Succeeded"), ("failedPods", "Failed")]
    {
        for i in 0..row.get(member).int() {
            let is_ready = if member == "activePods" && i < ready { "True" } else { "False" };
            pods.push(obj!({"status": {"phase": phase, "conditions": [{"type": "Ready", "status": is_ready}]}}));
        }
    }
    for _ in 0..row.get("terminatingPods").int() {
        pods.push(obj!({"metadata": {"deletionTimestamp": "now"}, "status": {"phase": "Running"}}));
    }
    for restarts in row.get("restartCounts").items() {
        job.set(&["spec", "template", "spec", "restartPolicy"], "OnFailure");
        pods.push(
            obj!({"status": {"phase": row.get("podPhase"), "containerStatuses": [{"name": "main-container", "restartCount": restarts}]}}),
        );
    }
    obj!({"job": job, "pods": pods})
}

/// Holds a row that tells its Job by numbers to what it expects.
fn expected(row: &Value) -> Result<(), String> {
    let status = status_after(&spelled_out(row))?;
    let is_on = |gate: &str| row.get(gate).is_true();
    for (member, wanted) in [
        ("active", "expectedActive"),
        ("failed", "expectedFailed"),
        ("succeeded", "expectedSucceeded"),
        ("ready", "expectedReady"),
        ("terminating", "expectedTerminating"),
    ] {
        let counts = member != "terminating" || is_on("jobPodReplacementPolicy");
        if counts && !row.get(wanted).is_null() {
            same((member, status.get(member).int()), (member, row.get(wanted).int()))?;
        }
    }
    same(status.get("completedIndexes").str(), row.get("expectedCompletedIdxs").str())?;
    let late = ends_late(row) || is_on("jobPodReplacementPolicy") || is_on("jobManagedBy");
    for condition in conditions(row.get("expectedConditions")) {
        if late && !conditions(status.get("conditions")).contains(&condition) {
            return Err(format!("no {condition:?} in {}", status.to_json()));
        }
    }
    Ok(())
}

#[test]
fn one_look_at_a_job() {
    check("job_controller", "TestControllerSyncJob", 35, |row| {
        // What only a controller without an API server can meet: writes that fail, or that are still awaited; and earlier syncs.
        let elsewhere = ["podControllerError", "controllerTime", "backoffRecord", "initialStatus"].iter().any(|m| !row.get(m).is_null());
        let counted = row.get("fakeExpectationAtCreation").int() != 0 || row.get("podLimit").int() > 0;
        let earlier = row.get("wasSuspended").is_true() || row.get("deleting").is_true();
        (!elsewhere && !counted && !earlier).then(|| expected(row))
    });
}

#[test]
fn deadlines_and_backoff() {
    check("job_controller", "TestSyncJobPastDeadline", 8, |row| Some(expected(row)));
    check("job_controller", "TestJobBackoffForOnFailure", 15, |row| Some(expected(row)));
    check("job_controller", "TestJobBackoffOnRestartPolicyNever", 5, |row| Some(expected(row)));
}
