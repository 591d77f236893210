//! A node as its kubelet knows it: identity, address, images, pod addresses, relist ticks, and its own status.

use super::container_runtime::{Catalogue, MachineEvent, NetError, NetResponse};
use super::eviction::Pressure;
use super::externals::Seat;
use super::images::ImageStore;
use super::logs::room_beside;
use super::router::ReplyTo;
use super::traffic::Way;
use crate::api::quantity::Quantity;
use crate::api::well_known::HOSTNAME;
use crate::api::{ArcStr, Object, Value, kinds, set_condition};
use crate::base::{List as _, RandomStream, SortedMap, SortedSet, Time};
use crate::obj;
use crate::server::{ApiServer, Caller, DeleteOptions, EventRecorder, EventType, Subresource, WriteOptions};

/// Where node leases are.
const LEASES: &str = "kube-node-lease";
/// What a kubelet of v1.36 declares that its node can do (NodeDeclaredFeatures).
const FEATURES: [&str; 4] = [
    "ExtendWebSocketsToKubelet",
    "InPlacePodLevelResourcesVerticalScaling",
    "InPlacePodVerticalScalingInitContainers",
    "RestartAllContainersOnContainerExits",
];
/// The conditions of a node that lacks nothing: type, status, reason and message.
pub const HEALTHY: [(&str, &str, &str, &str); 4] = [
    ("MemoryPressure", "False", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
    ("DiskPressure", "False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
    ("PIDPressure", "False", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
    ("Ready", "True", "KubeletReady", "kubelet is posting ready status"),
];
/// The events that tell of those.
const TOLD_HEALTHY: [&str; 4] = ["NodeHasSufficientMemory", "NodeHasNoDiskPressure", "NodeHasSufficientPID", "NodeReady"];
/// Images that a node's status lists at most (`nodeStatusMaxImages`).
const IMAGES_TOLD_MAX: usize = 50;
/// How many addresses a node has for pods before one comes twice.
const ADDRESSES: u32 = 254 * 15;
/// How often all containers are listed (the generic PLEG's period).
const RELIST_US: u64 = 1_000_000;

/// How many times slower something is than usual.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slower {
    /// The node's disk.
    pub disk: u32,
    /// The node's way to the registry.
    pub registry: u32,
}

impl Default for Slower {
    fn default() -> Self {
        Slower { disk: 1, registry: 1 }
    }
}

/// What is wrong with a node because somebody wanted it so; nothing by default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NodeFaults {
    /// Whether its kubelet stands still.
    pub off: bool,
    /// Whether its network is cut.
    pub cut: bool,
    /// How slow it is.
    pub slower: Slower,
}

/// What a kubelet knows beside its pods.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub name: ArcStr,
    pub ip: ArcStr,
    /// The second and third number of its pods' addresses.
    subnet: (u32, u32),
    pub allocatable: Value,
    pub labels: Value,
    pub taints: Value,
    /// The node object's last state, for admission.
    pub object: Value,
    pub recorder: EventRecorder,
    pub images: ImageStore,
    pub catalogue: Catalogue,
    /// Whether the kubelet runs.
    pub running: bool,
    /// How short its memory is.
    pub pressure: Pressure,
    /// Whether it was told last that it takes no new pods.
    pub closed: bool,
    /// Whether the logs of its containers are files: some pod shows these.
    pub writes_logs: bool,
    /// Whether a pod has mounted what may have them.
    pub logs_mounted: bool,
    /// Whether a pod has given room back, or asks for more.
    pub freed: bool,
    /// Whether its network is cut: it goes on, but nothing comes in or goes out.
    pub cut: bool,
    pub slower: Slower,
    relist_phase_us: u64,
    addresses: SortedMap<ArcStr, u32>,
    taken: SortedSet<u32>,
    next_address: u32,
    /// Which pod has an address.
    holders: SortedMap<ArcStr, ArcStr>,
    /// Where pods listen that are on the node's own network, each by its uid.
    pub host_ports: Vec<(ArcStr, u16)>,
    /// Answers to requests that came in over the network.
    pub replies: Vec<(ReplyTo, Result<NetResponse, NetError>)>,
    /// Requests whose senders are gone.
    pub abandoned: Vec<ReplyTo>,
    /// Ways of requests that get no answer since nobody waits for it.
    pub unserved: Vec<Way>,
    /// What became of programs in containers that are not run here.
    pub externals: Vec<(Seat, MachineEvent)>,
}

impl Node {
    /// The kubelet's view of a node object, the `number`th of the cluster (from 1).
    pub fn new(object: &Value, number: u32, seed: u64) -> Self {
        let name: ArcStr = object.name().into();
        let mut random = RandomStream::new(seed, &format!("kubelet/{name}"));
        let known = object.at(&["status", "addresses"]).items().iter().find(|a| a.get("type").str() == "InternalIP");
        let own = || match number {
            0..200 => format!("10.244.0.{}", 10 + number),
            _ => format!("10.252.{}.{}", number / 250 % 256, 1 + number % 250),
        };
        let ip = known.map_or_else(|| own().into(), |a| a.get("address").arc_str());
        let mut node = Node {
            ip,
            // From 10.244.200.0 on, addresses are those of nodes.
            subnet: (244 + number.saturating_sub(1) / 199 % 8, number.saturating_sub(1) % 199 + 1),
            allocatable: Value::Null,
            labels: Value::Null,
            taints: Value::Null,
            object: Value::Null,
            pressure: Pressure::default(),
            closed: object.at(&["spec", "unschedulable"]).is_true(),
            recorder: EventRecorder::new("kubelet", name.clone()),
            name,
            images: ImageStore::default(),
            catalogue: Catalogue::default(),
            running: true,
            writes_logs: false,
            logs_mounted: false,
            freed: false,
            cut: false,
            slower: Slower::default(),
            relist_phase_us: random.below(RELIST_US),
            addresses: SortedMap::new(),
            taken: SortedSet::new(),
            next_address: 2,
            holders: SortedMap::new(),
            host_ports: Vec::new(),
            replies: Vec::new(),
            abandoned: Vec::new(),
            unserved: Vec::new(),
            externals: Vec::new(),
        };
        for name in object.at(&["status", "images"]).items().iter().flat_map(|i| i.get("names").items()) {
            node.images.add(name.str());
        }
        node.update(object);
        node
    }

    /// How many bytes of a container's log are kept.
    pub fn log_room(&self) -> usize {
        room_beside(self.addresses.len())
    }

    /// Takes in the node object's new state.
    pub fn update(&mut self, object: &Value) {
        let status = object.get("status");
        let allocatable = status.get("allocatable");
        self.allocatable = if allocatable.is_null() { status.get("capacity").clone() } else { allocatable.clone() };
        self.labels = object.labels().clone();
        self.taints = object.at(&["spec", "taints"]).clone();
        self.object = object.clone();
    }

    /// Takes in a change of the node object. Of one made anew, a kubelet that goes on says what it said of the old one.
    pub fn take_in(&mut self, api: &mut ApiServer, now: Time, object: &Value) {
        if self.object.uid() != object.uid() && self.running && !self.cut {
            self.register(api, now);
        }
        self.update(object);
    }

    /// What somebody says that the node has beyond what its kubelet knows can be used as well.
    // Models `MachineInfo` (pkg/kubelet/nodestatus), which makes extended resources of the capacity allocatable.
    pub fn offer_extended(&self, api: &mut ApiServer, now: Time) {
        let status = self.object.get("status");
        let lacking = |name: &str| name.contains('/') && status.at(&["allocatable", name]).is_null();
        let offered: Vec<&ArcStr> = status.get("capacity").entries().map(|e| e.0).filter(|name| lacking(name)).list();
        if offered.is_empty() || !self.running || self.cut {
            return;
        }
        let mut next = self.object.clone();
        for name in offered {
            next.set(&["status", "allocatable", name], status.at(&["capacity", name]).clone());
        }
        // Whoever changed the node in between makes that it is looked at again.
        let _ = api.update(&Caller::new(now, "kubelet"), kinds::NODE, next, Subresource::Status, &WriteOptions::default());
    }

    /// Tells which images have come.
    // Models the setter Images (pkg/kubelet/nodestatus), with a name for each; all are of one size, so their order is free.
    pub fn tell_images(&mut self, api: &mut ApiServer, now: Time) {
        if !self.running || self.cut {
            return;
        }
        let untold = self.images.take_untold();
        let Some(mut next) = api.peek(kinds::NODE, "", &self.name).filter(|_| !untold.is_empty()).cloned() else { return };
        let images = next.at_mut(&["status", "images"]).list_mut();
        images.extend(untold.into_iter().map(|(name, size)| obj!({"names": [name], "sizeBytes": size as i64})));
        images.truncate(IMAGES_TOLD_MAX);
        // Whoever changed the node in between saw it without them.
        let _ = api.update(&Caller::new(now, "kubelet"), kinds::NODE, next, Subresource::Status, &WriteOptions::default());
    }

    /// The last relist at or before a moment.
    pub fn relist_before(&self, at: Time) -> Time {
        let since = (at.0 + RELIST_US - self.relist_phase_us) % RELIST_US;
        Time(at.0.saturating_sub(since))
    }

    /// The first relist after a moment.
    pub fn relist_after(&self, at: Time) -> Time {
        let since = (at.0 + RELIST_US - self.relist_phase_us) % RELIST_US;
        Time(at.0 + RELIST_US - since)
    }

    /// The third number of its pods' addresses, which all of them have in common.
    pub fn subnet(&self) -> ArcStr {
        self.subnet.1.to_string().into()
    }

    /// The pod to which an address was given that is not the node's own.
    pub fn holder(&self, ip: &str) -> Option<&ArcStr> {
        self.holders.get(ip)
    }

    /// An address for a pod.
    pub fn allocate_ip(&mut self, uid: &ArcStr) -> ArcStr {
        let number = *self.addresses.entry(uid.clone()).or_insert_with(|| {
            let last = if self.taken.len() + 2 < ADDRESSES as usize { ADDRESSES - 1 } else { 65_000 };
            let mut number = self.next_address;
            while self.taken.contains(&number) {
                number = if number >= last { 2 } else { number + 1 };
            }
            self.next_address = if number >= last { 2 } else { number + 1 };
            self.taken.insert(number);
            number
        });
        let ip = self.address(number);
        self.holders.insert(ip.clone(), uid.clone());
        ip
    }

    /// An address of a pod, by its number.
    fn address(&self, number: u32) -> ArcStr {
        let (second, third) = self.subnet;
        // A subnet has 254 addresses; pods beyond that take theirs from further ones.
        let second = if number < 254 { second } else { 128 + number / 254 % 14 * 8 + (second - 244) };
        format!("10.{second}.{third}.{}", number % 254 + 1).into()
    }

    /// Nobody of a pod listens any more.
    pub fn free_ports(&mut self, uid: &str) {
        self.host_ports.retain(|(own, _)| own != uid);
    }

    /// A pod's address is free again.
    pub fn release_ip(&mut self, uid: &str) {
        self.free_ports(uid);
        if let Some(number) = self.addresses.remove(uid) {
            self.taken.remove(&number);
            let ip = self.address(number);
            if self.holders.get(&ip).is_some_and(|holder| holder == uid) {
                self.holders.remove(&ip);
            }
        }
    }

    /// Thousandths of a core that the node has.
    pub fn cpu_milli(&self) -> u64 {
        u64::try_from(Quantity::of(self.allocatable.get("cpu")).milli_value()).unwrap_or(0).max(1)
    }

    /// The node's memory, in bytes.
    pub fn memory(&self) -> i64 {
        Quantity::of(self.object.at(&["status", "capacity", "memory"])).value().max(1)
    }

    /// Writes down when the node was last heard of. Leases of nodes that beat are not stored: they would change all the time.
    pub fn write_lease(&self, api: &mut ApiServer, now: Time) {
        let lease = obj!({
            "metadata": {"name": &self.name},
            "spec": {"holderIdentity": &self.name, "leaseDurationSeconds": 40, "renewTime": now.rfc3339_micro()}
        });
        self.drop_lease(api, now);
        // Without the namespace for leases nobody could look for it.
        let _ = api.create(&Caller::new(now, "kubelet"), kinds::LEASE, LEASES, lease, &WriteOptions::default());
    }

    /// The node beats again.
    pub fn drop_lease(&self, api: &mut ApiServer, now: Time) {
        // There is none where the node never fell silent.
        let _ = api.delete(&Caller::new(now, "kubelet"), kinds::LEASE, LEASES, &self.name, &DeleteOptions::now());
    }

    /// Makes the node object anew where somebody has deleted it, as a kubelet does that starts. Of its labels those are the same as
    /// before that say where it is.
    // Models registerWithAPIServer (pkg/kubelet/kubelet_node_status.go).
    pub fn restore(&self, api: &mut ApiServer, now: Time) {
        let mut object = obj!({"metadata": {"name": &self.name}});
        for (label, value) in self.labels.entries().filter(|(label, _)| label.starts_with("topology.kubernetes.io/")) {
            object.set(&["metadata", "labels", label], value.clone());
        }
        // The node gets the addresses for its pods that it had.
        object.set(&["spec", "podCIDR"], self.object.at(&["spec", "podCIDR"]).clone());
        // One that is still there stays as it is.
        let _ = api.create(&Caller::new(now, "kubelet"), kinds::NODE, "", object, &WriteOptions::default());
    }

    /// Tells that the kubelet has started, and what it finds first.
    // Models BirthCry, the node object that a kubelet makes to register (initialNode), and the container manager's start.
    pub fn tell_started(&mut self, api: &mut ApiServer, now: Time) {
        self.event(api, now, EventType::Normal, "Starting", "Starting kubelet.");
        TOLD_HEALTHY[..3].iter().for_each(|word| self.tell_status(api, now, word));
        self.event(api, now, EventType::Normal, "NodeAllocatableEnforced", "Updated Node Allocatable limit across pods");
    }

    /// Sees that the node object says what a kubelet says of its node.
    pub fn register(&mut self, api: &mut ApiServer, now: Time) {
        let nodes = kinds::NODE;
        let Some(current) = api.peek(nodes, "", &self.name).cloned() else { return };
        api.resume_heartbeats(now, &self.name);
        let mut next = current.clone();
        let status = next.get_mut("status");
        // Of an object that is new it says what it said of the last one.
        for (member, said) in self.object.get("status").entries().filter(|(member, _)| *member != "conditions") {
            if status.get(member).is_null() {
                status.set(&[member], said.clone());
            }
        }
        let defaults: [(&str, Value); 5] = [
            ("capacity", obj!({"cpu": "4", "ephemeral-storage": "100Gi", "memory": "8Gi", "pods": "110"})),
            ("addresses", obj!([{"type": "InternalIP", "address": &self.ip}, {"type": "Hostname", "address": &self.name}])),
            ("declaredFeatures", FEATURES.iter().map(|f| Value::from(*f)).list().into()),
            ("daemonEndpoints", obj!({"kubeletEndpoint": {"Port": 10250}})),
            (
                "nodeInfo",
                obj!({
                    "architecture": "amd64", "bootID": "", "containerRuntimeVersion": "containerd://2.2.0", "kernelVersion": "6.12.0",
                    "kubeProxyVersion": "", "kubeletVersion": "v1.36.2", "machineID": "", "operatingSystem": "linux",
                    "osImage": "Debian GNU/Linux 13 (trixie)", "systemUUID": ""
                }),
            ),
        ];
        let unnamed = status.at(&["nodeInfo", "kubeletVersion"]).is_empty();
        for (member, value) in defaults {
            if status.get(member).is_null() || (unnamed && matches!(member, "daemonEndpoints" | "nodeInfo")) {
                status.set(&[member], value);
            }
        }
        if status.get("allocatable").is_null() {
            let capacity = status.get("capacity").clone();
            status.set(&["allocatable"], capacity);
        }
        let conditions = status.get_mut("conditions").list_mut();
        let mut turned = Vec::new();
        for ((kind, word, reason, message), told) in HEALTHY.into_iter().zip(TOLD_HEALTHY) {
            // That a new node is ready is not told.
            let was = conditions.iter().find(|c| c.get("type").str() == kind);
            if was.map_or(kind != "Ready", |c| c.get("status").str() != word) {
                turned.push(told);
            }
            let known = conditions.iter().find(|c| c.get("type").str() == kind && c.get("status").str() == word);
            let heartbeat = known.map_or_else(|| Value::from(now.rfc3339()), |c| c.get("lastHeartbeatTime").clone());
            let condition = obj!({"type": kind, "status": word, "reason": reason, "message": message, "lastHeartbeatTime": heartbeat});
            set_condition(conditions, condition, now);
        }
        // Labels that every kubelet gives its node.
        let mut labelled = next.clone();
        for (label, value) in [
            ("beta.kubernetes.io/arch", "amd64"),
            ("beta.kubernetes.io/os", "linux"),
            ("kubernetes.io/arch", "amd64"),
            (HOSTNAME, self.name.as_str()),
            ("kubernetes.io/os", "linux"),
        ] {
            if labelled.label(label).is_none() {
                labelled.set(&["metadata", "labels", label], value);
            }
        }
        let by = Caller::new(now, "kubelet");
        // A node that is deleted meanwhile is not registered again before its kubelet starts anew.
        if !labelled.labels().same(current.labels()) {
            let mut object = current.clone();
            object.set(&["metadata", "labels"], labelled.labels());
            if let Ok(updated) = api.update(&by, nodes, object, Subresource::None, &WriteOptions::default()) {
                next.set(&["metadata"], updated.get("metadata").clone());
            }
        }
        if !next.get("status").same(current.get("status")) {
            let _ = api.update(&by, nodes, next, Subresource::Status, &WriteOptions::default());
        }
        turned.iter().for_each(|word| self.tell_status(api, now, word));
        if let Some(object) = api.peek(nodes, "", &self.name).cloned() {
            self.update(&object);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::obj;

    #[test]
    fn no_address_is_given_twice() {
        let mut seen = SortedSet::new();
        for number in 1..=600 {
            let mut node = Node::new(&obj!({"metadata": {"name": format!("n{number}")}}), number, 1);
            assert!(seen.insert(node.ip.clone()), "{} is two nodes'", node.ip);
            for pod in 0..300 {
                let ip = node.allocate_ip(&format!("pod{pod}").into());
                assert!(seen.insert(ip.clone()), "{ip} was given before");
            }
        }
    }

    #[test]
    fn an_address_comes_again_only_once_it_is_free() {
        let mut node = Node::new(&obj!({"metadata": {"name": "n"}}), 1, 1);
        let kept = node.allocate_ip(&"kept".into());
        for pod in 0..10_000 {
            let uid = ArcStr::from(format!("pod{pod}"));
            assert_ne!(node.allocate_ip(&uid), kept);
            node.release_ip(&uid);
        }
    }
}
