//! Validation held to the recorded tables. Their objects are in the form that the server works with: members by their Go
//! names, embedded types under the type's name. Needs the conformance folder.

use kubarium::api::{Kind, KindRef, Value, validation};
use kubarium::obj;

/// The rows of a table: upstream test, key and row; none where there are no tables.
fn rows(table: &str) -> Vec<(String, String, Value)> {
    let Ok(folder) = std::env::var("KUBARIUM_CONFORMANCE") else {
        println!("KUBARIUM_CONFORMANCE is not set: {table} was not read");
        return Vec::new();
    };
    let text = std::fs::read_to_string(format!("{folder}/tables/{table}.json")).expect("the folder has the table");
    let all = Value::from_json(&text).expect("a table is JSON");
    let name = |r: &Value| r.get("func").str().rsplit('.').next().unwrap_or_default().to_owned();
    all.get("rows").items().iter().map(|r| (name(r), r.get("key").str().to_owned(), r.get("row").clone())).collect()
}

/// Members that are maps of free names: they are kept as they are.
const MAPS: [&str; 16] = [
    "Allocatable",
    "Annotations",
    "BinaryData",
    "Capacity",
    "Data",
    "Default",
    "DefaultRequest",
    "Hard",
    "Limits",
    "NodeSelector",
    "Overhead",
    "Parameters",
    "Requests",
    "Used",
    "VolumeAttributes",
    "Options",
];
/// Types embedded in others: their members are the outer type's in JSON.
const EMBEDDED: [&str; 6] =
    ["VolumeSource", "PersistentVolumeSource", "ProbeHandler", "LocalObjectReference", "EphemeralContainerCommon", "SecretReference"];
/// Of a pod's security context in the server, of its spec in JSON.
const HOST: [&str; 5] = ["HostNetwork", "HostPID", "HostIPC", "ShareProcessNamespace", "HostUsers"];

/// A Go name as JSON has it: `HTTPGet` is `httpGet`.
fn json_name(name: &str) -> String {
    match name {
        "ObjectMeta" => return "metadata".to_owned(),
        "StorageOS" | "CephFS" | "ScaleIO" => return if name == "ScaleIO" { "scaleIO".into() } else { name.to_lowercase() },
        _ => {}
    }
    let capitals = name.bytes().take_while(u8::is_ascii_uppercase).count();
    let low = if capitals <= 1 || capitals == name.len() || name[capitals..] == *"s" { capitals } else { capitals - 1 };
    name[..low].to_lowercase() + &name[low..]
}

/// The object as it is written in JSON.
fn external(value: &Value) -> Value {
    match value {
        Value::Map(map) => {
            let mut out = Value::map();
            for (name, member) in map.iter() {
                let name = name.as_str();
                if name == "TypeMeta" || matches!(member, Value::Null) || member.as_str() == Some("") {
                    continue;
                }
                let is_map = MAPS.contains(&name) && matches!(member, Value::Map(_));
                let inner = if is_map || name == "ObjectMeta" { member.clone() } else { external(member) };
                if EMBEDDED.contains(&name) {
                    for (key, value) in inner.entries() {
                        out.set(&[key.as_str()], value.clone());
                    }
                } else {
                    out.set(&[json_name(name).as_str()], inner);
                }
            }
            if !out.get("containers").is_null() {
                for name in HOST.map(json_name) {
                    if let Some(member) = out.remove(&["securityContext", &name]) {
                        out.set(&[name.as_str()], member);
                    }
                }
            }
            out
        }
        Value::List(_) => Value::from(value.items().iter().map(external).collect::<Vec<_>>()),
        other => other.clone(),
    }
}

/// What is wrong with the object, as `field: message` lines.
fn errors(kind: KindRef, object: &Value) -> Vec<String> {
    validation::create(kind, &external(object)).iter().map(|c| format!("{}: {}", c.field, c.message)).collect()
}

/// Whether the errors are the wanted one: `field: part of the message`, a part of the whole, or none.
fn judge(found: &[String], wanted: &str) -> Result<(), String> {
    let (field, part) = wanted.split_once(':').unwrap_or(("", wanted));
    let fits = |e: &String| e.contains(wanted) || (e.starts_with(field) && e.contains(part.trim()));
    match (wanted.is_empty(), found.is_empty()) {
        (true, true) => Ok(()),
        (false, false) if found.iter().any(fits) => Ok(()),
        _ => Err(format!("wanted {wanted:?}, got {found:?}")),
    }
}

fn check(table: &str, rule: impl Fn(&str, &str, &Value) -> Option<Result<(), String>>) {
    let (mut held, mut left_out, mut wrong) = (0, 0, Vec::new());
    for (func, key, row) in rows(table) {
        match rule(&func, &key, &row) {
            None => left_out += 1,
            Some(Ok(())) => held += 1,
            Some(Err(e)) => wrong.push(format!("{func} {key:?} {}: {e}", row.get("name").str())),
        }
    }
    println!("{table}: {held} hold, {left_out} are not of a whole object");
    assert!(wrong.is_empty(), "{} rows of {table} differ:\n{}", wrong.len(), wrong.join("\n"));
}

/// The error that a row's key names, where it names one.
fn named(key: &str) -> &str {
    if key.starts_with("spec.") || key.starts_with("metadata.") { key } else { "" }
}

#[test]
fn batch() {
    check("batch_validation", |func, key, row| {
        let (kind, object) = match func {
            // Labels from before they had a prefix, and a member that is there and empty, which this form does not keep.
            "TestValidateJob" if key.is_empty() || key.contains("do not allow new batch labels") || key.contains("\"\"") => return None,
            "TestValidateJob" => ("Job", row.get("job")),
            // Zones are known by their region and shape.
            "TestValidateCronJob" if key.contains("nil or non-empty") || key.contains("InvalidZone") => return None,
            "TestValidateCronJob" => ("CronJob", row),
            _ => return None,
        };
        // The keys name a time zone that the rows' objects do not have.
        let wanted = if key.contains("Continent/") { "spec.timeZone: Invalid value" } else { named(key) };
        Some(judge(&errors(Kind::named(kind), object), wanted))
    });
}

/// What is wrong with the change, as `field: message` lines.
fn change_errors(kind: &str, new: &Value, old: &Value) -> Vec<String> {
    // Upstream gives both a version, and a name where they have none.
    let whole = |value: &Value| {
        let mut object = external(value);
        for (member, given) in [("resourceVersion", "1"), ("name", "pod")] {
            if object.at(&["metadata", member]).is_empty() {
                object.set(&["metadata", member], given);
            }
        }
        object
    };
    let found = validation::update(Kind::named(kind), &whole(new), &whole(old));
    found.iter().map(|c| format!("{}: {}", c.field, c.message)).collect()
}

/// Whether there are errors as wanted, whatever they say.
fn verdict(found: &[String], valid: bool) -> Result<(), String> {
    if found.is_empty() == valid { Ok(()) } else { Err(format!("valid: {valid}, got {found:?}")) }
}

#[test]
fn apps() {
    check("apps_validation", |func, key, row| {
        let change = |kind| Some(verdict(&change_errors(kind, row.get("update"), row.get("old")), row.get("expectedErrNum").int() == 0));
        Some(match func {
            // A rollback is no part of the API's present version.
            "TestValidateDeployment" if key == "must be greater than or equal to 0" => return None,
            "TestValidateDeployment" => judge(&errors(Kind::named("Deployment"), row), key),
            "TestValidateReplicaSet" => verdict(&errors(Kind::named("ReplicaSet"), row), key.is_empty()),
            "TestValidateDaemonSet" => verdict(&errors(Kind::named("DaemonSet"), row), key.is_empty()),
            // A field of the API's first version.
            "TestValidateDaemonSetUpdate" if key.contains("templateGeneration") && row.get("expectedErrNum").int() > 0 => return None,
            "TestValidateDaemonSetUpdate" => return change("DaemonSet"),
            "TestValidateDeploymentUpdate" => return change("Deployment"),
            "TestValidateReplicaSetUpdate" => return change("ReplicaSet"),
            _ => return None,
        })
    });
}

#[test]
fn autoscaling() {
    check("autoscaling_validation", |func, _, row| {
        let kind = Kind::named("HorizontalPodAutoscaler");
        let bare = row.get("msg").is_null();
        let object = if bare { row } else { row.get("horizontalPodAutoscaler") };
        // Upstream's rows are judged with an option for autoscalers from before their targets had to name a group.
        let old_form = object.at(&["Spec", "ScaleTargetRef", "APIVersion"]).str().is_empty();
        match func {
            "TestValidateHorizontalPodAutoscaler" if bare && old_form => None,
            "TestValidateHorizontalPodAutoscaler" => Some(judge(&errors(kind, object), row.get("msg").str())),
            _ => None,
        }
    });
}

/// A pod of the server's form with this member of its spec.
fn pod_with(member: &str, value: &Value) -> Value {
    let container = obj!({
        "Name": "app", "Image": "image", "ImagePullPolicy": "IfNotPresent", "TerminationMessagePolicy": "File", "Resources": {}
    });
    let mut pod = obj!({
        "ObjectMeta": {"name": "p", "namespace": "ns", "labels": {"foo": "bar"}},
        "Spec": {"Containers": [container], "DNSPolicy": "ClusterFirst", "RestartPolicy": "Always", "TerminationGracePeriodSeconds": 30}
    });
    pod.set(&["Spec", member], value.clone());
    pod
}

/// Rows of `ValidatePod` about what is not simulated: annotations from before seccomp and AppArmor had fields, and volumes
/// of certificates.
const NOT_HERE: [&str; 5] = ["seccomp", "AppArmor", "PodCertificate", "ClusterTrustBundle", "must not start with '../'"];

fn pods(func: &str, key: &str, row: &Value) -> Option<Result<(), String>> {
    let kind = Kind::named("Pod");
    let list = |member: &str, in_row: &str, wanted: &str| {
        let found = errors(kind, &pod_with(member, row.get(in_row)));
        let wanted: Vec<&str> = row.get(wanted).items().iter().map(|e| e.get("error").str()).collect();
        let all = wanted.iter().all(|w| found.iter().any(|f| f.trim_start_matches("spec.").starts_with(w.trim_end_matches(" null"))));
        Some(if all && wanted.is_empty() == found.is_empty() { Ok(()) } else { Err(format!("wanted {wanted:?}, got {found:?}")) })
    };
    let title = row.get("title").str();
    // Options of older servers, and privileged containers that only a flag of the server allows.
    let optional = ["invalid env var name", "privilege disabled", "invalid lifecycle, no http scheme."];
    match func {
        "TestValidateContainers" | "TestValidateInitContainers"
            if optional.contains(&title)
                || title.contains("RestartPolicy: ")
                || title.contains("ResizePolicy")
                || title.contains("RestartContainer") =>
        {
            None
        }
        "TestValidatePodUpdate" if row.get("err").str().contains("resizePolicy") || row.get("err").str().contains("seLinuxOptions") => None,
        "TestValidatePodUpdate" if row.at(&["opts", "AllowInvalidLabelValueInRequiredNodeAffinity"]).is_true() => None,
        "TestValidatePodUpdate" if row.get("err").str() == "metadata.deletionTimestamp" => None,
        "TestValidateTopologySpreadConstraints"
            if row.get("name").str().contains("when Allow") || row.get("name").str().contains("when AllowMatch") =>
        {
            None
        }
        "TestValidatePod" if NOT_HERE.iter().any(|n| key.contains(n)) && !row.get("expectedError").is_null() => None,
        "TestValidatePod" if row.get("expectedError").is_null() => Some(judge(&errors(kind, row), "")),
        "TestValidatePod" => Some(judge(&errors(kind, row.get("spec")), row.get("expectedError").str())),
        "TestValidatePodUpdate" => Some(judge(&change_errors("Pod", row.get("new"), row.get("old")), row.get("err").str())),
        "TestValidateContainers" => list("Containers", "containers", "expectedErrors"),
        "TestValidateInitContainers" => list("InitContainers", "initContainers", "expectedErrors"),
        "TestValidateTopologySpreadConstraints" => {
            let found = errors(kind, &pod_with("TopologySpreadConstraints", row.get("constraints")));
            Some(verdict(&found, row.get("wantFieldErrors").items().is_empty()))
        }
        _ => None,
    }
}

#[test]
fn core() {
    check("core_validation", |func, key, row| {
        let of =
            |kind: &str, member: &str, valid: &str| Some(verdict(&errors(Kind::named(kind), row.get(member)), row.get(valid).is_true()));
        let to = |kind: &str, new: &str, old: &str, valid: bool| Some(verdict(&change_errors(kind, row.get(new), row.get(old)), valid));
        match func {
            "TestValidateReplicationController" if row.get("expectedErrs").is_null() => {
                Some(judge(&errors(Kind::named("ReplicationController"), row), ""))
            }
            "TestValidateReplicationController" => {
                Some(verdict(&errors(Kind::named("ReplicationController"), row.get("input")), row.get("expectedErrs").is_empty()))
            }
            "TestValidateReplicationControllerUpdate" => to("ReplicationController", "update", "old", row.get("expectedErrs").is_empty()),
            // Annotations from before pods could be kept off nodes otherwise, and addresses that no new node may have.
            "TestValidateNode" if key.contains("legacy") || key.contains("pod") => None,
            "TestValidateNode" => Some(verdict(&errors(Kind::named("Node"), row), key.is_empty())),
            "TestValidateResourceQuota" if row.get("rq").is_null() => None,
            "TestValidateResourceQuota" => {
                let found = errors(Kind::named("ResourceQuota"), row.get("rq"));
                // Of a missing namespace the row wants no words.
                Some(if key.is_empty() {
                    verdict(&found, true)
                } else {
                    judge(&found, row.get("errDetail").str()).or_else(|e| if found.is_empty() { Err(e) } else { Ok(()) })
                })
            }
            "TestValidateLimitRange" if !row.get("spec").is_null() => {
                let range = obj!({"ObjectMeta": {"name": "r", "namespace": "ns"}, "Spec": row.get("spec")});
                Some(verdict(&errors(Kind::named("LimitRange"), &range), true))
            }
            "TestValidateLimitRange" => {
                let found = errors(Kind::named("LimitRange"), row.get("R"));
                Some(if row.get("D").str().is_empty() { verdict(&found, false) } else { judge(&found, row.get("D").str()) })
            }
            // Their bytes are not in base64, as those of the API are.
            "TestValidateSecret" | "TestValidateConfigMap" if key.contains("max size") => None,
            "TestValidateEndpointsCreate" if key.contains("legacy") => None,
            "TestValidateSecret" => of("Secret", "secret", "valid"),
            "TestValidateSecretUpdate" => to("Secret", "newSecret", "oldSecret", row.get("valid").is_true()),
            "TestValidateConfigMap" => of("ConfigMap", "cfg", "isValid"),
            "TestValidateConfigMapUpdate" => to("ConfigMap", "newCfg", "oldCfg", row.get("valid").is_true()),
            "TestValidateEndpointsCreate" => {
                Some(verdict(&errors(Kind::named("Endpoints"), row.get("endpoints")), row.get("expectedErrs").is_empty()))
            }
            "TestValidatePersistentVolumes" if key.contains("empty-volume-attributes") => None,
            "TestValidatePersistentVolumes" => {
                Some(verdict(&errors(Kind::named("PersistentVolume"), row.get("volume")), !row.get("isExpectedFailure").is_true()))
            }
            // The class in an annotation, as it was before it had a field; options of older servers; a member that is there and empty.
            "TestValidatePersistentVolumeClaimUpdate"
                if ["annotation", "data-source", "feature", "disabled", "class-to-empty", "resize-enabled"]
                    .iter()
                    .any(|n| key.contains(n)) =>
            {
                None
            }
            "TestValidatePersistentVolumeClaimUpdate" => {
                to("PersistentVolumeClaim", "newClaim", "oldClaim", !row.get("isExpectedFailure").is_true())
            }
            // Annotations from before taints.
            "TestValidateNodeUpdate" if key == "15" || key == "16" => None,
            "TestValidateNodeUpdate" => to("Node", "node", "oldNode", row.get("valid").is_true()),
            "TestValidateNamespaceUpdate" => to("Namespace", "namespace", "oldNamespace", row.get("valid").is_true()),
            _ => pods(func, key, row),
        }
    });
}
