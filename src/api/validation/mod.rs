//! Validation: what the API server refuses, with its words and in its order. One file per family of kinds.

mod container;
mod core;
mod ip;
mod meta;
mod path;
mod pod;
mod resources;
mod scheduling;
mod security;
mod service;
mod storage;
mod volumes;

use self::meta::{NameRule, object_meta, object_meta_update, path_segment};
use self::path::{Errors, Path};
use super::names;
use super::{Cause, KindRef, Value};

/// What is wrong with a new object (decoded and defaulted).
pub fn create(kind: KindRef, object: &Value) -> Vec<Cause> {
    let mut errors = Errors::default();
    match (kind.group, kind.kind) {
        ("", "Pod") => pod::create(&mut errors, object),
        ("", "PodTemplate") => {
            object_meta(&mut errors, object, true, names::dns1123_subdomain);
            pod::template(&mut errors, Path::new("template"), object.get("template"));
        }
        ("", "Service") => service::create(&mut errors, object),
        ("", "Namespace") => core::namespace(&mut errors, object),
        ("", "Node") => core::node(&mut errors, object),
        ("", "ConfigMap") => core::config_map(&mut errors, object),
        ("", "Secret") => core::secret(&mut errors, object),
        ("", "ReplicationController") => {
            object_meta(&mut errors, object, true, names::dns1123_subdomain);
            core::replication_controller(&mut errors, object);
        }
        (_, "Event") => core::event(&mut errors, object),
        ("", "LimitRange") => core::limit_range(&mut errors, object),
        ("", "ResourceQuota") => {
            object_meta(&mut errors, object, true, names::dns1123_subdomain);
            core::resource_quota(&mut errors, object);
        }
        ("", "Endpoints") => core::endpoints(&mut errors, object),
        ("", "PersistentVolume") => storage::volume(&mut errors, object),
        ("", "PersistentVolumeClaim") => storage::claim(&mut errors, object),
        ("storage.k8s.io", "StorageClass") => storage::class(&mut errors, object),
        _ => object_meta(&mut errors, object, kind.namespaced, name_rule(kind)),
    }
    errors.0
}

/// What is wrong with changing `old` into `new` (both decoded and defaulted).
pub fn update(kind: KindRef, new: &Value, old: &Value) -> Vec<Cause> {
    let mut errors = Errors::default();
    match (kind.group, kind.kind) {
        ("", "Pod") => pod::update(&mut errors, new, old),
        ("", "PodTemplate") => {
            object_meta_update(&mut errors, new, old);
            pod::template(&mut errors, Path::new("template"), new.get("template"));
        }
        ("", "Service") => service::update(&mut errors, new, old),
        ("", "Node") => core::node_update(&mut errors, new, old),
        ("", "ConfigMap") => core::config_map_update(&mut errors, new, old),
        ("", "Secret") => core::secret_update(&mut errors, new, old),
        ("", "ReplicationController") => {
            object_meta_update(&mut errors, new, old);
            core::replication_controller(&mut errors, new);
        }
        (_, "Event") => core::event(&mut errors, new),
        ("", "LimitRange") => core::limit_range(&mut errors, new),
        ("", "ResourceQuota") => core::resource_quota_update(&mut errors, new, old),
        ("", "Endpoints") => {
            object_meta_update(&mut errors, new, old);
            core::endpoints(&mut errors, new);
        }
        ("", "PersistentVolume") => storage::volume_update(&mut errors, new, old),
        ("", "PersistentVolumeClaim") => storage::claim_update(&mut errors, new, old),
        ("storage.k8s.io", "StorageClass") => storage::class_update(&mut errors, new, old),
        _ => object_meta_update(&mut errors, new, old),
    }
    errors.0
}

/// The rule that names of a kind without rules of its own follow.
fn name_rule(kind: KindRef) -> NameRule {
    match kind.group {
        "rbac.authorization.k8s.io" => path_segment,
        _ => names::dns1123_subdomain,
    }
}

/// What the server warns of when it accepts an object: `Warning: ` and this.
pub fn warnings(kind: KindRef, new: &Value, old: Option<&Value>) -> Vec<String> {
    let _ = (kind, new, old);
    Vec::new()
}
