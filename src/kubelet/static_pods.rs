//! Static pods: manifests in a folder of the node, which its kubelet runs without being asked, and their mirrors in the API.

use super::disks::{DiskPath, Disks, Holder};
use super::kubelets::Kubelets;
use super::pod_worker::PodWorker;
use crate::api::yaml::decode_stream;
use crate::api::{Object, Value, kinds};
use crate::base::{Fnv128, List as _, Time};
use crate::obj;
use crate::runtime::{Inode, Kind as FileKind};
use crate::server::{ApiServer, Caller, DeleteOptions, WriteOptions};

/// Where a node's manifest folder is.
pub(super) fn manifest_folder(node: &str) -> DiskPath {
    DiskPath::new(Holder::Node(node.into()), "etc/kubernetes/manifests")
}

const MIRROR: &str = "kubernetes.io/config.mirror";
const HASH: &str = "kubernetes.io/config.hash";
/// When the kubelet saw a pod first.
pub(super) const SEEN: &str = "kubernetes.io/config.seen";
/// Where the kubelet has a pod from.
pub(super) const SOURCE: &str = "kubernetes.io/config.source";
/// Members that refer to other objects of the API: no static pod may have one.
const REFERENCES: [&str; 9] = [
    "configMap",
    "configMapKeyRef",
    "configMapRef",
    "imagePullSecrets",
    "persistentVolumeClaim",
    "secret",
    "secretKeyRef",
    "secretRef",
    "serviceAccountName",
];

/// Whether the pod is the mirror of a static one.
pub(super) fn is_mirror(pod: &Value) -> bool {
    pod.annotation(MIRROR).is_some()
}

fn same(a: &Value, b: &Value) -> bool {
    a.name() == b.name() && a.namespace() == b.namespace()
}

/// The hash of the manifest that a mirror shows.
pub(super) fn hash(pod: &Value) -> Option<&str> {
    pod.annotation(MIRROR)
}

/// The texts in a node's manifest folder.
fn manifests(disks: &Disks, node: &str) -> Vec<String> {
    let folder = disks.get(&manifest_folder(node));
    let Some(FileKind::Dir(entries)) = folder.as_ref().map(|f| &f.kind) else { return Vec::new() };
    let text = |node: &Inode| match &node.kind {
        FileKind::File { data, .. } => Some(String::from_utf8_lossy(data).into_owned()),
        _ => None,
    };
    entries.iter().filter(|(name, _)| !name.starts_with('.')).filter_map(|(_, node)| text(node)).list()
}

fn refers(value: &Value) -> bool {
    value.entries().any(|(k, v)| (REFERENCES.contains(&k.as_str()) && !v.is_empty()) || refers(v)) || value.items().iter().any(refers)
}

/// The mirrors that a node's static pods want.
// Models the kubelet's file source (pkg/kubelet/config) and mirror client.
fn wanted(disks: &Disks, node: &Value, now: Time) -> Vec<Value> {
    let mut pods: Vec<Value> = Vec::new();
    for text in manifests(disks, node.name()) {
        for document in decode_stream(&text).0 {
            let mut pod = document.value;
            // One that cannot be run is left out; the kubelet says so in a log that nobody sees here.
            if pod.kind() != "Pod" || pod.api_version() != "v1" || pod.name().is_empty() || refers(pod.get("spec")) {
                continue;
            }
            // As long as the kubelet's, which is an MD5 of Go's memory.
            let hash = format!("{:032x}", Fnv128::of(pod.to_json().as_bytes()));
            let name = format!("{}-{}", pod.name(), node.name());
            pod.set(&["metadata", "name"], name);
            if pod.namespace().is_empty() {
                pod.set(&["metadata", "namespace"], "default");
            }
            for (key, value) in [(HASH, hash.clone()), (MIRROR, hash), (SEEN, now.rfc3339()), (SOURCE, "file".into())] {
                pod.set(&["metadata", "annotations", key], value);
            }
            let owner = obj!({"apiVersion": "v1", "kind": "Node", "name": node.name(), "uid": node.uid(), "controller": true});
            pod.set(&["metadata", "ownerReferences"], vec![owner]);
            pod.set(&["spec", "nodeName"], node.name());
            pod.at_mut(&["spec", "tolerations"]).list_mut().push(obj!({"effect": "NoExecute", "operator": "Exists"}));
            if pods.iter().all(|p| p.name() != pod.name() || p.namespace() != pod.namespace()) {
                pods.push(pod);
            }
        }
    }
    pods
}

impl Kubelets {
    /// Whether a mirror shows a manifest that is still there.
    pub(super) fn wants(&self, api: &ApiServer, now: Time, mirror: &Value) -> bool {
        let node = api.peek(kinds::NODE, "", mirror.at(&["spec", "nodeName"]).str());
        node.is_some_and(|node| wanted(&self.disks, node, now).iter().any(|w| same(w, mirror) && hash(w) == hash(mirror)))
    }

    /// Brings the mirrors of a node's static pods in line with its manifest folder.
    pub(super) fn sync_static_pods(&mut self, api: &mut ApiServer, now: Time, node: &str) {
        let Some(object) = api.peek(kinds::NODE, "", node).cloned().filter(|_| self.is_running(node)) else { return };
        let wanted = wanted(&self.disks, &object, now);
        let (pods, by) = (kinds::POD, Caller::new(now, "kubelet"));
        let stale: Vec<Value> = api
            .pods_on(node)
            .filter(|p| is_mirror(p) && !p.is_terminating())
            .filter(|p| !wanted.iter().any(|w| same(p, w) && hash(w) == hash(p)))
            .cloned()
            .list();
        for pod in stale {
            let runs = self.worker(pod.namespace(), pod.name()).filter(|w| hash(&w.pod) == hash(&pod)).map(|w| w.uid.clone());
            match runs {
                Some(uid) => self.with_worker(api, now, node, &uid, PodWorker::manifest_gone).unwrap_or_default(),
                None => {
                    // One that is gone already is what is wanted.
                    let _ = api.delete(&by, pods, pod.namespace(), pod.name(), &DeleteOptions::now());
                }
            }
        }
        for pod in wanted {
            if api.peek(pods, pod.namespace(), pod.name()).is_none() {
                // A manifest that the API refuses has no mirror, and does not run here.
                let namespace = pod.namespace().to_owned();
                let _ = api.create(&by, pods, &namespace, pod, &WriteOptions::default());
            }
        }
    }
}
