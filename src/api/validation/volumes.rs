//! Volumes of a pod.

use super::super::{Quantity, Value, names};
use super::path::{Errors, Path};
use super::projected::{downward_file, projections};
use super::storage::claim_template;
use crate::base::{Case as _, List as _, SortedMap};

const TOO_LONG_PORTAL: &str =
    "Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters if iscsi.initiatorName is specified.";
const FILE_MODE: &str = "must be a number between 0 and 0777 (octal), both inclusive";

/// Checks `spec.volumes` and returns those that are right, by name. `pod_name` is that of a pod; empty in a template.
pub(super) fn volumes<'a>(errors: &mut Errors, at: Path<'_>, spec: &'a Value, pod_name: &str) -> SortedMap<&'a str, &'a Value> {
    let mut right = SortedMap::new();
    let made: Vec<String> = match pod_name {
        "" => Vec::new(),
        _ => spec
            .get("volumes")
            .items()
            .iter()
            .filter(|v| !v.get("ephemeral").is_null())
            .map(|v| format!("{pod_name}-{}", v.get("name").str()))
            .list(),
    };
    for (i, volume) in spec.get("volumes").items().iter().enumerate() {
        let at = at.index(i);
        let name = volume.get("name").str();
        let before = errors.0.len();
        source(errors, at, volume, pod_name);
        if name.is_empty() {
            errors.required(at.child("name"), "");
        } else {
            errors.each_invalid(at.child("name"), name, names::dns1123_label(name));
        }
        if right.contains_key(name) {
            errors.duplicate(at.child("name"), name);
        }
        if errors.0.len() == before {
            right.insert(name, volume);
        }
        let claim = volume.at(&["persistentVolumeClaim", "claimName"]).str();
        if made.iter().any(|m| m == claim) {
            let at = at.child("persistentVolumeClaim");
            errors.invalid(at.child("claimName"), claim, "must not reference a PVC that gets created for an ephemeral volume");
        }
    }
    right
}

/// Sources in the order in which they are looked at, with the path that a second one is refused at.
const SOURCES: [(&str, &str); 30] = [
    ("emptyDir", "emptyDir"),
    ("hostPath", "hostPath"),
    ("gitRepo", "gitRepo"),
    ("gcePersistentDisk", "gcePersistentDisk"),
    ("awsElasticBlockStore", "awsElasticBlockStore"),
    ("secret", "secret"),
    ("nfs", "nfs"),
    ("iscsi", "iscsi"),
    ("glusterfs", "glusterfs"),
    ("flocker", "flocker"),
    ("persistentVolumeClaim", "persistentVolumeClaim"),
    ("rbd", "rbd"),
    ("cinder", "cinder"),
    ("cephfs", "cephFS"),
    ("quobyte", "quobyte"),
    ("downwardAPI", "downwarAPI"),
    ("fc", "fc"),
    ("flexVolume", "flexVolume"),
    ("configMap", "configMap"),
    ("azureFile", "azureFile"),
    ("vsphereVolume", "vsphereVolume"),
    ("photonPersistentDisk", "photonPersistentDisk"),
    ("portworxVolume", "portworxVolume"),
    ("azureDisk", "azureDisk"),
    ("storageos", "storageos"),
    ("projected", "projected"),
    ("scaleIO", "scaleIO"),
    ("csi", "csi"),
    ("ephemeral", "ephemeral"),
    ("image", "image"),
];

fn source(errors: &mut Errors, at: Path<'_>, volume: &Value, pod_name: &str) {
    let name = volume.get("name").str();
    let mut found = false;
    for (key, refused_as) in SOURCES {
        let source = volume.get(key);
        if source.is_null() {
            continue;
        }
        if found {
            errors.forbidden(at.child(refused_as), "may not specify more than 1 volume type");
            continue;
        }
        found = true;
        let shown = if key == "gcePersistentDisk" { "persistentDisk" } else { key };
        one_source(errors, at.child(shown), key, source, None, !pod_name.is_empty());
        match key {
            "iscsi" if !source.get("initiatorName").is_null() && name.len() + 1 + source.get("targetPortal").str().len() > 64 => {
                errors.invalid(at.child("name"), name, TOO_LONG_PORTAL);
            }
            "ephemeral" if !pod_name.is_empty() && !name.is_empty() => {
                let claim = format!("{pod_name}-{name}");
                for message in names::dns1123_subdomain(&claim) {
                    errors.invalid(at.child("name"), name, &format!("PVC name {claim:?}: {message}"));
                }
            }
            _ => {}
        }
    }
    if !found {
        errors.required(at, "must specify a volume type");
    }
}

/// A member that must be a text that is not empty.
pub(super) fn need(errors: &mut Errors, at: Path<'_>, source: &Value, keys: &[&str]) {
    for key in keys {
        if source.get(key).is_empty() {
            errors.required(at.child(key), "");
        }
    }
}

/// What sources must have, those of pods and those of volumes of the cluster.
const NEEDS: [(&str, &[&str]); 21] = [
    ("gitRepo", &["repository"]),
    ("gcePersistentDisk", &["pdName"]),
    ("awsElasticBlockStore", &["volumeID"]),
    ("secret", &["secretName"]),
    ("configMap", &["name"]),
    ("nfs", &["server", "path"]),
    ("glusterfs", &["endpoints", "path"]),
    ("persistentVolumeClaim", &["claimName"]),
    ("rbd", &["monitors", "image"]),
    ("cinder", &["volumeID"]),
    ("cephfs", &["monitors"]),
    ("flexVolume", &["driver"]),
    ("azureFile", &["secretName", "shareName"]),
    ("vsphereVolume", &["volumePath"]),
    ("photonPersistentDisk", &["pdID"]),
    ("portworxVolume", &["volumeID"]),
    ("azureDisk", &["diskName", "diskURI"]),
    ("storageos", &["volumeName"]),
    ("scaleIO", &["gateway", "system", "volumeName"]),
    ("local", &["path"]),
    ("iscsi", &["targetPortal"]),
];

const PAIRS: &str = "must be a host:port pair or multiple pairs separated by commas";
const LUN_RANGE: &str = "must be between 0 and 255, inclusive";

/// One source of a volume. `volume` is the name of a volume of the cluster, whose sources name namespaces too; `is_pod` tells a pod
/// from a template.
pub(super) fn one_source(errors: &mut Errors, at: Path<'_>, key: &str, source: &Value, volume: Option<&str>, is_pod: bool) {
    if let Some((_, keys)) = NEEDS.iter().find(|(k, _)| *k == key) {
        need(errors, at, source, keys);
    }
    let text = |member: &str| source.get(member).str();
    match key {
        "emptyDir" => {
            if Quantity::of(source.get("sizeLimit")).sign() < 0 {
                errors.forbidden(at.child("sizeLimit"), "SizeLimit field must be a valid resource quantity");
            }
        }
        "hostPath" => host_path(errors, at, source),
        "gitRepo" => relative_path(errors, at.child("directory"), text("directory")),
        "gcePersistentDisk" | "awsElasticBlockStore" => {
            let partition = source.get("partition").int();
            if !(0..=255).contains(&partition) {
                errors.invalid(at.child("partition"), partition, "must be between 1 and 255, inclusive");
            }
        }
        "secret" | "configMap" => {
            mode(errors, at.child("defaultMode"), source.get("defaultMode"));
            items(errors, at, source);
        }
        "nfs" if !text("path").starts_with('/') => errors.invalid(at.child("path"), text("path"), "must be an absolute path"),
        "iscsi" => iscsi(errors, at, source, volume),
        "fc" => fibre_channel(errors, at, source),
        "glusterfs" => {
            if let Some(namespace) = source.get("endpointsNamespace").as_str() {
                let at = at.child("endpointsNamespace");
                if namespace.is_empty() {
                    errors.invalid(at, namespace, "if the endpointnamespace is set, it must be a valid namespace name");
                } else {
                    errors.each_invalid(at, namespace, names::dns1123_label(namespace));
                }
            }
        }
        "flocker" => flocker(errors, at, source),
        "quobyte" => quobyte(errors, at, source),
        "cinder" | "storageos" => {
            if key == "storageos" {
                for member in ["volumeName", "volumeNamespace"].into_iter().filter(|m| !text(m).is_empty()) {
                    errors.each_invalid(at.child(member), text(member), names::dns1123_label(text(member)));
                }
            }
            let reference = source.get("secretRef");
            if !reference.is_null() {
                let keys: &[&str] = if volume.is_some() { &["name", "namespace"] } else { &["name"] };
                need(errors, at.child("secretRef"), reference, keys);
            }
        }
        "downwardAPI" => {
            mode(errors, at.child("defaultMode"), source.get("defaultMode"));
            for file in source.get("items").items() {
                downward_file(errors, at, file);
            }
        }
        "flexVolume" => {
            let options = at.child("options");
            for (name, _) in source.get("options").entries() {
                let namespace = format!(".{}", name.split_once('/').map_or(name.as_str(), |(n, _)| n).lower());
                if namespace.ends_with(".kubernetes.io") || namespace.ends_with(".k8s.io") {
                    errors.invalid(options.key(name), name.as_str(), "kubernetes.io and k8s.io namespaces are reserved");
                }
            }
        }
        "azureFile" if source.get("secretNamespace").as_str() == Some("") => errors.required(at.child("secretNamespace"), ""),
        "azureDisk" => azure_disk(errors, at, source),
        "local" if !text("path").is_empty() => no_backsteps(errors, at.child("path"), text("path")),
        "projected" => {
            mode(errors, at.child("defaultMode"), source.get("defaultMode"));
            projections(errors, at, source);
        }
        "csi" => csi(errors, at, source, volume.is_some()),
        "ephemeral" => match source.get("volumeClaimTemplate") {
            Value::Null => errors.required(at.child("volumeClaimTemplate"), ""),
            template => claim_template(errors, at.child("volumeClaimTemplate"), template),
        },
        "image" => {
            if is_pod {
                need(errors, at, source, &["reference"]);
            }
            errors.one_of(at.child("pullPolicy"), source.get("pullPolicy"), &["Always", "IfNotPresent", "Never"]);
        }
        _ => {}
    }
}

fn fibre_channel(errors: &mut Errors, at: Path<'_>, source: &Value) {
    let (targets, ids) = (source.get("targetWWNs"), source.get("wwids"));
    let lun = source.get("lun");
    match (targets.is_empty(), ids.is_empty()) {
        (true, true) => errors.required(at.child("targetWWNs"), "must specify either targetWWNs or wwids, but not both"),
        (false, false) => {
            errors.invalid(at.child("targetWWNs"), targets, "targetWWNs and wwids can not be specified simultaneously");
        }
        _ => {}
    }
    match lun.as_int() {
        _ if targets.is_empty() => {}
        None => errors.required(at.child("lun"), "lun is required if targetWWNs is specified"),
        Some(0..=255) => {}
        Some(_) => errors.invalid(at.child("lun"), lun, LUN_RANGE),
    }
}

fn quobyte(errors: &mut Errors, at: Path<'_>, source: &Value) {
    let text = |member: &str| source.get(member).str();
    if text("registry").is_empty() {
        errors.required(at.child("registry"), PAIRS);
    } else if text("tenant").len() >= 65 {
        errors.required(at.child("tenant"), "must be a UUID and may not exceed a length of 64 characters");
    } else {
        for _ in text("registry").split(',').filter(|pair| pair.matches(':').count() != 1) {
            errors.invalid(at.child("registry"), text("registry"), PAIRS);
        }
    }
    need(errors, at, source, &["volume"]);
}

fn iscsi(errors: &mut Errors, at: Path<'_>, source: &Value, volume: Option<&str>) {
    let (portal, initiator) = (source.get("targetPortal").str(), source.get("initiatorName").as_str());
    if let (Some(volume), Some(_)) = (volume, initiator)
        && volume.len() + 1 + portal.len() > 64
    {
        errors.invalid(at.child("targetportal"), portal, TOO_LONG_PORTAL);
    }
    let valid = |name: &str| {
        // One character of any kind, and so many letters and digits.
        let rest_is = |prefix: &str, length: usize| {
            let rest = name.strip_prefix(prefix).and_then(|rest| rest.strip_prefix(|c| c != '\n'));
            rest.is_some_and(|rest| rest.len() == length && rest.bytes().all(|b| b.is_ascii_alphanumeric()))
        };
        match name.get(..3).unwrap_or_default() {
            "iqn" => {
                // iqn.YYYY-MM.name and, after a colon, anything without blanks and ,;*&$|
                let rest = name.strip_prefix("iqn.").unwrap_or_default();
                let (head, tail) = rest.split_once(':').map_or((rest, None), |(h, t)| (h, Some(t)));
                let date = head.split_once('.').filter(|(date, _)| {
                    let b = date.as_bytes();
                    b.len() == 7 && b.iter().enumerate().all(|(i, c)| if i == 4 { *c == b'-' } else { c.is_ascii_digit() })
                });
                let named = |n: &str| !n.is_empty() && n.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.'));
                date.is_some_and(|(_, n)| named(n))
                    && tail.is_none_or(|t| !t.is_empty() && !t.contains(|c: char| c.is_whitespace() || ",;*&$|".contains(c)))
            }
            _ => rest_is("eui", 16) || rest_is("naa", 32),
        }
    };
    let known = |name: &str| ["iqn", "eui", "naa"].iter().any(|p| name.starts_with(p));
    // Volumes of pods are told which beginnings there are.
    let wrong = |name: &str| {
        if known(name) || volume.is_some() { "must be valid format" } else { "must be valid format starting with iqn, eui, or naa" }
    };
    match source.get("iqn").str() {
        "" => errors.required(at.child("iqn"), ""),
        name if !valid(name) => errors.invalid(at.child("iqn"), name, wrong(name)),
        _ => {}
    }
    let lun = source.get("lun").int();
    if !(0..=255).contains(&lun) {
        errors.invalid(at.child("lun"), lun, LUN_RANGE);
    }
    let reference = source.get("secretRef");
    if reference.is_null() && (source.get("chapAuthDiscovery").is_true() || source.get("chapAuthSession").is_true()) {
        errors.required(at.child("secretRef"), "");
    }
    if volume.is_some() && !reference.is_null() {
        need(errors, at.child("secretRef"), reference, &["name"]);
    }
    if let Some(name) = initiator.filter(|n| !valid(n)) {
        errors.invalid(at.child("initiatorname"), name, wrong(name));
    }
}

fn azure_disk(errors: &mut Errors, at: Path<'_>, source: &Value) {
    super::security::closed(errors, at.child("cachingMode"), source.get("cachingMode"), &["None", "ReadOnly", "ReadWrite"]);
    super::security::closed(errors, at.child("kind"), source.get("kind"), &["Dedicated", "Managed", "Shared"]);
    let (kind, uri) = (source.get("kind").as_str(), source.get("diskURI").str());
    const MANAGED: &str = "/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}";
    const BLOB: &str = "https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd";
    let (prefix, form) = if kind == Some("Managed") { ("/subscriptions/", MANAGED) } else { ("https://", BLOB) };
    if kind.is_some() && !uri.starts_with(prefix) {
        errors.not_supported(at.child("diskURI"), uri, &[form]);
    }
}

fn csi(errors: &mut Errors, at: Path<'_>, source: &Value, of_cluster: bool) {
    csi_driver_name(errors, at.child("driver"), source.get("driver").str());
    if of_cluster {
        need(errors, at, source, &["volumeHandle"]);
        for key in ["controllerPublishSecretRef", "controllerExpandSecretRef", "nodePublishSecretRef", "nodeExpandSecretRef"] {
            let (reference, at) = (source.get(key), at.child(key));
            if reference.is_null() {
                continue;
            }
            type Rule = fn(&str) -> Vec<String>;
            for (key, rule) in [("name", names::dns1123_subdomain as Rule), ("namespace", names::dns1123_label)] {
                match reference.get(key).str() {
                    "" => errors.required(at.child(key), ""),
                    text => errors.each_invalid(at.child(key), text, rule(text)),
                }
            }
        }
    } else if !source.get("nodePublishSecretRef").is_null() {
        match source.at(&["nodePublishSecretRef", "name"]).str() {
            "" => errors.required(at.child("nodePublishSecretRef").child("name"), ""),
            name => errors.each_invalid(at.child("name"), name, names::dns1123_subdomain(name)),
        }
    }
}

/// A driver's name.
pub(super) fn csi_driver_name(errors: &mut Errors, at: Path<'_>, name: &str) {
    if name.is_empty() {
        return errors.required(at, "");
    }
    if name.len() > 63 {
        errors.too_long(at, 63);
    }
    errors.each_invalid(at, name, names::dns1123_subdomain(&name.lower()));
}

const HOST_PATH_TYPES: [&str; 8] = ["", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket"];

fn host_path(errors: &mut Errors, at: Path<'_>, source: &Value) {
    let path = source.get("path").str();
    if path.is_empty() {
        return errors.required(at.child("path"), "");
    }
    no_backsteps(errors, at.child("path"), path);
    super::security::closed(errors, at.child("type"), source.get("type"), &HOST_PATH_TYPES);
}

fn flocker(errors: &mut Errors, at: Path<'_>, source: &Value) {
    let (name, uuid) = (source.get("datasetName").str(), source.get("datasetUUID").str());
    match (name.is_empty(), uuid.is_empty()) {
        (true, true) => errors.required(at, "one of datasetName and datasetUUID is required"),
        (false, false) => errors.invalid(at, "resource", "datasetName and datasetUUID can not be specified simultaneously"),
        _ => {}
    }
    if name.contains('/') {
        errors.invalid(at.child("datasetName"), name, "must not contain '/'");
    }
}

pub(super) fn mode(errors: &mut Errors, at: Path<'_>, mode: &Value) {
    if mode.as_int().is_some_and(|m| !(0..=0o777).contains(&m)) {
        errors.invalid(at, mode, FILE_MODE);
    }
}

pub(super) fn items(errors: &mut Errors, at: Path<'_>, source: &Value) {
    let list = at.child("items");
    for (i, item) in source.get("items").items().iter().enumerate() {
        key_to_path(errors, list.index(i), item);
    }
}

pub(super) fn key_to_path(errors: &mut Errors, at: Path<'_>, item: &Value) {
    need(errors, at, item, &["key", "path"]);
    own_path(errors, at.child("path"), item.get("path").str());
    mode(errors, at.child("mode"), item.get("mode"));
}

/// A path that leads down from where it starts.
pub(super) fn relative_path(errors: &mut Errors, at: Path<'_>, path: &str) {
    if path.starts_with('/') {
        errors.invalid(at, path, "must be a relative path");
    }
    no_backsteps(errors, at, path);
}

/// A path that never leads up.
pub(super) fn no_backsteps(errors: &mut Errors, at: Path<'_>, path: &str) {
    if path.split('/').any(|part| part == "..") {
        errors.invalid(at, path, "must not contain '..'");
    }
}

/// A path in a volume that Kubernetes writes: what starts with two dots is its own.
pub(super) fn own_path(errors: &mut Errors, at: Path<'_>, path: &str) {
    relative_path(errors, at, path);
    if path.starts_with("..") && !path.starts_with("../") {
        errors.invalid(at, path, "must not start with '..'");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_targets_are_checked_by_characters() {
        for (iqn, valid) in [
            ("eui.0123456789abcdef", true),
            ("euié0123456789abcdef", true),
            ("eui\n0123456789abcdef", false),
            ("euiéaaaaaaaaaaaaaaa", false),
            ("naa.0123456789abcdef0123456789abcdef", true),
            ("naaéaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false),
            ("iqn.2001-04.com.example:x", true),
            ("iqné", false),
            ("eué", false),
        ] {
            let mut errors = Errors::default();
            iscsi(&mut errors, Path::new("iscsi"), &crate::obj!({"targetPortal": "p", "iqn": iqn}), None);
            assert_eq!(errors.0.is_empty(), valid, "{iqn}");
        }
    }
}
