//! What a pod's phase and conditions are, by the states of its containers.

use super::phase::get_phase;
use super::spec::PodSpec;
use super::status::{initialized, merge_foreign_conditions, pod_ready};
use crate::api::Value;
use crate::obj;

/// The spec of a pod and its statuses from words such as `i0 sr c-`: init containers, sidecars and regular containers that have ended
/// with a code (`0`, `1`), wait (`w`), wait after they ended with 1 (`b`), run (`r`), have started (`s`), are ready (`R`), or have no
/// status (`-`).
fn pod(policy: &str, words: &str) -> (PodSpec, Vec<Value>) {
    let (mut init, mut regular, mut statuses) = (Vec::new(), Vec::new(), Vec::new());
    for (i, word) in words.split(' ').enumerate() {
        let name = format!("c{i}");
        let (kind, state) = word.split_at(1);
        let mut container = obj!({"name": name.as_str()});
        if kind == "s" {
            container.set(&["restartPolicy"], "Always");
        }
        if kind == "c" { &mut regular } else { &mut init }.push(container);
        let (state, last) = match state {
            "0" => (obj!({"terminated": {"exitCode": 0}}), Value::map()),
            "1" => (obj!({"terminated": {"exitCode": 1}}), Value::map()),
            "w" => (obj!({"waiting": {"reason": "PodInitializing"}}), Value::map()),
            "b" => (obj!({"waiting": {"reason": "CrashLoopBackOff"}}), obj!({"terminated": {"exitCode": 1}})),
            "-" => continue,
            _ => (obj!({"running": {"startedAt": "2026-01-01T00:00:00Z"}}), Value::map()),
        };
        let (ready, started) = (word.ends_with('R') || word == "i0", word.ends_with(['R', 's']));
        statuses.push(obj!({"name": name, "state": state, "lastState": last, "ready": ready, "started": started}));
    }
    (PodSpec::parse(&obj!({"spec": {"restartPolicy": policy, "initContainers": init, "containers": regular}})), statuses)
}

#[test]
fn the_phase_comes_of_the_containers() {
    let phase = |policy: &str, words: &str, terminal: bool, initialized: bool| {
        let (spec, statuses) = pod(policy, words);
        get_phase(&spec, &statuses.iter().collect::<Vec<_>>(), terminal, initialized)
    };
    for (policy, words, wanted) in [
        ("Always", "cw", "Pending"),
        ("Always", "c-", "Pending"),
        ("Always", "cR cw", "Pending"),
        ("Always", "cR cr", "Running"),
        ("Always", "cR cb", "Running"),
        ("Always", "c0 c0", "Running"),
        // One that waits for the first time counts for more than one that runs or has ended.
        ("Always", "c1 cw", "Pending"),
        ("Always", "cb cw", "Pending"),
        ("Never", "c0 cw", "Pending"),
        ("Never", "c0 c0", "Succeeded"),
        ("Never", "c0 c1", "Failed"),
        ("Never", "c1 cR", "Running"),
        ("OnFailure", "c0 c1", "Running"),
        ("OnFailure", "c0 c0", "Succeeded"),
        ("Never", "i0 i1 cw", "Failed"),
        ("OnFailure", "i0 i1 cw", "Pending"),
        ("Always", "i0 ib cw", "Pending"),
        ("Always", "ir cw", "Pending"),
        // A sidecar holds back until it has started, and how it ends decides nothing.
        ("Always", "sr cw", "Pending"),
        ("Always", "sR cR", "Running"),
        ("Never", "s1 c0", "Succeeded"),
    ] {
        assert_eq!(phase(policy, words, false, true), wanted, "{policy} {words}");
    }
    // What has restarted holds nothing back where regular containers were made already.
    assert_eq!([true, false].map(|initialized| phase("Always", "sr cR", false, initialized)), ["Running", "Pending"]);
    // A pod that ends for good has nothing to restart.
    assert_eq!(["c0", "c1", "c0 c1"].map(|words| phase("Always", words, true, true)), ["Succeeded", "Failed", "Failed"]);
}

#[test]
fn a_pod_is_initialized_once_all_before_its_containers_are_done() {
    for (words, phase, wanted) in [
        ("cw", "Pending", (true, "", "")),
        ("i0 cw", "Pending", (true, "", "")),
        ("i0 ir cw", "Pending", (false, "ContainersNotInitialized", "containers with incomplete status: [c1]")),
        ("i0 i- cw", "Pending", (false, "ContainersNotInitialized", "containers with unknown status: [c1]")),
        // Of a sidecar it is that it has started, ready or not.
        ("sr cw", "Pending", (false, "ContainersNotInitialized", "containers with incomplete status: [c0]")),
        ("ss cw", "Pending", (true, "", "")),
        // That a container has run or runs tells that all was done.
        ("sr cr", "Running", (true, "", "")),
        ("sr cb", "Running", (true, "", "")),
        ("i0 s1 c0", "Succeeded", (true, "PodCompleted", "")),
    ] {
        let (spec, statuses) = pod("Always", words);
        let got = initialized(&spec, Some(&statuses.iter().collect::<Vec<_>>()), phase);
        assert_eq!((got.0, got.1, got.2.as_str()), wanted, "{words}");
    }
}

#[test]
fn containers_run_again_by_their_kind_the_policy_and_how_they_ended() {
    // Of an init container, a sidecar and another: whether they run again after they ended with 0, and with 1.
    for (policy, wanted) in [
        ("Always", [[false, true], [true, true], [true, true]]),
        ("OnFailure", [[false, true], [true, true], [false, true]]),
        ("Never", [[false, false], [true, true], [false, false]]),
    ] {
        let (spec, _) = pod(policy, "iw sw cw");
        let got: Vec<[bool; 2]> = spec.containers.iter().map(|c| [0, 1].map(|code| spec.restarts(c, code))).collect();
        assert_eq!(got, wanted, "{policy}");
    }
}

#[test]
fn a_pod_is_ready_when_its_containers_and_its_gates_are() {
    let gates = obj!([{"conditionType": "example.com/a"}, {"conditionType": "example.com/b"}]);
    let spec = PodSpec::parse(&obj!({"spec": {"readinessGates": gates, "containers": [{"name": "c"}]}}));
    let (a, b) = ("example.com/a", "example.com/b");
    let missing = |gate: &str| format!("corresponding condition of pod readiness gate {gate:?} does not exist.");
    for (conditions, ready, wanted) in [
        (vec![], true, (false, "ReadinessGatesNotReady", format!("{}, {}", missing(a), missing(b)))),
        (vec![(a, "True")], true, (false, "ReadinessGatesNotReady", missing(b))),
        (
            vec![(a, "True"), (b, "False")],
            true,
            (false, "ReadinessGatesNotReady", format!("the status of pod readiness gate {b:?} is not \"True\", but False")),
        ),
        (vec![(a, "True"), (b, "True")], true, (true, "", String::new())),
        (vec![(a, "True"), (b, "True")], false, (false, "ContainersNotReady", "why".to_owned())),
    ] {
        let list: Vec<Value> = conditions.iter().map(|(kind, status)| obj!({"type": *kind, "status": *status})).collect();
        let containers = if ready { (true, "", String::new()) } else { (false, "ContainersNotReady", "why".to_owned()) };
        assert_eq!(pod_ready(&spec, &obj!({"status": {"conditions": list}}), containers), wanted, "{conditions:?}");
    }
}

#[test]
fn what_others_say_of_a_pod_stays_when_its_kubelet_speaks() {
    let conditions = |kinds: &[&str]| kinds.iter().map(|kind| obj!({"type": *kind})).collect::<Vec<Value>>();
    let current = obj!({"conditions": conditions(&["Ready", "example.com/gate", "DisruptionTarget"]), "nominatedNodeName": "n",
        "resourceClaimStatuses": [{"name": "c"}], "phase": "Pending"});
    let merged = merge_foreign_conditions(obj!({"conditions": conditions(&["Initialized", "Ready"]), "phase": "Running"}), &current);
    let kinds: Vec<&str> = merged.get("conditions").items().iter().map(|c| c.get("type").str()).collect();
    assert_eq!(kinds, ["example.com/gate", "DisruptionTarget", "Initialized", "Ready"]);
    let kept = ["nominatedNodeName", "phase"].map(|member| merged.get(member).str());
    assert_eq!((kept, merged.get("resourceClaimStatuses").items().len()), (["n", "Running"], 1));
}
