//! What kubelets hear of: nodes that come, go, stop and are cut off, and the pods that are bound to them.

use super::super::admission::admit;
use super::super::disks::{DiskPath, Disks, Holder};
use super::super::node::Node;
use super::super::pod_worker::{Cx, PodWorker, What};
use super::super::static_pods::{hash, is_mirror, manifest_folder};
use super::super::termination::PodEnd;
use super::super::volumes::Volume;
use super::{Kubelet, Kubelets, News, ShownKey, Wake};
use crate::api::{ArcStr, Object, Value, has_ended, kinds};
use crate::base::{List as _, Shared, SortedMap, Time};
use crate::server::{ApiServer, Caller, DeleteOptions};

impl Kubelets {
    pub(super) fn act_on(&mut self, api: &mut ApiServer, now: Time, news: News) {
        match news {
            News::Pod { old, pod, deleted } => self.pod_news(api, now, old.as_ref(), &pod, deleted),
            News::Node { node, deleted } => self.node_news(api, now, &node, deleted),
            News::Shown(key) => self.shown_changed(now, &key),
            News::Files(node) => self.sync_static_pods(api, now, &node),
            News::Written { disk, by } => {
                let Holder::Node(node) = &disk.holder else {
                    return self.kubelets.values_mut().for_each(|k| show_written(k, &self.disks, &disk, &by));
                };
                // A node's files are seen by its own pods alone.
                if let Some(kubelet) = self.kubelets.get_mut(node) {
                    show_written(kubelet, &self.disks, &disk, &by);
                }
                if disk.overlaps(&manifest_folder(node)) {
                    self.sync_static_pods(api, now, node);
                }
            }
            News::Switch { node, on } => self.switch(api, now, &node, on),
            News::Network { node, cut } => self.switch_network(api, now, &node, cut),
        }
    }

    fn node_news(&mut self, api: &mut ApiServer, now: Time, node: &Value, deleted: bool) {
        let name: ArcStr = node.name().into();
        if let Some(kubelet) = self.kubelets.get_mut(&name) {
            if !deleted {
                kubelet.node.take_in(api, now, node);
                kubelet.node.offer_extended(api, now);
                if kubelet.node.closed != node.at(&["spec", "unschedulable"]).is_true() {
                    self.watch_pressure(now, &name);
                }
            }
            return;
        }
        if deleted {
            return;
        }
        self.nodes_seen += 1;
        let mut kubelet = Kubelet { node: Node::new(node, self.nodes_seen, self.seed), pods: SortedMap::new() };
        // Those that are there from the start have run for long.
        if now >= Time::from_secs(1) {
            kubelet.node.tell_started(api, now);
        }
        kubelet.node.register(api, now);
        for at in [kubelet.node.ip.clone(), kubelet.node.subnet()] {
            self.nodes_at.entry(at).or_default().insert(name.clone());
        }
        self.kubelets.insert(name.clone(), Shared::new(kubelet));
        self.adopt_pods(api, now, &name);
    }

    /// Takes in the pods that the API has on a node.
    fn adopt_pods(&mut self, api: &mut ApiServer, now: Time, node: &str) {
        let pods: Vec<Value> = api.pods_on(node).cloned().list();
        for pod in &pods {
            self.pod_news(api, now, None, pod, false);
        }
    }

    fn switch(&mut self, api: &mut ApiServer, now: Time, node: &str, on: bool) {
        let Some(kubelet) = self.kubelets.get_mut(node).filter(|k| k.node.running != on) else { return };
        kubelet.node.running = on;
        if on {
            kubelet.node.tell_started(api, now);
            kubelet.node.restore(api, now);
            return self.catch_up(api, now, node, PodWorker::node_returned);
        }
        for worker in kubelet.pods.values_mut() {
            worker.node_lost(&mut self.execs);
        }
        kubelet.node.host_ports.clear();
        self.servers.retain(|_, (at, _)| at.as_str() != node);
        kubelet.node.write_lease(api, now);
    }

    /// A kubelet is heard of again: it registers its node, and takes in what changed meanwhile.
    fn catch_up(&mut self, api: &mut ApiServer, now: Time, node: &str, then: fn(&mut PodWorker, &mut Cx<'_>)) {
        let Some(kubelet) = self.kubelets.get_mut(node) else { return };
        kubelet.node.drop_lease(api, now);
        kubelet.node.register(api, now);
        let uids: Vec<ArcStr> = kubelet.pods.keys().cloned().list();
        let listed: SortedMap<ArcStr, Value> = api.pods_on(node).map(|p| (self.worker_uid(p), p.clone())).collect();
        for uid in uids {
            let current = listed.get(&uid).cloned();
            self.with_worker(api, now, node, &uid, |worker, cx| {
                match &current {
                    Some(pod) => worker.pod_changed(cx, pod),
                    None => worker.pod_deleted(cx),
                }
                then(worker, cx);
            });
        }
        self.adopt_pods(api, now, node);
        self.tell(now, News::Files(node.into()));
    }

    fn switch_network(&mut self, api: &mut ApiServer, now: Time, node: &str, cut: bool) {
        let Some(kubelet) = self.kubelets.get_mut(node).filter(|k| k.node.cut != cut && k.node.running) else { return };
        kubelet.node.cut = cut;
        if cut {
            kubelet.node.write_lease(api, now);
        } else {
            self.catch_up(api, now, node, PodWorker::network_returned);
        }
    }

    /// The uid of the worker that runs a pod. A static pod outlives its mirrors: it has that of the first.
    fn worker_uid(&self, pod: &Value) -> ArcStr {
        let same = |w: &&PodWorker| is_mirror(pod) && !w.is_terminating() && hash(&w.pod) == hash(pod);
        self.worker(pod.namespace(), pod.name()).filter(same).map_or_else(|| pod.uid().into(), |w| w.uid.clone())
    }

    fn pod_news(&mut self, api: &mut ApiServer, now: Time, old: Option<&Value>, pod: &Value, deleted: bool) {
        let node: ArcStr = pod.at(&["spec", "nodeName"]).arc_str();
        if !self.is_running(&node) {
            return;
        }
        let uid = self.worker_uid(pod);
        if is_mirror(pod) && (deleted || pod.is_terminating()) {
            if deleted {
                self.tell(now, News::Files(node.clone()));
            }
            // Whoever deletes a mirror does not end what it shows: that follows its manifest alone.
            if self.wants(api, now, pod) {
                if !deleted {
                    let gone = DeleteOptions::now();
                    // Another may have deleted it for good.
                    let _ = api.delete(&Caller::new(now, "kubelet"), kinds::POD, pod.namespace(), pod.name(), &gone);
                }
                return;
            }
        }
        let Some(kubelet) = self.kubelets.get_mut(&node) else { return };
        if kubelet.pods.contains_key(&uid) {
            if deleted {
                self.forget_shown(&node, &uid);
                self.with_worker(api, now, &node, &uid, |worker, cx| {
                    worker.pod = pod.clone();
                    worker.pod_deleted(cx);
                });
            } else {
                // Most changes are the kubelet's own status writes.
                let only_status = old.is_some_and(|o| {
                    o.get("spec").same(pod.get("spec"))
                        && o.labels().same(pod.labels())
                        && o.at(&["metadata", "annotations"]).same(pod.at(&["metadata", "annotations"]))
                        && o.at(&["metadata", "deletionTimestamp"]) == pod.at(&["metadata", "deletionTimestamp"])
                        && o.at(&["metadata", "finalizers"]).same(pod.at(&["metadata", "finalizers"]))
                });
                self.with_worker(api, now, &node, &uid, |worker, cx| {
                    if only_status && worker.spec.readiness_gates.is_empty() {
                        worker.pod = pod.clone();
                    } else {
                        worker.pod_changed(cx, pod);
                    }
                });
            }
            return;
        }
        if deleted || has_ended(pod) {
            return;
        }
        self.add_pod(api, now, node, uid, pod);
    }

    /// A pod that this node's kubelet sees for the first time.
    fn add_pod(&mut self, api: &mut ApiServer, now: Time, node: ArcStr, uid: ArcStr, pod: &Value) {
        let Some(kubelet) = self.kubelets.get_mut(&node) else { return };
        self.names.insert((pod.namespace().into(), pod.name().into()), (node.clone(), uid.clone()));
        let mut worker = PodWorker::new(pod.clone(), now, self.seed);
        let victims = match admit(&kubelet.node, pod, &worker.spec, kubelet.workers()) {
            Ok(victims) => victims,
            Err(rejection) => {
                worker.reject(api, now, &mut kubelet.node, &rejection);
                kubelet.pods.insert(uid.clone(), Shared::new(worker));
                if pod.is_terminating() {
                    self.with_worker(api, now, &node, &uid, |worker, cx| worker.delete_object(cx));
                }
                return;
            }
        };
        worker.held = !victims.is_empty();
        for victim in victims {
            self.with_worker(api, now, &node, &victim, |worker, cx| worker.end(cx, PodEnd::Preempted));
        }
        let Some(kubelet) = self.kubelets.get_mut(&node) else { return };
        for key in shown_by(&worker, &node) {
            self.shown.entry(key).or_default().insert((node.clone(), uid.clone()));
        }
        kubelet.pods.insert(uid.clone(), Shared::new(worker));
        self.watch_pressure(now, &node);
        self.with_worker(api, now, &node, &uid, |worker, cx| {
            worker.schedule_deadline(cx);
            if pod.is_terminating() {
                worker.request_termination(cx);
            } else {
                worker.request_sync(cx);
            }
        });
    }

    fn forget_shown(&mut self, node: &ArcStr, uid: &ArcStr) {
        let Some(worker) = self.kubelets.get(node).and_then(|k| k.pods.get(uid)) else { return };
        for key in shown_by(worker, node) {
            if let Some(pods) = self.shown.get_mut(&key) {
                pods.remove(&(node.clone(), uid.clone()));
                if pods.is_empty() {
                    self.shown.remove(&key);
                }
            }
        }
    }

    /// Pods that show a changed object follow with their next regular sync.
    fn shown_changed(&mut self, now: Time, key: &ShownKey) {
        let Some(pods) = self.shown.get(key) else { return };
        for (node, uid) in pods.clone() {
            if let Some(worker) = self.kubelets.get_mut(&node).and_then(|k| k.pods.get_mut(&uid)) {
                let at = worker.next_resync(now);
                self.queue.push(at, Wake { node, uid, what: What::Refresh });
            }
        }
    }
}

/// Shows the pods of a node, but for the writer, what was written to a disk.
fn show_written(kubelet: &mut Shared<Kubelet>, disks: &Disks, disk: &DiskPath, by: &ArcStr) {
    let reads = |w: &PodWorker| w.uid != *by && w.reads_disk(disk);
    // Copies of a simulation go on sharing a node on which nobody reads it.
    if kubelet.workers().any(reads) {
        kubelet.pods.values_mut().filter(|w| reads(w)).for_each(|w| w.disk_written(disks, disk));
    }
}

/// The objects that a pod's volumes show.
fn shown_by(worker: &PodWorker, node: &str) -> Vec<ShownKey> {
    let namespace: ArcStr = worker.namespace().into();
    let volumes = worker.spec.volumes.items().iter();
    volumes.flat_map(|v| Volume::new(v, node, Time::ZERO).references()).map(|(kind, name)| (kind, namespace.clone(), name)).list()
}
