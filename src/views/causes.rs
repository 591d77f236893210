//! Why an object is not as wanted, whatever its kind: read from its conditions, its counts and the events about it. What a pod's
//! own containers have to do with it is [`super::why()`]'s; here the reasons are those that stand in other objects.

use std::cell::OnceCell;
use std::rc::Rc;

use crate::api::persistent_volume::{class_of, is_for, mismatch};
use crate::api::{KINDS, Object, Quantity, Value, find_condition, kinds};
use crate::base::{Duration, List as _, Order as _, SortedMap, Time};
use crate::server::NO_EVICTION;
use crate::sim::Sim;

mod hpa;
mod pod;
mod service;
mod workload;

pub use self::pod::killed_by_probe;

use self::hpa::hpa;
use self::pod::pod;
use self::service::{ingress, service};
use self::workload::{cron_job, job, workload};
use super::cluster::ClusterView;
use super::objects::{Relative, holds};
use super::pod::PodView;

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
const WATCHED: [&str; 13] = [
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
    "Ingress",
];

/// The objects that are not as wanted, beside pods, each with its first reason; at most `most`.
pub fn amiss(sim: &Sim, view: &ClusterView, most: usize) -> Vec<(Relative, Cause)> {
    let around = Around::new(sim, view);
    let mut found = Vec::new();
    let mut look = |o: &Value| {
        // What a controller made is told of with that.
        if found.len() < most && (o.kind() != "ReplicaSet" || o.controller_ref().is_null()) {
            // What an Ingress lacks, whoever asks it does not get.
            let weighs = |c: &Cause| (o.kind() == "Ingress" || !c.what.is_harmless()) && !is_on_its_way(sim, o, c);
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
        let pods = here.iter().flat_map(|n| &n.pods).filter_map(|p| sim.api().peek(kinds::POD, &p.namespace, &p.name));
        pods.filter(|p| guarded(sim, p, add)).take(NAMED_MAX).for_each(drop);
    }
}

/// The budget that keeps a pod from being evicted now. Says whether there is one.
fn guarded(sim: &Sim, pod: &Value, add: Add) -> bool {
    let budget = sim.api().guarding_budget(pod);
    if let Some(budget) = budget {
        add(What::Guarded, &[pod.name()], NO_EVICTION.to_owned(), Some(relative(budget)));
    }
    budget.is_some()
}

#[cfg(test)]
mod tests;
