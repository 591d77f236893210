//! The node lifecycle controller on virtual time: when a silent node is given up, and what becomes of its pods.

use super::flags::Flags;
use super::node_lifecycle::NodeLifecycleController;
use super::scenarios::{World, pod};
use crate::api::{Object, Value};
use crate::obj;
use crate::server::Subresource;

/// Nodes `n0`, `n1` ... that are ready.
fn with_nodes(count: usize) -> World<NodeLifecycleController> {
    let mut w = World::new(NodeLifecycleController::new(&Flags::default()));
    for i in 0..count {
        let conditions = obj!([{"type": "Ready", "status": "True"}]);
        w.create("Node", obj!({"metadata": {"name": format!("n{i}")}, "status": {"conditions": conditions}}));
    }
    w.run(9);
    w
}

/// Has each of these nodes say of itself whether it is ready.
fn tell(w: &mut World<NodeLifecycleController>, nodes: std::ops::Range<usize>, ready: &str) {
    for i in nodes {
        w.change("Node", &format!("n{i}"), Subresource::Status, |n| {
            n.at_mut(&["status", "conditions"]).list_mut()[0].set(&["status"], ready)
        });
    }
}

/// A node's taints, without what all have in common.
fn taints(w: &World<NodeLifecycleController>, node: &str) -> String {
    let told = |t: &Value| format!("{}:{}", t.get("key").str().trim_start_matches("node.kubernetes.io/"), t.get("effect").str());
    let mut all: Vec<String> = w.get("Node", node).at(&["spec", "taints"]).items().iter().map(told).collect();
    all.sort();
    all.join(" ")
}

/// How many of the nodes have their pods evicted.
fn given_up(w: &World<NodeLifecycleController>) -> usize {
    w.names("Node").iter().filter(|n| taints(w, n).contains("NoExecute")).count()
}

#[test]
fn a_silent_node_is_unknown_after_fifty_seconds_and_its_pods_are_not_ready() {
    let mut w = with_nodes(2);
    w.create("Pod", pod("p", "n0"));
    w.api.stop_heartbeats(w.now, "n0");
    // Nodes are looked at every five seconds.
    w.run(50);
    assert_eq!((w.get("Node", "n0").condition("Ready"), w.get("Pod", "p").condition("Ready")), ("True", "True"));
    w.run(1);
    assert_eq!((w.get("Node", "n0").condition("Ready"), w.get("Pod", "p").condition("Ready")), ("Unknown", "False"));
    assert_eq!(taints(&w, "n0"), "unreachable:NoExecute unreachable:NoSchedule");
    let told = w.events();
    assert_eq!(told, ["n0 NodeNotReady x1", "n0 RegisteredNode x1", "n1 RegisteredNode x1", "p NodeNotReady x1"]);
    // What it says when it is heard of again takes the place of what was assumed, and at the next look it is taken back.
    w.api.resume_heartbeats(w.now, "n0");
    tell(&mut w, 0..1, "False");
    w.run(5);
    assert_eq!(taints(&w, "n0"), "not-ready:NoExecute not-ready:NoSchedule");
    tell(&mut w, 0..1, "True");
    w.run(5);
    assert_eq!(taints(&w, "n0"), "");
}

#[test]
fn nodes_are_given_up_one_in_ten_seconds_and_more_slowly_where_many_are_down() {
    // How many are down and how many not; how many of them are given up at once, and after 15, 115 and 215 seconds.
    for (down, up, wanted) in [
        (3, 3, [1, 2, 3, 3]),
        // From 55 % on nobody is given up in a zone of up to fifty nodes, and one in a hundred seconds in a larger one.
        (5, 4, [0; 4]),
        (6, 5, [1, 2, 6, 6]),
        (28, 22, [0; 4]),
        (29, 22, [1, 1, 2, 3]),
        // Fewer than three that are down are no disruption, unless nothing is left.
        (2, 1, [1, 2, 2, 2]),
        (2, 0, [0; 4]),
    ] {
        let mut w = with_nodes(down + up);
        tell(&mut w, 0..down, "Unknown");
        let counts = [1, 15, 100, 100].map(|s| {
            w.run(s);
            given_up(&w)
        });
        assert_eq!(counts, wanted, "{down} of {}", down + up);
    }
}

#[test]
fn nobody_is_given_up_any_more_once_all_nodes_are_down() {
    let mut w = with_nodes(2);
    tell(&mut w, 0..1, "False");
    w.run(6);
    assert_eq!(taints(&w, "n0"), "not-ready:NoExecute not-ready:NoSchedule");
    tell(&mut w, 1..2, "Unknown");
    w.run(6);
    assert_eq!(["n0", "n1"].map(|n| taints(&w, n)), ["not-ready:NoSchedule", "unreachable:NoSchedule"]);
}

#[test]
fn a_node_that_comes_back_takes_nobodys_turn() {
    let mut w = with_nodes(7);
    tell(&mut w, 0..3, "Unknown");
    w.run(3);
    tell(&mut w, 1..2, "True");
    w.run(6);
    assert_eq!(["n0", "n1", "n2"].map(|n| taints(&w, n).contains("NoExecute")), [true, false, false]);
    w.run(2);
    assert_eq!(["n0", "n1", "n2"].map(|n| taints(&w, n).contains("NoExecute")), [true, false, true]);
}
