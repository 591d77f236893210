//! Why an object is not as wanted, whatever its kind: read from its conditions, its counts and the events about it. What a pod's
//! own containers have to do with it is [`super::why()`]'s; here the reasons are those that stand in other objects.

use std::cell::OnceCell;
use std::rc::Rc;

use crate::api::persistent_volume::{class_of, is_for, mismatch};
use crate::api::{KINDS, Kind, Object, Quantity, Value, find_condition, kinds, resource_claim};
use crate::base::{Duration, List as _, Order as _, SortedMap, Time};
use crate::controllers::Flags;
use crate::controllers::hpa::calculator::{CalculatorError, requests_of};
use crate::runtime::images;
use crate::server::{NO_EVICTION, refusing_quota};
use crate::sim::Sim;

mod service;

use self::service::{ingress, no_service, requests, service};
use super::cluster::ClusterView;
use super::objects::{Relative, holds, object};
use super::pod::{ContainerState, Health, PodView};

/// What is the matter: a sentence without its values, which stand in [`Cause::values`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// A rollout made no progress for so many seconds.
    Deadline,
    /// The API server refuses the pods.
    Refused,
    /// A quota refuses the pods.
    OverQuota,
    /// Pods made of wanted; the controller's client has to wait before it may ask for more.
    Throttled,
    /// Changes wait until it is resumed.
    Paused,
    /// New of wanted; how many may be missing, how many extra.
    RollingOut,
    /// Ready of wanted.
    NotReady,
    /// The new pod that is not ready.
    NewWaits,
    /// The pod that the next one waits for.
    OneByOne,
    /// A DaemonSet that no node matches.
    NoNode,
    /// A Job failed so often, and may be tried again so often.
    JobBackoff,
    /// A Job took longer than so many seconds.
    JobDeadline,
    /// A Job failed in another way.
    JobFailed,
    /// So many pods have failed; it is given up after so many tries more.
    JobRetries,
    /// Nothing is started.
    Suspended,
    /// The autoscaler that sets the number of pods.
    Scaled,
    /// It is set to no pods at all.
    Zero,
    /// How many pods keep the old template, as its strategy has it.
    KeepsOld,
    /// The pod of an older template that the next one waits for, and that never becomes ready.
    OldStuck,
    /// What it waits for, which is not as wanted itself.
    WaitsFor,
    /// What an autoscaler scales is not there.
    HpaNoTarget,
    /// Other autoscalers have the same pods.
    HpaRivals,
    /// Its pods ask for nothing, so there is no percentage.
    HpaNoRequest,
    /// Usage is not known.
    HpaNoMetrics,
    /// The target has no replicas.
    HpaOff,
    /// maxReplicas.
    HpaMax,
    /// minReplicas.
    HpaMin,
    /// The policies' pace.
    HpaPace,
    /// The window that holds it, in seconds.
    HpaHolds,
    /// The class that does not exist.
    ClaimNoClass,
    /// A volume comes with the first pod.
    ClaimLate,
    /// Nothing fits and nothing makes one: what is wrong with each volume.
    ClaimNoVolume,
    /// A volume whose claim is gone.
    VolumeReleased,
    /// Healthy, and how many must be.
    Budget,
    /// A service that selects nothing.
    NoPods,
    /// A service that selects so many pods, none ready.
    NoneReady,
    /// A service's target port, at which none of its pods listens.
    NoListener,
    /// A pod whose requests a policy keeps from where they should get.
    Barred,
    /// How many requests to a service have failed.
    Unanswered,
    /// A kind that nothing here acts on.
    Idle,
    /// A service that is named, and is not there.
    NoService,
    /// A service without an address outside.
    NoAddress,
    /// A node that reports no more, which the cluster notices after so many seconds.
    NodeUnnoticed,
    /// A node that does not report.
    NodeLost,
    /// A node that takes no new pods.
    Cordoned,
    /// A node that runs short of something.
    Pressure,
    /// A pod that may not be evicted.
    Guarded,
    /// A namespace that is not empty yet.
    NamespaceEnding,
    /// A quota's resource, how much is used, of how much.
    QuotaFull,
    /// The finalizers that hold a deletion.
    Held,
    /// A volume of a pod cannot be set up.
    MountFails,
    /// A pod's claim that has no volume.
    ClaimOfPod,
    /// A claim of a pod does not exist: its name.
    ClaimMissing,
    /// A pod's claim of devices that is not there, or not reserved for it.
    ClaimOfDevices,
    /// The gates that keep the scheduler away.
    Gated,
    /// The scheduler that it names, and those that there are.
    NoScheduler,
    /// A probe has failed so often that its container is made anew.
    ProbeKills,
    /// A container that was killed for its memory, and its limit.
    WasOom,
    /// An image that nobody described, in whose place something else runs.
    Placeholder,
    /// The same, and the well-known image that it is called almost like.
    Misspelt,
    /// An image that there is not, and the well-known one that is meant.
    NoSuchImage,
    /// A pod on a node that does not answer.
    NodeAway,
    /// A pod that cannot end, since its node does not answer.
    NodeSilent,
}

impl What {
    /// Whether it is as it should be, and only good to know.
    pub fn is_harmless(self) -> bool {
        matches!(
            self,
            What::Budget
                | What::ClaimLate
                | What::Cordoned
                | What::HpaHolds
                | What::HpaMin
                | What::HpaPace
                | What::Idle
                | What::KeepsOld
                | What::NoAddress
                | What::NoService
                | What::Paused
                | What::Placeholder
                | What::QuotaFull
                | What::RollingOut
                | What::Scaled
                | What::Suspended
                | What::Unanswered
                | What::WasOom
                | What::Zero
        )
    }
}

/// One reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    /// The sentence.
    pub what: What,
    /// Its values.
    pub values: Vec<String>,
    /// What an expert would look for.
    pub term: String,
    /// Where the next reason stands.
    pub leads: Option<Relative>,
}

/// What the causes are read from.
struct Around<'a> {
    sim: &'a Sim,
    view: &'a ClusterView,
    /// The pods by their owners, and by what made those.
    pods: OnceCell<SortedMap<&'a str, Vec<&'a Rc<PodView>>>>,
}

impl<'a> Around<'a> {
    fn new(sim: &'a Sim, view: &'a ClusterView) -> Self {
        Around { sim, view, pods: OnceCell::new() }
    }

    /// The pods of this owner, or of what it makes.
    fn pods_of(&self, owner: &Value) -> &[&'a Rc<PodView>] {
        let pods = self.pods.get_or_init(|| {
            let owners = self.view.workloads.iter().flat_map(|w| w.owners.iter().map(|o| (o.as_str(), w.key.as_str())));
            let tops: SortedMap<&str, &str> = owners.collect();
            let mut pods: SortedMap<&str, Vec<_>> = SortedMap::new();
            for (pod, of) in self.view.pods().filter_map(|p| Some((p, p.owner.as_ref()?.uid.as_str()))) {
                let top = tops.get(of).filter(|top| **top != of);
                top.into_iter().copied().chain([of]).for_each(|owner| pods.entry(owner).or_default().push(pod));
            }
            pods
        });
        pods.get(owner.uid()).map_or(&[][..], Vec::as_slice)
    }
}

/// How many objects are named at most where one would be enough.
const NAMED_MAX: usize = 3;
/// So long nobody is worried by pods that are not ready.
const NEW: Duration = Duration::from_secs(5);

/// The kinds of which anything amiss is looked for.
const WATCHED: [&str; 12] = [
    "Node",
    "Namespace",
    "Deployment",
    "StatefulSet",
    "DaemonSet",
    "ReplicaSet",
    "ReplicationController",
    "Job",
    "CronJob",
    "HorizontalPodAutoscaler",
    "PersistentVolumeClaim",
    "Service",
];

/// The objects that are not as wanted, beside pods, each with its first reason; at most `most`.
pub fn amiss(sim: &Sim, view: &ClusterView, most: usize) -> Vec<(Relative, Cause)> {
    let around = Around::new(sim, view);
    let mut found = Vec::new();
    let mut look = |o: &Value| {
        // What a controller made is told of with that.
        if found.len() < most && (o.kind() != "ReplicaSet" || o.controller_ref().is_null()) {
            let weighs = |c: &Cause| !c.what.is_harmless() && !is_on_its_way(sim, o, c);
            found.extend(causes_of(&around, o).into_iter().find(weighs).map(|c| (relative(o), c)));
        }
    };
    for kind in KINDS.iter().filter(|k| k.kind != "Pod") {
        if WATCHED.contains(&kind.kind) {
            sim.api().iter(kind, None).for_each(&mut look);
        } else {
            sim.api().terminating(kind).for_each(&mut look);
        }
    }
    // A pod that may not be evicted harms nobody before somebody drains its node.
    // What only tells of another one comes last, too.
    found.order_by_key(|(_, c)| matches!(c.what, What::Guarded | What::WaitsFor));
    found
}

/// Whether an object only waits for pods that are about to start.
fn is_on_its_way(sim: &Sim, o: &Value, cause: &Cause) -> bool {
    let made = Time::parse_rfc3339(o.at(&["metadata", "creationTimestamp"]).str());
    let is_new = || made.is_some_and(|made| sim.now().since(made) < NEW);
    cause.what == What::NotReady && (matches!(&*cause.term, "ContainerCreating" | "PodInitializing") || is_new())
}

fn relative(o: &Value) -> Relative {
    [o.kind(), o.namespace(), o.name(), o.uid()].map(str::to_owned)
}

/// What keeps a pod from being ready: that it runs says nothing of that.
fn unready_as(pod: &Rc<PodView>) -> &str {
    if pod.status == "Running" { "ContainersNotReady" } else { &pod.status }
}

fn relative_pod(pod: &Rc<PodView>) -> Relative {
    ["Pod", &pod.namespace, &pod.name, &pod.key].map(str::to_owned)
}

/// The reason and the message of a condition that has this status.
fn said<'a>(o: &'a Value, kind: &str, status: &str) -> Option<(&'a str, &'a str)> {
    let found = find_condition(o.get("status"), kind);
    (found.get("status").str() == status).then(|| (found.get("reason").str(), found.get("message").str()))
}

/// The newest event about an object that one of these reasons has, or any where there are none.
fn event(sim: &Sim, o: &Value, reasons: &[&str]) -> Option<String> {
    let told = sim.api().events_about(o.uid()).filter(|e| reasons.is_empty() || reasons.contains(&e.get("reason").str()));
    told.max_by_key(|e| e.get("lastTimestamp").str().to_owned()).map(|e| term(e.get("reason").str(), e.get("message").str()))
}

fn term(reason: &str, message: &str) -> String {
    if message.is_empty() { reason.to_owned() } else { format!("{reason}: {message}") }
}

/// All that keeps an object from being as wanted, what weighs most first.
pub fn causes(sim: &Sim, view: &ClusterView, o: &Value) -> Vec<Cause> {
    causes_of(&Around::new(sim, view), o)
}

fn causes_of(around: &Around, o: &Value) -> Vec<Cause> {
    let sim = around.sim;
    let mut all: Vec<Cause> = Vec::new();
    let mut add = |what: What, values: &[&str], term: String, leads: Option<Relative>| {
        all.push(Cause { what, values: values.iter().map(|v| (*v).to_owned()).list(), term, leads });
    };
    let held = holds(o);
    if !held.is_empty() && o.kind() != "Namespace" {
        add(What::Held, &[&held.join(", ")], "metadata.finalizers".to_owned(), None);
    }
    match o.kind() {
        "Deployment" | "ReplicaSet" | "ReplicationController" | "StatefulSet" | "DaemonSet" => workload(around, o, &mut add),
        "Job" => job(around, o, &mut add),
        "CronJob" => cron_job(around, o, &mut add),
        "HorizontalPodAutoscaler" => hpa(around, o, &mut add),
        "PersistentVolumeClaim" if o.at(&["status", "phase"]).str() == "Pending" => claim(sim, o, &mut add),
        "PersistentVolume" if o.at(&["status", "phase"]).str() == "Released" => {
            add(What::VolumeReleased, &[], "persistentVolumeReclaimPolicy: Retain".to_owned(), None);
        }
        "PodDisruptionBudget" if count(o, "disruptionsAllowed") == 0 && count(o, "expectedPods") > 0 => {
            let term = said(o, "DisruptionAllowed", "False").map_or("", |c| c.0).to_owned();
            add(What::Budget, &[&count(o, "currentHealthy").to_string(), &count(o, "desiredHealthy").to_string()], term, None);
        }
        "Service" => service(around, o, &mut add),
        "Ingress" => ingress(sim, o, &mut add),
        "Node" => node(around, o, &mut add),
        "Namespace" if o.is_terminating() => {
            let left = ["NamespaceContentRemaining", "NamespaceFinalizersRemaining"].iter().filter_map(|c| said(o, c, "True"));
            let words: Vec<&str> = left.map(|c| c.1).list();
            let mut held = None;
            for kind in KINDS.iter() {
                held =
                    held.or_else(|| sim.api().terminating(kind).find(|e| e.namespace() == o.name() && !holds(e).is_empty()).map(relative));
            }
            add(What::NamespaceEnding, &[], if words.is_empty() { "Terminating".to_owned() } else { words.join(" ") }, held);
        }
        "ResourceQuota" => {
            for (name, hard) in o.at(&["status", "hard"]).entries() {
                let used = o.at(&["status", "used", name]);
                if Quantity::of(used).milli_value() >= Quantity::of(hard).milli_value() {
                    add(What::QuotaFull, &[name, used.str(), hard.str()], "exceeded quota".to_owned(), None);
                }
            }
        }
        "Pod" => pod(around, o, &mut add),
        _ => {}
    }
    if spec(o, "suspend").is_true() {
        add(What::Suspended, &[], "spec.suspend: true".to_owned(), None);
    }
    all
}

type Add<'a> = &'a mut dyn FnMut(What, &[&str], String, Option<Relative>);

fn spec<'a>(o: &'a Value, member: &str) -> &'a Value {
    o.at(&["spec", member])
}

fn count(o: &Value, member: &str) -> i64 {
    o.at(&["status", member]).int()
}

/// What a controller of pods lacks, and the pod that shows it best.
fn workload(around: &Around, o: &Value, add: Add) {
    let Around { sim, view, .. } = around;
    if let Some((reason, message)) = said(o, "Progressing", "False") {
        add(What::Deadline, &[&spec(o, "progressDeadlineSeconds").int().to_string()], term(reason, message), None);
    }
    let (wanted, made, ready) = match o.kind() {
        "DaemonSet" => (count(o, "desiredNumberScheduled"), count(o, "currentNumberScheduled"), count(o, "numberReady")),
        _ => (spec(o, "replicas").as_int().unwrap_or(1), count(o, "replicas"), count(o, "readyReplicas")),
    };
    if said(o, "ReplicaFailure", "True").is_some() || made < wanted {
        refused(sim, o, add);
    }
    match o.kind() {
        _ if wanted > 0 => {}
        "DaemonSet" => add(What::NoNode, &[], "desiredNumberScheduled: 0".to_owned(), None),
        _ => add(What::Zero, &[], "spec.replicas: 0".to_owned(), None),
    }
    let paused = spec(o, "paused").is_true();
    if paused {
        add(What::Paused, &[], "spec.paused: true".to_owned(), None);
    }
    let kind = if o.kind() == "Deployment" { kinds::REPLICA_SET } else { Kind::named(o.kind()) };
    if sim.cluster().is_throttled(kind, sim.now()) {
        let made = around.pods_of(o).iter().filter(|p| p.health != Health::Terminating).count() as i64;
        if made < wanted {
            let term = "client-side throttling: --kube-api-qps, --kube-api-burst".to_owned();
            let Flags { api_burst, api_qps, .. } = sim.session().controller_flags();
            let values = [made.to_string(), wanted.to_string(), api_burst.to_string(), api_qps.to_string()];
            add(What::Throttled, &values.each_ref().map(String::as_str), term, None);
        }
    }
    let new = count(o, "updatedReplicas");
    if o.kind() == "Deployment" && !paused && new < count(o, "replicas") {
        let [missing, extra] = ["maxUnavailable", "maxSurge"].map(|k| {
            let v = o.at(&["spec", "strategy", "rollingUpdate", k]);
            v.as_str().map_or_else(|| v.int().to_string(), str::to_owned)
        });
        add(What::RollingOut, &[&new.to_string(), &wanted.to_string(), &missing, &extra], "RollingUpdate".to_owned(), None);
    }
    let mut unready = around.pods_of(o).iter().copied().filter(|p| !matches!(p.health, Health::Ready | Health::Succeeded));
    let workload = view.workloads.iter().find(|w| w.key == o.uid());
    let is_new = |p: &&Rc<PodView>| p.health != Health::Terminating && !workload.is_some_and(|w| w.is_older(p));
    let newest = unready.clone().find(is_new);
    let first = newest.or_else(|| unready.next());
    let one = first.map(relative_pod);
    let ordered = o.kind() == "StatefulSet" && spec(o, "podManagementPolicy").str() != "Parallel";
    no_service(sim, o, spec(o, "serviceName").str(), add);
    let strategy = spec(o, "updateStrategy");
    let by_hand = strategy.get("type").str() == "OnDelete";
    let partition = strategy.at(&["rollingUpdate", "partition"]).int();
    let older = made - if o.kind() == "DaemonSet" { count(o, "updatedNumberScheduled") } else { new };
    if older > 0 && (by_hand || partition > 0) {
        let term = if by_hand { "updateStrategy: OnDelete".to_owned() } else { format!("partition: {partition}") };
        add(What::KeepsOld, &[&older.to_string()], term, None);
    }
    match &one {
        Some(pod) if ordered && !by_hand && partition == 0 && newest.is_none() && first.is_some_and(|p| p.health.is_amiss()) => {
            add(What::OldStuck, &[&pod[2]], "OrderedReady".to_owned(), one.clone());
        }
        Some(pod) if ordered && count(o, "replicas") < wanted => add(What::OneByOne, &[&pod[2]], "OrderedReady".to_owned(), one.clone()),
        _ if ready < wanted => {
            let status = first.map_or("readyReplicas", unready_as);
            add(What::NotReady, &[&ready.to_string(), &wanted.to_string()], status.to_owned(), one);
        }
        // A rollout's new pods fail beside old ones that are all ready.
        _ if o.kind() == "Deployment" && new < count(o, "replicas") => {
            if let Some(pod) = newest {
                add(What::NewWaits, &[&pod.name], unready_as(pod).to_owned(), Some(relative_pod(pod)));
            }
        }
        _ => {}
    }
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
fn cron_job(around: &Around, o: &Value, add: Add) {
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
fn job(around: &Around, o: &Value, add: Add) {
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

/// What a claim waits for.
fn claim(sim: &Sim, o: &Value, add: Add) {
    let class = spec(o, "storageClassName").str();
    let found = sim.api().peek(kinds::STORAGE_CLASS, "", class);
    let words = event(sim, o, &[]).unwrap_or_else(|| "Pending".to_owned());
    // A class that is none may still be what volumes made by hand are called by.
    let mut volumes = String::new();
    for v in sim.api().iter(kinds::PERSISTENT_VOLUME, None).filter(|v| class_of(v) == class).take(NAMED_MAX) {
        let taken = !spec(v, "claimRef").is_null() && !is_for(v, o);
        if let Some(why) = mismatch(v, o).or_else(|| taken.then(|| "already bound to a different claim".to_owned())) {
            volumes = [&volumes, " (", v.name(), ": ", &why, ")"].concat();
        }
    }
    match found {
        None if !class.is_empty() && volumes.is_empty() => add(What::ClaimNoClass, &[class], words, None),
        Some(c) if c.get("volumeBindingMode").str() == "WaitForFirstConsumer" => add(What::ClaimLate, &[], words, None),
        _ => add(What::ClaimNoVolume, &[&volumes], words, None),
    }
}

/// Why nothing new runs on a node, or what runs there may not leave it.
fn node(Around { sim, view, .. }: &Around, o: &Value, add: Add) {
    if let Some((reason, message)) = said(o, "Ready", "Unknown").or_else(|| said(o, "Ready", "False")) {
        add(What::NodeLost, &[], term(reason, message), None);
    } else if view.nodes.iter().any(|n| n.name == o.name() && (n.faults.off || n.faults.cut)) {
        let grace = sim.session().controller_flags().node_grace;
        add(What::NodeUnnoticed, &[&grace.as_secs().to_string()], "--node-monitor-grace-period".to_owned(), None);
    }
    for kind in ["MemoryPressure", "DiskPressure", "PIDPressure"] {
        if let Some((reason, message)) = said(o, kind, "True") {
            add(What::Pressure, &[kind.trim_end_matches("Pressure")], term(reason, message), None);
        }
    }
    if spec(o, "unschedulable").is_true() {
        add(What::Cordoned, &[], "SchedulingDisabled".to_owned(), None);
        let here = view.nodes.iter().find(|n| n.name == o.name());
        for (pod, budget) in here.iter().flat_map(|n| &n.pods).filter_map(|p| Some((p, guard(sim, p)?))).take(3) {
            add(What::Guarded, &[&pod.name], NO_EVICTION.to_owned(), Some(relative(budget)));
        }
    }
}

/// The budget that keeps a pod from being evicted now.
fn guard<'a>(sim: &'a Sim, pod: &PodView) -> Option<&'a Value> {
    let budgets = sim.api().iter(kinds::POD_DISRUPTION_BUDGET, Some(&pod.namespace));
    let selects = |b: &&Value| {
        let wanted = b.at(&["spec", "selector", "matchLabels"]);
        !wanted.is_empty() && wanted.entries().all(|(k, v)| pod.labels.iter().any(|l| l.0 == k.as_str() && l.1 == v.str()))
    };
    budgets.filter(selects).find(|b| b.at(&["status", "disruptionsAllowed"]).int() == 0)
}

/// Why an autoscaler does not do what one would think.
fn hpa(around: &Around, o: &Value, add: Add) {
    let sim = around.sim;
    let target = o.at(&["spec", "scaleTargetRef"]);
    let scaled = object(sim, target.get("kind").str(), o.namespace(), target.get("name").str());
    let leads = scaled.map(relative);
    let others = || sim.api().iter(kinds::HORIZONTAL_POD_AUTOSCALER, Some(o.namespace())).filter(|other| other.name() != o.name());
    let rival = others().find(|other| other.at(&["spec", "scaleTargetRef"]) == target).map(relative);
    // It says so itself once it has looked.
    if rival.is_some() && said(o, "ScalingActive", "False").is_none_or(|c| c.0 != "AmbiguousSelector") {
        add(What::HpaRivals, &[], "spec.scaleTargetRef".to_owned(), rival.clone());
    }
    for (kind, status) in [("AbleToScale", "False"), ("ScalingActive", "False"), ("ScalingLimited", "True"), ("AbleToScale", "True")] {
        let Some((reason, message)) = said(o, kind, status) else { continue };
        let bound = |key: &str| o.at(&["spec", key]).as_int().unwrap_or(1).to_string();
        let (what, value) = match reason {
            "FailedGetScale" => (What::HpaNoTarget, format!("{}/{}", target.get("kind").str(), target.get("name").str())),
            "ScalingDisabled" => (What::HpaOff, String::new()),
            "AmbiguousSelector" => (What::HpaRivals, String::new()),
            "TooManyReplicas" => (What::HpaMax, bound("maxReplicas")),
            "TooFewReplicas" => (What::HpaMin, bound("minReplicas")),
            "ScaleUpLimit" | "ScaleDownLimit" => (What::HpaPace, String::new()),
            "ScaleDownStabilized" => {
                (What::HpaHolds, o.at(&["spec", "behavior", "scaleDown", "stabilizationWindowSeconds"]).as_int().unwrap_or(300).to_string())
            }
            _ if kind == "ScalingActive" && scaled.is_some_and(|s| lacks_request(around, o, s)) => (What::HpaNoRequest, String::new()),
            _ if kind == "ScalingActive" => (What::HpaNoMetrics, String::new()),
            _ => continue,
        };
        let leads = rival.clone().filter(|_| what == What::HpaRivals).or_else(|| leads.clone());
        add(what, &[&value], term(reason, message), leads);
    }
}

/// Whether an autoscaler is to keep a share of what the pods request, and they request nothing. Without metrics it never comes
/// so far as to ask.
fn lacks_request(around: &Around, autoscaler: &Value, scaled: &Value) -> bool {
    let api = around.sim.api();
    if !api.metrics().is_served() {
        return false;
    }
    let pods = around.pods_of(scaled).iter().filter_map(|p| api.peek(kinds::POD, &p.namespace, &p.name)).list();
    spec(autoscaler, "metrics").items().iter().any(|metric| {
        let sources = [metric.get("resource"), metric.get("containerResource")];
        sources.iter().filter(|s| !s.at(&["target", "averageUtilization"]).is_null()).any(|source| {
            let requests = requests_of(&pods, source.get("container").str(), source.get("name").str());
            matches!(requests, Err(CalculatorError::MissingRequest { .. }))
        })
    })
}

/// What the kubelet said as it ended a container for its probe, where that was the container's last end, or is to be the next.
pub fn killed_by_probe(sim: &Sim, pod: &Value) -> Option<String> {
    for status in ["initContainerStatuses", "containerStatuses"].iter().flat_map(|list| pod.at(&["status", list]).items()) {
        // When its last life began, or else this one.
        let lives = [["state", "terminated"], ["lastState", "terminated"], ["state", "running"]];
        let Some(since) = lives.iter().find_map(|life| status.at(life).get("startedAt").as_str()) else { continue };
        let begin = format!("Container {} failed ", status.get("name").str());
        for event in sim.api().events_about(pod.uid()) {
            let message = event.get("message").str();
            if message.starts_with(&begin) && message.ends_with("will be restarted") && event.get("lastTimestamp").str() >= since {
                return Some(term("Killing", message));
            }
        }
    }
    None
}

/// What keeps a pod back that stands in other objects.
fn pod(Around { sim, view, .. }: &Around, o: &Value, add: Add) {
    let Some(seen) = view.pod(o.uid()) else { return };
    let gates: Vec<&str> = o.at(&["spec", "schedulingGates"]).items().iter().map(|g| g.get("name").str()).list();
    if !gates.is_empty() {
        add(What::Gated, &[&gates.join(", ")], "SchedulingGated".to_owned(), None);
    }
    if let Some(scheduler) = sim.cluster().scheduler.as_ref().filter(|_| spec(o, "nodeName").str().is_empty()) {
        let named = spec(o, "schedulerName").str();
        if !scheduler.names().any(|name| name == named) {
            add(What::NoScheduler, &[named, &scheduler.names().list().join(", ")], format!("spec.schedulerName: {named}"), None);
        }
    }
    if matches!(seen.health, Health::Unscheduled | Health::Starting) {
        for v in o.at(&["spec", "volumes"]).items() {
            let claim = v.at(&["persistentVolumeClaim", "claimName"]).str();
            let found = sim.api().peek(kinds::PERSISTENT_VOLUME_CLAIM, o.namespace(), claim);
            match found {
                _ if claim.is_empty() => {}
                None => add(What::ClaimMissing, &[claim], format!("persistentvolumeclaim \"{claim}\" not found"), None),
                Some(c) if c.at(&["status", "phase"]).str() == "Bound" => {}
                Some(c) => add(What::ClaimOfPod, &[claim], "unbound PersistentVolumeClaim".to_owned(), Some(relative(c))),
            }
        }
        for entry in resource_claim::entries(o) {
            let claim = |name: &str| sim.api().peek(kinds::RESOURCE_CLAIM, o.namespace(), name);
            let serves = |c: &Value| !c.is_terminating() && (seen.node.is_none() || resource_claim::is_reserved_for(c, o.uid()));
            if resource_claim::name(o, entry).map_or(true, |name| name.is_some_and(|name| !claim(&name).is_some_and(serves))) {
                let told = event(sim, o, &["FailedResourceClaimCreation", "FailedPrepareDynamicResources"]);
                add(What::ClaimOfDevices, &[entry.get("name").str()], told.unwrap_or_else(|| "spec.resourceClaims".to_owned()), None);
            }
        }
    }
    if seen.health == Health::Starting
        && let Some(words) = event(sim, o, &["FailedMount", "FailedAttachVolume"])
    {
        add(What::MountFails, &[], words, None);
    }
    let node = seen.node.as_ref().and_then(|n| view.nodes.iter().find(|v| v.name == *n));
    if let Some(n) = node.filter(|n| !n.ready && !seen.is_over()) {
        let what = if seen.terminating.is_some() { What::NodeSilent } else { What::NodeAway };
        add(what, &[], "NodeNotReady".to_owned(), Some(["Node", "", &n.name, &n.key].map(str::to_owned)));
    }
    if let Some(budget) = node.filter(|n| !n.schedulable).and_then(|_| guard(sim, seen)) {
        add(What::Guarded, &[&seen.name], NO_EVICTION.to_owned(), Some(relative(budget)));
    }
    if let Some(words) = killed_by_probe(sim, o).filter(|_| seen.terminating.is_none()) {
        add(What::ProbeKills, &[], words, None);
    }
    if let Some(("ReadinessGatesNotReady", message)) = said(o, "Ready", "False") {
        add(What::WaitsFor, &["readinessGates"], term("ReadinessGatesNotReady", message), None);
    }
    requests(sim, o, add);
    for c in seen.containers.iter().filter(|c| c.is_running() && c.last_exit.as_ref().is_some_and(|e| e.reason == "OOMKilled")) {
        let limits = o.at(&["spec", "containers"]).named(&c.name);
        add(What::WasOom, &[&c.name, limits.map_or("", |s| s.at(&["resources", "limits", "memory"]).str())], "OOMKilled".to_owned(), None);
    }
    for c in seen.containers.iter().filter(|c| matches!(c.state, ContainerState::Waiting { .. })) {
        if let Some(near) = images::misspelt(&c.image) {
            add(What::NoSuchImage, &[&c.image, near], format!("image: {}", c.image), None);
        }
    }
    for c in seen.containers.iter().filter(|c| c.is_running()) {
        match images::placeholder(&c.image) {
            Some(Some(near)) => add(What::Misspelt, &[&c.image, near], format!("image: {}", c.image), None),
            Some(None) => add(What::Placeholder, &[&c.image], format!("image: {}", c.image), None),
            None => {}
        }
    }
}

#[cfg(test)]
mod tests;
