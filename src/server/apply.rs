//! Server-side apply: PATCH with a configuration (`application/apply-patch+yaml`).

use super::event_forms::{demand_valid_event, in_form_of, stored_event, stored_kind};
use super::managed_fields::{self, Manager};
use super::options::{Caller, Subresource, WriteOptions};
use super::scale::{parent_of_scale, scale_of, settle_scale};
use super::strategy::demand_verb;
use super::update::demand_version;
use super::write::{MadeOf, Write};
use super::{ApiServer, typed};
use crate::api::convert::to_version;
use crate::api::{self, Cause, KindRef, Object, SCALE, Status, Value};
use crate::store::ObjectKey;

impl ApiServer {
    /// Applies a configuration, by the field manager that the options name.
    pub fn apply(
        &mut self,
        by: &Caller,
        kind: KindRef,
        namespace: &str,
        config: &Value,
        sub: Subresource,
        options: &WriteOptions,
    ) -> Result<Value, Status> {
        demand_verb(kind, "patch")?;
        let (asked, kind) = (kind, stored_kind(kind));
        let as_stored = (asked != kind).then(|| stored_event(kind, config, namespace));
        let config = as_stored.as_ref().unwrap_or(config);
        if options.field_manager.is_empty() {
            let cause = Cause::required("fieldManager", "is required for apply patch");
            return Err(Status::invalid_options("PatchOptions", vec![cause]));
        }
        let name = config.name_arc();
        if !config.at(&["metadata", "managedFields"]).is_null() {
            return Err(Status::bad_request("metadata.managedFields must be nil"));
        }
        let scales = sub == Subresource::Scale;
        let (shape, mut version) = if scales { (&SCALE, SCALE.version) } else { (kind, api::decode::served_version(kind, config)) };
        let sent = format!("{}/{version}, Kind={}", shape.group, config.kind());
        if config.kind() != shape.kind {
            return Err(Status::bad_request(format!("invalid object type: {sent}")));
        }
        let key = ObjectKey::new(kind, namespace, &*name);
        let live = self.store.get(&key).cloned().or_else(|| self.built_in_at(&key));
        let part = if scales || sub == Subresource::Status { sub.name() } else { "" };
        if live.is_none() && !part.is_empty() {
            return Err(Status::not_found(kind, &name));
        }
        let what = format!("{}/{name}; {sent}", config.namespace());
        let failed = |message: String| Status::internal(message).without_reason();
        let untyped = |error: typed::TypedError| failed(format!("failed to create typed patch object ({what}): {error}"));
        typed::check(shape, version, config).map_err(untyped)?;
        let of_parent = scales.then(|| parent_of_scale(kind, config));
        let config = of_parent.as_ref().unwrap_or(config);
        if scales {
            version = kind.version;
        }
        let managed = live.as_ref().map_or(Value::Null, |live| to_version(kind, version, self.with_managers(kind, live.clone())));
        let mut next =
            managed_fields::apply((kind, version), &managed, config, Manager::applying(&options.field_manager, part), options.force, by)?;
        if kind.custom.is_none() {
            let read = api::decode::from_patched(kind, &next).map(drop);
            read.map_err(|e| {
                failed(format!(
                    "failed to convert new object ({what}) to proper version: unable to convert unstructured object to {sent}: {e}"
                ))
            })?;
        }
        if scales {
            settle_scale(kind, &mut next)?;
        }
        if as_stored.is_some() {
            demand_valid_event(kind, &next, live.as_ref())?;
        }
        demand_version(&next)?;
        let write = Write { by, kind, sub, made_of: MadeOf::Settled, options };
        let done = if live.is_some() { self.change(&write, next) } else { self.create_from(&write, namespace, next) }?;
        Ok(match () {
            () if scales => scale_of(kind, &done),
            () if as_stored.is_some() => in_form_of(asked, &done),
            () => done,
        })
    }
}
