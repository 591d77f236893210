//! In-place resize of a pod. Models the allocation manager, which grants resources (pkg/kubelet/allocation), and what brings running
//! containers to them (`computePodResizeAction`).

use std::cmp::Reverse;
use std::fmt::Write as _;

use super::admission::{Rejection, amount, fits};
use super::kubelets::Kubelets;
use super::node::Node;
use super::pod_worker::{Cx, PodWorker, Work};
use super::resources::{limits_of, pod_resources};
use super::spec::PodSpec;
use super::static_pods::is_mirror;
use crate::api::quantity::Quantity;
use crate::api::{ArcStr, Value};
use crate::base::Time;
use crate::base::{List as _, Order as _};
use crate::server::{ApiServer, EventType};

/// The lists of containers that have resources of their own.
const LISTS: [&str; 2] = ["initContainers", "containers"];
/// What a resize may change.
const RESIZABLE: [&str; 2] = ["cpu", "memory"];

/// Why what a pod asks for is not granted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// Its node can never give it, for this reason.
    Infeasible(String),
    /// Its node would not take it now if it came with that.
    Deferred(Rejection),
}

impl Refusal {
    /// The reason of the condition PodResizePending.
    pub fn reason(&self) -> &'static str {
        match self {
            Refusal::Infeasible(_) => "Infeasible",
            Refusal::Deferred(_) => "Deferred",
        }
    }

    /// The message of that.
    pub fn message(&self) -> &str {
        match self {
            Refusal::Infeasible(message) | Refusal::Deferred(Rejection { message, .. }) => message,
        }
    }
}

/// A resize that is not granted, by the generation that asks for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pending {
    pub refusal: Refusal,
    pub generation: i64,
}

/// Where a pod's resize stands.
#[derive(Clone, Debug, Default)]
pub(super) struct Resize {
    /// The spec whose resources are granted, while the pod asks for others.
    granted: Option<Value>,
    /// Why what it asks for is not granted.
    pub pending: Option<Pending>,
    /// The generation that was granted and is not brought about yet.
    pub progress: Option<i64>,
    /// Why it cannot be brought about.
    pub error: Option<String>,
}

/// The resources of a spec's container.
fn resources_in<'a>(spec: &'a Value, list: &str, name: &str) -> &'a Value {
    spec.get(list).named(name).map_or(&Value::Null, |c| c.get("resources"))
}

fn differ(granted: &Value, spec: &Value) -> bool {
    let changed = |list: &str, c: &Value| {
        let was = resources_in(granted, list, c.get("name").str());
        !was.is_null() && !was.same(c.get("resources"))
    };
    !granted.get("resources").same(spec.get("resources")) || LISTS.iter().any(|l| spec.get(l).items().iter().any(|c| changed(l, c)))
}

/// Whether a container's resources differ in one that its policy has it started anew for, or in any.
fn changes(container: &Value, actual: &Value) -> (bool, bool) {
    let wanted = container.get("resources");
    let mut found = (false, false);
    for name in RESIZABLE {
        if ["requests", "limits"].iter().any(|l| !wanted.at(&[l, name]).same(actual.at(&[l, name]))) {
            let policies = container.get("resizePolicy").items();
            let restarts =
                policies.iter().any(|p| p.get("resourceName").str() == name && p.get("restartPolicy").str() == "RestartContainer");
            found = (found.0 || restarts, true);
        }
    }
    found
}

/// What an event says: the resources of all containers.
fn summary(spec: &Value, generation: i64, error: &str) -> String {
    let mut text = String::from("{");
    for list in LISTS.iter().filter(|l| !spec.get(l).is_empty()) {
        let _ = write!(text, "\"{list}\":[");
        for (i, container) in spec.get(list).items().iter().enumerate() {
            let comma = if i > 0 { "," } else { "" };
            let _ = write!(text, "{comma}{{\"name\":{},\"resources\":{}}}", container.get("name"), container.get("resources"));
        }
        text.push_str("],");
    }
    let _ = write!(text, "\"generation\":{generation}");
    if !error.is_empty() {
        let _ = write!(text, ",\"error\":{}", Value::from(error));
    }
    text.push('}');
    text
}

/// What a node could never give.
fn beyond(node: &Node, desired: &PodSpec) -> Option<String> {
    let requests = pod_resources(desired, "requests");
    let too_much = |name: &str| {
        let capacity = amount(name, &Quantity::of(node.allocatable.get(name)));
        requests.get(name).map(|q| (amount(name, q), capacity)).filter(|(wanted, capacity)| wanted > capacity)
    };
    let (name, (wanted, capacity)) = RESIZABLE.iter().rev().find_map(|name| Some((name, too_much(name)?)))?;
    Some(format!("Node didn't have enough capacity: {name}, requested: {wanted}, capacity: {capacity}"))
}

impl Kubelets {
    /// Grants what pods of a node wait for, as far as it is there: first those that ask for no more than they have.
    // Models retryPendingResizes and sortPendingResizes.
    pub(super) fn retry_resizes(&mut self, api: &mut ApiServer, now: Time, node: &str) {
        let Some(kubelet) = self.kubelets.get(node) else { return };
        let waits = |w: &&PodWorker| w.resize.granted.is_some() && w.work == Work::Syncing;
        let mut waiting: Vec<(bool, Reverse<i64>, bool, ArcStr)> = kubelet
            .workers()
            .filter(waits)
            .map(|w| {
                let (had, asks) = (pod_resources(&w.spec, "requests"), pod_resources(&PodSpec::parse(&w.pod), "requests"));
                let more = RESIZABLE.iter().any(|r| asks.get(*r).is_some_and(|a| had.get(*r).is_none_or(|h| a.sub(h).sign() > 0)));
                let priority = w.pod.at(&["spec", "priority"]).int();
                (more, Reverse(priority), crate::api::qos_class(&w.pod) != "Guaranteed", w.uid.clone())
            })
            .list();
        waiting.order();
        for (.., uid) in waiting {
            let Some(kubelet) = self.kubelets.get(node) else { return };
            // What was granted to one before it may have had this one judged already.
            let Some(worker) = kubelet.pods.get(&uid).filter(|w| w.waits_for_resources()) else { continue };
            let desired = PodSpec::parse(&worker.pod);
            let verdict = if is_mirror(&worker.pod) {
                Err(Refusal::Infeasible("In-place resize of static-pods is not supported".to_owned()))
            } else if let Some(message) = beyond(&kubelet.node, &desired) {
                Err(Refusal::Infeasible(message))
            } else {
                let others: Vec<&PodWorker> = kubelet.workers().filter(|w| w.uid != uid && w.takes_room()).list();
                fits(&kubelet.node, &desired, &others).map_err(Refusal::Deferred)
            };
            self.with_worker(api, now, node, &uid, |worker, cx| worker.resize_judged(cx, verdict));
        }
    }
}

impl PodWorker {
    /// Whether it waits for resources that it asks for.
    pub(super) fn waits_for_resources(&self) -> bool {
        self.resize.granted.is_some()
    }

    /// Takes note of a changed spec: what is granted stays as it was.
    pub(super) fn keep_granted(&mut self, old: &Value) {
        let granted = self.resize.granted.take().unwrap_or_else(|| old.clone());
        if differ(&granted, self.pod.get("spec")) {
            self.resize.granted = Some(granted);
        } else {
            self.resize.pending = None;
        }
    }

    /// The pod with the resources that are granted.
    pub(super) fn granted_pod(&self) -> Value {
        let mut pod = self.pod.clone();
        let Some(granted) = &self.resize.granted else { return pod };
        let spec = pod.get_mut("spec");
        if granted.get("resources").is_null() {
            spec.remove(&["resources"]);
        } else {
            spec.set(&["resources"], granted.get("resources"));
        }
        for list in LISTS.iter().filter(|l| !granted.get(l).is_empty()) {
            for container in spec.get_mut(list).list_mut() {
                let resources = resources_in(granted, list, container.get("name").str());
                if !resources.is_null() {
                    container.set(&["resources"], resources);
                }
            }
        }
        pod
    }

    /// What it asks for is granted, or it is said why not.
    // Models handlePodResourcesResize.
    fn resize_judged(&mut self, cx: &mut Cx<'_>, verdict: Result<(), Refusal>) {
        let generation = self.pod.at(&["metadata", "generation"]).int();
        match verdict {
            Ok(()) => {
                self.resize = Resize { progress: Some(generation), ..Resize::default() };
                self.reread_spec();
                let what = summary(self.pod.get("spec"), generation, "");
                self.event(cx, EventType::Normal, "ResizeStarted", &format!("Pod resize started: {what}"));
                cx.node.freed = true;
            }
            Err(refusal) => {
                let what = summary(self.pod.get("spec"), generation, refusal.message());
                let (event, told) = match &refusal {
                    Refusal::Infeasible(_) => ("ResizeInfeasible", refusal.reason()),
                    // The event gives the reason for which the pod would not be taken.
                    Refusal::Deferred(rejection) => ("ResizeDeferred", rejection.reason.as_str()),
                };
                let message = format!("Pod resize {told}: {what}");
                let pending = Some(Pending { refusal, generation });
                if self.resize.pending == pending {
                    return;
                }
                self.resize.pending = pending;
                self.event(cx, EventType::Warning, event, &message);
            }
        }
        self.request_sync(cx);
    }

    /// Says that a resize is brought about, once all containers have what was granted.
    pub(super) fn finish_resize(&mut self, cx: &mut Cx<'_>) {
        let Some(generation) = self.resize.progress else { return };
        let lacks = |c: &super::container::Container| {
            c.runs_seen() && c.newest().is_some_and(|i| i.resized.is_some() || changes(&c.spec.value, &i.resources).1)
        };
        if !self.containers.iter().any(lacks) {
            (self.resize.progress, self.resize.error) = (None, None);
            let what = summary(self.granted_pod().get("spec"), generation, "");
            self.event(cx, EventType::Normal, "ResizeCompleted", &format!("Pod resize completed: {what}"));
        }
    }

    /// Whether a running container must be started anew to get what was granted.
    pub(super) fn resize_restarts(&self, c: usize) -> bool {
        let container = &self.containers[c];
        container.newest().is_some_and(|i| changes(&container.spec.value, i.resized.as_ref().unwrap_or(&i.resources)).0)
    }

    /// Why memory limits cannot be lowered: what is used is more.
    // Models validateMemoryResizeAction. Of the pod there is a limit where all its containers have one.
    fn memory_in_use(&self, now: Time) -> Option<String> {
        let bytes = |resources: &Value| {
            let limit = resources.at(&["limits", "memory"]);
            (!limit.is_null()).then(|| u64::try_from(Quantity::of(limit).value()).unwrap_or(0))
        };
        let (mut errors, mut of_pod) = (Vec::new(), Some((0, 0, 0)));
        let mut judge = |whose: &str, had: u64, wanted: u64, used: u64| {
            if wanted < had && used >= wanted {
                errors.push(format!("attempting to set {whose} memory limit ({wanted}) below current usage ({used})"));
            }
        };
        let mut of_containers = Vec::new();
        for (c, container) in self.containers.iter().enumerate().filter(|(_, c)| c.runs_seen()) {
            let had = container.newest().and_then(|i| bytes(i.resized.as_ref().unwrap_or(&i.resources)));
            let (wanted, used) = (bytes(container.spec.value.get("resources")), self.container_usage(c, now).1);
            let limits = had.zip(wanted);
            of_pod = of_pod.zip(limits).map(|((h, w, u), (had, wanted)): ((u64, u64, u64), _)| {
                (h.saturating_add(had), w.saturating_add(wanted), u.saturating_add(used))
            });
            if let Some((had, wanted)) = limits.filter(|_| !self.resize_restarts(c)) {
                of_containers.push((format!("container {:?}", container.spec.name.as_str()), had, wanted, used));
            }
        }
        if let Some((had, wanted, used)) = of_pod {
            judge("pod", had, wanted, used);
        }
        for (whose, had, wanted, used) in &of_containers {
            judge(whose, *had, *wanted, *used);
        }
        let text = if errors.len() > 1 { format!("[{}]", errors.join(", ")) } else { errors.pop()? };
        Some(format!("cannot decrease memory limits: {text}"))
    }

    /// Gives running containers what was granted; the next relist sees it. Whether there were any.
    pub(super) fn resize_containers(&mut self, cx: &mut Cx<'_>) -> bool {
        if let Some(generation) = self.resize.progress {
            let error = self.memory_in_use(cx.now);
            if let Some(error) = error.as_ref().filter(|e| self.resize.error.as_ref() != Some(*e)) {
                let what = summary(self.pod.get("spec"), generation, error);
                self.event(cx, EventType::Warning, "ResizeError", &format!("Pod resize error: {what}"));
            }
            self.resize.error = error;
            if self.resize.error.is_some() {
                return false;
            }
        }
        let mut any = false;
        for c in 0..self.containers.len() {
            let spec = self.containers[c].spec.clone();
            if !self.containers[c].runs_seen() || self.resize_restarts(c) {
                continue;
            }
            let Some(instance) = self.containers[c].newest_mut().filter(|i| i.exit.is_none()) else { continue };
            if !changes(&spec.value, instance.resized.as_ref().unwrap_or(&instance.resources)).1 {
                continue;
            }
            let (cpu, memory) = limits_of(&spec, self.spec.value.get("resources"));
            instance.resized = Some(spec.value.get("resources").clone());
            if let Some(machine) = instance.machine.as_deref_mut() {
                machine.set_cpu_millis(cpu.unwrap_or(cx.node.cpu_milli()), cpu.is_some());
                machine.set_memory_limit(memory);
            }
            self.reschedule(cx, c);
            any = true;
        }
        any
    }
}
