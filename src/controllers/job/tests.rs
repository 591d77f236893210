//! The Job controller held to the rows of upstream's own tests of a sync: a Job and its pods before, the Job's status after. Where a
//! row turns off what can no longer be turned off, what follows from that does not apply: without `JobPodReplacementPolicy` pods on
//! their way out are not counted, and without it and `JobManagedBy` a Job ends before they are gone.

use super::*;
use crate::api::table_rows::{Verdict, check, same, unless};
use crate::server::{DeleteOptions, Subresource, WriteOptions};

/// Brings a row's Job and pods into a cluster, lets the controller look once, and returns the Job's status.
fn status_after(row: &Value) -> Result<Value, String> {
    let (now, options) = (Time::from_secs(100), WriteOptions::default());
    let by = Caller::new(now, "test");
    let mut api = ApiServer::new(0);
    api.create_namespace(&by, "default");
    let (jobs, pods) = (kinds::JOB, kinds::POD);
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
    JobController::new(&Flags::default()).reconcile(&mut api, now + later, &key).map_err(said)?;
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
        status_after(row).and_then(|status| {
            let counts = ["active", "failed", "succeeded"].map(|m| status.get(m).int());
            let wanted = ["wantStatusActive", "wantStatusFailed", "wantStatusSucceeded"].map(|m| row.get(m).int());
            same(counts, wanted)?;
            if ends_late(row) { same(conditions(status.get("conditions")), conditions(row.get("wantConditions"))) } else { Ok(()) }
        })
    });
}

/// Whether a row leaves on what its test is of.
fn is_on(row: &Value) -> bool {
    ["enableJobBackoffLimitPerIndex", "enableJobSuccessPolicy"].iter().all(|gate| row.get(gate).is_null() || row.get(gate).is_true())
}

fn held(row: &Value) -> Verdict {
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
    check("job_controller", "TestSyncJobWithJobBackoffLimitPerIndex", 10, |row| {
        unless(!is_on(row), "a feature gate that is always on here", || held(row))
    });
}

#[test]
fn success_policies() {
    check("job_controller", "TestSyncJobWithJobSuccessPolicy", 10, |row| {
        unless(!is_on(row), "a feature gate that is always on here", || held(row))
    });
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
fn expected(row: &Value) -> Verdict {
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

/// What a look at a row's Job and pods would work on, an index's failures judged where it has them.
fn with_sync<T>(row: &Value, pods: &Value, f: impl FnOnce(&mut Sync<'_>) -> T) -> T {
    let (mut api, mut recorder) = (ApiServer::new(0), EventRecorder::new(MANAGER, ""));
    let mut job = row.get("job").clone();
    if !job.at(&["spec", "completions"]).is_null() {
        job.set(&["spec", "completionMode"], "Indexed");
    }
    let now = Time::parse_rfc3339("2026-11-22T08:39:06Z").expect("when the table was made");
    f(&mut Sync::new(&mut api, Caller::new(now, MANAGER), &mut recorder, job, going(pods), usize::MAX))
}

/// A row's pods; a moment of deletion that the row does not name is some moment.
fn going(pods: &Value) -> Vec<Value> {
    let mut pods = pods.items().to_vec();
    for pod in &mut pods {
        if pod.get("metadata").entries().any(|(k, v)| k == "deletionTimestamp" && v.is_null()) {
            pod.set(&["metadata", "deletionTimestamp"], "2026-11-22T08:39:06Z");
        }
    }
    pods
}

#[test]
fn indexes_that_fail() {
    let uids = |pods: Vec<Value>| {
        let mut uids: Vec<String> = pods.iter().map(|p| p.uid().to_string()).collect();
        uids.sort();
        uids
    };
    let said = |list: &Value| list.items().iter().map(|v| v.str().to_owned()).collect::<Vec<_>>();
    check("job_controller", "TestIsIndexFailed", 3, |row| {
        let limit = row.at(&["job", "spec", "backoffLimitPerIndex"]).int();
        let failed = with_sync(row, &Value::Null, |s| s.index_failed(row.get("pod"), limit));
        unless(row.get("enableJobPodFailurePolicy").as_bool() == Some(false), "a feature gate that is always on here", || {
            same(failed, row.get("wantResult").is_true())
        })
    });
    check("job_controller", "TestCalculateFailedIndexes", 6, |row| {
        let got = with_sync(row, row.get("pods"), |s| {
            s.judge_indexes();
            s.failed_indexes.clone().unwrap_or_default()
        });
        same(got.0, row.get("wantFailedIndexes").items().iter().map(|i| (i.get("First").int(), i.get("Last").int())).collect())
    });
    check("job_controller", "TestGetPodsWithDelayedDeletionPerIndex", 8, |row| {
        let got = with_sync(row, row.get("pods"), |s| {
            s.judge_indexes();
            s.delayed.iter().map(|(_, p)| p.clone()).collect()
        });
        same(uids(got), said(row.get("wantPodsWithDelayedDeletionPerIndex")))
    });
    check("job_controller", "TestGetNewIndexFailureCountValue", 4, |row| {
        with_sync(row, &Value::Null, |s| {
            s.job.set(&["spec", "backoffLimitPerIndex"], 9);
            if !row.get("pod").is_null() {
                s.delayed.insert(0, row.get("pod").clone());
            }
            let next = s.indexed(&obj!({"metadata": {}, "spec": {}}), 0);
            let wanted = (row.get("wantNewIndexFailureCount").int(), row.get("wantNewIndexIgnoredFailureCount").int());
            same((manage::index_failures(&next), manage::ignored_index_failures(&next)), wanted)
        })
    });
    check("job_controller", "TestGetIndexFailureCount", 6, |row| same(manage::index_failures(row.get("pod")), row.get("wantResult").int()));
    check("job_controller", "TestGetPodCreationInfoForIndependentIndexes", 5, |row| {
        with_sync(row, &Value::Null, |s| {
            for (index, pod) in row.get("podsWithDelayedDeletionPerIndex").entries() {
                s.delayed.insert(index.parse().expect("an index"), pod.clone());
            }
            let waits: Vec<(i64, Duration)> = row.get("indexesToAdd").items().iter().map(|i| (i.int(), s.index_wait(i.int()))).collect();
            let now: Vec<i64> = waits.iter().filter(|(_, w)| *w == Duration::ZERO).map(|(i, _)| *i).collect();
            let wait = if now.is_empty() { waits.iter().map(|(_, w)| *w).min() } else { None };
            let wanted = row.get("wantIndexesToAdd").items().iter().map(Value::int).collect();
            same(now, wanted)?;
            same(wait.unwrap_or_default().as_nanos(), u128::from(row.get("wantRemainingTime").int().unsigned_abs()))
        })
    });
    check("job_controller", "TestPodGenerateNameWithIndex", 3, |row| {
        same(manage::generate_name(row.get("jobname").str(), row.get("index").int()).as_str(), row.get("wantPodGenerateName").str())
    });
    check("job_controller", "TestIntervalsHaveIndex", 6, |row| {
        let list = row.get("intervals").items().iter().map(|i| (i.get("First").int(), i.get("Last").int())).collect();
        same(Intervals(list).has(row.get("index").int()), row.get("wantHas").is_true())
    });
    check("job_controller", "TestGetNewFinshedPods", 3, |row| {
        let counts = with_sync(row, row.get("pods"), |s| {
            let (succeeded, failed) = s.new_finished();
            let of = |new: Vec<Value>, uncounted: &SortedSet<ArcStr>, member: &str| (new.len() + uncounted.len()) as i64 + s.count(member);
            [of(succeeded, &s.uncounted_succeeded, "succeeded"), of(failed, &s.uncounted_failed, "failed")]
        });
        unless(!row.get("expectedRmFinalizers").is_null(), "a write that is awaited", || {
            same(counts, ["wantSucceeded", "wantFailed"].map(|m| row.get(m).int()))
        })
    });
}

#[test]
fn when_pods_ended_and_how_long_to_wait() {
    // Only distances matter: the table's times lie before the epoch.
    let at = |text: &Value| crate::base::parse_rfc3339(text.str()).map_or(0, |(s, _)| s);
    let moved = |text: &Value| Time::from_secs(u64::try_from(at(text) - 1_257_894_000 + 1_000_000).unwrap_or(0));
    let shifted = |row: &Value| Value::from_json(&row.to_json().replace("2009-1", "2029-1")).expect("the row is JSON");
    check("job_controller", "TestGetFinishedTime", 8, |row| {
        let row = shifted(row);
        same(Some(backoff::finished_at(row.get("pod"))), Time::parse_rfc3339(row.get("wantFinishTime").str()))
    });
    check("job_controller", "TestGetRemainingBackoffTimePerIndex", 3, |row| {
        let row = shifted(row);
        let pod = row.get("lastFailedPod");
        let nanos = |member: &str| Duration::from_nanos(row.get(member).int().unsigned_abs());
        let now = Time::parse_rfc3339(row.get("currentTime").str()).unwrap_or(Time::ZERO);
        let failures = if pod.is_null() {
            0
        } else {
            u32::try_from(manage::index_failures(pod) + manage::ignored_index_failures(pod) + 1).unwrap_or(0)
        };
        let got = backoff::remaining(now, nanos("defaultBackoff"), nanos("maxBackoff"), failures, backoff::finished_at(pod));
        same(got, nanos("wantDuration"))
    });
    check("job_controller", "TestNewBackoffRecord", 7, |row| {
        let times = |member: &str| row.get(member).items().iter().map(moved).collect::<Vec<_>>();
        let wanted = row.get("wantBackoffRecord");
        let count = |v: usize| u32::try_from(v).unwrap_or(0);
        let failures = count(usize::try_from(wanted.get("failuresAfterLastSuccess").int()).unwrap_or(0));
        let new = row.get("newFailedPods").items().len();
        // What the store held before is not in the row: without a success it is what is left of the sum.
        let before = if row.get("newSucceededPods").is_empty() { failures - count(new) } else { 7 };
        let record = backoff::BackoffRecord { failures: before, last_failure: None };
        let got = record.after(&times("newSucceededPods"), &times("newFailedPods"));
        let last = wanted.get("lastFailureTime");
        unless(new == 4, "times that differ by parts of a second, which the row does not show", || {
            same((got.failures, got.last_failure), (failures, (!last.is_null()).then(|| moved(last))))
        })
    });
}

#[test]
fn conditions_of_jobs() {
    check("job_controller", "TestEnsureJobConditions", 6, |row| {
        let mut job = obj!({"status": {"conditions": row.get("haveList")}});
        let text = |member: &str| row.get(member).str().to_owned();
        let changed =
            ensure_condition(&mut job, &text("wantType"), &text("wantStatus"), &text("wantReason"), "", Time::from_secs(1_000_000));
        same(changed, row.get("expectUpdate").is_true())?;
        same(conditions(job.at(&["status", "conditions"])), conditions(row.get("expectList")))
    });
    check("job_controller", "TestSyncOrphanPod", 9, |row| {
        let (by, options) = (Caller::new(Time::from_secs(100), "test"), WriteOptions::default());
        let mut api = ApiServer::new(0);
        api.create_namespace(&by, "default");
        let spec = obj!({"restartPolicy": "Never", "containers": [{"name": "c", "image": "i"}]});
        let mut owner = row.get("owner").clone();
        if !row.get("job").is_null() {
            let job = obj!({"metadata": {"name": row.get("job").name()}, "spec": {"template": {"spec": spec.clone()}}});
            let mut job = api.create(&by, kinds::JOB, "default", job, &options).map_err(|e| e.to_string())?;
            let kind = kinds::JOB;
            if !row.at(&["job", "status", "conditions"]).is_empty() {
                job.set(
                    &["status"],
                    obj!({"startTime": by.now.rfc3339(), "completionTime": by.now.rfc3339(), "ready": 0, "conditions": [
                    {"type": "SuccessCriteriaMet", "status": "True"}, {"type": "Complete", "status": "True"}]}),
                );
                job = api.update(&by, kind, job, Subresource::Status, &options).map_err(|e| e.to_string())?;
            }
            owner.set(&["uid"], job.at(&["metadata", "uid"]).clone());
        }
        let owners = if row.get("owner").is_null() { Value::Null } else { obj!([owner]) };
        let pod = obj!({"metadata": {"name": "pod", "finalizers": [TRACKING], "ownerReferences": owners}, "spec": spec});
        api.create(&by, kinds::POD, "default", pod, &options).map_err(|e| e.to_string())?;
        let key = ("default".into(), "pod".into());
        JobController::new(&Flags::default()).release_orphan(&mut api, by.now, &key).map_err(|e| e.to_string())?;
        let pod = api.peek(kinds::POD, "default", "pod").expect("the pod is there");
        same(!tracking::has_finalizer(pod), row.get("wantFinalizerRemoved").is_true())
    });
    check("job_controller", "TestSyncJobWhenManagedBy", 2, |row| {
        unless(row.get("enableJobManagedBy").as_bool() == Some(false), "a feature gate that is always on here", || {
            let mut row = row.clone();
            row.set(&["job", "spec", "selector"], obj!({"matchLabels": {"foo": "bar"}}));
            if !row.at(&["job", "spec", "managedBy"]).str().contains('/') && !row.at(&["job", "spec", "managedBy"]).is_null() {
                row.set(&["job", "spec", "managedBy"], "example.com/custom");
            }
            let (status, wanted) = (status_after(&row)?, row.get("wantStatus"));
            same((status.get("active").int(), status.get("ready").int()), (wanted.get("active").int(), wanted.get("ready").int()))
        })
    });
}

#[test]
fn one_look_at_a_job() {
    check("job_controller", "TestControllerSyncJob", 35, |row| {
        // What only a controller without an API server can meet: writes that fail, or that are still awaited; and earlier syncs.
        let elsewhere = ["podControllerError", "controllerTime", "backoffRecord", "initialStatus"].iter().any(|m| !row.get(m).is_null());
        let counted = row.get("fakeExpectationAtCreation").int() != 0 || row.get("podLimit").int() > 0;
        let earlier = row.get("wasSuspended").is_true() || row.get("deleting").is_true();
        unless(elsewhere || counted || earlier, "a write that fails or is awaited, or an earlier sync", || expected(row))
    });
}

#[test]
fn deadlines_and_backoff() {
    check("job_controller", "TestSyncJobPastDeadline", 8, expected);
    check("job_controller", "TestJobBackoffForOnFailure", 15, expected);
    check("job_controller", "TestJobBackoffOnRestartPolicyNever", 5, expected);
}

/// What a status counts, with the conditions' types.
fn counted(status: &Value) -> [String; 6] {
    let types: Vec<&str> = status.get("conditions").items().iter().map(|c| c.get("type").str()).collect();
    let uncounted = |list: &str| status.at(&["uncountedTerminatedPods", list]).to_json();
    [
        format!("{} {}", status.get("succeeded").int(), status.get("failed").int()),
        uncounted("succeeded"),
        uncounted("failed"),
        status.get("completedIndexes").str().to_owned(),
        status.get("failedIndexes").str().to_owned(),
        types.join(" "),
    ]
}

#[test]
fn finished_pods_are_counted() {
    check("job_controller", "TestTrackJobStatusAndRemoveFinalizers", 15, |row| {
        let fails = ["podControlErr", "statusUpdateErr", "wantErr"].iter().any(|m| !row.get(m).is_null());
        let many = row.get("pods").items().len() > 100 || !row.get("expectedRmFinalizers").is_null();
        let early = !ends_late(row) && row.to_json().contains("deletionTimestamp") && !row.get("finishedCond").is_null();
        let why = "a write that fails or is awaited, more than are written at once, or a feature gate that is always on here";
        unless(fails || many || early, why, || {
            let (now, options) = (Time::from_secs(1_000_000), WriteOptions::default());
            let by = Caller::new(now, "test");
            let (mut api, mut recorder) = (ApiServer::new(0), EventRecorder::new(MANAGER, ""));
            api.create_namespace(&by, "default");
            let container = obj!({"restartPolicy": "Never", "containers": [{"name": "c", "image": "i"}]});
            let mut spec = obj!({"template": {"spec": container}});
            for member in ["completions", "parallelism", "completionMode", "backoffLimitPerIndex", "podReplacementPolicy"] {
                if !row.at(&["job", "spec", member]).is_null() {
                    spec.set(&[member], row.at(&["job", "spec", member]));
                }
            }
            let job = obj!({"metadata": {"name": "foobar"}, "spec": spec});
            let mut job = api.create(&by, kinds::JOB, "default", job, &options).map_err(|e| e.to_string())?;
            job.set(&["status"], row.at(&["job", "status"]));
            job.set(&["status", "startTime"], now.rfc3339());
            if job.at(&["status", "uncountedTerminatedPods"]).is_null() {
                job.set(&["status", "uncountedTerminatedPods"], Value::map());
            }
            let mut sync = Sync::new(&mut api, by, &mut recorder, job, going(row.get("pods")), usize::MAX);
            if sync.is_indexed() {
                sync.judge_indexes();
            }
            let condition = row.get("finishedCond");
            let kind =
                ["FailureTarget", "SuccessCriteriaMet", "Failed", "Complete"].into_iter().find(|k| condition.get("type").str() == *k);
            sync.finished = kind.map(|kind| Condition { kind, reason: condition.get("reason").str().to_owned(), message: String::new() });
            sync.track(row.get("needsFlush").is_true()).map_err(|e| e.to_string())?;
            let nothing = row.at(&["job", "status"]).clone();
            let wanted = row.get("wantStatusUpdates").items().last().unwrap_or(&nothing);
            same(counted(sync.job.get("status")), counted(wanted))
        })
    });
}

/// A Job's counts, its indexes that succeeded and failed, and its last condition, after one look at it and these pods.
fn told(spec: Value, status: Value, pods: &[Value]) -> String {
    let labels = obj!({"foo": "bar"});
    let mut job = obj!({"metadata": {"name": "foobar", "namespace": "default"}, "spec": spec, "status": status});
    job.set(&["spec", "selector", "matchLabels"], labels.clone());
    job.set(&["spec", "template", "metadata", "labels"], labels);
    let status = status_after(&obj!({"job": job, "pods": pods.to_vec()})).unwrap_or_else(|e| panic!("{e}"));
    let counts = ["active", "terminating", "failed", "succeeded"].map(|m| status.get(m).int().to_string()).join(" ");
    let indexes = ["completedIndexes", "failedIndexes"].map(|m| format!("[{}]", status.get(m).str())).join(" ");
    let last = status.get("conditions").items().last().map(|c| format!(" {} {}", c.get("type").str(), c.get("reason").str()));
    format!("{counts} {indexes}{}", last.unwrap_or_default())
}

#[test]
fn what_becomes_of_a_job() {
    let pod = |phase: &str| obj!({"metadata": {}, "status": {"phase": phase}});
    let going = || obj!({"metadata": {"deletionTimestamp": "now"}, "status": {"phase": "Running"}});
    let restarted = |n: i64| obj!({"status": {"phase": "Running", "containerStatuses": [{"name": "main-container", "restartCount": n}]}});
    let failed = |codes: &[i64]| {
        let ended = |code: &i64| obj!({"name": format!("c{code}"), "state": {"terminated": {"exitCode": *code, "finishedAt": "2026-01-01T00:00:00Z"}}});
        let statuses: Vec<Value> = codes.iter().map(ended).collect();
        obj!({"metadata": {}, "status": {"phase": "Failed", "containerStatuses": statuses, "conditions": [{"type": "DisruptionTarget", "status": "False"}]}})
    };
    let on_failure = |limit: i64| obj!({"backoffLimit": limit, "template": {"spec": {"restartPolicy": "OnFailure"}}});
    let indexed = |n: i64, more: Value| {
        let mut spec = obj!({"completionMode": "Indexed", "completions": n, "parallelism": n});
        more.entries().for_each(|(member, value)| spec.set(&[member], value));
        spec
    };
    let each = |more: Value| {
        let mut spec = indexed(3, more);
        spec.set(&["backoffLimitPerIndex"], 0);
        spec
    };
    let policy = |rule: Value| obj!({"podFailurePolicy": {"rules": [rule]}});
    let any_but_three = obj!({"operator": "NotIn", "values": [3]});
    let disrupted = obj!([{"type": "DisruptionTarget"}]);
    let two_of_three = obj!({"successPolicy": {"rules": [{"succeededIndexes": "0-2", "succeededCount": 2}]}});
    let long_ago = obj!({"startTime": "2026-01-01T00:00:00Z"});
    let decided = obj!({"startTime": "2026-01-01T00:00:00Z", "conditions": [
        {"type": "FailureTarget", "status": "True", "reason": "Why", "message": "why", "lastProbeTime": "2026-01-01T00:00:00Z", "lastTransitionTime": "2026-01-01T00:00:00Z"}]});
    let none = Value::map;
    for (spec, status, pods, wanted) in [
        (on_failure(2), none(), vec![restarted(1)], "1 0 0 0 [] []"),
        (on_failure(2), none(), vec![restarted(2)], "0 1 1 0 [] [] FailureTarget BackoffLimitExceeded"),
        (on_failure(0), none(), vec![restarted(0)], "1 0 0 0 [] []"),
        (on_failure(0), none(), vec![restarted(1)], "0 1 1 0 [] [] FailureTarget BackoffLimitExceeded"),
        // Its deadline counts only while it is active.
        (obj!({"activeDeadlineSeconds": 5}), long_ago.clone(), vec![pod("Running")], "0 1 1 0 [] [] FailureTarget DeadlineExceeded"),
        (obj!({"activeDeadlineSeconds": 5, "suspend": true}), long_ago, vec![], "0 0 0 0 [] [] Suspended JobSuspended"),
        // Of a work queue nothing is made once one has succeeded.
        (obj!({"parallelism": 3}), none(), vec![pod("Running")], "3 0 0 0 [] []"),
        (obj!({"parallelism": 3}), none(), vec![pod("Running"), pod("Succeeded")], "1 0 0 1 [] []"),
        // Who is on the way out has failed (no pod is counted while the next one has to wait), or will; the Job is not over before.
        (obj!({"parallelism": 2}), none(), vec![pod("Running"), going()], "0 1 1 0 [] []"),
        (obj!({"parallelism": 2, "podReplacementPolicy": "Failed"}), none(), vec![pod("Running"), going()], "1 1 0 0 [] []"),
        (none(), decided.clone(), vec![going()], "0 1 1 0 [] [] FailureTarget Why"),
        (none(), decided, vec![pod("Failed")], "0 0 1 0 [] [] Failed Why"),
        (each(obj!({"maxFailedIndexes": 1})), none(), vec![pod("Failed"), pod("Running")], "2 0 1 0 [] [0]"),
        (
            each(obj!({"maxFailedIndexes": 1})),
            none(),
            vec![pod("Failed"), pod("Failed")],
            "0 0 2 0 [] [0,1] Failed MaxFailedIndexesExceeded",
        ),
        (each(none()), none(), vec![pod("Failed"), pod("Succeeded"), pod("Succeeded")], "0 0 1 2 [1,2] [0] Failed FailedIndexes"),
        (indexed(3, two_of_three.clone()), none(), vec![pod("Succeeded"), pod("Running")], "2 0 0 1 [0] []"),
        (indexed(3, two_of_three), none(), vec![pod("Succeeded"), pod("Succeeded")], "0 0 0 2 [0,1] [] Complete SuccessPolicy"),
        // A container that went well is no reason, and what a condition is asked for where nothing is said is that it holds.
        (policy(obj!({"action": "FailJob", "onExitCodes": &any_but_three})), none(), vec![failed(&[0, 3])], "1 0 1 0 [] []"),
        (
            policy(obj!({"action": "FailJob", "onExitCodes": &any_but_three})),
            none(),
            vec![failed(&[0, 4])],
            "0 0 1 0 [] [] Failed PodFailurePolicy",
        ),
        (policy(obj!({"action": "FailJob", "onPodConditions": disrupted})), none(), vec![failed(&[4])], "1 0 1 0 [] []"),
        (policy(obj!({"action": "Ignore", "onExitCodes": &any_but_three})), none(), vec![failed(&[4])], "1 0 0 0 [] []"),
    ] {
        assert_eq!(told(spec.clone(), status.clone(), &pods), wanted, "{spec} {status} {pods:?}");
    }
    let mut spec = indexed(2, policy(obj!({"action": "FailIndex", "onExitCodes": &any_but_three})));
    spec.set(&["backoffLimitPerIndex"], 5);
    assert_eq!(told(spec, none(), &[failed(&[3]), failed(&[4])]), "1 0 1 0 [] [1]");
}
