//! A pod's status from what the kubelet knows. Models `generateAPIPodStatus` (pkg/kubelet/kubelet_pods.go),
//! the conditions of pkg/kubelet/status/generate.go and the status manager's merge.

use super::container::{Container, Exit, Instance, Lost};
use super::phase::{get_phase, has_regular_started};
use super::pod_worker::{PodWorker, Work};
use super::probes::ProbeKind;
use super::resize::Pending;
use super::resources::{container_status_resources, pod_resources, to_value};
use super::restart_all::{REMOVED, RESTARTING_ALL};
use super::rules::Condition;
use super::spec::{ContainerKind, PodSpec};
use super::static_pods::is_mirror;
use super::termination::PodEnd;
use crate::api::resources::{amounts, pod_amounts_by};
use crate::api::{ArcStr, Object, Value, container_status, find_condition};
use crate::base::Time;
use crate::base::{List as _, Order as _};
use crate::obj;

/// The conditions that the kubelet owns; others are left as they are.
pub(super) const OWNED: &[&str] =
    &["PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady", "PodScheduled", "PodResizePending", "PodResizeInProgress"];

/// What the API shows of a container that never started.
const NEVER_STARTED: &str = "1970-01-01T00:00:00Z";

impl PodWorker {
    /// The status as of now, and the phase that the containers are in, which is not told while it would be too early.
    /// `terminal`: no container will run again.
    pub(super) fn generate_status(&self, node_ip: &ArcStr, now: Time, terminal: bool) -> (Value, &'static str) {
        let mut status = Value::map();
        let mut init: Vec<Value> = Vec::new();
        let mut regular: Vec<Value> = Vec::new();
        let mut ephemeral: Vec<Value> = Vec::new();
        for container in &self.containers {
            let value = self.container_status(container);
            match container.spec.kind {
                ContainerKind::Init => init.push(value),
                ContainerKind::Regular => regular.push(value),
                ContainerKind::Ephemeral => ephemeral.push(value),
            }
        }
        // Init containers keep the spec's order; the others are sorted by name.
        regular.order_by(|a, b| a.get("name").str().cmp(b.get("name").str()));
        ephemeral.order_by(|a, b| a.get("name").str().cmp(b.get("name").str()));
        let all: Vec<&Value> = regular.iter().chain(&init).list();
        let old_phase = self.status.get("phase").str();
        let initialized = self.containers.iter().any(|c| c.spec.kind == ContainerKind::Regular && !c.instances.is_empty());
        let mut phase = get_phase(&self.spec, &all, terminal, initialized);
        if !matches!(phase, "Succeeded" | "Failed") && matches!(old_phase, "Succeeded" | "Failed") {
            phase = if old_phase == "Failed" { "Failed" } else { "Succeeded" };
        }
        let (mut reason, mut message) = (self.status.get("reason").arc_str(), self.status.get("message").arc_str());
        if let Some(end) = &self.end {
            phase = "Failed";
            (reason, message) = (end.reason().into(), end.message().into());
        }
        // A manifest in a file has no generation.
        let generation = if is_mirror(&self.pod) { 0 } else { self.pod.at(&["metadata", "generation"]).int() };
        if generation > 0 {
            status.set(&["observedGeneration"], generation);
        }
        let conditions = self.conditions(&all, phase, generation, now);

        // A terminal phase is told once no container can run any more.
        let told = if matches!(phase, "Succeeded" | "Failed") && self.could_run_containers() && !matches!(old_phase, "Succeeded" | "Failed")
        {
            (reason, message) = (self.status.get("reason").arc_str(), self.status.get("message").arc_str());
            if old_phase.is_empty() { "Pending" } else { old_phase }
        } else {
            phase
        };
        status.set(&["phase"], told);
        for (member, text) in [("reason", reason), ("message", message)] {
            if !text.is_empty() {
                status.set(&[member], text);
            }
        }
        status.set(&["conditions"], conditions);
        status.set(&["hostIP"], node_ip);
        status.set(&["hostIPs"], obj!([{"ip": node_ip}]));
        let ip = match &self.sandbox {
            _ if self.spec.host_network => Some(node_ip.clone()),
            Some(sandbox) if sandbox.seen => Some(sandbox.ip.clone()),
            _ => self.status.get("podIP").as_str().map(ArcStr::from),
        };
        if let Some(ip) = ip {
            status.set(&["podIPs"], obj!([{"ip": &ip}]));
            status.set(&["podIP"], ip);
        }
        status.set(&["startTime"], self.start_time.rfc3339());
        for (member, list) in [("initContainerStatuses", init), ("containerStatuses", regular), ("ephemeralContainerStatuses", ephemeral)] {
            if !list.is_empty() {
                status.set(&[member], list);
            }
        }
        status.set(&["qosClass"], crate::api::qos_class(&self.pod));
        let allocated = to_value(&pod_resources(&self.spec, "requests"));
        status.set(&["resources"], self.pod_level_resources(&allocated));
        if !allocated.is_null() {
            status.set(&["allocatedResources"], allocated);
        }
        (status, phase)
    }

    /// What the pod as a whole runs with, or is to be started with.
    // Models convertToAPIPodLevelResourcesStatus.
    fn pod_level_resources(&self, allocated: &Value) -> Value {
        // Once its cgroup is gone, what was set there cannot be read any more; the request for memory never stood there.
        let gone = self.was_running && matches!(self.work, Work::Terminated | Work::Finished);
        let mut resources = Value::map();
        for list in ["requests", "limits"] {
            let amounts = if gone {
                self.spec.value.at(&["resources", list]).clone()
            } else {
                to_value(&pod_amounts_by(&self.spec.value, list, &|container| amounts(self.actual_resources(container).get(list))))
            };
            if !amounts.is_null() {
                resources.set(&[list], amounts);
            }
        }
        let memory = allocated.get("memory");
        if gone && !memory.is_null() {
            resources.set(&["requests", "memory"], memory);
        }
        resources
    }

    /// What a container runs with, or is to be started with.
    fn actual_resources<'a>(&'a self, container: &'a Value) -> &'a Value {
        let instance = self.containers.iter().find(|c| c.spec.name == container.get("name").str()).and_then(Container::newest);
        instance.filter(|i| i.runs_seen()).map_or_else(|| container.get("resources"), |i| &i.resources)
    }

    /// Whether a container may still be running (`podWorkers.CouldHaveRunningContainers`).
    fn could_run_containers(&self) -> bool {
        match self.work {
            Work::Syncing => true,
            Work::Terminating => !self.killed,
            Work::Terminated | Work::Finished => false,
        }
    }

    /// One entry of `containerStatuses`.
    fn container_status(&self, container: &Container) -> Value {
        let spec = &container.spec;
        let has_init = self.spec.containers.iter().any(|c| c.kind == ContainerKind::Init);
        let waiting_for = if has_init && spec.kind != ContainerKind::Ephemeral { "PodInitializing" } else { "ContainerCreating" };
        let newest = container.newest();
        let mut state = match newest {
            None if container.begun > 0 => obj!({"waiting": {"reason": RESTARTING_ALL, "message": REMOVED}}),
            None => obj!({"waiting": {"reason": waiting_for}}),
            Some(instance) => instance_state(instance),
        };
        let mut last = match container.instances.as_slice() {
            [.., previous, _] => instance_state(previous),
            _ if let Some(lost) = &container.lost => lost.last.clone(),
            // What was removed leaves no record, so this one stays until the container ends again.
            _ if container.begun > 0 => {
                obj!({"terminated": {"exitCode": 137, "reason": RESTARTING_ALL, "message": REMOVED, "startedAt": null, "finishedAt": null}})
            }
            _ => Value::map(),
        };
        if let Some(failure) = self.shown_failure(container) {
            if !state.get("terminated").is_null() {
                last = state;
            }
            let mut waiting = obj!({"reason": &failure.reason});
            if !failure.message.is_empty() {
                waiting.set(&["message"], &failure.message);
            }
            state = Value::map();
            state.set(&["waiting"], waiting);
        }
        // Instances that were lost count as one restart, unless the pod is on its way out.
        let never = container.lost.as_ref().map_or(container.begun, |lost| if self.is_terminating() { 0 } else { lost.restarts });
        let running = !state.get("running").is_null();
        let mut status = obj!({
            "name": &spec.name, "lastState": last, "restartCount": i64::from(newest.map_or(never, |i| i.attempt)),
            "image": newest.map_or(&spec.image, |i| &i.image), "imageID": newest.map_or("", |i| i.image_id.as_str())
        });
        let (started, ready) = self.started_and_ready(container, &state);
        status.set(&["ready"], ready);
        if spec.kind != ContainerKind::Ephemeral {
            status.set(&["started"], started);
        }
        status.set(&["state"], state);
        if let Some(instance) = newest {
            status.set(&["containerID"], &instance.id);
            status.set(&["resources"], container_status_resources(&instance.resources, running));
            let requests = spec.value.at(&["resources", "requests"]);
            if !requests.is_empty() {
                status.set(&["allocatedResources"], requests);
            }
        }
        let mounts: Vec<Value> = spec
            .value
            .get("volumeMounts")
            .items()
            .iter()
            .map(|m| {
                let mut mount = obj!({"name": m.get("name"), "mountPath": m.get("mountPath")});
                if m.get("readOnly").is_true() {
                    mount.set(&["readOnly"], true);
                    // The runtime can do it, so where that is enough it is done (`resolveRecursiveReadOnly`).
                    let asked = matches!(m.get("recursiveReadOnly").str(), "IfPossible" | "Enabled");
                    mount.set(&["recursiveReadOnly"], if asked { "Enabled" } else { "Disabled" });
                }
                mount
            })
            .list();
        if !mounts.is_empty() {
            status.set(&["volumeMounts"], mounts);
        }
        status
    }

    /// Gives every container in the status of an ended pod an end: one that has none failed, and the pod with it. The conditions stay
    /// as they were.
    // Models the status manager's TerminatePod.
    pub(super) fn terminate(&self, mut status: Value) -> Value {
        let init = status.get("initContainerStatuses").items();
        let has_begun = |s: &Value| s.at(&["state", "waiting"]).is_null() || !s.at(&["lastState", "terminated"]).is_null();
        let begun = init.iter().rposition(has_begun).unwrap_or(0) + 1;
        let all = if self.has_initialized() { usize::MAX } else { 0 };
        for (list, count) in [("initContainerStatuses", begun), ("containerStatuses", all)] {
            if status.get(list).is_null() {
                continue;
            }
            for container in status.get_mut(list).list_mut().iter_mut().take(count) {
                if container.at(&["state", "terminated"]).is_null() {
                    container.set(&["state"], unlocated("The container could not be located when the pod was terminated"));
                }
            }
        }
        if !matches!(status.get("phase").str(), "Succeeded" | "Failed") {
            status.set(&["phase"], "Failed");
        }
        status
    }

    /// Whether the pod ever came beyond its init containers (`hasPodInitialized`).
    fn has_initialized(&self) -> bool {
        let of = |kind: ContainerKind| self.containers.iter().filter(move |c| c.spec.kind == kind);
        let ran = |c: &Container| !c.instances.is_empty() || c.lost.is_some();
        of(ContainerKind::Regular).any(ran)
            || of(ContainerKind::Init).next_back().is_none_or(|c| {
                let exit = c.last_exit_known();
                if c.spec.is_sidecar() { ran(c) } else { exit.is_some_and(|e| e.code == 0) }
            })
    }

    /// The reason cache's entry, where the container is one that is to be started again.
    fn shown_failure<'a>(&self, container: &'a Container) -> Option<&'a super::container::StartFailure> {
        if container.runs_seen() || self.deleted || self.pod.is_terminating() {
            return None;
        }
        if let Some(exit) = container.last_exit_known().filter(|_| container.newest().is_some_and(|i| i.exit_known().is_some())) {
            // Sidecars among them, though those are started again.
            let init_done = container.spec.kind == ContainerKind::Init && exit.code == 0;
            if init_done || !self.spec.restarts(&container.spec, exit.code) {
                return None;
            }
        }
        container.failure.as_ref()
    }

    /// `started` and `ready` (`proberManager.UpdatePodStatus`).
    fn started_and_ready(&self, container: &Container, state: &Value) -> (bool, bool) {
        let spec = &container.spec;
        let running = !state.get("running").is_null();
        let exited_well = state.at(&["terminated", "exitCode"]).as_int() == Some(0);
        let current = container.newest().filter(|_| running);
        let result = |kind: ProbeKind| {
            let worker = container.probes[kind].as_ref()?;
            Some(current.is_some_and(|i| worker.result_for(&i.id) == Some(true)))
        };
        let started = running && result(ProbeKind::Startup).unwrap_or(true);
        let ready = match spec.kind {
            ContainerKind::Ephemeral => false,
            ContainerKind::Init if !spec.is_sidecar() => exited_well,
            _ => started && result(ProbeKind::Readiness).unwrap_or(true),
        };
        (started, ready)
    }

    /// The pod's conditions: others' first, then the kubelet's own in its order.
    fn conditions(&self, statuses: &[&Value], phase: &str, generation: i64, now: Time) -> Vec<Value> {
        let ready_to_start = self.sandbox.as_ref().is_some_and(|s| !s.stopped) && !self.killed;
        let (ready, ready_reason, ready_message) = containers_ready(&self.spec, Some(statuses), phase);
        let (mut initialized, mut init_reason, mut init_message) = initialized(&self.spec, Some(statuses), phase);
        if !initialized && find_condition(&self.status, "Initialized").get("status").str() == "True" {
            // What was initialized stays so, though a sidecar may be on its way up again.
            (initialized, init_reason, init_message) = (true, "", String::new());
        }
        let (pod_ready, pod_reason, pod_message) = pod_ready(&self.spec, &self.pod, (ready, ready_reason, ready_message.clone()));
        let rows: [(&str, bool, &str, String); 5] = [
            ("PodReadyToStartContainers", ready_to_start, "", String::new()),
            ("Initialized", initialized, init_reason, init_message),
            ("Ready", pod_ready, pod_reason, pod_message),
            ("ContainersReady", ready, ready_reason, ready_message),
            ("PodScheduled", true, "", String::new()),
        ];
        let mut out = Vec::with_capacity(rows.len());
        if let Some(Pending { refusal, generation }) = &self.resize.pending {
            out.push(self.condition("PodResizePending", true, refusal.reason(), refusal.message(), *generation, now));
        }
        if let Some(generation) = self.resize.progress {
            let (reason, message) = self.resize.error.as_ref().map_or(("", ""), |error| ("Error", error.as_str()));
            out.push(self.condition("PodResizeInProgress", true, reason, message, generation, now));
        }
        for (kind, holds, reason, message) in rows {
            out.push(self.condition(kind, holds, reason, &message, generation, now));
        }
        if let Some(why) = self.end.as_ref().and_then(PodEnd::disruption) {
            out.push(self.condition("DisruptionTarget", true, "TerminationByKubelet", why, generation, now));
        }
        out.extend(self.restarting_condition(phase, now));
        out
    }

    /// One condition, with the time of its last change.
    pub(super) fn condition(&self, kind: &str, holds: bool, reason: &str, message: &str, generation: i64, now: Time) -> Value {
        let word = if holds { "True" } else { "False" };
        let told = [&self.status, self.pod.get("status")].map(|status| find_condition(status, kind));
        let known = told.into_iter().find(|c| c.get("status").str() == word);
        let since = known.map_or_else(|| Value::from(now.rfc3339()), |c| c.get("lastTransitionTime").clone());
        let mut condition = obj!({"type": kind, "status": word, "lastProbeTime": null, "lastTransitionTime": since});
        if generation > 0 {
            condition.set(&["observedGeneration"], generation);
        }
        if !reason.is_empty() {
            condition.set(&["reason"], reason);
        }
        if !message.is_empty() {
            condition.set(&["message"], message);
        }
        condition
    }
}

/// A status with the conditions of others that the API's object has (`mergePodStatus`).
pub(super) fn merge_foreign_conditions(mut status: Value, current: &Value) -> Value {
    let told = status.get("conditions").clone();
    let is_own = |c: &&Value| OWNED.contains(&c.get("type").str()) || told.items().iter().any(|t| t.get("type") == c.get("type"));
    let foreign: Vec<Value> = current.get("conditions").items().iter().filter(|c| !is_own(c)).cloned().list();
    if !foreign.is_empty() && !status.get("conditions").is_null() {
        let own = status.at_mut(&["conditions"]).list_mut();
        own.splice(0..0, foreign);
    }
    for member in ["nominatedNodeName", "resourceClaimStatuses"] {
        let kept = current.get(member);
        if !kept.is_null() {
            status.set(&[member], kept);
        }
    }
    status
}

fn instance_state(instance: &Instance) -> Value {
    if let Some(exit) = instance.exit_known() {
        return terminated(instance, exit);
    }
    match instance.started {
        Some(at) => obj!({"running": {"startedAt": at.rfc3339()}}),
        None => obj!({"waiting": {"reason": "ContainerCreating"}}),
    }
}

/// What is known of a container whose instances, the newest of this number, were lost: only what was said last.
// Models what convertToAPIContainerStatuses makes of statuses that no container is found for.
pub(super) fn lost(status: &Value, name: &str, attempt: u32) -> Lost {
    let told = container_status(status, name);
    let last = told.map_or_else(Value::map, |s| s.get("lastState").clone());
    let ran = told.is_some_and(|s| !s.at(&["state", "running"]).is_null()) && last.get("terminated").is_null();
    Lost {
        next: attempt + 1,
        restarts: attempt + u32::from(ran),
        last: if ran {
            unlocated("The container could not be located when the pod was deleted.  The container used to be Running")
        } else {
            last
        },
    }
}

/// The state of a container of which nothing is left.
fn unlocated(message: &str) -> Value {
    obj!({"terminated": {"reason": "ContainerStatusUnknown", "exitCode": 137, "startedAt": null, "finishedAt": null, "message": message}})
}

fn terminated(instance: &Instance, exit: &Exit) -> Value {
    let started = instance.started.map_or_else(|| NEVER_STARTED.to_owned(), Time::rfc3339);
    let mut state = obj!({
        "containerID": &instance.id, "exitCode": i64::from(exit.code), "finishedAt": exit.at.rfc3339(), "reason": &exit.reason,
        "startedAt": started
    });
    if !exit.message.is_empty() {
        state.set(&["message"], &exit.message);
    }
    let mut out = Value::map();
    out.set(&["terminated"], state);
    out
}

/// `ContainersReady`: whether it holds, its reason and its message (`GenerateContainersReadyCondition`).
pub(super) fn containers_ready(spec: &PodSpec, statuses: Option<&[&Value]>, phase: &str) -> Condition {
    let Some(statuses) = statuses else { return (false, "UnknownContainerStatuses", String::new()) };
    let (mut unknown, mut unready) = (Vec::new(), Vec::new());
    for container in spec.containers.iter().filter(|c| c.kind == ContainerKind::Regular || c.is_sidecar()) {
        match statuses.iter().find(|s| s.get("name").str() == container.name) {
            None => unknown.push(container.name.as_str()),
            Some(status) if !status.get("ready").is_true() => unready.push(container.name.as_str()),
            Some(_) => {}
        }
    }
    if phase == "Succeeded" && unknown.is_empty() {
        return (false, "PodCompleted", String::new());
    }
    if phase == "Failed" {
        return (false, "PodFailed", String::new());
    }
    let mut parts = Vec::new();
    if !unknown.is_empty() {
        parts.push(format!("containers with unknown status: [{}]", unknown.join(" ")));
    }
    if !unready.is_empty() {
        parts.push(format!("containers with unready status: [{}]", unready.join(" ")));
    }
    if parts.is_empty() { (true, "", String::new()) } else { (false, "ContainersNotReady", parts.join(", ")) }
}

/// `Ready`: what is true of the containers, and the readiness gates (`GeneratePodReadyCondition`).
pub(super) fn pod_ready(spec: &PodSpec, pod: &Value, containers: Condition) -> Condition {
    if !containers.0 {
        return containers;
    }
    let unmet: Vec<String> = spec
        .readiness_gates
        .items()
        .iter()
        .map(|g| g.get("conditionType").str())
        .filter_map(|gate| match pod.condition(gate) {
            "True" => None,
            "" => Some(format!("corresponding condition of pod readiness gate {gate:?} does not exist.")),
            word => Some(format!("the status of pod readiness gate {gate:?} is not \"True\", but {word}")),
        })
        .list();
    if unmet.is_empty() { containers } else { (false, "ReadinessGatesNotReady", unmet.join(", ")) }
}

/// `Initialized`: whether it holds, its reason and its message (`GeneratePodInitializedCondition`).
pub(super) fn initialized(spec: &PodSpec, statuses: Option<&[&Value]>, phase: &str) -> Condition {
    let init: Vec<_> = spec.containers.iter().filter(|c| c.kind == ContainerKind::Init).list();
    let statuses = match statuses {
        Some(statuses) => statuses,
        None if init.is_empty() => &[],
        None => return (false, "UnknownContainerStatuses", String::new()),
    };
    let (mut unknown, mut incomplete) = (Vec::new(), Vec::new());
    for container in init {
        match statuses.iter().find(|s| s.get("name").str() == container.name) {
            None => unknown.push(container.name.as_str()),
            Some(status) => {
                let done = if container.is_sidecar() { status.get("started").is_true() } else { status.get("ready").is_true() };
                if !done {
                    incomplete.push(container.name.as_str());
                }
            }
        }
    }
    if phase == "Succeeded" && unknown.is_empty() {
        return (true, "PodCompleted", String::new());
    }
    // Once a regular container has run, sidecars that restart change nothing.
    if has_regular_started(spec, statuses) {
        return (true, "", String::new());
    }
    let mut parts = Vec::new();
    if !unknown.is_empty() {
        parts.push(format!("containers with unknown status: [{}]", unknown.join(" ")));
    }
    if !incomplete.is_empty() {
        parts.push(format!("containers with incomplete status: [{}]", incomplete.join(" ")));
    }
    if parts.is_empty() { (true, "", String::new()) } else { (false, "ContainersNotInitialized", parts.join(", ")) }
}
