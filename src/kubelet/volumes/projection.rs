//! What comes into a volume from the API: keys of ConfigMaps and Secrets, the downward API, tokens. All of it changes at once.
//! Models volumeutil's FileProjection and AtomicWriter.

use super::{MountError, dir_mode};
use crate::api::{Kind, Object, Value, aggregate, kinds};
use crate::base::{Case as _, List as _, Time};
use crate::kubelet::container_runtime::Inode;
use crate::kubelet::disks::clean;
use crate::kubelet::env::{EnvSource, base64_decode, container_named, field_value, resource_value};
use crate::runtime::{NAME_BYTES_MAX, PATH_BYTES_MAX, is_too_long};
use crate::server::{account_of, token};

/// A file of such a volume.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct FileProjection {
    pub path: String,
    pub data: Vec<u8>,
    pub mode: u32,
}

/// The files that a volume of this source shows now.
pub(super) fn projections(source: &Value, from: &EnvSource<'_>) -> Result<Vec<FileProjection>, MountError> {
    let mut files = Vec::new();
    for (member, name) in [("configMap", "name"), ("secret", "secretName")] {
        let volume = source.get(member);
        if !volume.is_null() {
            read_object(from, member, volume.get(name).str(), volume, mode_of(volume, "defaultMode", 0o644), &mut files)?;
        }
    }
    let downward = source.get("downwardAPI");
    if !downward.is_null() {
        read_downward(from, downward, mode_of(downward, "defaultMode", 0o644), &mut files).map_err(MountError::SetUp)?;
    }
    let projected = source.get("projected");
    let default_mode = mode_of(projected, "defaultMode", 0o644);
    // Of its sources all are tried, and all that fail are told.
    let mut errors: Vec<String> = Vec::new();
    for part in projected.get("sources").items() {
        for member in ["configMap", "secret"] {
            let volume = part.get(member);
            if !volume.is_null() {
                let read = read_object(from, member, volume.get("name").str(), volume, default_mode, &mut files);
                errors.extend(read.err().map(|error| error.to_string()));
            }
        }
        errors.extend(read_downward(from, part.get("downwardAPI"), default_mode, &mut files).err());
        let asked = part.get("serviceAccountToken");
        if !asked.is_null() {
            let audience: Vec<&str> = asked.get("audience").as_str().into_iter().list();
            if let Some(text) = pod_token(from, &audience, asked.get("expirationSeconds").as_int().unwrap_or(3600)) {
                files.push(FileProjection { path: asked.get("path").str().to_owned(), data: text.into_bytes(), mode: default_mode });
            } else {
                let (namespace, name) = (from.pod.namespace(), account_of(from.pod));
                let why = format!("serviceaccounts {name:?} not found");
                errors.push(format!("failed to fetch token: failed to fetch token for {namespace}/{name}: {why}"));
            }
        }
    }
    if !errors.is_empty() {
        return Err(MountError::SetUp(aggregate(&errors)));
    }
    files.iter().try_for_each(|file| validate_path(&file.path))?;
    Ok(files)
}

/// Refuses a path that is too long; one that goes too deep here is so too.
// Models AtomicWriter's validatePath, as far as the API lets such paths through.
fn validate_path(path: &str) -> Result<(), MountError> {
    match is_too_long(path) {
        false => Ok(()),
        true if path.len() <= PATH_BYTES_MAX && path.split('/').any(|name| name.len() > NAME_BYTES_MAX) => Err(MountError::LongName),
        true => Err(MountError::LongPath),
    }
}

/// A token of the pod's service account, as of the pod's beginning.
pub(super) fn pod_token(from: &EnvSource<'_>, audiences: &[&str], seconds: i64) -> Option<String> {
    let account = from.api.peek(kinds::SERVICE_ACCOUNT, from.pod.namespace(), account_of(from.pod))?;
    let node = from.api.peek(kinds::NODE, "", from.pod.at(&["spec", "nodeName"]).str());
    let bound: Vec<(&str, &Value)> = node.map(|node| ("node", node)).into_iter().chain([("pod", from.pod)]).list();
    Some(token(account, audiences, seconds, &bound, begun(from.pod)))
}

pub(super) fn begun(pod: &Value) -> Time {
    Time::parse_rfc3339(pod.at(&["metadata", "creationTimestamp"]).str()).unwrap_or(Time::ZERO)
}

fn read_object(
    from: &EnvSource<'_>,
    member: &str,
    name: &str,
    volume: &Value,
    default_mode: u32,
    files: &mut Vec<FileProjection>,
) -> Result<(), MountError> {
    let optional = volume.get("optional").is_true();
    let secret = member == "secret";
    let kind = Kind::named(if secret { "Secret" } else { "ConfigMap" });
    let Some(object) = from.api.peek(kind, from.pod.namespace(), name) else {
        return if optional { Ok(()) } else { Err(MountError::SetUp(format!("{} {name:?} not found", member.lower()))) };
    };
    let content = |key: &str| -> Option<Vec<u8>> {
        match (object.at(&["data", key]), object.at(&["binaryData", key])) {
            (Value::Str(text), _) if secret => Some(base64_decode(text)),
            (Value::Str(text), _) => Some(text.as_bytes().to_vec()),
            (_, Value::Str(text)) => Some(base64_decode(text)),
            _ => None,
        }
    };
    let items = volume.get("items").items();
    if items.is_empty() {
        for (key, _) in object.get("data").entries().chain(object.get("binaryData").entries()) {
            files.extend(content(key).map(|data| FileProjection { path: key.to_string(), data, mode: default_mode }));
        }
        return Ok(());
    }
    for item in items {
        let key = item.get("key").str();
        match content(key) {
            Some(data) => {
                let (path, mode) = (item.get("path").str().to_owned(), mode_of(item, "mode", default_mode));
                files.push(FileProjection { path, data, mode });
            }
            None if optional => {}
            None if secret => return Err(MountError::SetUp(format!("references non-existent secret key: {key}"))),
            None => return Err(MountError::SetUp(format!("configmap references non-existent config key: {key}"))),
        }
    }
    Ok(())
}

fn read_downward(from: &EnvSource<'_>, volume: &Value, default_mode: u32, files: &mut Vec<FileProjection>) -> Result<(), String> {
    let mut errors = Vec::new();
    for item in volume.get("items").items() {
        let field = item.at(&["fieldRef", "fieldPath"]);
        let resource = item.get("resourceFieldRef");
        let text = if !field.is_null() {
            field_value(from, field.str()).unwrap_or_default()
        } else {
            let found = container_named(from, resource.get("containerName").str());
            let value = found.map(|container| resource_value(from, container, resource));
            value.unwrap_or_else(|error| {
                errors.push(error.to_string());
                String::new()
            })
        };
        let (path, mode) = (item.get("path").str().to_owned(), mode_of(item, "mode", default_mode));
        files.push(FileProjection { path, data: text.into_bytes(), mode });
    }
    if errors.is_empty() { Ok(()) } else { Err(aggregate(&errors)) }
}

fn mode_of(value: &Value, member: &str, default: u32) -> u32 {
    value.get(member).as_int().and_then(|m| u32::try_from(m).ok()).unwrap_or(default)
}

/// The layout of the kubelet's atomic writer: a folder named for the moment, `..data` pointing at it, and a link for each
/// top-level name through `..data`; so that all files change at once.
pub(super) fn atomic_tree(files: &[FileProjection], now: Time, in_memory: bool) -> Inode {
    let stamp: String = now.rfc3339_micro().chars().take(19).map(|c| if matches!(c, '-' | 'T' | ':') { '_' } else { c }).collect();
    let folder = format!("..{stamp}.{:09}", (now.0 % 1_000_000) * 1000);
    let mut content = Inode::dir(0o755);
    let mut root = Inode::dir(dir_mode(in_memory));
    for FileProjection { path, data, mode } in files {
        let mut file = Inode::file(data.clone(), *mode);
        file.mtime = now;
        let path = clean(path);
        content.put(&path, file);
        let top = path.split('/').next().unwrap_or_default();
        root.put(top, Inode::link(&format!("..data/{top}")));
    }
    root.put(&folder, content);
    root.put("..data", Inode::link(&folder));
    root
}
