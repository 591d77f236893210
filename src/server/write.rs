//! What all verbs that write have in common: how a body is decoded, field ownership, admission, allocation, quotas, errors.

use super::admission::{self, Request};
use super::options::{Caller, FieldValidation, Subresource, WriteOptions};
use super::{ApiServer, managed_fields};
use crate::api::decode::served_version;
use crate::api::well_known::TEMPLATE_GENERATION;
use crate::api::{self, KindRef, Object, Status, Value, join_api_version, kinds};
use crate::base::Time;
use crate::store::{ObjectKey, Signature, StoreError};

/// How many bytes a body may have.
const BODY_BYTES_MAX: usize = 3 << 20;
/// How many bytes of memory the objects may take together: what etcd's quota is in a real cluster.
const SPACE_BYTES_MAX: u64 = 512 << 20;
/// An update that adds fewer bytes goes through all the same, so that a full cluster can be cleared up.
const SPARE_BYTES: usize = 1024;

/// An upper bound on a value's length as JSON, which is quicker to find than the length: an escaped character may take six bytes.
fn bytes_at_most(value: &Value) -> usize {
    match value {
        Value::Str(text) => 6 * text.len() + 2,
        Value::List(items) => items.iter().map(|item| bytes_at_most(item) + 1).sum::<usize>() + 2,
        Value::Map(members) => members.iter().map(|(key, member)| 6 * key.len() + 4 + bytes_at_most(member)).sum::<usize>() + 2,
        Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_) => 32,
    }
}

/// The error where object and request name different namespaces.
pub(super) const OTHER_NAMESPACE: &str = "the namespace of the provided object does not match the namespace sent on the request";

/// What the new state of an object was made of.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum MadeOf {
    /// From the body of a request, whose UID says which object is meant.
    Request,
    /// From the newest version and a client's changes.
    Newest,
    /// The same, with the ownership of fields recorded already.
    Settled,
}

/// A write: who asks for it, of what, and how.
#[derive(Clone, Copy)]
pub(super) struct Write<'a> {
    pub by: &'a Caller,
    pub kind: KindRef,
    pub sub: Subresource,
    pub made_of: MadeOf,
    pub options: &'a WriteOptions,
}

impl Write<'_> {
    /// The same write for another row of kinds: the one in which objects are stored, or the current one of a custom kind.
    pub(super) fn of(&self, kind: KindRef) -> Self {
        Write { kind, ..*self }
    }

    /// Whether the ownership of fields is recorded already.
    pub(super) fn is_settled(&self) -> bool {
        self.made_of == MadeOf::Settled
    }

    /// The write as admission sees it; `old` is null where there is no object yet.
    pub(super) fn request<'a>(&self, object: &'a Value, old: &'a Value) -> Request<'a> {
        let operation = if old.is_null() { "CREATE" } else { "UPDATE" };
        Request { kind: self.kind, operation, sub: self.sub, object, old, dry_run: self.options.dry_run }
    }
}

impl ApiServer {
    /// Decodes a body as strictly as the caller asks. What the cluster's own components send is taken as it is.
    pub(super) fn decode(&mut self, by: &Caller, kind: KindRef, object: Value, options: &WriteOptions) -> Result<Value, Status> {
        if by.is_component() {
            return Ok(object);
        }
        if bytes_at_most(&object) > BODY_BYTES_MAX && object.to_json().len() > BODY_BYTES_MAX {
            return Err(Status::too_large(format!("Request entity too large: limit is {BODY_BYTES_MAX}")));
        }
        // Whatever comes of the request.
        self.warnings.extend(api::validation::deprecation(kind).map(str::to_owned));
        let version = api::decode::served_version(kind, &object);
        let (mut object, errors) = api::decode::decode(kind, object)?;
        self.drop_equal_owners(&mut object);
        match options.field_validation {
            FieldValidation::Strict if !errors.is_empty() => Err(api::decode::strict_status(kind, version, &errors)),
            FieldValidation::Warn => {
                self.warnings.extend(errors.into_iter().map(|e| e.message));
                Ok(object)
            }
            _ => Ok(object),
        }
    }

    /// Drops duplicate owner references, and warns of them.
    // Models dedupOwnerReferencesAndAddWarning.
    fn drop_equal_owners(&mut self, object: &mut Value) {
        let owners = object.at(&["metadata", "ownerReferences"]).items();
        let (mut kept, mut again): (Vec<Value>, Vec<&str>) = (Vec::new(), Vec::new());
        for owner in owners {
            if kept.contains(owner) {
                again.push(owner.get("uid").str());
            } else {
                kept.push(owner.clone());
            }
        }
        if again.is_empty() {
            return;
        }
        self.warnings.push(format!(
            ".metadata.ownerReferences contains duplicate entries; API server dedups owner references in 1.20+, and may reject such requests \
             as early as 1.24; please fix your requests; duplicate UID(s) observed: {}",
            again.join(", ")
        ));
        object.set(&["metadata", "ownerReferences"], kept);
    }

    /// Records in the object who owns the fields that a request at some version changes. The `body` that a user sent tells empty lists from
    /// null.
    pub(super) fn track(&self, write: &Write<'_>, version: &str, old: Option<&Value>, object: &mut Value, body: Option<&Value>) {
        let Write { by, kind, sub, options, .. } = *write;
        if by.is_component() {
            if let Some(old) = old {
                managed_fields::track_component(kind, old, object, sub.name(), by);
            }
            return;
        }
        let manager = if options.field_manager.is_empty() { "unknown" } else { &*options.field_manager };
        let old = old.map(|old| self.with_managers(kind, old.clone()));
        let whole = body.and_then(|body| api::empties::put_back_written(kind, body, object));
        let mut told = whole.unwrap_or_else(|| object.clone());
        // An empty list resets the entries; an absent one does not.
        if let Some(Value::List(sent)) = body.map(|body| body.at(&["metadata", "managedFields"]))
            && sent.is_empty()
        {
            told.set(&["metadata", "managedFields"], Vec::<Value>::new());
        }
        managed_fields::track((kind, version), old.as_ref(), &mut told, manager, sub.name(), by.now);
        match told.at(&["metadata", "managedFields"]) {
            Value::Null => _ = object.remove(&["metadata", "managedFields"]),
            entries => object.set(&["metadata", "managedFields"], entries),
        }
    }

    /// Refuses what needs more room where the objects take all that there is. What the cluster's own components report is written all the
    /// same, so that it runs on.
    // Models etcd's alarm NOSPACE, but for that and for small updates.
    pub(super) fn demand_room(&self, write: &Write<'_>, object: &Value, old: &Value) -> Result<(), Status> {
        let grows = || old.is_null() || bytes_at_most(object) > bytes_at_most(old) + SPARE_BYTES;
        let reports = write.sub == Subresource::Status && write.by.is_component();
        if write.options.dry_run || reports || self.store.weight() <= SPACE_BYTES_MAX || !grows() {
            return Ok(());
        }
        Err(Status::internal("etcdserver: mvcc: database space exceeded").without_reason())
    }

    /// Runs the validating admission plugins; returns the quotas to write with the object.
    pub(super) fn admit_valid(&mut self, write: &Write<'_>, request: &Request<'_>) -> Result<Vec<Value>, Status> {
        let (warnings, charged) = admission::admit_valid(self, write.by, request)?;
        if !write.by.is_component() {
            self.warnings.extend(warnings);
        }
        Ok(charged)
    }

    /// Warns of what is valid but should be avoided.
    pub(super) fn warn(&mut self, write: &Write<'_>, object: &Value, old: Option<&Value>) {
        if !write.by.is_component() {
            api::validation::warnings(write.kind, object, old, &mut self.warnings);
        }
    }

    /// Gives a Service its addresses and ports, which the registry does before it validates.
    pub(super) fn allocate(&mut self, write: &Write<'_>, object: &mut Value, old: Option<&Value>) -> Result<(), Status> {
        if !allocates(write) {
            return Ok(());
        }
        let more = self.more_service_blocks();
        self.services.allocate(object, old, &more, &mut self.random, write.options.dry_run)
    }

    /// Releases them if the Service was refused after that.
    pub(super) fn take_back(&mut self, write: &Write<'_>, object: &Value, old: Option<&Value>) {
        if allocates(write) {
            self.services.take_back(object, old);
        }
    }

    /// Attaches an event that was written to a lease, unless it is terminating and held by finalizers.
    pub(super) fn lease(&mut self, by: &Caller, kind: KindRef, written: &Value) {
        if kind == kinds::EVENT && !written.is_terminating() {
            self.event_leases.attach(written.revision(), by.now);
        }
    }

    /// Writes the new usage of quotas.
    pub(super) fn charge(&mut self, by: &Caller, quotas: Vec<Value>) {
        let signed = Signature { at: by.now, by: "kube-apiserver" };
        for quota in quotas {
            let key = ObjectKey::new(kinds::RESOURCE_QUOTA, quota.namespace_arc(), quota.name_arc());
            let expected = quota.revision();
            // The revision is the newest: nothing has been written since it was read.
            let _ = self.store.update(signed, key, quota, expected);
        }
    }
}

/// Whether a write may change the addresses and ports of a Service.
fn allocates(write: &Write<'_>) -> bool {
    write.kind == kinds::SERVICE && write.sub != Subresource::Status
}

/// Sets the defaults of an object's kind, some of which depend on the time.
pub(super) fn fill_in(kind: KindRef, object: &mut Value, now: Time) {
    api::defaults::apply(kind, object);
    if kind.built_in() == "resourceslices" {
        for i in 0..object.at(&["spec", "devices"]).items().len() {
            let device = &mut object.at_mut(&["spec", "devices"]).list_mut()[i];
            for t in 0..device.get("taints").items().len() {
                let taint = &mut device.get_mut("taints").list_mut()[t];
                if taint.get("timeAdded").is_null() {
                    taint.set(&["timeAdded"], now.rfc3339());
                }
            }
        }
    }
    if kind == kinds::DAEMON_SET && object.annotation(TEMPLATE_GENERATION).is_none() {
        // The server's internal type has this as a field; the API reads and writes it as an annotation.
        object.set(&["metadata", "annotations", TEMPLATE_GENERATION], "0");
    }
}

/// Sets an object's kind and, unless it names a served one, its version.
pub(super) fn name_kind(kind: KindRef, object: &mut Value) {
    let version = join_api_version(kind.group, served_version(kind, object));
    if object.api_version() != version {
        object.set(&["apiVersion"], version);
    }
    object.settle(&["kind"], kind.kind);
}

/// The API's error for a refusal of the store.
pub(super) fn refused(kind: KindRef, name: &str, error: &StoreError) -> Status {
    match error {
        StoreError::Exists => Status::already_exists(kind, name),
        StoreError::NotFound => Status::not_found(kind, name),
        StoreError::Conflict(_) => Status::stale(kind, name),
        StoreError::Compacted(oldest) => Status::gone(format!("The resourceVersion for the provided watch is too old. Oldest: {oldest}")),
    }
}
