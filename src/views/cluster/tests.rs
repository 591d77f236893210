//! What a picture shows, and what it shares with the one before.

use super::*;
use crate::obj;
use crate::server::{Caller, DeleteOptions, Subresource, WriteOptions};

#[test]
fn a_rollout_has_two_generations() {
    let set = |hash: &str, revision: &str| {
        obj!({"kind": "ReplicaSet", "metadata": {"uid": hash, "labels": {"pod-template-hash": hash},
            "annotations": {"deployment.kubernetes.io/revision": revision}, "ownerReferences": [{"uid": "d", "controller": true}]}})
    };
    let deployment = obj!({"kind": "Deployment", "metadata": {"name": "web", "uid": "d"}});
    let (old, new) = (set("aaa", "9"), set("bbb", "10"));
    let view = workload_of(&deployment, &[&new, &old]);
    assert_eq!((view.newest.as_str(), view.owners), ("bbb", ["d", "bbb", "aaa"].map(str::to_owned).to_vec()));
    let view = workload_of(&deployment, &[&new, &old]);
    let pod = |hash: &str| PodView::of(&obj!({"metadata": {"labels": {"pod-template-hash": hash}}}), None);
    assert!(view.is_older(&pod("aaa")) && !view.is_older(&pod("bbb")));
}

#[test]
fn a_job_wants_what_is_to_end_well() {
    for (spec, want) in [
        (obj!({}), 1),
        (obj!({"parallelism": 3}), 3),
        (obj!({"parallelism": 3, "completions": 5}), 5),
        (obj!({"parallelism": 1, "completions": 1}), 1),
    ] {
        let job = obj!({"kind": "Job", "spec": spec.clone(), "status": {"active": 1, "succeeded": 1}});
        let view = workload_of(&job, &[]);
        assert_eq!((view.desired, view.current, view.ready), (want, 2, 1), "{spec:?}");
    }
}

/// An API that has these objects.
fn api(objects: &[(&str, Value)]) -> ApiServer {
    let mut api = ApiServer::new(1);
    let by = Caller::new(Time::ZERO, "test");
    api.create_namespace(&by, "default");
    for (kind, object) in objects {
        let namespace = if *kind == "Node" { "" } else { "default" };
        api.create(&by, Kind::named(kind), namespace, object.clone(), &WriteOptions::default()).expect("the tests' objects are valid");
    }
    api
}

fn node(name: &str) -> (&'static str, Value) {
    ("Node", obj!({"metadata": {"name": name}, "status": {"allocatable": {"cpu": "4", "memory": "8Gi", "pods": "110"}}}))
}

fn pod(name: &str, node: Value, cpu: &str) -> (&'static str, Value) {
    let resources = obj!({"requests": {"cpu": cpu, "memory": "1Gi"}});
    (
        "Pod",
        obj!({"metadata": {"name": name, "labels": {"app": "web"}}, "spec": {"nodeName": node, "containers": [{"name": "c", "image": "nginx", "resources": resources}]}}),
    )
}

#[test]
fn pods_stand_on_their_nodes_or_wait() {
    let service = obj!({"metadata": {"name": "web"}, "spec": {"selector": {"app": "web"}, "type": "NodePort", "ports": [{"port": 80, "nodePort": 30080}]}});
    let mut api = api(&[
        node("node10"),
        node("node9"),
        pod("a", "node9".into(), "500m"),
        pod("b", "node9".into(), "1"),
        pod("c", Value::Null, "9"),
        ("Service", service),
    ]);
    let mut views = ClusterViews::default();
    let view = views.view(&api, Time(5), &mut |_| None, &|_| NodeFaults::default());
    assert_eq!(view.nodes.iter().map(|n| n.name.as_str()).collect::<Vec<_>>(), ["node9", "node10"]);
    assert_eq!(view.nodes[0].cpu, Share { requested: 1500, allocatable: 4000 });
    assert_eq!(view.nodes[0].memory, Share { requested: 2 << 30, allocatable: 8 << 30 });
    assert_eq!((view.nodes[0].pods_living, view.queue.len()), (2, 1));
    let told = |v: &ClusterView| (v.services[1].ports.clone(), v.services[1].selected.len(), v.services[1].reached.len());
    assert_eq!(told(&view), ("80:30080/TCP".to_owned(), 3, 0));
    let again = views.view(&api, Time(6), &mut |_| None, &|_| NodeFaults::default());
    assert!(Rc::ptr_eq(&view.nodes[0], &again.nodes[0]) && Rc::ptr_eq(&view.services[1], &again.services[1]));
    // One pod more, and one less: what is read of the log comes to the same as what is read anew.
    let by = Caller::new(Time(7), "test");
    let (_, more) = pod("d", "node10".into(), "1");
    api.create(&by, kinds::POD, "default", more, &WriteOptions::default()).expect("valid");
    api.delete(&by, kinds::POD, "default", "a", &DeleteOptions::now()).expect("it is there");
    let next = views.view(&api, Time(8), &mut |_| None, &|_| NodeFaults::default());
    assert_eq!((next.nodes[0].pods.len(), next.nodes[1].pods.len(), told(&next).1), (1, 1, 3));
    assert!(Rc::ptr_eq(&next.nodes[0].pods[0], &view.nodes[0].pods[1]));
    assert_eq!(*next, *ClusterViews::default().view(&api, Time(8), &mut |_| None, &|_| NodeFaults::default()));
    views.leap();
    let anew = views.view(&api, Time(8), &mut |_| None, &|_| NodeFaults::default());
    assert!(*anew == *next && anew.pods().zip(next.pods()).all(|(a, b)| Rc::ptr_eq(a, b)));
    // What is over stands there still, and takes no room.
    let mut over = api.get(kinds::POD, "default", "d").expect("it is there");
    over.set(&["status", "phase"], "Succeeded");
    api.update(&by, kinds::POD, over, Subresource::Status, &WriteOptions::default()).expect("valid");
    let after = views.view(&api, Time(9), &mut |_| None, &|_| NodeFaults::default());
    assert_eq!((after.nodes[1].pods.len(), after.nodes[1].pods_living, after.nodes[1].cpu.requested), (1, 0, 0));
}
