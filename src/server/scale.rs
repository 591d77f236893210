//! The `scale` subresource: how many replicas an object has and should have, in one form for every kind.

use super::options::{Caller, FieldValidation, Subresource, WriteOptions};
use super::write::{MadeOf, Write};
use super::{ApiServer, strategy};
use crate::api::decode::served_version;
use crate::api::selector::LabelSelector;
use crate::api::{Cause, KindRef, Object, SCALE, Status, Value, kinds};
use crate::base::List as _;
use crate::obj;

impl ApiServer {
    /// An object that has a scale, with the current row of its kind.
    fn scalable(&self, kind: KindRef, namespace: &str, name: &str) -> Result<(KindRef, Value), Status> {
        if !self.has_scale(kind) {
            return Err(Status::no_subresource(kind, name));
        }
        let kind = self.current(kind);
        Ok((kind, self.get(kind, namespace, name)?))
    }

    /// GET of the `scale` subresource.
    pub fn scale(&self, kind: KindRef, namespace: &str, name: &str) -> Result<Value, Status> {
        let (kind, object) = self.scalable(kind, namespace, name)?;
        Ok(scale_of(kind, &object))
    }

    /// An object's scale with its managed fields: those of the object's entries that own the count.
    // Models ScaleHandler.ToSubresource.
    pub(super) fn owned_scale(&self, kind: KindRef, namespace: &str, name: &str) -> Result<Value, Status> {
        let (kind, object) = self.scalable(kind, namespace, name)?;
        let mut scale = scale_of(kind, &object);
        let field: Vec<String> = replicas_path(kind).into_iter().map(|step| format!("f:{step}")).list();
        let field = field.iter().map(String::as_str).list();
        let own = object.at(&["metadata", "managedFields"]).items().iter().filter(|e| !e.get("fieldsV1").at(&field).is_null());
        let own = own.map(|entry| {
            let mut entry = entry.clone();
            entry.set(&["apiVersion"], "autoscaling/v1");
            entry.set(&["fieldsV1"], obj!({"f:spec": {"f:replicas": {}}}));
            entry
        });
        let own: Vec<Value> = own.list();
        if !own.is_empty() {
            scale.set(&["metadata", "managedFields"], own);
        }
        Ok(scale)
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
        demand_count(kind, scale.name(), replicas)?;
        let kind = self.current(kind);
        let mut object = self.get(kind, namespace, scale.name())?;
        if let Some(version) = scale.at(&["metadata", "resourceVersion"]).as_str() {
            object.set(&["metadata", "resourceVersion"], version);
        }
        let old = object.clone();
        object.set(&replicas_path(kind), replicas);
        // What is stored is not validated again, but may be warned of.
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

/// The path of a kind's count of replicas.
fn replicas_path(kind: KindRef) -> Vec<&'static str> {
    let path = kind.custom.as_ref().map_or(".spec.replicas", |c| c.scale(kind.version).get("specReplicasPath").str());
    path.trim_start_matches('.').split('.').list()
}

/// For custom kinds it is at the path that the definition gives.
fn demand_count(kind: KindRef, name: &str, replicas: i64) -> Result<(), Status> {
    if replicas >= 0 || kind.custom.is_some() {
        return Ok(());
    }
    let cause = Cause::invalid("spec.replicas", &replicas.into(), "must be greater than or equal to 0");
    Err(Status::invalid(&SCALE, name, vec![cause]))
}

/// Turns a configuration of a scale into one of the object that has the scale, so that the object's entries stand for the scale's.
// Models managedfields.ScaleHandler.
pub(super) fn parent_of_scale(kind: KindRef, scale: &Value) -> Value {
    let mut config = obj!({"apiVersion": kind.api_version(), "kind": kind.kind, "metadata": scale.get("metadata")});
    let replicas = scale.at(&["spec", "replicas"]);
    if !replicas.is_null() {
        config.set(&replicas_path(kind), replicas);
    }
    config
}

/// Finishes an object to whose scale something was applied: a count that nobody sets any more is 0.
pub(super) fn settle_scale(kind: KindRef, object: &mut Value) -> Result<(), Status> {
    let path = replicas_path(kind);
    let replicas = object.at(&path).int();
    object.set(&path, replicas);
    demand_count(kind, object.name(), replicas)
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

#[cfg(test)]
mod tests {
    use crate::api::Value;
    use crate::base::Time;
    use crate::obj;
    use crate::server::{ApiServer, Caller, RestRequest, User};

    #[test]
    fn a_scale_is_applied_as_part_of_the_object_that_has_it() {
        let mut api = ApiServer::new(0);
        let by = Caller::of_user(Time::ZERO, User::administrator());
        let mut ask = |method: &str, path: &str, body: Value| {
            let content_type = match (method, &body) {
                ("PATCH", Value::List(_)) => "application/json-patch+json",
                ("PATCH", _) => "application/apply-patch+yaml",
                _ => "application/json",
            };
            let path = &format!("/apis/apps/v1/namespaces/default/deployments{path}");
            api.rest(&by, &RestRequest { method, path, content_type, agent: "base", body }).body
        };
        let template = obj!({"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [{"name": "c", "image": "i"}]}});
        let spec = obj!({"replicas": 2, "selector": {"matchLabels": {"a": "b"}}, "template": template});
        ask("POST", "", obj!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "d"}, "spec": spec}));
        let scale = |spec: Value| obj!({"apiVersion": "autoscaling/v1", "kind": "Scale", "metadata": {"name": "d"}, "spec": spec});
        let wrong = ask("PATCH", "/d/scale", obj!([{"op": "replace", "path": "/spec/replicas", "value": "x"}]));
        let owners = r#"\"managedFields\":[{\"manager\":\"base\",\"operation\":\"Update\",\"apiVersion\":\"autoscaling/v1\",\"time\":"#;
        assert!(wrong.get("message").str().contains(owners), "{wrong}");
        // What is applied to which path: the message, or the scale's spec.
        for (path, config, wanted) in [
            (
                "/d/scale?fieldManager=me",
                scale(obj!({"replicas": 5})),
                "Apply failed with 1 conflict: conflict with \"base\" using autoscaling/v1: .spec.replicas",
            ),
            ("/d/scale?fieldManager=me&force=true", scale(obj!({"replicas": 5})), r#"{"replicas":5}"#),
            ("/d/scale?fieldManager=me", scale(Value::map()), "{}"),
            (
                "/d/scale?fieldManager=me",
                scale(obj!({"replicas": -1})),
                "Scale.autoscaling \"d\" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0",
            ),
            (
                "/d/scale?fieldManager=me",
                scale(obj!({"replicas": "x"})),
                "failed to create typed patch object (/d; autoscaling/v1, Kind=Scale): .spec.replicas: expected numeric (int or float), got string",
            ),
            (
                "/d/scale?fieldManager=me",
                obj!({"apiVersion": "apps/v1", "kind": "Deployment"}),
                "invalid object type: apps/v1, Kind=Deployment",
            ),
        ] {
            let answer = ask("PATCH", path, config);
            let got = if answer.get("message").is_null() { answer.get("spec").to_json() } else { answer.get("message").str().to_owned() };
            assert_eq!(got, wanted);
        }
        let entries = ask("GET", "/d", Value::Null).at(&["metadata", "managedFields"]).clone();
        assert_eq!(entries.items().iter().map(|e| e.get("manager").str()).collect::<Vec<_>>(), ["base"], "who gives no count any more");
    }
}
