//! Defaults of volumes.

use super::super::{Map, Value};
use super::{absent, empty, empty_in};
use crate::api::image::tag_of;

pub fn volume(volume: &mut Value) {
    // A volume without a source is an empty directory.
    if volume.entries().all(|(key, _)| key == "name") {
        volume.set(&["emptyDir"], Map::new());
    }
    if !volume.get("image").is_null() && volume.at(&["image", "pullPolicy"]).is_empty() {
        let latest = tag_of(volume.at(&["image", "reference"]).str()) == "latest";
        volume.set(&["image", "pullPolicy"], if latest { "Always" } else { "IfNotPresent" });
    }
}

pub fn azure_disk(disk: &mut Value) {
    absent(disk, "cachingMode", "ReadWrite");
    absent(disk, "kind", "Shared");
}

pub fn persistent_volume(volume: &mut Value) {
    empty_in(volume, &["status", "phase"], "Pending");
    let spec = volume.get_mut("spec");
    empty(spec, "persistentVolumeReclaimPolicy", "Retain");
    absent(spec, "volumeMode", "Filesystem");
}
