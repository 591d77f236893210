//! Node-pressure eviction: a node that runs out of memory says so, and ends the pod that uses most beyond what it asked for; a pod that
//! writes more to emptyDirs or its containers' own files than their limits allow is ended too. The same look at the node tells of cordons.
//!
//! Models the kubelet's eviction manager (pkg/kubelet/eviction) with its hard threshold of `memory.available`, and local storage limits.

use super::container::Container;
use super::container_runtime::written_bytes;
use super::kubelets::{Kubelets, Wake};
use super::pod_worker::{PodWorker, What, Work};
use super::static_pods::is_mirror;
use super::termination::PodEnd;
use super::volumes::Volume;
use crate::api::quantity::{Format, Quantity};
use crate::api::{ArcStr, Value, kinds};
use crate::base::{Duration, List as _, Time};
use crate::obj;
use crate::server::{ApiServer, Caller, EventType, Subresource, WriteOptions};

/// How often the node is looked at (`evictionMonitoringPeriod`).
const PERIOD: Duration = Duration::from_secs(10);
/// How long a condition outlasts what caused it (`evictionPressureTransitionPeriod`).
const TRANSITION: Duration = Duration::from_secs(300);
/// Memory that is to stay available, in bytes.
const AVAILABLE_MIN: u64 = 100 << 20;
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
    /// When too little memory was seen last, as long as that counts.
    pub memory: Option<Time>,
}

/// A pod that may be ended, and how it ranks.
struct Candidate {
    uid: ArcStr,
    used: u64,
    requested: u64,
    priority: i64,
}

/// Bytes as the kubelet prints them, in the largest binary unit of which they are a whole number. Memory is counted in pages.
fn in_pages(bytes: u64) -> Quantity {
    Quantity::new(i64::try_from(bytes & !0xfff).unwrap_or(i64::MAX), Format::BinarySi)
}

impl Kubelets {
    /// Looks at a node once more, and at its memory from now on as long as it has pods.
    pub(super) fn watch_pressure(&mut self, now: Time, node: &ArcStr) {
        let Some(kubelet) = self.kubelets.get_mut(node).filter(|k| !k.node.pressure.watched) else { return };
        kubelet.node.pressure.watched = true;
        self.queue.push(now + PERIOD, Wake { node: node.clone(), uid: ArcStr::new(), what: What::Pressure });
    }

    /// One look (`managerImpl.synchronize`): at most one pod is ended.
    pub(super) fn look_at_pressure(&mut self, api: &mut ApiServer, now: Time, node: &ArcStr) {
        let Some(kubelet) = self.kubelets.get(node) else { return };
        let pressure = kubelet.node.pressure;
        let live = |w: &&PodWorker| w.work == Work::Syncing && w.containers.iter().any(|c| c.is_alive());
        let workers: Vec<&PodWorker> = kubelet.workers().filter(live).list();
        let go_on = kubelet.node.running && (!workers.is_empty() || pressure.memory.is_some());
        let mut too_full: Vec<(ArcStr, String)> = workers.iter().filter_map(|w| Some((w.uid.clone(), w.overfull()?))).list();
        let mut candidates: Vec<Candidate> = workers
            .iter()
            .map(|w| Candidate {
                uid: w.uid.clone(),
                used: (0..w.containers.len()).map(|c| self.usage_of(w, c, None, now).1).sum(),
                requested: w.memory_requested(),
                priority: w.pod.at(&["spec", "priority"]).int(),
            })
            .list();
        let capacity = u64::try_from(Quantity::of(kubelet.node.object.at(&["status", "capacity", "memory"])).value()).unwrap_or(0);
        let used = candidates.iter().map(|c| c.used).sum();
        let available = capacity.saturating_sub(used);
        let short = go_on && capacity > 0 && available < AVAILABLE_MIN;
        let may_go = |uid: &ArcStr| kubelet.pods.get(uid).is_some_and(|w| !is_critical(&w.pod));
        too_full.retain(|(uid, _)| may_go(uid));
        candidates.retain(|c| may_go(&c.uid));
        // Those beyond their requests first, then by priority, then by how far beyond (`rankMemoryPressure`).
        let victim = candidates.into_iter().min_by_key(|c| {
            let beyond = i128::from(c.used) - i128::from(c.requested);
            (c.used <= c.requested, c.priority, -beyond)
        });
        let Some(kubelet) = self.kubelets.get_mut(node) else { return };
        kubelet.node.pressure.watched = go_on;
        kubelet.node.tell_schedulable(api, now);
        if go_on {
            self.queue.push(now + PERIOD, Wake { node: node.clone(), uid: ArcStr::new(), what: What::Pressure });
        }
        if short {
            kubelet.node.pressure.memory = Some(now);
        } else if pressure.memory.is_some_and(|since| now.since(since) >= TRANSITION) || !kubelet.node.running {
            kubelet.node.pressure.memory = None;
        }
        let (before, after) = (pressure.memory.is_some(), kubelet.node.pressure.memory.is_some());
        if before != after && kubelet.node.running {
            kubelet.node.tell_memory(api, now, after);
        }
        // Where some go for what they wrote, the rest is looked at again the next time.
        let short = short && too_full.is_empty();
        for (uid, message) in too_full {
            self.with_worker(api, now, node, &uid, |worker, cx| worker.end(cx, PodEnd::Overfull(message.into())));
        }
        if short && let Some(victim) = victim {
            if let Some(kubelet) = self.kubelets.get_mut(node) {
                kubelet.node.event(api, now, EventType::Warning, "EvictionThresholdMet", "Attempting to reclaim memory");
            }
            self.with_worker(api, now, node, &victim.uid, |worker, cx| {
                let mut message =
                    format!("The node was low on resource: memory. Threshold quantity: {}, available: {}. ", "100Mi", in_pages(available));
                for (c, container) in worker.containers.iter().enumerate() {
                    let (_, bytes) = worker.container_usage(c, now);
                    let request = container.spec.value.at(&["resources", "requests", "memory"]);
                    let asked = u64::try_from(Quantity::of(request).value()).unwrap_or(0);
                    if container.is_alive() && bytes > asked {
                        let request = if request.is_null() { "0" } else { request.str() };
                        message += &format!(
                            "Container {} was using {}, request is {request}, has larger consumption of memory. ",
                            container.spec.name,
                            in_pages(bytes)
                        );
                    }
                }
                worker.end(cx, PodEnd::Evicted(message.into()));
            });
        }
    }
}

impl PodWorker {
    /// What its containers ask for, in bytes.
    fn memory_requested(&self) -> u64 {
        let requests = super::resources::pod_resources(&self.spec, "requests");
        requests.get("memory").map_or(0, |q| u64::try_from(q.value()).unwrap_or(0))
    }

    /// What is to be said of an emptyDir, of the pod or of a container that holds more than its limit.
    // Models localStorageEviction.
    fn overfull(&self) -> Option<String> {
        self.overfull_volume().or_else(|| self.overfull_container())
    }

    fn overfull_container(&self) -> Option<String> {
        const STORAGE: &str = "ephemeral-storage";
        let bytes = |limit: &Quantity| u64::try_from(limit.value()).unwrap_or(0);
        let limits = super::resources::pod_resources(&self.spec, "limits");
        let limit = limits.get(STORAGE).filter(|limit| !limit.is_zero())?;
        let written = |c: &Container| Some(written_bytes(c.newest()?.machine.as_deref()?, &c.spec.image));
        let emptied = |v: &&Volume| v.is_empty_dir();
        let in_volumes: u64 = self.volumes.iter().filter(emptied).filter_map(|v| Some(v.tree.as_ref()?.disk_usage())).sum();
        if self.containers.iter().filter_map(written).sum::<u64>() + in_volumes > bytes(limit) {
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
            let full = volume.tree.as_ref()?.disk_usage() > u64::try_from(Quantity::of(limit).value()).unwrap_or(0) + 4096;
            full.then(|| format!("Usage of EmptyDir volume {:?} exceeds the limit {:?}. ", volume.name.as_str(), limit.str()))
        })
    }
}

impl super::node::Node {
    /// Records an event about the node.
    fn event(&mut self, api: &mut ApiServer, now: Time, kind: EventType, reason: &'static str, message: &str) {
        // Events name a node by its name, in place of a uid.
        let about = obj!({"apiVersion": "v1", "kind": "Node", "metadata": {"name": &self.name, "uid": &self.name}});
        self.recorder.event(api, now, &about, kind, reason, message);
    }

    /// Tells of having been cordoned or uncordoned (`recordNodeSchedulableEvent`).
    fn tell_schedulable(&mut self, api: &mut ApiServer, now: Time) {
        let closed = self.object.at(&["spec", "unschedulable"]).is_true();
        if self.running && !self.cut && std::mem::replace(&mut self.closed, closed) != closed {
            let word = if closed { "NodeNotSchedulable" } else { "NodeSchedulable" };
            self.event(api, now, EventType::Normal, word, &format!("Node {} status is now: {word}", self.name));
        }
    }

    /// Tells the API whether memory is short.
    fn tell_memory(&mut self, api: &mut ApiServer, now: Time, short: bool) {
        let nodes = kinds::NODE;
        let Some(mut next) = api.peek(nodes, "", &self.name).cloned() else { return };
        let (word, reason, message, event) = if short {
            ("True", "KubeletHasInsufficientMemory", "kubelet has insufficient memory available", "NodeHasInsufficientMemory")
        } else {
            ("False", "KubeletHasSufficientMemory", "kubelet has sufficient memory available", "NodeHasSufficientMemory")
        };
        for condition in next.at_mut(&["status", "conditions"]).list_mut() {
            if condition.get("type").str() == "MemoryPressure" {
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
        let message = format!("Node {} status is now: {event}", self.name);
        self.event(api, now, EventType::Normal, event, &message);
    }

    /// Whether a pod would be taken under the pressure that there is: one without any requests only where it tolerates the taint.
    // Models the eviction manager's Admit.
    pub(super) fn takes_under_pressure(&self, pod: &Value) -> bool {
        self.pressure.memory.is_none()
            || is_critical(pod)
            || crate::api::qos_class(pod) != "BestEffort"
            || crate::api::toleration::find_untolerated(
                &[obj!({"key": "node.kubernetes.io/memory-pressure", "effect": "NoSchedule"})],
                pod.at(&["spec", "tolerations"]).items(),
                &["NoSchedule"],
            )
            .is_none()
    }
}
