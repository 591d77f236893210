//! The kubelet's rules held to tables of rows: what the real functions answered. They are found through
//! `KUBARIUM_CONFORMANCE`; without it these tests say so and pass.

use std::fs;
use std::path::Path;

use kubarium::api::Value;
use kubarium::kubelet::rules;
use kubarium::obj;

/// The rows of a table, each with the function it is for; `None` where there are no tables.
fn table(name: &str) -> Option<Vec<(String, Value)>> {
    let Ok(folder) = std::env::var("KUBARIUM_CONFORMANCE") else {
        println!("KUBARIUM_CONFORMANCE is not set: {name} is not checked");
        return None;
    };
    let path = Path::new(&folder).join("tables").join(name);
    let text = fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let table = Value::from_json(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    Some(table.get("rows").items().iter().map(|r| (r.get("func").str().to_owned(), r.get("row").clone())).collect())
}

/// Holds each row to what it expects; rows that `answer` has nothing to say to are about what is not here.
fn check(name: &str, at_least: usize, answer: impl Fn(&str, &Value) -> Option<(String, String)>) {
    let Some(rows) = table(name) else { return };
    let (mut held, mut wrong) = (0, Vec::new());
    for (function, row) in &rows {
        match answer(function, row) {
            Some((got, expected)) if got == expected => held += 1,
            Some((got, expected)) => wrong.push(format!("{function} {}: got {got}, expected {expected}", row.to_json())),
            None => {}
        }
    }
    println!("{name}: {held} of {} rows hold", rows.len());
    assert!(wrong.is_empty(), "{} rows of {name} do not hold:\n{}", wrong.len(), wrong.join("\n"));
    assert!(held >= at_least, "only {held} rows of {name} were looked at");
}

#[test]
fn phases() {
    check("kubelet_getphase.json", 94, |function, row| {
        if !function.contains("TestPodPhaseWith") {
            return None;
        }
        let of_pod = !row.get("pod").is_null();
        let pod = if of_pod { row.get("pod").clone() } else { obj!({"spec": row.get("spec")}) };
        let status = pod.get("status").clone();
        let statuses: Vec<&Value> = if of_pod {
            status.get("containerStatuses").items().iter().chain(status.get("initContainerStatuses").items()).collect()
        } else {
            row.get("statuses").items().iter().collect()
        };
        let expected = if of_pod { row.get("status").str() } else { row.get("expectedPhase").str() };
        // Where the rows do not say, pods have come beyond their init containers.
        let initialized = row.get("podHasInitialized").is_true() || function.contains("RestartAllContainers");
        let phase = rules::phase(&pod, &statuses, row.get("podIsTerminal").is_true(), initialized);
        Some((phase.to_owned(), expected.to_owned()))
    });
}

#[test]
fn conditions() {
    check("kubelet_status.json", 30, |function, row| {
        let pod = obj!({"spec": row.get("spec"), "status": {"conditions": row.get("conditions")}});
        let statuses: Option<Vec<&Value>> = match row.get("containerStatuses") {
            Value::Null => None,
            list => Some(list.items().iter().collect()),
        };
        let (statuses, phase) = (statuses.as_deref(), row.get("podPhase").str());
        let name = function.rsplit('.').next().unwrap_or_default();
        let (got, expected) = match name {
            "TestGenerateContainersReadyCondition" => (rules::containers_ready_condition(&pod, statuses, phase), row.get("expectReady")),
            "TestGeneratePodReadyCondition" => (rules::pod_ready_condition(&pod, statuses, phase), row.get("expectReady")),
            "TestGeneratePodInitializedCondition" => (rules::initialized_condition(&pod, statuses, phase), row.get("expected")),
            _ => return None,
        };
        // The rows about initialisation leave messages out.
        let message = |text: &str| if name == "TestGeneratePodInitializedCondition" { String::new() } else { text.to_owned() };
        let status = if got.0 { "True" } else { "False" };
        Some((
            format!("{status} {} {}", got.1, message(&got.2)),
            format!("{} {} {}", expected.get("status").str(), expected.get("reason").str(), message(expected.get("message").str())),
        ))
    });
}
