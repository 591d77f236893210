//! One pass over a StatefulSet (`stateful_set_control.go`): create missing pods, delete those beyond the size, update the others.

use crate::api::well_known::CONTROLLER_REVISION_HASH;
use crate::base::{List as _, Order as _, SortedMap};

use super::{HISTORY, claims, identity};
use crate::api::{Object, Status, Value, is_ready, kinds};
use crate::controllers::controller::{set_count, update_status};
use crate::controllers::controller_history;
use crate::controllers::replicas::{is_available, slow_start};
use crate::server::{ApiServer, Caller, DeleteOptions, EventRecorder, EventType, Subresource, WriteOptions};

/// How many pods a pass prepares.
const BURST: usize = 500;

/// An action on a pod, and the reasons of its events.
const CREATE: [&str; 3] = ["Create", "SuccessfulCreate", "FailedCreate"];
const UPDATE: [&str; 3] = ["Update", "SuccessfulUpdate", "FailedUpdate"];
const DELETE: [&str; 3] = ["Delete", "SuccessfulDelete", "FailedDelete"];

/// The state of one pass.
pub(super) struct Control<'a> {
    pub(super) api: &'a mut ApiServer,
    pub(super) by: Caller,
    recorder: &'a mut EventRecorder,
    pub(super) set: Value,
    current: Value,
    pub(super) update: Value,
    /// The pods of the ordinals, in order; those that do not exist yet are prepared, without a UID.
    pub(super) replicas: Vec<Value>,
    /// Pods beyond the set's size, the highest first.
    pub(super) condemned: Vec<Value>,
    collisions: i64,
    /// How many pods this pass deleted for the new revision; they no longer count for the current one.
    pub(super) rolled: i64,
    /// How many pods it may create.
    pods_left: usize,
}

/// Whether a pass may go on after a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flow {
    /// With the next pod.
    On,
    /// Not in this pass.
    Stop,
}

pub(super) fn exists(pod: &Value) -> bool {
    !pod.uid().is_empty()
}

fn is_running_and_ready(pod: &Value) -> bool {
    pod.at(&["status", "phase"]).str() == "Running" && is_ready(pod)
}

pub(super) fn revision_of(pod: &Value) -> &str {
    pod.label(CONTROLLER_REVISION_HASH).unwrap_or("")
}

fn template_of(revision: &Value) -> Value {
    let mut template = revision.at(&["data", "spec", "template"]).clone();
    template.remove(&["$patch"]);
    template
}

impl<'a> Control<'a> {
    pub(super) fn new(
        api: &'a mut ApiServer,
        by: Caller,
        recorder: &'a mut EventRecorder,
        set: Value,
        pods: Vec<Value>,
        pods_left: usize,
    ) -> Result<Self, Status> {
        let update = HISTORY.current(api, &by, &set)?;
        let current_name = set.at(&["status", "currentRevision"]).str();
        let found = controller_history::revisions_of(api, &set).into_iter().find(|r| r.name() == current_name);
        let current = found.unwrap_or_else(|| update.clone());
        let collisions = set.at(&["status", "collisionCount"]).int();
        let mut control = Control {
            api,
            by,
            recorder,
            current,
            update,
            replicas: Vec::new(),
            condemned: Vec::new(),
            collisions,
            rolled: 0,
            pods_left,
            set,
        };
        control.sort_pods(pods);
        Ok(control)
    }

    fn sort_pods(&mut self, pods: Vec<Value>) {
        let start = identity::start(&self.set);
        let wanted = self.set.at(&["spec", "replicas"]).as_int().unwrap_or(1).max(0);
        let mut by_ordinal: SortedMap<i64, Value> = SortedMap::new();
        for pod in pods {
            match identity::ordinal(&pod) {
                Some(ordinal) if (start..start + wanted).contains(&ordinal) => {
                    by_ordinal.insert(ordinal, pod);
                }
                Some(_) => self.condemned.push(pod),
                None => {}
            }
        }
        self.condemned.order_by_key(|p| std::cmp::Reverse(identity::ordinal(p)));
        let mut missing = 0;
        for ordinal in start..start + wanted {
            let pod = by_ordinal.remove(&ordinal).unwrap_or_else(|| {
                missing += 1;
                self.prepare(ordinal)
            });
            self.replicas.push(pod);
            if missing == BURST {
                break;
            }
        }
    }

    /// A new pod for an ordinal, of the revision that the ordinal should have.
    fn prepare(&self, ordinal: i64) -> Value {
        let strategy = self.set.at(&["spec", "updateStrategy"]);
        let rolling = strategy.get("rollingUpdate");
        let start = identity::start(&self.set);
        let stays = strategy.get("type").str() == "RollingUpdate"
            && if rolling.is_null() {
                ordinal < start + self.set.at(&["status", "currentReplicas"]).int()
            } else {
                ordinal < start + rolling.get("partition").int()
            };
        let revision = if stays { &self.current } else { &self.update };
        identity::new_pod(&self.set, &template_of(revision), revision.name(), ordinal)
    }

    /// Does the pass; the status is written in any case.
    pub(super) fn run(&mut self) -> Result<(), Status> {
        let outcome = if self.set.is_terminating() { Ok(()) } else { self.advance() };
        self.write_status()?;
        outcome?;
        let in_use: Vec<String> = self.replicas.iter().chain(&self.condemned).map(|p| revision_of(p).to_owned()).list();
        let (current, update) = (self.current.name().to_owned(), self.update.name().to_owned());
        controller_history::truncate(self.api, &self.by, &self.set, |r| {
            r.name() == current || r.name() == update || in_use.iter().any(|n| n == r.name())
        })
    }

    fn in_order(&self) -> bool {
        self.set.at(&["spec", "podManagementPolicy"]).str() != "Parallel"
    }

    pub(super) fn min_ready_s(&self) -> i64 {
        self.set.at(&["spec", "minReadySeconds"]).int()
    }

    pub(super) fn available(&self, pod: &Value) -> bool {
        pod.at(&["status", "phase"]).str() == "Running" && is_available(pod, self.min_ready_s(), self.by.now)
    }

    fn advance(&mut self) -> Result<(), Status> {
        let in_order = self.in_order();
        let first_unhealthy = self.first_unhealthy();
        if in_order {
            for i in 0..self.replicas.len() {
                if self.process_replica(i, true)? == Flow::Stop {
                    return Ok(());
                }
            }
        } else {
            slow_start(self.replicas.len(), |i| self.process_replica(i, false).map(|_| ())).1?;
        }
        for pod in self.condemned.clone() {
            claims::apply_retention(self.api, &self.by, &self.set, &pod, true)?;
        }
        for i in 0..self.condemned.len() {
            if self.process_condemned(i, in_order, first_unhealthy.as_deref())? == Flow::Stop && in_order {
                return Ok(());
            }
        }
        if self.set.at(&["spec", "updateStrategy", "type"]).str() == "OnDelete" {
            return Ok(());
        }
        self.roll()
    }

    /// The pod with the lowest ordinal that is not available.
    fn first_unhealthy(&self) -> Option<String> {
        let healthy = |p: &Value| self.available(p) && !p.is_terminating();
        let first = self.replicas.iter().find(|p| !healthy(p));
        let first = first.or_else(|| self.condemned.iter().rev().find(|p| !healthy(p)));
        first.map(|p| p.name().to_owned())
    }

    fn process_replica(&mut self, i: usize, in_order: bool) -> Result<Flow, Status> {
        let pod = self.replicas[i].clone();
        let phase = pod.at(&["status", "phase"]).str();
        if matches!(phase, "Failed" | "Succeeded") {
            if !pod.is_terminating() {
                self.delete_pod(&pod)?;
            }
            return Ok(Flow::Stop);
        }
        if !exists(&pod) {
            if self.pods_left == 0 || claims::is_stale(self.api, &self.set, &pod) {
                return Ok(Flow::Stop);
            }
            self.pods_left -= 1;
            self.create_pod(i)?;
            return Ok(if in_order { Flow::Stop } else { Flow::On });
        }
        if phase == "Pending" {
            claims::create_missing(self.api, &self.by, self.recorder, &self.set, &pod)?;
        }
        if in_order && (pod.is_terminating() || !is_running_and_ready(&pod) || !self.available(&pod)) {
            return Ok(Flow::Stop);
        }
        match self.make_consistent(i) {
            Ok(false) => {}
            Ok(true) => self.pod_event(&UPDATE, pod.name(), None),
            Err(status) => {
                self.pod_event(&UPDATE, pod.name(), Some(&status));
                return Err(status);
            }
        }
        Ok(Flow::On)
    }

    /// Sets the labels of a pod's identity and the owners of its claims; says whether anything had to change.
    // Models UpdateStatefulPod.
    fn make_consistent(&mut self, i: usize) -> Result<bool, Status> {
        let pod = self.replicas[i].clone();
        let mut dirty = !claims::storage_matches(&self.set, &pod);
        if dirty {
            claims::create_missing(self.api, &self.by, self.recorder, &self.set, &pod)?;
        }
        dirty |= claims::apply_retention(self.api, &self.by, &self.set, &pod, false)?;
        if !identity::identity_matches(&self.set, &pod) {
            let mut next = pod;
            identity::set_identity(&mut next);
            self.replicas[i] = self.api.update(&self.by, kinds::POD, next, Subresource::None, &WriteOptions::default())?;
            dirty = true;
        }
        Ok(dirty)
    }

    fn process_condemned(&mut self, i: usize, in_order: bool, first_unhealthy: Option<&str>) -> Result<Flow, Status> {
        let pod = self.condemned[i].clone();
        if pod.is_terminating() {
            return Ok(if in_order { Flow::Stop } else { Flow::On });
        }
        if in_order && first_unhealthy != Some(pod.name()) && (!is_running_and_ready(&pod) || !self.available(&pod)) {
            return Ok(Flow::Stop);
        }
        self.delete_pod(&pod)?;
        Ok(Flow::Stop)
    }

    fn create_pod(&mut self, i: usize) -> Result<(), Status> {
        let pod = self.replicas[i].clone();
        let (name, namespace) = (pod.name_arc(), self.set.namespace_arc());
        let made = claims::create_missing(self.api, &self.by, self.recorder, &self.set, &pod)
            .and_then(|()| self.api.create(&self.by, kinds::POD, &namespace, pod, &WriteOptions::default()));
        match made {
            Ok(pod) => {
                claims::apply_retention(self.api, &self.by, &self.set, &pod, false)?;
                self.pod_event(&CREATE, &name, None);
                Ok(())
            }
            // Another pod has the name; without an event, wait until that is gone.
            Err(status) if status.reason == "AlreadyExists" => Err(status),
            Err(status) => {
                self.pod_event(&CREATE, &name, Some(&status));
                Err(status)
            }
        }
    }

    pub(super) fn delete_pod(&mut self, pod: &Value) -> Result<(), Status> {
        match self.api.delete(&self.by, kinds::POD, pod.namespace(), pod.name(), &DeleteOptions::default()) {
            Ok(_) => {
                self.pod_event(&DELETE, pod.name(), None);
                Ok(())
            }
            Err(status) if status.is_not_found() => Ok(()),
            Err(status) => {
                self.pod_event(&DELETE, pod.name(), Some(&status));
                Err(status)
            }
        }
    }

    fn pod_event(&mut self, [verb, well, failed]: &[&'static str; 3], pod: &str, failure: Option<&Status>) {
        let (set, now) = (&self.set, self.by.now);
        let (kind, reason, end) = match failure {
            None => (EventType::Normal, well, "successful".to_owned()),
            Some(status) => (EventType::Warning, failed, format!("failed error: {status}")),
        };
        self.recorder.event(self.api, now, set, kind, reason, &format!("{verb} Pod {pod} in StatefulSet {} {end}", set.name()));
    }

    fn write_status(&mut self) -> Result<(), Status> {
        let kind = kinds::STATEFUL_SET;
        let Some(set) = self.api.peek(kind, self.set.namespace(), self.set.name()).filter(|s| s.uid() == self.set.uid()).cloned() else {
            return Ok(());
        };
        // As the pass found them: what it created or deleted is counted by the next.
        let pods: Vec<&Value> = self.replicas.iter().chain(&self.condemned).filter(|p| exists(p)).list();
        let count = |is: &dyn Fn(&Value) -> bool| pods.iter().filter(|p| is(p)).count() as i64;
        let replicas = pods.len() as i64;
        let ready = count(&is_running_and_ready);
        let available = count(&|p| self.available(p));
        let mut current_name = self.current.name().to_owned();
        let update_name = self.update.name().to_owned();
        let of = |name: &str| count(&|p| !p.is_terminating() && revision_of(p) == name);
        let (mut current, updated) = ((of(&current_name) - self.rolled).max(0), of(&update_name));
        let wanted = set.at(&["spec", "replicas"]).as_int().unwrap_or(1);
        let rolls = set.at(&["spec", "updateStrategy", "type"]).str() != "OnDelete";
        if rolls && updated == wanted && ready == wanted && replicas == wanted {
            current = updated;
            current_name.clone_from(&update_name);
        }
        let mut status = set.get("status").clone();
        status.set(&["observedGeneration"], self.set.at(&["metadata", "generation"]).int());
        status.set(&["replicas"], replicas);
        status.set(&["availableReplicas"], available);
        for (member, n) in [("readyReplicas", ready), ("currentReplicas", current), ("updatedReplicas", updated)] {
            set_count(&mut status, member, n);
        }
        status.set(&["currentRevision"], current_name);
        status.set(&["updateRevision"], update_name);
        status.set(&["collisionCount"], self.collisions);
        update_status(self.api, &self.by, kind, set, status)
    }
}
