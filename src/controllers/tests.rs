//! The controllers' rules held to the rows of upstream's own tests. What stands in `deployment/tests.rs` and in
//! `tests/tables_controllers.rs` is not repeated here.
//!
//! Not held to: rows about informers, expectations, queues, retries and feature gates, which the controllers here have no like of;
//! names that are random; the sorting of pods with gates off; dual-stack families; StatefulSets' maxUnavailable, which is off by
//! default; claims and pod groups behind alpha gates.

use super::deletion_rank::{self, DeletionRank};
use super::replicas::{is_active, is_available, slow_start};
use super::{daemon_set, endpoint_slice, endpoints, node_lifecycle, replica_set, service_pods};
use crate::api::table_rows::{Outcome, check, same};
use crate::api::{Object, Status, Value, kinds};
use crate::base::{Order as _, Time};
use crate::obj;
use crate::server::{ApiServer, Caller, WriteOptions};

const GATE: &str = "a feature gate that is always on here";

fn moment(text: &str) -> Time {
    Time::parse_rfc3339(text).unwrap_or(Time::ZERO)
}

fn names(pods: &[Value]) -> Vec<&str> {
    let mut names: Vec<&str> = pods.iter().map(Object::name).collect();
    names.order();
    names
}

/// A replica set's pods, those first that go first; `crowd` is how many share a pod's node.
fn go_first(pods: &[Value], crowd: impl Fn(&Value) -> usize, now: Time) -> Vec<Value> {
    let ranks: Vec<DeletionRank> = pods.iter().map(|p| DeletionRank::new(p, deletion_rank::cost(p))).collect();
    deletion_rank::of_replicas(ranks.iter().zip(pods).map(|(rank, pod)| (rank, crowd(pod))).collect(), pods.len(), now)
}

#[test]
fn pods_that_go_first() {
    check("replicaset_controller", "TestGetPodsToDelete", 10, |row| {
        let pods = row.get("pods").items();
        let on = |p: &Value| pods.iter().filter(|q| q.at(&["spec", "nodeName"]) == p.at(&["spec", "nodeName"])).count();
        let count = usize::try_from(row.get("diff").int()).unwrap_or(0).min(pods.len());
        let gone = go_first(pods, on, Time::from_secs(1));
        same(names(&gone[..count]), names(row.get("expectedPodsToDelete").items()))
    });
    check("controller_utils", "TestSortingActivePodsWithRanks", 20, |row| {
        if row.get("disableLogarithmicScaleDown").is_true() || row.get("disablePodDeletioncost").is_true() {
            return Outcome::Elsewhere(GATE);
        }
        let now = moment("2026-11-22T08:30:21Z");
        let (lesser, greater) = (row.at(&["lesser", "pod"]), row.at(&["greater", "pod"]));
        if lesser.is_null() {
            // Neither goes first: the order is kept.
            let p1 = row.get("p1");
            let p2 = if row.get("p2").is_null() { p1 } else { row.get("p2") };
            let sorted = |a: &Value, b: &Value| go_first(&[a.clone(), b.clone()], |_| 0, now);
            return same((sorted(p1, p2)[0].name(), sorted(p2, p1)[0].name()), (p1.name(), p2.name())).into();
        }
        let crowd = |p: &Value| {
            let rank = row.at(&[if p == lesser { "lesser" } else { "greater" }, "rank"]);
            usize::try_from(rank.int()).unwrap_or(0)
        };
        // Of equal rows the place tells nothing: both orders must come out the same.
        let first = |a: &Value, b: &Value| go_first(&[a.clone(), b.clone()], crowd, now)[0].clone();
        same((first(lesser, greater) == *lesser, first(greater, lesser) == *lesser), (true, true)).into()
    });
}

#[test]
fn pods_that_count() {
    check("pod_util", "TestIsPodAvailable", 7, |row| {
        let got = is_available(row.get("pod"), row.get("minReadySeconds").int(), moment("2026-11-22T08:27:28Z"));
        same(got, row.get("expected").is_true())
    });
    check("replicaset_controller", "TestCalculateStatus", 10, |row| {
        let (set, pods, wanted) = (row.get("replicaset"), row.get("activePods").items(), row.get("expectedReplicaSetStatus"));
        let mut tally = super::replica_tally::ReplicaTally::default();
        for (i, pod) in pods.iter().chain(row.get("terminatingPods").items()).enumerate() {
            let mut pod = pod.clone();
            pod.set(&["metadata", "uid"], format!("pod-{i}"));
            pod.set(&["metadata", "name"], format!("pod-{i}"));
            pod.set(&["metadata", "ownerReferences"], obj!([{"uid": set.uid(), "controller": true}]));
            tally.take(&pod, false);
        }
        let counts = tally.counts(&ApiServer::new(0), set.uid(), set.at(&["spec", "template", "metadata", "labels"]));
        let now = moment("2026-11-22T08:39:14Z");
        let min_ready_s = set.at(&["spec", "minReadySeconds"]).int();
        let available = pods.iter().filter(|p| is_active(p) && is_available(p, min_ready_s, now)).count();
        let n = |member: &str| usize::try_from(wanted.get(member).int()).unwrap_or(0);
        // The gate is on here; where a row has it off, nothing is told of those that go.
        let terminating = if wanted.get("terminatingReplicas").is_null() { 0 } else { counts.terminating };
        let got = [counts.active, counts.fully_labeled, counts.ready, available, terminating];
        let members = ["replicas", "fullyLabeledReplicas", "readyReplicas", "availableReplicas", "terminatingReplicas"];
        same(got, members.map(n))
    });
    check("replicaset_controller", "TestSlowStartBatch", 3, |row| {
        let n = |member: &str| usize::try_from(row.get(member).int()).unwrap_or(0);
        let mut calls = 0;
        let (done, outcome) = slow_start(n("count"), |_| {
            calls += 1;
            if calls > n("callLimit") { Err(Status::bad_request("refused")) } else { Ok(()) }
        });
        let wanted = (n("expectedCallCnt"), n("expectedSuccesses"), row.get("expectedErr").is_null());
        same((calls, done, outcome.is_ok()), wanted)
    });
}

#[test]
fn nodes_of_daemons() {
    check("daemon_controller", "TestNodeShouldRunDaemonPod", 11, |row| {
        let node = obj!({
            "metadata": {"name": "test-node", "labels": {"name": "simple-daemon", "type": "production"}},
            "spec": {"unschedulable": row.get("nodeUnschedulable")}
        });
        let got = daemon_set::placement::Rules::of(row.get("ds")).on(&node);
        same((got.should_run, got.may_stay), (row.get("shouldRun").is_true(), row.get("shouldContinueRunning").is_true()))
    });
    check("daemon_controller", "TestGetUnavailableNumbers", 8, |row| {
        let nodes = usize::try_from(row.get("desiredNumberScheduled").int()).unwrap_or(0);
        let (surge, unavailable) = daemon_set::update::bounds(row.get("ds"), nodes);
        let n = |member: &str| usize::try_from(row.get(member).int()).unwrap_or(0);
        same((surge, unavailable), (n("maxSurge"), n("maxUnavailable")))
    });
}

#[test]
fn pods_behind_services() {
    check("endpoints", "TestSyncServiceAddresses", 18, |row| {
        let pod = row.get("pod");
        let made = endpoints::address_of(row.get("service"), pod);
        let subsets = endpoints::subsets(made.iter());
        let count = |member: &str| subsets.iter().map(|s| s.get(member).items().len() as i64).sum::<i64>();
        let wanted = (row.get("expectedReady").int(), row.get("expectedUnready").int());
        same((count("addresses"), count("notReadyAddresses")), wanted)
    });
    check("endpointslice", "TestFindPort", 14, |row| {
        let pod = obj!({"spec": {"containers": row.get("containers"), "initContainers": row.get("initContainers")}});
        let service = obj!({"spec": {"ports": [{"port": 1, "protocol": row.get("protocol"), "targetPort": row.get("port")}]}});
        let got: Vec<i64> = service_pods::ports_on(&service, &pod).iter().map(|p| p.get("port").int()).collect();
        same(got, if row.get("pass").is_true() { vec![row.get("expected").int()] } else { Vec::new() })
    });
    check("endpointslice", "TestGetEndpointPorts", 4, |row| {
        let shown = |ports: &[Value]| ports.iter().map(Value::to_json).collect::<Vec<_>>();
        let got = service_pods::ports_on(row.get("service"), row.get("pod"));
        same(shown(&got), shown(row.get("expectedPorts").items()))
    });
    check("endpointslice", "TestPodToEndpoint", 9, |row| {
        if row.at(&["pod", "status", "podIPs"]).items().len() > 1 {
            return Outcome::Elsewhere("a second family of addresses");
        }
        let mut api = ApiServer::new(0);
        if !row.get("node").is_null() {
            let (by, mut node) = (Caller::new(Time::ZERO, "test"), row.get("node").clone());
            node.remove(&["status"]);
            api.create(&by, kinds::NODE, "", node, &WriteOptions::default()).expect("a valid node");
        }
        let mut got = endpoint_slice::endpoint(&api, row.get("svc"), row.get("pod"));
        if got.at(&["targetRef", "uid"]).is_empty() {
            got.remove(&["targetRef", "uid"]);
        }
        same(got.to_json(), row.get("expectedEndpoint").to_json()).into()
    });
}

#[test]
fn taints_and_labels_of_nodes() {
    let set_right = |node: &Value| {
        let (by, kind) = (Caller::new(Time::from_secs(1), "test"), kinds::NODE);
        let mut api = ApiServer::new(0);
        let mut made = api.create(&by, kind, "", node.clone(), &WriteOptions::default()).expect("a valid node");
        made.set(&["status"], node.get("status"));
        api.update(&by, kind, made, crate::server::Subresource::Status, &WriteOptions::default()).expect("a valid status");
        let mut controller = node_lifecycle::NodeLifecycleController::new(&super::Flags::default());
        controller.set_right(&mut api, by.now, &node.name_arc()).expect("nothing refuses");
        api.peek(kind, "", node.name()).cloned().unwrap_or_default()
    };
    check("nodelifecycle", "TestTaintsNodeByCondition", 4, |row| {
        let shown = |taints: &Value| {
            let mut keys: Vec<String> =
                taints.items().iter().map(|t| format!("{}:{}", t.get("key").str(), t.get("effect").str())).collect();
            keys.order();
            keys
        };
        same(shown(set_right(row.get("Node")).at(&["spec", "taints"])), shown(row.get("ExpectedTaints")))
    });
    check("nodelifecycle", "TestReconcileNodeLabels", 4, |row| {
        same(set_right(row.get("Node")).labels().to_json(), row.get("ExpectedLabels").to_json())
    });
    // Of the rows about silent nodes those in which the node is found silent: before any session began, so that moment has a name here.
    check("nodelifecycle", "TestMonitorNodeHealthUpdateStatus", 2, |row| {
        let Some(expected) = row.get("expectedNodes").items().first() else {
            return Outcome::Elsewhere("a node that is not written");
        };
        let conditions = |node: &Value, found: &str| {
            let said = ["status", "reason", "message", "lastHeartbeatTime", "lastTransitionTime"];
            let named = |text: &str| if text == found { "found".to_owned() } else { text.to_owned() };
            let of = |c: &Value| format!("{} {:?}", c.get("type").str(), said.map(|member| named(c.get(member).str())));
            let mut all: Vec<String> = node.at(&["status", "conditions"]).items().iter().map(of).collect();
            all.order();
            all
        };
        let mut node = row.at(&["fakeNodeHandler", "Existing"]).items()[0].clone();
        node_lifecycle::mark_unknown(&mut node, Time::ZERO);
        let found = expected.at(&["status", "conditions"]).items()[0].get("lastTransitionTime").str();
        same(conditions(&node, &Time::ZERO.rfc3339()), conditions(expected, found)).into()
    });
}

#[test]
fn replicas_that_could_not_be_made() {
    check("replicaset_controller", "TestCalculateStatusConditions", 5, |row| {
        let mut status = row.at(&["replicaset", "status"]).clone();
        let error = row.at(&["manageReplicasErr", "error"]).as_str().map(Status::bad_request);
        let (wanted, active) = (row.at(&["replicaset", "spec", "replicas"]).int(), row.get("activePods").items().len() as i64);
        replica_set::set_failure(&mut status, error.as_ref(), if active < wanted { "FailedCreate" } else { "FailedDelete" }, Time::ZERO);
        let said = |list: &Value| {
            let said = |c: &Value| ["type", "status", "reason", "message"].map(|m| c.get(m).str().to_owned());
            list.items().iter().map(said).collect::<Vec<_>>()
        };
        same(said(status.get("conditions")), said(row.get("expectedReplicaSetConditions")))
    });
}

#[test]
fn pods_in_the_order_in_which_they_go() {
    check("controller_utils", "TestSortingActivePods", 1, |row| {
        let pods = row.get("pods").items();
        let backwards: Vec<Value> = pods.iter().rev().cloned().collect();
        let sorted = go_first(&backwards, |_| 0, moment("2026-11-22T08:30:21Z"));
        same(sorted.iter().map(Object::name).collect::<Vec<_>>(), pods.iter().map(Object::name).collect::<Vec<_>>())
    });
    check("controller_utils", "TestActivePodFiltering", 1, |row| {
        let active = |p: &&Value| is_active(&obj!({"status": {"phase": p.get("podPhase")}}));
        let got: Vec<&str> = row.get("pods").items().iter().filter(active).map(|p| p.get("podName").str()).collect();
        same(got, row.get("wantPodNames").items().iter().map(Value::str).collect::<Vec<_>>())
    });
}
