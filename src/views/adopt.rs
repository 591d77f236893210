//! Manifests as another cluster prints them (`kubectl get -o yaml`), made fit to be created here: without what that cluster's API
//! server, scheduler and controllers wrote into them, and without what controllers will make again.

use crate::api::yaml::decode_stream;
use crate::api::{Object, Value};
use crate::base::{List as _, SortedSet, unified_diff};
use crate::obj;

use super::details::PodDetails;

/// Fields that are the other cluster's.
const METADATA: [&str; 9] = [
    "uid",
    "resourceVersion",
    "creationTimestamp",
    "deletionTimestamp",
    "generation",
    "managedFields",
    "ownerReferences",
    "selfLink",
    "finalizers",
];
/// Annotations that are, by how they begin.
const ANNOTATIONS: [&str; 5] = [
    "kubectl.kubernetes.io/last-applied",
    "deployment.kubernetes.io/",
    "pv.kubernetes.io/",
    "volume.kubernetes.io/",
    "volume.beta.kubernetes.io/",
];
/// Labels that a Job's controller gives its pods.
const JOB_LABELS: [&str; 4] = ["controller-uid", "batch.kubernetes.io/controller-uid", "job-name", "batch.kubernetes.io/job-name"];
/// Kinds and names that every cluster has of its own.
const OWN: [(&str, &str); 10] = [
    ("Event", ""),
    ("Endpoints", ""),
    ("EndpointSlice", ""),
    ("Lease", ""),
    ("Node", ""),
    ("ControllerRevision", ""),
    ("Namespace", "default"),
    ("Service", "kubernetes"),
    ("ServiceAccount", "default"),
    ("ConfigMap", "kube-root-ca.crt"),
];
/// The namespaces that are there from the beginning.
const NAMESPACES: [&str; 5] = ["", "default", "kube-system", "kube-public", "kube-node-lease"];

/// Longer texts are not compared while somebody types.
const CHANGES_BYTES_MAX: usize = 50_000;

/// Whether a text looks like what a cluster printed; quick, and right to be asked while somebody types.
pub fn is_foreign(text: &str) -> bool {
    text.contains("resourceVersion: \"") && text.contains("uid: ")
}

/// What applying an edited text would change in the objects that a cluster prints so, as a unified difference: of what is asked for
/// alone, since the rest is the cluster's. Empty where nothing would change, or one of the two cannot be read.
pub fn changes(live: &str, edited: &str) -> String {
    let read = |text: &str| if text.len() > CHANGES_BYTES_MAX { None } else { adopt(text) };
    let (Some(live), Some(edited)) = (read(live), read(edited)) else { return String::new() };
    unified_diff(&live.lines().list(), &edited.lines().list())
}

/// The same objects as new ones; none where the text cannot be read, or comes from no cluster.
pub fn adopt(text: &str) -> Option<String> {
    let (documents, error) = decode_stream(text);
    let mut objects: Vec<Value> = Vec::new();
    for d in documents.iter().filter(|d| !d.value.is_null()) {
        match d.value.kind().ends_with("List") {
            true => objects.extend(d.value.get("items").items().iter().cloned()),
            false => objects.push(d.value.clone()),
        }
    }
    if error.is_some() || objects.iter().all(|o| o.uid().is_empty()) {
        return None;
    }
    let uids: SortedSet<String> = objects.iter().map(|o| o.uid().to_owned()).collect();
    let is_own = |o: &Value| OWN.iter().any(|(kind, name)| o.kind() == *kind && (name.is_empty() || o.name() == *name));
    let token = |o: &Value| o.get("type").str() == "kubernetes.io/service-account-token";
    objects.retain(|o| !is_own(o) && !token(o) && !uids.contains(o.controller_ref().get("uid").str()));
    let named: SortedSet<(String, String)> = objects.iter().map(|o| (o.kind().to_owned(), o.name().to_owned())).collect();
    let has = |kind: &str, name: &str| named.contains(&(kind.to_owned(), name.to_owned()));
    let used: SortedSet<String> = objects.iter().map(|o| o.namespace().to_owned()).collect();
    let missing = used.into_iter().filter(|n| !NAMESPACES.contains(&n.as_str()) && !has("Namespace", n));
    let namespaces = missing.map(|n| obj!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": n.as_str()}}));
    let mut all: Vec<Value> = namespaces.list();
    for mut o in objects {
        METADATA.iter().for_each(|field| drop(o.remove(&["metadata", field])));
        keep(&mut o, &["metadata", "annotations"], &|key| !ANNOTATIONS.iter().any(|a| key.starts_with(a)));
        o.remove(&["status"]);
        let pod: &[&str] = match o.kind() {
            "Pod" => &["spec"],
            "CronJob" => &["spec", "jobTemplate", "spec", "template", "spec"],
            _ => &["spec", "template", "spec"],
        };
        match o.kind() {
            "Service" if o.at(&["spec", "clusterIP"]).str() != "None" => {
                ["clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy", "healthCheckNodePort"]
                    .iter()
                    .for_each(|f| drop(o.remove(&["spec", f])));
            }
            "PersistentVolumeClaim" => drop(o.remove(&["spec", "volumeName"])),
            "PersistentVolume" => drop(o.remove(&["spec", "claimRef"])),
            "Job" if !o.at(&["spec", "manualSelector"]).is_true() => {
                o.remove(&["spec", "selector"]);
                keep(&mut o, &["spec", "template", "metadata", "labels"], &|key| !JOB_LABELS.contains(&key));
                keep(&mut o, &["metadata", "labels"], &|key| !JOB_LABELS.contains(&key));
            }
            _ => {}
        }
        if !o.at(pod).is_null() {
            let spec = o.at_mut(pod);
            ["nodeName", "ephemeralContainers"].iter().for_each(|f| drop(spec.remove(&[f])));
            for (field, kind, more) in [
                ("serviceAccountName", "ServiceAccount", "serviceAccount"),
                ("priorityClassName", "PriorityClass", "priority"),
                ("runtimeClassName", "RuntimeClass", "overhead"),
            ] {
                if !has(kind, spec.get(field).str()) && !spec.get(field).str().starts_with("system-") {
                    spec.remove(&[field]);
                    spec.remove(&[more]);
                }
            }
            let token = |v: &Value| v.get("name").str().starts_with("kube-api-access-");
            without(spec, "volumes", &token);
            for list in ["containers", "initContainers"] {
                if !spec.get(list).items().is_empty() {
                    spec.at_mut(&[list]).list_mut().iter_mut().for_each(|c| without(c, "volumeMounts", &token));
                }
            }
        }
        all.push(o);
    }
    Some(all.iter().map(PodDetails::yaml).list().join("---\n"))
}

/// Keeps the entries of a map whose keys are wanted, and the map where any are.
fn keep(o: &mut Value, path: &[&str], wanted: &dyn Fn(&str) -> bool) {
    let gone: Vec<String> = o.at(path).entries().filter(|(k, _)| !wanted(k)).map(|(k, _)| k.to_string()).list();
    for key in &gone {
        let whole: Vec<&str> = path.iter().copied().chain([key.as_str()]).list();
        o.remove(&whole);
    }
    if !gone.is_empty() && o.at(path).is_empty() {
        o.remove(path);
    }
}

/// Takes items out of a list, and the list where none is left.
fn without(o: &mut Value, list: &str, gone: &dyn Fn(&Value) -> bool) {
    if o.get(list).items().iter().any(gone) {
        o.at_mut(&[list]).list_mut().retain(|v| !gone(v));
        if o.get(list).is_empty() {
            o.remove(&[list]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_cluster_printed_is_made_new() {
        let dump = r#"apiVersion: v1
kind: List
items:
- apiVersion: apps/v1
  kind: ReplicaSet
  metadata: {name: web-1, namespace: shop, uid: r, resourceVersion: "5", creationTimestamp: "2024-11-02T09:11:21Z", annotations: {deployment.kubernetes.io/revision: "1", note: kept}}
  spec: {replicas: 1, template: {spec: {nodeName: far, ephemeralContainers: [{name: debugger}], serviceAccountName: shop, containers: [{name: c, image: nginx, volumeMounts: [{name: kube-api-access-x, mountPath: /a}]}], volumes: [{name: kube-api-access-x}]}}}
  status: {replicas: 1}
- apiVersion: v1
  kind: Pod
  metadata: {name: web-1-a, namespace: shop, uid: p, ownerReferences: [{uid: r, controller: true}]}
- apiVersion: v1
  kind: Service
  metadata: {name: web, namespace: shop, uid: s}
  spec: {clusterIP: 10.0.0.7, clusterIPs: [10.0.0.7], ports: [{port: 80, nodePort: 30080}]}
- apiVersion: v1
  kind: Endpoints
  metadata: {name: web, namespace: shop, uid: e}
- apiVersion: batch/v1
  kind: Job
  metadata: {name: j, uid: j, labels: {job-name: j}}
  spec: {selector: {matchLabels: {controller-uid: j}}, template: {metadata: {labels: {controller-uid: j, app: j}}, spec: {containers: []}}}
"#;
        assert!(is_foreign(dump));
        let want = "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: shop\n---\napiVersion: apps/v1\nkind: ReplicaSet\nmetadata:\n  annotations:\n    note: kept\n  \
            name: web-1\n  namespace: shop\nspec:\n  replicas: 1\n  template:\n    spec:\n      containers:\n      - image: nginx\n        name: c\n---\n\
            apiVersion: v1\nkind: Service\nmetadata:\n  name: web\n  namespace: shop\nspec:\n  ports:\n  - nodePort: 30080\n    port: 80\n---\n\
            apiVersion: batch/v1\nkind: Job\nmetadata:\n  name: j\nspec:\n  template:\n    metadata:\n      labels:\n        app: j\n    spec:\n      containers: []\n";
        assert_eq!(adopt(dump).as_deref(), Some(want));
        assert_eq!(adopt("kind: Pod\nmetadata: {name: a}\n"), None);
        assert_eq!(adopt("kind: [\n"), None);
    }
}
