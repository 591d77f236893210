//! Persistent volumes: binding claims to them (`pkg/controller/volume/persistentvolume`), and keeping both while they are in use.
//! Nothing here knows what is in them.

mod binder;
mod ephemeral;
mod protection;
mod provisioner;
mod recycler;

pub(super) use binder::PersistentVolumeController;
pub(super) use ephemeral::EphemeralVolumeController;
pub(super) use protection::VolumeProtectionController;

use crate::api::{Object, Value, kinds};
use crate::server::ApiServer;

/// Pods that mount a claim.
fn users<'a>(api: &'a ApiServer, namespace: &'a str, claim: &'a str) -> impl Iterator<Item = &'a Value> {
    api.iter(kinds::POD, Some(namespace)).filter(move |pod| claims_of(pod).any(|c| c == claim))
}

/// The claims that a pod mounts; one of its own, made of a template, is named after pod and volume.
fn claims_of(pod: &Value) -> impl Iterator<Item = String> {
    pod.at(&["spec", "volumes"]).items().iter().filter_map(|v| {
        if !v.get("ephemeral").is_null() {
            return Some(format!("{}-{}", pod.name(), v.get("name").str()));
        }
        v.at(&["persistentVolumeClaim", "claimName"]).as_str().map(str::to_owned)
    })
}
