//! The `scale` subresource: how many replicas an object has and is to have, in one form for every kind.

use super::{ApiServer, strategy};
use crate::api::selector::LabelSelector;
use crate::api::{KindRef, Status, Value, kinds};
use crate::base::List as _;
use crate::obj;

impl ApiServer {
    /// GET of the `scale` subresource.
    pub fn scale(&self, kind: KindRef, namespace: &str, name: &str) -> Result<Value, Status> {
        if !self.has_scale(kind) {
            return Err(Status::no_such_resource());
        }
        let kind = self.current(kind);
        Ok(scale_of(kind, &self.get(kind, namespace, name)?))
    }

    /// Whether a kind has the `scale` subresource.
    pub fn has_scale(&self, kind: KindRef) -> bool {
        strategy::has_part(self.current(kind), "scale")
    }
}

/// An object's `autoscaling/v1` Scale.
pub(super) fn scale_of(kind: KindRef, object: &Value) -> Value {
    let paths = kind.custom.as_ref().map(|c| c.scale(kind.version));
    let along = |path: &str| object.at(&path.trim_start_matches('.').split('.').list());
    let metadata = object.get("metadata");
    let selector = match object.at(&["spec", "selector"]) {
        _ if paths.is_some() => along(paths.map_or("", |p| p.get("labelSelectorPath").str())).str().to_owned(),
        selector if kind == kinds::REPLICATION_CONTROLLER => LabelSelector::from_map(selector).to_string(),
        selector => LabelSelector::from_object(selector).map(|s| s.to_string()).unwrap_or_default(),
    };
    let count = |half: &str, member: &str| match paths {
        Some(paths) => along(paths.get(member).str()).int(),
        None => object.at(&[half, "replicas"]).int(),
    };
    obj!({
        "apiVersion": "autoscaling/v1", "kind": "Scale",
        "metadata": {
            "name": metadata.get("name"), "namespace": metadata.get("namespace"), "uid": metadata.get("uid"),
            "resourceVersion": metadata.get("resourceVersion"), "creationTimestamp": metadata.get("creationTimestamp")
        },
        "spec": {"replicas": count("spec", "specReplicasPath")},
        "status": {"replicas": count("status", "statusReplicasPath"), "selector": selector}
    })
}
