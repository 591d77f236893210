//! What the columns of `kubectl get` say.

use super::*;
use crate::api::table_rows::recorded;
use crate::api::{Kind, Map};
use crate::obj;

/// What a row of upstream's printer tests is about: the member that holds the object, and its kind.
const SUBJECTS: &[(&str, &str, &str)] = &[
    ("event", "", "Event"),
    ("namespace", "", "Namespace"),
    ("secret", "", "Secret"),
    ("serviceAccount", "", "ServiceAccount"),
    ("node", "", "Node"),
    ("ingressClass", "networking.k8s.io", "IngressClass"),
    ("service", "", "Service"),
    ("pod", "", "Pod"),
    ("podTemplate", "", "PodTemplate"),
    ("deployment", "apps", "Deployment"),
    ("daemonSet", "apps", "DaemonSet"),
    ("job", "batch", "Job"),
    ("hpa", "autoscaling", "HorizontalPodAutoscaler"),
    ("pdb", "policy", "PodDisruptionBudget"),
    ("history", "apps", "ControllerRevision"),
    ("configMap", "", "ConfigMap"),
    ("policy", "networking.k8s.io", "NetworkPolicy"),
    ("binding", "rbac.authorization.k8s.io", "RoleBinding"),
    ("csr", "certificates.k8s.io", "CertificateSigningRequest"),
    ("replicaSet", "apps", "ReplicaSet"),
    ("statefulSet", "apps", "StatefulSet"),
    ("pv", "", "PersistentVolume"),
    ("pvc", "", "PersistentVolumeClaim"),
    ("componentStatus", "", "ComponentStatus"),
    ("cronjob", "batch", "CronJob"),
    ("sc", "storage.k8s.io", "StorageClass"),
    ("vac", "storage.k8s.io", "VolumeAttributesClass"),
    ("lease", "coordination.k8s.io", "Lease"),
    ("pc", "scheduling.k8s.io", "PriorityClass"),
    ("endpoint", "", "Endpoints"),
    ("endpointSlice", "discovery.k8s.io", "EndpointSlice"),
    ("fs", "flowcontrol.apiserver.k8s.io", "FlowSchema"),
    ("deviceClass", "resource.k8s.io", "DeviceClass"),
    ("resourceClaim", "resource.k8s.io", "ResourceClaim"),
    ("resourceClaimTemplate", "resource.k8s.io", "ResourceClaimTemplate"),
    ("resourceSlice", "resource.k8s.io", "ResourceSlice"),
    ("pl", "flowcontrol.apiserver.k8s.io", "PriorityLevelConfiguration"),
    ("validatingAdmissionPolicyBinding", "admissionregistration.k8s.io", "ValidatingAdmissionPolicyBinding"),
    ("resourceQuota", "", "ResourceQuota"),
    ("ccc", "networking.k8s.io", "ServiceCIDR"),
];

/// A member's name in JSON from its name in Go: `PodIPs` is `podIPs`, `UID` is `uid`.
fn json_name(go: &str) -> String {
    match go {
        "ObjectMeta" => return "metadata".into(),
        "LastTerminationState" => return "lastState".into(),
        _ => {}
    }
    let run = go.chars().take_while(char::is_ascii_uppercase).count();
    let lower = match run {
        0 => 0,
        n if n == go.len() || &go[n..] == "s" => n,
        1 => 1,
        n => n - 1,
    };
    go[..lower].to_ascii_lowercase() + &go[lower..]
}

fn json_object(v: &Value) -> Value {
    match v {
        Value::List(l) => l.iter().map(json_object).collect::<Vec<_>>().into(),
        Value::Map(m) => {
            let keys_are_members = m.keys().all(|k| k.starts_with(|c: char| c.is_ascii_uppercase()));
            m.iter().map(|(k, v)| (if keys_are_members { json_name(k) } else { k.to_string() }, json_object(v))).collect::<Map>().into()
        }
        _ => v.clone(),
    }
}

fn now_at(rfc3339: &str) -> Time {
    Time::parse_rfc3339(rfc3339).expect("a moment of the session")
}

#[test]
fn cells_are_those_of_upstreams_tests() {
    let Some(table) = recorded("tables/printers.json") else { return };
    // When the rows' ages were taken.
    let now = now_at("2026-11-22T08:36:56.2Z");
    let (mut seen, mut wrong) = (0, Vec::new());
    for row in table.get("rows").items() {
        let (func, row) = (row.get("func").str(), row.get("row"));
        let mut subject = SUBJECTS.iter().find(|s| !row.get(s.0).is_null()).map(|s| (s.0, s.1, s.2));
        match func {
            "internalversion.TestPrintReplicationController" => subject = Some(("rc", "", "ReplicationController")),
            "internalversion.TestPrintRuntimeClass" => subject = Some(("rc", "node.k8s.io", "RuntimeClass")),
            // The server always computes the wide form of a load balancer's addresses.
            "internalversion.TestPrintServiceLoadBalancer" if !row.at(&["options", "Wide"]).is_true() => continue,
            _ => {}
        }
        let Some((member, group, kind)) = subject else { continue };
        let kind = crate::api::KINDS.iter().find(|k| k.group == group && k.kind == kind).expect("a kind of the table");
        let printer = printer_of(kind);
        let object = json_object(row.get(member));
        let cells = printer.cells(&object, now);
        assert_eq!(cells.len(), printer.columns().len(), "{} has as many cells as columns", kind.kind);
        let expected = if row.get("expected").is_null() { row.get("expect") } else { row.get("expected") };
        let Some(expected) = expected.items().first() else { continue };
        let expected: Vec<String> =
            expected.get("cells").items().iter().map(|c| c.as_str().map_or_else(|| c.to_json(), str::to_owned)).collect();
        let narrow = |cells: Vec<String>| cells.into_iter().zip(printer.columns()).filter(|(_, c)| !c.wide).map(|(cell, _)| cell).collect();
        let mut got: Vec<String> = if expected.len() == cells.len() { cells } else { narrow(cells) };
        // A column of lower priority that does not depend on -o wide is always in the row.
        got.truncate(expected.len());
        seen += 1;
        if got != expected {
            wrong.push(format!("{func}\n  want {expected:?}\n  got  {got:?}\n  of   {object}"));
        }
    }
    assert!(seen > 150, "only {seen} rows looked at");
    assert!(wrong.is_empty(), "{} of {seen}:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn columns_are_those_the_server_sends() {
    let Some(table) = recorded("openapi/table-columns.json") else { return };
    for (plural, entry) in table.entries() {
        let (group, _) = crate::api::split_api_version(entry.api_version());
        let kind = Kind::of_resource(group, plural).expect("a kind of the table");
        let want: Vec<(&str, &str, bool)> = entry
            .get("columnDefinitions")
            .items()
            .iter()
            .map(|c| (c.get("name").str(), c.get("type").str(), c.get("priority").int() > 0))
            .collect();
        let got: Vec<(&str, &str, bool)> =
            printer_of(kind).columns().iter().map(|c| (c.name, if c.kind == "date" { "string" } else { c.kind }, c.wide)).collect();
        assert_eq!(got, want.iter().map(|w| (w.0, if w.1 == "date" { "string" } else { w.1 }, w.2)).collect::<Vec<_>>(), "{plural}");
    }
}

#[test]
fn selectors_read_as_kubernetes_writes_them() {
    assert_eq!(format_label_selector(&Value::Null), "<none>");
    let s = obj!({"matchLabels": {"b": "1", "a": "2"}, "matchExpressions": [
        {"key": "c", "operator": "In", "values": ["y", "x"]}, {"key": "0", "operator": "DoesNotExist"}]});
    assert_eq!(format_label_selector(&s), "!0,a=2,b=1,c in (x,y)");
    // The parameters of a policy's binding are shown as Go shows the type.
    let kind = Kind::of_resource("admissionregistration.k8s.io", "validatingadmissionpolicybindings").expect("a kind of the table");
    let binding = obj!({"spec": {"paramRef": {"selector": s}}});
    assert_eq!(
        printer_of(kind).cells(&binding, Time::ZERO)[2],
        "&LabelSelector{MatchLabels:map[string]string{a: 2,b: 1,},MatchExpressions:[]LabelSelectorRequirement{\
        LabelSelectorRequirement{Key:c,Operator:In,Values:[y x],},LabelSelectorRequirement{Key:0,Operator:DoesNotExist,Values:[],},},}"
    );
    assert_eq!(format_label_selector(&obj!({"matchExpressions": [{"key": "c", "operator": "Like"}]})), "<error>");
}

#[test]
fn ages_reach_back_before_the_session() {
    assert_eq!(age(&"2025-12-31T23:59:00Z".into(), Time::from_secs(10)), "70s");
    assert_eq!(age(&"2026-01-01T00:00:01Z".into(), Time::ZERO), "0s");
    assert_eq!(age(&"2026-01-01T00:00:03Z".into(), Time::ZERO), "<invalid>");
    assert_eq!(age(&Value::Null, Time::ZERO), "<unknown>");
}

#[test]
fn a_pod_of_which_a_container_failed_is_not_completed() {
    let ended = |code: i64| obj!({"ready": false, "state": {"terminated": {"exitCode": code, "reason": if code == 0 { "Completed" } else { "Error" }}}});
    let runs = obj!({"ready": true, "state": {"running": {}}});
    for (containers, ready, wanted) in [
        (obj!([ended(0), ended(0)]), "False", "Completed"),
        (obj!([ended(0), ended(1)]), "False", "Error"),
        (obj!([ended(1), ended(0)]), "False", "Error"),
        (obj!([ended(0), runs.clone()]), "False", "NotReady"),
        (obj!([ended(0), runs.clone(), ended(1)]), "False", "Error"),
        (obj!([ended(0), runs.clone(), ended(1)]), "True", "Running"),
    ] {
        let conditions = obj!([{"type": "Ready", "status": ready}]);
        let summary = pod::pod_summary(
            &obj!({"spec": {}, "status": {"phase": "Running", "containerStatuses": containers, "conditions": conditions}}),
        );
        assert_eq!(summary.reason, wanted);
    }
}
