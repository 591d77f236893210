//! What the scheduler knows of the cluster: the nodes, the pods on them and those assumed to be, kept up to date change by change. Models
//! the scheduler's cache and snapshot (`pkg/scheduler/backend/cache`). It may not know of the queue.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::allocator::SelectorCache;
use super::counts::{CountKey, Counts};
use super::devices::Devices;
use super::node_info::NodeInfo;
use super::node_tree::{NodeTree, zone_of};
use super::pod_info::{Classes, PodClass, PodInfo};
use super::resources::ScalarNames;
use super::selector::Selector;
use super::volumes::Volumes;
use super::workloads::Workloads;
use crate::api::{ArcStr, Object, Value};
use crate::base::{List as _, Order as _, SortedMap};

/// The place of a node in [`Cache::nodes`].
pub type NodeIndex = u32;

/// The scheduler's picture of the cluster.
#[derive(Clone, Debug, Default)]
pub struct Cache {
    /// The nodes by index; one that does not exist has `exists` unset.
    pub nodes: Vec<NodeInfo>,
    /// The names of resources.
    pub scalars: ScalarNames,
    /// The selectors of Services and controllers.
    pub workloads: Workloads,
    /// Volume claims and volumes.
    pub volumes: Volumes,
    /// Devices and ResourceClaims.
    pub devices: Devices,
    /// Compiled selectors of devices.
    pub device_selectors: SelectorCache,
    classes: Classes,
    by_name: FxHashMap<ArcStr, NodeIndex>,
    free: Vec<NodeIndex>,
    tree: NodeTree,
    order: Vec<NodeIndex>,
    order_stale: bool,
    generation: u64,
    labels_generation: u64,
    versions: u64,
    pods: FxHashMap<ArcStr, Placed>,
    counts: Counts,
    topologies: Vec<Arc<Topology>>,
    companions: SortedMap<u32, Companions>,
    images: FxHashMap<ArcStr, usize>,
    namespaces: SortedMap<ArcStr, Value>,
}

/// Pods of one class that have pod affinity or anti-affinity, by node. New pods must heed them wherever they are.
#[derive(Clone, Debug)]
pub struct Companions {
    /// The class.
    pub class: Arc<PodClass>,
    /// How many are on each node; nodes without any are left out.
    pub nodes: SortedMap<NodeIndex, u32>,
}

#[derive(Clone, Debug)]
struct Placed {
    pod: Arc<PodInfo>,
    node: NodeIndex,
    assumed: bool,
}

/// The values that one label has on the nodes.
#[derive(Clone, Debug)]
pub struct Topology {
    /// The label.
    pub key: ArcStr,
    /// By node index: which of the values, or [`NO_VALUE`].
    pub value_of: Vec<u32>,
    /// The values, in the order of the nodes.
    pub values: Vec<ArcStr>,
    generation: u64,
}

/// The value of a node without the label.
pub const NO_VALUE: u32 = u32::MAX;

/// For how many labels the values are kept.
const TOPOLOGIES_MAX: usize = 64;

impl Topology {
    /// The label with this node's value, and the nodes that share it.
    pub fn of_one(key: &ArcStr, node: NodeIndex, cache: &Cache) -> Self {
        let values: Vec<ArcStr> = cache.node(node).label(key).map(ArcStr::from).into_iter().list();
        let mut value_of = vec![NO_VALUE; cache.nodes.len()];
        for (index, other) in cache.nodes.iter().enumerate() {
            if !values.is_empty() && other.label(key) == Some(values[0].as_str()) {
                value_of[index] = 0;
            }
        }
        Topology { key: key.clone(), value_of, values, generation: 0 }
    }

    /// Which of the values a node has.
    pub fn value(&self, node: NodeIndex) -> Option<usize> {
        self.value_of.get(node as usize).filter(|v| **v != NO_VALUE).map(|v| *v as usize)
    }
}

/// The changes of a node that matter to scheduling.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct NodeChange {
    /// The node is new.
    pub added: bool,
    /// `status.allocatable`.
    pub allocatable: bool,
    /// `metadata.labels`.
    pub labels: bool,
    /// `spec.taints`, or `spec.unschedulable` if it was unset.
    pub taints: bool,
}

impl NodeChange {
    /// Whether anything changed.
    pub fn is_any(self) -> bool {
        self != NodeChange::default()
    }
}

impl Cache {
    /// Parses a pod.
    pub fn parse_pod(&mut self, object: &Value) -> PodInfo {
        self.classes.pod(object, &mut self.scalars)
    }

    /// Once there are many classes, forgets those that neither a placed pod nor one of these has.
    pub fn sweep_classes<'a>(&mut self, waiting: impl Iterator<Item = &'a PodInfo>) {
        if self.classes.are_many() {
            let placed = self.pods.values().map(|p| p.pod.class.id);
            self.classes.keep(&placed.chain(waiting.map(|p| p.class.id)).collect());
        }
    }

    /// A number that changes with every change of a node that matters to scheduling.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// The node of this name, where it exists.
    pub fn node_named(&self, name: &str) -> Option<NodeIndex> {
        self.by_name.get(name).copied().filter(|i| self.node(*i).exists)
    }

    /// The node at an index.
    pub fn node(&self, index: NodeIndex) -> &NodeInfo {
        &self.nodes[index as usize]
    }

    /// The nodes that exist, in the order in which they are looked at: by turns from each zone.
    pub fn order(&self) -> &[NodeIndex] {
        &self.order
    }

    /// Brings [`Cache::order`] up to date; call before a cycle.
    pub fn refresh_order(&mut self) {
        if !std::mem::take(&mut self.order_stale) {
            return;
        }
        self.order = self.tree.list();
    }

    /// Updates a new or changed node; returns what changed.
    pub fn set_node(&mut self, object: &Value) -> (NodeIndex, NodeChange) {
        let index = self.slot(&object.name_arc());
        let node = &self.nodes[index as usize];
        let (spec, old_spec) = (object.get("spec"), node.object.get("spec"));
        let change = if node.exists {
            NodeChange {
                added: false,
                allocatable: !object.at(&["status", "allocatable"]).same(node.object.at(&["status", "allocatable"])),
                labels: !object.labels().same(node.object.labels()),
                taints: !spec.get("taints").same(old_spec.get("taints"))
                    || old_spec.get("unschedulable").is_true() && !spec.get("unschedulable").is_true(),
            }
        } else {
            NodeChange { added: true, allocatable: true, labels: true, taints: true }
        };
        if change.labels {
            let zone = zone_of(object);
            let before = self.node(index).exists.then(|| zone_of(&self.node(index).object));
            if before.as_ref() != Some(&zone) {
                if let Some(before) = before {
                    self.tree.remove(&before, index);
                }
                self.tree.add(zone, index);
            }
        }
        self.count_images(index, false);
        self.touch(index);
        let node = &mut self.nodes[index as usize];
        node.set_object(object, &mut self.scalars);
        if change.is_any() {
            self.generation += 1;
            node.generation = self.generation;
        }
        self.count_images(index, true);
        if change.labels {
            self.labels_generation += 1;
            self.order_stale = true;
        }
        (index, change)
    }

    /// Removes a node. Pods that are still bound to it are remembered.
    pub fn remove_node(&mut self, name: &str) {
        let Some(index) = self.node_named(name) else { return };
        self.tree.remove(&zone_of(&self.node(index).object), index);
        self.count_images(index, false);
        self.generation += 1;
        self.labels_generation += 1;
        self.order_stale = true;
        self.touch(index);
        let node = &mut self.nodes[index as usize];
        node.exists = false;
        node.object = Value::Null;
        node.images = Vec::new();
        node.generation = self.generation;
        self.release_if_unused(index);
    }

    /// Adds or updates a pod with a node. If it was assumed to be there, it no longer is assumed.
    pub fn set_pod(&mut self, object: &Value) -> Arc<PodInfo> {
        let uid = object.get("metadata").get("uid").arc_str();
        let pod = Arc::new(match self.pods.get(&uid) {
            // Once a pod has a node, of what decides where it runs only labels and resources can change.
            Some(p) if p.pod.object.get("spec").same(object.get("spec")) && p.pod.class.labels.same(object.labels()) => PodInfo {
                class: p.pod.class.clone(),
                node_name: p.pod.node_name.clone(),
                uid: uid.clone(),
                name: p.pod.name.clone(),
                terminating: object.is_terminating(),
                object: object.clone(),
            },
            _ => self.parse_pod(object),
        });
        let stays = self.pods.get(&uid).is_some_and(|p| {
            Arc::ptr_eq(&p.pod.class, &pod.class) && p.pod.terminating == pod.terminating && self.node(p.node).name == pod.node_name
        });
        if stays {
            let placed = self.pods.get_mut(&uid).expect("a pod that stays was found by its uid");
            placed.pod = pod.clone();
            placed.assumed = false;
            let node = &mut self.nodes[placed.node as usize];
            // It moves to the end, as if it were removed and added again.
            if let Some(at) = node.pods.iter().position(|p| p.uid == uid) {
                node.pods.swap_remove(at);
                node.pods.push(pod.clone());
            }
        } else {
            self.remove_pod(&uid);
            self.place(pod.clone(), false);
        }
        pod
    }

    /// Assumes a pod to be on the node that it was just given, before its informer says so.
    pub fn assume(&mut self, pod: &PodInfo, node: NodeIndex) {
        let name = self.node(node).name.clone();
        self.place(Arc::new(PodInfo { node_name: name, ..pod.clone() }), true);
    }

    /// Removes the pod of this UID from its node.
    pub fn remove_pod(&mut self, uid: &str) -> Option<Arc<PodInfo>> {
        let placed = self.pods.remove(uid)?;
        self.touch(placed.node);
        self.nodes[placed.node as usize].remove_pod(uid);
        self.counts.pod_changed(&placed.pod, placed.node, false);
        self.count_companion(&placed.pod, placed.node, false);
        self.release_if_unused(placed.node);
        Some(placed.pod)
    }

    /// Whether the pod of this uid is assumed to be on a node.
    pub fn is_assumed(&self, uid: &str) -> bool {
        self.pods.get(uid).is_some_and(|p| p.assumed)
    }

    /// The pod of this UID, if it has a node.
    pub fn placed_pod(&self, uid: &str) -> Option<&Arc<PodInfo>> {
        self.pods.get(uid).map(|p| &p.pod)
    }

    /// The pods with pod affinity or anti-affinity, by class.
    pub fn companions(&self) -> impl Iterator<Item = &Companions> {
        self.companions.values()
    }

    /// Where the pods of a class with pod affinity or anti-affinity are.
    pub fn companions_of(&self, class: &PodClass) -> Option<&Companions> {
        self.companions.get(&class.id)
    }

    /// How many nodes have an image of this name.
    pub fn nodes_with_image(&self, name: &str) -> usize {
        self.images.get(name).copied().unwrap_or(0)
    }

    /// A namespace's labels; null where it has none.
    pub fn namespace_labels(&self, name: &str) -> &Value {
        self.namespaces.get(name).unwrap_or(&Value::Null)
    }

    /// Updates or removes a namespace's labels.
    pub fn set_namespace(&mut self, name: ArcStr, labels: Option<Value>) {
        match labels {
            Some(labels) => drop(self.namespaces.insert(name, labels)),
            None => drop(self.namespaces.remove(&name)),
        }
    }

    /// The namespaces of a term: those it names and those that its selector selects now, sorted.
    pub fn resolve_namespaces(&self, named: &[ArcStr], by_labels: &Selector) -> Vec<ArcStr> {
        let mut all = named.to_vec();
        if !by_labels.is_nothing() {
            all.extend(self.namespaces.iter().filter(|(_, labels)| by_labels.matches(labels)).map(|(name, _)| name.clone()));
            all.order();
            all.dedup();
        }
        all
    }

    /// Makes sure that these pods are counted; see [`Cache::count`].
    pub fn ensure_count(&mut self, key: &CountKey) -> usize {
        self.counts.ensure(key, &self.nodes)
    }

    /// How many of these pods are on each node, by node index.
    pub fn count(&self, at: usize) -> &[u32] {
        self.counts.per_node(at)
    }

    /// The values that a label has on the nodes.
    pub fn topology(&mut self, key: &ArcStr) -> Arc<Topology> {
        let at = self.topologies.iter().position(|t| t.key == *key);
        if let Some(at) = at.filter(|at| self.topologies[*at].generation == self.labels_generation) {
            return self.topologies[at].clone();
        }
        let mut values = Vec::new();
        let mut seen: FxHashMap<&str, u32> = FxHashMap::default();
        let value_of = self.nodes.iter().map(|node| match node.label(key) {
            Some(v) => *seen.entry(v).or_insert_with(|| {
                values.push(ArcStr::from(v));
                values.len() as u32 - 1
            }),
            None => NO_VALUE,
        });
        let topology = Arc::new(Topology { key: key.clone(), value_of: value_of.list(), values, generation: self.labels_generation });
        match at {
            Some(at) => self.topologies[at] = topology.clone(),
            None => {
                if self.topologies.len() >= TOPOLOGIES_MAX {
                    self.topologies.remove(0);
                }
                self.topologies.push(topology.clone());
            }
        }
        topology
    }

    /// The labels of a class's namespace.
    pub fn namespace_labels_of(&self, class: &PodClass) -> &Value {
        self.namespace_labels(&class.namespace)
    }

    fn place(&mut self, pod: Arc<PodInfo>, assumed: bool) {
        let index = self.slot(&pod.node_name);
        self.counts.pod_changed(&pod, index, true);
        self.count_companion(&pod, index, true);
        self.touch(index);
        self.nodes[index as usize].add_pod(pod.clone());
        self.pods.insert(pod.uid.clone(), Placed { pod, node: index, assumed });
    }

    /// Marks a node as changed, so that what is remembered of it no longer holds.
    fn touch(&mut self, index: NodeIndex) {
        self.versions += 1;
        self.nodes[index as usize].version = self.versions;
    }

    fn slot(&mut self, name: &ArcStr) -> NodeIndex {
        if let Some(index) = self.by_name.get(name) {
            return *index;
        }
        let index = self.free.pop().unwrap_or_else(|| {
            self.nodes.push(NodeInfo::default());
            self.counts.resize(self.nodes.len());
            NodeIndex::try_from(self.nodes.len() - 1).expect("fewer than 4 billion nodes fit into memory")
        });
        self.nodes[index as usize] = NodeInfo { name: name.clone(), ..NodeInfo::default() };
        self.by_name.insert(name.clone(), index);
        // A topology has an entry for each node.
        self.labels_generation += 1;
        index
    }

    fn release_if_unused(&mut self, index: NodeIndex) {
        let node = &mut self.nodes[index as usize];
        if !node.exists && node.pods.is_empty() {
            self.by_name.remove(&node.name);
            *node = NodeInfo::default();
            self.free.push(index);
        }
    }

    /// Counts a pod with pod affinity or anti-affinity that came to a node or left it.
    fn count_companion(&mut self, pod: &PodInfo, index: NodeIndex, added: bool) {
        if !pod.class.has_affinity() {
            return;
        }
        let class = &pod.class;
        let of_class = self.companions.entry(class.id).or_insert_with(|| Companions { class: class.clone(), nodes: SortedMap::new() });
        let n = of_class.nodes.entry(index).or_default();
        *n = if added { *n + 1 } else { n.saturating_sub(1) };
        if *n == 0 {
            of_class.nodes.remove(&index);
            if of_class.nodes.is_empty() {
                self.companions.remove(&class.id);
            }
        }
    }

    fn count_images(&mut self, index: NodeIndex, added: bool) {
        for (name, _) in &self.nodes[index as usize].images {
            let n = self.images.entry(name.clone()).or_default();
            *n = if added { *n + 1 } else { n.saturating_sub(1) };
            if *n == 0 {
                self.images.remove(name);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::obj;

    fn node(name: &str, zone: &str) -> Value {
        obj!({"metadata": {"name": name, "labels": {"topology.kubernetes.io/zone": zone}}, "status": {"allocatable": {"cpu": "4", "pods": "10"}}})
    }

    fn pod(name: &str, node: &str) -> Value {
        let mut p = obj!({"metadata": {"name": name, "uid": name, "namespace": "d", "labels": {"app": "x"}},
            "spec": {"containers": [{"name": "c", "resources": {"requests": {"cpu": "500m"}}}]}});
        if !node.is_empty() {
            p.set(&["spec", "nodeName"], node);
        }
        p
    }

    #[test]
    fn nodes_are_looked_at_by_turns_from_each_zone() {
        let mut cache = Cache::default();
        for (n, z) in [("a1", "a"), ("a2", "a"), ("a3", "a"), ("b1", "b")] {
            cache.set_node(&node(n, z));
        }
        cache.refresh_order();
        let names: Vec<&str> = cache.order().iter().map(|i| cache.node(*i).name.as_str()).collect();
        assert_eq!(names, ["a1", "b1", "a2", "a3"]);
    }

    #[test]
    fn counts_follow_pods() {
        let mut cache = Cache::default();
        let (n, change) = cache.set_node(&node("a", "z"));
        assert!(change.added);
        assert!(!cache.set_node(&node("a", "z")).1.is_any());
        let key = CountKey { terms: vec![(vec!["d".into()], Selector::of_map(&obj!({"app": "x"})))], living_only: true };
        let at = cache.ensure_count(&key);
        let assumed = cache.parse_pod(&pod("p", ""));
        cache.assume(&assumed, n);
        assert!(cache.is_assumed("p"));
        cache.set_pod(&pod("q", "a"));
        cache.set_pod(&pod("p", "a"));
        assert!(!cache.is_assumed("p"));
        assert_eq!((cache.count(at)[n as usize], cache.node(n).requested.milli_cpu), (2, 1000));
        let mut gone = pod("q", "a");
        gone.set(&["metadata", "deletionTimestamp"], "2026-01-01T00:00:00Z");
        cache.set_pod(&gone);
        assert_eq!((cache.count(at)[n as usize], cache.node(n).requested.milli_cpu), (1, 1000));
        cache.remove_node("a");
        assert_eq!(cache.node_named("a"), None);
        cache.remove_pod("q");
        cache.remove_pod("p");
        assert_eq!(cache.count(at)[n as usize], 0);
        assert_eq!(cache.set_node(&node("b", "z")).0, n);
    }
}
