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
    job.set(&["spec", "template", "spec", "restartPolicy"], "Never");
    job.set(&["spec", "template", "spec", "containers"], obj!([{"name": "main-container", "image": "foo/bar"}]));
    let status = job.get("status").clone();
    let mut job = api.create(&by, jobs, "default", job, &options).map_err(said)?;
    if !status.is_empty() {
        // What a status has beside what the row says of it.
        let mut status = status;
        status.set(&["startTime"], now.rfc3339());
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
        } else if indexed {
            pod.set(&["metadata", "annotations", "batch.kubernetes.io/job-completion-index"], i.to_string());
        }
        let mut pod = api.create(&by, pods, "default", pod, &options).map_err(said)?;
        pod.set(&["status"], given.get("status").clone());
        pod.set(&["spec", "nodeName"], "node1");
        api.update(&by, pods, pod, Subresource::Status, &options).map_err(said)?;
        if !given.at(&["metadata", "deletionTimestamp"]).is_null() {
            api.delete(&by, pods, "default", &format!("mypod-{i}"), &DeleteOptions::default()).map_err(said)?;
        }
    }
    let key = key_of(&job);
    // So much later that no backoff holds back a replacement, except of a pod that was deleted just now.
    let deleted = row.get("pods").items().iter().any(|p| !p.at(&["metadata", "deletionTimestamp"]).is_null());
    let later = if deleted { Duration::ZERO } else { Duration::from_secs(3600) };
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
