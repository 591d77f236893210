//! The whole cluster at one moment.

use crate::base::Order as _;
use std::collections::BTreeMap;
use std::rc::Rc;

use crate::api::{Kind, Object, Quantity, Value};
use crate::base::Time;
use crate::sim::Sim;

use super::live::{LiveHistory, LivePod};
use super::pod::PodView;

/// How much of something is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Share {
    /// Requested by the pods here.
    pub requested: i64,
    /// What there is.
    pub allocatable: i64,
}

impl Share {
    /// 0 to 1 and beyond.
    pub fn fraction(&self) -> f64 {
        if self.allocatable <= 0 { 0.0 } else { self.requested as f64 / self.allocatable as f64 }
    }
}

/// A node with its pods.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeView {
    /// Its UID.
    pub key: String,
    /// Name.
    pub name: String,
    /// Whether its kubelet says it is ready.
    pub ready: bool,
    /// Whether new pods may come (`spec.unschedulable` is not set).
    pub schedulable: bool,
    /// `topology.kubernetes.io/zone`; empty where not labelled.
    pub zone: String,
    /// Taints as `key=value:Effect`.
    pub taints: Vec<String>,
    /// CPU, in millicores.
    pub cpu: Share,
    /// Memory, in bytes.
    pub memory: Share,
    /// How many pods it may hold.
    pub pods_max: i64,
    /// Its pods, oldest first.
    pub pods: Vec<Rc<PodView>>,
}

/// A controller of pods.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkloadView {
    /// Its UID.
    pub key: String,
    /// `ReplicationController`.
    pub kind: String,
    /// Namespace.
    pub namespace: String,
    /// Name.
    pub name: String,
    /// Wanted.
    pub desired: i64,
    /// There.
    pub current: i64,
    /// Ready; of a Job: those that ended well.
    pub ready: i64,
    /// The label value that pods of its newest generation carry; empty where it has but one.
    pub newest: String,
    /// The UIDs of the owners whose pods are its own: its own, and those of the ReplicaSets it makes.
    pub owners: Vec<String>,
}

/// A service and whom it reaches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceView {
    /// Its UID.
    pub key: String,
    /// Namespace.
    pub namespace: String,
    /// Name.
    pub name: String,
    /// `ClusterIP`, `NodePort` ...
    pub kind: String,
    /// Its virtual address.
    pub cluster_ip: String,
    /// Ports as kubectl shows them: `80/TCP`.
    pub ports: String,
    /// Whether it looks for pods at all.
    pub has_selector: bool,
    /// The UIDs of the pods that its selector matches.
    pub selected: Vec<String>,
    /// Those of them that are ready and so get its traffic.
    pub reached: Vec<String>,
}

/// The cluster at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClusterView {
    /// The moment.
    pub time: Time,
    /// The store's revision.
    pub revision: u64,
    /// Nodes by name.
    pub nodes: Vec<Rc<NodeView>>,
    /// Pods that wait for a node, oldest first.
    pub queue: Vec<Rc<PodView>>,
    /// Controllers, by kind, namespace and name.
    pub workloads: Vec<Rc<WorkloadView>>,
    /// Services by namespace and name.
    pub services: Vec<Rc<ServiceView>>,
}

/// What a [`ClusterView`] is read from.
pub struct Objects<'a> {
    /// The moment.
    pub time: Time,
    /// The store's revision.
    pub revision: u64,
    /// Node objects.
    pub nodes: Vec<&'a Value>,
    /// Pod objects.
    pub pods: Vec<&'a Value>,
    /// Objects that control pods: any kind with replicas in `spec` and `status`.
    pub workloads: Vec<&'a Value>,
    /// Service objects.
    pub services: Vec<&'a Value>,
}

/// The kinds that make pods, or make what makes pods.
const WORKLOADS: [&str; 6] = ["DaemonSet", "Deployment", "Job", "ReplicaSet", "ReplicationController", "StatefulSet"];

/// Makes one [`ClusterView`] after the other and shares between them what did not change, so that whoever draws can tell at a
/// glance, and so that a picture costs no more than what changed.
#[derive(Clone, Debug, Default)]
pub struct ClusterViews {
    pods: BTreeMap<String, (Value, Option<LivePod>, Rc<PodView>)>,
    last: Rc<ClusterView>,
    history: LiveHistory,
}

impl ClusterViews {
    /// The cluster of a simulation as it is now.
    pub fn of_sim(&mut self, sim: &Sim) -> Rc<ClusterView> {
        let api = sim.api();
        let of = |kind: &str| api.iter(Kind::named(kind), None);
        let objects = Objects {
            time: sim.now(),
            revision: api.revision(),
            nodes: of("Node").collect(),
            pods: of("Pod").collect(),
            workloads: WORKLOADS.iter().flat_map(|kind| of(kind)).collect(),
            services: of("Service").collect(),
        };
        let mut history = std::mem::take(&mut self.history);
        let view = self.view(&objects, &mut |pod| history.look(sim, pod));
        history.forget_the_gone();
        self.history = history;
        view
    }

    /// The next picture is of another moment: what was remembered from one look to the next is not of its past.
    pub fn leap(&mut self) {
        self.history.forget();
    }

    /// Reads the objects; `live` says what a pod's kubelet knows of it.
    pub fn view(&mut self, objects: &Objects<'_>, live: &mut dyn FnMut(&Value) -> Option<LivePod>) -> Rc<ClusterView> {
        let mut kept = std::mem::take(&mut self.pods);
        let mut by_node: BTreeMap<&str, Vec<Rc<PodView>>> = BTreeMap::new();
        let mut queue = Vec::new();
        for pod in &objects.pods {
            let live = live(pod);
            let (key, entry) = match kept.remove_entry(pod.uid()) {
                Some((key, (object, seen, view))) if object.same(pod) && seen == live => (key, (object, seen, view)),
                _ => {
                    let view = Rc::new(PodView::of(pod, live.as_ref()));
                    (pod.uid().to_owned(), ((*pod).clone(), live, view))
                }
            };
            let view = Rc::clone(&entry.2);
            self.pods.insert(key, entry);
            match pod.at(&["spec", "nodeName"]).str() {
                "" if view.is_over() => {}
                "" => queue.push(view),
                node => by_node.entry(node).or_default().push(view),
            }
        }
        let in_order =
            |pods: &mut Vec<Rc<PodView>>| pods.order_by(|a, b| (a.created, &a.namespace, &a.name).cmp(&(b.created, &b.namespace, &b.name)));
        in_order(&mut queue);
        let mut nodes: Vec<NodeView> = objects
            .nodes
            .iter()
            .map(|node| {
                let mut pods = by_node.remove(node.name()).unwrap_or_default();
                in_order(&mut pods);
                node_of(node, pods)
            })
            .collect();
        nodes.order_by(|a, b| natural(&a.name).cmp(&natural(&b.name)));
        let mut workloads: Vec<WorkloadView> = {
            // What another of them makes is shown as that one's.
            let tops = objects.workloads.iter().filter(|w| w.controller_ref().is_null());
            tops.map(|w| workload_of(w, &objects.workloads)).collect()
        };
        workloads.order_by(|a, b| (&a.kind, &a.namespace, &a.name).cmp(&(&b.kind, &b.namespace, &b.name)));
        let services = objects.services.iter().map(|s| service_of(s, &objects.pods)).collect();
        self.last = Rc::new(ClusterView {
            time: objects.time,
            revision: objects.revision,
            nodes: shared(nodes, &self.last.nodes),
            queue,
            workloads: shared(workloads, &self.last.workloads),
            services: shared(services, &self.last.services),
        });
        Rc::clone(&self.last)
    }
}

impl ClusterView {
    /// Every pod: those on nodes, then those that wait.
    pub fn pods(&self) -> impl Iterator<Item = &Rc<PodView>> {
        self.nodes.iter().flat_map(|n| &n.pods).chain(&self.queue)
    }

    /// The pod of this UID.
    pub fn pod(&self, key: &str) -> Option<&Rc<PodView>> {
        self.pods().find(|p| p.key == key)
    }
}

/// Reuses of `before` what is equal and stands at the same place.
fn shared<T: PartialEq>(now: Vec<T>, before: &[Rc<T>]) -> Vec<Rc<T>> {
    now.into_iter()
        .enumerate()
        .map(|(i, item)| match before.get(i) {
            Some(same) if **same == item => Rc::clone(same),
            _ => Rc::new(item),
        })
        .collect()
}

/// Orders `node10` after `node9`.
fn natural(name: &str) -> (&str, u64, &str) {
    let stem = name.trim_end_matches(|c: char| c.is_ascii_digit());
    (stem, name[stem.len()..].parse().unwrap_or(0), name)
}

fn node_of(node: &Value, pods: Vec<Rc<PodView>>) -> NodeView {
    let allocatable = |resource: &str| Quantity::of(node.at(&["status", "allocatable", resource]));
    let living = || pods.iter().filter(|p| !p.is_over());
    let (cpu, memory) = (living().map(|p| p.cpu_requests_m).sum(), living().map(|p| p.memory_requests_bytes).sum());
    NodeView {
        key: node.uid().to_owned(),
        name: node.name().to_owned(),
        ready: node.condition("Ready") == "True",
        schedulable: !node.at(&["spec", "unschedulable"]).is_true(),
        zone: node.label("topology.kubernetes.io/zone").unwrap_or("").to_owned(),
        taints: node
            .at(&["spec", "taints"])
            .items()
            .iter()
            .map(|t| match t.get("value").str() {
                "" => format!("{}:{}", t.get("key").str(), t.get("effect").str()),
                value => format!("{}={value}:{}", t.get("key").str(), t.get("effect").str()),
            })
            .collect(),
        cpu: Share { requested: cpu, allocatable: allocatable("cpu").milli_value() },
        memory: Share { requested: memory, allocatable: allocatable("memory").value() },
        pods_max: allocatable("pods").value(),
        pods,
    }
}

fn workload_of(object: &Value, all: &[&Value]) -> WorkloadView {
    let status = |key: &str| object.at(&["status", key]).int();
    let spec = |key: &str, or: i64| object.at(&["spec", key]).as_int().unwrap_or(or);
    let (desired, current, ready) = match object.kind() {
        "DaemonSet" => (status("desiredNumberScheduled"), status("currentNumberScheduled"), status("numberReady")),
        "Job" => (spec("completions", 1), status("active") + status("succeeded"), status("succeeded")),
        _ => (spec("replicas", 1), status("replicas"), status("readyReplicas")),
    };
    let made = all.iter().filter(|w| w.controller_ref().get("uid").str() == object.uid());
    WorkloadView {
        key: object.uid().to_owned(),
        kind: object.kind().to_owned(),
        namespace: object.namespace().to_owned(),
        name: object.name().to_owned(),
        newest: newest_of(object, all),
        desired,
        current,
        ready,
        owners: std::iter::once(object.uid()).chain(made.map(|w| w.uid())).map(str::to_owned).collect(),
    }
}

/// The labels that tell generations of pods apart.
const GENERATION_LABELS: [&str; 2] = ["pod-template-hash", "controller-revision-hash"];

/// What the newest generation's pods are labelled with: of a Deployment by its newest ReplicaSet, of others by their status.
fn newest_of(object: &Value, all: &[&Value]) -> String {
    let revision = |v: &Value| v.annotation("deployment.kubernetes.io/revision").and_then(|r| r.parse::<u64>().ok());
    let sets = all.iter().filter(|w| w.controller_ref().get("uid").str() == object.uid());
    match sets.max_by_key(|w| revision(w)) {
        Some(set) => set.label(GENERATION_LABELS[0]).unwrap_or("").to_owned(),
        None => object.at(&["status", "updateRevision"]).str().to_owned(),
    }
}

impl WorkloadView {
    /// Whether a pod of it is of an older generation.
    pub fn is_older(&self, pod: &PodView) -> bool {
        let of = pod.labels.iter().find(|(k, _)| GENERATION_LABELS.contains(&k.as_str()));
        !self.newest.is_empty() && of.is_some_and(|(_, v)| *v != self.newest)
    }
}

fn service_of(service: &Value, pods: &[&Value]) -> ServiceView {
    let selector = service.at(&["spec", "selector"]);
    let matches = |pod: &&&Value| {
        !selector.is_empty() && pod.namespace() == service.namespace() && selector.entries().all(|(k, v)| pod.labels().get(k) == v)
    };
    let selected: Vec<&&Value> = pods.iter().filter(matches).collect();
    let uid = |p: &&&Value| p.uid().to_owned();
    let port = |p: &Value| {
        let node_port = p.get("nodePort").int();
        let middle = if node_port > 0 { format!(":{node_port}") } else { String::new() };
        let protocol = p.get("protocol").str();
        format!("{}{middle}/{}", p.get("port").int(), if protocol.is_empty() { "TCP" } else { protocol })
    };
    ServiceView {
        key: service.uid().to_owned(),
        namespace: service.namespace().to_owned(),
        name: service.name().to_owned(),
        kind: service.at(&["spec", "type"]).str().to_owned(),
        cluster_ip: service.at(&["spec", "clusterIP"]).str().to_owned(),
        ports: service.at(&["spec", "ports"]).items().iter().map(port).collect::<Vec<_>>().join(","),
        has_selector: !selector.is_empty(),
        reached: selected.iter().copied().filter(|p| p.condition("Ready") == "True" && !p.is_terminating()).map(|p| uid(&p)).collect(),
        selected: selected.iter().map(uid).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::obj;

    fn objects() -> (Vec<Value>, Vec<Value>) {
        let node = |name: &str| obj!({"metadata": {"name": name, "uid": name}, "status": {"allocatable": {"cpu": "4", "memory": "8Gi", "pods": "110"}, "conditions": [{"type": "Ready", "status": "True"}]}});
        let pod = |name: &str, node: Value, cpu: &str| {
            obj!({"metadata": {"name": name, "namespace": "default", "uid": name, "labels": {"app": "web"}},
                "spec": {"nodeName": node, "containers": [{"name": "c", "resources": {"requests": {"cpu": cpu, "memory": "1Gi"}}}]},
                "status": {"phase": "Pending"}})
        };
        let nodes = vec![node("node10"), node("node9")];
        let pods = vec![pod("a", "node9".into(), "500m"), pod("b", "node9".into(), "1"), pod("c", Value::Null, "9")];
        (nodes, pods)
    }

    #[test]
    fn a_rollout_has_two_generations() {
        let set = |hash: &str, revision: &str| {
            obj!({"kind": "ReplicaSet", "metadata": {"uid": hash, "labels": {"pod-template-hash": hash},
                "annotations": {"deployment.kubernetes.io/revision": revision}, "ownerReferences": [{"uid": "d", "controller": true}]}})
        };
        let deployment = obj!({"kind": "Deployment", "metadata": {"name": "web", "uid": "d"}});
        let (old, new) = (set("aaa", "9"), set("bbb", "10"));
        let view = workload_of(&deployment, &[&deployment, &new, &old]);
        assert_eq!((view.newest.as_str(), view.owners), ("bbb", ["d", "bbb", "aaa"].map(str::to_owned).to_vec()));
        let view = workload_of(&deployment, &[&deployment, &new, &old]);
        let pod = |hash: &str| PodView::of(&obj!({"metadata": {"labels": {"pod-template-hash": hash}}}), None);
        assert!(view.is_older(&pod("aaa")) && !view.is_older(&pod("bbb")));
    }

    #[test]
    fn pods_stand_on_their_nodes_or_wait() {
        let (nodes, pods) = objects();
        let service = obj!({"metadata": {"name": "web", "namespace": "default", "uid": "s"}, "spec": {"selector": {"app": "web"}, "ports": [{"port": 80, "nodePort": 30080}]}});
        let all = Objects {
            time: Time(5),
            revision: 7,
            nodes: nodes.iter().collect(),
            pods: pods.iter().collect(),
            workloads: vec![],
            services: vec![&service],
        };
        let mut views = ClusterViews::default();
        let view = views.view(&all, &mut |_| None);
        assert_eq!(view.nodes.iter().map(|n| n.name.as_str()).collect::<Vec<_>>(), ["node9", "node10"]);
        assert_eq!(view.nodes[0].cpu, Share { requested: 1500, allocatable: 4000 });
        assert_eq!(view.nodes[0].memory, Share { requested: 2 << 30, allocatable: 8 << 30 });
        assert_eq!(view.queue.len(), 1);
        assert_eq!(
            (view.services[0].ports.as_str(), view.services[0].selected.len(), view.services[0].reached.len()),
            ("80:30080/TCP", 3, 0)
        );
        let again = views.view(&all, &mut |_| None);
        assert!(Rc::ptr_eq(&view.nodes[1], &again.nodes[1]));
        assert!(view.pods().zip(again.pods()).all(|(a, b)| Rc::ptr_eq(a, b)));
    }
}
