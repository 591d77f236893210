//! The API server: every verb on every kind, over the store.

use super::admission::{
    self,
    policy::{Policies, Request},
};
use super::event_forms::{demand_valid_event, in_form_of, stored_event, stored_kind};
use super::event_leases::EventLeases;
use super::heartbeats::Heartbeats;
use super::indexes::INDEXERS;
use super::metrics::Metrics;
use super::options::{Caller, FieldValidation, ListOptions, Patch, Subresource, WriteOptions};
use super::scale::scale_of;
use super::service_allocator::ServiceAllocator;
use super::strategy::demand_verb;
use super::{managed_fields, patch, strategy, typed};
use crate::api::{self, ArcStr, Cause, KindRef, Object, Status, Value, Warnings, kinds};
use crate::base::{List as _, RandomStream, Time};
use crate::store::{ObjectKey, Objects, Store, StoreError};

/// Everything behind the API: the store and what the server itself remembers.
#[derive(Clone, Debug)]
pub struct ApiServer {
    pub(super) store: Store,
    pub(super) random: RandomStream,
    pub(super) services: ServiceAllocator,
    pub(super) warnings: Warnings,
    events: u64,
    metrics: Metrics,
    pub(super) heartbeats: Heartbeats,
    pub(super) event_leases: EventLeases,
    /// Whether roles say who may do what; where not, everybody may do everything.
    enforces_roles: bool,
    pub(super) policies: Policies,
}

/// What the new state of an object was made of.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum MadeOf {
    /// Of what the client sent, whose UID says which object is meant.
    Request,
    /// Of the newest version and the client's changes.
    Newest,
    /// The same, with it noted already who owns what.
    Settled,
}

/// What is said where object and request name different namespaces.
pub(super) const OTHER_NAMESPACE: &str = "the namespace of the provided object does not match the namespace sent on the request";

impl ApiServer {
    /// A server with an empty store but for the namespaces that every cluster has.
    pub fn new(seed: u64) -> Self {
        let mut server = ApiServer {
            store: Store::new(INDEXERS),
            random: RandomStream::new(seed, "apiserver"),
            services: ServiceAllocator::default(),
            warnings: Warnings::default(),
            events: 0,
            metrics: Metrics::default(),
            heartbeats: Heartbeats::default(),
            event_leases: EventLeases::default(),
            enforces_roles: false,
            policies: Policies::new(),
        };
        server.create_own(seed);
        server
    }

    /// Lets roles say who may do what (`--authorization-mode=RBAC`), with the roles that such a cluster begins with.
    pub fn enforce_roles(&mut self, seed: u64) {
        self.enforces_roles = true;
        self.with_own_ids(seed, "bootstrap-policy", |server| server.create_bootstrap_policy(&Caller::new(Time::ZERO, "kube-apiserver")));
    }

    /// Whether roles say who may do what.
    pub fn enforces_roles(&self) -> bool {
        self.enforces_roles
    }

    /// The versions behind the API, for watches and for views of the past.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Which nodes have gone silent.
    pub fn heartbeats(&self) -> &Heartbeats {
        &self.heartbeats
    }

    /// What the resource metrics API serves.
    pub fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// The same, for kubelets to report to.
    pub fn metrics_mut(&mut self) -> &mut Metrics {
        &mut self.metrics
    }

    /// The newest revision.
    pub fn revision(&self) -> u64 {
        self.store.revision()
    }

    /// Forgets what only revisions before this one can see; watches from before it get 410 Gone.
    pub fn compact(&mut self, revision: u64) {
        self.store.compact(revision);
    }

    /// Takes the warnings that requests since the last call gave (the API's `Warning` headers).
    pub fn take_warnings(&mut self) -> Vec<String> {
        self.warnings.take()
    }

    /// Notes in the object who owns what it changes.
    fn track(&self, by: &Caller, kind: KindRef, old: Option<&Value>, object: &mut Value, sub: Subresource, options: &WriteOptions) {
        if options.field_validation == FieldValidation::Trusted {
            if let Some(old) = old {
                managed_fields::track_component(kind, old, object, sub.name(), by);
            }
            return;
        }
        let manager = if options.field_manager.is_empty() { "unknown" } else { &*options.field_manager };
        let old = old.map(|old| self.with_managers(kind, old.clone()));
        managed_fields::track(kind, old.as_ref(), object, manager, sub.name(), by.now);
    }

    /// An object with its `managedFields`, also where only the cluster has written it, which is not noted as it goes.
    pub fn with_managers(&self, kind: KindRef, object: Value) -> Value {
        if !object.at(&["metadata", "managedFields"]).is_empty() {
            return object;
        }
        let key = ObjectKey::new(kind, object.namespace(), object.name());
        let (uid, revision) = (object.get("metadata").get("uid").arc_str(), object.revision());
        let own = self.store.history_until(&key, revision).filter(|v| v.value.uid() == uid);
        managed_fields::followed(kind, object, own)
    }

    /// A name for an event about an object: unique, and growing with time as the real ones do.
    pub(super) fn new_event_name(&mut self, object: &Value, now: Time) -> ArcStr {
        self.events += 1;
        let id = (crate::base::EPOCH_UNIX_S as u64 * 1_000_000 + now.0) * 1_000 + self.events % 1_000;
        format!("{}.{id:016x}", object.name()).into()
    }

    /// An object, borrowed: what an informer's lister gives a component.
    pub fn peek(&self, kind: KindRef, namespace: &str, name: &str) -> Option<&Value> {
        self.store.peek(kind, namespace, name)
    }

    /// All objects of a kind, of one namespace or of all, sorted by namespace and name.
    pub fn iter<'a, 'n>(&'a self, kind: KindRef, namespace: Option<&'n str>) -> Objects<'a, 'n> {
        self.store.iter(kind, namespace)
    }

    /// Every object of a namespace that a ResourceQuota may count.
    pub fn countable(&self, namespace: &str) -> impl Iterator<Item = (KindRef, &Value)> {
        self.kinds()
            .into_iter()
            .filter(|k| k.namespaced && !k.verbs.is_empty())
            .flat_map(move |k| self.iter(k, Some(namespace)).map(move |v| (k, v)))
    }

    /// GET of one object.
    pub fn get(&self, kind: KindRef, namespace: &str, name: &str) -> Result<Value, Status> {
        let Some(object) = self.peek(kind, namespace, name) else {
            let made = self.built_in_at(&ObjectKey::new(kind, namespace, name));
            if made.is_none() {
                demand_verb(kind, "get")?;
            }
            return made.ok_or_else(|| Status::not_found(stored_kind(kind), name));
        };
        Ok(if kind.custom.is_some() { api::custom::read(self.current(kind), object) } else { object.clone() })
    }

    /// GET of a list, by selectors.
    pub fn list(&self, kind: KindRef, namespace: Option<&str>, options: &ListOptions) -> Result<Vec<Value>, Status> {
        let kind = self.current(kind);
        demand_verb(kind, "list")?;
        let (labels, fields) = options.parse(kind)?;
        let made = self.built_in(kind);
        let all = self.with_built_in(kind, namespace, self.iter(kind, namespace).list(), &made);
        let found = all.into_iter().filter(|v| labels.matches(v.labels()) && fields.matches(v));
        Ok(found.map(|v| if kind.custom.is_some() { api::custom::read(kind, v) } else { v.clone() }).list())
    }

    /// POST.
    pub fn create(&mut self, by: &Caller, kind: KindRef, namespace: &str, object: Value, options: &WriteOptions) -> Result<Value, Status> {
        self.create_from(MadeOf::Request, by, kind, namespace, object, options)
    }

    fn create_from(
        &mut self,
        made_of: MadeOf,
        by: &Caller,
        kind: KindRef,
        namespace: &str,
        object: Value,
        options: &WriteOptions,
    ) -> Result<Value, Status> {
        let kind = self.current(kind);
        demand_verb(kind, "create")?;
        let mut object = self.decode(kind, object, options)?;
        let stored = stored_kind(kind);
        if stored != kind {
            let event = stored_event(stored, &object, namespace);
            demand_valid_event(stored, &event, None)?;
            let made = self.create_from(made_of, by, stored, namespace, event, options)?;
            return Ok(in_form_of(kind, &made));
        }
        if kind.namespaced {
            let named = object.namespace();
            if !named.is_empty() && named != namespace {
                return Err(Status::bad_request(OTHER_NAMESPACE));
            }
            object.settle(&["metadata", "namespace"], namespace);
        } else {
            object.remove(&["metadata", "namespace"]);
        }
        name_kind(kind, &mut object);
        self.generate_name(&mut object);
        if let Some(status) = self.review(by, kind, &object) {
            object.set(&["status"], status);
            return Ok(object);
        }
        if kind == kinds::BINDING {
            return self.create_binding(by, namespace, &object, options);
        }
        let applied = made_of == MadeOf::Settled;
        // What is applied is an update that may create, which takes no note of a version.
        let versioned = !applied && object.at(&["metadata", "resourceVersion"]).str().parse::<u64>().is_ok_and(|v| v > 0);
        for member in ["deletionTimestamp", "deletionGracePeriodSeconds", "resourceVersion", "selfLink", "managedFields"] {
            if !(member == "managedFields" && applied) {
                object.remove(&["metadata", member]);
            }
        }
        object.set(&["metadata", "uid"], self.random.uuid());
        object.set(&["metadata", "creationTimestamp"], by.now.rfc3339());
        api::defaults::apply(kind, &mut object);
        if !applied {
            self.track(by, kind, None, &mut object, Subresource::None, options);
        }
        admission::admit_create(self, kind, namespace, &mut object)?;
        let (sub, old) = (Subresource::None, &Value::Null);
        admission::mutate(self, by, &Request { kind, operation: "CREATE", sub, object: &object, old, dry_run: options.dry_run })?;
        self.refuse_escalation(by, kind, &object)?;
        strategy::prepare_for_create(kind, &mut object, by);
        // The registry allocates before it validates.
        let is_service = kind == kinds::SERVICE;
        if is_service {
            let more = self.more_service_blocks();
            self.services.allocate(&mut object, None, (&mut self.random, &more), options.dry_run)?;
        }
        let key = ObjectKey::new(kind, object.namespace_arc(), object.name_arc());
        let charged = self.demand_creatable(by, &key, &object, versioned, options).inspect_err(|_| {
            if is_service {
                self.services.take_back(&object, None);
            }
        })?;
        if options.dry_run {
            return Ok(object);
        }
        self.charge(by, charged);
        self.store.sign(by.signature());
        let name = key.name.clone();
        let created = self.store.create(by.now, key, object).cloned().map_err(|e| refused(kind, &name, &e))?;
        self.lease(by, kind, &created);
        Ok(created)
    }

    /// Names an object that leaves its name to the server.
    fn generate_name(&mut self, object: &mut Value) {
        let base = object.at(&["metadata", "generateName"]).str();
        if object.name().is_empty() && !base.is_empty() {
            // The registry cuts the base so that base and suffix fit into a label.
            let cut = base.char_indices().nth(58).map_or(base.len(), |(i, _)| i);
            let name = format!("{}{}", &base[..cut], self.random.name_suffix(5));
            object.set(&["metadata", "name"], name);
        }
    }

    /// Looks if an object is valid, admitted, and not there yet; the quotas to write with it. `versioned` is one that was sent with
    /// a version.
    fn demand_creatable(
        &mut self,
        by: &Caller,
        key: &ObjectKey,
        object: &Value,
        versioned: bool,
        options: &WriteOptions,
    ) -> Result<Vec<Value>, Status> {
        let kind = key.kind;
        let causes = api::validation::create(kind, object);
        if !causes.is_empty() {
            return Err(Status::invalid(kind, object.name(), causes));
        }
        self.warn(kind, object, None, options);
        let (sub, old) = (Subresource::None, &Value::Null);
        let charged = self.admit_valid(by, &Request { kind, operation: "CREATE", sub, object, old, dry_run: options.dry_run }, options)?;
        // A dry run does not come as far as the store, which refuses this.
        if versioned && !options.dry_run {
            return Err(Status::internal("resourceVersion should not be set on objects to be created").without_reason());
        }
        if self.store.get(key).is_some() || self.built_in_at(key).is_some() {
            return Err(Status::already_exists(kind, object.name()));
        }
        Ok(charged)
    }

    /// PUT of an object, or of one subresource of it.
    pub fn update(&mut self, by: &Caller, kind: KindRef, object: Value, sub: Subresource, options: &WriteOptions) -> Result<Value, Status> {
        self.change(MadeOf::Request, by, kind, object, sub, options)
    }

    fn change(
        &mut self,
        made_of: MadeOf,
        by: &Caller,
        kind: KindRef,
        object: Value,
        sub: Subresource,
        options: &WriteOptions,
    ) -> Result<Value, Status> {
        let kind = self.current(kind);
        demand_verb(kind, "update")?;
        let stored = stored_kind(kind);
        if stored != kind {
            let event = in_form_of(stored, &self.decode(kind, object, options)?);
            if let Some(old) = self.peek(stored, event.namespace(), event.name()) {
                demand_valid_event(stored, &event, Some(old))?;
            }
            let done = self.change(made_of, by, stored, event, sub, options)?;
            return Ok(in_form_of(kind, &done));
        }
        let name = object.name_arc();
        let namespace = if kind.namespaced { object.namespace_arc() } else { ArcStr::new() };
        let key = ObjectKey::new(kind, namespace.clone(), name.clone());
        let kept = self.store.get(&key).cloned();
        let is_kept = kept.is_some();
        // An address goes with its Service.
        let made = |key| if kind.plural == "ipaddresses" { None } else { self.built_in_at(key) };
        let Some(mut old) = kept.or_else(|| made(&key)) else {
            return Err(Status::not_found(kind, &name));
        };
        let mut object = self.decode(kind, object, options)?;
        let sent_uid = object.uid();
        if made_of == MadeOf::Request && !sent_uid.is_empty() && sent_uid != old.uid() {
            let detail = format!(
                "StorageError: invalid object, Code: 4, Key: /registry/{}/{namespace}/{name}, ResourceVersion: 0, AdditionalErrorMsg: \
                 Precondition failed: UID in precondition: {sent_uid}, UID in object meta: {}",
                kind.plural,
                old.uid()
            );
            return Err(Status::conflict(kind, &name, &detail));
        }
        let version = old.at(&["metadata", "resourceVersion"]);
        match object.at(&["metadata", "resourceVersion"]).str() {
            "" | "0" if strategy::allows_unconditional_update(kind) => object.set(&["metadata", "resourceVersion"], version.clone()),
            "" | "0" => {
                let message = "Invalid value: 0x0: must be specified for an update".to_owned();
                let cause = Cause::new("FieldValueInvalid", "metadata.resourceVersion", message);
                return Err(Status::invalid(kind, &name, vec![cause]));
            }
            sent if sent != version.str() => return Err(Status::stale(kind, &name)),
            _ => {}
        }
        name_kind(kind, &mut object);
        // Of the statuses only a Service's has what is filled in.
        if matches!(sub, Subresource::None | Subresource::Resize | Subresource::EphemeralContainers) || kind == kinds::SERVICE {
            api::defaults::apply(kind, &mut object);
        }
        let settled = made_of == MadeOf::Settled;
        if sub != Subresource::Status {
            if !settled {
                self.track(by, kind, Some(&old), &mut object, sub, options);
            }
            admission::admit_update(self, kind, sub, &mut object, &old)?;
            admission::mutate(self, by, &Request { kind, operation: "UPDATE", sub, object: &object, old: &old, dry_run: options.dry_run })?;
            self.refuse_escalation(by, kind, &object)?;
        }
        strategy::prepare_for_update(kind, &mut object, &old, sub);
        if sub == Subresource::Status && !settled {
            self.track(by, kind, Some(&old), &mut object, sub, options);
        }
        let is_service = kind == kinds::SERVICE && sub != Subresource::Status;
        if is_service {
            let more = self.more_service_blocks();
            self.services.allocate(&mut object, Some(&old), (&mut self.random, &more), options.dry_run)?;
        }
        let charged = self.demand_changeable(by, kind, &object, &old, sub, options).inspect_err(|_| {
            if is_service {
                self.services.take_back(&object, Some(&old));
            }
        })?;
        object.set(&["metadata", "resourceVersion"], old.at(&["metadata", "resourceVersion"]).clone());
        if object.same(&old) || options.dry_run {
            return Ok(object);
        }
        self.charge(by, charged);
        if !is_kept {
            // What was only made when it was read is kept from now on.
            old = self.store.create(by.now, key.clone(), old).cloned().map_err(|e| refused(kind, &name, &e))?;
            object.set(&["metadata", "resourceVersion"], old.at(&["metadata", "resourceVersion"]).clone());
        }
        self.commit_update(by, key, object, &old)
    }

    /// Looks if what an object has become is valid and admitted; the quotas to write with it.
    fn demand_changeable(
        &mut self,
        by: &Caller,
        kind: KindRef,
        object: &Value,
        old: &Value,
        sub: Subresource,
        options: &WriteOptions,
    ) -> Result<Vec<Value>, Status> {
        let trusted = options.field_validation == FieldValidation::Trusted;
        let causes = match sub {
            // The cluster's own components write what is right.
            Subresource::Status if trusted => Vec::new(),
            _ if trusted && kind == kinds::POD => Vec::new(),
            Subresource::Status => api::validation::status_update(kind, object, old),
            Subresource::Finalize if kind == kinds::NAMESPACE => api::validation::finalize(object, old),
            Subresource::Resize => api::validation::resize(object, old),
            Subresource::EphemeralContainers => api::validation::ephemeral_containers(object, old),
            _ => api::validation::update(kind, object, old),
        };
        if !causes.is_empty() {
            return Err(Status::invalid(kind, object.name(), causes));
        }
        if matches!(sub, Subresource::None | Subresource::Scale) {
            self.warn(kind, object, Some(old), options);
        }
        if let Some(custom) = kind.custom.as_ref().filter(|_| !trusted) {
            self.warnings.extend(api::custom::warned(kind, custom, object, old));
        }
        let seen = |o: &Value| if sub == Subresource::Scale { scale_of(kind, o) } else { o.clone() };
        let request = Request { kind, operation: "UPDATE", sub, object: &seen(object), old: &seen(old), dry_run: options.dry_run };
        self.admit_valid(by, &request, options)
    }

    /// Gives an event that was written the time it stays; one that is held on its way out stays without.
    fn lease(&mut self, by: &Caller, kind: KindRef, written: &Value) {
        if kind == kinds::EVENT && !written.is_terminating() {
            self.event_leases.attach(written.revision(), by.now);
        }
    }

    /// Writes what quotas have come to.
    fn charge(&mut self, by: &Caller, quotas: Vec<Value>) {
        self.store.sign("kube-apiserver");
        for quota in quotas {
            let key = ObjectKey::new(kinds::RESOURCE_QUOTA, quota.namespace_arc(), quota.name_arc());
            let expected = quota.revision();
            // It is the newest: nothing has been written since it was read.
            let _ = self.store.update(by.now, key, quota, expected);
        }
    }

    /// Commits a changed object, or its end where the last finalizer of a terminating object has gone.
    pub(super) fn commit_update(&mut self, by: &Caller, key: ObjectKey, object: Value, old: &Value) -> Result<Value, Status> {
        let kind = key.kind;
        let name = key.name.clone();
        let expected = old.revision();
        let finalizers = object.at(&["metadata", "finalizers"]).items().len()
            + if kind == kinds::NAMESPACE { object.at(&["spec", "finalizers"]).items().len() } else { 0 };
        let done = object.is_terminating() && finalizers == 0 && object.at(&["metadata", "deletionGracePeriodSeconds"]).int() == 0;
        self.store.sign(by.signature());
        let result = if done {
            self.services.release(kind, &object);
            self.store.delete(by.now, key, object, expected)
        } else {
            self.store.update(by.now, key, object, expected)
        };
        let committed = result.cloned().map_err(|e| refused(kind, &name, &e))?;
        if !done {
            self.lease(by, kind, &committed);
        }
        Ok(committed)
    }

    /// PATCH of an object or a subresource, on the newest version.
    #[expect(clippy::too_many_arguments, reason = "the parts of a request")]
    pub fn patch(
        &mut self,
        by: &Caller,
        kind: KindRef,
        namespace: &str,
        name: &str,
        patch: &Patch,
        sub: Subresource,
        options: &WriteOptions,
    ) -> Result<Value, Status> {
        demand_verb(kind, "patch")?;
        let current = self.get(kind, namespace, name)?;
        if sub == Subresource::Scale {
            let of = if kind.custom.is_some() { kind } else { &api::SCALE };
            let mut scale = patch::apply(of, &self.scale(kind, namespace, name)?, patch)?;
            if let Patch::Strategic(changes) = patch {
                scale = self.read_patched(of, &scale, changes, options)?;
            }
            return self.update_scale(by, kind, namespace, &scale, options);
        }
        let mut next = patch::apply(kind, &current, patch)?;
        if options.field_validation != FieldValidation::Trusted {
            match patch {
                Patch::Strategic(changes) => next = self.read_patched(kind, &next, changes, options)?,
                Patch::Json(_) | Patch::Merge(_) => patch::demand_kind(kind, &next)?,
            }
        }
        if next.name() != name {
            return Err(Status::bad_request(format!(
                "the name of the object ({}) does not match the name on the URL ({name})",
                next.name()
            )));
        }
        if kind.namespaced {
            let own = next.namespace();
            if !own.is_empty() && own != namespace {
                return Err(Status::bad_request(format!(
                    "the namespace of the object ({own}) does not match the namespace on the request ({namespace})"
                )));
            }
            next.set(&["metadata", "namespace"], namespace);
        }
        self.change(MadeOf::Newest, by, kind, next, sub, options)
    }

    /// PATCH with a configuration (`application/apply-patch+yaml`): server-side apply, by the field manager that the
    /// options name.
    pub fn apply(
        &mut self,
        by: &Caller,
        kind: KindRef,
        namespace: &str,
        config: &Value,
        (force, sub): (bool, Subresource),
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
        if !config.at(&["metadata", "managedFields"]).is_empty() {
            return Err(Status::bad_request("metadata.managedFields must be nil"));
        }
        let version = api::decode::served_version(kind, config);
        let what = format!("{namespace}/{name}; {}/{version}, Kind={}", kind.group, kind.kind);
        let failed = |message: String| Status::internal(message).without_reason();
        if kind.custom.is_some() {
            let (_, strict) = api::decode::decode(kind, config.clone())?;
            if let Some(error) = strict.first() {
                return Err(failed(format!("failed to create typed patch object ({what}): .{}: field not declared in schema", error.path)));
            }
        } else {
            typed::check(kind, version, config).map_err(|e| failed(format!("failed to create typed patch object ({what}): {e}")))?;
        }
        let key = ObjectKey::new(kind, namespace, &*name);
        let live = self.store.get(&key).cloned().or_else(|| self.built_in_at(&key));
        let part = if sub == Subresource::Status { "status" } else { "" };
        if live.is_none() && !part.is_empty() {
            return Err(Status::not_found(kind, &name));
        }
        let managed = live.as_ref().map_or(Value::Null, |live| self.with_managers(kind, live.clone()));
        let next = managed_fields::apply(kind, &managed, config, (&options.field_manager, part), force, by)?;
        if kind.custom.is_none() && version == kind.version {
            let read = api::decode::from_patched(kind, &next).map(drop);
            read.map_err(|e| failed(format!("failed to convert new object ({what}) to proper version: {e}")))?;
        }
        if as_stored.is_some() {
            demand_valid_event(kind, &next, live.as_ref())?;
        }
        let done = match live {
            Some(_) => self.change(MadeOf::Settled, by, kind, next, sub, options),
            None => self.create_from(MadeOf::Settled, by, kind, namespace, next, options),
        }?;
        Ok(if as_stored.is_some() { in_form_of(asked, &done) } else { done })
    }

    /// Reads what a strategic patch made of an object; what is wrong with it is the patch's fault.
    fn read_patched(&mut self, kind: KindRef, patched: &Value, changes: &Value, options: &WriteOptions) -> Result<Value, Status> {
        let (object, strict) = api::decode::from_patched(kind, patched).map_err(|text| patch::invalid(changes, &text))?;
        match options.field_validation {
            FieldValidation::Strict if !strict.is_empty() => Err(patch::invalid(changes, &api::decode::strict_text(&strict))),
            FieldValidation::Warn => {
                self.warnings.extend(strict.into_iter().map(|e| e.message));
                Ok(object)
            }
            _ => Ok(object),
        }
    }

    /// Whether GET, PUT and PATCH know a subresource of this name.
    pub fn has_subresource(&self, kind: KindRef, name: &str) -> bool {
        strategy::has_part(self.current(kind), name)
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
        let scale = &self.decode(&api::SCALE, scale.clone(), options)?;
        let replicas = scale.at(&["spec", "replicas"]).int();
        if replicas < 0 {
            let cause = Cause::invalid("spec.replicas", &replicas.into(), "must be greater than or equal to 0");
            return Err(Status::invalid(&api::SCALE, scale.name(), vec![cause]));
        }
        let kind = self.current(kind);
        let mut object = self.get(kind, namespace, scale.name())?;
        if let Some(version) = scale.at(&["metadata", "resourceVersion"]).as_str() {
            object.set(&["metadata", "resourceVersion"], version);
        }
        let old = object.clone();
        let path = kind.custom.as_ref().map_or(".spec.replicas", |c| c.scale(kind.version).get("specReplicasPath").str());
        object.set(&path.trim_start_matches('.').split('.').list(), replicas);
        self.track(by, kind, Some(&old), &mut object, Subresource::Scale, options);
        // What was stored needs no second look, but is warned of.
        let trusted = options.field_validation == FieldValidation::Trusted;
        let field_validation = if trusted { FieldValidation::Trusted } else { FieldValidation::Ignore };
        self.change(MadeOf::Settled, by, kind, object, Subresource::Scale, &WriteOptions { field_validation, ..options.clone() })?;
        self.scale(kind, namespace, scale.name())
    }

    /// Decodes a body as strictly as the caller asked, or takes it as it is from the cluster's own components.
    fn decode(&mut self, kind: KindRef, object: Value, options: &WriteOptions) -> Result<Value, Status> {
        if options.field_validation == FieldValidation::Trusted {
            return Ok(object);
        }
        let version = api::decode::served_version(kind, &object);
        let (object, errors) = api::decode::decode(kind, object)?;
        if errors.is_empty() {
            return Ok(object);
        }
        match options.field_validation {
            FieldValidation::Strict => Err(api::decode::strict_status(kind, version, &errors)),
            FieldValidation::Warn => {
                self.warnings.extend(errors.into_iter().map(|e| e.message));
                Ok(object)
            }
            FieldValidation::Ignore | FieldValidation::Trusted => Ok(object),
        }
    }

    /// The quotas to write with what is admitted.
    fn admit_valid(&mut self, by: &Caller, request: &Request<'_>, options: &WriteOptions) -> Result<Vec<Value>, Status> {
        let (warnings, charged) = admission::admit_valid(self, by, request)?;
        if options.field_validation != FieldValidation::Trusted {
            self.warnings.extend(warnings);
        }
        Ok(charged)
    }

    fn warn(&mut self, kind: KindRef, object: &Value, old: Option<&Value>, options: &WriteOptions) {
        if options.field_validation != FieldValidation::Trusted {
            api::validation::warnings(kind, object, old, &mut self.warnings);
        }
    }
}

/// Has an object say its kind, and a version that the kind is served at.
fn name_kind(kind: KindRef, object: &mut Value) {
    if !kind.is_at(object.api_version()) {
        object.set(&["apiVersion"], kind.api_version());
    }
    object.settle(&["kind"], kind.kind);
}

/// A store's refusal as the API words it.
pub(super) fn refused(kind: KindRef, name: &str, error: &StoreError) -> Status {
    match error {
        StoreError::Exists => Status::already_exists(kind, name),
        StoreError::NotFound => Status::not_found(kind, name),
        StoreError::Conflict(_) => Status::stale(kind, name),
        StoreError::Compacted(oldest) => Status::gone(format!("The resourceVersion for the provided watch is too old. Oldest: {oldest}")),
    }
}
