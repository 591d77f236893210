//! POST: how an object is created.

use super::event_forms::{demand_valid_event, in_form_of, stored_event, stored_kind};
use super::options::{Caller, Subresource, WriteOptions};
use super::strategy::{self, demand_verb};
use super::write::{MadeOf, OTHER_NAMESPACE, Write, fill_in, name_kind, refused};
use super::{ApiServer, admission};
use crate::api::convert::to_version;
use crate::api::decode::served_version;
use crate::api::{self, Cause, KindRef, Object, Status, Value, kinds};
use crate::base::List as _;
use crate::store::ObjectKey;

/// A namespace with this label set to `true` may have claims for devices that are in use by others.
const ADMIN_ACCESS: &str = "resource.kubernetes.io/admin-access";

/// A review with its answer, some of which no longer say what was asked.
fn reviewed(kind: KindRef, mut review: Value, status: Value) -> Value {
    review.set(&["status"], status);
    let emptied: &[&str] = match kind.kind {
        "SelfSubjectRulesReview" => &["metadata", "spec"],
        "SelfSubjectReview" => &["metadata"],
        _ => &[],
    };
    emptied.iter().for_each(|part| review.set(&[part], Value::map()));
    review
}

impl ApiServer {
    /// POST.
    pub fn create(&mut self, by: &Caller, kind: KindRef, namespace: &str, object: Value, options: &WriteOptions) -> Result<Value, Status> {
        let write = Write { by, kind, sub: Subresource::None, made_of: MadeOf::Request, options };
        self.create_from(&write, namespace, object)
    }

    /// Creates an object that was made from more than the body of a request.
    pub(super) fn create_from(&mut self, write: &Write<'_>, namespace: &str, object: Value) -> Result<Value, Status> {
        let write = &write.of(self.current(write.kind));
        let Write { by, kind, options, .. } = *write;
        demand_verb(kind, "create")?;
        // What a component writes is not decoded again, so there is nothing in it that could get lost.
        let body = (!by.is_component()).then(|| object.clone());
        let version = served_version(kind, &object);
        let mut object = self.decode(by, kind, object, options)?;
        let stored = stored_kind(kind);
        if stored != kind {
            let event = stored_event(stored, &object, namespace);
            demand_valid_event(stored, &event, None)?;
            let made = self.create_from(&write.of(stored), namespace, event)?;
            return Ok(in_form_of(kind, &made));
        }
        place(kind, namespace, &mut object)?;
        name_kind(kind, &mut object);
        if kind.group == "authorization.k8s.io" {
            self.track(write, version, None, &mut object, body.as_ref());
        }
        if let Some(status) = self.review(by, kind, &object)? {
            return Ok(reviewed(kind, object, status));
        }
        if kind == kinds::BINDING {
            // Only a Binding that is sent to the pod's subresource can demand a UID.
            object.remove(&["metadata", "uid"]);
            return self.create_binding(by, namespace, &object, options);
        }
        self.generate_name(kind, &mut object);
        // An apply is an update that may create, and ignores a version.
        let versioned =
            !write.is_settled() && object.at(&["metadata", "resourceVersion"]).str().parse::<u64>().is_ok_and(|version| version > 0);
        self.begin(write, &mut object);
        fill_in(kind, &mut object, by.now);
        if !write.is_settled() {
            self.track(write, version, None, &mut object, body.as_ref());
        }
        object = admission::admit_create(self, by, &write.request(&object, &Value::Null))?;
        self.refuse_escalation(by, kind, &object)?;
        strategy::prepare_for_create(kind, &mut object, by);
        self.allocate(write, &mut object, None)?;
        let key = ObjectKey::new(kind, object.namespace_arc(), object.name_arc());
        let charged = self
            .demand_creatable(write, &key, (body.as_ref(), &object), versioned)
            .inspect_err(|_| self.take_back(write, &object, None))?;
        if kind == kinds::JOB {
            // A stored object is defaulted when it is read: a Job without labels then takes those that its template has by now.
            api::defaults::apply(kind, &mut object);
        }
        if options.dry_run {
            return Ok(object);
        }
        self.charge(by, charged);
        if let Some(custom) = &kind.custom {
            api::custom::to_stored(kind, custom, &mut object);
        }
        let name = key.name.clone();
        let created = self.store.create(by.signature(), key, object).cloned().map_err(|e| refused(kind, &name, &e))?;
        self.lease(by, kind, &created);
        Ok(if kind.custom.is_some() { to_version(kind, version, created) } else { created })
    }

    /// Why a ResourceClaim, or a template of one, may not ask for admin access to devices that are in use.
    // Models AuthorizedForAdmin, which names the same place for both.
    fn deny_admin_access(&self, kind: KindRef, object: &Value) -> Option<Cause> {
        let requests = match kind.built_in() {
            "resourceclaims" => object.at(&["spec", "devices", "requests"]),
            "resourceclaimtemplates" => object.at(&["spec", "spec", "devices", "requests"]),
            _ => return None,
        };
        let asks = requests.items().iter().position(|request| request.at(&["exactly", "adminAccess"]).is_true())?;
        let label = self.peek(kinds::NAMESPACE, "", object.namespace()).and_then(|ns| ns.label(ADMIN_ACCESS));
        let why = format!("admin access to devices requires the `{ADMIN_ACCESS}: true` label on the containing namespace");
        (label != Some("true")).then(|| Cause::forbidden(format!("spec.devices.requests[{asks}].adminAccess"), &why))
    }

    /// Generates the name of an object that has none but a `generateName`.
    fn generate_name(&mut self, kind: KindRef, object: &mut Value) {
        let base = object.at(&["metadata", "generateName"]).str();
        if object.name().is_empty() && !base.is_empty() {
            // The registry cuts the base so that base and suffix fit into a label.
            let cut = base.char_indices().nth(58).map_or(base.len(), |(i, _)| i);
            let name = format!("{}{}", &base[..cut], self.random.name_suffix());
            object.set(&["metadata", "name"], name);
        } else if object.name().is_empty() && kind == kinds::LIMIT_RANGE {
            object.set(&["metadata", "name"], self.random.uuid());
        }
    }

    /// Sets the metadata that only the server may set, and removes what the client sent of it.
    fn begin(&mut self, write: &Write<'_>, object: &mut Value) {
        for member in ["deletionTimestamp", "deletionGracePeriodSeconds", "resourceVersion", "selfLink"] {
            object.remove(&["metadata", member]);
        }
        if !write.is_settled() {
            object.remove(&["metadata", "managedFields"]);
        }
        object.set(&["metadata", "uid"], self.random.uuid());
        object.set(&["metadata", "creationTimestamp"], write.by.now.rfc3339());
    }

    /// Checks that an object is valid, admitted and new; returns the quotas to write with it. `versioned` says that it was sent with a
    /// version.
    fn demand_creatable(
        &mut self,
        write: &Write<'_>,
        key: &ObjectKey,
        (body, object): (Option<&Value>, &Value),
        versioned: bool,
    ) -> Result<Vec<Value>, Status> {
        let kind = write.kind;
        let mut causes = self.deny_admin_access(kind, object).into_iter().list();
        let whole = body.and_then(|body| api::empties::put_back(kind, body, object));
        causes.extend(api::validation::create(kind, whole.as_ref().unwrap_or(object)));
        if !causes.is_empty() {
            return Err(Status::invalid(kind, object.name(), causes));
        }
        self.warn(write, object, None);
        let charged = self.admit_valid(write, &write.request(object, &Value::Null))?;
        // It is the store that refuses this, and a dry run does not get that far.
        if versioned && !write.options.dry_run {
            return Err(Status::internal("resourceVersion should not be set on objects to be created").without_reason());
        }
        self.demand_room(write, object, &Value::Null)?;
        if let Some(existing) = self.store.get(key).cloned().or_else(|| self.built_in_at(key)) {
            let mut status = Status::already_exists(kind, object.name());
            if existing.is_terminating() {
                status.message.insert_str(0, "object is being deleted: ");
            }
            return Err(status);
        }
        Ok(charged)
    }
}

/// Sets the namespace that the object was sent to; refuses an object that names another.
fn place(kind: KindRef, namespace: &str, object: &mut Value) -> Result<(), Status> {
    if !kind.namespaced {
        object.remove(&["metadata", "namespace"]);
        return Ok(());
    }
    let named = object.namespace();
    if !named.is_empty() && named != namespace {
        return Err(Status::bad_request(OTHER_NAMESPACE));
    }
    object.settle(&["metadata", "namespace"], namespace);
    Ok(())
}
