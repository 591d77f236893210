//! The scheduler against an API server: what it writes, and when it tries again.

use super::{Configuration, Scheduler};
use crate::api::{Kind, Object, Value, kinds};
use crate::base::{Duration, Order as _, Time};
use crate::obj;
use crate::server::{ApiServer, Caller, Change, Component, DeleteOptions, Subresource, WriteOptions};

/// An API server and a scheduler that hears of each change at once.
struct World {
    api: ApiServer,
    scheduler: Scheduler,
    revision: u64,
    now: Time,
}

impl World {
    fn new() -> Self {
        World { api: ApiServer::new(1), scheduler: Scheduler::new(1, Configuration::default()), revision: 0, now: Time::from_secs(1) }
    }

    fn create(&mut self, kind: &str, object: Value) {
        let kind = Kind::named(kind);
        let namespace = if kind.namespaced { "default" } else { "" };
        self.api.create(&Caller::new(self.now, "test"), kind, namespace, object, &WriteOptions::default()).expect("valid");
    }

    fn node(&mut self, name: &str, cpu: &str) {
        let status =
            obj!({"allocatable": {"cpu": cpu, "memory": "8Gi", "pods": "110"}, "conditions": [{"type": "Ready", "status": "True"}]});
        self.create("Node", obj!({"metadata": {"name": name, "labels": {"kubernetes.io/hostname": name}}, "status": status}));
        self.change("Node", name, |node| drop(node.remove(&["spec", "taints"])));
    }

    fn pod(&mut self, name: &str, cpu: &str, priority_class: &str) {
        let mut pod = obj!({"metadata": {"name": name}, "spec": {"containers": [
            {"name": "c", "image": "busybox", "resources": {"requests": {"cpu": cpu}}}]}});
        if !priority_class.is_empty() {
            pod.set(&["spec", "priorityClassName"], priority_class);
        }
        self.create("Pod", pod);
    }

    fn change(&mut self, kind: &str, name: &str, change: impl FnOnce(&mut Value)) {
        let kind = Kind::named(kind);
        let namespace = if kind.namespaced { "default" } else { "" };
        let mut object = self.api.get(kind, namespace, name).expect("is there");
        change(&mut object);
        self.api.update(&Caller::new(self.now, "test"), kind, object, Default::default(), &WriteOptions::default()).expect("valid");
    }

    fn deliver(&mut self) {
        let versions: Vec<_> = self.api.store().changes_after(self.revision).expect("kept").cloned().collect();
        for v in versions {
            self.revision = v.revision;
            if self.scheduler.watches(v.key.kind) {
                let old = self.api.store().version(v.previous).map(|p| p.value.clone());
                let change = Change { key: v.key, change: v.change, old, object: v.value, revision: v.revision };
                self.scheduler.on_change(&self.api, self.now, &change);
            }
        }
    }

    /// Lets so much time pass.
    fn run(&mut self, time: Duration) {
        let until = self.now + time;
        self.deliver();
        while let Some(at) = self.scheduler.next_wake().filter(|at| *at <= until) {
            self.now = self.now.max(at);
            self.scheduler.wake(&mut self.api, self.now);
            self.deliver();
        }
        self.now = until;
    }

    fn get(&self, name: &str) -> &Value {
        self.api.peek(kinds::POD, "default", name).expect("is there")
    }

    fn node_of(&self, name: &str) -> &str {
        self.get(name).at(&["spec", "nodeName"]).str()
    }

    /// Reasons and messages of the events about a pod, oldest first.
    fn events(&self, name: &str) -> Vec<String> {
        let events = self.api.iter(kinds::EVENT, Some("default")).filter(|e| e.at(&["involvedObject", "name"]).str() == name);
        let mut events: Vec<(u64, String)> =
            events.map(|e| (e.revision(), format!("{}: {}", e.get("reason").str(), e.get("message").str()))).collect();
        events.order();
        events.into_iter().map(|(_, e)| e).collect()
    }
}

#[test]
fn a_pod_is_bound_and_that_is_said() {
    let mut w = World::new();
    w.node("n1", "4");
    w.pod("p", "1", "");
    w.run(Duration::from_secs(1));
    assert_eq!(w.node_of("p"), "n1");
    assert_eq!(w.get("p").condition("PodScheduled"), "True");
    assert_eq!(w.events("p"), ["Scheduled: Successfully assigned default/p to n1"]);
    let uid = w.get("p").uid().to_owned();
    let decision = w.scheduler.decisions().of(&uid).expect("kept");
    assert_eq!((decision.node.as_str(), decision.attempt, decision.rows.len()), ("n1", 1, 1));
}

#[test]
fn a_pod_that_fits_nowhere_waits_for_what_may_help() {
    let mut w = World::new();
    w.node("n1", "4");
    w.change("Node", "n1", |n| n.set(&["spec", "taints"], obj!([{"key": "k", "value": "v", "effect": "NoSchedule"}])));
    w.pod("p", "1", "");
    w.run(Duration::from_secs(1));
    let message = "0/1 nodes are available: 1 node(s) had untolerated taint(s). no new claims to deallocate, preemption: \
        0/1 nodes are available: 1 Preemption is not helpful for scheduling.";
    assert_eq!(w.events("p"), [format!("FailedScheduling: {message}")]);
    let condition = &w.get("p").at(&["status", "conditions"]).items()[0];
    assert_eq!((condition.get("reason").str(), condition.get("message").str()), ("Unschedulable", message));
    // A label helps nobody here; the taint's going does.
    w.change("Node", "n1", |n| n.set(&["metadata", "labels", "x"], "y"));
    w.run(Duration::from_secs(60));
    assert_eq!(w.events("p").len(), 1);
    w.change("Node", "n1", |n| drop(n.remove(&["spec", "taints"])));
    w.run(Duration::from_secs(1));
    assert_eq!(w.node_of("p"), "n1");
}

#[test]
fn what_frees_the_way_has_a_refused_pod_tried_at_once_and_nothing_else() {
    let ports = obj!([{"name": "c", "image": "i", "ports": [{"containerPort": 80, "hostPort": 80}]}]);
    let term = obj!({"topologyKey": "kubernetes.io/hostname", "labelSelector": {}, "namespaceSelector": {"matchLabels": {"team": "a"}}});
    let near = obj!({"podAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [term]}});
    type Step = fn(&mut World);
    let rows: [(&str, Value, Step, usize, &str); 6] = [
        // What is asked of the pod, what happens, how often it has been tried then, and its node.
        (
            "containers",
            ports.clone(),
            |w| drop(w.api.delete(&Caller::new(w.now, "test"), kinds::POD, "default", "there", &DeleteOptions::now())),
            2,
            "n1",
        ),
        ("containers", ports.clone(), |w| w.pod("other", "1", ""), 1, ""),
        // Which namespaces are meant is looked at when something else has the pod tried.
        ("affinity", near.clone(), |w| w.change("Namespace", "default", |n| n.set(&["metadata", "labels", "team"], "a")), 1, ""),
        ("nodeSelector", obj!({"disk": "ssd"}), |w| w.change("Node", "n1", |n| n.set(&["metadata", "labels", "disk"], "ssd")), 2, "n1"),
        ("nodeSelector", obj!({"disk": "ssd"}), |w| w.change("Node", "n1", |n| n.set(&["metadata", "labels", "disk"], "hdd")), 1, ""),
        // A node that it might have had before is none that a label frees.
        ("nodeSelector", obj!({"full": "yes"}), |w| w.change("Node", "full", |n| n.set(&["metadata", "labels", "x"], "y")), 1, ""),
    ];
    for (member, value, step, attempts, node) in rows {
        let mut w = World::new();
        w.node("n1", "4");
        if !value.get("full").is_null() {
            w.node("full", "100m");
            w.change("Node", "full", |n| n.set(&["metadata", "labels", "full"], "yes"));
        }
        let spec = obj!({"nodeName": "n1", "containers": &ports});
        w.create("Pod", obj!({"metadata": {"name": "there"}, "spec": spec}));
        let mut spec = obj!({"containers": [{"name": "c", "image": "i", "resources": {"requests": {"cpu": "200m"}}}]});
        let mut wanted = value.clone();
        if member == "containers" {
            wanted.list_mut()[0].set(&["resources", "requests", "cpu"], "200m");
        }
        spec.set(&[member], wanted);
        w.create("Pod", obj!({"metadata": {"name": "p"}, "spec": spec}));
        w.run(Duration::from_secs(20));
        step(&mut w);
        w.run(Duration::from_secs(1));
        let uid = w.get("p").uid().to_owned();
        let tried = w.scheduler.decisions().of(&uid).expect("kept").attempt;
        assert_eq!((tried as usize, w.node_of("p")), (attempts, node), "{member} {value}");
    }
}

#[test]
fn who_has_others_go_takes_the_promises_of_lesser_pods() {
    // On the smaller node the only victim is on its way out already.
    for (cpu, promises) in [("2", ["n1", "n1"]), ("4", ["", "n1"])] {
        let mut w = World::new();
        w.node("n1", cpu);
        for (name, value) in [("low", 1), ("mid", 10), ("high", 1000)] {
            w.create("PriorityClass", obj!({"metadata": {"name": name}, "value": value}));
        }
        for (name, cpu, class) in [("lo1", "2", "low"), ("lo2", "2", "low"), ("mi", "2", "mid"), ("hi", cpu, "high")] {
            w.pod(name, cpu, class);
            w.run(Duration::from_secs(1));
        }
        let promised = |name: &str| w.get(name).at(&["status", "nominatedNodeName"]).str().to_owned();
        assert_eq!(["mi", "hi"].map(promised), promises, "{cpu}");
    }
}

#[test]
fn who_loses_the_promise_of_a_node_is_tried_at_once_like_those_who_respected_it() {
    let mut w = World::new();
    w.node("n1", "4");
    for (name, value) in [("low", 1), ("mid", 10), ("high", 1000)] {
        w.create("PriorityClass", obj!({"metadata": {"name": name}, "value": value}));
    }
    for (name, cpu, class) in [("lo1", "2", "low"), ("lo2", "2", "low"), ("mi", "2", "mid"), ("wait", "2", "low"), ("more", "1", "mid")] {
        w.pod(name, cpu, class);
        w.run(Duration::from_secs(5));
    }
    let attempts = |w: &World| ["mi", "wait", "more"].map(|name| w.scheduler.decisions().of(w.get(name).uid()).expect("kept").attempt);
    assert_eq!(attempts(&w), [1, 1, 1]);
    let mut none = w.get("mi").clone();
    none.remove(&["status", "nominatedNodeName"]);
    w.api.update(&Caller::new(w.now, "test"), kinds::POD, none, Subresource::Status, &WriteOptions::default()).expect("valid");
    w.run(Duration::from_secs(1));
    assert_eq!(attempts(&w), [2, 2, 2]);
    // The promise that it gets now does not have it tried again.
    assert_eq!(w.get("mi").at(&["status", "nominatedNodeName"]).str(), "n1");
}

#[test]
fn room_that_a_resize_leaves_is_used_and_a_taint_has_pods_tried() {
    let mut w = World::new();
    w.node("n1", "4");
    w.node("n2", "4");
    w.change("Node", "n2", |n| n.set(&["spec", "taints"], obj!([{"key": "k", "effect": "NoSchedule"}])));
    w.pod("big", "3", "");
    w.run(Duration::from_secs(1));
    w.pod("p", "2", "");
    w.run(Duration::from_secs(20));
    let tried = |w: &World| w.scheduler.decisions().of(w.get("p").uid()).expect("kept").attempt;
    w.change("Node", "n1", |n| n.set(&["spec", "taints"], obj!([{"key": "k", "effect": "PreferNoSchedule"}])));
    w.run(Duration::from_secs(1));
    assert_eq!((tried(&w), w.node_of("p")), (2, ""));
    w.change("Pod", "big", |p| p.at_mut(&["spec", "containers"]).list_mut()[0].set(&["resources", "requests", "cpu"], "1"));
    w.run(Duration::from_secs(1));
    assert_eq!(w.node_of("p"), "n1");
}

#[test]
fn no_nodes_is_tried_again_with_backoff() {
    let mut w = World::new();
    w.pod("p", "1", "");
    w.run(Duration::from_secs(20));
    let (events, uid) = (w.events("p"), w.get("p").uid().to_owned());
    assert!(events.iter().all(|e| e == "FailedScheduling: no nodes available to schedule pods"), "{events:?}");
    let attempts = w.scheduler.queue().get(&uid).expect("waits").attempts;
    assert_eq!(attempts, 5);
    w.node("n1", "4");
    w.run(Duration::from_secs(20));
    assert_eq!(w.node_of("p"), "n1");
}

#[test]
fn a_more_important_pod_takes_the_place_of_a_lesser_one() {
    let mut w = World::new();
    w.node("n1", "2");
    for (name, value) in [("low", 1), ("high", 1000)] {
        w.create("PriorityClass", obj!({"metadata": {"name": name}, "value": value}));
    }
    w.pod("lo1", "1", "low");
    w.run(Duration::from_secs(1));
    w.pod("lo2", "1", "low");
    w.run(Duration::from_secs(1));
    w.pod("hi", "1", "high");
    w.run(Duration::from_secs(1));
    let hi = w.get("hi").uid().to_owned();
    assert_eq!(w.get("hi").at(&["status", "nominatedNodeName"]).str(), "n1");
    assert_eq!(w.events("hi"), ["FailedScheduling: 0/1 nodes are available: 1 Insufficient cpu."]);
    assert_eq!(w.events("lo1")[1..], [format!("Preempted: Preempted by pod {hi} on node n1")]);
    assert!(w.get("lo1").is_terminating() && !w.get("lo2").is_terminating());
    assert_eq!(w.get("lo1").condition("DisruptionTarget"), "True");
    // A lesser pod does not slip into the place that is promised.
    w.api.delete(&Caller::new(w.now, "test"), kinds::POD, "default", "lo1", &DeleteOptions::now()).expect("is there");
    w.pod("lo3", "1", "low");
    w.run(Duration::from_secs(2));
    assert_eq!((w.node_of("hi"), w.node_of("lo3")), ("n1", ""));
    assert!(w.get("hi").at(&["status", "nominatedNodeName"]).is_null());
}

#[test]
fn two_runs_decide_alike() {
    let run = || {
        let mut w = World::new();
        for i in 0..7 {
            w.node(&format!("n{i}"), if i % 2 == 0 { "2" } else { "3" });
        }
        for i in 0..20 {
            w.pod(&format!("p{i}"), ["100m", "700m", "1"][i % 3], "");
        }
        w.run(Duration::from_secs(5));
        (0..20).map(|i| w.node_of(&format!("p{i}")).to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(run(), run());
}

#[test]
fn a_claim_that_is_not_there_is_named() {
    let mut w = World::new();
    w.node("n1", "4");
    w.create(
        "Pod",
        obj!({"metadata": {"name": "p"}, "spec": {
            "containers": [{"name": "c", "image": "busybox"}],
            "volumes": [{"name": "v", "persistentVolumeClaim": {"claimName": "data"}}]}}),
    );
    w.run(Duration::from_secs(1));
    assert_eq!(w.events("p"), ["FailedScheduling: 0/1 nodes are available: persistentvolumeclaim \"data\" not found. not found"]);
}

/// A world with a device `d` on each of these nodes, and a class of devices.
fn with_devices(nodes: &[&str]) -> World {
    let mut w = World::new();
    w.create("DeviceClass", obj!({"metadata": {"name": "any"}}));
    for node in nodes {
        w.node(node, "4");
        let pool = obj!({"name": *node, "generation": 1, "resourceSliceCount": 1});
        let spec = obj!({"driver": "d", "nodeName": *node, "pool": pool, "devices": [{"name": "d"}]});
        w.create("ResourceSlice", obj!({"metadata": {"name": *node}, "spec": spec}));
    }
    w
}

impl World {
    fn claim(&mut self, name: &str) {
        let request = obj!({"name": "r", "exactly": {"deviceClassName": "any", "allocationMode": "ExactCount", "count": 1}});
        self.create("ResourceClaim", obj!({"metadata": {"name": name}, "spec": {"devices": {"requests": [request]}}}));
    }

    fn user(&mut self, name: &str, claim: &str, more: Value) {
        let mut spec =
            obj!({"containers": [{"name": "c", "image": "busybox"}], "resourceClaims": [{"name": "c", "resourceClaimName": claim}]});
        more.entries().for_each(|(member, value)| spec.set(&[member], value.clone()));
        self.create("Pod", obj!({"metadata": {"name": name}, "spec": spec}));
    }

    /// Writes a claim's status.
    fn set_claim(&mut self, name: &str, status: Value) {
        let mut claim = self.api.get(kinds::RESOURCE_CLAIM, "default", name).expect("is there");
        claim.set(&["status"], status);
        let by = Caller::new(self.now, "test");
        self.api.update(&by, kinds::RESOURCE_CLAIM, claim, Subresource::Status, &WriteOptions::default()).expect("valid");
    }

    /// The pool that a claim's device is of, and the names of its users.
    fn claimed(&self, name: &str) -> (String, Vec<String>) {
        let status = self.api.peek(kinds::RESOURCE_CLAIM, "default", name).expect("is there").get("status");
        let results = status.at(&["allocation", "devices", "results"]).items();
        let users = status.get("reservedFor").items().iter().map(|user| user.get("name").str().to_owned());
        (results.first().map_or("", |r| r.get("pool").str()).to_owned(), users.collect())
    }
}

#[test]
fn a_claim_that_goes_takes_its_pod_out_of_the_queue() {
    let mut w = with_devices(&[]);
    w.node("n1", "4");
    w.claim("c");
    w.user("p", "c", Value::Null);
    w.run(Duration::from_secs(1));
    let none = "FailedScheduling: 0/1 nodes are available: 1 cannot allocate all claims. still not schedulable, preemption: \
        0/1 nodes are available: 1 Preemption is not helpful for scheduling.";
    assert_eq!(w.events("p"), [none]);
    w.api.delete(&Caller::new(w.now, "test"), kinds::RESOURCE_CLAIM, "default", "c", &DeleteOptions::default()).expect("is there");
    w.node("n2", "4");
    w.run(Duration::from_secs(1000));
    assert_eq!(w.events("p").len(), 1);
    w.claim("c");
    w.run(Duration::from_secs(1));
    assert_eq!(w.events("p").last().map(String::as_str), Some(none.replace("0/1", "0/2").replace(": 1 ", ": 2 ").as_str()));
}

#[test]
fn devices_out_of_reach_are_given_back() {
    let mut w = with_devices(&["n1"]);
    w.claim("c");
    let term = obj!({"matchFields": [{"key": "metadata.name", "operator": "In", "values": ["gone"]}]});
    let devices = obj!({"results": [{"request": "r", "driver": "d", "pool": "gone", "device": "d"}]});
    let allocation = obj!({"devices": devices, "nodeSelector": {"nodeSelectorTerms": [term]}});
    let other = obj!({"resource": "pods", "name": "other", "uid": "other"});
    w.set_claim("c", obj!({"allocation": &allocation, "reservedFor": [other]}));
    w.user("p", "c", Value::Null);
    w.run(Duration::from_secs(1));
    let elsewhere = "FailedScheduling: 0/1 nodes are available: 1 resourceclaim not available on the node. SAID, preemption: \
        0/1 nodes are available: 1 Preemption is not helpful for scheduling.";
    assert_eq!(w.events("p"), [elsewhere.replace("SAID", "still not schedulable")]);
    // Nobody else uses them any more.
    w.set_claim("c", obj!({"allocation": allocation}));
    w.run(Duration::from_secs(20));
    assert!(w.events("p").contains(&elsewhere.replace("SAID", "deallocation of ResourceClaim completed")), "{:?}", w.events("p"));
    assert_eq!((w.node_of("p"), w.claimed("c")), ("n1", ("n1".to_owned(), vec!["p".to_owned()])));
}

#[test]
fn a_claim_has_so_many_users_and_no_more() {
    let mut w = with_devices(&["n1"]);
    w.claim("c");
    let users: Vec<Value> = (0..256).map(|i| obj!({"resource": "pods", "name": "q", "uid": i.to_string()})).collect();
    let devices = obj!({"results": [{"request": "r", "driver": "d", "pool": "n1", "device": "d"}]});
    w.set_claim("c", obj!({"allocation": {"devices": devices}, "reservedFor": users}));
    w.user("p", "c", Value::Null);
    w.run(Duration::from_secs(1));
    let want = "FailedScheduling: running PreBind plugin \"DynamicResources\": add reservation to claim default/c: \
        ResourceClaim.resource.k8s.io \"c\" is invalid: status.reservedFor: Too many: 257: must have at most 256 items";
    assert_eq!((w.events("p").first().map(String::as_str), w.node_of("p")), (Some(want), ""));
}

#[test]
fn devices_are_promised_while_a_pod_waits_for_its_volumes() {
    let mut w = with_devices(&["n1"]);
    w.claim("c");
    w.claim("other");
    w.create(
        "StorageClass",
        obj!({"metadata": {"name": "late"}, "provisioner": "example.com/disk", "volumeBindingMode": "WaitForFirstConsumer"}),
    );
    let spec = obj!({"storageClassName": "late", "accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}});
    w.create("PersistentVolumeClaim", obj!({"metadata": {"name": "v"}, "spec": spec, "status": {"phase": "Pending"}}));
    w.user("first", "c", obj!({"volumes": [{"name": "v", "persistentVolumeClaim": {"claimName": "v"}}]}));
    w.run(Duration::from_secs(2));
    w.user("same", "c", Value::Null);
    w.user("next", "other", Value::Null);
    w.run(Duration::from_secs(2));
    let busy = "FailedScheduling: 0/1 nodes are available: resource claim default/c is in the process of being allocated. \
        no new claims to deallocate, preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.";
    assert_eq!(w.events("same"), [busy]);
    assert!(w.events("next")[0].contains("1 cannot allocate all claims"), "{:?}", w.events("next"));
    assert_eq!(w.claimed("c"), (String::new(), Vec::new()));
    // With the pod goes the promise.
    w.api.delete(&Caller::new(w.now, "test"), kinds::POD, "default", "first", &DeleteOptions::now()).expect("is there");
    w.run(Duration::from_secs(400));
    assert_eq!(w.node_of("same").len() + w.node_of("next").len(), 2);
}
