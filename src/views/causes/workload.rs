//! Why what makes pods has not the pods that it wants: ReplicaSets and their like, Deployments, Jobs and CronJobs.

use std::rc::Rc;

use super::service::no_service;
use super::{Add, Around, What, causes_of, count, event, relative, relative_pod, said, spec, term, unready_as};
use crate::api::{Kind, Object, Value, kinds};
use crate::controllers::Flags;
use crate::server::refusing_quota;
use crate::sim::Sim;
use crate::views::pod::{Health, PodView};

/// A workload's pods, in numbers.
struct Counts {
    wanted: i64,
    made: i64,
    ready: i64,
    /// Those of the newest template.
    new: i64,
}

impl Counts {
    fn of(o: &Value) -> Counts {
        match o.kind() {
            "DaemonSet" => Counts {
                wanted: count(o, "desiredNumberScheduled"),
                made: count(o, "currentNumberScheduled"),
                ready: count(o, "numberReady"),
                new: count(o, "updatedNumberScheduled"),
            },
            _ => Counts {
                wanted: spec(o, "replicas").as_int().unwrap_or(1),
                made: count(o, "replicas"),
                ready: count(o, "readyReplicas"),
                new: count(o, "updatedReplicas"),
            },
        }
    }
}

/// What a controller of pods lacks, and the pod that shows it best.
pub(super) fn workload(around: &Around, o: &Value, add: Add) {
    let counts = Counts::of(o);
    if let Some((reason, message)) = said(o, "Progressing", "False") {
        add(What::Deadline, &[&spec(o, "progressDeadlineSeconds").int().to_string()], term(reason, message), None);
    }
    if said(o, "ReplicaFailure", "True").is_some() || counts.made < counts.wanted {
        refused(around.sim, o, add);
    }
    match o.kind() {
        _ if counts.wanted > 0 => {}
        "DaemonSet" => add(What::NoNode, &[], "desiredNumberScheduled: 0".to_owned(), None),
        _ => add(What::Zero, &[], "spec.replicas: 0".to_owned(), None),
    }
    let paused = spec(o, "paused").is_true();
    if paused {
        add(What::Paused, &[], "spec.paused: true".to_owned(), None);
    }
    throttled(around, o, &counts, add);
    if o.kind() == "Deployment" && !paused && counts.new < counts.made {
        rolling_out(o, &counts, add);
    }
    no_service(around.sim, o, spec(o, "serviceName").str(), add);
    keeps_old(o, &counts, add);
    lacks(around, o, &counts, add);
    scaled(around.sim, o, add);
}

/// The controller's client has to wait before it may ask for more pods.
fn throttled(around: &Around, o: &Value, counts: &Counts, add: Add) {
    let kind = if o.kind() == "Deployment" { kinds::REPLICA_SET } else { Kind::named(o.kind()) };
    if !around.sim.cluster().is_throttled(kind, around.sim.now()) {
        return;
    }
    let made = around.pods_of(o).iter().filter(|p| p.health != Health::Terminating).count() as i64;
    if made < counts.wanted {
        let term = "client-side throttling: --kube-api-qps, --kube-api-burst".to_owned();
        let Flags { api_burst, api_qps, .. } = around.sim.session().controller_flags();
        let values = [made.to_string(), counts.wanted.to_string(), api_burst.to_string(), api_qps.to_string()];
        add(What::Throttled, &values.each_ref().map(String::as_str), term, None);
    }
}

/// How far a rollout is, and how many pods it may lack or have beside.
fn rolling_out(o: &Value, counts: &Counts, add: Add) {
    let [missing, extra] = ["maxUnavailable", "maxSurge"].map(|k| {
        let v = o.at(&["spec", "strategy", "rollingUpdate", k]);
        v.as_str().map_or_else(|| v.int().to_string(), str::to_owned)
    });
    add(What::RollingOut, &[&counts.new.to_string(), &counts.wanted.to_string(), &missing, &extra], "RollingUpdate".to_owned(), None);
}

/// Whether pods of an older template stay until somebody deletes them, and below which ordinal they stay anyway.
fn update_of(o: &Value) -> (bool, i64) {
    let strategy = spec(o, "updateStrategy");
    (strategy.get("type").str() == "OnDelete", strategy.at(&["rollingUpdate", "partition"]).int())
}

fn keeps_old(o: &Value, counts: &Counts, add: Add) {
    let (by_hand, partition) = update_of(o);
    let older = counts.made - counts.new;
    if older > 0 && (by_hand || partition > 0) {
        let term = if by_hand { "updateStrategy: OnDelete".to_owned() } else { format!("partition: {partition}") };
        add(What::KeepsOld, &[&older.to_string()], term, None);
    }
}

/// Which pod is not ready, of those that are wanted.
fn lacks(around: &Around, o: &Value, counts: &Counts, add: Add) {
    let mut unready = around.pods_of(o).iter().copied().filter(|p| !matches!(p.health, Health::Ready | Health::Succeeded));
    let workload = around.view.workloads.iter().find(|w| w.key == o.uid());
    let is_new = |p: &&Rc<PodView>| p.health != Health::Terminating && !workload.is_some_and(|w| w.is_older(p));
    let newest = unready.clone().find(is_new);
    let first = newest.or_else(|| unready.next());
    let one = first.map(relative_pod);
    let ordered = o.kind() == "StatefulSet" && spec(o, "podManagementPolicy").str() != "Parallel";
    let stuck = || update_of(o) == (false, 0) && newest.is_none() && first.is_some_and(|p| p.health.is_amiss());
    match &one {
        Some(pod) if ordered && stuck() => add(What::OldStuck, &[&pod[2]], "OrderedReady".to_owned(), one.clone()),
        Some(pod) if ordered && counts.made < counts.wanted => {
            add(What::OneByOne, &[&pod[2]], "OrderedReady".to_owned(), one.clone());
        }
        _ if counts.ready < counts.wanted => {
            let status = first.map_or("readyReplicas", unready_as);
            add(What::NotReady, &[&counts.ready.to_string(), &counts.wanted.to_string()], status.to_owned(), one);
        }
        // A rollout's new pods fail beside old ones that are all ready.
        _ if o.kind() == "Deployment" && counts.new < counts.made => {
            if let Some(pod) = newest {
                add(What::NewWaits, &[&pod.name], unready_as(pod).to_owned(), Some(relative_pod(pod)));
            }
        }
        _ => {}
    }
}

/// The autoscaler that sets the number of pods.
fn scaled(sim: &Sim, o: &Value, add: Add) {
    let scales = |h: &&Value| {
        let target = h.at(&["spec", "scaleTargetRef"]);
        (target.get("kind").str(), target.get("name").str()) == (o.kind(), o.name())
    };
    if let Some(hpa) = sim.api().iter(kinds::HORIZONTAL_POD_AUTOSCALER, Some(o.namespace())).find(scales) {
        add(What::Scaled, &[hpa.name()], "spec.scaleTargetRef".to_owned(), Some(relative(hpa)));
    }
}

/// The API server refuses what a controller would make.
fn refused(sim: &Sim, o: &Value, add: Add) {
    let failed = said(o, "ReplicaFailure", "True").map(|(reason, message)| term(reason, message));
    // Not every controller says so in its status.
    let told = || event(sim, o, &["FailedCreate", "SuccessfulCreate"]).filter(|words| words.starts_with("Failed"));
    let Some(words) = failed.or_else(told) else { return };
    let quota = refusing_quota(&words);
    let leads = quota.and_then(|name| sim.api().peek(kinds::RESOURCE_QUOTA, o.namespace(), name)).map(relative);
    add(if quota.is_some() { What::OverQuota } else { What::Refused }, &[], words, leads);
}

/// What a CronJob's newest Job lacks.
pub(super) fn cron_job(around: &Around, o: &Value, add: Add) {
    let mut newest = &Value::Null;
    for (_, job) in around.sim.api().dependents(o.uid()) {
        if job.kind() == "Job" && job.at(&["metadata", "creationTimestamp"]).str() >= newest.at(&["metadata", "creationTimestamp"]).str() {
            newest = job;
        }
    }
    if let Some(cause) = causes_of(around, newest).into_iter().find(|c| !c.what.is_harmless()) {
        add(What::WaitsFor, &[newest.name()], cause.term, Some(relative(newest)));
    }
}

/// Why a Job tries again or gave up.
pub(super) fn job(around: &Around, o: &Value, add: Add) {
    let failed = count(o, "failed").to_string();
    let pods = around.pods_of(o);
    let one = pods.iter().find(|p| p.health == Health::Failed).map(|p| relative_pod(p));
    let limit = spec(o, "backoffLimit").int().to_string();
    if let Some((reason, message)) = said(o, "Failed", "True").or_else(|| said(o, "FailureTarget", "True")) {
        let term = term(reason, message);
        match reason {
            "BackoffLimitExceeded" => add(What::JobBackoff, &[&failed, &limit], term, one),
            "DeadlineExceeded" => add(What::JobDeadline, &[&spec(o, "activeDeadlineSeconds").int().to_string()], term, one),
            _ => add(What::JobFailed, &[], term, one),
        }
    } else if failed != "0" && said(o, "Complete", "True").is_none() {
        add(What::JobRetries, &[&failed, &limit], "backoffLimit".to_owned(), one);
    } else if let Some(pod) = pods.iter().find(|p| p.health.is_amiss()) {
        add(What::WaitsFor, &[&pod.name], unready_as(pod).to_owned(), Some(relative_pod(pod)));
    } else if count(o, "active") + count(o, "succeeded") == 0 {
        refused(around.sim, o, add);
    }
}
