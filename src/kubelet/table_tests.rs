//! The kubelet's rules held to the rows of upstream's own tests; phases and conditions are in `tests/tables_kubelet.rs`.
//!
//! Not held to: rows whose inputs are functions and so are not in the tables (`computePodActions`, `terminatePod`); probe workers' and
//! image managers' rows about caches, feature gates and metrics; what an alpha gate lets restart all containers.

use super::env::{EnvSource, ServiceLinks, environment};
use super::images::with_default_tag;
use super::spec::PodSpec;
use crate::api::table_rows::{Outcome, check, same};
use crate::api::{Kind, Status, Value, kinds};
use crate::base::{Order as _, Time};
use crate::obj;
use crate::server::{ApiServer, Caller, DeleteOptions, WriteOptions};

#[test]
fn image_names() {
    check("images_backoff", "TestApplyDefaultImageTag", 5, |row| {
        same(with_default_tag(row.get("Input").str()).as_str(), row.get("Output").str())
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
            same(got, wanted)
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
        if row.get("exitCode").is_null() {
            return Outcome::Elsewhere("a container that has not ended");
        }
        if row.to_json().contains("RestartAllContainers") {
            return Outcome::Elsewhere("RestartAllContainers, which is judged with its pod");
        }
        let code = i32::try_from(row.get("exitCode").int()).unwrap_or(0);
        same(spec.restarts(&spec.containers[0], code), row.get("expected").is_true()).into()
    });
    // A container that will start again is probed on.
    check("prober", "TestDoProbeWithContainerRestartRules", 48, |row| {
        let spec = with_container(row);
        let code = row.at(&["podStatus", "containerStatuses"]).items()[0].at(&["state", "terminated", "exitCode"]).int();
        same(spec.restarts(&spec.containers[0], i32::try_from(code).unwrap_or(0)), row.get("expectContinue").is_true())
    });
    check("pod_util", "TestFindMatchingContainerRestartRule", 5, |row| {
        let code = i32::try_from(row.get("exitCode").int()).unwrap_or(0);
        same(with_container(row).containers[0].rule_action(code) == Some("Restart"), row.get("expectedFound").is_true())
    });
}

/// The services of upstream's test, in the range of addresses that there is here.
const SERVICES: [(&str, &str, &str, i64); 6] = [
    ("kubernetes", "default", "10.96.7.1", 8081),
    ("test", "test1", "10.96.7.3", 8083),
    ("kubernetes", "test2", "10.96.7.4", 8084),
    ("test", "test2", "10.96.7.5", 8085),
    ("not-special", "default", "10.96.7.8", 8088),
    ("headless", "test2", "None", 8085),
];

fn environment_of(row: &Value) -> Result<Vec<String>, String> {
    let (by, options) = (Caller::new(Time::from_secs(1), "test"), WriteOptions::default());
    let namespace = row.get("ns").str();
    let mut api = ApiServer::new(0);
    for name in ["default", "test", "test1", "test2", "downward-api"] {
        api.create_namespace(&by, name);
    }
    let said = |e: Status| e.to_string();
    let services = kinds::SERVICE;
    if api.peek(services, "default", "kubernetes").is_some() {
        api.delete(&by, services, "default", "kubernetes", &DeleteOptions::default()).map_err(said)?;
    }
    for (name, of, ip, port) in SERVICES.iter().filter(|_| !row.get("nilLister").is_true()) {
        let service = obj!({"metadata": {"name": *name}, "spec": {"clusterIP": *ip, "ports": [{"port": *port}]}});
        api.create(&by, services, of, service, &options).map_err(said)?;
    }
    // Whatever is asked for is the row's; what the row calls missing is not.
    let text = row.get("container").to_json();
    for (member, kind, names) in
        [("configMap", "ConfigMap", ["test-config-map", "test-configmap"]), ("secret", "Secret", ["test-secret", "test-secret"])]
    {
        for name in names.into_iter().take(if kind == "Secret" { 1 } else { 2 }).filter(|_| !row.get(member).is_null()) {
            let object = obj!({"metadata": {"name": name}, "data": row.at(&[member, "data"])});
            api.create(&by, Kind::named(kind), namespace, object, &options).map_err(said)?;
        }
    }
    let mut container = Value::from_json(&text).expect("the row is JSON");
    container.set(&["name"], "c");
    let pod = obj!({
        "metadata": {"name": "dapi-test-pod-name", "namespace": namespace},
        "spec": {"nodeName": "node-name", "serviceAccountName": "special", "containers": [container],
            "enableServiceLinks": row.get("enableServiceLinks")}
    });
    let spec = PodSpec::parse(&pod);
    let source = EnvSource { api: &api, pod: &pod, spec: &spec, pod_ip: "10.96.7.4", host_ip: "127.0.0.1", allocatable: &Value::Null };
    let services = ServiceLinks::default().of(&api, &pod, &spec);
    let found = environment(&source, &services, &[], &spec.containers[0]).map_err(|e| e.to_string())?;
    let others = services.list().iter().filter(|(name, _)| found.iter().all(|(n, _)| n != name));
    let mut lines: Vec<String> = found.iter().chain(others).map(|(name, value)| format!("{name}={value}")).collect();
    lines.order();
    Ok(lines)
}

#[test]
fn environments() {
    check("kubelet_getphase", "TestMakeEnvironmentVariables", 25, |row| {
        if row.to_json().contains("fd00::") || row.to_json().contains("HOST_IPS") {
            return Outcome::Elsewhere("a second family of addresses");
        }
        if row.get("unsyncedServices").is_true() || row.get("enableServiceLinks").is_null() {
            return Outcome::Elsewhere("a cache that is not filled, or a pod without defaults");
        }
        let row = Value::from_json(&row.to_json().replace("1.2.3.", "10.96.7.")).expect("the row is JSON");
        let mut wanted: Vec<String> =
            row.get("expectedEnvs").items().iter().map(|e| format!("{}={}", e.get("Name").str(), e.get("Value").str())).collect();
        wanted.order();
        same(environment_of(&row).ok(), (!row.get("expectedError").is_true()).then_some(wanted)).into()
    });
}
