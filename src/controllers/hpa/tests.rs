//! The autoscaler held to the rows of upstream's own tests of a whole look: a target, its pods and what they use before, the target's
//! size and the conditions after.

use super::*;
use crate::api::table_rows::{Outcome, check, same};
use crate::controllers::scenarios::World;
use crate::server::{ContainerUsage, NodeReport, PodSample};

/// When the table was made.
const AT: &str = "2026-11-22T08:26:50Z";

/// Why a row is about something else.
fn elsewhere(row: &Value) -> Option<&'static str> {
    let text = row.to_json();
    let types: Vec<&str> = row.get("metricsTarget").items().iter().map(|m| m.get("type").str()).collect();
    if types.iter().any(|t| !matches!(*t, "Resource" | "ContainerResource")) {
        return Some("metrics of pods, objects and the outside, which no adapter serves");
    }
    if !row.get("useMetricsAPI").is_true() {
        return Some("metrics of an API that is gone");
    }
    if text.contains("ScaledToZero") || row.get("minReplicas").int() == 0 {
        return Some("the feature gate HPAScaleToZero, which is off by default");
    }
    if text.contains("FailedUpdateScale") || text.contains("FailedGetScale") || text.contains("FailedGetResourceMetric") {
        return Some("a request that a test makes fail");
    }
    if text.contains("\"tolerance\":\"10m\"") && row.get("expectedDesiredReplicas") == row.get("specReplicas") {
        return Some("a feature gate that is always on here");
    }
    if text.contains("hpaSelectors") || text.contains("InvalidSelector") {
        return Some("a selector that the test's code makes");
    }
    None
}

/// The target's size and the conditions after one look.
fn look(row: &Value) -> Result<(i64, Vec<[String; 3]>), String> {
    let now = Time::parse_rfc3339(AT).expect("a moment of the session");
    let (by, options) = (Caller::new(now, "test"), WriteOptions::default());
    let said = |e: Status| e.to_string();
    let mut api = ApiServer::new(0);
    api.create_namespace(&by, "test");
    let labels = obj!({"name": "test-pod"});
    let sets = kinds::REPLICA_SET;
    let set = obj!({
        "metadata": {"name": "test"},
        "spec": {"replicas": row.get("specReplicas"), "selector": {"matchLabels": labels.clone()},
            "template": {"metadata": {"labels": labels.clone()}, "spec": {"containers": [{"name": "c", "image": "i"}]}}}
    });
    let mut set = api.create(&by, sets, "test", set, &options).map_err(said)?;
    set.set(&["status", "replicas"], row.get("statusReplicas"));
    api.update(&by, sets, set, Subresource::Status, &options).map_err(said)?;
    let levels = row.get("reportedLevels").items();
    let requests = row.get("reportedCPURequests").items();
    let nth = |member: &str, i: usize| row.get(member).items().get(i).cloned().unwrap_or_default();
    let count = usize::try_from(row.get("statusReplicas").int()).unwrap_or(0).min(requests.len().max(levels.len()));
    let mut samples = Vec::new();
    for i in 0..count.max(levels.len()) {
        let name = format!("test-pod-{i}");
        if i < count {
            let started = nth("reportedPodStartTime", i);
            let started = Time::parse_rfc3339(started.str()).unwrap_or(now - Duration::from_secs(3600));
            // The table was made with an initialization period of two minutes, not five.
            let started = now - now.since(started).saturating_mul(5) / 2;
            let resources = requests.get(i).map_or(Value::Null, |cpu| obj!({"requests": {"cpu": cpu.clone()}}));
            let containers: Vec<Value> =
                ["container1", "container2"].map(|c| obj!({"name": c, "image": "i", "resources": resources.clone()})).to_vec();
            let pod = obj!({"metadata": {"name": name.as_str(), "labels": labels.clone(), "finalizers": ["example.com/stay"]},
                "spec": {"nodeName": "node", "containers": containers}});
            let pods = kinds::POD;
            let mut pod = api.create(&by, pods, "test", pod, &options).map_err(said)?;
            let or = |v: Value, default: &str| if v.is_null() { Value::from(default) } else { v };
            pod.set(
                &["status"],
                obj!({"phase": or(nth("reportedPodPhase", i), "Running"), "startTime": started.rfc3339(), "conditions": [
                    {"type": "Ready", "status": or(nth("reportedPodReadiness", i), "True"), "lastTransitionTime": started.rfc3339()}]}),
            );
            api.update(&by, pods, pod, Subresource::Status, &options).map_err(said)?;
            if nth("reportedPodDeletionTimestamp", i).is_true() {
                let force = crate::server::DeleteOptions::default();
                api.delete(&by, pods, "test", &name, &force).map_err(said)?;
            }
        }
        if let Some(level) = levels.get(i) {
            let container = |name: &str| ContainerUsage { name: name.into(), cpu_milli: level.int().unsigned_abs(), memory_bytes: 0 };
            let containers = vec![container("container1"), container("container2")];
            samples.push(PodSample { pod: ("test".into(), name.as_str().into()), containers });
        }
    }
    api.metrics_mut().serve(true);
    let report = NodeReport { at: now, window: Duration::from_secs(60), pods: samples };
    api.metrics_mut().publish("node", report);
    let mut metrics = row.get("metricsTarget").items().to_vec();
    if row.get("CPUTarget").int() > 0 {
        let target = obj!({"type": "Utilization", "averageUtilization": row.get("CPUTarget")});
        metrics.insert(0, obj!({"type": "Resource", "resource": {"name": "cpu", "target": target}}));
    }
    let mut behavior = Value::Null;
    for member in ["scaleUp", "scaleDown"] {
        let rules = row.get(&format!("{member}Rules"));
        if !rules.is_null() {
            behavior.set(&[member], rules.clone());
        }
    }
    let autoscaler = obj!({
        "metadata": {"name": "test-hpa"},
        "spec": {"scaleTargetRef": {"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "test"}, "metrics": metrics,
            "minReplicas": row.get("minReplicas"), "maxReplicas": row.get("maxReplicas"), "behavior": behavior}
    });
    let kind = kinds::HORIZONTAL_POD_AUTOSCALER;
    api.create(&by, kind, "test", autoscaler, &options).map_err(said)?;
    let key: ObjectRef = ("test".into(), "test-hpa".into());
    let mut controller = HorizontalController::new(&Flags::default());
    if !row.get("recommendations").is_null() {
        let memory = controller.memory.entry(key.clone()).or_default();
        for r in row.get("recommendations").items() {
            let at = Time::parse_rfc3339(r.get("timestamp").str()).unwrap_or(Time::ZERO);
            memory.recommendations.push(Recommendation { replicas: r.get("recommendation").int(), at });
        }
        if memory.recommendations.is_empty() {
            memory.recommendations.push(Recommendation { replicas: 0, at: now });
        }
    }
    controller.reconcile(&mut api, now, &key).map_err(said)?;
    let size = api.peek(sets, "test", "test").map_or(-1, |s| s.at(&["spec", "replicas"]).int());
    let conditions = api.peek(kind, "test", "test-hpa").map_or(Vec::new(), |a| shown(a.at(&["status", "conditions"])));
    Ok((size, conditions))
}

fn shown(conditions: &Value) -> Vec<[String; 3]> {
    conditions.items().iter().map(|c| ["type", "status", "reason"].map(|m| c.get(m).str().to_owned())).collect()
}

#[test]
fn whole_looks() {
    check("hpa_horizontal", "runTest", 40, |row| {
        if let Some(why) = elsewhere(row) {
            return Outcome::Elsewhere(why);
        }
        let judge = || {
            let (size, conditions) = look(row)?;
            same(size, row.get("expectedDesiredReplicas").int())?;
            if !row.get("expectedConditions").is_null() {
                same(conditions, shown(row.get("expectedConditions")))?;
            }
            Ok(())
        };
        judge().into()
    });
}

#[test]
fn a_metric_that_fails_lets_a_target_grow_but_not_shrink() {
    let broken = obj!({"type": "ContainerResource", "containerResource": {"name": "cpu", "container": "none", "target": {"type": "Utilization", "averageUtilization": 50}}});
    // What each of two pods uses of a CPU that each of its containers asks for, with and without the other metric: the target's size.
    for (milli, metrics, size, active) in
        [(1000, obj!([]), 4, "True"), (1000, obj!([&broken]), 4, "True"), (200, obj!([]), 1, "True"), (200, obj!([&broken]), 2, "False")]
    {
        let row = obj!({"specReplicas": 2, "statusReplicas": 2, "minReplicas": 1, "maxReplicas": 9, "CPUTarget": 50, "recommendations": [],
            "reportedLevels": [milli, milli], "reportedCPURequests": ["1", "1"], "metricsTarget": metrics});
        let (got, conditions) = look(&row).unwrap_or_else(|e| panic!("{e}"));
        let found = conditions.iter().find(|c| c[0] == "ScalingActive").map(|c| c[1].as_str());
        assert_eq!((got, found), (size, Some(active)), "{row}");
    }
}

#[test]
fn amounts_as_they_are_shown() {
    check("hpa_horizontal", "TestBuildQuantity", 7, |row| {
        let got = metric::quantity(row.get("resourceName").str(), row.get("rawProposal").int()).to_string();
        same(got.as_str(), row.get("expected").str())
    });
}

#[test]
fn what_was_called_for_before() {
    let now = Time::parse_rfc3339("2026-11-22T08:26:46.6Z").expect("a moment of the session");
    check("hpa_horizontal", "TestNormalizeDesiredReplicas", 5, |row| {
        let mut memory = Memory::default();
        for r in row.get("recommendations").items() {
            let at = Time::parse_rfc3339(r.get("timestamp").str()).unwrap_or(Time::ZERO);
            memory.recommendations.push(Recommendation { replicas: r.get("recommendation").int(), at });
        }
        let stabilized = memory.stabilize_down(row.get("prenormalizedDesiredReplicas").int(), now);
        let wanted = (row.get("expectedStabilizedReplicas").int(), row.get("expectedLogLength").int());
        same((stabilized, memory.recommendations.len() as i64), wanted)
    });
}

#[test]
fn a_window_of_twenty_periods_is_over_by_the_twentieth_look_after() {
    let mut world = World::new(HorizontalController::new(&Flags::default()));
    let target = obj!({"apiVersion": "v1", "kind": "ReplicationController", "name": "late"});
    world.create("HorizontalPodAutoscaler", obj!({"metadata": {"name": "a"}, "spec": {"scaleTargetRef": target, "maxReplicas": 3}}));
    world.run(15);
    let able = |world: &World<_>| world.get("HorizontalPodAutoscaler", "a").condition("AbleToScale").to_owned();
    assert_eq!(able(&world), "False", "the first look");
    world.run(300);
    // What comes now is seen by that look, though five minutes have passed since the first.
    let containers = obj!([{"name": "c", "image": "i"}]);
    let template = obj!({"metadata": {"labels": {"app": "a"}}, "spec": {"containers": containers}});
    world.create("ReplicationController", obj!({"metadata": {"name": "late"}, "spec": {"template": template}}));
    world.run(2);
    assert_eq!(able(&world), "True", "the twentieth after it");
}
