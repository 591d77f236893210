//! The default nodes of a session, and what every node has when it joins.

use crate::api::{Object, Value};
use crate::base::{List as _, Time};
use crate::kubelet::HEALTHY;
use crate::obj;
use crate::runtime::images::lookup;

/// The images that default nodes already have: the pause image in two versions, and what earlier pods left behind, as on nodes that have
/// been in use.
const IMAGES: [&str; 9] = [
    "registry.k8s.io/pause:3.9",
    "registry.k8s.io/pause:3.10",
    "busybox:latest",
    "nginx:latest",
    "nginx:1.24",
    "nginx:1.25",
    "nginx:1.7.9",
    "nginx:1.9.1",
    "gcr.io/google_containers/fluentd-elasticsearch:1.17",
];

/// node1 to node3: each 4 CPUs, 8Gi, 110 pods; the first and the last in zone-1, the other in zone-2.
pub fn default_nodes() -> Vec<Value> {
    let size = |name: &str| lookup(name).map_or(0, |image| image.size_bytes) as i64;
    let images: Vec<Value> = IMAGES.iter().map(|name| obj!({"names": [*name], "sizeBytes": size(name)})).list();
    (1..=3)
        .map(|i| {
            let name = format!("node{i}");
            obj!({
                "metadata": {
                    "name": name.as_str(),
                    "labels": {
                        "beta.kubernetes.io/arch": "amd64", "beta.kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64",
                        "kubernetes.io/hostname": name.as_str(), "kubernetes.io/os": "linux", "topology.kubernetes.io/zone": if i == 2 { "zone-2" } else { "zone-1" }
                    }
                },
                "spec": {"podCIDR": format!("10.244.{i}.0/24"), "podCIDRs": [format!("10.244.{i}.0/24")]},
                "status": {
                    "addresses": [{"type": "InternalIP", "address": format!("10.244.0.{}", 10 + i)}, {"type": "Hostname", "address": name.as_str()}],
                    "images": images.clone()
                }
            })
        })
        .list()
}

/// A node with what its kubelet reports when it joins, unless the session says otherwise.
pub(super) fn joined(mut node: Value, place: usize, now: Time) -> Value {
    let resources = obj!({"cpu": "4", "memory": "8Gi", "pods": "110", "ephemeral-storage": "100Gi"});
    for which in ["capacity", "allocatable"] {
        if node.at(&["status", which]).is_empty() {
            let other = node.at(&["status", if which == "capacity" { "allocatable" } else { "capacity" }]).clone();
            node.set(&["status", which], if other.is_empty() { resources.clone() } else { other });
        }
    }
    let name = node.name().to_owned();
    for (label, value) in [("kubernetes.io/hostname", name.as_str()), ("kubernetes.io/os", "linux"), ("kubernetes.io/arch", "amd64")] {
        if node.label(label).is_none() {
            node.set(&["metadata", "labels", label], value);
        }
    }
    if node.at(&["status", "addresses"]).is_empty() {
        let address = format!("10.244.{}.{}", 200 + place / 250, 1 + place % 250);
        node.set(
            &["status", "addresses"],
            obj!([{"type": "InternalIP", "address": address}, {"type": "Hostname", "address": name.as_str()}]),
        );
    }
    if node.at(&["status", "nodeInfo"]).is_empty() {
        node.set(
            &["status", "nodeInfo"],
            obj!({
                "architecture": "amd64", "operatingSystem": "linux", "osImage": "Kubarium (simulated)", "kernelVersion": "6.12.0-simulated",
                "kubeletVersion": "v1.36.2", "kubeProxyVersion": "", "containerRuntimeVersion": "kubarium://0.1.0", "machineID": "", "systemUUID": "",
                "bootID": ""
            }),
        );
    }
    if node.at(&["status", "conditions"]).is_empty() {
        let at = now.rfc3339();
        let conditions = HEALTHY.map(|(kind, status, reason, message)| {
            obj!({
                "type": kind, "status": status, "reason": reason, "message": message, "lastHeartbeatTime": at.as_str(),
                "lastTransitionTime": at.as_str()
            })
        });
        node.set(&["status", "conditions"], conditions.to_vec());
    }
    node
}
