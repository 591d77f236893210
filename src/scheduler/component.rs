//! The scheduler as a component: it takes in changes, tries one waiting pod at a time, and writes the result. Models kube-scheduler. It
//! knows the cluster only by what was delivered to it.

use std::collections::VecDeque;
use std::sync::Arc;

use super::cache::{Cache, NodeIndex};
use super::cluster_event::ClusterEvent;
use super::configuration::Configuration;
use super::cycle::{Algorithm, Diagnosis, Outcome, profile_of};
use super::decisions::{Decision, Decisions, Record};
use super::device_claims;
use super::framework::{Cx, PluginSet};
use super::plugins::{DYNAMIC_RESOURCES, dynamic_resources};
use super::pod_info::PodInfo;
use super::preemption::{Budget, Candidate, Evaluator, Preemption};
use super::queue::{Failure, Queue, Queued};
use super::volumes::Promised;
use crate::api::{self, ArcStr, KindRef, Object, Status, Value, has_ended, kinds, persistent_volume};
use crate::base::{Duration, List as _, RandomStream, SortedMap, Time};
use crate::obj;
use crate::server::{ApiServer, Caller, Change, Component, DeleteOptions, EventSeriesRecorder, Subresource, WriteOptions};

/// The default profile's name, and the source of its events.
pub const DEFAULT_SCHEDULER: &str = "default-scheduler";
/// The field manager of its writes.
const MANAGER: &str = "kube-scheduler";
/// How long it takes to try one pod. A real scheduler takes about as long. It must not be zero, so that pods are placed one after the
/// other.
const CYCLE: Duration = Duration::from_millis(1);
/// How often the scheduler checks whether the claims of a pod with a node are bound.
const BINDING_POLL: Duration = Duration::from_secs(1);
/// How errors of binding volumes and of reserving ResourceClaims begin.
const PRE_BIND: [&str; 2] = ["running PreBind plugin \"VolumeBinding\"", "running PreBind plugin \"DynamicResources\""];
/// The message if there is no node at all.
const NO_NODES: &str = "no nodes available to schedule pods";
/// The maximal length of an event's note.
const NOTE_LENGTH_LIMIT: usize = 1024;

/// The scheduler.
#[derive(Clone, Debug)]
pub struct Scheduler {
    cache: Cache,
    queue: Queue,
    /// The algorithms, one for each profile.
    algorithms: Vec<Algorithm>,
    random: RandomStream,
    recorder: EventSeriesRecorder,
    decisions: Decisions,
    record: Record,
    /// The PodDisruptionBudgets that select something, by namespace and name.
    budgets: SortedMap<(ArcStr, ArcStr), Budget>,
    /// Pods that wait for their claims to be bound, by when they are looked at.
    binding: VecDeque<Binding>,
    busy_until: Time,
}

/// A pod that has a node and waits for its claims to be bound.
#[derive(Clone, Debug)]
struct Binding {
    queued: Queued,
    promised: Promised,
    /// When it is looked at next, and how long at most.
    next: Time,
    until: Time,
}

/// What becomes of a pod's nominated node (`status.nominatedNodeName`) when the pod waits again.
// Models framework.NominatingInfo.
enum Nomination {
    /// It stays.
    Keep,
    /// It is cleared.
    Clear,
    /// It is set to this node.
    Set(ArcStr),
}

impl Scheduler {
    /// The scheduler of a session with this seed.
    pub fn new(seed: u64, configuration: Configuration) -> Self {
        let Configuration { profiles, backoff } = configuration;
        Scheduler {
            cache: Cache::default(),
            queue: Queue::with_backoff(backoff),
            algorithms: profiles.into_iter().map(Algorithm::new).list(),
            random: RandomStream::new(seed, "scheduler"),
            recorder: EventSeriesRecorder::new(DEFAULT_SCHEDULER),
            decisions: Decisions::default(),
            record: Record::default(),
            budgets: SortedMap::new(),
            binding: VecDeque::new(),
            busy_until: Time::ZERO,
        }
    }

    /// Restarts it: it forgets everything but its decisions and the state of its random stream.
    pub fn restart(&mut self, configuration: Configuration) {
        let decisions = std::mem::take(&mut self.decisions);
        *self = Scheduler { decisions, random: self.random.clone(), busy_until: self.busy_until, ..Scheduler::new(0, configuration) };
    }

    /// The names of the schedulers that pods can ask for.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.algorithms.iter().map(|a| a.profile.name.as_str())
    }

    /// The last decisions, to be shown.
    pub fn decisions(&self) -> &Decisions {
        &self.decisions
    }

    /// The queue, to be shown.
    pub fn queue(&self) -> &Queue {
        &self.queue
    }

    /// Has the queue retry the pods that an event may help.
    fn tell_queue(&mut self, event: &ClusterEvent, now: Time) {
        self.queue.on_event(&self.cache, &self.algorithms, event, now);
    }

    fn on_pod(&mut self, now: Time, object: Option<&Value>, uid: &str) {
        self.cache.sweep_classes(self.queue.pods());
        // A pod that has ended no longer takes anything from its node.
        let live = object.filter(|o| !has_ended(o));
        let Some(object) = live else {
            let waited = self.queue.remove(uid).map(|q| q.pod).filter(|p| !p.nominated_node().is_empty());
            if let Some(gone) = self.cache.remove_pod(uid).or(waited) {
                self.tell_queue(&ClusterEvent::PodDeleted(&gone), now);
            }
            if object.is_none() {
                self.recorder.forget(uid);
            }
            return;
        };
        if !object.at(&["spec", "nodeName"]).str().is_empty() {
            self.queue.remove(uid);
            let before = self.cache.placed_pod(uid).cloned();
            let was_assumed = self.cache.is_assumed(uid);
            let pod = self.cache.set_pod(object);
            match before.filter(|_| !was_assumed) {
                None => self.tell_queue(&ClusterEvent::PodAssigned(&pod), now),
                Some(old) if old.class.id != pod.class.id => {
                    self.tell_queue(&ClusterEvent::PodRelabelled { old: &old, new: &pod }, now);
                    if old.class.requests != pod.class.requests {
                        self.tell_queue(&ClusterEvent::PodScaledDown { old: &old, new: &pod }, now);
                    }
                }
                Some(_) => {}
            }
        } else if profile_of(&self.algorithms, object.at(&["spec", "schedulerName"]).str()).is_some() && !self.cache.is_assumed(uid) {
            if object.is_terminating() {
                self.queue.remove(uid);
            } else {
                let pod = Arc::new(self.cache.parse_pod(object));
                let before = self.queue.get(uid).map(|q| q.pod.clone());
                self.queue.update(&self.cache, pod.clone(), now);
                let gave_up = |old: &Arc<PodInfo>| !old.nominated_node().is_empty() && old.nominated_node() != pod.nominated_node();
                if let Some(old) = before.filter(gave_up) {
                    self.tell_queue(&ClusterEvent::PodDeleted(&old), now);
                }
            }
        }
    }

    fn on_node(&mut self, now: Time, object: Option<&Value>, name: &str) {
        let old = self.cache.node_named(name).map(|i| self.cache.node(i).object.clone()).unwrap_or_default();
        match object {
            Some(object) => {
                let (index, change) = self.cache.set_node(object);
                if change.is_any() {
                    self.tell_queue(&ClusterEvent::Node { index, change, old: &old }, now);
                }
            }
            None => {
                self.cache.remove_node(name);
                self.tell_queue(&ClusterEvent::NodeDeleted { old: &old }, now);
            }
        }
    }

    /// Tries one pod.
    fn schedule_one(&mut self, api: &mut ApiServer, now: Time, queued: &Queued) {
        let pod = &*queued.pod;
        // Only pods that name a known scheduler are queued.
        let Some(place) = profile_of(&self.algorithms, pod.scheduler_name()) else { return self.queue.done(&pod.uid) };
        let outcome = self.algorithms[place].run(&mut self.cache, &self.queue, pod, &mut self.record);
        let mut decision = Decision {
            namespace: pod.class.namespace.clone(),
            pod: pod.name.clone(),
            at: now,
            attempt: queued.attempts,
            nodes: self.cache.order().len(),
            evaluated: self.record.evaluated(),
            ..Decision::default()
        };
        self.record.write(&self.cache, &pod.class.requests, &mut decision);
        match outcome {
            Outcome::Placed(index) => {
                decision.node = self.cache.node(index).name.clone();
                let node = decision.node.clone();
                self.cache.assume(pod, index);
                self.queue.done(&pod.uid);
                dynamic_resources::reserve(&mut self.cache, pod, index);
                match self.reserve(api, now, pod, index) {
                    Ok(None) => {
                        decision.message = self.bind(api, now, queued, &node);
                        if !decision.message.is_empty() {
                            decision.node = ArcStr::new();
                        }
                    }
                    Ok(Some(promised)) => {
                        let (next, until) = (now + BINDING_POLL, now + self.algorithms[place].profile.bind_timeout);
                        self.binding.push_back(Binding { queued: queued.clone(), promised, next, until });
                    }
                    Err(status) => {
                        decision.node = ArcStr::new();
                        decision.message = format!("{}: {}", PRE_BIND[0], status.message);
                        self.unbind(api, now, queued, &decision.message);
                    }
                }
            }
            Outcome::NoNodes => {
                decision.message = NO_NODES.to_owned();
                // No plugin has refused it, so it waits as after an error.
                self.fail(api, now, pod, Failure::Refused(PluginSet::default()), NO_NODES, Nomination::Clear);
            }
            Outcome::Error(message) => {
                self.fail(api, now, pod, Failure::Error, &message, Nomination::Clear);
                decision.message = message;
            }
            Outcome::Unschedulable(d) => decision.message = self.unschedulable(api, now, place, pod, &d),
        }
        self.decisions.keep(pod.uid.clone(), decision);
    }

    /// Reserves volumes for the pod's claims and asks for the provisioning of others; returns what is to be waited for.
    // Models VolumeBinding's Reserve and PreBind: if the API refuses a write, earlier writes stay.
    fn reserve(&mut self, api: &mut ApiServer, now: Time, pod: &PodInfo, index: NodeIndex) -> Result<Option<Promised>, Status> {
        let (volumes, namespace) = (&self.cache.volumes, &pod.class.namespace);
        let claims = volumes.unbound_claims(namespace, pod.claim_names());
        let node = self.cache.node(index);
        let Some(plan) = volumes.plan(&claims, &node.object).filter(|plan| !plan.is_empty()) else { return Ok(None) };
        let mut promised = Promised { namespace: namespace.clone(), node: node.name.clone(), ..Promised::default() };
        let mut writes = Vec::new();
        for (claim, volume) in plan {
            let name = ArcStr::from(claim.name());
            let mut next = volume.unwrap_or(claim).clone();
            if let Some(volume) = volume {
                persistent_volume::set_aside(&mut next, claim);
                promised.volumes.push((volume.name().into(), name));
            } else {
                next.set(&["metadata", "annotations", persistent_volume::SELECTED_NODE], &node.name);
                promised.made.push(name);
            }
            writes.push((volume.is_some(), next));
        }
        let by = Caller::new(now, MANAGER);
        for (is_volume, next) in writes {
            let name = ArcStr::from(next.name());
            let kind = if is_volume { kinds::PERSISTENT_VOLUME } else { kinds::PERSISTENT_VOLUME_CLAIM };
            let written = api.update(&by, kind, next, Subresource::None, &WriteOptions::default())?;
            // The next pod must not get the same before the informer says so.
            if is_volume {
                self.cache.volumes.set_volume(name, Some(written));
            } else {
                self.cache.volumes.set_claim(namespace.clone(), name, Some(written));
            }
        }
        if let Some(mut next) = current(api, pod) {
            next.set(&["status", "nominatedNodeName"], &promised.node);
            self.write_status(api, now, next);
        }
        Ok(Some(promised))
    }

    /// Binds a pod to its node; returns the reason if that fails.
    fn bind(&mut self, api: &mut ApiServer, now: Time, queued: &Queued, node: &ArcStr) -> String {
        let (namespace, name) = (&queued.pod.class.namespace, &queued.pod.name);
        let by = Caller::new(now, MANAGER);
        if let Err(why) = device_claims::bind(api, &mut self.cache.devices, &by, &queued.pod) {
            let message = format!("{}: {why}", PRE_BIND[1]);
            self.unbind(api, now, queued, &message);
            return message;
        }
        match api.bind(&by, namespace, name, node) {
            Ok(()) => {
                let message = format!("Successfully assigned {namespace}/{name} to {node}");
                let pod = &queued.pod;
                self.recorder.event(api, now, pod.scheduler_name(), &pod.object, "Scheduled", &message);
                String::new()
            }
            Err(status) => {
                self.unbind(api, now, queued, &status.message);
                status.into_message()
            }
        }
    }

    /// Handles a pod that cannot have its node after all and waits again.
    fn unbind(&mut self, api: &mut ApiServer, now: Time, queued: &Queued, message: &str) {
        self.cache.remove_pod(&queued.pod.uid);
        device_claims::unreserve(api, &mut self.cache.devices, &Caller::new(now, MANAGER), &queued.pod);
        let waits = |o: &Value| !o.is_terminating() && o.at(&["spec", "nodeName"]).str().is_empty();
        if let Some(object) = current(api, &queued.pod).filter(waits) {
            // Changes of the pod while it was assumed to be on its node did not reach the queue.
            let pod = Arc::new(self.cache.parse_pod(&object));
            self.queue.resume(queued.clone(), pod.clone());
            self.fail(api, now, &pod, Failure::Error, message, Nomination::Clear);
        }
    }

    /// Checks whether a pod's volumes are bound by now.
    fn look_at(&mut self, api: &mut ApiServer, now: Time, mut binding: Binding) {
        let pod = &binding.queued.pod;
        if !self.cache.is_assumed(&pod.uid) {
            // The pod is gone, or somebody else gave it a node.
            return device_claims::unreserve(api, &mut self.cache.devices, &Caller::new(now, MANAGER), pod);
        }
        let node = self.cache.node_named(&binding.promised.node).map(|i| &self.cache.node(i).object);
        let why = match self.cache.volumes.check(&binding.promised, node) {
            Ok(true) => {
                self.bind(api, now, &binding.queued, &binding.promised.node);
                return;
            }
            Ok(false) if now < binding.until => {
                binding.next = now + BINDING_POLL;
                self.binding.push_back(binding);
                return;
            }
            Ok(false) => "context deadline exceeded".to_owned(),
            Err(why) => why.to_string(),
        };
        self.unbind(api, now, &binding.queued, &format!("{}: binding volumes: {why}", PRE_BIND[0]));
    }

    /// No node would do: looks for pods to preempt. Returns the message of that.
    fn unschedulable(&mut self, api: &mut ApiServer, now: Time, place: usize, pod: &PodInfo, d: &Diagnosis) -> String {
        let mut message = d.message(&self.cache.scalars);
        let failure = Failure::Refused(d.refused_by);
        if d.pre_filter_message.is_some() && !d.refused_by.contains(DYNAMIC_RESOURCES) {
            // The plugin DynamicResources comes first in PostFilter, and lacks the state that it would have kept in PreFilter.
            message.push_str(" not found");
            self.fail(api, now, pod, failure, &message, Nomination::Keep);
            return message;
        }
        let algorithm = &self.algorithms[place];
        let claims = match device_claims::deallocate(api, &self.cache, &Caller::new(now, MANAGER), pod, d) {
            Ok(claims) if algorithm.profile.preempts => claims,
            said => {
                let said = said.map_or_else(Status::into_message, str::to_owned);
                message = format!("{message} {said}");
                self.fail(api, now, pod, failure, &message, Nomination::Keep);
                return message;
            }
        };
        let cx = Cx { cache: &self.cache, pod, fits: algorithm.fits(&pod.class), profile: &algorithm.profile };
        let evaluator = Evaluator { cx, queue: &self.queue, budgets: self.budgets.values().list(), now };
        match evaluator.preempt(d, &mut self.random) {
            Preemption::Preempt(candidate) => {
                let node = self.cache.node(candidate.node).name.clone();
                self.fail(api, now, pod, failure, &message, Nomination::Set(node.clone()));
                self.preempt(api, now, pod, &node, &candidate);
            }
            Preemption::NotEligible(why) => {
                message = format!("{message} {claims}, preemption: {why}");
                self.fail(api, now, pod, failure, &message, Nomination::Keep);
            }
            Preemption::NotHelpful(why) => {
                message = format!("{message} {claims}, preemption: {why}");
                self.fail(api, now, pod, failure, &message, Nomination::Clear);
            }
        }
        message
    }

    /// Has the pod wait again, with an event and a condition that say why.
    fn fail(&mut self, api: &mut ApiServer, now: Time, pod: &PodInfo, failure: Failure, message: &str, nomination: Nomination) {
        self.queue.failed(&pod.uid, failure, now);
        match &nomination {
            Nomination::Keep => {}
            Nomination::Clear => self.queue.forget_nomination(&pod.uid),
            Nomination::Set(node) => self.queue.nominate(Arc::new(pod.clone()), node.clone()),
        }
        self.recorder.event(api, now, pod.scheduler_name(), &pod.object, "FailedScheduling", &truncated(message));
        let Some(mut next) = current(api, pod) else { return };
        let reason = if failure == Failure::Error { "SchedulerError" } else { "Unschedulable" };
        let condition = obj!({
            "type": "PodScheduled", "status": "False", "reason": reason, "message": message, "lastProbeTime": null,
            "observedGeneration": next.at(&["metadata", "generation"])
        });
        // A newer generation alone is no change (`podutil.UpdatePodCondition`).
        let same = |c: &Value| ["type", "status", "reason", "message"].iter().all(|m| c.get(m) == condition.get(m));
        if !next.at(&["status", "conditions"]).items().iter().any(same) {
            set_condition(&mut next, condition, now);
        }
        match nomination {
            Nomination::Keep => {}
            Nomination::Clear => drop(next.remove(&["status", "nominatedNodeName"])),
            Nomination::Set(node) => next.set(&["status", "nominatedNodeName"], node),
        }
        self.write_status(api, now, next);
    }

    /// Marks and deletes the victims, and clears the nomination of less important pods for the node, unless all victims are terminating
    /// already.
    // Models prepareCandidateAsync.
    fn preempt(&mut self, api: &mut ApiServer, now: Time, pod: &PodInfo, node: &ArcStr, candidate: &Candidate) {
        let scheduler = pod.scheduler_name();
        if candidate.victims.iter().all(|v| v.terminating) {
            return;
        }
        let less: Vec<Arc<PodInfo>> = self.queue.nominated(node).iter().filter(|p| p.class.priority < pod.class.priority).cloned().list();
        for other in less {
            if let Some(mut next) = current(api, &other) {
                next.remove(&["status", "nominatedNodeName"]);
                self.write_status(api, now, next);
            }
        }
        for victim in candidate.victims.iter().filter(|v| !v.terminating) {
            let Some(object) = current(api, victim) else { continue };
            let mut next = object.clone();
            let message = format!("{scheduler}: preempting to accommodate a higher priority pod");
            let condition = obj!({
                "type": "DisruptionTarget", "status": "True", "reason": "PreemptionByScheduler", "message": message, "lastProbeTime": null,
                "observedGeneration": object.at(&["metadata", "generation"])
            });
            set_condition(&mut next, condition, now);
            self.write_status(api, now, next);
            let (namespace, name) = (&victim.class.namespace, &victim.name);
            if api.delete(&Caller::new(now, MANAGER), kinds::POD, namespace, name, &DeleteOptions::default()).is_ok() {
                let message = format!("Preempted by pod {} on node {node}", pod.uid);
                self.recorder.event(api, now, scheduler, &object, "Preempted", &message);
            }
        }
    }

    /// Writes a pod's status, if it has changed.
    fn write_status(&self, api: &mut ApiServer, now: Time, next: Value) {
        let kind = kinds::POD;
        let unchanged = api.peek(kind, next.namespace(), next.name()).is_some_and(|o| o.get("status").same(next.get("status")));
        if !unchanged {
            // If the pod has changed or gone in between, that event has it tried again.
            let _ = api.update(&Caller::new(now, MANAGER), kind, next, Subresource::Status, &WriteOptions::default());
        }
    }
}

impl Component for Scheduler {
    fn watches(&self, kind: KindRef) -> bool {
        matches!(
            (kind.group, kind.plural),
            ("", "pods" | "nodes" | "namespaces" | "services" | "replicationcontrollers" | "persistentvolumeclaims" | "persistentvolumes")
                | ("apps", "replicasets" | "statefulsets")
                | ("policy", "poddisruptionbudgets")
                | ("storage.k8s.io", "storageclasses")
                | ("resource.k8s.io", "resourceclaims" | "deviceclasses" | "resourceslices")
        )
    }

    fn on_change(&mut self, _: &ApiServer, now: Time, change: &Change) {
        let object = change.current();
        let (namespace, name) = (change.key.namespace.clone(), change.key.name.clone());
        let volume = |claim: ArcStr| ClusterEvent::Volume { namespace: namespace.clone(), claim };
        let selector = object.map_or(&Value::Null, |o| o.at(&["spec", "selector"]));
        match change.key.kind.plural {
            "pods" => self.on_pod(now, object, change.object.uid()),
            "nodes" => self.on_node(now, object, &name),
            "namespaces" => self.cache.set_namespace(name, object.map(|o| o.labels().clone())),
            "services" => self.cache.workloads.set_service(namespace, name, selector),
            "replicationcontrollers" | "replicasets" | "statefulsets" => {
                self.cache.workloads.set_controller(change.key.kind.kind.into(), namespace, name, selector);
            }
            "persistentvolumeclaims" => {
                self.cache.volumes.set_claim(namespace.clone(), name.clone(), object.cloned());
                self.tell_queue(&volume(name), now);
            }
            "persistentvolumes" => {
                self.cache.volumes.set_volume(name, object.cloned());
                self.tell_queue(&volume(ArcStr::new()), now);
            }
            "storageclasses" => {
                self.cache.volumes.set_class(name, object.cloned());
                self.tell_queue(&volume(ArcStr::new()), now);
            }
            "resourceclaims" => {
                self.cache.devices.set_claim(namespace, name, object.cloned());
                if let Some(new) = object {
                    self.tell_queue(&ClusterEvent::Claim { old: change.old.as_ref(), new }, now);
                }
            }
            "deviceclasses" | "resourceslices" => {
                if change.key.kind.plural == "deviceclasses" {
                    self.cache.devices.set_class(name, object.cloned());
                } else {
                    self.cache.devices.set_slice(&change.object, object.is_some());
                }
                if object.is_some() {
                    self.tell_queue(&ClusterEvent::Devices, now);
                }
            }
            "poddisruptionbudgets" => {
                match object.and_then(Budget::parse) {
                    Some(budget) => self.budgets.insert((namespace, name), budget),
                    None => self.budgets.remove(&(namespace, name)),
                };
            }
            _ => {}
        }
    }

    fn next_wake(&self) -> Option<Time> {
        let tried = self.queue.next_wake().map(|at| at.max(self.busy_until));
        [self.binding.front().map(|b| b.next), tried, self.recorder.next_wake()].into_iter().flatten().min()
    }

    fn wake(&mut self, api: &mut ApiServer, now: Time) {
        if let Some(binding) = self.binding.pop_front_if(|b| b.next <= now) {
            return self.look_at(api, now, binding);
        }
        if self.recorder.next_wake().is_some_and(|at| at <= now) {
            return self.recorder.wake(api, now);
        }
        if now < self.busy_until {
            return;
        }
        self.queue.flush(&self.cache, now);
        if let Some(queued) = self.queue.pop() {
            self.busy_until = now + CYCLE;
            self.schedule_one(api, now, &queued);
        }
    }
}

/// The stored object of a pod, unless another pod has its name by now.
fn current(api: &ApiServer, pod: &PodInfo) -> Option<Value> {
    api.peek(kinds::POD, &pod.class.namespace, &pod.name).filter(|o| o.uid() == pod.uid.as_str()).cloned()
}

/// Sets a condition of a pod. The time of transition changes only with the status.
fn set_condition(pod: &mut Value, condition: Value, now: Time) {
    api::set_condition(pod.at_mut(&["status", "conditions"]).list_mut(), condition, now);
}

fn truncated(message: &str) -> String {
    if message.len() <= NOTE_LENGTH_LIMIT {
        return message.to_owned();
    }
    let end = (0..=NOTE_LENGTH_LIMIT - 4).rev().find(|i| message.is_char_boundary(*i)).unwrap_or(0);
    format!("{} ...", &message[..end])
}
