//! Volumes, claims, classes, and devices that are claimed likewise.

use super::format::{age_of, quantity, truth};
use super::{AGE, BuiltIn, Column, NAME, boolean, int, text, wide};
use crate::api::persistent_volume::class_of;
use crate::api::{Object, Value};
use crate::base::List as _;

pub(super) static PERSISTENT_VOLUME: BuiltIn = BuiltIn {
    columns: &[
        NAME,
        text("Capacity"),
        text("Access Modes"),
        text("Reclaim Policy"),
        text("Status"),
        text("Claim"),
        text("StorageClass"),
        text("VolumeAttributesClass"),
        text("Reason"),
        AGE,
        wide("VolumeMode"),
    ],
    cells: |o, now| {
        let (spec, status) = (o.get("spec"), o.get("status"));
        let claim = spec.get("claimRef");
        vec![
            o.name().to_owned(),
            quantity(spec.at(&["capacity", "storage"])),
            access_modes(spec.get("accessModes")),
            spec.get("persistentVolumeReclaimPolicy").str().to_owned(),
            phase(o),
            if claim.is_null() { String::new() } else { format!("{}/{}", claim.get("namespace").str(), claim.get("name").str()) },
            class_of(o).to_owned(),
            or_unset(spec.get("volumeAttributesClassName")),
            status.get("reason").str().to_owned(),
            age_of(o, now),
            or_unset(spec.get("volumeMode")),
        ]
    },
};

pub(super) static PERSISTENT_VOLUME_CLAIM: BuiltIn = BuiltIn {
    columns: &[
        NAME,
        text("Status"),
        text("Volume"),
        text("Capacity"),
        text("Access Modes"),
        text("StorageClass"),
        text("VolumeAttributesClass"),
        AGE,
        wide("VolumeMode"),
    ],
    cells: |o, now| {
        let (spec, status) = (o.get("spec"), o.get("status"));
        let volume = spec.get("volumeName").str();
        let bound = |text: String| if volume.is_empty() { String::new() } else { text };
        vec![
            o.name().to_owned(),
            phase(o),
            volume.to_owned(),
            bound(quantity(status.at(&["capacity", "storage"]))),
            bound(access_modes(status.get("accessModes"))),
            class_of(o).to_owned(),
            or_unset(spec.get("volumeAttributesClassName")),
            age_of(o, now),
            or_unset(spec.get("volumeMode")),
        ]
    },
};

fn or_unset(v: &Value) -> String {
    v.as_str().unwrap_or("<unset>").to_owned()
}

fn phase(o: &Value) -> String {
    if o.is_terminating() { "Terminating" } else { o.at(&["status", "phase"]).str() }.to_owned()
}

/// `RWO,ROX`: each mode once, in a fixed order.
// Models GetAccessModesAsString.
pub fn access_modes(modes: &Value) -> String {
    let short = [("ReadWriteOnce", "RWO"), ("ReadOnlyMany", "ROX"), ("ReadWriteMany", "RWX"), ("ReadWriteOncePod", "RWOP")].into_iter();
    let present = short.filter(|(mode, _)| modes.items().iter().any(|m| m.str() == *mode));
    present.map(|(_, short)| short).list().join(",")
}

pub(super) static STORAGE_CLASS: BuiltIn = BuiltIn {
    columns: &[NAME, text("Provisioner"), text("ReclaimPolicy"), text("VolumeBindingMode"), text("AllowVolumeExpansion"), AGE],
    cells: |o, now| {
        let default = ["storageclass.kubernetes.io/is-default-class", "storageclass.beta.kubernetes.io/is-default-class"]
            .iter()
            .any(|a| o.annotation(a) == Some("true"));
        vec![
            format!("{}{}", o.name(), if default { " (default)" } else { "" }),
            o.get("provisioner").str().to_owned(),
            o.get("reclaimPolicy").as_str().unwrap_or("Delete").to_owned(),
            o.get("volumeBindingMode").as_str().unwrap_or("Immediate").to_owned(),
            truth(o.get("allowVolumeExpansion")),
            age_of(o, now),
        ]
    },
};

pub(super) static VOLUME_ATTRIBUTES_CLASS: BuiltIn = BuiltIn {
    columns: &[NAME, text("DriverName"), AGE],
    cells: |o, now| vec![o.name().to_owned(), o.get("driverName").str().to_owned(), age_of(o, now)],
};

pub(super) static VOLUME_ATTACHMENT: BuiltIn = BuiltIn {
    columns: &[
        NAME,
        Column { name: "Attacher", kind: "string", is_name: true, wide: false },
        text("PV"),
        text("Node"),
        boolean("Attached"),
        AGE,
    ],
    cells: |o, now| {
        let spec = o.get("spec");
        vec![
            o.name().to_owned(),
            spec.get("attacher").str().to_owned(),
            spec.at(&["source", "persistentVolumeName"]).str().to_owned(),
            spec.get("nodeName").str().to_owned(),
            truth(o.at(&["status", "attached"])),
            age_of(o, now),
        ]
    },
};

pub(super) static CSI_NODE: BuiltIn = BuiltIn {
    columns: &[NAME, int("Drivers"), AGE],
    cells: |o, now| vec![o.name().to_owned(), o.at(&["spec", "drivers"]).items().len().to_string(), age_of(o, now)],
};

pub(super) static CSI_DRIVER: BuiltIn = BuiltIn {
    columns: &[
        NAME,
        boolean("AttachRequired"),
        boolean("PodInfoOnMount"),
        boolean("StorageCapacity"),
        text("TokenRequests"),
        boolean("RequiresRepublish"),
        text("Modes"),
        AGE,
    ],
    cells: |o, now| {
        let spec = o.get("spec");
        let list = |v: &Value, item: fn(&Value) -> &str| v.items().iter().map(item).list().join(",");
        let modes = list(spec.get("volumeLifecycleModes"), Value::str);
        vec![
            o.name().to_owned(),
            spec.get("attachRequired").as_bool().unwrap_or(true).to_string(),
            truth(spec.get("podInfoOnMount")),
            truth(spec.get("storageCapacity")),
            match spec.get("tokenRequests") {
                Value::Null => "<unset>".into(),
                requests => list(requests, |r| r.get("audience").str()),
            },
            truth(spec.get("requiresRepublish")),
            if modes.is_empty() { "<none>".into() } else { modes },
            age_of(o, now),
        ]
    },
};

pub(super) static RESOURCE_CLAIM: BuiltIn = BuiltIn {
    columns: &[NAME, text("State"), AGE],
    cells: |o, now| {
        let allocated = !o.at(&["status", "allocation"]).is_null();
        let reserved = allocated && !o.at(&["status", "reservedFor"]).items().is_empty();
        let deleted = o.is_terminating();
        let states = [(deleted, "deleted"), (!allocated && !deleted, "pending"), (allocated, "allocated"), (reserved, "reserved")];
        let states: Vec<&str> = states.into_iter().filter(|(holds, _)| *holds).map(|(_, state)| state).list();
        vec![o.name().to_owned(), states.join(","), age_of(o, now)]
    },
};

pub(super) static RESOURCE_SLICE: BuiltIn = BuiltIn {
    columns: &[NAME, text("Node"), text("Driver"), text("Pool"), AGE],
    cells: |o, now| {
        let spec = o.get("spec");
        let node = match (spec.get("nodeName").str(), spec.get("allNodes").is_true(), spec.get("nodeSelector").is_null()) {
            ("", true, _) => "<all>",
            ("", _, false) => "<selected>",
            (name, ..) => name,
        };
        vec![
            o.name().to_owned(),
            node.to_owned(),
            spec.get("driver").str().to_owned(),
            spec.at(&["pool", "name"]).str().to_owned(),
            age_of(o, now),
        ]
    },
};
