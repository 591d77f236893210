//! Volumes, claims and their classes.

use super::metadata::{date, go_list, quantity, truth};
use super::page::Page;
use crate::api::persistent_volume::class_of;
use crate::api::{Object, Value, kinds};
use crate::base::{Case as _, List as _, Order as _};
use crate::kubectl::output::columns::{access_modes, format_labels};

// Models describePersistentVolume.
pub(super) fn persistent_volume(page: &mut Page, pv: &Value) {
    let spec = pv.get("spec");
    page.name(pv);
    page.labels_and_annotations(pv);
    page.field(0, "Finalizers", go_list(pv.at(&["metadata", "finalizers"])));
    page.field(0, "StorageClass", class_of(pv));
    page.status_or_terminating(pv);
    let claim = spec.get("claimRef");
    let claim = if claim.is_null() { String::new() } else { format!("{}/{}", claim.get("namespace").str(), claim.get("name").str()) };
    page.field(0, "Claim", claim);
    page.field(0, "Reclaim Policy", spec.get("persistentVolumeReclaimPolicy").str());
    page.field(0, "Access Modes", access_modes(spec.get("accessModes")));
    if let Some(mode) = spec.get("volumeMode").as_str() {
        page.field(0, "VolumeMode", mode);
    }
    page.field(0, "Capacity", quantity(spec.at(&["capacity", "storage"])));
    node_affinity(page, spec.at(&["nodeAffinity", "required"]));
    page.field(0, "Message", pv.at(&["status", "message"]).str());
    page.line(0, "Source:");
    page.volume_source(spec, true);
    page.events(kinds::PERSISTENT_VOLUME, pv);
}

fn node_affinity(page: &mut Page, required: &Value) {
    if required.is_null() {
        page.field(0, "Node Affinity", "<none>");
        return;
    }
    page.field(0, "Node Affinity", "");
    let terms = required.get("nodeSelectorTerms").items();
    page.field(1, "Required Terms", if terms.is_empty() { "<none>" } else { "" });
    for (i, term) in terms.iter().enumerate() {
        let line = |r: &Value| {
            let text = format!("{} {}", r.get("key").str(), r.get("operator").str().lower());
            requirement(text, r.get("values"))
        };
        let lines: Vec<String> = term.get("matchExpressions").items().iter().map(line).list();
        page.items(2, &format!("Term {i}"), &lines);
    }
}

fn requirement(text: String, values: &Value) -> String {
    let values: Vec<&str> = values.items().iter().map(Value::str).list();
    if values.is_empty() { text } else { format!("{text} [{}]", values.join(", ")) }
}

// Models describePersistentVolumeClaim.
pub(super) fn persistent_volume_claim(page: &mut Page, pvc: &Value) {
    let (spec, status) = (pvc.get("spec"), pvc.get("status"));
    page.name(pvc);
    page.field(0, "Namespace", pvc.namespace());
    page.field(0, "StorageClass", class_of(pvc));
    page.status_or_terminating(pvc);
    let volume = spec.get("volumeName").str();
    page.field(0, "Volume", volume);
    page.labels_and_annotations(pvc);
    page.field(0, "Finalizers", go_list(pvc.at(&["metadata", "finalizers"])));
    let bound = |text: String| if volume.is_empty() { String::new() } else { text };
    page.field(0, "Capacity", bound(quantity(status.at(&["capacity", "storage"]))));
    page.field(0, "Access Modes", bound(access_modes(status.get("accessModes"))));
    if let Some(mode) = spec.get("volumeMode").as_str() {
        page.field(0, "VolumeMode", mode);
    }
    page.data_source(spec.get("dataSource"));
    used_by(page, pvc);
    if !status.get("conditions").items().is_empty() {
        page.line(0, "Conditions:");
        page.line(1, "Type\tStatus\tLastProbeTime\tLastTransitionTime\tReason\tMessage");
        page.line(1, "----\t------\t-----------------\t------------------\t------\t-------");
        for c in status.get("conditions").items() {
            let text = |member: &str| c.get(member).str();
            let (probed, moved) = (date(c.get("lastProbeTime")), date(c.get("lastTransitionTime")));
            let (kind, status) = (text("type"), text("status"));
            page.line(1, format_args!("{kind} \t{status} \t{probed} \t{moved} \t{} \t{}", text("reason"), text("message")));
        }
    }
    page.events(kinds::PERSISTENT_VOLUME_CLAIM, pvc);
}

/// The pods that mount a claim or own it.
fn used_by(page: &mut Page, pvc: &Value) {
    let pods = page.related.list(kinds::POD, Some(pvc.namespace()));
    let mounts = |p: &Value| {
        let volumes = p.at(&["spec", "volumes"]).items();
        volumes.iter().any(|v| v.at(&["persistentVolumeClaim", "claimName"]).as_str() == Some(pvc.name()))
    };
    let owners = pvc.at(&["metadata", "ownerReferences"]).items();
    let owns = |p: &Value| owners.iter().any(|o| o.kind() == "Pod" && o.get("uid").str() == p.uid());
    let mut names: Vec<String> = pods.iter().filter(|p| mounts(p) || owns(p)).map(|p| p.name().to_owned()).list();
    names.order();
    page.items(0, "Used By", &names);
}

pub(super) fn storage_class_object(page: &mut Page, class: &Value) {
    let default = ["storageclass.kubernetes.io/is-default-class", "storageclass.beta.kubernetes.io/is-default-class"]
        .iter()
        .any(|a| class.annotation(a) == Some("true"));
    page.name(class);
    page.field(0, "IsDefaultClass", if default { "Yes" } else { "No" });
    page.field(0, "Annotations", format_labels(class.at(&["metadata", "annotations"])));
    page.field(0, "Provisioner", class.get("provisioner").str());
    page.field(0, "Parameters", format_labels(class.get("parameters")));
    page.field(0, "AllowVolumeExpansion", truth(class.get("allowVolumeExpansion")));
    match class.get("mountOptions").items() {
        [] => page.field(0, "MountOptions", "<none>"),
        options => {
            page.line(0, "MountOptions:");
            for option in options {
                page.line(1, option.str());
            }
        }
    }
    for (title, member) in [("ReclaimPolicy", "reclaimPolicy"), ("VolumeBindingMode", "volumeBindingMode")] {
        if let Some(text) = class.get(member).as_str() {
            page.field(0, title, text);
        }
    }
    if !class.get("allowedTopologies").is_null() {
        let terms = class.get("allowedTopologies").items();
        page.field(0, "AllowedTopologies", if terms.is_empty() { "<none>" } else { "" });
        for (i, term) in terms.iter().enumerate() {
            let line = |r: &Value| requirement(format!("{} in", r.get("key").str()), r.get("values"));
            let lines: Vec<String> = term.get("matchLabelExpressions").items().iter().map(line).list();
            page.items(1, &format!("Term {i}"), &lines);
        }
    }
    page.events(kinds::STORAGE_CLASS, class);
}

pub(super) fn volume_attributes_class(page: &mut Page, class: &Value) {
    page.name(class);
    page.field(0, "Annotations", format_labels(class.at(&["metadata", "annotations"])));
    page.field(0, "DriverName", class.get("driverName").str());
    page.field(0, "Parameters", format_labels(class.get("parameters")));
    page.events(kinds::VOLUME_ATTRIBUTES_CLASS, class);
}

pub(super) fn csi_node(page: &mut Page, node: &Value) {
    page.name(node);
    page.labels_and_annotations(node);
    page.field(0, "CreationTimestamp", date(node.at(&["metadata", "creationTimestamp"])));
    page.line(0, "Spec:");
    if !node.at(&["spec", "drivers"]).is_null() {
        page.line(1, "Drivers:");
    }
    for driver in node.at(&["spec", "drivers"]).items() {
        page.line(2, format_args!("{}:", driver.get("name").str()));
        page.field(3, "Node ID", driver.get("nodeID").str());
        if let Some(count) = driver.at(&["allocatable", "count"]).as_int() {
            page.line(3, "Allocatables:");
            page.field(4, "Count", count);
        }
        if !driver.get("topologyKeys").is_null() {
            page.field(3, "Topology Keys", go_list(driver.get("topologyKeys")));
        }
    }
    page.events(kinds::CSI_NODE, node);
}
