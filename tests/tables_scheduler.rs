//! Scheduling held to tables of rows: what the real functions and plugins answered. They are found through
//! `KUBARIUM_CONFORMANCE`; without it these tests say so and pass.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use kubarium::api::node_affinity::{NodeSelectorTerm, PreferredNodeAffinity, RequiredNodeAffinity};
use kubarium::api::{Value, toleration};
use kubarium::base::{RandomStream, Time};
use kubarium::obj;
use kubarium::scheduler::cache::{Cache, NodeIndex};
use kubarium::scheduler::cycle::Algorithm;
use kubarium::scheduler::framework::{Cx, CycleState, Plugin, PreFilter, Reject};
use kubarium::scheduler::hints::ClusterEvent;
use kubarium::scheduler::plugins::{
    INTER_POD_AFFINITY, NODE_AFFINITY, NODE_RESOURCES_FIT, PLUGINS, POD_TOPOLOGY_SPREAD, PluginId, TAINT_TOLERATION,
};
use kubarium::scheduler::pod_info::PodInfo;
use kubarium::scheduler::preemption::{Budget, dry_run, pick};
use kubarium::scheduler::queue::Queue;

const QUEUE: i64 = 1;
const SKIP: i64 = 5;

/// The rows of a table, each with the function it is for; `None` where there are no tables.
fn table(name: &str) -> Option<Vec<(String, Value)>> {
    let Ok(folder) = std::env::var("KUBARIUM_CONFORMANCE") else {
        println!("KUBARIUM_CONFORMANCE is not set: {name} is not checked");
        return None;
    };
    let path = Path::new(&folder).join("tables").join(name);
    let text = fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let table = Value::from_json(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let rows = table.get("rows").items().iter();
    Some(
        rows.map(
            |r| if r.get("row").is_null() { (String::new(), r.clone()) } else { (r.get("func").str().to_owned(), r.get("row").clone()) },
        )
        .collect(),
    )
}

fn check(name: &str, mut answer: impl FnMut(&str, &Value) -> Option<Result<(), String>>) {
    let Some(rows) = table(name) else { return };
    let (mut held, mut left_out, mut wrong) = (0, 0, Vec::new());
    for (function, row) in &rows {
        match answer(function, row) {
            None => left_out += 1,
            Some(Ok(())) => held += 1,
            Some(Err(what)) => wrong.push(format!("{function} {:?}: {what}", row.get("name").str())),
        }
    }
    println!("{name}: {held} hold, {left_out} are about what is not here");
    assert!(wrong.is_empty(), "{} rows of {name} do not hold:\n{}", wrong.len(), wrong.join("\n"));
}

fn expect<T: PartialEq + std::fmt::Debug>(got: T, expected: T) -> Option<Result<(), String>> {
    Some(if got == expected { Ok(()) } else { Err(format!("got {got:?}, expected {expected:?}")) })
}

/// A cluster of a row's nodes and pods.
struct Cluster {
    cache: Cache,
    algorithm: Algorithm,
    pods: usize,
}

impl Cluster {
    fn new<'a>(nodes: impl IntoIterator<Item = &'a Value>, pods: &Value) -> Self {
        let mut c = Cluster { cache: Cache::default(), algorithm: Algorithm::default(), pods: 0 };
        for name in ["", "ns1", "ns2", "subteam1.team1", "subteam2.team1", "subteam1.team2", "subteam2.team2"] {
            let labels = match name.split_once('.') {
                Some((_, team)) => obj!({"team": team}),
                None => Value::Null,
            };
            c.cache.set_namespace(name.into(), Some(labels));
        }
        for n in nodes {
            c.cache.set_node(n);
        }
        for p in pods.items() {
            let p = c.pod(p);
            c.cache.set_pod(&p.object);
        }
        c.cache.refresh_order();
        c
    }

    /// Parses a pod; where it has no uid, it gets one.
    fn pod(&mut self, object: &Value) -> PodInfo {
        self.pods += 1;
        let mut object = object.clone();
        if object.at(&["metadata", "uid"]).is_empty() {
            object.set(&["metadata", "uid"], format!("uid-{}", self.pods));
        }
        self.cache.parse_pod(&object)
    }

    fn index(&self, node: &Value) -> NodeIndex {
        self.cache.node_named(node.at(&["metadata", "name"]).str()).expect("the row's node")
    }

    fn pre_filter(&mut self, plugin: PluginId, pod: &PodInfo) -> (PreFilter, CycleState) {
        self.algorithm.judge(&self.cache, pod);
        let mut state = CycleState::default();
        let answer = PLUGINS[plugin as usize].pre_filter(&mut self.cache, pod, self.algorithm.fits(&pod.class), &mut state);
        (answer, state)
    }

    fn filter(&self, plugin: PluginId, pod: &PodInfo, state: &CycleState, node: NodeIndex) -> Option<Reject> {
        let cx = Cx { cache: &self.cache, pod, fits: self.algorithm.fits(&pod.class) };
        PLUGINS[plugin as usize].filter(&cx, state, node, self.cache.node(node))
    }

    /// The normalized scores; `None` where the plugin skips.
    fn score(&mut self, plugin: &dyn Plugin, pod: &PodInfo, nodes: &[NodeIndex]) -> Option<Vec<i64>> {
        self.algorithm.judge(&self.cache, pod);
        let mut state = CycleState::default();
        if !plugin.pre_score(&mut self.cache, pod, self.algorithm.fits(&pod.class), &mut state, nodes) {
            return None;
        }
        let cx = Cx { cache: &self.cache, pod, fits: self.algorithm.fits(&pod.class) };
        let mut scores = vec![0; nodes.len()];
        plugin.score(&cx, &state, nodes, &mut scores);
        plugin.normalize(&cx, &state, nodes, &mut scores);
        Some(scores)
    }
}

fn code(reject: Option<Reject>) -> i64 {
    reject.map_or(0, |r| if r.unresolvable { 3 } else { 2 })
}

fn score_list(list: &Value) -> Vec<i64> {
    list.items().iter().map(|s| s.get("Score").int()).collect()
}

fn status(reject: Option<Reject>, cache: &Cache) -> (i64, Vec<String>) {
    (code(reject), reject.map_or(Vec::new(), |r| r.reasons.iter().map(|r| r.text(&cache.scalars)).collect()))
}

fn expected_status(status: &Value) -> (i64, Vec<String>) {
    (status.get("code").int(), status.get("reasons").items().iter().map(|r| r.str().to_owned()).collect())
}

/// Whether a plugin would try a pod again after a node came or changed.
fn node_hint(plugin: PluginId, row: &Value, old: &Value, new: &Value) -> Option<Result<(), String>> {
    let expected = row.get("expectedHint").int() == QUEUE;
    let mut c = Cluster::new([], &Value::Null);
    let pod = c.pod(row.get("pod"));
    let named = |node: &Value| {
        let mut node = node.clone();
        node.set(&["metadata", "name"], "fake-node");
        node
    };
    if new.is_null() {
        return expect(PLUGINS[plugin as usize].hint(&c.cache, &pod, &ClusterEvent::NodeDeleted { old }), expected);
    }
    if !old.is_null() {
        c.cache.set_node(&named(old));
    }
    let (index, change) = c.cache.set_node(&named(new));
    expect(PLUGINS[plugin as usize].hint(&c.cache, &pod, &ClusterEvent::Node { index, change, old }), expected)
}

fn row_is_unassigned(pod: &Value) -> bool {
    !pod.is_null() && pod.at(&["spec", "nodeName"]).is_empty()
}

/// Whether a plugin would try a pod again after a pod that has a node came, changed or went.
fn pod_hint(plugin: PluginId, row: &Value, old: &Value, new: &Value) -> Option<Result<(), String>> {
    let expected = row.get("expectedHint").int() == QUEUE;
    let mut c = Cluster::new([], &Value::Null);
    let pod = c.pod(row.get("pod"));
    let hint = |event: ClusterEvent| PLUGINS[plugin as usize].hint(&c.cache, &pod, &event);
    // News of pods without a node help nobody and are no events here.
    if row_is_unassigned(old) || row_is_unassigned(new) {
        return None;
    }
    let mut parser = Cluster::new([], &Value::Null);
    let got = match (old.is_null(), new.is_null()) {
        (true, _) => hint(ClusterEvent::PodAssigned(&parser.pod(new))),
        (_, true) => hint(ClusterEvent::PodDeleted(&parser.pod(old))),
        _ => hint(ClusterEvent::PodRelabelled { old: &parser.pod(old), new: &parser.pod(new) }),
    };
    expect(got, expected)
}

#[test]
fn node_affinity_function() {
    check("fn_node_affinity.json", |_, row| {
        let mut spec = Value::map();
        if !row.get("nodeSelector").is_null() {
            spec.set(&["nodeSelector"], row.get("nodeSelector"));
        }
        if !row.get("terms").is_null() {
            let required = ["affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms"];
            spec.set(&required, row.get("terms"));
        }
        let affinity = RequiredNodeAffinity::of(&spec);
        for m in row.get("matches").items() {
            let node = obj!({"metadata": {"name": m.get("node"), "labels": m.get("labels")}});
            if affinity.matches(&node) != m.get("matches").is_true() {
                return Some(Err(format!("{spec} on {node}: expected {}", m.get("matches"))));
            }
        }
        Some(Ok(()))
    });
}

#[test]
fn toleration_function() {
    check("fn_toleration.json", |_, row| {
        let (t, taint) = (row.get("toleration"), row.get("taint"));
        match toleration::tolerates(t, taint) == row.get("tolerates").is_true() {
            true => Some(Ok(())),
            false => Some(Err(format!("{t} of {taint}: expected {}", row.get("tolerates")))),
        }
    });
}

#[test]
fn node_affinity_plugin() {
    check("sched_nodeaffinity.json", |function, row| {
        if row.get("args").entries().any(|(k, _)| k == "AddedAffinity" || k == "addedAffinity") || row.get("expectedErr").is_true() {
            return None;
        }
        match function {
            "nodeaffinity.TestNodeAffinity" => {
                let name = if row.get("nodeName").is_empty() { "the-node".into() } else { row.get("nodeName").clone() };
                let node = obj!({"metadata": {"name": name, "labels": row.get("labels")}});
                let mut c = Cluster::new([&node], &Value::Null);
                let pod = c.pod(row.get("pod"));
                let (answer, state) = c.pre_filter(NODE_AFFINITY, &pod);
                if row.get("runPreFilter").is_true() {
                    let wanted = row.at(&["wantPreFilterStatus", "code"]).int();
                    let got = match answer {
                        PreFilter::Skip => SKIP,
                        PreFilter::Reject { .. } => 3,
                        _ => 0,
                    };
                    if got != wanted {
                        return Some(Err(format!("before filtering: got {got}, expected {wanted}")));
                    }
                    if got != 0 {
                        return Some(Ok(()));
                    }
                }
                expect(status(c.filter(NODE_AFFINITY, &pod, &state, c.index(&node)), &c.cache), expected_status(row.get("wantStatus")))
            }
            "nodeaffinity.TestNodeAffinityPriority" => {
                let mut c = Cluster::new(row.get("nodes").items(), &Value::Null);
                let pod = c.pod(row.get("pod"));
                let nodes: Vec<_> = row.get("nodes").items().iter().map(|n| c.index(n)).collect();
                let got = c.score(PLUGINS[NODE_AFFINITY as usize], &pod, &nodes);
                match row.at(&["wantPreScoreStatus", "code"]).int() {
                    SKIP => expect(got, None),
                    // A preference that cannot be read: validation keeps those out.
                    1 => None,
                    _ => expect(got.unwrap_or(vec![0; nodes.len()]), score_list(row.get("expectedList"))),
                }
            }
            "nodeaffinity.Test_isSchedulableAfterNodeChange" => node_hint(NODE_AFFINITY, row, row.get("oldObj"), row.get("newObj")),
            _ => None,
        }
    });
}

#[test]
fn node_affinity_helper() {
    check("sched_nodeaffinity_helper.json", |function, row| match function {
        "nodeaffinity.TestNodeSelectorMatch" => {
            let terms = row.at(&["nodeSelector", "nodeSelectorTerms"]).items();
            let matches = !row.get("node").is_null() && terms.iter().any(|t| NodeSelectorTerm::parse(t).matches(row.get("node")));
            expect(matches, row.get("wantMatch").is_true())
        }
        "nodeaffinity.TestPreferredSchedulingTermsScore" if row.get("wantErr").is_null() => {
            expect(PreferredNodeAffinity::parse(row.get("prefSchedTerms")).score(row.get("node")), row.get("wantScore").int())
        }
        "nodeaffinity.TestPodMatchesNodeSelectorAndAffinityTerms" => {
            let node = obj!({"metadata": {"name": row.get("nodeName"), "labels": row.get("labels")}});
            expect(RequiredNodeAffinity::of(row.at(&["pod", "spec"])).matches(&node), row.get("want").is_true())
        }
        _ => None,
    });
}

#[test]
fn taint_toleration_plugin() {
    check("sched_tainttoleration.json", |function, row| {
        if row.get("enableTaintTolerationComparisonOps").is_true() || row.get("newObj").as_str().is_some() {
            return None;
        }
        match function {
            "tainttoleration.TestTaintTolerationScore" => {
                let mut c = Cluster::new(row.get("nodes").items(), &Value::Null);
                let pod = c.pod(row.get("pod"));
                let nodes: Vec<_> = row.get("nodes").items().iter().map(|n| c.index(n)).collect();
                expect(c.score(PLUGINS[TAINT_TOLERATION as usize], &pod, &nodes), Some(score_list(row.get("expectedList"))))
            }
            f if f.starts_with("tainttoleration.TestTaintTolerationFilter") => {
                let mut c = Cluster::new([row.get("node")], &Value::Null);
                let pod = c.pod(row.get("pod"));
                let state = CycleState::default();
                let got = c.filter(TAINT_TOLERATION, &pod, &state, c.index(row.get("node")));
                expect(status(got, &c.cache), expected_status(row.get("wantStatus")))
            }
            "tainttoleration.TestIsSchedulableAfterNodeChange" if !row.get("wantErr").is_true() => {
                node_hint(TAINT_TOLERATION, row, row.get("oldObj"), row.get("newObj"))
            }
            _ => None,
        }
    });
}

#[test]
fn node_resources_plugin() {
    check("sched_noderesources.json", |function, row| match function {
        "noderesources.TestLeastAllocatedScoringStrategy" => {
            let plain =
                row.get("resources").items().iter().all(|r| matches!(r.get("Name").str(), "cpu" | "memory") && r.get("Weight").int() == 1);
            if !plain || row.get("resources").items().len() != 2 || row.get("wantStatusCode").int() != 0 {
                return None;
            }
            let mut c = Cluster::new(row.get("nodes").items(), row.get("existingPods"));
            let pod = c.pod(row.get("requestedPod"));
            let nodes: Vec<_> = row.get("nodes").items().iter().map(|n| c.index(n)).collect();
            expect(c.score(PLUGINS[NODE_RESOURCES_FIT as usize], &pod, &nodes), Some(score_list(row.get("expectedScores"))))
        }
        "noderesources.Test_isSchedulableAfterNodeChange" if !row.get("expectedErr").is_true() => {
            node_hint(NODE_RESOURCES_FIT, row, row.get("oldObj"), row.get("newObj"))
        }
        _ => None,
    });
}

#[test]
fn topology_spread_plugin() {
    check("sched_podtopologyspread.json", |function, row| match function {
        "podtopologyspread.TestSingleConstraint" | "podtopologyspread.TestMultipleConstraints" => {
            let honors_policies = row.get("pod").at(&["spec", "topologySpreadConstraints"]).items().iter();
            let has_policy =
                honors_policies.clone().any(|c| !c.get("nodeAffinityPolicy").is_null() || !c.get("nodeTaintsPolicy").is_null());
            if has_policy && !row.get("enableNodeInclusionPolicy").is_true() {
                return None;
            }
            let mut c = Cluster::new(row.get("nodes").items(), row.get("existingPods"));
            let pod = c.pod(row.get("pod"));
            let (answer, state) = c.pre_filter(POD_TOPOLOGY_SPREAD, &pod);
            for (node, wanted) in row.get("wantStatusCode").entries() {
                let index = c.cache.node_named(node).expect("the row's node");
                let got = if answer == PreFilter::Skip { 0 } else { code(c.filter(POD_TOPOLOGY_SPREAD, &pod, &state, index)) };
                if got != wanted.int() {
                    return Some(Err(format!("{node}: got {got}, expected {wanted}")));
                }
            }
            Some(Ok(()))
        }
        "podtopologyspread.TestPodTopologySpreadScore" => {
            let mut constraints = row.at(&["pod", "spec", "topologySpreadConstraints"]).items().iter();
            if !row.get("enableMatchLabelKeys").is_true() && constraints.any(|c| !c.get("matchLabelKeys").is_null()) {
                return None;
            }
            let all: Vec<&Value> = row.get("nodes").items().iter().chain(row.get("failedNodes").items()).collect();
            let mut c = Cluster::new(all, row.get("existingPods"));
            if !row.get("objs").is_null() {
                for o in row.get("objs").items() {
                    c.cache.workloads.set_service("".into(), "s".into(), o.at(&["spec", "selector"]));
                }
            }
            let pod = c.pod(row.get("pod"));
            let nodes: Vec<_> = row.get("nodes").items().iter().map(|n| c.index(n)).collect();
            expect(c.score(PLUGINS[POD_TOPOLOGY_SPREAD as usize], &pod, &nodes), Some(score_list(row.get("want"))))
        }
        "podtopologyspread.Test_isSchedulableAfterNodeChange" => {
            node_hint(POD_TOPOLOGY_SPREAD, row, row.get("oldNode"), row.get("newNode"))
        }
        "podtopologyspread.Test_isSchedulableAfterPodChange" => {
            let is_own = |p: &Value| p.at(&["metadata", "uid"]).str() == row.at(&["pod", "metadata", "uid"]).str();
            // News of the waiting pod itself go another way.
            if is_own(row.get("newPod")) || is_own(row.get("oldPod")) || row.get("expectedErr").is_true() {
                return None;
            }
            pod_hint(POD_TOPOLOGY_SPREAD, row, row.get("oldPod"), row.get("newPod"))
        }
        _ => None,
    });
}

#[test]
fn inter_pod_affinity_plugin() {
    check("sched_interpodaffinity.json", |function, row| match function {
        "interpodaffinity.TestRequiredAffinitySingleNode" | "interpodaffinity.TestRequiredAffinityMultipleNodes" => {
            let one = [row.get("node").clone()];
            let nodes = if row.get("nodes").is_null() { &one[..] } else { row.get("nodes").items() };
            let mut c = Cluster::new(nodes, row.get("pods"));
            let pod = c.pod(row.get("pod"));
            let (answer, state) = c.pre_filter(INTER_POD_AFFINITY, &pod);
            match row.at(&["wantPreFilterStatus", "code"]).int() {
                SKIP => return expect(answer, PreFilter::Skip),
                0 => {}
                // Terms that cannot be read: validation keeps those out.
                _ => return None,
            }
            for (i, node) in nodes.iter().enumerate() {
                let nothing = Value::Null;
                let wanted = if row.get("nodes").is_null() {
                    row.get("wantFilterStatus")
                } else {
                    row.get("wantFilterStatuses").items().get(i).unwrap_or(&nothing)
                };
                let got = status(c.filter(INTER_POD_AFFINITY, &pod, &state, c.index(node)), &c.cache);
                if got != expected_status(wanted) {
                    return Some(Err(format!("node {i}: got {got:?}, expected {wanted}")));
                }
            }
            Some(Ok(()))
        }
        "interpodaffinity.TestPreferredAffinity" | "interpodaffinity.TestPreferredAffinityWithHardPodAffinitySymmetricWeight" => {
            let own_weight = !row.get("hardPodAffinityWeight").is_null() && row.get("hardPodAffinityWeight").int() != 1;
            if row.get("ignorePreferredTermsOfExistingPods").is_true() || own_weight {
                return None;
            }
            let mut c = Cluster::new(row.get("nodes").items(), row.get("pods"));
            let pod = c.pod(row.get("pod"));
            let nodes: Vec<_> = row.get("nodes").items().iter().map(|n| c.index(n)).collect();
            let got = c.score(PLUGINS[INTER_POD_AFFINITY as usize], &pod, &nodes);
            match row.at(&["wantStatus", "code"]).int() {
                SKIP => expect(got, None),
                0 => expect(got, Some(score_list(row.get("expectedList")))),
                _ => None,
            }
        }
        "interpodaffinity.Test_isSchedulableAfterNodeChange" => node_hint(INTER_POD_AFFINITY, row, row.get("oldNode"), row.get("newNode")),
        "interpodaffinity.Test_isSchedulableAfterPodChange" => {
            let is_own = |p: &Value| p.at(&["metadata", "uid"]).str() == row.at(&["pod", "metadata", "uid"]).str();
            if is_own(row.get("newPod")) || is_own(row.get("oldPod")) {
                return None;
            }
            pod_hint(INTER_POD_AFFINITY, row, row.get("oldPod"), row.get("newPod"))
        }
        _ => None,
    });
}

/// Nodes by names such as `node1/zone1/region1`, as large as upstream's tests have them.
fn named_nodes(names: &Value) -> Vec<Value> {
    let node = |path: &str| {
        let mut node = obj!({"metadata": {"labels": {}}, "status": {"allocatable": {"cpu": "500m", "memory": "500", "pods": "32"}}});
        for (key, part) in ["hostname", "zone", "region"].iter().zip(path.split('/')) {
            node.set(&["metadata", "labels", key], part);
        }
        node.set(&["metadata", "name"], path.split('/').next().unwrap_or(""));
        node
    };
    names.items().iter().map(|n| node(n.str())).collect()
}

#[test]
fn preemption() {
    check("preemption.json", |function, row| {
        let (preemptor, there) = match function {
            "defaultpreemption.TestDryRunPreemption" => (row.get("testPods").items().first()?, row.get("initPods")),
            "defaultpreemption.TestSelectBestCandidate" => (row.get("pod"), row.get("pods")),
            _ => return None,
        };
        let several = row.get("testPods").items().len() > 1;
        // Start times that differ by nanoseconds, which the rows do not show.
        let name = row.get("name").str();
        if name.contains("start time") || name.contains("StartTime") {
            return None;
        }
        let requests = |p: &Value| p.at(&["spec", "containers"]).items().iter().any(|c| !c.at(&["resources", "requests"]).is_empty());
        // Rows whose filter is not a plugin of the profile, or whose sampling is set up otherwise.
        if several || row.get("fakeFilterRC").int() != 0 || !row.get("args").is_null() || !requests(preemptor) {
            return None;
        }
        let nodes = named_nodes(row.get("nodeNames"));
        let mut c = Cluster::new(&nodes, there);
        let pod = c.pod(preemptor);
        c.algorithm.judge(&c.cache, &pod);
        let mut state = CycleState::default();
        for (id, plugin) in PLUGINS.iter().enumerate().filter(|(_, p)| p.filters()) {
            if plugin.pre_filter(&mut c.cache, &pod, c.algorithm.fits(&pod.class), &mut state) == PreFilter::Skip {
                state.skip_filter.insert(id as PluginId);
            }
        }
        let budgets: Vec<Budget> = row.get("pdbs").items().iter().filter_map(Budget::parse).collect();
        let potential: Vec<NodeIndex> = nodes.iter().map(|n| c.index(n)).collect();
        let cx = Cx { cache: &c.cache, pod: &pod, fits: c.algorithm.fits(&pod.class) };
        let (candidates, _) = dry_run(&cx, &state, &potential, &Queue::default(), &budgets, &mut RandomStream::new(1, "t"), Time::ZERO);
        if function == "defaultpreemption.TestSelectBestCandidate" {
            let best = pick(candidates, Time::ZERO).map(|b| c.cache.node(b.node).name.to_string()).unwrap_or_default();
            let allowed = row.get("expected").items().iter().any(|n| n.str() == best);
            return if allowed { Some(Ok(())) } else { Some(Err(format!("got {best:?}, expected one of {}", row.get("expected")))) };
        }
        let mut got: Vec<(String, Vec<String>, i64)> = candidates
            .iter()
            .map(|b| {
                let mut victims: Vec<String> = b.victims.iter().map(|v: &Arc<PodInfo>| v.name.to_string()).collect();
                victims.sort();
                (c.cache.node(b.node).name.to_string(), victims, b.pdb_violations as i64)
            })
            .collect();
        got.sort();
        let expected = row.get("expected").items().first().map_or(&[][..], Value::items).iter().map(|e| {
            let victims = e.get("victims");
            let names = victims.get("Pods").items().iter().map(|p| p.at(&["metadata", "name"]).str().to_owned()).collect();
            (e.get("name").str().to_owned(), names, victims.get("NumPDBViolations").int())
        });
        expect(got, expected.collect())
    });
}
