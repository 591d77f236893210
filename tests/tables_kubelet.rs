//! The kubelet's rules held to the recorded tables: answers of the real functions. Needs the conformance folder.

mod tables;

use kubarium::api::Value;
use kubarium::kubelet::rules;
use kubarium::obj;
use tables::{Outcome, check, same};

#[test]
fn phases() {
    check("kubelet_getphase", |table_row| {
        let (function, row) = (table_row.func.as_str(), &table_row.row);
        if !function.starts_with("TestPodPhaseWith") {
            return Outcome::Elsewhere(match function {
                "TestMakeEnvironmentVariables" => "are run beside the kubelet (src/kubelet/table_tests.rs)",
                _ => "are of statuses made from what a container runtime says; here the kubelet keeps its containers itself",
            });
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
        same(phase, expected).into()
    });
}

#[test]
fn conditions() {
    check("kubelet_status", |table_row| {
        let row = &table_row.row;
        let pod = obj!({"spec": row.get("spec"), "status": {"conditions": row.get("conditions")}});
        let statuses: Option<Vec<&Value>> = match row.get("containerStatuses") {
            Value::Null => None,
            list => Some(list.items().iter().collect()),
        };
        let (statuses, phase) = (statuses.as_deref(), row.get("podPhase").str());
        let name = table_row.func.as_str();
        let (got, expected) = match name {
            "TestGenerateContainersReadyCondition" => (rules::containers_ready_condition(&pod, statuses, phase), row.get("expectReady")),
            "TestGeneratePodReadyCondition" => (rules::pod_ready_condition(&pod, statuses, phase), row.get("expectReady")),
            "TestGeneratePodInitializedCondition" => (rules::initialized_condition(&pod, statuses, phase), row.get("expected")),
            _ => return Outcome::Elsewhere("are of objects that upstream's code makes, not the table"),
        };
        // The rows about initialisation leave messages out.
        let message = |text: &str| if name == "TestGeneratePodInitializedCondition" { String::new() } else { text.to_owned() };
        let status = if got.0 { "True" } else { "False" };
        let wanted = (expected.get("status").str(), expected.get("reason").str(), message(expected.get("message").str()));
        same((status, got.1, message(&got.2)), wanted).into()
    });
}
