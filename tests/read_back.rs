//! Our output, read by others: every object that a scenario with all kinds leaves, and whatever the recorded sessions print or leave (where
//! `KUBARIUM_CONFORMANCE` names them), is read into the types of `k8s-openapi` and written again without losing anything.

use std::path::Path;

use k8s_openapi::api as k8s;
use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1 as apiextensions;
use k8s_openapi::kube_aggregator::pkg::apis::apiregistration::v1 as apiregistration;
use kubarium::api::yaml::decode_documents;
use kubarium::api::{KINDS, Value};
use kubarium::sim::{Session, Sim, TimedInput};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;

/// Reads an object into a type and writes it again.
fn through<T: DeserializeOwned + Serialize>(object: &Json) -> Result<Json, String> {
    let read: T = serde_json::from_value(object.clone()).map_err(|e| e.to_string())?;
    serde_json::to_value(&read).map_err(|e| e.to_string())
}

macro_rules! kinds {
    ($object:expr, $id:expr, $($api_version:literal { $($kind:ident: $path:path),* $(,)? })*) => {
        match $id {
            $($((v, k) if v == $api_version && k == stringify!($kind) => { use $path as T; Some(through::<T>($object)) })*)*
            _ => None,
        }
    };
}

/// The same by the object's own kind; none for kinds that have no type there.
#[rustfmt::skip]
fn written_again(object: &Json) -> Option<Result<Json, String>> {
    let text = |member: &str| object.get(member).and_then(Json::as_str).unwrap_or("");
    kinds! { object, (text("apiVersion"), text("kind")),
        "v1" {
            ConfigMap: k8s::core::v1::ConfigMap, Endpoints: k8s::core::v1::Endpoints, Event: k8s::core::v1::Event, LimitRange: k8s::core::v1::LimitRange,
            Namespace: k8s::core::v1::Namespace, Node: k8s::core::v1::Node, PersistentVolume: k8s::core::v1::PersistentVolume,
            PersistentVolumeClaim: k8s::core::v1::PersistentVolumeClaim, Pod: k8s::core::v1::Pod, PodTemplate: k8s::core::v1::PodTemplate,
            ReplicationController: k8s::core::v1::ReplicationController, ResourceQuota: k8s::core::v1::ResourceQuota, Secret: k8s::core::v1::Secret,
            Service: k8s::core::v1::Service, ServiceAccount: k8s::core::v1::ServiceAccount, ComponentStatus: k8s::core::v1::ComponentStatus,
        }
        "admissionregistration.k8s.io/v1" {
            MutatingAdmissionPolicy: k8s::admissionregistration::v1::MutatingAdmissionPolicy,
            MutatingAdmissionPolicyBinding: k8s::admissionregistration::v1::MutatingAdmissionPolicyBinding,
            MutatingWebhookConfiguration: k8s::admissionregistration::v1::MutatingWebhookConfiguration,
            ValidatingAdmissionPolicy: k8s::admissionregistration::v1::ValidatingAdmissionPolicy,
            ValidatingAdmissionPolicyBinding: k8s::admissionregistration::v1::ValidatingAdmissionPolicyBinding,
            ValidatingWebhookConfiguration: k8s::admissionregistration::v1::ValidatingWebhookConfiguration,
        }
        "apiextensions.k8s.io/v1" { CustomResourceDefinition: apiextensions::CustomResourceDefinition }
        "apiregistration.k8s.io/v1" { APIService: apiregistration::APIService }
        "apps/v1" {
            ControllerRevision: k8s::apps::v1::ControllerRevision, DaemonSet: k8s::apps::v1::DaemonSet, Deployment: k8s::apps::v1::Deployment,
            ReplicaSet: k8s::apps::v1::ReplicaSet, StatefulSet: k8s::apps::v1::StatefulSet,
        }
        "autoscaling/v1" { HorizontalPodAutoscaler: k8s::autoscaling::v1::HorizontalPodAutoscaler, Scale: k8s::autoscaling::v1::Scale }
        "autoscaling/v2" { HorizontalPodAutoscaler: k8s::autoscaling::v2::HorizontalPodAutoscaler }
        "batch/v1" { CronJob: k8s::batch::v1::CronJob, Job: k8s::batch::v1::Job }
        "certificates.k8s.io/v1" { CertificateSigningRequest: k8s::certificates::v1::CertificateSigningRequest }
        "coordination.k8s.io/v1" { Lease: k8s::coordination::v1::Lease }
        "discovery.k8s.io/v1" { EndpointSlice: k8s::discovery::v1::EndpointSlice }
        "events.k8s.io/v1" { Event: k8s::events::v1::Event }
        "flowcontrol.apiserver.k8s.io/v1" {
            FlowSchema: k8s::flowcontrol::v1::FlowSchema, PriorityLevelConfiguration: k8s::flowcontrol::v1::PriorityLevelConfiguration,
        }
        "networking.k8s.io/v1" {
            IPAddress: k8s::networking::v1::IPAddress, Ingress: k8s::networking::v1::Ingress, IngressClass: k8s::networking::v1::IngressClass,
            NetworkPolicy: k8s::networking::v1::NetworkPolicy, ServiceCIDR: k8s::networking::v1::ServiceCIDR,
        }
        "node.k8s.io/v1" { RuntimeClass: k8s::node::v1::RuntimeClass }
        "policy/v1" { PodDisruptionBudget: k8s::policy::v1::PodDisruptionBudget }
        "rbac.authorization.k8s.io/v1" {
            ClusterRole: k8s::rbac::v1::ClusterRole, ClusterRoleBinding: k8s::rbac::v1::ClusterRoleBinding, Role: k8s::rbac::v1::Role,
            RoleBinding: k8s::rbac::v1::RoleBinding,
        }
        "resource.k8s.io/v1" {
            DeviceClass: k8s::resource::v1::DeviceClass, ResourceClaim: k8s::resource::v1::ResourceClaim,
            ResourceClaimTemplate: k8s::resource::v1::ResourceClaimTemplate, ResourceSlice: k8s::resource::v1::ResourceSlice,
        }
        "scheduling.k8s.io/v1" { PriorityClass: k8s::scheduling::v1::PriorityClass }
        "storage.k8s.io/v1" {
            CSIDriver: k8s::storage::v1::CSIDriver, CSINode: k8s::storage::v1::CSINode, CSIStorageCapacity: k8s::storage::v1::CSIStorageCapacity,
            StorageClass: k8s::storage::v1::StorageClass, VolumeAttachment: k8s::storage::v1::VolumeAttachment,
            VolumeAttributesClass: k8s::storage::v1::VolumeAttributesClass,
        }
    }
}

/// The paths of what was lost. Empty values may be written or left out; numbers and times have several forms.
fn lost(before: &Json, after: &Json, path: &str, found: &mut Vec<String>) {
    let is_nothing = |v: &Json| match v {
        Json::Null => true,
        Json::Array(a) => a.is_empty(),
        Json::Object(o) => o.is_empty(),
        _ => false,
    };
    match (before, after) {
        (Json::Object(a), Json::Object(b)) => {
            for (key, value) in a {
                lost(value, b.get(key).unwrap_or(&Json::Null), &format!("{path}.{key}"), found);
            }
        }
        (Json::Array(a), Json::Array(b)) => {
            for (i, value) in a.iter().enumerate() {
                lost(value, b.get(i).unwrap_or(&Json::Null), &format!("{path}[{i}]"), found);
            }
        }
        (a, b) if a == b || is_nothing(a) => {}
        (Json::Number(a), Json::Number(b)) if a.as_f64() == b.as_f64() => {}
        (Json::String(a), Json::String(b))
            if a.ends_with('Z') && a.trim_end_matches(['Z', '0', '.']) == b.trim_end_matches(['Z', '0', '.']) => {}
        (a, b) => found.push(format!("{path}: {a} became {b}")),
    }
}

#[derive(Default)]
struct Tally {
    read: usize,
    kinds: Vec<String>,
    wrong: Vec<String>,
}

impl Tally {
    /// Reads an object, or the objects of a list.
    fn read(&mut self, object: &Json, from: &str) {
        if let Some(items) = object.get("items").and_then(Json::as_array) {
            items.iter().filter(|i| i.get("kind").is_some()).for_each(|item| self.read(item, from));
            return;
        }
        let Some(result) = written_again(object) else { return };
        self.read += 1;
        let name = |path: &str| object.pointer(path).and_then(Json::as_str).unwrap_or("").to_owned();
        let kind = format!("{} {}", name("/apiVersion"), name("/kind"));
        let what = format!("{from}: {kind} {}", name("/metadata/name"));
        match result {
            Err(error) => self.wrong.push(format!("{what}: {error}")),
            Ok(again) => {
                let mut found = Vec::new();
                lost(object, &again, "", &mut found);
                self.wrong.extend(found.into_iter().map(|f| format!("{what}: {f}")));
            }
        }
        if !self.kinds.contains(&kind) {
            self.kinds.push(kind);
        }
    }

    fn check(&self) {
        let few: Vec<&str> = self.wrong.iter().take(20).map(String::as_str).collect();
        assert!(self.wrong.is_empty(), "{} of {} objects:\n{}", self.wrong.len(), self.read, few.join("\n"));
    }
}

fn json(value: &Value) -> Json {
    serde_json::from_str(&value.to_json()).expect("what is written as JSON is JSON")
}

/// The objects in the output of a command: the documents in JSON or YAML that name their kind.
fn objects(text: &str) -> Vec<Json> {
    if !text.contains("apiVersion") || !text.contains("kind") {
        return Vec::new();
    }
    let documents = decode_documents(text).unwrap_or_default();
    documents.iter().map(|d| json(&d.value)).filter(|v| v.get("kind").is_some_and(Json::is_string)).collect()
}

#[test]
fn every_kind() {
    let manifests = include_str!("read_back/manifests.yaml");
    let mut session = Session { seed: 1, ..Session::default() };
    session.files.insert("all.yaml".into(), manifests.into());
    let mut at = 0.2;
    let mut run = |line: String, wait_s: f64| {
        session.inputs.push(TimedInput { t: at, cmd: Some(line), ..TimedInput::default() });
        at += wait_s;
    };
    run("kubectl apply -f all.yaml".into(), 40.0);
    let listed: Vec<_> = KINDS.iter().filter(|k| k.verbs.contains(&"list") && k.group != "metrics.k8s.io").collect();
    for kind in &listed {
        for format in ["json", "yaml"] {
            run(format!("kubectl get {}.{}.{} -A -o {format} --show-managed-fields", kind.plural, kind.version, kind.group), 0.1);
        }
    }
    let mut sim = Sim::new(session);
    sim.play();
    let mut tally = Tally::default();
    for step in sim.outcome().steps {
        let (cmd, stdout) = (step.cmd.unwrap_or_default(), step.stdout.unwrap_or_default());
        assert_eq!(step.exit, Some(0), "{cmd}: {}", step.stderr.unwrap_or_default());
        objects(&stdout).iter().for_each(|o| tally.read(o, &cmd));
    }
    tally.check();
    let missing: Vec<String> = listed
        .iter()
        .map(|k| format!("{} {}", k.api_version(), k.kind))
        .filter(|k| k != "v1 ComponentStatus" && !tally.kinds.contains(k))
        .collect();
    assert!(missing.is_empty(), "no object of {missing:?}");
}

#[test]
fn recorded_sessions() {
    let Some(folder) = std::env::var_os("KUBARIUM_CONFORMANCE") else {
        println!("KUBARIUM_CONFORMANCE is not set: nothing is played");
        return;
    };
    let mut tally = Tally::default();
    let mut paths = Vec::new();
    for area in std::fs::read_dir(Path::new(&folder).join("cases")).expect("cases").flatten() {
        paths.extend(std::fs::read_dir(area.path()).expect("an area").flatten().map(|e| e.path()));
    }
    paths.sort();
    for path in paths {
        let case: Json = serde_json::from_slice(&std::fs::read(&path).expect("a case")).expect("JSON");
        let session = Session::from_json(&case["session"].to_string()).expect("a session");
        let mut sim = Sim::new(session);
        sim.play();
        let outcome = sim.outcome();
        let name = path.file_stem().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        outcome.objects_after.iter().for_each(|o| tally.read(&json(o), &name));
        for step in outcome.steps {
            objects(&step.stdout.unwrap_or_default()).iter().for_each(|o| tally.read(o, &name));
            if let Some(response) = step.response {
                tally.read(&json(&response), &name);
            }
        }
    }
    println!("{} objects of {} kinds", tally.read, tally.kinds.len());
    tally.check();
}

#[test]
fn a_loss_is_seen() {
    let mut tally = Tally::default();
    let pod = |spec: Json| serde_json::json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": spec});
    tally.read(&pod(serde_json::json!({"containers": [{"name": "c", "imagee": "x"}]})), "here");
    tally.read(&pod(serde_json::json!({"containers": [{"name": 1}]})), "there");
    assert_eq!(tally.wrong[0], "here: v1 Pod p: .spec.containers[0].imagee: \"x\" became null");
    assert!(tally.wrong[1].starts_with("there: v1 Pod p: invalid type: integer"), "{}", tally.wrong[1]);
    assert_eq!(tally.read, 2);
}
