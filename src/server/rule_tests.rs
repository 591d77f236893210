//! What the API server does with what it is asked: how things go, who may be evicted, and what namespaces allow. They hold without any
//! recordings.

use super::authorization::User;
use super::{ApiServer, Caller, DeleteOptions, Propagation, Subresource, WriteOptions};
use crate::api::{Kind, Object, Status, Value, kinds};
use crate::base::{Duration, Time};
use crate::obj;
use crate::store::ObjectKey;

/// An API server with a namespace, and the time.
struct World {
    api: ApiServer,
    now: Time,
}

impl World {
    fn new() -> World {
        let now = Time::from_secs(1000);
        let mut api = ApiServer::new(0);
        api.create_namespace(&Caller::new(now, "test"), "ns");
        World { api, now }
    }

    fn by(&self) -> Caller {
        Caller::new(self.now, "test")
    }

    fn try_create(&mut self, kind: &str, object: Value) -> Result<Value, Status> {
        let kind = Kind::named(kind);
        self.api.create(&self.by(), kind, if kind.namespaced { "ns" } else { "" }, object, &WriteOptions::default())
    }

    /// Creates an object, with the status that it has.
    fn create(&mut self, kind: &str, object: Value) -> Value {
        let status = object.get("status").clone();
        let made = self.try_create(kind, object).unwrap_or_else(|e| panic!("{e}"));
        let has_status = !status.is_null();
        if has_status { self.change(kind, made.name(), Subresource::Status, |o| o.set(&["status"], status)).expect("valid") } else { made }
    }

    fn change(&mut self, kind: &str, name: &str, sub: Subresource, change: impl FnOnce(&mut Value)) -> Result<Value, Status> {
        let mut object = self.get(kind, name);
        change(&mut object);
        self.api.update(&self.by(), Kind::named(kind), object, sub, &WriteOptions::default())
    }

    fn get(&self, kind: &str, name: &str) -> Value {
        let kind = Kind::named(kind);
        self.api.peek(kind, if kind.namespaced { "ns" } else { "" }, name).cloned().unwrap_or_default()
    }

    fn delete(&mut self, kind: &str, name: &str, options: &DeleteOptions) {
        self.api.delete(&self.by(), Kind::named(kind), "ns", name, options).unwrap_or_else(|e| panic!("{e}"));
    }
}

/// A pod on a node, whose container has such requests.
fn pod(name: &str, requests: Value) -> Value {
    let container = obj!({"name": "c", "image": "i", "resources": {"requests": requests}});
    obj!({"metadata": {"name": name, "labels": {"a": "b"}}, "spec": {"nodeName": "n", "containers": [container]}, "status": {"phase": "Running"}})
}

fn grace(seconds: i64) -> DeleteOptions {
    DeleteOptions { grace_period_s: Some(seconds), ..DeleteOptions::default() }
}

#[test]
fn a_pod_goes_when_its_grace_is_over_and_a_second_delete_only_shortens_it() {
    // The grace of the pod's spec, of a delete, and of another ten seconds later: how much there is then, and how long after the first.
    for (spec, first, second, wanted) in [
        (30, None, None, Some((30, 30))),
        (7, None, None, Some((7, 7))),
        (30, None, Some(15), Some((15, 15))),
        // Not into the past: then a second is left from now on.
        (30, Some(9), Some(5), Some((1, 10))),
        (30, Some(9), Some(60), Some((9, 9))),
        // One that is negative is a second.
        (30, Some(-1), None, Some((1, 1))),
        (30, Some(9), Some(0), None),
        (30, Some(0), None, None),
    ] {
        let mut w = World::new();
        let mut given = pod("p", Value::map());
        given.set(&["spec", "terminationGracePeriodSeconds"], spec);
        w.create("Pod", given);
        w.delete("Pod", "p", &DeleteOptions { grace_period_s: first, ..DeleteOptions::default() });
        w.now += Duration::from_secs(10);
        if let Some(second) = second {
            w.delete("Pod", "p", &grace(second));
        }
        let metadata = w.get("Pod", "p").get("metadata").clone();
        let at = Time::parse_rfc3339(metadata.get("deletionTimestamp").str());
        let left = at.map(|at| (metadata.get("deletionGracePeriodSeconds").int(), at.since(Time::from_secs(1000)).as_secs() as i64));
        assert_eq!(left, wanted, "{spec} {first:?} {second:?}");
    }
    // A pod that goes at once is written without grace first, and other things are not.
    for (kind, object, changes) in [
        ("Pod", pod("x", Value::map()), "ADDED MODIFIED MODIFIED DELETED"),
        ("ConfigMap", obj!({"metadata": {"name": "x"}}), "ADDED DELETED"),
    ] {
        let mut w = World::new();
        w.create(kind, object);
        w.delete(kind, "x", &DeleteOptions::now());
        let versions = w.api.store().changes_after(0).expect("kept").filter(|v| v.key.name == "x");
        assert_eq!(versions.map(|v| v.change.as_str()).collect::<Vec<_>>().join(" "), changes, "{kind}");
    }
}

#[test]
fn finalizers_and_grace_both_hold_what_goes() {
    let mut w = World::new();
    let mut held = pod("p", Value::map());
    held.set(&["metadata", "finalizers"], obj!(["example.com/f"]));
    w.create("Pod", held);
    w.delete("Pod", "p", &DeleteOptions::default());
    // A second delete that asks for the same grace may still ask for something else.
    w.delete("Pod", "p", &DeleteOptions::with(Propagation::Foreground));
    assert_eq!(w.get("Pod", "p").at(&["metadata", "finalizers"]).items().len(), 2);
    w.change("Pod", "p", Subresource::None, |p| drop(p.remove(&["metadata", "finalizers"]))).expect("valid");
    assert!(w.get("Pod", "p").is_terminating(), "its kubelet has not ended it yet");
    w.delete("Pod", "p", &DeleteOptions::now());
    assert!(w.get("Pod", "p").is_null());
}

#[test]
fn jobs_and_replication_controllers_leave_their_pods_behind_where_nobody_says_otherwise() {
    let template =
        obj!({"metadata": {"labels": {"a": "b"}}, "spec": {"restartPolicy": "Always", "containers": [{"name": "c", "image": "i"}]}});
    let mut once = template.clone();
    once.set(&["spec", "restartPolicy"], "Never");
    let selected = obj!({"selector": {"matchLabels": {"a": "b"}}, "template": &template});
    for (kind, spec, orphans) in [
        ("Job", obj!({"template": once}), true),
        ("ReplicationController", obj!({"selector": {"a": "b"}, "template": &template}), true),
        ("ReplicaSet", selected.clone(), false),
        ("Deployment", selected, false),
    ] {
        let mut w = World::new();
        w.create(kind, obj!({"metadata": {"name": "x"}, "spec": spec.clone()}));
        w.delete(kind, "x", &DeleteOptions::default());
        let finalizers = w.get(kind, "x").at(&["metadata", "finalizers"]).to_json();
        assert_eq!(finalizers, if orphans { r#"["orphan"]"# } else { "null" }, "{kind}");
        w.api = World::new().api;
        w.create(kind, obj!({"metadata": {"name": "x"}, "spec": spec}));
        w.delete(kind, "x", &DeleteOptions::with(Propagation::Background));
        assert!(w.get(kind, "x").is_null(), "{kind}");
    }
}

#[test]
fn evictions_are_refused_where_a_budget_allows_none() {
    let refused = "Cannot evict pod as it would violate the pod's disruption budget.";
    // Phase and readiness of the pod, the policy for those that are not ready; healthy pods there are, and are wanted, and disruptions
    // that are allowed; what is said, and how many are allowed afterwards.
    for (phase, ready, policy, current, desired, allowed, said, left) in [
        ("Running", "True", "", 3, 2, 1, "", 0),
        ("Running", "True", "", 3, 1, 2, "", 1),
        ("Running", "True", "", 2, 2, 0, refused, 0),
        // Whoever is not there yet, or no more, harms nobody by going.
        ("Pending", "False", "", 1, 2, 0, "", 0),
        ("Failed", "False", "", 1, 2, 0, "", 0),
        // Who is not ready may go where enough are healthy, or always where the budget says so.
        ("Running", "False", "", 2, 2, 0, "", 0),
        ("Running", "False", "", 1, 2, 0, refused, 0),
        ("Running", "False", "", 0, 0, 0, refused, 0),
        ("Running", "False", "AlwaysAllow", 1, 2, 0, "", 0),
    ] {
        let mut w = World::new();
        let mut given = pod("p", Value::map());
        given.set(&["status"], obj!({"phase": phase, "conditions": [{"type": "Ready", "status": ready}]}));
        w.create("Pod", given);
        let mut budget = obj!({"metadata": {"name": "b"}, "spec": {"minAvailable": 2, "selector": {"matchLabels": {"a": "b"}}},
            "status": {"currentHealthy": current, "desiredHealthy": desired, "disruptionsAllowed": allowed, "observedGeneration": 1}});
        if !policy.is_empty() {
            budget.set(&["spec", "unhealthyPodEvictionPolicy"], policy);
        }
        w.create("PodDisruptionBudget", budget);
        let by = w.by();
        let got = w.api.evict(&by, "ns", "p", &DeleteOptions::default()).map_err(|e| e.message.clone()).err().unwrap_or_default();
        let row = format!("{phase} {ready} {policy} {current}/{desired} {allowed}");
        let there = w.get("Pod", "p");
        let goes = there.is_null() || there.is_terminating() && there.condition("DisruptionTarget") == "True";
        assert_eq!((got.as_str(), goes), (said, said.is_empty()), "{row}");
        let status = w.get("PodDisruptionBudget", "b");
        assert_eq!(status.at(&["status", "disruptionsAllowed"]).int(), left, "{row}");
        // What has taken the last one says so.
        let spent = allowed > 0 && left == 0;
        assert_eq!(status.condition("DisruptionAllowed"), if spent { "False" } else { "" }, "{row}");
    }
}

#[test]
fn a_quota_counts_what_a_change_adds() {
    // What a quota allows and what is used of it; what a pod asks for, before and after: whether it may.
    for (hard, used, before, after, may) in [
        ("3", "2", "2", "3", true),
        ("3", "2", "2", "4", false),
        ("3", "3", "2", "2500m", false),
        // What asks for less may, also where more is used than is allowed by now.
        ("3", "5", "2", "1", true),
    ] {
        let mut w = World::new();
        w.create("Node", obj!({"metadata": {"name": "n"}, "status": {"allocatable": {"cpu": "8"}}}));
        w.create("Pod", pod("p", obj!({"cpu": before})));
        let quota = obj!({"metadata": {"name": "q"}, "spec": {"hard": {"requests.cpu": hard}},
            "status": {"hard": {"requests.cpu": hard}, "used": {"requests.cpu": used}}});
        w.create("ResourceQuota", quota);
        let set = |p: &mut Value| p.at_mut(&["spec", "containers"]).list_mut()[0].set(&["resources", "requests", "cpu"], after);
        let got = w.change("Pod", "p", Subresource::Resize, set);
        assert_eq!(got.is_ok(), may, "{hard} {used} {before} {after}: {got:?}");
    }
    let mut w = World::new();
    let quota =
        obj!({"metadata": {"name": "q"}, "spec": {"hard": {"pods": "1"}}, "status": {"hard": {"pods": "1"}, "used": {"pods": "0"}}});
    w.create("ResourceQuota", quota);
    w.create("Pod", pod("p", Value::map()));
    let said = w.try_create("Pod", pod("q", Value::map())).expect_err("there is one").message.clone();
    assert_eq!(said, "pods \"q\" is forbidden: exceeded quota: q, requested: pods=1, used: pods=1, limited: pods=1");
}

#[test]
fn limit_ranges_fill_in_and_bound() {
    let claim = |size: &str| {
        let spec = obj!({"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": size}}});
        ("PersistentVolumeClaim", obj!({"metadata": {"name": "x"}, "spec": spec}))
    };
    let running = |requests: Value, limits: Value| {
        let mut p = pod("x", requests);
        p.at_mut(&["spec", "containers"]).list_mut()[0].set(&["resources", "limits"], limits);
        ("Pod", p)
    };
    // A ratio is not held against claims.
    let on_claims = obj!({
        "type": "PersistentVolumeClaim", "min": {"storage": "1Gi"}, "max": {"storage": "2Gi"}, "maxLimitRequestRatio": {"storage": "2"}
    });
    let ratio = obj!({"type": "Container", "maxLimitRequestRatio": {"cpu": "2"}});
    let of_pods = obj!({"type": "Pod", "max": {"cpu": "1"}});
    let bounds = obj!({"type": "Container", "min": {"cpu": "100m"}, "max": {"cpu": "1"}});
    for (limit, (kind, object), wrong) in [
        (&on_claims, claim("1Gi"), ""),
        (&on_claims, claim("2Gi"), ""),
        (&on_claims, claim("900Mi"), "minimum storage usage per PersistentVolumeClaim is 1Gi, but request is 900Mi"),
        (&on_claims, claim("3Gi"), "maximum storage usage per PersistentVolumeClaim is 2Gi, but request is 3Gi"),
        (&ratio, running(obj!({"cpu": "1"}), obj!({"cpu": "2"})), ""),
        (
            &ratio,
            running(obj!({"cpu": "1"}), obj!({"cpu": "2100m"})),
            "cpu max limit to request ratio per Container is 2, but provided ratio is 2.100000",
        ),
        (&bounds, running(obj!({"cpu": "100m"}), obj!({"cpu": "1"})), ""),
        (&bounds, running(obj!({"cpu": "50m"}), obj!({"cpu": "1"})), "minimum cpu usage per Container is 100m, but request is 50m"),
        // Of containers the greatest limit is the default.
        (&bounds, running(obj!({"cpu": "100m"}), Value::map()), ""),
        (&of_pods, running(obj!({"cpu": "100m"}), Value::map()), "maximum cpu usage per Pod is 1.  No limit is specified"),
    ] {
        let mut w = World::new();
        w.create("LimitRange", obj!({"metadata": {"name": "l"}, "spec": {"limits": [limit]}}));
        let said = w.try_create(kind, object).map_err(|e| e.message.clone()).err();
        let wanted = (!wrong.is_empty()).then(|| format!("{} \"x\" is forbidden: {wrong}", Kind::named(kind).plural));
        assert_eq!(said, wanted);
    }
    // Init containers are filled in as the others are, and it is said.
    let mut w = World::new();
    let defaults = obj!({"type": "Container", "default": {"cpu": "1"}, "defaultRequest": {"cpu": "500m"}});
    w.create("LimitRange", obj!({"metadata": {"name": "l"}, "spec": {"limits": [defaults]}}));
    let mut p = pod("p", Value::map());
    p.set(&["spec", "initContainers"], obj!([{"name": "i", "image": "i"}]));
    let p = w.create("Pod", p);
    for list in ["containers", "initContainers"] {
        assert_eq!(p.at(&["spec", list]).items()[0].at(&["resources"]).to_json(), r#"{"limits":{"cpu":"1"},"requests":{"cpu":"500m"}}"#);
    }
    let note = "LimitRanger plugin set: cpu request for container c; cpu limit for container c; cpu request for init container i; cpu limit for init container i";
    assert_eq!(p.annotation("kubernetes.io/limit-ranger"), Some(note));
}

#[test]
fn there_is_one_default_priority_class_and_it_may_be_changed() {
    let mut w = World::new();
    let class = |name: &str, default: bool| obj!({"metadata": {"name": name}, "value": 5, "globalDefault": default});
    w.create("PriorityClass", class("a", true));
    w.create("PriorityClass", class("b", false));
    let said = w.try_create("PriorityClass", class("c", true)).expect_err("there is a default").message.clone();
    assert!(said.ends_with("PriorityClass a is already marked as default. Only one default can exist"), "{said}");
    w.change("PriorityClass", "b", Subresource::None, |c| c.set(&["globalDefault"], true)).expect_err("there is a default");
    w.change("PriorityClass", "a", Subresource::None, |c| c.set(&["description"], "mine")).expect("it is the default itself");
    assert_eq!(w.create("Pod", pod("p", Value::map())).at(&["spec", "priority"]).int(), 5);
}

#[test]
fn pods_stay_five_minutes_on_nodes_that_fail_unless_they_say_otherwise() {
    let (not_ready, unreachable) = ("node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable");
    for (own, filled_in) in [
        (obj!([]), vec![not_ready, unreachable]),
        (obj!([{"key": not_ready, "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 6}]), vec![unreachable]),
        (obj!([{"key": not_ready, "operator": "Exists", "effect": "NoSchedule"}]), vec![not_ready, unreachable]),
        (obj!([{"key": unreachable, "operator": "Exists"}]), vec![not_ready]),
        (obj!([{"operator": "Exists", "effect": "NoExecute"}]), vec![]),
        (obj!([{"operator": "Exists"}]), vec![]),
    ] {
        let mut w = World::new();
        let mut given = pod("p", Value::map());
        given.set(&["spec", "tolerations"], own.clone());
        let made = w.create("Pod", given);
        let all = made.at(&["spec", "tolerations"]).items();
        let added: Vec<&str> = all[own.items().len()..].iter().map(|t| t.get("key").str()).collect();
        assert_eq!(added, filled_in, "{own}");
        assert!(all[own.items().len()..].iter().all(|t| t.get("tolerationSeconds").int() == 300 && t.get("effect").str() == "NoExecute"));
    }
}

#[test]
fn a_pod_gets_one_node_and_its_topology_labels() {
    let gated =
        obj!({"metadata": {"name": "p"}, "spec": {"schedulingGates": [{"name": "g"}], "containers": [{"name": "c", "image": "i"}]}});
    let free = obj!({"metadata": {"name": "p"}, "spec": {"containers": [{"name": "c", "image": "i"}]}});
    for (given, said) in [
        (free, ""),
        (pod("p", Value::map()), "pod p is already assigned to node \"n\""),
        (gated, "pod p has non-empty .spec.schedulingGates"),
    ] {
        let mut w = World::new();
        w.create("Node", obj!({"metadata": {"name": "m", "labels": {"topology.kubernetes.io/zone": "z", "disk": "ssd"}}}));
        w.create("Pod", given);
        let by = w.by();
        let got = w.api.bind(&by, "ns", "p", "m").map_err(|e| e.message.clone()).err().unwrap_or_default();
        let bound = w.get("Pod", "p");
        assert!(got.ends_with(said) && got.is_empty() == said.is_empty(), "{got}");
        if said.is_empty() {
            assert_eq!((bound.at(&["spec", "nodeName"]).str(), bound.condition("PodScheduled")), ("m", "True"));
            assert_eq!(bound.labels().to_json(), r#"{"topology.kubernetes.io/zone":"z"}"#);
        }
    }
}

#[test]
fn a_claim_has_the_newest_default_class_and_may_grow_where_that_allows_it() {
    let mut w = World::new();
    let claim = |name: &str| {
        let spec = obj!({"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "2Gi"}}});
        obj!({"metadata": {"name": name}, "spec": spec})
    };
    let class = |name: &str, grows: bool| {
        let annotations = obj!({"storageclass.kubernetes.io/is-default-class": "true"});
        obj!({"metadata": {"name": name, "annotations": annotations}, "provisioner": "example.com/disk", "allowVolumeExpansion": grows})
    };
    let given =
        |w: &mut World, name: &str| w.create("PersistentVolumeClaim", claim(name)).at(&["spec", "storageClassName"]).str().to_owned();
    assert_eq!(given(&mut w, "none"), "");
    w.create("StorageClass", class("b", true));
    w.create("StorageClass", class("c", true));
    assert_eq!(given(&mut w, "first"), "b");
    w.now += Duration::from_secs(1);
    w.create("StorageClass", class("z", false));
    assert_eq!(given(&mut w, "newest"), "z");
    for (name, size, may) in [("first", "3Gi", true), ("newest", "3Gi", false), ("none", "3Gi", false), ("newest", "2Gi", true)] {
        w.change("PersistentVolumeClaim", name, Subresource::Status, |c| c.set(&["status", "phase"], "Bound")).expect("valid");
        let set = |c: &mut Value| {
            c.set(&["spec", "resources", "requests", "storage"], size);
            c.set(&["metadata", "labels", "x"], "y");
        };
        assert_eq!(w.change("PersistentVolumeClaim", name, Subresource::None, set).is_ok(), may, "{name} {size}");
    }
    assert_eq!(w.get("PersistentVolumeClaim", "first").at(&["metadata", "finalizers"]).to_json(), r#"["kubernetes.io/pvc-protection"]"#);
}

#[test]
fn a_runtime_class_gives_its_overhead_and_where_its_pods_run() {
    let mut w = World::new();
    let scheduling = obj!({"nodeSelector": {"kind": "vm"}, "tolerations": [{"key": "vm", "operator": "Exists"}]});
    w.create(
        "RuntimeClass",
        obj!({"metadata": {"name": "vm"}, "handler": "vm", "overhead": {"podFixed": {"cpu": "250m"}}, "scheduling": scheduling}),
    );
    for (more, said) in [
        (Value::map(), ""),
        (obj!({"runtimeClassName": "a/b"}), "invalid resource name \"a/b\": [may not contain '/']"),
        (obj!({"runtimeClassName": "none"}), "pod rejected: RuntimeClass \"none\" not found"),
        (obj!({"overhead": {"cpu": "1"}}), "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead"),
        (
            obj!({"nodeSelector": {"kind": "x"}}),
            "conflict: runtimeClass.scheduling.nodeSelector[kind] = vm; pod.spec.nodeSelector[kind] = x",
        ),
    ] {
        let mut given = pod("p", Value::map());
        given.set(&["spec", "runtimeClassName"], "vm");
        more.entries().for_each(|(member, value)| given.set(&["spec", member], value.clone()));
        let got = w.try_create("Pod", given);
        let message = got.as_ref().map_err(|e| e.message.clone()).err().unwrap_or_default();
        assert!(message.ends_with(said) && message.is_empty() == said.is_empty(), "{message}");
        if let Ok(made) = got {
            assert_eq!(["overhead", "nodeSelector"].map(|m| made.at(&["spec", m]).to_json()), [r#"{"cpu":"250m"}"#, r#"{"kind":"vm"}"#]);
            assert!(made.at(&["spec", "tolerations"]).items().iter().any(|t| t.get("key").str() == "vm"));
        }
    }
}

#[test]
fn nothing_new_comes_into_a_namespace_that_goes() {
    let mut w = World::new();
    w.api.delete(&w.by(), Kind::named("Namespace"), "", "ns", &DeleteOptions::default()).expect("it is there");
    let refused = w.try_create("ConfigMap", obj!({"metadata": {"name": "c"}})).expect_err("it goes");
    assert_eq!(
        refused.message,
        "configmaps \"c\" is forbidden: unable to create new content in namespace ns because it is being terminated"
    );
    assert_eq!(refused.causes[0].reason, "NamespaceTerminating");
}

#[test]
fn a_generation_counts_changes_of_what_is_wanted() {
    let mut w = World::new();
    let template = obj!({"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [{"name": "c", "image": "i"}]}});
    w.create("Deployment", obj!({"metadata": {"name": "d"}, "spec": {"selector": {"matchLabels": {"a": "b"}}, "template": template}}));
    let changes: [(Subresource, &[&str], i64); 4] = [
        (Subresource::None, &["metadata", "labels"], 1),
        (Subresource::Status, &["status"], 1),
        (Subresource::None, &["spec", "template", "metadata", "annotations"], 2),
        (Subresource::None, &["spec", "template", "metadata", "annotations"], 2),
    ];
    for (sub, path, wanted) in changes {
        let made = w
            .change("Deployment", "d", sub, |d| d.set(path, if path.len() == 1 { obj!({"replicas": 1}) } else { obj!({"x": "y"}) }))
            .expect("valid");
        assert_eq!(made.at(&["metadata", "generation"]).int(), wanted, "{path:?}");
    }
}

#[test]
fn the_labels_of_an_endpoint_slice_count_as_its_generation() {
    let mut w = World::new();
    w.create("EndpointSlice", obj!({"metadata": {"name": "s"}, "addressType": "IPv4", "endpoints": []}));
    for (what, wanted) in [("annotations", 1), ("labels", 2), ("labels", 2)] {
        let made = w.change("EndpointSlice", "s", Subresource::None, |s| s.set(&["metadata", what], obj!({"a": "b"}))).expect("valid");
        assert_eq!(made.at(&["metadata", "generation"]).int(), wanted, "{what}");
    }
}

#[test]
fn an_address_and_a_node_port_are_one_services_until_it_is_gone() {
    let mut w = World::new();
    let service = |name: &str, ip: &str, port: i64| {
        let mut spec = obj!({"type": "NodePort", "ports": [{"port": 80, "nodePort": port}]});
        if !ip.is_empty() {
            spec.set(&["clusterIP"], ip);
        }
        obj!({"metadata": {"name": name}, "spec": spec})
    };
    w.create("Service", service("a", "10.96.0.77", 30_077));
    for (ip, port, said) in [
        ("10.96.0.77", 30_078, "failed to allocate IP 10.96.0.77: provided IP is already allocated"),
        ("", 30_077, "spec.ports[0].nodePort: Invalid value: 30077: provided port is already allocated"),
        ("", 29_999, "The range of valid ports is 30000-32767"),
    ] {
        let message = w.try_create("Service", service("b", ip, port)).expect_err("it is refused").message.clone();
        assert!(message.ends_with(said), "{message}");
    }
    w.change("Service", "a", Subresource::None, |s| s.set(&["metadata", "labels", "x"], "y")).expect("it has them itself");
    w.delete("Service", "a", &DeleteOptions::default());
    w.create("Service", service("b", "10.96.0.77", 30_077));
}

#[test]
fn what_is_empty_is_judged_as_it_came_and_kept_as_if_it_were_absent() {
    let mut world = World::new();
    // The cluster's own components send what they mean; of users' objects it is read first.
    let by = Caller::of_user(world.now, User::administrator());
    let mut create = |kind: &str, object: Value| world.api.create(&by, Kind::named(kind), "ns", object, &WriteOptions::default());
    let of = |labels: Value| {
        let template = obj!({"metadata": {"labels": labels}, "spec": {"containers": [{"name": "c", "image": "i"}]}});
        obj!({"metadata": {"name": "x"}, "spec": {"selector": {"matchLabels": {"a": "b"}}, "template": template}})
    };
    let wrong =
        |labels: &str| format!("spec.template.metadata.labels: Invalid value: {labels}: `selector` does not match template `labels`");
    for (labels, shown) in [(Value::map(), "{}"), (Value::Null, "null")] {
        let refused = create("ReplicaSet", of(labels)).expect_err("it does not match").into_message();
        assert!(refused.ends_with(&wrong(shown)), "{refused}");
    }
    // What is too large is not even read.
    let refused = create("Secret", obj!({"metadata": {"name": "_"}, "data": {"a": "a".repeat(3 << 20)}})).expect_err("too large");
    assert_eq!((refused.code, refused.into_message().as_str()), (413, "Request entity too large: limit is 3145728"));
    let amounts = obj!({"cpu": null, "memory": "1Gi"});
    let mut given = pod("p", amounts);
    given.set(&["spec", "containers"], vec![obj!({"name": "c", "image": "i", "ports": [], "resources": {"requests": {"cpu": null}}})]);
    let made = create("Pod", given).expect("valid");
    let container = &made.at(&["spec", "containers"]).items()[0];
    assert_eq!([container.get("ports").to_json(), container.get("resources").to_json()], ["null", r#"{"requests":{"cpu":"0"}}"#]);
}

#[test]
fn ports_of_a_name_keep_their_node_ports_and_protocols_of_a_port_share_one() {
    let mut w = World::new();
    let port = |name: &str, port: i64, protocol: &str| obj!({"name": name, "port": port, "protocol": protocol});
    let spec = obj!({"type": "NodePort", "ports": [port("udp", 53, "UDP"), port("tcp", 53, "TCP"), port("web", 80, "TCP")]});
    let made = w.create("Service", obj!({"metadata": {"name": "s"}, "spec": spec}));
    let ports = |s: &Value| -> Vec<i64> { s.at(&["spec", "ports"]).items().iter().map(|p| p.get("nodePort").int()).collect() };
    let first = ports(&made);
    assert!(first[0] == first[1] && first[1] != first[2], "{first:?}");
    let other = obj!([port("web", 8080, "TCP")]);
    let kept = w.change("Service", "s", Subresource::None, |s| s.set(&["spec", "ports"], other)).expect("valid");
    assert_eq!(ports(&kept), first[2..]);
    let twice = w.change("Service", "s", Subresource::None, |s| {
        let port = s.at(&["spec", "ports"]).items()[0].clone();
        s.at_mut(&["spec", "ports"]).list_mut().push(port);
    });
    assert_eq!(twice.expect_err("the same port").message, format!("duplicate nodePort: {{TCP {}}}", first[2]));
    // What is an address is not changed in one of its forms alone.
    let changed = w.change("Service", "s", Subresource::None, |s| {
        s.set(&["spec", "clusterIP"], "");
        s.set(&["spec", "clusterIPs"], obj!(["10.96.0.9"]));
    });
    assert!(changed.expect_err("at odds").message.contains("first value must match `clusterIP`"));
}

#[test]
fn what_may_be_said_in_several_ways_is_kept_in_one() {
    let mut w = World::new();
    let mut claim = |name: &str, source: Value| {
        let mut spec = obj!({"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}});
        source.entries().for_each(|(key, value)| spec.set(&[key], value));
        let made = w.create("PersistentVolumeClaim", obj!({"metadata": {"name": name}, "spec": spec}));
        (made.at(&["spec", "dataSource"]).to_json(), made.at(&["spec", "dataSourceRef"]).to_json())
    };
    let snapshot = r#"{"apiGroup":"snapshot.storage.k8s.io","kind":"VolumeSnapshot","name":"s"}"#;
    let both = (snapshot.to_owned(), snapshot.to_owned());
    let of = |member: &str, text: &str| {
        let mut spec = Value::map();
        spec.set(&[member], Value::from_json(text).unwrap_or_default());
        spec
    };
    assert_eq!(claim("a", of("dataSource", snapshot)), both);
    assert_eq!(claim("b", of("dataSourceRef", snapshot)), both);
    // What the older field never named is passed over in it.
    let populator = r#"{"apiGroup":"example.com","kind":"Hello","name":"s"}"#;
    assert_eq!(claim("c", of("dataSource", populator)), ("null".to_owned(), "null".to_owned()));
    assert_eq!(claim("d", of("dataSourceRef", populator)), (populator.to_owned(), populator.to_owned()));
    // Whatever a template of claims says that it is, it is one of claims.
    let set = obj!({"metadata": {"name": "s"}, "spec": {"selector": {"matchLabels": {"a": "b"}},
        "template": {"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [{"name": "c", "image": "i"}]}},
        "volumeClaimTemplates": [{"metadata": {"name": "v"}, "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}}]}});
    let kept = w.create("StatefulSet", set);
    let renamed = |set: &mut Value| set.get_mut("spec").get_mut("volumeClaimTemplates").list_mut()[0].set(&["kind"], "Claim");
    let again = w.change("StatefulSet", "s", Subresource::None, renamed).expect("it is the same");
    assert_eq!(again.get("spec"), kept.get("spec"));
    let account = w.create("ServiceAccount", obj!({"metadata": {"name": "a"}, "secrets": [{"name": "s", "namespace": "ns"}]}));
    assert_eq!(account.get("secrets"), &obj!([{"name": "s"}]));
    let account = w.create("ServiceAccount", obj!({"metadata": {"name": "b"}, "secrets": [{"namespace": "ns"}]}));
    assert_eq!(account.get("secrets"), &obj!([{}]), "a secret without a name has none");
}

#[test]
fn annotations_name_app_armor_profiles_of_new_pods_only() {
    let mut w = World::new();
    let annotation = "container.apparmor.security.beta.kubernetes.io/c";
    let mut pod = obj!({"metadata": {"name": "p"}, "spec": {"containers": [{"name": "c", "image": "busybox"}]}});
    pod.set(&["metadata", "annotations", annotation], "localhost/mine");
    let made = w.create("Pod", pod.clone());
    let profile = made.at(&["spec", "containers"]).items()[0].at(&["securityContext", "appArmorProfile"]);
    assert_eq!(profile, &obj!({"type": "Localhost", "localhostProfile": "mine"}));
    pod.set(&["metadata", "name"], "q");
    pod.set(&["spec", "securityContext", "appArmorProfile"], obj!({"type": "Localhost", "localhostProfile": "mine"}));
    assert!(w.create("Pod", pod).at(&["spec", "containers"]).items()[0].get("securityContext").is_null(), "the pod has that one");
}

#[test]
fn taints_of_devices_are_given_the_time() {
    let mut w = World::new();
    let slice = obj!({
        "metadata": {"name": "s"}, "spec": {
            "driver": "d.example.com", "nodeName": "n", "pool": {"name": "p", "generation": 1, "resourceSliceCount": 1},
            "devices": [{"name": "a", "taints": [{"key": "k", "effect": "NoSchedule"}, {"key": "l", "effect": "NoSchedule", "timeAdded": "2020-01-01T00:00:00Z"}]}]
        }
    });
    let made = w.create("ResourceSlice", slice);
    let times: Vec<&str> =
        made.at(&["spec", "devices"]).items()[0].get("taints").items().iter().map(|t| t.get("timeAdded").str()).collect();
    assert_eq!(times, [w.now.rfc3339().as_str(), "2020-01-01T00:00:00Z"]);
}

#[test]
fn a_full_store_takes_nothing_that_needs_room() {
    let mut w = World::new();
    w.create("ConfigMap", obj!({"metadata": {"name": "small"}}));
    w.create("Pod", pod("p", Value::map()));
    let text = Value::from("x".repeat(32 << 20));
    for name in (0..16).map(|i| format!("big{i}")) {
        let object = obj!({"metadata": {"name": name.as_str(), "namespace": "ns"}, "data": {"a": text.clone()}});
        w.api.store.create(w.by().signature(), ObjectKey::new(kinds::CONFIG_MAP, "ns", name), object).expect("is new");
    }
    let add = |bytes: usize| move |o: &mut Value| o.set(&["data"], obj!({"b": "x".repeat(bytes)}));
    let full = |outcome: Result<Value, Status>| {
        let status = outcome.expect_err("there is no room");
        assert_eq!((status.code, status.reason, &*status.message), (500, "", "etcdserver: mvcc: database space exceeded"));
    };
    full(w.try_create("ConfigMap", obj!({"metadata": {"name": "more"}})));
    full(w.change("ConfigMap", "small", Subresource::None, add(10_000)));
    w.change("ConfigMap", "small", Subresource::None, add(10)).expect("what is small goes through");
    w.change("Pod", "p", Subresource::Status, |o| o.set(&["status", "message"], "x".repeat(10_000))).expect("the cluster runs on");
    w.api.delete(&w.by(), kinds::CONFIG_MAP, "ns", "big0", &DeleteOptions::default()).expect("is there");
    w.change("ConfigMap", "small", Subresource::None, add(10_000)).expect("there is room again");
    w.create("ConfigMap", obj!({"metadata": {"name": "more"}}));
}
