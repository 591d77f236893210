//! Single controllers against an API server, on virtual time: what each does, and when. They hold without any recordings.

use super::daemon_set::DaemonSetController;
use super::disruption::DisruptionController;
use super::endpoint_slice::EndpointSliceController;
use super::endpoint_slice_mirroring::EndpointSliceMirroringController;
use super::endpoints::EndpointsController;
use super::flags::Flags;
use super::garbage_collector::GarbageCollector;
use super::namespace::NamespaceController;
use super::node_ttl::NodeTtlController;
use super::pod_gc::PodGarbageCollector;
use super::replica_set::ReplicaSetController;
use super::taint_eviction::TaintEvictionController;
use super::ttl_after_finished::TtlAfterFinishedController;
use crate::api::{Kind, Object, Value, drop_finalizer};
use crate::base::{Duration, Time};
use crate::obj;
use crate::server::{ApiServer, Caller, Change, Component, DeleteOptions, Propagation, Subresource, WriteOptions};

/// Where everything is.
const NAMESPACE: &str = "ns";

/// An API server and a controller that hears of each change at once.
pub(super) struct World<C> {
    pub(super) api: ApiServer,
    controller: C,
    revision: u64,
    pub(super) now: Time,
}

impl<C: Component> World<C> {
    pub(super) fn new(controller: C) -> Self {
        let now = Time::from_secs(1_000_000);
        let mut api = ApiServer::new(0);
        api.create_namespace(&Caller::new(now, "test"), NAMESPACE);
        World { api, controller, revision: 0, now }
    }

    fn by(&self) -> Caller {
        Caller::new(self.now, "test")
    }

    /// Creates an object, with the status that it has; a node without the taint of one that is not ready.
    pub(super) fn create(&mut self, kind: &str, object: Value) -> Value {
        let kind = Kind::named(kind);
        let namespace = if kind.namespaced { NAMESPACE } else { "" };
        let (status, taints) = (object.get("status").clone(), object.at(&["spec", "taints"]).clone());
        let made = self.api.create(&self.by(), kind, namespace, object, &WriteOptions::default()).unwrap_or_else(|e| panic!("{e}"));
        if kind.kind == "Node" {
            return self.change("Node", made.name(), Subresource::None, |n| n.set(&["spec", "taints"], taints));
        }
        if status.is_empty() { made } else { self.change(kind.kind, made.name(), Subresource::Status, |o| o.set(&["status"], status)) }
    }

    pub(super) fn change(&mut self, kind: &str, name: &str, sub: Subresource, change: impl FnOnce(&mut Value)) -> Value {
        let mut object = self.get(kind, name);
        change(&mut object);
        self.api.update(&self.by(), Kind::named(kind), object, sub, &WriteOptions::default()).unwrap_or_else(|e| panic!("{e}"))
    }

    pub(super) fn delete(&mut self, kind: &str, name: &str, options: &DeleteOptions) {
        let kind = Kind::named(kind);
        let namespace = if kind.namespaced { NAMESPACE } else { "" };
        self.api.delete(&self.by(), kind, namespace, name, options).unwrap_or_else(|e| panic!("{e}"));
    }

    pub(super) fn get(&self, kind: &str, name: &str) -> Value {
        let kind = Kind::named(kind);
        self.api.peek(kind, if kind.namespaced { NAMESPACE } else { "" }, name).cloned().unwrap_or_default()
    }

    fn deliver(&mut self) {
        let versions: Vec<_> = self.api.store().changes_after(self.revision).expect("kept").cloned().collect();
        for v in versions {
            self.revision = v.revision;
            if self.controller.watches(v.key.kind) {
                let old = self.api.store().version(v.previous).map(|p| p.value.clone());
                let change = Change { key: v.key, change: v.change, old, object: v.value, revision: v.revision };
                self.controller.on_change(&self.api, self.now, &change);
            }
        }
    }

    /// Lets so much time pass.
    pub(super) fn run(&mut self, seconds: u64) {
        let until = self.now + Duration::from_secs(seconds);
        self.deliver();
        while let Some(at) = self.controller.next_wake().filter(|at| *at <= until) {
            self.now = self.now.max(at);
            self.controller.wake(&mut self.api, self.now);
            self.deliver();
        }
        self.now = until;
    }

    /// The names of a kind's objects.
    pub(super) fn names(&self, kind: &str) -> Vec<String> {
        self.api.iter(Kind::named(kind), None).map(|o| o.name().to_owned()).collect()
    }

    /// Reasons of events, and whom they are about.
    pub(super) fn events(&self) -> Vec<String> {
        let told = |e: &Value| format!("{} {} x{}", e.at(&["involvedObject", "name"]).str(), e.get("reason").str(), e.get("count").int());
        let mut events: Vec<String> = self.api.iter(Kind::named("Event"), None).map(told).collect();
        events.sort();
        events
    }
}

/// A pod of the label `a: b` on a node.
pub(super) fn pod(name: &str, node: &str) -> Value {
    obj!({"metadata": {"name": name, "labels": {"a": "b"}}, "spec": {"nodeName": node, "containers": [{"name": "c", "image": "i"}]},
        "status": {"phase": "Running", "podIP": "10.0.0.1", "conditions": [{"type": "Ready", "status": "True"}]}})
}

pub(super) fn owned(mut object: Value, owners: &[(&Value, bool)]) -> Value {
    let of = |(o, blocks): &(&Value, bool)| obj!({"apiVersion": o.api_version(), "kind": o.kind(), "name": o.name(), "uid": o.uid(), "controller": false, "blockOwnerDeletion": *blocks});
    object.set(&["metadata", "ownerReferences"], owners.iter().map(of).collect::<Vec<_>>());
    object
}

#[test]
fn budgets_count_what_their_controllers_want() {
    // The budget, how many replicas are wanted, how many pods are ready and how many not: healthy, desired, expected, allowed.
    for (spec, replicas, ready, unready, wanted) in [
        (obj!({"maxUnavailable": "30%"}), 5, 5, 0, [5, 3, 5, 2]),
        (obj!({"maxUnavailable": 1}), 3, 2, 1, [2, 2, 3, 0]),
        (obj!({"maxUnavailable": 1}), 0, 2, 0, [2, 0, 0, 0]),
        (obj!({"minAvailable": "50%"}), 5, 5, 0, [5, 3, 5, 2]),
        (obj!({"minAvailable": 2}), 9, 3, 1, [3, 2, 4, 1]),
    ] {
        let mut w = World::new(DisruptionController::default());
        let template = obj!({"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [{"name": "c", "image": "i"}]}});
        let set = obj!({"metadata": {"name": "rs"}, "spec": {"replicas": replicas, "selector": {"matchLabels": {"a": "b"}}, "template": template}});
        let set = w.create("ReplicaSet", set);
        for i in 0..ready + unready {
            let mut pod = owned(pod(&format!("p{i}"), "n"), &[(&set, true)]);
            pod.at_mut(&["metadata", "ownerReferences"]).list_mut()[0].set(&["controller"], true);
            if i >= ready {
                pod.at_mut(&["status", "conditions"]).list_mut()[0].set(&["status"], "False");
            }
            w.create("Pod", pod);
        }
        let mut budget = obj!({"metadata": {"name": "b"}, "spec": spec.clone()});
        budget.set(&["spec", "selector", "matchLabels"], obj!({"a": "b"}));
        w.create("PodDisruptionBudget", budget);
        w.run(1);
        let counts = |w: &World<_>| {
            let status = w.get("PodDisruptionBudget", "b").get("status").clone();
            ["currentHealthy", "desiredHealthy", "expectedPods", "disruptionsAllowed"].map(|m| status.get(m).int())
        };
        assert_eq!(counts(&w), wanted, "{spec} {replicas}");
        // Who was evicted counts no more, for two minutes.
        let at = w.now.rfc3339();
        w.change("PodDisruptionBudget", "b", Subresource::Status, |b| b.set(&["status", "disruptedPods", "p0"], at));
        w.run(118);
        assert_eq!(counts(&w)[0], wanted[0] - 1);
        w.run(3);
        assert_eq!((counts(&w), w.get("PodDisruptionBudget", "b").at(&["status", "disruptedPods"]).is_null()), (wanted, true));
        assert!(w.events().contains(&"p0 NotDeleted x1".to_owned()), "{:?}", w.events());
    }
}

#[test]
fn slices_hold_a_hundred_and_go_when_they_are_empty() {
    let mut w = World::new(EndpointSliceController::default());
    w.create("Node", obj!({"metadata": {"name": "n"}}));
    w.create("Service", obj!({"metadata": {"name": "s"}, "spec": {"selector": {"a": "b"}, "ports": [{"port": 80}]}}));
    for i in 0..101 {
        w.create("Pod", pod(&format!("p{i:03}"), "n"));
    }
    w.run(1);
    let sizes = |w: &World<_>| {
        let sizes = |s: &Value| s.get("endpoints").items().len();
        let mut sizes: Vec<usize> = w.api.iter(Kind::named("EndpointSlice"), Some(NAMESPACE)).map(sizes).collect();
        sizes.sort_unstable();
        sizes
    };
    assert_eq!(sizes(&w), [1, 100]);
    w.change("Service", "s", Subresource::None, |s| s.at_mut(&["spec", "ports"]).list_mut()[0].set(&["port"], 81));
    w.run(1);
    assert_eq!(sizes(&w), [1, 100]);
    w.delete("Pod", "p100", &DeleteOptions::now());
    w.run(1);
    assert_eq!(sizes(&w), [100]);
    // A pod whose labels no longer fit is taken out, and one whose node is gone.
    w.change("Pod", "p000", Subresource::None, |p| p.set(&["metadata", "labels", "a"], "c"));
    w.run(1);
    assert_eq!(sizes(&w), [99]);
    w.create("Pod", pod("lost", "gone"));
    w.run(1);
    assert_eq!(sizes(&w), [99]);
    for i in 1..100 {
        w.delete("Pod", &format!("p{i:03}"), &DeleteOptions::now());
    }
    w.run(1);
    assert_eq!(sizes(&w), [0], "an empty one says that there is nothing");
}

#[test]
fn endpoints_have_a_thousand_addresses_at_most() {
    let mut w = World::new(EndpointsController::default());
    w.create("Service", obj!({"metadata": {"name": "s"}, "spec": {"selector": {"a": "b"}, "ports": [{"port": 80}]}}));
    for i in 0..1001 {
        w.create("Pod", pod(&format!("p{i}"), "n"));
    }
    w.run(1);
    let told = |w: &World<_>| {
        let endpoints = w.get("Endpoints", "s");
        let count = |member: &str| endpoints.get("subsets").items().iter().map(|s| s.get(member).items().len()).sum::<usize>();
        let over = endpoints.annotation("endpoints.kubernetes.io/over-capacity").unwrap_or_default().to_owned();
        (count("addresses"), count("notReadyAddresses"), over)
    };
    assert_eq!(told(&w), (1000, 0, "truncated".to_owned()));
    // Those that are ready come first.
    w.change("Pod", "p7", Subresource::Status, |p| drop(p.remove(&["status", "conditions"])));
    w.change("Pod", "p8", Subresource::Status, |p| drop(p.remove(&["status", "conditions"])));
    w.run(1);
    assert_eq!(told(&w), (999, 1, "truncated".to_owned()));
    w.delete("Pod", "p9", &DeleteOptions::now());
    w.run(1);
    assert_eq!(told(&w), (998, 2, String::new()));
}

#[test]
fn addresses_beyond_the_most_are_left_out_in_proportion() {
    // How many are ready and not of each subset, how many there may be, and how many are left.
    for (subsets, most, wanted) in [
        (&[[3, 0], [2, 5]][..], 10, &[[3, 0], [2, 5]][..]),
        (&[[3, 0], [2, 5]], 9, &[[3, 0], [2, 4]]),
        (&[[3, 4], [2, 5]], 8, &[[3, 2], [2, 1]]),
        (&[[3, 4], [2, 5]], 5, &[[3, 0], [2, 0]]),
        (&[[7, 1], [2, 1], [1, 0]], 5, &[[4, 0], [1, 0], [0, 0]]),
    ] {
        let list = |n: usize| vec![Value::map(); n];
        let mut made: Vec<Value> = subsets.iter().map(|[a, b]| obj!({"addresses": list(*a), "notReadyAddresses": list(*b)})).collect();
        let over = super::endpoints::truncate(&mut made, most);
        let left: Vec<[usize; 2]> = made.iter().map(|s| ["addresses", "notReadyAddresses"].map(|m| s.get(m).items().len())).collect();
        assert_eq!((left.as_slice(), over), (wanted, wanted != subsets), "{subsets:?} {most}");
    }
}

#[test]
fn a_service_cannot_call_itself_headless() {
    let mut w = World::new(EndpointsController::default());
    for (name, ip, wanted) in [("plain", Value::Null, None), ("headless", "None".into(), Some(""))] {
        let spec = obj!({"selector": {"a": "b"}, "clusterIP": ip, "ports": [{"port": 80}]});
        w.create("Service", obj!({"metadata": {"name": name, "labels": {"service.kubernetes.io/headless": "mine"}}, "spec": spec}));
        w.run(1);
        assert_eq!(w.get("Endpoints", name).label("service.kubernetes.io/headless"), wanted, "{name}");
    }
}

#[test]
fn a_mirror_whose_ports_change_stays_the_same_slice() {
    let mut w = World::new(EndpointSliceMirroringController::default());
    w.create("Service", obj!({"metadata": {"name": "s"}, "spec": {"ports": [{"port": 80}]}}));
    let subset = |ip: &str, port: u16| obj!({"addresses": [{"ip": ip}], "ports": [{"port": port}]});
    w.create("Endpoints", obj!({"metadata": {"name": "s"}, "subsets": [subset("1.2.3.4", 80)]}));
    w.run(1);
    let slices = |w: &World<_>| -> Vec<(String, i64)> {
        let ports = |s: &Value| s.get("ports").items()[0].get("port").int();
        w.api.iter(Kind::named("EndpointSlice"), Some(NAMESPACE)).map(|s| (s.name().to_owned(), ports(s))).collect()
    };
    let first = slices(&w)[0].0.clone();
    for (subsets, count) in [(obj!([subset("1.2.3.4", 81)]), 1), (obj!([subset("1.2.3.5", 82), subset("1.2.3.4", 81)]), 2)] {
        w.change("Endpoints", "s", Subresource::None, |e| e.set(&["subsets"], subsets));
        w.run(1);
        let now = slices(&w);
        assert_eq!((now.len(), now.contains(&(first.clone(), 81))), (count, true), "{now:?}");
    }
}

#[test]
fn traffic_is_kept_near_to_endpoints_that_are_ready() {
    let mut w = World::new(EndpointSliceController::default());
    w.create("Node", obj!({"metadata": {"name": "n", "labels": {"topology.kubernetes.io/zone": "z"}}}));
    let ports = obj!([{"port": 80}]);
    w.create(
        "Service",
        obj!({"metadata": {"name": "s"}, "spec": {"selector": {"a": "b"}, "trafficDistribution": "PreferSameZone", "ports": ports}}),
    );
    let mut unready = pod("unready", "n");
    unready.at_mut(&["status", "conditions"]).list_mut()[0].set(&["status"], "False");
    w.create("Pod", unready);
    w.create("Pod", pod("ready", "n"));
    w.run(1);
    let slices = w.api.iter(Kind::named("EndpointSlice"), Some(NAMESPACE)).flat_map(|s| s.get("endpoints").items());
    let mut hints: Vec<String> = slices.map(|e| format!("{} {}", e.at(&["targetRef", "name"]).str(), e.get("hints").to_json())).collect();
    hints.sort();
    assert_eq!(hints, [r#"ready {"forZones":[{"name":"z"}]}"#, "unready null"]);
    // That one has ended is not seen until something else is.
    let behind = |w: &World<_>| -> usize {
        w.api.iter(Kind::named("EndpointSlice"), Some(NAMESPACE)).map(|s| s.get("endpoints").items().len()).sum()
    };
    w.change("Pod", "unready", Subresource::Status, |p| p.set(&["status", "phase"], "Failed"));
    w.run(1);
    assert_eq!(behind(&w), 2);
    w.change("Pod", "ready", Subresource::Status, |p| drop(p.remove(&["status", "conditions"])));
    w.run(1);
    assert_eq!(behind(&w), 1);
}

#[test]
fn addresses_are_ready_or_not() {
    let with = |publish: bool, word: &str, going: bool| {
        let mut pod = pod("p", "n");
        pod.at_mut(&["status", "conditions"]).list_mut()[0].set(&["status"], word);
        if going {
            pod.set(&["metadata", "deletionTimestamp"], "2026-01-01T00:00:00Z");
        }
        let service = obj!({"spec": {"clusterIP": "10.0.0.9", "ports": [{"port": 80}], "publishNotReadyAddresses": publish}});
        let subsets = super::endpoints::subsets(super::endpoints::address_of(&service, &pod).iter());
        ["addresses", "notReadyAddresses"].map(|m| subsets.iter().map(|s| s.get(m).items().len()).sum::<usize>())
    };
    let rows = [(false, "True", false), (false, "False", false), (false, "True", true), (true, "False", false), (true, "False", true)];
    assert_eq!(rows.map(|(publish, word, going)| with(publish, word, going)), [[1, 0], [0, 1], [0, 0], [1, 0], [1, 0]]);
}

#[test]
fn dependents_follow_their_owners() {
    let map = |name: &str| obj!({"metadata": {"name": name}});
    let mut w = World::new(GarbageCollector::new(&Flags::default()));
    let owners = ["a", "b"].map(|name| w.create("ConfigMap", map(name)));
    w.create("ConfigMap", owned(map("of-a"), &[(&owners[0], true)]));
    w.create("ConfigMap", owned(map("of-both"), &[(&owners[0], true), (&owners[1], true)]));
    w.run(1);
    w.delete("ConfigMap", "a", &DeleteOptions::default());
    w.run(1);
    assert_eq!(w.names("ConfigMap"), ["b", "of-both"]);
    assert_eq!(w.get("ConfigMap", "of-both").at(&["metadata", "ownerReferences"]).items().len(), 1);
    w.delete("ConfigMap", "b", &DeleteOptions::with(Propagation::Orphan));
    w.run(1);
    assert_eq!(w.names("ConfigMap"), ["of-both"]);
    // In the foreground an owner waits for those that block it, until they are gone or somebody else's.
    for (blocks, there) in [(true, true), (false, false)] {
        let owner = w.create("ConfigMap", map("owner"));
        let mut held = owned(map("held"), &[(&owner, blocks)]);
        held.set(&["metadata", "finalizers"], obj!(["example.com/f"]));
        w.create("ConfigMap", held);
        w.run(1);
        w.delete("ConfigMap", "owner", &DeleteOptions::with(Propagation::Foreground));
        w.run(1);
        assert_eq!(!w.get("ConfigMap", "owner").is_null(), there, "blocks: {blocks}");
        w.change("ConfigMap", "held", Subresource::None, |o| drop(o.remove(&["metadata", "ownerReferences"])));
        w.run(1);
        assert!(w.get("ConfigMap", "owner").is_null());
        w.change("ConfigMap", "held", Subresource::None, |o| drop_finalizer(o, "example.com/f"));
        w.run(1);
        if !w.get("ConfigMap", "held").is_null() {
            w.delete("ConfigMap", "held", &DeleteOptions::default());
        }
    }
}

#[test]
fn owners_that_wait_for_each_other_go_and_orphans_are_left_behind() {
    let map = |name: &str| obj!({"metadata": {"name": name}});
    let mut w = World::new(GarbageCollector::new(&Flags::default()));
    let a = w.create("ConfigMap", map("a"));
    let b = w.create("ConfigMap", owned(map("b"), &[(&a, true)]));
    w.change("ConfigMap", "a", Subresource::None, |o| *o = owned(o.clone(), &[(&b, true)]));
    w.run(1);
    w.delete("ConfigMap", "a", &DeleteOptions::with(Propagation::Foreground));
    w.run(5);
    assert_eq!(w.names("ConfigMap"), Vec::<String>::new());
    // What goes with its owner leaves its own dependents behind, where it was asked to.
    let owner = w.create("ConfigMap", map("owner"));
    let mut middle = owned(map("middle"), &[(&owner, true)]);
    middle.set(&["metadata", "finalizers"], obj!(["orphan"]));
    let middle = w.create("ConfigMap", middle);
    w.create("ConfigMap", owned(map("left"), &[(&middle, true)]));
    w.run(1);
    w.delete("ConfigMap", "owner", &DeleteOptions::default());
    w.run(5);
    assert_eq!(w.names("ConfigMap"), ["left"]);
}

#[test]
fn a_namespace_is_emptied_pods_first() {
    let mut w = World::new(NamespaceController::default());
    let mut held = pod("p", "n");
    held.set(&["metadata", "finalizers"], obj!(["example.com/f"]));
    w.create("Pod", held);
    let mut map = obj!({"metadata": {"name": "m"}});
    map.set(&["metadata", "finalizers"], obj!(["example.com/f"]));
    w.create("ConfigMap", map);
    w.delete("Namespace", NAMESPACE, &DeleteOptions::default());
    let ends = |w: &World<_>| ["Pod", "ConfigMap"].map(|kind| w.get(kind, if kind == "Pod" { "p" } else { "m" }).is_terminating());
    w.run(4);
    assert_eq!(ends(&w), [false, false]);
    w.run(1);
    assert_eq!(ends(&w), [true, false], "{}", w.get("Namespace", NAMESPACE));
    let remaining = |w: &World<_>| w.get("Namespace", NAMESPACE).condition("NamespaceContentRemaining").to_owned();
    // What waits for pods is not counted.
    assert_eq!(remaining(&w), "False");
    w.delete("Pod", "p", &DeleteOptions::now());
    w.change("Pod", "p", Subresource::None, |p| drop_finalizer(p, "example.com/f"));
    // What it wrote into the namespace has it look again.
    w.run(4);
    assert_eq!(ends(&w), [false, false]);
    w.run(1);
    assert_eq!((ends(&w), remaining(&w).as_str()), ([false, true], "True"));
    // Where nothing moves, it waits half as long as finalizers are reckoned to take.
    w.run(6);
    w.change("ConfigMap", "m", Subresource::None, |m| drop_finalizer(m, "example.com/f"));
    w.run(6);
    assert!(!w.get("Namespace", NAMESPACE).is_null());
    w.run(1);
    assert!(w.get("Namespace", NAMESPACE).is_null());
}

#[test]
fn pods_stay_as_long_as_they_tolerate() {
    let mut w = World::new(TaintEvictionController::default());
    w.create("Node", obj!({"metadata": {"name": "n"}}));
    let tolerations = [
        ("none", obj!([])),
        ("all", obj!([{"operator": "Exists"}])),
        ("other", obj!([{"key": "y", "operator": "Exists"}])),
        ("twenty", obj!([{"key": "x", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 20}])),
        (
            "shorter",
            obj!([{"key": "x", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 10}, {"operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 20}]),
        ),
        (
            "first",
            obj!([{"key": "x", "operator": "Exists"}, {"key": "x", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 5}]),
        ),
    ];
    for (name, tolerations) in tolerations {
        let mut pod = pod(name, "n");
        pod.set(&["spec", "tolerations"], tolerations);
        w.create("Pod", pod);
    }
    w.run(1);
    let taint = |w: &mut World<_>, taints: Value| drop(w.change("Node", "n", Subresource::None, |n| n.set(&["spec", "taints"], taints)));
    taint(&mut w, obj!([{"key": "x", "effect": "NoExecute"}]));
    let going = |w: &World<_>| {
        let going = |name: &String| w.get("Pod", name).is_terminating();
        w.names("Pod").into_iter().filter(going).collect::<Vec<_>>().join(" ")
    };
    w.run(9);
    assert_eq!(going(&w), "none other");
    // A mark keeps its beginning, whatever else happens to the node.
    taint(&mut w, obj!([{"key": "x", "effect": "NoExecute", "value": "2"}]));
    w.run(2);
    assert_eq!(going(&w), "none other shorter");
    taint(&mut w, obj!([]));
    w.run(60);
    assert_eq!(going(&w), "none other shorter");
    // Another taint has those evicted again that may not stay at all; one that is spared after all is told so.
    assert_eq!(
        w.events(),
        [
            "none TaintManagerEviction x2",
            "other TaintManagerEviction x2",
            "shorter TaintManagerEviction x1",
            "twenty TaintManagerEviction x1"
        ]
    );
    // What could stay for a while and no longer may at all is no longer to go later, but now.
    taint(&mut w, obj!([{"key": "x", "effect": "NoExecute"}]));
    w.run(1);
    taint(&mut w, obj!([{"key": "x", "effect": "NoExecute"}, {"key": "z", "effect": "NoExecute"}]));
    w.run(1);
    assert_eq!(going(&w), "first none other shorter twenty");
    // One that is on its way out already is deleted once more when it may no longer stay under the new taints.
    w.run(9);
    let told = w.events().into_iter().filter(|e| e.starts_with("twenty") || e.starts_with("shorter"));
    let counts = ["shorter TaintManagerEviction x2", "twenty TaintManagerEviction x1", "twenty TaintManagerEviction x2"];
    assert_eq!(told.collect::<Vec<_>>(), counts);
}

#[test]
fn what_has_had_its_time_goes() {
    let mut w = World::new(TtlAfterFinishedController::default());
    let at = w.now.rfc3339();
    for (name, kind) in [("failed", "Failed"), ("done", "Complete"), ("runs", "Suspended")] {
        let template = obj!({"spec": {"restartPolicy": "Never", "containers": [{"name": "c", "image": "i"}]}});
        let conditions = obj!([{"type": kind, "status": "True", "lastTransitionTime": at.as_str()}]);
        w.create("Job", obj!({"metadata": {"name": name}, "spec": {"ttlSecondsAfterFinished": 5, "template": template}, "status": {"conditions": conditions}}));
    }
    w.run(4);
    assert!(["failed", "done", "runs"].iter().all(|name| !w.get("Job", name).is_terminating()));
    w.run(1);
    assert_eq!(["failed", "done", "runs"].map(|name| w.get("Job", name).is_terminating()), [true, true, false]);

    let mut w = World::new(PodGarbageCollector::default());
    w.create("Pod", pod("lost", "gone"));
    w.run(59);
    assert!(!w.get("Pod", "lost").is_null(), "a node may come back");
    w.run(21);
    assert!(w.get("Pod", "lost").is_null());

    let mut w = World::new(NodeTtlController::default());
    let ttl = |w: &World<_>, name: &str| w.get("Node", name).annotation("node.alpha.kubernetes.io/ttl").unwrap_or("").to_owned();
    for i in 1..=101 {
        w.create("Node", obj!({"metadata": {"name": format!("n{i}")}}));
        w.run(1);
    }
    assert_eq!(["n100", "n101"].map(|n| ttl(&w, n)), ["0", "15"]);
    for i in 1..=12 {
        w.delete("Node", &format!("n{i}"), &DeleteOptions::default());
    }
    w.create("Node", obj!({"metadata": {"name": "new"}}));
    w.run(1);
    assert_eq!(ttl(&w, "new"), "0");
}

#[test]
fn daemons_run_where_they_may() {
    let mut w = World::new(DaemonSetController::new(&Flags::default()));
    for (name, taint) in
        [("free", ""), ("cordoned", "node.kubernetes.io/unschedulable"), ("net", "node.kubernetes.io/network-unavailable"), ("own", "x")]
    {
        let taints = if taint.is_empty() { Value::Null } else { obj!([{"key": taint, "effect": "NoSchedule"}]) };
        w.create("Node", obj!({"metadata": {"name": name}, "spec": {"taints": taints}}));
    }
    let set = obj!({"metadata": {"name": "d"}, "spec": {"selector": {"matchLabels": {"a": "b"}}, "template": {"metadata": {"labels": {"a": "b"}},
        "spec": {"containers": [{"name": "c", "image": "i"}]}}}});
    w.create("DaemonSet", set);
    w.run(1);
    // Binds what has no node, each where its affinity says.
    let bind = |w: &mut World<_>, status: Value| {
        for name in w.names("Pod") {
            let node = super::daemon_set::placement::target_node(&w.get("Pod", &name)).to_owned();
            if w.get("Pod", &name).at(&["spec", "nodeName"]).is_null() {
                w.change("Pod", &name, Subresource::None, |p| p.set(&["spec", "nodeName"], node));
                w.change("Pod", &name, Subresource::Status, |p| p.set(&["status"], status.clone()));
            }
        }
    };
    let placed = |w: &World<DaemonSetController>| {
        let live = w.api.iter(Kind::named("Pod"), None).filter(|p| !p.is_terminating());
        let mut nodes: Vec<String> = live.map(|p| super::daemon_set::placement::target_node(p).to_owned()).collect();
        nodes.sort();
        nodes.join(" ")
    };
    assert_eq!(placed(&w), "cordoned free");
    bind(&mut w, obj!({"phase": "Running"}));
    // One that uses the node's network does not wait for it.
    w.change("DaemonSet", "d", Subresource::None, |d| d.set(&["spec", "template", "spec", "hostNetwork"], true));
    w.run(1);
    assert_eq!(placed(&w).split(' ').filter(|n| *n == "net").count(), 1);
    // What keeps new ones away lets the old ones stay; what drives them out does not.
    let numbers = |w: &World<_>| {
        let status = w.get("DaemonSet", "d").get("status").clone();
        ["desiredNumberScheduled", "numberMisscheduled"].map(|m| status.get(m).int())
    };
    w.change("Node", "free", Subresource::None, |n| n.set(&["spec", "taints"], obj!([{"key": "x", "effect": "NoSchedule"}])));
    w.run(1);
    // Nor are they counted anew before the set looks for another reason.
    assert_eq!(numbers(&w), [3, 0]);
    w.change("DaemonSet", "d", Subresource::None, |d| d.set(&["metadata", "labels", "x"], "y"));
    w.run(1);
    assert_eq!(numbers(&w), [2, 1]);
    w.change("Node", "free", Subresource::None, |n| n.set(&["spec", "taints"], obj!([{"key": "x", "effect": "NoExecute"}])));
    w.run(1);
    assert!(!placed(&w).contains("free"), "{}", placed(&w));
}

#[test]
fn daemons_tolerate_what_ails_a_node_and_leave_where_they_may_not_stay() {
    let mut w = World::new(DaemonSetController::new(&Flags::default()));
    w.create("Node", obj!({"metadata": {"name": "n"}}));
    let template = obj!({"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [{"name": "c", "image": "i"}]}});
    w.create("DaemonSet", obj!({"metadata": {"name": "d"}, "spec": {"selector": {"matchLabels": {"a": "b"}}, "template": template}}));
    w.run(1);
    // The revision of its template is made again where somebody takes it away.
    let revisions = w.names("ControllerRevision");
    w.delete("ControllerRevision", &revisions[0], &DeleteOptions::default());
    w.run(1);
    assert_eq!((w.names("ControllerRevision"), revisions.len()), (revisions, 1));
    let name = w.names("Pod")[0].clone();
    let told = |t: &Value| format!("{}:{}", t.get("key").str().trim_start_matches("node.kubernetes.io/"), t.get("effect").str());
    let pod = w.get("Pod", &name);
    let own = pod.at(&["spec", "tolerations"]).items().iter().filter(|t| t.get("tolerationSeconds").is_null());
    let mut own: Vec<String> = own.map(told).collect();
    own.sort();
    let wanted = "disk-pressure:NoSchedule memory-pressure:NoSchedule not-ready:NoExecute pid-pressure:NoSchedule unreachable:NoExecute unschedulable:NoSchedule";
    assert_eq!(own.join(" "), wanted);
    w.change("Pod", &name, Subresource::None, |p| p.set(&["spec", "nodeName"], "n"));
    w.change("Pod", &name, Subresource::Status, |p| p.set(&["status", "phase"], "Running"));
    for (effect, goes) in [("NoSchedule", false), ("NoExecute", true)] {
        w.change("Node", "n", Subresource::None, |n| n.set(&["spec", "taints"], obj!([{"key": "x", "effect": effect}])));
        w.run(1);
        assert_eq!(w.get("Pod", &name).is_terminating(), goes, "{effect}");
    }
}

#[test]
fn orphaned_daemons_count_as_updated_while_the_new_set_is_unchanged() {
    let mut w = World::new(DaemonSetController::new(&Flags::default()));
    w.create("Node", obj!({"metadata": {"name": "n"}}));
    let set = |image: &str| {
        let template = obj!({"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [{"name": "c", "image": image}]}});
        obj!({"metadata": {"name": "d"}, "spec": {"selector": {"matchLabels": {"a": "b"}}, "template": template}})
    };
    w.create("DaemonSet", set("old"));
    w.run(1);
    let name = w.names("Pod")[0].clone();
    w.change("Pod", &name, Subresource::None, |p| {
        p.set(&["spec", "nodeName"], "n");
        p.set(&["metadata", "ownerReferences"], Value::Null);
    });
    w.delete("DaemonSet", "d", &DeleteOptions::default());
    w.create("DaemonSet", set("new"));
    w.run(1);
    let updated = |w: &World<_>| w.get("DaemonSet", "d").at(&["status", "updatedNumberScheduled"]).int();
    assert_eq!((updated(&w), w.get("Pod", &name).is_terminating()), (1, false));
    w.change("DaemonSet", "d", Subresource::None, |d| d.set(&["spec", "template", "metadata", "annotations", "x"], "y"));
    w.run(1);
    assert_eq!((updated(&w), w.get("Pod", &name).is_terminating()), (0, true));
}

#[test]
fn failed_daemons_wait_longer_each_time() {
    let mut w = World::new(DaemonSetController::new(&Flags::default()));
    w.create("Node", obj!({"metadata": {"name": "n"}}));
    let template = obj!({"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [{"name": "c", "image": "i"}]}});
    w.create("DaemonSet", obj!({"metadata": {"name": "d"}, "spec": {"selector": {"matchLabels": {"a": "b"}}, "template": template}}));
    let (begun, mut ended) = (w.now, Vec::new());
    // Each pod fails as soon as it is there.
    for _ in 0..20 {
        w.run(1);
        for name in w.names("Pod") {
            if w.get("Pod", &name).at(&["status", "phase"]).str() != "Failed" {
                w.change("Pod", &name, Subresource::Status, |p| p.set(&["status"], obj!({"phase": "Failed"})));
                ended.push(w.now.since(begun).as_secs());
            }
        }
    }
    let waits: Vec<u64> = ended.windows(2).map(|w| w[1] - w[0]).collect();
    assert_eq!(waits, [1, 1, 1, 4, 8]);
}

#[test]
fn replica_sets_say_what_fails_and_spread_what_goes() {
    let mut w = World::new(ReplicaSetController::for_replica_sets(&Flags::default()));
    let set = |name: &str, replicas: i64| {
        obj!({"metadata": {"name": name}, "spec": {"replicas": replicas, "selector": {"matchLabels": {"s": name}}, "template": {
            "metadata": {"labels": {"s": name}}, "spec": {"containers": [{"name": "c", "image": "i"}]}}}})
    };
    let deployment = w.create("ConfigMap", obj!({"metadata": {"name": "d"}}));
    for name in ["a", "b"] {
        let mut set = owned(set(name, 2), &[(&deployment, true)]);
        set.at_mut(&["metadata", "ownerReferences"]).list_mut()[0].set(&["controller"], true);
        w.create("ReplicaSet", set);
    }
    w.run(1);
    // Of a's pods the one goes that shares its node with a pod of its sibling.
    let names = w.names("Pod");
    for (name, node) in names.iter().zip(["n2", "n1", "n2", "n3"]) {
        w.change("Pod", name, Subresource::None, |p| p.set(&["spec", "nodeName"], node));
        w.change("Pod", name, Subresource::Status, |p| p.set(&["status", "phase"], "Running"));
    }
    w.change("ReplicaSet", "a", Subresource::None, |s| s.set(&["spec", "replicas"], 1));
    w.run(1);
    let going = |name: &String| w.get("Pod", name).is_terminating();
    assert_eq!(names.iter().map(going).collect::<Vec<_>>(), [true, false, false, false]);
    // What it may not delete, and what it may not make, it says.
    let rule = obj!({"apiGroups": [""], "apiVersions": ["v1"], "resources": ["pods"], "operations": ["DELETE", "CREATE"]});
    let spec = obj!({"matchConstraints": {"resourceRules": [rule]}, "validations": [{"expression": "false"}]});
    w.create("ValidatingAdmissionPolicy", obj!({"metadata": {"name": "no"}, "spec": spec}));
    w.create(
        "ValidatingAdmissionPolicyBinding",
        obj!({"metadata": {"name": "no"}, "spec": {"policyName": "no", "validationActions": ["Deny"]}}),
    );
    for (replicas, reason) in [(0, "FailedDelete"), (5, "FailedCreate")] {
        w.change("ReplicaSet", "b", Subresource::None, |s| s.set(&["spec", "replicas"], replicas));
        w.run(1);
        let conditions = w.get("ReplicaSet", "b").at(&["status", "conditions"]).clone();
        assert_eq!(conditions.items().first().map(|c| c.get("reason").str()), Some(reason), "{conditions}");
        w.change("ReplicaSet", "b", Subresource::Status, |s| drop(s.remove(&["status", "conditions"])));
    }
}

/// As where the status of a pod is taken from another cluster.
#[test]
fn a_pod_that_was_ready_before_the_session_is_available() {
    let mut w = World::new(ReplicaSetController::for_replica_sets(&Flags::default()));
    let template = obj!({"metadata": {"labels": {"s": "a"}}, "spec": {"containers": [{"name": "c", "image": "i"}]}});
    let spec = obj!({"replicas": 1, "minReadySeconds": 1, "selector": {"matchLabels": {"s": "a"}}, "template": template});
    w.create("ReplicaSet", obj!({"metadata": {"name": "a"}, "spec": spec}));
    w.run(2);
    let ready = obj!({"type": "Ready", "status": "True", "lastTransitionTime": "2019-05-20T10:00:00Z"});
    let name = w.names("Pod").remove(0);
    w.change("Pod", &name, Subresource::Status, |p| p.set(&["status", "conditions"], vec![ready]));
    w.run(1);
    assert_eq!(w.get("ReplicaSet", "a").at(&["status", "availableReplicas"]).int(), 1);
}
