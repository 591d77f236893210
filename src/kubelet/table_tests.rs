//! The kubelet's rules held to the rows of upstream's own tests; phases and conditions are in `tests/tables_kubelet.rs`.
//!
//! Not held to: rows whose inputs are functions and so are not in the tables (`computePodActions`, `terminatePod`); probe workers' and
//! image managers' rows about caches, feature gates and metrics; what an alpha gate lets restart all containers.

use super::images::with_default_tag;
use super::spec::PodSpec;
use crate::api::Value;
use crate::api::table_rows::{check, same};
use crate::obj;

#[test]
fn image_names() {
    check("images_backoff", "TestApplyDefaultImageTag", 5, |row| {
        Some(same(with_default_tag(row.get("Input").str()).as_str(), row.get("Output").str()))
    });
}

#[test]
fn ports_that_probes_mean() {
    for function in ["TestGetURLParts", "TestGetTCPAddrParts"] {
        check("prober", function, 7, |row| {
            let pod = obj!({"spec": {"containers": [{"name": "c", "ports": [
                {"name": "found", "containerPort": 93}, {"name": "bad", "containerPort": 5252}]}]}});
            let got = PodSpec::parse(&pod).containers[0].port(row.at(&["probe", "port"]));
            let wanted = row.get("ok").is_true().then(|| u16::try_from(row.get("port").int()).unwrap_or(0));
            Some(same(got, wanted))
        });
    }
}

/// The spec of a pod with one container of a row.
fn with_container(row: &Value) -> PodSpec {
    let mut pod = obj!({"metadata": {"name": "p"}});
    let mut container = row.get("container").clone();
    container.set(&["name"], "c");
    pod.set(&["spec"], row.get("podSpec"));
    pod.set(&["spec", "containers"], vec![container]);
    PodSpec::parse(&pod)
}

#[test]
fn containers_that_restart() {
    check("pod_util", "TestContainerHasRestartablePolicy", 8, |row| {
        let spec = with_container(row);
        // A row without an exit code asks of a container that has not ended.
        if row.get("exitCode").is_null() || row.to_json().contains("RestartAllContainers") {
            return None;
        }
        let code = i32::try_from(row.get("exitCode").int()).unwrap_or(0);
        Some(same(spec.restarts(&spec.containers[0], code), row.get("expected").is_true()))
    });
    // A container that will start again is probed on.
    check("prober", "TestDoProbeWithContainerRestartRules", 48, |row| {
        let spec = with_container(row);
        let code = row.at(&["podStatus", "containerStatuses"]).items()[0].at(&["state", "terminated", "exitCode"]).int();
        Some(same(spec.restarts(&spec.containers[0], i32::try_from(code).unwrap_or(0)), row.get("expectContinue").is_true()))
    });
    check("pod_util", "TestFindMatchingContainerRestartRule", 5, |row| {
        let code = i32::try_from(row.get("exitCode").int()).unwrap_or(0);
        Some(same(with_container(row).containers[0].rule_action(code) == Some("Restart"), row.get("expectedFound").is_true()))
    });
}
