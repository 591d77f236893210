//! The API server itself: what it keeps, and how objects are read. Each verb that writes has a file of its own.

use super::admission::policy::Policies;
use super::event_forms::stored_kind;
use super::event_leases::EventLeases;
use super::heartbeats::Heartbeats;
use super::indexes::INDEXERS;
use super::metrics::Metrics;
use super::options::{Caller, ListOptions};
use super::representation::Printers;
use super::service_allocator::ServiceAllocator;
use super::strategy::{self, demand_verb};
use crate::api::convert::to_version;
use crate::api::selector::{FieldSelector, LabelSelector};
use crate::api::{self, ArcStr, KindRef, Object, Status, Value, Warnings};
use crate::base::{List as _, RandomStream, Time};
use crate::store::{ObjectKey, Objects, Store};

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
    /// Whether roles decide who may do what; otherwise everybody may do everything.
    enforces_roles: bool,
    pub(super) policies: Policies,
    pub(super) printers: Option<Printers>,
}

impl ApiServer {
    /// A server whose store holds nothing but the namespaces that every cluster has.
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
            printers: None,
        };
        server.create_own(seed);
        server
    }

    /// Has roles decide who may do what (`--authorization-mode=RBAC`), and creates those that such a cluster begins with.
    pub fn enforce_roles(&mut self, seed: u64) {
        self.enforces_roles = true;
        self.with_own_ids(seed, "bootstrap-policy", |server| server.create_bootstrap_policy(&Caller::new(Time::ZERO, "kube-apiserver")));
    }

    /// Whether roles decide who may do what.
    pub fn enforces_roles(&self) -> bool {
        self.enforces_roles
    }

    /// The versions behind the API, for watches and for views of the past.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Which nodes have stopped sending heartbeats.
    pub fn heartbeats(&self) -> &Heartbeats {
        &self.heartbeats
    }

    /// What the resource metrics API (`metrics.k8s.io`) serves.
    pub fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// The same, to be changed: kubelets report to it.
    pub fn metrics_mut(&mut self) -> &mut Metrics {
        &mut self.metrics
    }

    /// The newest revision.
    pub fn revision(&self) -> u64 {
        self.store.revision()
    }

    /// Forgets what can be seen only at revisions before this one; watches from before it are answered 410 Gone.
    pub fn compact(&mut self, revision: u64) {
        self.store.compact(revision);
    }

    /// Takes the warnings (`Warning` headers) of all requests since the last call.
    pub fn take_warnings(&mut self) -> Vec<String> {
        self.warnings.take()
    }

    /// A name for an event about an object: unique, and ascending with time as the real ones are.
    pub(super) fn new_event_name(&mut self, object: &Value, now: Time) -> ArcStr {
        self.events += 1;
        let id = (crate::base::EPOCH_UNIX_S as u64 * 1_000_000 + now.0) * 1_000 + self.events % 1_000;
        format!("{}.{id:016x}", object.name()).into()
    }

    /// An object, borrowed, as an informer's lister gives it to a component.
    pub fn peek(&self, kind: KindRef, namespace: &str, name: &str) -> Option<&Value> {
        self.store.peek(kind, namespace, name)
    }

    /// The objects of a kind in one namespace, or in all, sorted by namespace and name.
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
        self.get_at(kind, kind.version, namespace, name)
    }

    /// GET of one object at a version of its kind.
    pub(super) fn get_at(&self, kind: KindRef, version: &str, namespace: &str, name: &str) -> Result<Value, Status> {
        let Some(object) = self.peek(kind, namespace, name) else {
            let made = self.built_in_at(&ObjectKey::new(kind, namespace, name));
            if made.is_none() {
                demand_verb(kind, "get")?;
            }
            return made.ok_or_else(|| Status::not_found(stored_kind(kind), name));
        };
        Ok(self.at_version(kind, version, object))
    }

    /// A stored object, converted to a version of its kind.
    pub(super) fn at_version(&self, kind: KindRef, version: &str, object: &Value) -> Value {
        match kind.custom {
            _ if version != kind.version => to_version(self.current(kind), version, object.clone()),
            Some(_) => api::custom::read(self.current(kind), object),
            None => object.clone(),
        }
    }

    /// GET of a list, filtered by selectors.
    pub fn list(&self, kind: KindRef, namespace: Option<&str>, options: &ListOptions) -> Result<Vec<Value>, Status> {
        let kind = self.current(kind);
        demand_verb(kind, "list")?;
        let (labels, fields) = options.parse(kind)?;
        let found = self.matching(kind, namespace, &labels, &fields);
        Ok(found.iter().map(|v| self.at_version(kind, kind.version, v)).list())
    }

    /// The objects that selectors find, as they are stored.
    pub(super) fn matching(&self, kind: KindRef, namespace: Option<&str>, labels: &LabelSelector, fields: &FieldSelector) -> Vec<Value> {
        let made = self.built_in(kind);
        let all = self.with_built_in(kind, namespace, self.iter(kind, namespace).list(), &made);
        all.into_iter().filter(|v| labels.matches(v.labels()) && fields.matches(v)).cloned().list()
    }

    /// Whether a kind has a subresource of this name for GET, PUT and PATCH.
    pub fn has_subresource(&self, kind: KindRef, name: &str) -> bool {
        strategy::has_part(self.current(kind), name)
    }
}
