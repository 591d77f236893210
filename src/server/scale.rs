//! The `scale` subresource: how many replicas an object has and is to have, in one form for every kind.

use super::options::{Caller, FieldValidation, Subresource, WriteOptions};
use super::write::{MadeOf, Write};
use super::{ApiServer, strategy};
use crate::api::decode::served_version;
use crate::api::selector::LabelSelector;
use crate::api::{Cause, KindRef, Object, SCALE, Status, Value, kinds};
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

    /// PUT of the `scale` subresource.
    pub fn update_scale(
        &mut self,
        by: &Caller,
        kind: KindRef,
        namespace: &str,
        scale: &Value,
        options: &WriteOptions,
    ) -> Result<Value, Status> {
        let scale = &self.decode(by, &SCALE, scale.clone(), options)?;
        let replicas = scale.at(&["spec", "replicas"]).int();
        // Of custom kinds that is looked at where the kind says that it is.
        if replicas < 0 && kind.custom.is_none() {
            let cause = Cause::invalid("spec.replicas", &replicas.into(), "must be greater than or equal to 0");
            return Err(Status::invalid(&SCALE, scale.name(), vec![cause]));
        }
        let kind = self.current(kind);
        let mut object = self.get(kind, namespace, scale.name())?;
        if let Some(version) = scale.at(&["metadata", "resourceVersion"]).as_str() {
            object.set(&["metadata", "resourceVersion"], version);
        }
        let old = object.clone();
        let path = kind.custom.as_ref().map_or(".spec.replicas", |c| c.scale(kind.version).get("specReplicasPath").str());
        object.set(&path.trim_start_matches('.').split('.').list(), replicas);
        // What was stored needs no second look, but is warned of.
        let options = &WriteOptions { field_validation: FieldValidation::Ignore, ..options.clone() };
        let write = Write { by, kind, sub: Subresource::Scale, made_of: MadeOf::Settled, options };
        self.track(&write, served_version(kind, &old), Some(&old), &mut object, None);
        let changed = self.change(&write, object)?;
        Ok(scale_of(kind, &changed))
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
    let mut spec = obj!({"replicas": count("spec", "specReplicasPath")});
    if spec.get("replicas").int() == 0 {
        spec = Value::map();
    }
    let mut status = obj!({"replicas": count("status", "statusReplicasPath")});
    if !selector.is_empty() {
        status.set(&["selector"], selector);
    }
    obj!({
        "apiVersion": "autoscaling/v1", "kind": "Scale",
        "metadata": {
            "name": metadata.get("name"), "namespace": metadata.get("namespace"), "uid": metadata.get("uid"),
            "resourceVersion": metadata.get("resourceVersion"), "creationTimestamp": metadata.get("creationTimestamp")
        },
        "spec": spec, "status": status
    })
}
