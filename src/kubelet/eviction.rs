//! Node-pressure eviction: a node that runs out of memory or of its disk says so, and ends the pod that uses most beyond what it asked
//! for; a pod that writes more to emptyDirs or its containers' own files than their limits allow is ended too. The same look at the node
//! tells of cordons and of images that have come.
//!
//! Models the kubelet's eviction manager (pkg/kubelet/eviction) with its hard thresholds of `memory.available` and `imagefs.available`,
//! of which the latter is met before `nodefs.available` where a node has one disk, and local storage limits.

use super::container::Container;
use super::container_runtime::written_bytes;
use super::kubelets::{Kubelets, Wake};
use super::node::HEALTHY;
use super::pod_worker::{PodWorker, What, Work};
use super::spec::ContainerKind;
use super::static_pods::is_mirror;
use super::termination::PodEnd;
use super::volumes::Volume;
use crate::api::quantity::{Format, Quantity};
use crate::api::{ArcStr, Object, Value, kinds};
use crate::base::{Duration, List as _, Time};
use crate::obj;
use crate::server::{ApiServer, Caller, EventType, Subresource, WriteOptions};

/// How often the node is looked at (`evictionMonitoringPeriod`).
const PERIOD: Duration = Duration::from_secs(10);
/// How long a condition outlasts what caused it (`evictionPressureTransitionPeriod`).
const TRANSITION: Duration = Duration::from_secs(300);
/// What a node may run short of, in the order of their conditions: the resource, what its condition says then, and the events that tell
/// of the beginning and of the end.
const SHORTAGES: [[&str; 5]; 2] = [
    [
        MEMORY,
        "KubeletHasInsufficientMemory",
        "kubelet has insufficient memory available",
        "NodeHasInsufficientMemory",
        "NodeHasSufficientMemory",
    ],
    [STORAGE, "KubeletHasDiskPressure", "kubelet has disk pressure", "NodeHasDiskPressure", "NodeHasNoDiskPressure"],
];
/// The places in it.
const OF_MEMORY: usize = 0;
const OF_DISK: usize = 1;
const MEMORY: &str = "memory";
const STORAGE: &str = "ephemeral-storage";
/// Memory that is to stay available, in bytes.
const MEMORY_MIN: u64 = 100 << 20;
/// The part of the disk that is to stay available; the kubelet reads it as a number of 32 bits.
const STORAGE_MIN: f32 = 0.15;
/// What a container wrote is looked at file by file from here on.
const WALKED_BYTES_MIN: u64 = 64 << 20;
/// Pods of this priority and above are critical, and spared.
const CRITICAL: i64 = 2_000_000_000;

/// Why a pod was ended by its node.
pub(super) const EVICTED: &str = "Evicted";

/// Whether a pod is one of its node's own or of a priority that its node spares (`IsCriticalPod`).
pub(super) fn is_critical(pod: &Value) -> bool {
    is_mirror(pod) || pod.at(&["spec", "priority"]).int() >= CRITICAL
}

/// What a node remembers of its pressure.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Pressure {
    /// Whether it is being looked at.
    watched: bool,
    /// When too little was seen last of each of [`SHORTAGES`], as long as that counts.
    seen: [Option<Time>; 2],
}

/// What a node runs short of.
struct Shortage {
    /// Which of [`SHORTAGES`].
    at: usize,
    threshold: u64,
    available: u64,
    /// The pod to end.
    victim: Option<ArcStr>,
}

/// Bytes as the kubelet prints them, in the largest binary unit of which they are a whole number. They are counted in pages.
fn in_pages(bytes: u64) -> Quantity {
    of_bytes(bytes & !0xfff)
}

fn of_bytes(bytes: u64) -> Quantity {
    Quantity::new(i64::try_from(bytes).unwrap_or(i64::MAX), Format::BinarySi)
}

fn bytes(amount: &Quantity) -> u64 {
    u64::try_from(amount.value()).unwrap_or(0)
}

impl Kubelets {
    /// Looks at a node once more, and at what it has left from now on as long as it has pods.
    pub(super) fn watch_pressure(&mut self, now: Time, node: &ArcStr) {
        let Some(kubelet) = self.kubelets.get_mut(node).filter(|k| !k.node.pressure.watched) else { return };
        kubelet.node.pressure.watched = true;
        self.queue.push(now + PERIOD, Wake { node: node.clone(), uid: ArcStr::new(), what: What::Pressure });
    }

    /// What a node has too little of left, and whom that may cost (`rankMemoryPressure`, `rankDiskPressureFunc`).
    fn shortage(&self, workers: &[&PodWorker], at: usize, capacity: u64, now: Time) -> Option<Shortage> {
        let used = |w: &PodWorker| -> u64 {
            let one = |c: usize| if at == OF_MEMORY { self.usage_of(w, c, None, now).1 } else { w.containers[c].written() };
            (0..w.containers.len()).map(one).sum::<u64>() + if at == OF_MEMORY { 0 } else { w.stored_in_volumes() }
        };
        let threshold = if at == OF_MEMORY { MEMORY_MIN } else { (capacity as f64 * f64::from(STORAGE_MIN)) as u64 };
        let available = capacity.saturating_sub(workers.iter().map(|w| used(w)).sum());
        // Those beyond their requests first, then by priority, then by how far beyond.
        let rank = |w: &&&PodWorker| {
            let (used, requested) = (used(w), w.requested(SHORTAGES[at][0]));
            (used <= requested, w.pod.at(&["spec", "priority"]).int(), i128::from(requested) - i128::from(used))
        };
        let victim = || workers.iter().filter(|w| !is_critical(&w.pod)).min_by_key(rank).map(|w| w.uid.clone());
        (capacity > 0 && available < threshold).then(|| Shortage { at, threshold, available, victim: victim() })
    }

    /// One look (`managerImpl.synchronize`): at most one pod is ended.
    pub(super) fn look_at_pressure(&mut self, api: &mut ApiServer, now: Time, node: &ArcStr) {
        let Some(kubelet) = self.kubelets.get(node) else { return };
        let before = kubelet.node.pressure.seen;
        let live = |w: &&PodWorker| w.work == Work::Syncing && w.containers.iter().any(|c| c.is_alive());
        let workers: Vec<&PodWorker> = kubelet.workers().filter(live).list();
        let running = kubelet.node.running;
        let go_on = running && (!workers.is_empty() || before.iter().any(Option::is_some));
        let may_go = workers.iter().filter(|w| !is_critical(&w.pod));
        let too_full: Vec<(ArcStr, String)> = may_go.filter_map(|w| Some((w.uid.clone(), w.overfull()?))).list();
        let capacity = kubelet.node.object.at(&["status", "capacity"]);
        let short = [OF_MEMORY, OF_DISK].map(|at| {
            let capacity = bytes(&Quantity::of(capacity.get(SHORTAGES[at][0])));
            go_on.then(|| self.shortage(&workers, at, capacity, now)).flatten()
        });
        let Some(kubelet) = self.kubelets.get_mut(node) else { return };
        kubelet.node.pressure.watched = go_on;
        kubelet.node.tell_schedulable(api, now);
        kubelet.node.tell_images(api, now);
        if go_on {
            self.queue.push(now + PERIOD, Wake { node: node.clone(), uid: ArcStr::new(), what: What::Pressure });
        }
        for at in [OF_MEMORY, OF_DISK] {
            let seen = &mut kubelet.node.pressure.seen[at];
            if short[at].is_some() {
                *seen = Some(now);
            } else if before[at].is_some_and(|since| now.since(since) >= TRANSITION) || !running {
                *seen = None;
            }
            let holds = seen.is_some();
            if before[at].is_some() != holds && running {
                kubelet.node.tell_pressure(api, now, at, holds);
            }
        }
        // Where some go for what they wrote, the rest is looked at again the next time.
        let short = short.into_iter().flatten().next().filter(|_| too_full.is_empty());
        for (uid, message) in too_full {
            self.with_worker(api, now, node, &uid, |worker, cx| worker.end(cx, PodEnd::Overfull(message.into())));
        }
        let Some(Shortage { at, threshold, available, victim: Some(victim) }) = short else { return };
        let resource = SHORTAGES[at][0];
        if let Some(kubelet) = self.kubelets.get_mut(node) {
            let message = format!("Attempting to reclaim {resource}");
            kubelet.node.event(api, now, EventType::Warning, "EvictionThresholdMet", &message);
        }
        let Some(worker) = self.kubelets.get(node).and_then(|k| k.pods.get(&victim)) else { return };
        let memory = (0..worker.containers.len()).map(|c| self.usage_of(worker, c, None, now).1).list();
        self.with_worker(api, now, node, &victim, |worker, cx| {
            let mut message = format!(
                "The node was low on resource: {resource}. Threshold quantity: {}, available: {}. ",
                of_bytes(threshold),
                in_pages(available)
            );
            let of_pod = worker.spec.value.at(&["resources", "requests", resource]);
            if at == OF_MEMORY && !of_pod.is_null() {
                message += &format!(
                    "Pod {} was using {}, request is {}, has larger consumption of {resource}. ",
                    worker.pod.name(),
                    in_pages(memory.iter().sum()),
                    of_pod.str()
                );
            }
            // Ephemeral containers ask for nothing, and are not blamed.
            for (c, container) in worker.containers.iter().enumerate().filter(|(_, c)| c.spec.kind != ContainerKind::Ephemeral) {
                let used = if at == OF_MEMORY { memory[c] } else { container.written() };
                let request = container.spec.value.at(&["resources", "requests", resource]);
                if container.is_alive() && used > bytes(&Quantity::of(request)) {
                    let request = if request.is_null() { "0" } else { request.str() };
                    message += &format!(
                        "Container {} was using {}, request is {request}, has larger consumption of {resource}. ",
                        container.spec.name,
                        in_pages(used)
                    );
                }
            }
            worker.end(cx, PodEnd::Evicted(message.into()));
        });
    }
}

impl Container {
    /// The bytes that its newest instance has written to its own files, beyond its image's.
    fn written(&self) -> u64 {
        let Some(machine) = self.machine() else { return 0 };
        // Going through all files is worth it only where they may hold much.
        let bound = machine.file_system().grown.next_multiple_of(4096);
        if bound < WALKED_BYTES_MIN { bound } else { written_bytes(machine, &self.spec.image).min(bound) }
    }
}

impl PodWorker {
    /// What its containers ask for of a resource that is counted in bytes.
    fn requested(&self, resource: &str) -> u64 {
        super::resources::pod_resources(&self.spec, "requests").get(resource).map_or(0, bytes)
    }

    /// What its emptyDirs hold on the node's disk.
    fn stored_in_volumes(&self) -> u64 {
        let on_disk = |v: &&Volume| v.is_on_disk();
        self.volumes.iter().filter(on_disk).filter_map(|v| Some(v.tree.as_ref()?.disk_usage())).sum()
    }

    /// What is to be said of an emptyDir, of the pod or of a container that holds more than its limit.
    // Models localStorageEviction.
    fn overfull(&self) -> Option<String> {
        self.overfull_volume().or_else(|| self.overfull_container())
    }

    fn overfull_container(&self) -> Option<String> {
        let limits = super::resources::pod_resources(&self.spec, "limits");
        let limit = limits.get(STORAGE).filter(|limit| !limit.is_zero())?;
        let written = |c: &Container| Some(written_bytes(c.newest()?.machine.as_deref()?, &c.spec.image));
        if self.containers.iter().filter_map(written).sum::<u64>() + self.stored_in_volumes() > bytes(limit) {
            return Some(format!("Pod ephemeral local storage usage exceeds the total limit of containers {limit}. "));
        }
        self.containers.iter().find_map(|c| {
            let limit = c.spec.resource("limits", STORAGE)?;
            let full = written(c)? > bytes(&limit);
            full.then(|| format!("Container {} exceeded its local ephemeral storage limit {:?}. ", c.spec.name, limit.to_string()))
        })
    }

    fn overfull_volume(&self) -> Option<String> {
        self.volumes.iter().find_map(|volume| {
            let limit = volume.size_limit()?;
            let full = volume.tree.as_ref()?.disk_usage() > bytes(&Quantity::of(limit)) + 4096;
            full.then(|| format!("Usage of EmptyDir volume {:?} exceeds the limit {:?}. ", volume.name.as_str(), limit.str()))
        })
    }
}

impl super::node::Node {
    /// Records an event about the node.
    pub(super) fn event(&mut self, api: &mut ApiServer, now: Time, kind: EventType, reason: &'static str, message: &str) {
        // Events name a node by its name, in place of a uid.
        let about = obj!({"apiVersion": "v1", "kind": "Node", "metadata": {"name": &self.name, "uid": &self.name}});
        self.recorder.event(api, now, &about, kind, reason, message);
    }

    /// Tells what the node's status is now (`recordNodeStatusEvent`).
    pub(super) fn tell_status(&mut self, api: &mut ApiServer, now: Time, word: &'static str) {
        let message = format!("Node {} status is now: {word}", self.name);
        self.event(api, now, EventType::Normal, word, &message);
    }

    /// Tells of having been cordoned or uncordoned (`recordNodeSchedulableEvent`).
    fn tell_schedulable(&mut self, api: &mut ApiServer, now: Time) {
        let closed = self.object.at(&["spec", "unschedulable"]).is_true();
        if self.running && !self.cut && std::mem::replace(&mut self.closed, closed) != closed {
            let word = if closed { "NodeNotSchedulable" } else { "NodeSchedulable" };
            self.tell_status(api, now, word);
        }
    }

    /// Tells the API whether it is short of one of [`SHORTAGES`].
    fn tell_pressure(&mut self, api: &mut ApiServer, now: Time, at: usize, holds: bool) {
        let nodes = kinds::NODE;
        let Some(mut next) = api.peek(nodes, "", &self.name).cloned() else { return };
        let ([_, reason, message, begins, ends], (kind, _, well, all_is_well)) = (SHORTAGES[at], HEALTHY[at]);
        let (word, reason, message, event) = if holds { ("True", reason, message, begins) } else { ("False", well, all_is_well, ends) };
        for condition in next.at_mut(&["status", "conditions"]).list_mut() {
            if condition.get("type").str() == kind {
                for (member, text) in [("status", word), ("reason", reason), ("message", message)] {
                    condition.set(&[member], text);
                }
                for member in ["lastHeartbeatTime", "lastTransitionTime"] {
                    condition.set(&[member], now.rfc3339());
                }
            }
        }
        // A node that is gone has nobody to tell.
        let _ = api.update(&Caller::new(now, "kubelet"), nodes, next, Subresource::Status, &WriteOptions::default());
        self.tell_status(api, now, event);
    }

    /// The conditions under which a pod would not be taken: without memory one without any requests, if it does not tolerate the taint;
    /// without disk none but critical ones.
    // Models the eviction manager's Admit.
    pub(super) fn refuses_under_pressure(&self, pod: &Value) -> Option<String> {
        let held = [OF_MEMORY, OF_DISK].into_iter().filter(|at| self.pressure.seen[*at].is_some()).map(|at| HEALTHY[at].0).list();
        if held.is_empty() || is_critical(pod) {
            return None;
        }
        let taint = || obj!({"key": "node.kubernetes.io/memory-pressure", "effect": "NoSchedule"});
        let tolerations = pod.at(&["spec", "tolerations"]).items();
        let endures = || {
            crate::api::qos_class(pod) != "BestEffort"
                || crate::api::toleration::find_untolerated(&[taint()], tolerations, &["NoSchedule"]).is_none()
        };
        let taken = self.pressure.seen[OF_DISK].is_none() && endures();
        (!taken).then(|| format!("The node had condition: [{}]. ", held.join(" ")))
    }
}
