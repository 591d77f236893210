//! Volumes and claims of the cluster, and the storage group.

use super::super::{Object as _, Quantity, Value, internal, names};
use super::ip;
use super::meta::{self, label_name, label_selector, object_meta, object_meta_update};
use super::path::{Errors, Path, same};
use super::resources::quantity_value;
use super::scheduling::node_selector;
use super::security::closed;
use super::volumes::one_source;
use crate::api::well_known::{BETA_STORAGE_CLASS, REGION, ZONE};
use crate::base::{Case as _, List as _, Order as _, SortedSet};

const ACCESS_MODES: [&str; 4] = ["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"];
const VOLUME_MODES: [&str; 2] = ["Block", "Filesystem"];

/// A new PersistentVolumeClaim.
pub(super) fn claim(errors: &mut Errors, claim: &Value) {
    object_meta(errors, claim, true, names::dns1123_subdomain);
    claim_spec(errors, Path::new("spec"), claim.get("spec"));
}

/// A claim's template in a pod or a StatefulSet.
pub(super) fn claim_template(errors: &mut Errors, at: Path<'_>, template: &Value) {
    let meta = template.get("metadata");
    let meta_at = at.child("metadata");
    meta::annotations(errors, meta_at.child("annotations"), meta.get("annotations"));
    meta::labels(errors, meta_at.child("labels"), meta.get("labels"));
    for (key, _) in meta.entries().filter(|(k, _)| !matches!(k.as_str(), "annotations" | "labels")) {
        errors.forbidden(meta_at.child(key), "cannot be set");
    }
    claim_spec(errors, at.child("spec"), template.get("spec"));
}

fn access_modes(errors: &mut Errors, at: Path<'_>, modes: &Value) {
    for mode in modes.items() {
        closed(errors, at, mode, &ACCESS_MODES);
    }
    let single = modes.items().iter().any(|m| m.str() == "ReadWriteOncePod");
    if single && modes.items().iter().any(|m| m.str() != "ReadWriteOncePod" && ACCESS_MODES.contains(&m.str())) {
        errors.forbidden(at, "may not use ReadWriteOncePod with other access modes");
    }
}

/// A claim's spec.
pub(super) fn claim_spec(errors: &mut Errors, at: Path<'_>, spec: &Value) {
    if spec.get("accessModes").is_empty() {
        errors.required(at.child("accessModes"), "at least 1 access mode is required");
    }
    label_selector(errors, at.child("selector"), spec.get("selector"));
    access_modes(errors, at.child("accessModes"), spec.get("accessModes"));
    let resources = at.child("resources");
    match spec.at(&["resources", "requests", "storage"]) {
        Value::Null => errors.required(resources.key("storage"), ""),
        amount if Quantity::of(amount).sign() <= 0 => errors.invalid(resources.key("storage"), amount, "must be greater than zero"),
        amount => quantity_value(errors, resources.key("storage"), "storage", amount),
    }
    let class = |errors: &mut Errors, key: &str| {
        let name = spec.get(key).str();
        if !name.is_empty() {
            errors.each_invalid(at.child(key), name, names::dns1123_subdomain(name));
        }
    };
    class(errors, "storageClassName");
    closed(errors, at.child("volumeMode"), spec.get("volumeMode"), &VOLUME_MODES);
    for key in ["dataSource", "dataSourceRef"] {
        let (source, at) = (spec.get(key), at.child(key));
        if source.is_null() {
            continue;
        }
        for key in ["name", "kind"] {
            if source.get(key).is_empty() {
                errors.required(at.child(key), "");
            }
        }
        let group = source.get("apiGroup").str();
        if group.is_empty() && source.get("kind").str() != "PersistentVolumeClaim" {
            let detail = "must be 'PersistentVolumeClaim' when referencing the default apiGroup";
            errors.invalid(at, source.get("kind").str(), detail);
        }
        if !group.is_empty() {
            errors.ratcheting(|errors| errors.each_invalid(at.child("apiGroup"), group, names::dns1123_subdomain(group)));
        }
        let namespace = source.get("namespace").str();
        if !namespace.is_empty() {
            errors.each_invalid(at.child("namespace"), namespace, names::dns1123_label(namespace));
        }
    }
    let (source, reference) = (spec.get("dataSource"), spec.get("dataSourceRef"));
    if !source.is_null() && !reference.is_null() {
        let same = ["apiGroup", "kind", "name"].iter().all(|k| source.get(k) == reference.get(k));
        // The message shows the path of the source, as an empty object.
        if !reference.get("namespace").is_empty() {
            errors.invalid(at, Value::map(), "may not be specified when dataSourceRef.namespace is specified");
        } else if !same {
            errors.invalid(at, Value::map(), "must match dataSourceRef");
        }
    }
    class(errors, "volumeAttributesClassName");
}

const CLAIM_STAYS: &str = "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims";

/// A part of this type that may not change.
fn unchanged(errors: &mut Errors, at: Path<'_>, ty: &str, head: &str, after: &Value, was: &Value) {
    if !internal::same("core", ty, after, was) {
        let diff = internal::diff("core", ty, was, after);
        errors.forbidden(at, &format!("{head}\n{diff}"));
    }
}

/// A changed PersistentVolumeClaim.
pub(super) fn claim_update(errors: &mut Errors, new: &Value, old: &Value) {
    object_meta_update(errors, new, old);
    claim(errors, new);
    let (spec, before) = (new.get("spec"), old.get("spec"));
    let (mut after, mut was) = (spec.clone(), before.clone());
    // Binding gives the claim its volume.
    if before.get("volumeName").is_empty() && !spec.get("volumeName").is_empty() {
        was.set(&["volumeName"], spec.get("volumeName"));
    }
    // A class in the annotation of old may become the field, and a claim without one may get one.
    let (noted, was_noted) =
        (new.at(&["metadata", "annotations", BETA_STORAGE_CLASS]), old.at(&["metadata", "annotations", BETA_STORAGE_CLASS]));
    let class = spec.get("storageClassName");
    let gets_class = before.get("storageClassName").is_null() && !class.is_null();
    if gets_class && was_noted == class && (noted.is_null() || noted == was_noted) {
        after.remove(&["storageClassName"]);
    } else {
        if noted.str() != was_noted.str() {
            let at = Path::new("metadata");
            let at = at.child("annotations");
            errors.invalid(at.child(BETA_STORAGE_CLASS), noted.str(), "field is immutable");
        }
        if gets_class && (was_noted.is_null() || class == was_noted) {
            after.remove(&["storageClassName"]);
        }
    }
    if new.at(&["status", "phase"]).str() == "Bound" {
        let size = before.at(&["resources", "requests", "storage"]);
        if !after.at(&["resources", "requests"]).is_null() {
            after.set(&["resources", "requests", "storage"], size);
        }
        match before.get("volumeAttributesClassName") {
            Value::Null => {
                after.remove(&["volumeAttributesClassName"]);
            }
            name => after.set(&["volumeAttributesClassName"], name),
        }
    }
    let at = Path::new("spec");
    unchanged(errors, at, "PersistentVolumeClaimSpec", CLAIM_STAYS, &after, &was);
    let size = |s: &Value| Quantity::of(s.at(&["resources", "requests", "storage"]));
    if size(spec) < size(before) && size(spec) <= Quantity::of(old.at(&["status", "capacity", "storage"])) {
        let at = at.child("resources");
        let at = at.child("requests");
        errors.forbidden(at.child("storage"), "field can not be less than status.capacity");
    }
    errors.immutable(Path::new("volumeMode"), spec.get("volumeMode"), before.get("volumeMode"));
    if !old.at(&["status", "currentVolumeAttributesClassName"]).is_null()
        && !same(spec.get("volumeAttributesClassName"), before.get("volumeAttributesClassName"))
    {
        let to = match spec.get("volumeAttributesClassName") {
            Value::Null => "nil",
            name if name.str().is_empty() => "empty string",
            _ => "",
        };
        if !to.is_empty() {
            let detail = format!("update to {to} is forbidden when status.currentVolumeAttributesClassName is not nil");
            errors.forbidden(at.child("volumeAttributesClassName"), &detail);
        }
    }
}

/// Sources of a volume of the cluster, in the order in which they are looked at.
#[rustfmt::skip]
const SOURCES: [&str; 22] = [
    "hostPath", "gcePersistentDisk", "awsElasticBlockStore", "glusterfs", "flocker", "nfs", "rbd", "quobyte", "cephfs", "iscsi", "cinder",
    "fc", "flexVolume", "azureFile", "vsphereVolume", "photonPersistentDisk", "portworxVolume", "azureDisk", "scaleIO", "local", "storageos",
    "csi",
];

/// A new PersistentVolume.
pub(super) fn volume(errors: &mut Errors, volume: &Value) {
    lasting_volume(errors, volume);
    let mountable = MOUNTABLE.iter().any(|source| !volume.at(&["spec", source]).is_null());
    if !mountable && volume.annotation(MOUNT_OPTIONS).is_some() {
        let at = Path::new("metadata");
        let at = at.child("annotations");
        errors.forbidden(at.child(MOUNT_OPTIONS), "may not specify mount options for this volume type");
    }
}

/// How options of mounts were told before there was a field for them, and of which sources.
const MOUNT_OPTIONS: &str = "volume.beta.kubernetes.io/mount-options";
#[rustfmt::skip]
const MOUNTABLE: [&str; 13] = [
    "gcePersistentDisk", "awsElasticBlockStore", "glusterfs", "nfs", "rbd", "quobyte", "iscsi", "cinder", "cephfs", "azureFile",
    "vsphereVolume", "azureDisk", "photonPersistentDisk",
];

fn lasting_volume(errors: &mut Errors, volume: &Value) {
    object_meta(errors, volume, false, names::dns1123_subdomain);
    let (at, spec) = (Path::new("spec"), volume.get("spec"));
    if spec.get("accessModes").is_empty() {
        errors.required(at.child("accessModes"), "");
    }
    access_modes(errors, at.child("accessModes"), spec.get("accessModes"));
    let capacity = spec.get("capacity");
    if capacity.is_empty() {
        errors.required(at.child("capacity"), "");
    }
    if capacity.get("storage").is_null() || capacity.entries().len() > 1 {
        errors.not_supported(at.child("capacity"), capacity, &["storage"]);
    }
    let capacity_at = at.child("capacity");
    for (name, amount) in capacity.entries() {
        if Quantity::of(amount).value() < 0 {
            errors.invalid(capacity_at.key(name), Quantity::of(amount).value(), "must be a valid resource quantity");
        }
        if Quantity::of(amount).sign() <= 0 {
            errors.invalid(capacity_at.key(name), amount, "must be greater than zero");
        }
    }
    let policies = ["Delete", "Recycle", "Retain"];
    if !spec.get("persistentVolumeReclaimPolicy").is_empty() {
        closed(errors, at.child("persistentVolumeReclaimPolicy"), spec.get("persistentVolumeReclaimPolicy"), &policies);
    }
    let affinity = spec.get("nodeAffinity");
    let has_affinity = !affinity.is_null();
    if has_affinity {
        let at = at.child("nodeAffinity");
        match affinity.get("required") {
            Value::Null => errors.required(at.child("required"), "must specify required node constraints"),
            required => node_selector(errors, at.child("required"), required, true),
        }
    }
    let mut found = false;
    for key in SOURCES {
        let source = spec.get(key);
        if source.is_null() {
            continue;
        }
        if found && key != "flexVolume" {
            errors.forbidden(at.child(if key == "cephfs" { "cephFS" } else { key }), "may not specify more than 1 volume type");
            continue;
        }
        found = true;
        let name = if key == "gcePersistentDisk" { "persistentDisk" } else { key };
        one_source(errors, at.child(name), key, source, Some(volume.at(&["metadata", "name"]).str()), true);
        if key == "local" && !has_affinity {
            errors.required(at.child("nodeAffinity"), "Local volume requires node affinity");
        }
    }
    if !found {
        errors.required(at, "must specify a volume type");
    }
    let root = spec.at(&["hostPath", "path"]).as_str().is_some_and(|p| !p.is_empty() && p.bytes().all(|b| b == b'/'));
    if root && spec.get("persistentVolumeReclaimPolicy").str() == "Recycle" {
        errors.forbidden(at.child("persistentVolumeReclaimPolicy"), "may not be 'recycle' for a hostPath mount of '/'");
    }
    let class = spec.get("storageClassName").str();
    if !class.is_empty() {
        errors.each_invalid(at.child("storageClassName"), class, names::dns1123_subdomain(class));
    }
    closed(errors, at.child("volumeMode"), spec.get("volumeMode"), &VOLUME_MODES);
    if let Some(class) = spec.get("volumeAttributesClassName").as_str() {
        let at_class = at.child("volumeAttributesClassName");
        if class.is_empty() {
            errors.required(at_class, "an empty string is disallowed");
        } else {
            errors.each_invalid(at_class, class, names::dns1123_subdomain(class));
        }
        if spec.get("csi").is_null() {
            errors.required(at.child("csi"), "has to be specified when using volumeAttributesClassName");
        }
    }
}

/// A changed PersistentVolume.
pub(super) fn volume_update(errors: &mut Errors, new: &Value, old: &Value) {
    // Upstream judges it as a new one twice.
    volume(errors, new);
    lasting_volume(errors, new);
    let (spec, before) = (new.get("spec"), old.get("spec"));
    let source = |spec: &Value| {
        let mut source = Value::map();
        for key in SOURCES.into_iter().filter(|k| !spec.get(k).is_null()) {
            source.set(&[key], spec.get(key));
        }
        source
    };
    let (mut after, was) = (source(spec), source(before));
    // A secret for its expansion may still be named.
    let secret = ["csi", "controllerExpandSecretRef"];
    if !was.get("csi").is_null() && was.at(&secret).is_null() {
        after.remove(&secret);
    }
    let at = Path::new("spec");
    let head = "spec.persistentvolumesource is immutable after creation";
    unchanged(errors, at.child("persistentvolumesource"), "PersistentVolumeSource", head, &after, &was);
    errors.immutable(Path::new("volumeMode"), spec.get("volumeMode"), before.get("volumeMode"));
    if !before.get("nodeAffinity").is_null() {
        let mut was = before.get("nodeAffinity").clone();
        renamed_labels(&mut was, spec.get("nodeAffinity"));
        if !same(spec.get("nodeAffinity"), &was) {
            let (at, detail) = (Path::new("nodeAffinity"), "field is immutable, except for updating from beta label to GA");
            errors.internal_invalid(at, ("core", "VolumeNodeAffinity"), spec.get("nodeAffinity"), detail);
        }
    }
    if !before.get("volumeAttributesClassName").is_null() && spec.get("volumeAttributesClassName").is_null() {
        errors.forbidden(at.child("volumeAttributesClassName"), "update from non-nil value to nil is forbidden");
    }
}

/// Labels of nodes that got another name.
const RENAMED: [(&str, &str); 5] = [
    ("beta.kubernetes.io/arch", "kubernetes.io/arch"),
    ("beta.kubernetes.io/os", "kubernetes.io/os"),
    ("beta.kubernetes.io/instance-type", "node.kubernetes.io/instance-type"),
    ("failure-domain.beta.kubernetes.io/zone", ZONE),
    ("failure-domain.beta.kubernetes.io/region", REGION),
];

/// Takes over the new names of labels where the old affinity has the old ones (`validatePvNodeAffinity`).
fn renamed_labels(was: &mut Value, now: &Value) {
    let path = ["required", "nodeSelectorTerms"];
    for (i, term) in was.at_mut(&path).list_mut().iter_mut().enumerate() {
        for (j, expression) in term.get_mut("matchExpressions").list_mut().iter_mut().enumerate() {
            let new = now.at(&path).items().get(i).and_then(|t| t.get("matchExpressions").items().get(j));
            let Some(key) = new.map(|e| e.get("key")) else { continue };
            if RENAMED.iter().any(|(beta, name)| expression.get("key").str() == *beta && key.str() == *name) {
                expression.set(&["key"], key);
            }
        }
    }
}

/// A new or changed StorageClass.
pub(super) fn class(errors: &mut Errors, class: &Value) {
    object_meta(errors, class, false, names::dns1123_subdomain);
    provisioner(errors, Path::new("provisioner"), class.get("provisioner").str());
    parameters(errors, class.get("parameters"));
    if !class.get("reclaimPolicy").is_empty() {
        closed(errors, Path::new("reclaimPolicy"), class.get("reclaimPolicy"), &["Delete", "Retain"]);
    }
    match class.get("volumeBindingMode") {
        Value::Null => errors.required(Path::new("volumeBindingMode"), ""),
        mode => closed(errors, Path::new("volumeBindingMode"), mode, &["Immediate", "WaitForFirstConsumer"]),
    }
    allowed_topologies(errors, class.get("allowedTopologies"));
}

/// Who makes or changes a class's volumes.
pub(super) fn provisioner(errors: &mut Errors, at: Path<'_>, name: &str) {
    let name = name.lower();
    match name.as_str() {
        "" => errors.required(at, ""),
        name => errors.each_invalid(at, name, names::qualified_name(name)),
    }
}

/// Keys and values, in bytes, that a class may tell its driver.
const PARAMETER_BYTES_MAX: usize = 256 << 10;

/// What a class tells its driver.
pub(super) fn parameters(errors: &mut Errors, parameters: &Value) {
    let at = Path::new("parameters");
    if parameters.entries().len() > 512 {
        return errors.too_long(at, 512);
    }
    if parameters.entries().any(|(k, _)| k.is_empty()) {
        errors.invalid(at, "", "field can not be empty.");
    }
    if parameters.entries().map(|(k, v)| k.len() + v.str().len()).sum::<usize>() > PARAMETER_BYTES_MAX {
        errors.too_long(at, PARAMETER_BYTES_MAX);
    }
}

/// Where volumes of a class may be.
fn allowed_topologies(errors: &mut Errors, topologies: &Value) {
    let at = Path::new("allowedTopologies");
    let mut before = Vec::new();
    for (i, term) in topologies.items().iter().enumerate() {
        let (term_at, expressions) = (at.index(i), term.get("matchLabelExpressions").items());
        let list = term_at.child("matchLabelExpressions");
        let mut conditions: Vec<(&str, Vec<&str>)> = Vec::new();
        for (j, expression) in expressions.iter().enumerate() {
            let (at, key, values) = (list.index(j), expression.get("key"), expression.get("values").items());
            if values.is_empty() {
                errors.required(at.child("values"), "");
            }
            let values_at = at.child("values");
            let mut seen = SortedSet::new();
            for (k, value) in values.iter().enumerate().filter(|(_, v)| !seen.insert(v.str())) {
                errors.duplicate(values_at.index(k), value);
            }
            label_name(errors, at.child("key"), key.str());
            let mut values: Vec<&str> = values.iter().map(Value::str).list();
            values.order();
            values.dedup();
            match conditions.iter_mut().find(|(known, _)| *known == key.str()) {
                None => conditions.push((key.str(), values)),
                Some(known) => {
                    errors.duplicate(at.child("key"), key);
                    known.1 = values;
                }
            }
        }
        conditions.order_by_key(|(key, _)| *key);
        // What is no condition at all is the same as one that upstream holds for each term beforehand.
        for _ in 0..before.iter().filter(|b| **b == conditions).count() + if conditions.is_empty() { topologies.items().len() } else { 0 } {
            errors.duplicate(list, "");
        }
        before.push(conditions);
    }
}

/// A changed StorageClass.
pub(super) fn class_update(errors: &mut Errors, new: &Value, old: &Value) {
    class(errors, new);
    object_meta_update(errors, new, old);
    errors.immutable(Path::new("parameters"), new.get("parameters"), old.get("parameters"));
    errors.immutable(Path::new("provisioner"), &new.get("provisioner").str().into(), &old.get("provisioner").str().into());
    for key in ["reclaimPolicy", "volumeBindingMode"] {
        errors.immutable(Path::new(key), new.get(key), old.get(key));
    }
}

/// The address part of an EndpointSlice's address, by its type.
pub(super) fn slice_address(errors: &mut Errors, list: Path<'_>, i: usize, kind: &str, address: &str) {
    let at = list.index(i);
    match kind {
        "IPv4" | "IPv6" => {
            if !ip::valid(errors, at, address) {
                return;
            }
            if let Some(canonical) = ip::canonical(address).filter(|text| kind == "IPv6" && text != address) {
                return errors.invalid(at, address, &format!("must be in canonical form ({canonical:?})"));
            }
            if ip::parse(address).is_some_and(|a| a.is_ipv4() != (kind == "IPv4")) {
                errors.invalid(list, address, if kind == "IPv4" { "must be an IPv4 address" } else { "must be an IPv6 address" });
            }
            ip::endpoint(errors, at, address);
        }
        "FQDN" if address.is_empty() => errors.required(at, ""),
        "FQDN" => {
            let name = address.strip_suffix('.').unwrap_or(address);
            let wrong = names::dns1123_subdomain(name);
            if !wrong.is_empty() {
                errors.invalid(at, name, &wrong.join(","));
            } else if !name.contains('.') {
                errors.invalid(at, name, "should be a domain with at least two segments separated by dots");
            }
        }
        _ => {}
    }
}
