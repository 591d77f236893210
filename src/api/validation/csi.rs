//! What the drivers of volumes tell of themselves, and what is told of their volumes: the rarer kinds of the storage group.
// Models pkg/apis/storage/validation.

use super::super::{Quantity, Value, names};
use super::meta::{label_name, label_selector, object_meta, object_meta_update};
use super::path::{Errors, Path, same};
use super::projected::token_expiration;
use super::security::closed;
use super::storage::{parameters, provisioner};
use super::volumes::csi_driver_name;
use crate::base::SortedSet;

/// A new or changed CSIDriver.
pub(super) fn driver(errors: &mut Errors, driver: &Value) {
    object_meta(errors, driver, false, names::dns1123_subdomain);
    driver_spec(errors, driver);
}

fn driver_spec(errors: &mut Errors, driver: &Value) {
    let (at, spec) = (Path::new("spec"), driver.get("spec"));
    let policies = ["File", "None", "ReadWriteOnceWithFSType"];
    closed(errors, at.child("fsGroupPolicy"), spec.get("fsGroupPolicy"), &policies);
    let list = at.child("tokenRequests");
    let mut seen = SortedSet::new();
    for (i, request) in spec.get("tokenRequests").items().iter().enumerate() {
        let (at, audience) = (list.index(i), request.get("audience").str());
        if !seen.insert(audience) {
            errors.duplicate(at.child("audience"), audience);
        } else if let Some(seconds) = request.get("expirationSeconds").as_int() {
            token_expiration(errors, at.child("expirationSeconds"), seconds);
        }
    }
    for mode in spec.get("volumeLifecycleModes").items() {
        closed(errors, at.child("volumeLifecycleModes"), mode, &["Persistent", "Ephemeral"]);
    }
    let period = spec.get("nodeAllocatableUpdatePeriodSeconds");
    if period.as_int().is_some_and(|p| p < 10) {
        errors.invalid(at.child("nodeAllocatableUpdatePeriodSeconds"), period, "must be greater than or equal to 10 seconds");
    }
    let in_secrets = spec.get("serviceAccountTokenInSecrets");
    if !in_secrets.is_null() && spec.get("tokenRequests").is_empty() {
        let detail = "serviceAccountTokenInSecrets is set but no tokenRequests are specified";
        errors.invalid(at.child("serviceAccountTokenInSecrets"), in_secrets, detail);
    }
}

/// A changed CSIDriver.
pub(super) fn driver_update(errors: &mut Errors, new: &Value, old: &Value) {
    object_meta_update(errors, new, old);
    driver_spec(errors, new);
    let at = Path::new("spec");
    // The first path is misspelt upstream.
    for (key, shown) in [("attachRequired", "attachedRequired"), ("volumeLifecycleModes", "volumeLifecycleModes")] {
        errors.immutable(at.child(shown), new.at(&["spec", key]), old.at(&["spec", key]));
    }
}

/// A new or changed CSINode.
pub(super) fn node(errors: &mut Errors, node: &Value) {
    object_meta(errors, node, false, names::dns1123_subdomain);
    let at = Path::new("spec");
    let list = at.child("drivers");
    let mut seen = SortedSet::new();
    for (i, driver) in node.at(&["spec", "drivers"]).items().iter().enumerate() {
        let (at, name, id) = (list.index(i), driver.get("name").str(), driver.get("nodeID").str());
        csi_driver_name(errors, at.child("name"), name);
        if id.is_empty() {
            errors.required(at.child("nodeID"), "");
        } else if id.len() > 256 {
            errors.invalid(at.child("nodeID"), id, "must be 256 characters or less");
        }
        errors.nonnegative(at.child("allocatable").child("count"), driver.at(&["allocatable", "count"]));
        if !seen.insert(name) {
            errors.duplicate(at.child("name"), name);
        }
        let keys = driver.get("topologyKeys").items();
        for (j, key) in keys.iter().enumerate() {
            if key.is_empty() {
                errors.required(at, "");
            }
            if keys[..j].contains(key) {
                errors.duplicate(at, key);
            }
            label_name(errors, at, key.str());
        }
    }
}

/// A changed CSINode: of a driver that it has, only how many volumes it can have may change.
pub(super) fn node_update(errors: &mut Errors, new: &Value, old: &Value) {
    node(errors, new);
    let drivers = |of: &Value| {
        let mut drivers = of.at(&["spec", "drivers"]).items().to_vec();
        drivers.iter_mut().for_each(|driver| _ = driver.remove(&["allocatable"]));
        drivers
    };
    let new = drivers(new);
    for before in drivers(old) {
        for after in new.iter().filter(|d| d.get("name") == before.get("name")) {
            errors.internal_immutable(Path::new("spec").child("drivers"), ("storage", "CSINodeDriver"), after, &before);
        }
    }
}

/// A new or changed CSIStorageCapacity; `old` is what it was.
pub(super) fn capacity(errors: &mut Errors, capacity: &Value, old: Option<&Value>) {
    let class = capacity.get("storageClassName").str();
    object_meta(errors, capacity, true, names::dns1123_subdomain);
    label_selector(errors, Path::new("nodeTopology"), capacity.get("nodeTopology"));
    errors.each_invalid(Path::new("storageClassName"), class, names::dns1123_subdomain(class));
    if Quantity::of(capacity.get("capacity")).sign() < 0 {
        errors.invalid(Path::new("capacity"), capacity.get("capacity"), "must be greater than or equal to 0");
    }
    let Some(old) = old else { return };
    object_meta_update(errors, capacity, old);
    let (topology, before) = (capacity.get("nodeTopology"), old.get("nodeTopology"));
    errors.internal_immutable(Path::new("nodeTopology"), ("meta", "LabelSelector"), topology, before);
    errors.immutable(Path::new("storageClassName"), &class.into(), &old.get("storageClassName").str().into());
}

/// A new or changed VolumeAttachment; `old` is what it was.
pub(super) fn attachment(errors: &mut Errors, attachment: &Value, old: Option<&Value>) {
    object_meta(errors, attachment, false, names::dns1123_subdomain);
    let (at, spec) = (Path::new("spec"), attachment.get("spec"));
    csi_driver_name(errors, at.child("attacher"), spec.get("attacher").str());
    let source = at.child("source");
    let (name, inline) = (spec.at(&["source", "persistentVolumeName"]), spec.at(&["source", "inlineVolumeSpec"]));
    let one = "must specify exactly one of inlineVolumeSpec and persistentVolumeName";
    match (name.is_null(), inline.is_null()) {
        (true, true) => errors.required(source, one),
        (false, false) => errors.forbidden(source, one),
        (false, true) if name.is_empty() => {
            errors.required(source.child("persistentVolumeName"), "must specify non empty persistentVolumeName");
        }
        _ => {}
    }
    let node = spec.get("nodeName").str();
    errors.each_invalid(at.child("nodeName"), node, names::dns1123_subdomain(node));
    if let Some(name) = name.as_str() {
        errors.each_invalid(source.child("persistentVolumeName"), name, names::dns1123_subdomain(name));
    }
    if let Some(old) = old {
        errors.internal_immutable(at, ("storage", "VolumeAttachmentSpec"), spec, old.get("spec"));
    }
}

/// A new or changed VolumeAttributesClass.
pub(super) fn attributes_class(errors: &mut Errors, class: &Value) {
    object_meta(errors, class, false, names::dns1123_subdomain);
    provisioner(errors, Path::new("driverName"), class.get("driverName").str());
    parameters(errors, class.get("parameters"));
    if class.get("parameters").is_empty() {
        errors.required(Path::new("parameters"), "must contain at least one key/value pair");
    }
}

/// A changed VolumeAttributesClass.
pub(super) fn attributes_class_update(errors: &mut Errors, new: &Value, old: &Value) {
    object_meta_update(errors, new, old);
    for key in ["driverName", "parameters"] {
        if !same(new.get(key), old.get(key)) {
            errors.forbidden(Path::new(key), &format!("updates to {key} are forbidden."));
        }
    }
    attributes_class(errors, new);
}
