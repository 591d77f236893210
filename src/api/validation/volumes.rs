//! Volumes of a pod.

use std::collections::{BTreeMap, BTreeSet};

use super::super::{Quantity, Value, names};
use super::path::{Errors, Path};
use super::storage::claim_template;

const FILE_MODE: &str = "must be a number between 0 and 0777 (octal), both inclusive";

/// Checks `spec.volumes` and returns those that are right, by name. `pod_name` is that of a pod; empty in a template.
pub(super) fn volumes<'a>(errors: &mut Errors, at: Path<'_>, spec: &'a Value, pod_name: &str) -> BTreeMap<&'a str, &'a Value> {
    let mut right = BTreeMap::new();
    let made: Vec<String> = match pod_name {
        "" => Vec::new(),
        _ => spec
            .get("volumes")
            .items()
            .iter()
            .filter(|v| !v.get("ephemeral").is_null())
            .map(|v| format!("{pod_name}-{}", v.get("name").str()))
            .collect(),
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
        one_source(errors, at.child(key), key, source);
        match key {
            "iscsi" if !source.get("initiatorName").is_null() && name.len() + 1 + source.get("targetPortal").str().len() > 64 => {
                let detail =
                    "Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters if iscsi.initiatorName is specified.";
                errors.invalid(at.child("name"), name, detail);
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
fn need(errors: &mut Errors, at: Path<'_>, source: &Value, keys: &[&str]) {
    for key in keys {
        if source.get(key).is_empty() {
            errors.required(at.child(key), "");
        }
    }
}

fn one_source(errors: &mut Errors, at: Path<'_>, key: &str, source: &Value) {
    match key {
        "emptyDir" => {
            if Quantity::of(source.get("sizeLimit")).sign() < 0 {
                errors.forbidden(at.child("sizeLimit"), "SizeLimit field must be a valid resource quantity");
            }
        }
        "hostPath" => host_path(errors, at, source),
        "gitRepo" => {
            need(errors, at, source, &["repository"]);
            relative_path(errors, at.child("directory"), source.get("directory").str());
        }
        "gcePersistentDisk" => {
            need(errors, at, source, &["pdName"]);
            partition(errors, at, source);
        }
        "awsElasticBlockStore" => {
            need(errors, at, source, &["volumeID"]);
            partition(errors, at, source);
        }
        "secret" => {
            need(errors, at, source, &["secretName"]);
            mode(errors, at.child("defaultMode"), source.get("defaultMode"));
            items(errors, at, source);
        }
        "configMap" => {
            need(errors, at, source, &["name"]);
            mode(errors, at.child("defaultMode"), source.get("defaultMode"));
            items(errors, at, source);
        }
        "nfs" => nfs(errors, at, source),
        "iscsi" => need(errors, at, source, &["targetPortal", "iqn"]),
        "glusterfs" => need(errors, at, source, &["endpoints", "path"]),
        "flocker" => flocker(errors, at, source),
        "persistentVolumeClaim" => need(errors, at, source, &["claimName"]),
        "rbd" => need(errors, at, source, &["monitors", "image"]),
        "cinder" => need(errors, at, source, &["volumeID"]),
        "cephfs" => need(errors, at, source, &["monitors"]),
        "quobyte" => need(errors, at, source, &["registry", "volume"]),
        "downwardAPI" => {
            mode(errors, at.child("defaultMode"), source.get("defaultMode"));
            for file in source.get("items").items() {
                downward_file(errors, at, file);
            }
        }
        "flexVolume" => need(errors, at, source, &["driver"]),
        "azureFile" => need(errors, at, source, &["secretName", "shareName"]),
        "vsphereVolume" => need(errors, at, source, &["volumePath"]),
        "photonPersistentDisk" => need(errors, at, source, &["pdID"]),
        "portworxVolume" => need(errors, at, source, &["volumeID"]),
        "azureDisk" => need(errors, at, source, &["diskName", "diskURI"]),
        "storageos" => need(errors, at, source, &["volumeName"]),
        "scaleIO" => need(errors, at, source, &["gateway", "system", "volumeName"]),
        "projected" => {
            mode(errors, at.child("defaultMode"), source.get("defaultMode"));
            projections(errors, at, source);
        }
        "csi" => {
            csi_driver_name(errors, at.child("driver"), source.get("driver").str());
            let secret = source.get("nodePublishSecretRef");
            if !secret.is_null() {
                match secret.get("name").str() {
                    "" => errors.required(at.child("nodePublishSecretRef").child("name"), ""),
                    name => errors.each_invalid(at.child("name"), name, names::dns1123_subdomain(name)),
                }
            }
        }
        "ephemeral" => match source.get("volumeClaimTemplate") {
            Value::Null => errors.required(at.child("volumeClaimTemplate"), ""),
            template => claim_template(errors, at.child("volumeClaimTemplate"), template),
        },
        "image" => errors.one_of(at.child("pullPolicy"), source.get("pullPolicy"), &["Always", "IfNotPresent", "Never"]),
        _ => {}
    }
}

/// A CSI driver's name.
pub(super) fn csi_driver_name(errors: &mut Errors, at: Path<'_>, name: &str) {
    if name.is_empty() {
        errors.required(at, "");
    }
    if name.len() > 63 {
        errors.too_long(at, 63);
    }
    errors.each_invalid(at, name, names::dns1123_subdomain(&name.to_lowercase()));
}

const HOST_PATH_TYPES: [&str; 8] = ["", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket"];

/// A directory or a file of the node.
pub(super) fn host_path(errors: &mut Errors, at: Path<'_>, source: &Value) {
    let path = source.get("path").str();
    if path.is_empty() {
        return errors.required(at.child("path"), "");
    }
    no_backsteps(errors, at.child("path"), path);
    super::security::closed(errors, at.child("type"), source.get("type"), &HOST_PATH_TYPES);
}

/// A share of an NFS server.
pub(super) fn nfs(errors: &mut Errors, at: Path<'_>, source: &Value) {
    need(errors, at, source, &["server", "path"]);
    if !source.get("path").str().starts_with('/') {
        errors.invalid(at.child("path"), source.get("path").str(), "must be an absolute path");
    }
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

fn partition(errors: &mut Errors, at: Path<'_>, source: &Value) {
    let partition = source.get("partition").int();
    if !(0..=255).contains(&partition) {
        errors.invalid(at.child("partition"), partition, "must be between 1 and 255, inclusive");
    }
}

fn mode(errors: &mut Errors, at: Path<'_>, mode: &Value) {
    if mode.as_int().is_some_and(|m| !(0..=0o777).contains(&m)) {
        errors.invalid(at, mode, FILE_MODE);
    }
}

fn items(errors: &mut Errors, at: Path<'_>, source: &Value) {
    let list = at.child("items");
    for (i, item) in source.get("items").items().iter().enumerate() {
        key_to_path(errors, list.index(i), item);
    }
}

fn key_to_path(errors: &mut Errors, at: Path<'_>, item: &Value) {
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
fn own_path(errors: &mut Errors, at: Path<'_>, path: &str) {
    relative_path(errors, at, path);
    if path.starts_with("..") && !path.starts_with("../") {
        errors.invalid(at, path, "must not start with '..'");
    }
}

const FILE_FIELDS: [&str; 5] = ["metadata.annotations", "metadata.labels", "metadata.name", "metadata.namespace", "metadata.uid"];

fn downward_file(errors: &mut Errors, at: Path<'_>, file: &Value) {
    need(errors, at, file, &["path"]);
    own_path(errors, at.child("path"), file.get("path").str());
    let (field, resource) = (file.get("fieldRef"), file.get("resourceFieldRef"));
    if !field.is_null() {
        field_selector(errors, at.child("fieldRef"), field, &FILE_FIELDS);
        if !resource.is_null() {
            errors.invalid(at, "resource", "fieldRef and resourceFieldRef can not be specified simultaneously");
        }
    } else if !resource.is_null() {
        resource_field(errors, at.child("resourceFieldRef"), resource, true);
    } else {
        errors.required(at, "one of fieldRef and resourceFieldRef is required");
    }
    mode(errors, at.child("mode"), file.get("mode"));
}

/// A field of the pod, for an environment variable or a file. `fields` are those that may be named without a subscript.
// Models validateObjectFieldSelector and ConvertDownwardAPIFieldLabel.
pub(super) fn field_selector(errors: &mut Errors, at: Path<'_>, selector: &Value, fields: &[&str]) {
    for key in ["apiVersion", "fieldPath"] {
        if selector.get(key).is_empty() {
            return errors.required(at.child(key), "");
        }
    }
    let (version, path) = (selector.get("apiVersion").str(), selector.get("fieldPath").str());
    if version != "v1" {
        return errors.invalid(at.child("fieldPath"), path, &format!("error converting fieldPath: unsupported pod version: {version}"));
    }
    let subscripted = path.strip_suffix("']").and_then(|p| p.split_once("['"));
    let known = match subscripted {
        Some((head, _)) => matches!(head, "metadata.annotations" | "metadata.labels"),
        None => {
            matches!(
                path,
                "metadata.annotations"
                    | "metadata.labels"
                    | "metadata.name"
                    | "metadata.namespace"
                    | "metadata.uid"
                    | "spec.nodeName"
                    | "spec.restartPolicy"
                    | "spec.serviceAccountName"
                    | "spec.schedulerName"
                    | "status.phase"
                    | "status.hostIP"
                    | "status.hostIPs"
                    | "status.podIP"
                    | "status.podIPs"
                    | "spec.host"
            )
        }
    };
    let known = known || subscripted.is_some_and(|_| false);
    if !known {
        let why = match subscripted {
            Some(_) => format!("field label does not support subscript: {path}"),
            None => format!("field label not supported: {path}"),
        };
        return errors.invalid(at.child("fieldPath"), path, &format!("error converting fieldPath: {why}"));
    }
    match subscripted {
        Some(("metadata.annotations", key)) => errors.each_invalid(at, &key.to_lowercase(), names::qualified_name(&key.to_lowercase())),
        Some((_, key)) => errors.each_invalid(at, key, names::qualified_name(key)),
        None => {
            let path = if path == "spec.host" { "spec.nodeName" } else { path };
            if !fields.contains(&path) {
                errors.not_supported(at.child("fieldPath"), path, fields);
            }
        }
    }
}

const RESOURCE_FIELDS: [&str; 6] =
    ["limits.cpu", "limits.ephemeral-storage", "limits.memory", "requests.cpu", "requests.ephemeral-storage", "requests.memory"];
const DIVISORS: [&str; 13] = ["1", "1k", "1M", "1G", "1T", "1P", "1E", "1Ki", "1Mi", "1Gi", "1Ti", "1Pi", "1Ei"];

/// A container's resource, for an environment variable or a file.
pub(super) fn resource_field(errors: &mut Errors, at: Path<'_>, selector: &Value, in_volume: bool) {
    let resource = selector.get("resource").str();
    let is_huge = resource.starts_with("requests.hugepages-") || resource.starts_with("limits.hugepages-");
    if in_volume && selector.get("containerName").is_empty() {
        errors.required(at.child("containerName"), "");
    } else if resource.is_empty() {
        errors.required(at.child("resource"), "");
    } else if !RESOURCE_FIELDS.contains(&resource) && !is_huge {
        errors.not_supported(at.child("resource"), resource, &RESOURCE_FIELDS);
    }
    let divisor = Quantity::of(selector.get("divisor"));
    if divisor.is_zero() {
        return;
    }
    let text = divisor.to_string();
    let of = match resource {
        "limits.cpu" | "requests.cpu" => {
            if text != "1m" && text != "1" {
                errors.invalid(at.child("divisor"), resource, "only divisor's values 1m and 1 are supported with the cpu resource");
            }
            return;
        }
        "limits.memory" | "requests.memory" => "memory",
        "limits.ephemeral-storage" | "requests.ephemeral-storage" => "local ephemeral storage",
        _ if is_huge => "hugepages",
        _ => return,
    };
    if !DIVISORS.contains(&text.as_str()) {
        let detail =
            format!("only divisor's values 1, 1k, 1M, 1G, 1T, 1P, 1E, 1Ki, 1Mi, 1Gi, 1Ti, 1Pi, 1Ei are supported with the {of} resource");
        errors.invalid(at.child("divisor"), resource, &detail);
    }
}

fn projections(errors: &mut Errors, at: Path<'_>, projected: &Value) {
    let list = at.child("sources");
    let mut paths: BTreeSet<String> = BTreeSet::new();
    for (i, source) in projected.get("sources").items().iter().enumerate() {
        let source_at = list.index(i);
        let mut sources = 0;
        for key in ["secret", "configMap"] {
            let projection = source.get(key);
            if projection.is_null() {
                continue;
            }
            sources += 1;
            let own = source_at.child(key);
            need(errors, own, projection, &["name"]);
            let items = own.child("items");
            for (j, item) in projection.get("items").items().iter().enumerate() {
                key_to_path(errors, items.index(j), item);
                let path = item.get("path").str();
                if !path.is_empty() && !paths.insert(path.to_owned()) {
                    errors.invalid(at, projection.get("name").str(), "conflicting duplicate paths");
                }
            }
        }
        let downward = source.get("downwardAPI");
        if !downward.is_null() {
            sources += 1;
            for file in downward.get("items").items() {
                downward_file(errors, source_at.child("downwardAPI"), file);
                let path = file.get("path").str();
                if !path.is_empty() && !paths.insert(path.to_owned()) {
                    errors.invalid(at, path, "conflicting duplicate paths");
                }
            }
        }
        let token = source.get("serviceAccountToken");
        if !token.is_null() {
            sources += 1;
            let own = source_at.child("serviceAccountToken");
            let expiration = token.get("expirationSeconds").int();
            if expiration < 600 {
                errors.invalid(own.child("expirationSeconds"), expiration, "may not specify a duration less than 10 minutes");
            }
            if expiration > 1 << 32 {
                errors.invalid(own.child("expirationSeconds"), expiration, "may not specify a duration larger than 2^32 seconds");
            }
            match token.get("path").str() {
                "" => errors.required(at.child("path"), ""),
                path => own_path(errors, at.child("path"), path),
            }
        }
        for key in ["clusterTrustBundle", "podCertificate"] {
            sources += usize::from(!source.get(key).is_null());
        }
        if sources > 1 {
            errors.forbidden(source_at, "may not specify more than 1 volume type per source");
        }
    }
}
