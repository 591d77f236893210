//! The scheduler held to the recorded tables: answers of the real functions and plugins. Needs the conformance folder.

mod tables;

use std::sync::Arc;

use kubarium::api::node_affinity::{NodeSelectorTerm, PreferredNodeAffinity, RequiredNodeAffinity};
use kubarium::api::{Value, toleration};
use kubarium::base::{RandomStream, Time};
use kubarium::obj;
use kubarium::scheduler::cache::{Cache, NodeIndex};
use kubarium::scheduler::cluster_event::ClusterEvent;
use kubarium::scheduler::cycle::{Algorithm, Diagnosis};
use kubarium::scheduler::framework::{Cx, CxMut, CycleState, Plugin, PluginSet, PreFilter, Reasons, Reject};
use kubarium::scheduler::plugins::node_resources_fit::broken_linear;
use kubarium::scheduler::plugins::{
    INTER_POD_AFFINITY, NODE_AFFINITY, NODE_RESOURCES_FIT, PLUGINS, POD_TOPOLOGY_SPREAD, PluginId, TAINT_TOLERATION,
};
use kubarium::scheduler::pod_info::PodInfo;
use kubarium::scheduler::preemption::{Budget, Evaluator, Preemption};
use kubarium::scheduler::profile::{AddedAffinity, Profile, ScoringStrategy, StrategyType};
use kubarium::scheduler::queue::Queue;
use tables::Outcome;

const GATE: &str = "are of a feature gate that is always on here";
const INNER: &str = "are of a function inside the plugin, or of what it keeps between two steps";
const UNREADABLE: &str = "have a term that cannot be read, which validation keeps out";

const QUEUE: i64 = 1;
const SKIP: i64 = 5;

/// Holds a table to what `answer` says of its rows, each given with the function it is for.
fn check(name: &str, answer: impl Fn(&str, &Value) -> Outcome) {
    tables::check(name, |row| {
        if row.part {
            return Outcome::Elsewhere("are parts of what another row says");
        }
        if row.row.is_null() {
            return Outcome::Elsewhere("could not be written down");
        }
        answer(&row.func, &row.row)
    });
}

fn expect<T: PartialEq + std::fmt::Debug>(got: T, expected: T) -> Outcome {
    tables::same(got, expected).into()
}

/// A cluster of a row's nodes and pods.
struct Cluster {
    cache: Cache,
    algorithm: Algorithm,
    pods: usize,
}

impl Cluster {
    fn new<'a>(nodes: impl IntoIterator<Item = &'a Value>, pods: &Value) -> Self {
        Cluster::with(Profile::default(), nodes, pods)
    }

    /// One whose pods are judged by a profile with its own arguments.
    fn with<'a>(profile: Profile, nodes: impl IntoIterator<Item = &'a Value>, pods: &Value) -> Self {
        let mut c = Cluster { cache: Cache::default(), algorithm: Algorithm::new(profile), pods: 0 };
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

    fn cx<'a>(&'a self, pod: &'a PodInfo) -> Cx<'a> {
        Cx { cache: &self.cache, pod, fits: self.algorithm.fits(&pod.class), profile: &self.algorithm.profile }
    }

    fn cx_mut<'a>(&'a mut self, pod: &'a PodInfo) -> CxMut<'a> {
        CxMut { cache: &mut self.cache, pod, fits: self.algorithm.fits(&pod.class), profile: &self.algorithm.profile }
    }

    fn pre_filter(&mut self, plugin: PluginId, pod: &PodInfo) -> (PreFilter, CycleState) {
        self.algorithm.judge(&self.cache, pod);
        let mut state = CycleState::default();
        let answer = PLUGINS[plugin as usize].pre_filter(self.cx_mut(pod), &mut state);
        (answer, state)
    }

    fn filter(&self, plugin: PluginId, pod: &PodInfo, state: &CycleState, node: NodeIndex) -> Option<Reject> {
        PLUGINS[plugin as usize].filter(&self.cx(pod), state, node, self.cache.node(node))
    }

    /// The normalized scores; `None` where the plugin skips.
    fn score(&mut self, plugin: &dyn Plugin, pod: &PodInfo, nodes: &[NodeIndex]) -> Option<Vec<i64>> {
        self.algorithm.judge(&self.cache, pod);
        let mut state = CycleState::default();
        if !plugin.pre_score(self.cx_mut(pod), &mut state, nodes) {
            return None;
        }
        let cx = self.cx(pod);
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
fn node_hint(plugin: PluginId, row: &Value, old: &Value, new: &Value) -> Outcome {
    node_hint_by(Profile::default(), plugin, row, old, new)
}

/// The same, by a profile with its own arguments.
fn node_hint_by(profile: Profile, plugin: PluginId, row: &Value, old: &Value, new: &Value) -> Outcome {
    let expected = row.get("expectedHint").int() == QUEUE;
    let mut c = Cluster::with(profile, [], &Value::Null);
    let pod = c.pod(row.get("pod"));
    let named = |node: &Value| {
        let mut node = node.clone();
        node.set(&["metadata", "name"], "fake-node");
        node
    };
    if new.is_null() {
        return expect(PLUGINS[plugin as usize].hint(&c.cx(&pod), &ClusterEvent::NodeDeleted { old }), expected);
    }
    if !old.is_null() {
        c.cache.set_node(&named(old));
    }
    let (index, change) = c.cache.set_node(&named(new));
    expect(PLUGINS[plugin as usize].hint(&c.cx(&pod), &ClusterEvent::Node { index, change, old }), expected)
}

fn row_is_unassigned(pod: &Value) -> bool {
    !pod.is_null() && pod.at(&["spec", "nodeName"]).is_empty()
}

/// Whether a plugin would try a pod again after a pod that has a node came, changed or went.
fn pod_hint(plugin: PluginId, row: &Value, old: &Value, new: &Value) -> Outcome {
    let expected = row.get("expectedHint").int() == QUEUE;
    let mut c = Cluster::new([], &Value::Null);
    let pod = c.pod(row.get("pod"));
    let hint = |event: ClusterEvent| PLUGINS[plugin as usize].hint(&c.cx(&pod), &event);
    // News of pods without a node help nobody and are no events here.
    if row_is_unassigned(old) || row_is_unassigned(new) {
        return Outcome::Elsewhere("are of a pod without a node, of which no news is told");
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
    check("fn_node_affinity", |_, row| {
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
                return Outcome::Differs(format!("{spec} on {node}: expected {}", m.get("matches")));
            }
        }
        Outcome::Holds
    });
}

#[test]
fn toleration_function() {
    check("fn_toleration", |_, row| {
        let (t, taint) = (row.get("toleration"), row.get("taint"));
        match toleration::tolerates(t, taint) == row.get("tolerates").is_true() {
            true => Outcome::Holds,
            false => Outcome::Differs(format!("{t} of {taint}: expected {}", row.get("tolerates"))),
        }
    });
}

#[test]
fn node_affinity_plugin() {
    check("sched_nodeaffinity", |function, row| {
        if row.get("expectedErr").is_true() {
            return Outcome::Elsewhere("are of what is no object");
        }
        let added = obj!({"affinity": {"nodeAffinity": row.at(&["args", "AddedAffinity"])}});
        let added_affinity = AddedAffinity { required: RequiredNodeAffinity::of(&added), preferred: PreferredNodeAffinity::of(&added) };
        let profile = Profile { added_affinity, ..Profile::default() };
        match function {
            "TestNodeAffinity" => {
                let name = if row.get("nodeName").is_empty() { "the-node".into() } else { row.get("nodeName").clone() };
                let node = obj!({"metadata": {"name": name, "labels": row.get("labels")}});
                let mut c = Cluster::with(profile, [&node], &Value::Null);
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
                        return Outcome::Differs(format!("before filtering: got {got}, expected {wanted}"));
                    }
                    if got != 0 {
                        return Outcome::Holds;
                    }
                }
                expect(status(c.filter(NODE_AFFINITY, &pod, &state, c.index(&node)), &c.cache), expected_status(row.get("wantStatus")))
            }
            "TestNodeAffinityPriority" => {
                let mut c = Cluster::with(profile, row.get("nodes").items(), &Value::Null);
                let pod = c.pod(row.get("pod"));
                let nodes: Vec<_> = row.get("nodes").items().iter().map(|n| c.index(n)).collect();
                let got = c.score(PLUGINS[NODE_AFFINITY as usize], &pod, &nodes);
                match row.at(&["wantPreScoreStatus", "code"]).int() {
                    SKIP => expect(got, None),
                    1 => Outcome::Elsewhere(UNREADABLE),
                    _ => expect(got.unwrap_or(vec![0; nodes.len()]), score_list(row.get("expectedList"))),
                }
            }
            "Test_isSchedulableAfterNodeChange" => node_hint_by(profile, NODE_AFFINITY, row, row.get("oldObj"), row.get("newObj")),
            _ => Outcome::Elsewhere(INNER),
        }
    });
}

#[test]
fn node_affinity_helper() {
    check("sched_nodeaffinity_helper", |function, row| match function {
        "TestNodeSelectorMatch" => {
            let terms = row.at(&["nodeSelector", "nodeSelectorTerms"]).items();
            let matches = !row.get("node").is_null() && terms.iter().any(|t| NodeSelectorTerm::parse(t).matches(row.get("node")));
            expect(matches, row.get("wantMatch").is_true())
        }
        "TestPreferredSchedulingTermsScore" if row.get("wantErr").is_null() => {
            expect(PreferredNodeAffinity::parse(row.get("prefSchedTerms")).score(row.get("node")), row.get("wantScore").int())
        }
        "TestPodMatchesNodeSelectorAndAffinityTerms" => {
            let node = obj!({"metadata": {"name": row.get("nodeName"), "labels": row.get("labels")}});
            expect(RequiredNodeAffinity::of(row.at(&["pod", "spec"])).matches(&node), row.get("want").is_true())
        }
        _ => Outcome::Elsewhere(INNER),
    });
}

#[test]
fn taint_toleration_plugin() {
    check("sched_tainttoleration", |function, row| {
        if row.get("enableTaintTolerationComparisonOps").is_true() || row.get("newObj").as_str().is_some() {
            return Outcome::Elsewhere("are of a feature gate that is off, or of what is no object");
        }
        match function {
            "TestTaintTolerationScore" => {
                let mut c = Cluster::new(row.get("nodes").items(), &Value::Null);
                let pod = c.pod(row.get("pod"));
                let nodes: Vec<_> = row.get("nodes").items().iter().map(|n| c.index(n)).collect();
                expect(c.score(PLUGINS[TAINT_TOLERATION as usize], &pod, &nodes), Some(score_list(row.get("expectedList"))))
            }
            f if f.starts_with("TestTaintTolerationFilter") => {
                let mut c = Cluster::new([row.get("node")], &Value::Null);
                let pod = c.pod(row.get("pod"));
                let state = CycleState::default();
                let got = c.filter(TAINT_TOLERATION, &pod, &state, c.index(row.get("node")));
                expect(status(got, &c.cache), expected_status(row.get("wantStatus")))
            }
            "TestIsSchedulableAfterNodeChange" if !row.get("wantErr").is_true() => {
                node_hint(TAINT_TOLERATION, row, row.get("oldObj"), row.get("newObj"))
            }
            _ => Outcome::Elsewhere(INNER),
        }
    });
}

/// What NodeResourcesFit gives a row's nodes by this strategy.
fn scored(row: &Value, kind: StrategyType) -> Outcome {
    if row.get("wantStatusCode").int() != 0 || !row.get("resources").items().iter().all(|r| (1..=100).contains(&r.get("Weight").int())) {
        return Outcome::Elsewhere("have arguments that are refused before anything is scored");
    }
    let resources = row.get("resources").items().iter().map(|r| (r.get("Name").arc_str(), r.get("Weight").int())).collect();
    let profile = Profile { scoring_strategy: ScoringStrategy { kind, resources }, ..Profile::default() };
    let mut c = Cluster::with(profile, row.get("nodes").items(), row.get("existingPods"));
    let pod = c.pod(row.get("requestedPod"));
    let nodes: Vec<_> = row.get("nodes").items().iter().map(|n| c.index(n)).collect();
    expect(c.score(PLUGINS[NODE_RESOURCES_FIT as usize], &pod, &nodes), Some(score_list(row.get("expectedScores"))))
}

#[test]
fn node_resources_plugin() {
    check("sched_noderesources", |function, row| match function {
        "TestLeastAllocatedScoringStrategy" => scored(row, StrategyType::LeastAllocated),
        "TestMostAllocatedScoringStrategy" => scored(row, StrategyType::MostAllocated),
        "TestRequestedToCapacityRatioScoringStrategy" => {
            let point = |p: &Value| (p.get("Utilization").int(), p.get("Score").int() * 10);
            scored(row, StrategyType::RequestedToCapacityRatio(row.get("shape").items().iter().map(point).collect()))
        }
        "TestResourceBinPackingSingleExtended" | "TestResourceBinPackingMultipleExtended" => {
            // What upstream's tests have beside their rows.
            let mut row = row.clone();
            row.set(&["requestedPod"], row.get("pod").clone());
            row.set(&["existingPods"], row.get("pods").clone());
            let several = function.contains("Multiple");
            let (one, two) =
                (obj!({"Name": "intel.com/foo", "Weight": if several { 3 } else { 1 }}), obj!({"Name": "intel.com/bar", "Weight": 5}));
            row.set(&["resources"], if several { obj!([one, two]) } else { obj!([one]) });
            scored(&row, StrategyType::RequestedToCapacityRatio(vec![(0, 0), (100, 10)]))
        }
        "TestBrokenLinearFunction" => {
            let points: Vec<_> = row.get("points").items().iter().map(|p| (p.get("Utilization").int(), p.get("Score").int())).collect();
            let got: Vec<i64> = row.get("assertions").items().iter().map(|a| broken_linear(&points, a.get("p").int())).collect();
            expect(got, row.get("assertions").items().iter().map(|a| a.get("expected").int()).collect())
        }
        "Test_isSchedulableAfterNodeChange" if !row.get("expectedErr").is_true() => {
            node_hint(NODE_RESOURCES_FIT, row, row.get("oldObj"), row.get("newObj"))
        }
        "Test_isSchedulableAfterNodeChange" => Outcome::Elsewhere("are of what is no object"),
        "Test_isSchedulableAfterPodChange" => {
            let (old, new) = (row.get("oldObj"), row.get("newObj"));
            if row.get("expectedErr").is_true() || !row.get("enableInPlacePodVerticalScaling").is_true() {
                return Outcome::Elsewhere("are of a feature gate that is always on here, or of what is no object");
            }
            if new.is_null() || row_is_unassigned(new) {
                return pod_hint(NODE_RESOURCES_FIT, row, old, new);
            }
            let mut c = Cluster::new([], &Value::Null);
            let (pod, old, new) = (c.pod(row.get("pod")), c.pod(old), c.pod(new));
            let event = ClusterEvent::PodScaledDown { old: &old, new: &new };
            expect(PLUGINS[NODE_RESOURCES_FIT as usize].hint(&c.cx(&pod), &event), row.get("expectedHint").int() == QUEUE)
        }
        "TestIsFit" if row.get("node").is_null() => Outcome::Elsewhere("are of a node that is none"),
        "TestIsFit" => {
            let mut node = row.get("node").clone();
            node.set(&["metadata", "name"], "node");
            let mut c = Cluster::new([&node], &Value::Null);
            let pod = c.pod(row.get("pod"));
            let (_, state) = c.pre_filter(NODE_RESOURCES_FIT, &pod);
            expect(c.filter(NODE_RESOURCES_FIT, &pod, &state, c.index(&node)).is_none(), row.get("expected").is_true())
        }
        _ => Outcome::Elsewhere("are of groups of pods behind alpha gates, or of a function inside the plugin"),
    });
}

#[test]
fn topology_spread_plugin() {
    check("sched_podtopologyspread", |function, row| match function {
        "TestSingleConstraint" | "TestMultipleConstraints" => {
            let honors_policies = row.get("pod").at(&["spec", "topologySpreadConstraints"]).items().iter();
            let has_policy =
                honors_policies.clone().any(|c| !c.get("nodeAffinityPolicy").is_null() || !c.get("nodeTaintsPolicy").is_null());
            if has_policy && !row.get("enableNodeInclusionPolicy").is_true() {
                return Outcome::Elsewhere(GATE);
            }
            let mut c = Cluster::new(row.get("nodes").items(), row.get("existingPods"));
            let pod = c.pod(row.get("pod"));
            let (answer, state) = c.pre_filter(POD_TOPOLOGY_SPREAD, &pod);
            for (node, wanted) in row.get("wantStatusCode").entries() {
                let index = c.cache.node_named(node).expect("the row's node");
                let got = if answer == PreFilter::Skip { 0 } else { code(c.filter(POD_TOPOLOGY_SPREAD, &pod, &state, index)) };
                if got != wanted.int() {
                    return Outcome::Differs(format!("{node}: got {got}, expected {wanted}"));
                }
            }
            Outcome::Holds
        }
        "TestPodTopologySpreadScore" => {
            let mut constraints = row.at(&["pod", "spec", "topologySpreadConstraints"]).items().iter();
            if !row.get("enableMatchLabelKeys").is_true() && constraints.any(|c| !c.get("matchLabelKeys").is_null()) {
                return Outcome::Elsewhere(GATE);
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
        "Test_isSchedulableAfterNodeChange" => node_hint(POD_TOPOLOGY_SPREAD, row, row.get("oldNode"), row.get("newNode")),
        "Test_isSchedulableAfterPodChange" => {
            let is_own = |p: &Value| p.at(&["metadata", "uid"]).str() == row.at(&["pod", "metadata", "uid"]).str();
            // News of the waiting pod itself go another way.
            if is_own(row.get("newPod")) || is_own(row.get("oldPod")) || row.get("expectedErr").is_true() {
                return Outcome::Elsewhere("are of news of the waiting pod itself, which go another way, or of what is no object");
            }
            pod_hint(POD_TOPOLOGY_SPREAD, row, row.get("oldPod"), row.get("newPod"))
        }
        _ => Outcome::Elsewhere(INNER),
    });
}

#[test]
fn inter_pod_affinity_plugin() {
    check("sched_interpodaffinity", |function, row| match function {
        "TestRequiredAffinitySingleNode" | "TestRequiredAffinityMultipleNodes" => {
            let one = [row.get("node").clone()];
            let nodes = if row.get("nodes").is_null() { &one[..] } else { row.get("nodes").items() };
            let mut c = Cluster::new(nodes, row.get("pods"));
            let pod = c.pod(row.get("pod"));
            let (answer, state) = c.pre_filter(INTER_POD_AFFINITY, &pod);
            match row.at(&["wantPreFilterStatus", "code"]).int() {
                SKIP => return expect(answer, PreFilter::Skip),
                0 => {}
                _ => return Outcome::Elsewhere(UNREADABLE),
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
                    return Outcome::Differs(format!("node {i}: got {got:?}, expected {wanted}"));
                }
            }
            Outcome::Holds
        }
        "TestPreferredAffinity" | "TestPreferredAffinityWithHardPodAffinitySymmetricWeight" => {
            let profile = Profile {
                hard_pod_affinity_weight: row.get("hardPodAffinityWeight").as_int().unwrap_or(1),
                ignores_preferred_terms: row.get("ignorePreferredTermsOfExistingPods").is_true(),
                ..Profile::default()
            };
            let mut c = Cluster::with(profile, row.get("nodes").items(), row.get("pods"));
            let pod = c.pod(row.get("pod"));
            let nodes: Vec<_> = row.get("nodes").items().iter().map(|n| c.index(n)).collect();
            let got = c.score(PLUGINS[INTER_POD_AFFINITY as usize], &pod, &nodes);
            match row.at(&["wantStatus", "code"]).int() {
                SKIP => expect(got, None),
                0 => expect(got, Some(score_list(row.get("expectedList")))),
                _ => Outcome::Elsewhere(UNREADABLE),
            }
        }
        "Test_isSchedulableAfterNodeChange" => node_hint(INTER_POD_AFFINITY, row, row.get("oldNode"), row.get("newNode")),
        "Test_isSchedulableAfterPodChange" => {
            let is_own = |p: &Value| p.at(&["metadata", "uid"]).str() == row.at(&["pod", "metadata", "uid"]).str();
            if is_own(row.get("newPod")) || is_own(row.get("oldPod")) {
                return Outcome::Elsewhere("are of news of the waiting pod itself, which go another way");
            }
            pod_hint(INTER_POD_AFFINITY, row, row.get("oldPod"), row.get("newPod"))
        }
        _ => Outcome::Elsewhere(INNER),
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

/// A look for victims, after nodes were refused as the row says.
fn preempting(row: &Value) -> Outcome {
    let name = row.get("name").str();
    if name.contains("extenders") || name.contains("TestPlugin") {
        return Outcome::Elsewhere("are of plugins of one's own");
    }
    if name.contains("SchedulingGroup") {
        return Outcome::Elsewhere("are of groups of pods behind alpha gates");
    }
    let named: Vec<Value> = row.get("nodes").items().iter().filter(|n| n.as_str().is_some()).cloned().collect();
    let nodes = if named.is_empty() { row.get("nodes").items().to_vec() } else { named_nodes(&Value::from(named)) };
    let mut c = Cluster::new(&nodes, row.get("pods"));
    let pod = c.pod(row.get("pod"));
    c.algorithm.judge(&c.cache, &pod);
    let mut state = CycleState::default();
    for (id, plugin) in PLUGINS.iter().enumerate().filter(|(_, p)| p.filters()) {
        if plugin.pre_filter(c.cx_mut(&pod), &mut state) == PreFilter::Skip {
            state.skip_filter.insert(id as PluginId);
        }
    }
    let reject = |status: &Value| Reject { plugin: 0, unresolvable: status.get("code").int() == 3, reasons: Reasons::default() };
    let mut told: Vec<(NodeIndex, Reject)> = Vec::new();
    for node in &nodes {
        let status = row.at(&["filteredNodesStatuses", "nodeToStatus", node.at(&["metadata", "name"]).str()]);
        let status = if status.is_null() { row.get("nominatedNodeStatus") } else { status };
        if !status.is_null() {
            told.push((c.index(node), reject(status)));
        }
    }
    let absent = row.at(&["filteredNodesStatuses", "absentNodesStatus"]);
    let absent = (!absent.is_null()).then(|| reject(absent));
    let refused_by = PluginSet::default();
    let d = Diagnosis { nodes: told, absent, pre_filter_message: None, refused_by, all_nodes: nodes.len(), state };
    let evaluator = Evaluator { cx: c.cx(&pod), queue: &Queue::default(), budgets: Vec::new(), now: Time::ZERO };
    let found = evaluator.preempt(&d, &mut RandomStream::new(1, "t"));
    if !row.get("expected").is_null() {
        return expect(!matches!(found, Preemption::NotEligible(_)), row.get("expected").is_true());
    }
    let (got, said) = match found {
        Preemption::Preempt(best) => (c.cache.node(best.node).name.to_string(), Vec::new()),
        Preemption::NotEligible(why) => (String::new(), vec![format!("preemption: {why}")]),
        Preemption::NotHelpful(why) => (String::new(), vec![format!("preemption: {why}")]),
    };
    let reasons = row.at(&["wantStatus", "reasons"]).items().iter().map(|r| r.str().to_owned()).collect();
    expect((got.as_str(), said), (row.at(&["wantResult", "NominatingInfo", "NominatedNodeName"]).str(), reasons))
}

#[test]
fn preemption() {
    check("preemption", |function, row| {
        let (preemptor, there) = match function {
            "TestDryRunPreemption" => (&row.get("testPods").items()[0], row.get("initPods")),
            "TestSelectBestCandidate" => (row.get("pod"), row.get("pods")),
            "TestPostFilter" | "TestPodEligibleToPreemptOthers" => return preempting(row),
            "TestPreEnqueue" => return Outcome::Elsewhere("are of preemption that runs beside the cycle"),
            _ => return Outcome::Elsewhere("are of plugins of one's own"),
        };
        let several = row.get("testPods").items().len() > 1;
        let name = row.get("name").str();
        if name.contains("start time") || name.contains("StartTime") {
            return Outcome::Elsewhere("have start times that differ by nanoseconds, which the rows do not show");
        }
        let requests = |p: &Value| p.at(&["spec", "containers"]).items().iter().any(|c| !c.at(&["resources", "requests"]).is_empty());
        if several || row.get("fakeFilterRC").int() != 0 || !row.get("args").is_null() || !requests(preemptor) {
            return Outcome::Elsewhere("have a filter that is no plugin of the profile, or a sampling of their own");
        }
        let nodes = named_nodes(row.get("nodeNames"));
        let mut c = Cluster::new(&nodes, there);
        let pod = c.pod(preemptor);
        c.algorithm.judge(&c.cache, &pod);
        let mut state = CycleState::default();
        for (id, plugin) in PLUGINS.iter().enumerate().filter(|(_, p)| p.filters()) {
            if plugin.pre_filter(c.cx_mut(&pod), &mut state) == PreFilter::Skip {
                state.skip_filter.insert(id as PluginId);
            }
        }
        let budgets: Vec<Budget> = row.get("pdbs").items().iter().filter_map(Budget::parse).collect();
        let potential: Vec<NodeIndex> = nodes.iter().map(|n| c.index(n)).collect();
        let evaluator = Evaluator { cx: c.cx(&pod), queue: &Queue::default(), budgets: budgets.iter().collect(), now: Time::ZERO };
        let (candidates, _) = evaluator.dry_run(&state, &potential, &mut RandomStream::new(1, "t"));
        if function == "TestSelectBestCandidate" {
            let best = evaluator.pick(candidates).map(|b| c.cache.node(b.node).name.to_string()).unwrap_or_default();
            let allowed = row.get("expected").items().iter().any(|n| n.str() == best);
            return if allowed {
                Outcome::Holds
            } else {
                Outcome::Differs(format!("got {best:?}, expected one of {}", row.get("expected")))
            };
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
