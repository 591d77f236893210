//! The whole cluster at one moment.

#[cfg(test)]
mod tests;

use std::rc::Rc;

use super::live::{LiveHistory, LivePod};
use super::places::Places;
use super::pod::PodView;
use crate::api::well_known::{CONTROLLER_REVISION_HASH, POD_TEMPLATE_HASH, ZONE};
use crate::api::{ArcStr, Kind, Object, Quantity, Value, kinds};
use crate::base::{List as _, Order as _, SortedMap, SortedSet, Time};
use crate::kubelet::NodeFaults;
use crate::server::{ApiServer, NodeApi};
use crate::sim::Sim;
use crate::store::ChangeType;

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
    /// How many pods it holds that are not over: these alone take the place of others, as they alone take CPU and memory.
    pub pods_living: usize,
    /// How many it may hold.
    pub pods_max: i64,
    /// What is wrong with it by hand.
    pub faults: NodeFaults,
    /// Its pods, oldest first.
    pub pods: Vec<Rc<PodView>>,
    /// Which of them stands where: a pod keeps its place as long as it is there, and `None` is an empty one.
    pub places: Vec<Option<usize>>,
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
    /// How many of its pods are of an older generation.
    pub older: usize,
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

/// The kinds that make pods, or make what makes pods.
const WORKLOADS: [&str; 6] = ["DaemonSet", "Deployment", "Job", "ReplicaSet", "ReplicationController", "StatefulSet"];

/// How many pods are looked at in one picture though nothing of them was written: what only their kubelets know may have changed.
/// Of more pods they take turns, fewer at a time: there the picture is seen from far away.
const LOOKS_MAX: usize = 400;
const LOOKS_OF_MANY: usize = 150;

/// A pod as it was read last.
type Read = (Value, Option<LivePod>, Rc<PodView>);

/// Pods by UID; none for those that are gone.
type Touched = SortedMap<ArcStr, Option<Value>>;

/// Makes one [`ClusterView`] after the other. It reads what was written since the one before and shares the rest with it, so that
/// a picture costs no more than what changed, and whoever draws can tell at a glance what did.
#[derive(Clone, Debug, Default)]
pub struct ClusterViews {
    pods: SortedMap<ArcStr, Read>,
    last: Rc<ClusterView>,
    history: LiveHistory,
    places: Places,
    /// The revision up to which the log has been read; none where everything is to be read.
    read: Option<u64>,
    /// Whose turn it is to be looked at.
    turn: ArcStr,
}

impl ClusterViews {
    /// The cluster of a simulation as it is now.
    pub fn of_sim(&mut self, sim: &Sim) -> Rc<ClusterView> {
        let mut history = std::mem::take(&mut self.history);
        let share = sim.cluster().kubelets.as_ref().and_then(NodeApi::cpu_share);
        let faults = |node: &str| sim.cluster().kubelets.as_ref().map(|k| k.faults(node)).unwrap_or_default();
        let view = self.view(sim.api(), sim.now(), &mut |pod| history.look(sim, share, pod), &faults);
        if self.pods.len() < history.remembered() {
            history.keep(|uid| self.pods.contains_key(uid));
        }
        self.history = history;
        view
    }

    /// The next picture is of another moment: what was remembered from one look to the next is not of its past.
    pub fn leap(&mut self) {
        self.history.forget();
        self.read = None;
    }

    /// Reads what the API has; `live` says what a pod's kubelet knows of it.
    fn view(
        &mut self,
        api: &ApiServer,
        time: Time,
        live: &mut dyn FnMut(&Value) -> Option<LivePod>,
        faults: &dyn Fn(&str) -> NodeFaults,
    ) -> Rc<ClusterView> {
        let (mut touched, mut others) = self.read_log(api);
        self.add_those_in_turn(&mut touched);
        let changed = self.read_pods(touched, live);
        others |= self.last.nodes.iter().any(|n| n.faults != faults(&n.name));
        if !others && changed.is_empty() {
            self.last = Rc::new(ClusterView { time, revision: api.revision(), ..(*self.last).clone() });
            return Rc::clone(&self.last);
        }
        let before = Rc::clone(&self.last);
        let mut homes = self.homes(&before, &changed);
        let queue = homes.remove("").unwrap_or_default();
        let nodes = if others {
            let known: SortedMap<&str, &Rc<NodeView>> = before.nodes.iter().map(|n| (n.name.as_str(), n)).collect();
            let pods_of = |node: &str| homes.remove(node).or_else(|| Some(known.get(node)?.pods.clone())).unwrap_or_default();
            shared(all_nodes(api, pods_of, faults, &self.places), &before.nodes)
        } else {
            let again = |n: &Rc<NodeView>| match homes.remove(n.name.as_str()).zip(api.peek(kinds::NODE, "", &n.name)) {
                Some((pods, node)) => Rc::new(NodeView { faults: n.faults, ..node_of(node, pods, &self.places) }),
                None => Rc::clone(n),
            };
            before.nodes.iter().map(again).list()
        };
        let mut view = ClusterView { time, revision: api.revision(), nodes, queue, workloads: Vec::new(), services: Vec::new() };
        view.workloads = if others { shared(workloads(api), &before.workloads) } else { before.workloads.clone() };
        count_older(&mut view);
        view.services = services(api, &view, &before, &changed, others);
        self.last = Rc::new(view);
        Rc::clone(&self.last)
    }

    /// The pods that were written since the last look, gone where there is no value, and whether anything else was that the picture
    /// shows.
    fn read_log(&mut self, api: &ApiServer) -> (Touched, bool) {
        let uid = |pod: &Value| pod.get("metadata").get("uid").arc_str();
        let (mut touched, mut others) = (Touched::new(), false);
        match self.read.and_then(|r| api.store().changes_after(r).ok()) {
            Some(changes) => {
                for v in changes {
                    if v.key.kind == kinds::POD {
                        self.places.follow(&v.value, v.change == ChangeType::Deleted);
                        touched.insert(uid(&v.value), (v.change != ChangeType::Deleted).then(|| v.value.clone()));
                    } else {
                        others |= matches!(v.key.kind.kind, "Node" | "Service") || WORKLOADS.contains(&v.key.kind.kind);
                    }
                }
            }
            None => {
                others = true;
                self.places = Places::default();
                let (store, oldest) = (api.store(), api.store().compacted());
                // Of a log that was cut the beginning is not told any more: who was there then sits by age.
                let mut elders: Vec<&Value> = store.iter_at(kinds::POD, None, oldest).into_iter().flatten().list();
                let created = |pod: &Value| pod.get("metadata").get("creationTimestamp").arc_str();
                elders.order_by_key(|pod| created(pod));
                elders.into_iter().for_each(|pod| self.places.follow(pod, false));
                for v in store.changes_after(oldest).into_iter().flatten().filter(|v| v.key.kind == kinds::POD) {
                    self.places.follow(&v.value, v.change == ChangeType::Deleted);
                }
                touched.extend(self.pods.keys().map(|uid| (uid.clone(), None)));
                touched.extend(api.iter(kinds::POD, None).map(|pod| (uid(pod), Some(pod.clone()))));
            }
        }
        self.read = Some(api.revision());
        (touched, others)
    }

    /// Of the pods that nobody wrote, a few are looked at each time: what their kubelets know changes all the same.
    fn add_those_in_turn(&mut self, touched: &mut Touched) {
        let looks = if self.pods.len() > LOOKS_MAX { LOOKS_OF_MANY } else { LOOKS_MAX };
        let rest = self.pods.iter_from(&self.turn).chain(self.pods.iter().take_while(|(uid, _)| **uid < self.turn));
        let mut in_turn = rest.take(looks + 1);
        for (uid, (object, ..)) in in_turn.by_ref().take(looks) {
            touched.entry(uid.clone()).or_insert(Some(object.clone()));
        }
        let next = in_turn.next().map(|(uid, _)| uid.clone());
        self.turn = next.unwrap_or_default();
    }

    /// The pods, by age, of the nodes on which any changed, and of the queue, which has no name.
    fn homes<'a>(&self, before: &'a ClusterView, changed: &'a [Rc<PodView>]) -> SortedMap<&'a str, Vec<Rc<PodView>>> {
        let mut homes = SortedMap::from_iter([("", before.queue.clone())]);
        let touched: SortedSet<&str> = changed.iter().map(|p| home_of(p)).collect();
        // They are those of before, but for what changed.
        homes.extend(before.nodes.iter().filter(|n| touched.contains(n.name.as_str())).map(|n| (n.name.as_str(), n.pods.clone())));
        for pod in changed {
            let pods = homes.entry(home_of(pod)).or_default();
            let at = pods.binary_search_by(|p| age(p).cmp(&age(pod)));
            // Of its looks the last one counts, where it has not gone.
            let now = self.pods.get(pod.key.as_str()).map(|read| &read.2);
            match (at, now.filter(|n| home_of(n) == home_of(pod) && !(home_of(n).is_empty() && n.is_over()))) {
                (Ok(at), Some(now)) => pods[at] = Rc::clone(now),
                (Ok(at), None) => drop(pods.remove(at)),
                (Err(at), Some(now)) => pods.insert(at, Rc::clone(now)),
                (Err(_), None) => {}
            }
        }
        homes
    }

    /// Reads these pods anew, and says which look another way than before: as they were and as they are.
    fn read_pods(&mut self, touched: Touched, live: &mut dyn FnMut(&Value) -> Option<LivePod>) -> Vec<Rc<PodView>> {
        let mut changed = Vec::new();
        for (uid, object) in touched {
            let Some(object) = object else {
                changed.extend(self.pods.remove(&uid).map(|p| p.2));
                continue;
            };
            let live = live(&object);
            if let Some((known, seen, view)) = self.pods.get_mut(&uid) {
                if known.same(&object) && *seen == live {
                    continue;
                }
                let now = PodView::of(&object, live.as_ref());
                (*known, *seen) = (object, live);
                if **view != now {
                    changed.push(Rc::clone(view));
                    *view = Rc::new(now);
                    changed.push(Rc::clone(view));
                }
            } else {
                let view = Rc::new(PodView::of(&object, live.as_ref()));
                changed.push(Rc::clone(&view));
                self.pods.insert(uid, (object, live, view));
            }
        }
        changed
    }
}

/// Controllers of pods; what another of them makes is shown as that one's.
fn workloads(api: &ApiServer) -> Vec<WorkloadView> {
    let (mut tops, mut made) = (Vec::new(), SortedMap::<&str, Vec<&Value>>::new());
    for workload in WORKLOADS.iter().flat_map(|kind| api.iter(Kind::named(kind), None)) {
        let owner = workload.controller_ref();
        // What makes a workload may be none itself, as a CronJob is not.
        if WORKLOADS.contains(&owner.get("kind").str()) {
            made.entry(owner.get("uid").str()).or_default().push(workload);
        } else {
            tops.push(workload);
        }
    }
    let made_by = |owner: &Value| made.get(owner.uid()).map_or(&[][..], Vec::as_slice);
    let mut tops: Vec<WorkloadView> = tops.into_iter().map(|w| workload_of(w, made_by(w))).list();
    tops.order_by(|a, b| (&a.kind, &a.namespace, &a.name).cmp(&(&b.kind, &b.namespace, &b.name)));
    tops
}

/// Counts each workload's pods of older generations.
fn count_older(view: &mut ClusterView) {
    let two = view.workloads.iter().enumerate().filter(|(_, w)| !w.newest.is_empty());
    let by_owner: SortedMap<&str, usize> = two.flat_map(|(i, w)| w.owners.iter().map(move |o| (o.as_str(), i))).collect();
    let mut older = vec![0; view.workloads.len()];
    if !by_owner.is_empty() {
        for pod in view.pods() {
            let of = pod.owner.as_ref().and_then(|o| by_owner.get(o.uid.as_str()));
            if let Some(i) = of.filter(|i| view.workloads[**i].is_older(pod)) {
                older[*i] += 1;
            }
        }
    }
    for (w, n) in view.workloads.iter_mut().zip(older).filter(|(w, n)| w.older != *n) {
        *w = Rc::new(WorkloadView { older: n, ..(**w).clone() });
    }
}

/// The services; those that nothing changed for are those of before.
fn services(api: &ApiServer, view: &ClusterView, before: &ClusterView, changed: &[Rc<PodView>], others: bool) -> Vec<Rc<ServiceView>> {
    let mut all = Vec::new();
    for (i, service) in api.iter(kinds::SERVICE, None).enumerate() {
        let known = before.services.get(i).filter(|s| s.key == service.uid());
        match known {
            // Each pod that changed is there as it was, too.
            Some(s) if !others && !changed.iter().any(|p| is_selected(service, p)) => all.push(Rc::clone(s)),
            _ => {
                let now = service_of(service, &mut view.pods());
                all.push(known.filter(|s| ***s == now).cloned().unwrap_or_else(|| Rc::new(now)));
            }
        }
    }
    all
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
        .list()
}

/// The node that a pod stands on; nothing where it waits for one.
fn home_of(pod: &PodView) -> &str {
    pod.node.as_deref().unwrap_or("")
}

/// The order in which pods stand: oldest first.
fn age(pod: &PodView) -> (Time, &str, &str, &str) {
    (pod.created, &pod.namespace, &pod.name, &pod.key)
}

/// Orders `node10` after `node9`.
fn natural(name: &str) -> (&str, u64, &str) {
    let stem = name.trim_end_matches(|c: char| c.is_ascii_digit());
    (stem, name[stem.len()..].parse().unwrap_or(0), name)
}

/// All nodes by name, with the pods that are found for them.
fn all_nodes(
    api: &ApiServer,
    mut pods_of: impl FnMut(&str) -> Vec<Rc<PodView>>,
    faults: &dyn Fn(&str) -> NodeFaults,
    places: &Places,
) -> Vec<NodeView> {
    let mut nodes: Vec<NodeView> = api
        .iter(kinds::NODE, None)
        .map(|node| NodeView { faults: faults(node.name()), ..node_of(node, pods_of(node.name()), places) })
        .list();
    nodes.order_by(|a, b| natural(&a.name).cmp(&natural(&b.name)));
    nodes
}

fn node_of(node: &Value, pods: Vec<Rc<PodView>>, places: &Places) -> NodeView {
    let allocatable = |resource: &str| Quantity::of(node.at(&["status", "allocatable", resource]));
    let living = || pods.iter().filter(|p| !p.is_over());
    let (cpu, memory) = (living().map(|p| p.cpu_requests_m).sum(), living().map(|p| p.memory_requests_bytes).sum());
    NodeView {
        key: node.uid().to_owned(),
        name: node.name().to_owned(),
        ready: node.condition("Ready") == "True",
        schedulable: !node.at(&["spec", "unschedulable"]).is_true(),
        zone: node.label(ZONE).unwrap_or("").to_owned(),
        taints: node
            .at(&["spec", "taints"])
            .items()
            .iter()
            .map(|t| match t.get("value").str() {
                "" => format!("{}:{}", t.get("key").str(), t.get("effect").str()),
                value => format!("{}={value}:{}", t.get("key").str(), t.get("effect").str()),
            })
            .list(),
        cpu: Share { requested: cpu, allocatable: allocatable("cpu").milli_value() },
        memory: Share { requested: memory, allocatable: allocatable("memory").value() },
        pods_living: living().count(),
        pods_max: allocatable("pods").value(),
        faults: NodeFaults::default(),
        places: places.of(node.name(), &pods),
        pods,
    }
}

fn workload_of(object: &Value, made: &[&Value]) -> WorkloadView {
    let status = |key: &str| object.at(&["status", key]).int();
    let spec = |key: &str, or: i64| object.at(&["spec", key]).as_int().unwrap_or(or);
    let (desired, current, ready) = match object.kind() {
        "DaemonSet" => (status("desiredNumberScheduled"), status("currentNumberScheduled"), status("numberReady")),
        // Without a number of pods that are to end well, each of those that work at once does.
        "Job" => (spec("completions", spec("parallelism", 1)), status("active") + status("succeeded"), status("succeeded")),
        _ => (spec("replicas", 1), status("replicas"), status("readyReplicas")),
    };
    WorkloadView {
        key: object.uid().to_owned(),
        kind: object.kind().to_owned(),
        namespace: object.namespace().to_owned(),
        name: object.name().to_owned(),
        newest: newest_of(object, made),
        older: 0,
        desired,
        current,
        ready,
        owners: std::iter::once(object.uid()).chain(made.iter().map(|w| w.uid())).map(str::to_owned).list(),
    }
}

/// The labels that tell generations of pods apart.
const GENERATION_LABELS: [&str; 2] = [POD_TEMPLATE_HASH, CONTROLLER_REVISION_HASH];

/// What the newest generation's pods are labelled with: of a Deployment by its newest ReplicaSet, of others by their status.
fn newest_of(object: &Value, made: &[&Value]) -> String {
    let revision = |v: &Value| v.annotation("deployment.kubernetes.io/revision").and_then(|r| r.parse::<u64>().ok());
    match made.iter().max_by_key(|w| revision(w)) {
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

fn is_selected(service: &Value, pod: &PodView) -> bool {
    let selector = service.at(&["spec", "selector"]);
    let has = |(k, v): (&ArcStr, &Value)| pod.labels.binary_search_by(|l| l.0.as_str().cmp(k)).is_ok_and(|i| pod.labels[i].1 == v.str());
    !selector.is_empty() && pod.namespace == service.namespace() && selector.entries().all(has)
}

fn service_of(service: &Value, pods: &mut dyn Iterator<Item = &Rc<PodView>>) -> ServiceView {
    let selected: Vec<&Rc<PodView>> = pods.filter(|p| is_selected(service, p)).list();
    let uid = |p: &&Rc<PodView>| p.key.clone();
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
        ports: service.at(&["spec", "ports"]).items().iter().map(port).list().join(","),
        has_selector: !service.at(&["spec", "selector"]).is_empty(),
        reached: selected.iter().filter(|p| p.is_serving).map(uid).list(),
        selected: selected.iter().map(uid).list(),
    }
}
