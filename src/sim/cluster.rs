//! The wiring: the API server and every component, woken in one order on one clock.

use std::collections::VecDeque;

use crate::api::yaml::{Document, decode_documents};
use crate::api::{KINDS, Kind, KindRef, Object, Value, kinds};
use crate::base::{Duration, Time};
use crate::controllers::{self, Controller};
use crate::kubectl::output::{table_object, to_yaml};
use crate::kubelet::Kubelets;
use crate::obj;
use crate::scheduler::{Configuration, Scheduler};
use crate::server::{ApiServer, Caller, Change, Component, Definitions, DeleteOptions, Printers, WriteOptions};
use crate::store::{ChangeType, ObjectKey};

use super::session::{Part, Session};
use super::{metrics_server, nodes};

/// How long after a commit an informer delivers it to its component.
const INFORMER_LAG: Duration = Duration::from_millis(3);
/// How many old revisions stay readable, and how many more there may be before the oldest are compacted: a few at a time, so that nobody
/// has to wait for it. A revision takes about a kilobyte in a page, which is most of the memory of a long session. (A real API server
/// compacts what is older than five minutes.)
const HISTORY: u64 = 32_000;
const COMPACT_EVERY: u64 = 1_024;
/// How many bytes of text may be new in those: where objects are large, half of that is forgotten once there is more.
const HISTORY_BYTES: u64 = 64 << 20;
/// How many revisions an informer delivers in one step. Nothing else happens before the rest are delivered.
const REVISIONS_PER_STEP: u64 = 256;

/// The places of whatever acts. Of what is due at one moment, the lowest place comes first.
const SCHEDULER: usize = 0;
const KUBELETS: usize = 1;
/// The API server's own controllers (see [`Definitions`]).
const DEFINITIONS: usize = 2;
/// The API server's storage, in which events expire.
const STORAGE: usize = 3;
const FIRST_CONTROLLER: usize = 4;
/// How long it takes a client to complete the deletion of one pod.
const DELETION: Duration = Duration::from_millis(5);

/// The objects of the cluster's DNS.
const DNS: &str = include_str!("../../static/examples/dns.yaml");

/// An informer: how far its component has seen the log, and when it will be told of the rest.
#[derive(Clone, Debug, Default)]
struct Informer {
    seen: u64,
    deliver_at: Option<Time>,
}

/// The cluster: everything that acts, and the API between.
#[derive(Clone, Debug)]
pub struct Cluster {
    /// The API server.
    pub api: ApiServer,
    /// The kubelets of all nodes, where they run.
    pub kubelets: Option<Kubelets>,
    /// The scheduler, where it runs.
    pub scheduler: Option<Scheduler>,
    definitions: Definitions,
    controllers: Vec<Box<dyn Controller>>,
    informers: Vec<Informer>,
    /// When each controller is next due, by its place. It is remembered since there are many, and only their own acts change it. What
    /// stands before the controllers is asked each time, since it is also acted on from outside.
    dues: Vec<Option<Time>>,
    /// When the first of the controllers is due, and its place.
    first_controller: Option<(Time, usize)>,
    /// The revision up to which commits have been routed to informers.
    routed: u64,
    /// Where no kubelets run: the pods whose deletion is being completed, and when.
    finishing: VecDeque<(Time, (String, String))>,
}

impl Cluster {
    /// The cluster that a session describes, at time 0 with its nodes joined.
    pub fn new(session: &Session) -> Self {
        let mut api = ApiServer::new(session.seed);
        api.print_by(Printers { table: table_object, yaml: to_yaml });
        if session.rbac {
            api.enforce_roles(session.seed);
        }
        furnish(&mut api, session);
        let sets_usage = session.inputs.iter().any(|i| i.usage.is_some());
        api.metrics_mut().serve(session.metrics.unwrap_or(sets_usage));
        let controllers = if session.runs(Part::Controllers) { controllers::all(&session.controller_flags()) } else { Vec::new() };
        let scheduler = session.runs(Part::Scheduler).then(|| Scheduler::new(session.seed, Configuration::default()));
        let kubelets = session.runs(Part::Kubelets).then(|| Kubelets::new(session.seed, session.dns));
        let informers = vec![Informer::default(); controllers.len() + FIRST_CONTROLLER];
        let dues = vec![None; informers.len()];
        let definitions = Definitions::default();
        let (first_controller, routed, finishing) = (None, 0, VecDeque::new());
        let mut cluster =
            Cluster { api, kubelets, scheduler, definitions, controllers, informers, dues, first_controller, routed, finishing };
        cluster.route(Time::ZERO);
        // Every informer has seen what the session starts with.
        for informer in 0..cluster.informers.len() {
            while cluster.informers[informer].seen < cluster.api.revision() {
                cluster.deliver(informer, Time::ZERO);
            }
            cluster.look_when_due(informer);
        }
        cluster
    }

    /// The last calculation of an autoscaler; none before the first.
    pub fn autoscaling(&self, namespace: &str, name: &str) -> Option<&controllers::hpa::Calculation> {
        let hpa = self.controllers.iter().find_map(|c| c.as_any().downcast_ref::<controllers::hpa::HorizontalController>())?;
        hpa.calculation(namespace, name)
    }

    /// Whether the controller of this kind creates no pods now because its client is throttled.
    pub fn is_throttled(&self, kind: KindRef, now: Time) -> bool {
        self.controllers.iter().any(|c| c.is_throttled(kind, now))
    }

    /// Restarts the scheduler, which is then shown all objects at once; false where none runs.
    pub fn restart_scheduler(&mut self, now: Time, configuration: Configuration) -> bool {
        let Some(scheduler) = &mut self.scheduler else { return false };
        scheduler.restart(configuration);
        let revision = self.api.revision();
        for kind in KINDS {
            if !scheduler.watches(kind) {
                continue;
            }
            for object in self.api.iter(kind, None) {
                let key = ObjectKey::new(kind, object.namespace(), object.name());
                let change = Change { key, change: ChangeType::Added, old: None, object: object.clone(), revision };
                scheduler.on_change(&self.api, now, &change);
            }
        }
        self.informers[SCHEDULER] = Informer { seen: revision, deliver_at: None };
        true
    }

    /// When something is due next.
    pub fn next_at(&self) -> Option<Time> {
        self.first_due().map(|(at, _)| at)
    }

    /// The same, not counting the expiry of events, which nobody waits for.
    pub fn next_act_at(&self) -> Option<Time> {
        self.firsts().filter(|(_, i)| *i != STORAGE).map(|(at, _)| at).min()
    }

    /// Does the first thing that is due at or before `now`; false where nothing is.
    pub fn step(&mut self, now: Time) -> bool {
        let Some((at, i)) = self.first_due() else { return false };
        if at > now {
            return false;
        }
        if self.informers[i].deliver_at.is_some_and(|t| t <= now) {
            self.deliver(i, now);
        } else {
            if i >= FIRST_CONTROLLER && self.controllers[i - FIRST_CONTROLLER].as_any().is::<controllers::hpa::HorizontalController>() {
                metrics_server::scrape(&mut self.api, self.kubelets.as_ref(), now);
            }
            if i == STORAGE {
                self.api.expire_events(now);
            } else if let Some((component, api)) = self.component(i) {
                component.wake(api, now);
            } else {
                self.finish_next(now);
            }
        }
        self.look_when_due(i);
        self.route(now);
        true
    }

    /// Has the informers deliver new commits: those of the last step, or of a command from outside.
    pub fn route(&mut self, now: Time) {
        let newest = self.api.revision();
        if self.routed == newest {
            return;
        }
        let mut kinds: Vec<KindRef> = Vec::new();
        if let Ok(changes) = self.api.store().changes_after(self.routed) {
            for version in changes {
                if !kinds.contains(&version.key.kind) {
                    kinds.push(version.key.kind);
                }
            }
        }
        self.routed = newest;
        for i in 0..self.informers.len() {
            if self.informers[i].deliver_at.is_none() && self.component(i).is_some_and(|(c, _)| kinds.iter().any(|k| c.watches(k))) {
                self.informers[i].deliver_at = Some(now + INFORMER_LAG);
                self.look_when_due(i);
            }
        }
        let store = self.api.store();
        if newest >= store.compacted() + HISTORY + COMPACT_EVERY || store.history_bytes() > HISTORY_BYTES {
            // What somebody is still to be told of can be read until then.
            let told = self.informers.iter().filter(|i| i.deliver_at.is_some()).map(|i| i.seen).min().unwrap_or(newest);
            let oldest = newest.saturating_sub(HISTORY).max(store.revision_within(HISTORY_BYTES / 2));
            self.api.compact(oldest.min(told));
        }
    }

    /// Completes the deletion of the pods that are terminating now, one after the other, for sessions without kubelets. It takes a client
    /// a moment each, in which the scheduler sees that there is room for a part of what waits.
    pub fn finish_terminating_pods(&mut self, now: Time) {
        let keys = self.api.terminating(kinds::POD).map(|p| (p.namespace().to_owned(), p.name().to_owned()));
        self.finishing = (0..).map(|n| now + DELETION.saturating_mul(n)).zip(keys).collect();
    }

    fn finish_next(&mut self, now: Time) {
        if let Some((_, (namespace, name))) = self.finishing.pop_front() {
            // A pod with a finalizer stays, as it would in a real cluster.
            let _ = self.api.delete(&Caller::new(now, "kubelet"), kinds::POD, &namespace, &name, &DeleteOptions::now());
        }
    }

    /// What is due first, and when.
    fn first_due(&self) -> Option<(Time, usize)> {
        self.firsts().min()
    }

    /// When each of those before the controllers is due, and the first of the controllers.
    fn firsts(&self) -> impl Iterator<Item = (Time, usize)> {
        (0..FIRST_CONTROLLER).filter_map(|i| Some((self.due_now(i)?, i))).chain(self.first_controller)
    }

    fn look_when_due(&mut self, i: usize) {
        if i < FIRST_CONTROLLER {
            return;
        }
        let due = self.due_now(i);
        if due == std::mem::replace(&mut self.dues[i], due) {
            return;
        }
        self.first_controller = match self.first_controller {
            // The one that was first is asked anew; any other can only come before it.
            Some((_, first)) if first == i => (FIRST_CONTROLLER..self.dues.len()).filter_map(|i| Some((self.dues[i]?, i))).min(),
            first => first.into_iter().chain(due.map(|at| (at, i))).min(),
        };
    }

    fn due_now(&self, i: usize) -> Option<Time> {
        let wake = match i {
            SCHEDULER => self.scheduler.as_ref().and_then(Component::next_wake),
            KUBELETS => match &self.kubelets {
                Some(kubelets) => kubelets.next_wake(),
                None => self.finishing.front().map(|(at, _)| *at),
            },
            DEFINITIONS => self.definitions.next_wake(),
            STORAGE => self.api.events_expire_at(),
            _ => self.controllers[i - FIRST_CONTROLLER].next_wake(),
        };
        [wake, self.informers[i].deliver_at].into_iter().flatten().min()
    }

    fn component(&mut self, i: usize) -> Option<(&mut dyn Component, &mut ApiServer)> {
        let component: &mut dyn Component = match i {
            SCHEDULER => self.scheduler.as_mut()?,
            KUBELETS => self.kubelets.as_mut()?,
            DEFINITIONS => &mut self.definitions,
            STORAGE => return None,
            _ => self.controllers[i - FIRST_CONTROLLER].as_mut(),
        };
        Some((component, &mut self.api))
    }

    fn deliver(&mut self, i: usize, now: Time) {
        // Nothing of what was forgotten meanwhile is its concern.
        let (seen, newest) = (self.informers[i].seen.max(self.api.store().compacted()), self.api.revision());
        let upto = newest.min(seen + REVISIONS_PER_STEP);
        self.informers[i].seen = upto;
        if upto == newest {
            self.informers[i].deliver_at = None;
        }
        let Some((component, api)) = self.component(i) else { return };
        let store = api.store();
        let Ok(changes) = store.changes_after(seen) else { return };
        for version in changes.take_while(|version| version.revision <= upto) {
            if !component.watches(version.key.kind) {
                continue;
            }
            let before = |r: u64| store.version(r).filter(|v| v.change != ChangeType::Deleted);
            let old: Option<Value> = before(version.previous).map(|v| v.value.clone());
            let change =
                Change { key: version.key.clone(), change: version.change, old, object: version.value.clone(), revision: version.revision };
            component.on_change(api, now, &change);
        }
    }
}

/// Creates what a session's cluster starts with: namespaces, nodes, the default storage class, DNS.
fn furnish(api: &mut ApiServer, session: &Session) {
    // Nodes register themselves; everything else was created by somebody.
    let (somebody, kubelet) = (Caller::new(Time::ZERO, "kubectl-create"), Caller::new(Time::ZERO, "kubelet"));
    api.create_namespace(&somebody, session.default_namespace());
    for namespace in &session.namespaces {
        api.create_namespace(&somebody, namespace);
    }
    let given = session.nodes.clone().unwrap_or_else(|| if session.runs(Part::Kubelets) { nodes::default_nodes() } else { Vec::new() });
    for (place, node) in given.into_iter().enumerate() {
        let mut node = nodes::joined(node, place, Time::ZERO);
        if session.runs(Part::Kubelets) {
            node.set(&["status", "daemonEndpoints", "kubeletEndpoint", "Port"], 10250);
        }
        // In the form that the API gives it: quantities in their shortest form.
        let node = crate::api::decode::decode(kinds::NODE, node.clone()).map_or(node, |(read, _)| read);
        // Two nodes of one name are one node, as when a kubelet registers again.
        let _ = api.create(&kubelet, kinds::NODE, "", node, &WriteOptions::default());
    }
    if session.storage {
        // The class of minikube. A name that is taken is taken by the same.
        let class = obj!({
            "metadata": { "name": "standard", "annotations": { "storageclass.kubernetes.io/is-default-class": "true" } },
            "provisioner": "k8s.io/minikube-hostpath", "reclaimPolicy": "Delete", "volumeBindingMode": "Immediate"
        });
        let _ = api.create(&somebody, kinds::STORAGE_CLASS, "", class, &WriteOptions::default());
    }
    if session.dns {
        // The file can be read: see the test.
        let kubeadm = Caller::new(Time::ZERO, "kubeadm");
        for Document { value, .. } in decode_documents(DNS).unwrap_or_default() {
            if let Some(kind) = Kind::of(value.get("apiVersion").str(), value.get("kind").str()) {
                let _ = api.create(&kubeadm, kind, &value.namespace_arc(), value, &WriteOptions::default());
            }
        }
    }
}
