//! PUT: how an object, or a subresource of it, is updated.

use super::built_in::maker;
use super::event_forms::{demand_valid_event, in_form_of, stored_kind};
use super::options::{Caller, Subresource, WriteOptions};
use super::scale::scale_of;
use super::strategy::{self, demand_verb};
use super::write::{MadeOf, Write, fill_in, name_kind, refused};
use super::{ApiServer, admission};
use crate::api::convert::to_version;
use crate::api::decode::served_version;
use crate::api::{self, ArcStr, Cause, KindRef, Object, Status, Value, kinds, quote};
use crate::store::{ObjectKey, Signature};

impl ApiServer {
    /// PUT of an object, or of one subresource of it.
    pub fn update(&mut self, by: &Caller, kind: KindRef, object: Value, sub: Subresource, options: &WriteOptions) -> Result<Value, Status> {
        self.change(&Write { by, kind, sub, made_of: MadeOf::Request, options }, object)
    }

    /// Updates to an object that was made from more than the body of a request.
    pub(super) fn change(&mut self, write: &Write<'_>, object: Value) -> Result<Value, Status> {
        let write = &write.of(self.current(write.kind));
        let Write { by, kind, options, .. } = *write;
        demand_verb(kind, "update")?;
        let stored = stored_kind(kind);
        if stored != kind {
            let event = in_form_of(stored, &self.decode(by, kind, object, options)?);
            if let Some(old) = self.peek(stored, event.namespace(), event.name()) {
                demand_valid_event(stored, &event, Some(old))?;
            }
            let done = self.change(&write.of(stored), event)?;
            return Ok(in_form_of(kind, &done));
        }
        // What a component writes is not decoded again, so there is nothing in it that could get lost.
        let body = (!by.is_component()).then(|| object.clone());
        let version = served_version(kind, &object);
        let mut object = self.decode(by, kind, object, options)?;
        let namespace = if kind.namespaced { object.namespace_arc() } else { ArcStr::new() };
        let key = ObjectKey::new(kind, namespace, object.name_arc());
        let kept = self.store.get(&key).cloned();
        let is_kept = kept.is_some();
        // An IPAddress goes with its Service, and is not made again by an update.
        let made = |key| if kind.plural == "ipaddresses" { None } else { self.built_in_at(key) };
        let Some(mut old) = kept.or_else(|| made(&key)) else {
            if write.made_of == MadeOf::Request && write.sub == Subresource::None && allows_create_on_update(kind) {
                object.remove(&["metadata", "resourceVersion"]);
                return self.create_from(write, &key.namespace, object);
            }
            return Err(Status::not_found(kind, &key.name));
        };
        let stored = old.clone();
        if kind.custom.is_some() {
            old = to_version(kind, version, old);
        }
        if write.made_of == MadeOf::Request {
            demand_precondition(&key, "UID", object.uid(), old.uid(), options.dry_run)?;
        }
        demand_newest(kind, &mut object, &old)?;
        name_kind(kind, &mut object);
        if !kind.namespaced {
            object.remove(&["metadata", "namespace"]);
        }
        self.prepare(write, version, &mut object, &old, body.as_ref())?;
        self.allocate(write, &mut object, Some(&old))?;
        let charged =
            self.demand_changeable(write, (body.as_ref(), &object), &old).inspect_err(|_| self.take_back(write, &object, Some(&old)))?;
        object.set(&["metadata", "resourceVersion"], old.at(&["metadata", "resourceVersion"]).clone());
        if options.dry_run {
            return Ok(object);
        }
        if let Some(custom) = &kind.custom {
            api::custom::to_stored(kind, custom, &mut object);
        }
        // Who owns the fields of what only the cluster wrote is worked out when somebody asks, and that alone is no change.
        let managers = |object: &Value| !object.at(&["metadata", "managedFields"]).is_null();
        if managers(&object) && !managers(&stored) {
            let mut plain = object.clone();
            plain.remove(&["metadata", "managedFields"]);
            if plain.same(&stored) {
                object = plain;
            }
        }
        if object.same(&stored) {
            return Ok(if kind.custom.is_some() { old } else { object });
        }
        self.charge(by, charged);
        if !is_kept {
            // A built-in object that existed only when read is stored from now on.
            let signed = Signature { at: by.now, by: maker(kind, &key.name) };
            old = self.store.create(signed, key.clone(), old).cloned().map_err(|e| refused(kind, &key.name, &e))?;
            object.set(&["metadata", "resourceVersion"], old.at(&["metadata", "resourceVersion"]).clone());
        }
        let committed = self.commit_update(by, key, object, &old)?;
        Ok(if kind.custom.is_some() { to_version(kind, version, committed) } else { committed })
    }

    /// Sets defaults, records ownership, and restores what the client may not change.
    fn prepare(&mut self, write: &Write<'_>, version: &str, object: &mut Value, old: &Value, body: Option<&Value>) -> Result<(), Status> {
        let Write { by, kind, sub, .. } = *write;
        // Of the statuses that components write, only a Service's needs defaults.
        let of_component = sub == Subresource::Status && by.is_component();
        if (!of_component && !matches!(sub, Subresource::Finalize | Subresource::Scale)) || kind == kinds::SERVICE {
            fill_in(kind, object, by.now);
        }
        let is_status = sub == Subresource::Status;
        if !is_status {
            if !write.is_settled() {
                self.track(write, version, Some(old), object, body);
            }
            *object = admission::admit_update(self, by, &write.request(object, old))?;
            self.refuse_escalation(by, kind, object)?;
        }
        strategy::prepare_for_update(kind, object, old, sub);
        if is_status && !write.is_settled() {
            self.track(write, version, Some(old), object, body);
        }
        Ok(())
    }

    /// Checks that an updated object is valid and admitted; returns the quotas to write with it.
    fn demand_changeable(
        &mut self,
        write: &Write<'_>,
        (body, object): (Option<&Value>, &Value),
        old: &Value,
    ) -> Result<Vec<Value>, Status> {
        let (kind, sub, trusted) = (write.kind, write.sub, write.by.is_component());
        // The cluster's own components write valid objects.
        let is_right = trusted && (sub == Subresource::Status || kind == kinds::POD);
        let whole = body.and_then(|body| api::empties::put_back(kind, body, object));
        let judged = whole.as_ref().unwrap_or(object);
        let mut causes = if is_right { Vec::new() } else { api::validation::changed_metadata(kind, object, old) };
        causes.extend(match sub {
            _ if is_right => Vec::new(),
            Subresource::Status => api::validation::status_update(kind, judged, old),
            Subresource::Finalize if kind == kinds::NAMESPACE => api::validation::finalize(judged, old),
            Subresource::Resize => api::validation::resize(judged, old),
            Subresource::EphemeralContainers => api::validation::ephemeral_containers(judged, old),
            _ => api::validation::update(kind, judged, old),
        });
        if !causes.is_empty() {
            return Err(Status::invalid(kind, object.name(), causes));
        }
        if matches!(sub, Subresource::None | Subresource::Scale) {
            self.warn(write, object, Some(old));
        }
        if let Some(custom) = kind.custom.as_ref().filter(|_| !trusted) {
            self.warnings.extend(api::custom::warned(kind, custom, object, old));
        }
        let charged = if sub == Subresource::Scale {
            self.admit_valid(write, &write.request(&scale_of(kind, object), &scale_of(kind, old)))?
        } else {
            self.admit_valid(write, &write.request(object, old))?
        };
        self.demand_room(write, object, old)?;
        Ok(charged)
    }

    /// Commits a changed object, or its deletion where the last finalizer of a terminating object has been removed.
    pub(super) fn commit_update(&mut self, by: &Caller, key: ObjectKey, object: Value, old: &Value) -> Result<Value, Status> {
        let kind = key.kind;
        let name = key.name.clone();
        let expected = old.revision();
        let finalizers = object.at(&["metadata", "finalizers"]).items().len()
            + if kind == kinds::NAMESPACE { object.at(&["spec", "finalizers"]).items().len() } else { 0 };
        let done = object.is_terminating() && finalizers == 0 && object.at(&["metadata", "deletionGracePeriodSeconds"]).int() == 0;
        let result = if done {
            self.services.release(kind, &object);
            self.store.delete(by.signature(), key, object, expected)
        } else {
            self.store.update(by.signature(), key, object, expected)
        };
        let committed = result.cloned().map_err(|e| refused(kind, &name, &e))?;
        if !done {
            self.lease(by, kind, &committed);
        }
        Ok(committed)
    }
}

/// Refuses a write whose precondition names another UID or version than is recorded; an empty one demands nothing.
// Models storage.Preconditions.
pub(super) fn demand_precondition(key: &ObjectKey, what: &str, asked: &str, recorded: &str, dry_run: bool) -> Result<(), Status> {
    if asked.is_empty() || asked == recorded {
        return Ok(());
    }
    let ObjectKey { kind, namespace, name } = key;
    let place = match (kind.group, kind.plural) {
        (group, plural) if kind.custom.is_some() || matches!(group, "apiextensions.k8s.io" | "apiregistration.k8s.io") => {
            &*format!("{group}/{plural}")
        }
        (_, "nodes") => "minions",
        (_, "services") => "services/specs",
        (_, "endpoints") => "services/endpoints",
        (_, "replicationcontrollers") => "controllers",
        (_, "ingresses") => "ingress",
        (_, plural) => plural,
    };
    let slash = if namespace.is_empty() { "" } else { "/" };
    // A dry run leaves out the prefix of keys in etcd (DryRunnableStorage).
    let prefix = if dry_run { "" } else { "/registry" };
    let detail = format!(
        "StorageError: invalid object, Code: 4, Key: {prefix}/{place}{slash}{namespace}/{name}, ResourceVersion: 0, AdditionalErrorMsg: \
         Precondition failed: {what} in precondition: {asked}, {what} in object meta: {recorded}"
    );
    Err(Status::conflict(kind, name, &detail))
}

/// Refuses an update made from another version than the newest. Without a version the newest is meant, unless the kind demands one.
fn demand_newest(kind: KindRef, object: &mut Value, old: &Value) -> Result<(), Status> {
    let newest = old.at(&["metadata", "resourceVersion"]);
    match object.at(&["metadata", "resourceVersion"]).str() {
        "" | "0" if allows_unconditional_update(kind) => object.set(&["metadata", "resourceVersion"], newest.clone()),
        "" | "0" => {
            let cause = Cause::invalid("metadata.resourceVersion", &0.into(), "must be specified for an update");
            let mut status = Status::invalid(kind, object.name(), vec![cause]);
            // Upstream puts the resource where the kind belongs.
            status.message = status.message.replacen(kind.kind, kind.plural, 1);
            status.details.set(&["kind"], kind.plural);
            return Err(status);
        }
        sent if sent != newest.str() => {
            demand_version(object)?;
            return Err(Status::stale(kind, object.name()));
        }
        _ => {}
    }
    Ok(())
}

/// Refuses a resource version that is not a number.
pub(super) fn demand_version(object: &Value) -> Result<(), Status> {
    match object.at(&["metadata", "resourceVersion"]).str() {
        "" => Ok(()),
        sent if sent.parse::<u64>().is_ok() => Ok(()),
        sent => Err(Status::internal(format!("strconv.ParseUint: parsing {}: invalid syntax", quote(sent))).without_reason()),
    }
}

/// Whether an update without a version replaces whatever version there is.
// Models each registry strategy's AllowUnconditionalUpdate.
fn allows_unconditional_update(kind: KindRef) -> bool {
    let careful = matches!(
        (kind.group, kind.plural),
        ("policy" | "coordination.k8s.io" | "node.k8s.io" | "apiextensions.k8s.io" | "apiregistration.k8s.io", _)
            | ("admissionregistration.k8s.io", _)
            | ("storage.k8s.io", "volumeattachments" | "csinodes" | "csidrivers" | "csistoragecapacities")
    );
    kind.custom.is_none() && !careful
}

/// Whether an update may create an object.
// Models each registry strategy's AllowCreateOnUpdate.
fn allows_create_on_update(kind: KindRef) -> bool {
    matches!(
        (kind.group, kind.built_in()),
        ("", "limitranges" | "events" | "services" | "endpoints")
            | ("node.k8s.io" | "rbac.authorization.k8s.io" | "coordination.k8s.io", _)
    ) && kind.custom.is_none()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{List as _, Time};
    use crate::server::built_in::APF_PRODUCER;

    #[test]
    fn what_was_built_in_is_kept_as_whoever_made_it_made_it() {
        let (mut api, kind) = (ApiServer::new(0), crate::api::Kind::named("FlowSchema"));
        let mut schema = api.get(kind, "", "probes").expect("every cluster has it");
        schema.set(&["metadata", "labels", "a"], "b");
        api.update(&Caller::new(Time::ZERO, "test"), kind, schema, Subresource::None, &WriteOptions::default()).expect("valid");
        let key = ObjectKey::new(kind, "", "probes");
        let by = api.store().history(&key).map(|version| version.by).list();
        assert_eq!(by, [APF_PRODUCER, "test"]);
    }
}
