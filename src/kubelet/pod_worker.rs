//! The state machine of one pod. Models the kubelet's pod worker (pkg/kubelet/pod_workers.go): one sync at a time, what
//! comes meanwhile is remembered, and each sync sees the containers as the last relist (PLEG) saw them.

mod outage;
mod relist;

use std::sync::Arc;

use super::backoff::Backoff;
use super::container::Container;
use super::container_runtime::ServeId;
use super::disks::Disks;
use super::env::ServiceLinks;
use super::exec::Execs;
use super::images::FailedPull;
use super::kubelets::Wake;
use super::node::Node;
use super::probes::ProbeKind;
use super::resize::Resize;
use super::router::Outgoing;
use super::spec::PodSpec;
use super::start::Plan;
use super::status::merge_foreign_conditions;
use super::termination::PodEnd;
use super::volumes::Volume;
use crate::api::{ArcStr, Object, Value, kinds};
use crate::base::{Duration, EventQueue, List as _, RandomStream, SortedMap, Time};
use crate::server::{ApiServer, Caller, EventType, Subresource, WriteOptions};
use relist::RELIST_SOON;

/// The kubelet's `syncFrequency`: a pod without news is synced again after this, and up to half as much more.
pub(super) const RESYNC: Duration = Duration::from_secs(60);
/// The delay after a sync that failed (`backOffPeriod`).
const SYNC_BACKOFF: Duration = Duration::from_secs(10);

/// What a pod waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// A sync; void unless the number is the worker's.
    Sync(u32),
    /// The next step of the sync under way; void unless the number is the worker's.
    Stage(u32),
    /// The relist that notices what happened to its containers.
    Relist,
    /// A container's processes have something to do.
    Machine(u16),
    /// A probe is due; void unless the number is the probe's.
    Probe(u16, ProbeKind, u32),
    /// A probe takes too long; void unless the number is the probe's.
    ProbeTimeout(u16, ProbeKind, u32),
    /// A container's grace period, or its preStop hook's sleep, is over; for the instance of that number.
    Grace(u16, u32),
    /// A postStart hook that is no running command: its request is due, or it could not begin.
    Hook(u16, u32),
    /// The pod's active deadline.
    Deadline,
    /// Volumes may show something new.
    Refresh,
    /// A look at the node's memory, of no pod.
    Pressure,
}

/// The phases of a pod's life on the node (`PodWorkType`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Work {
    /// Its containers are to run.
    Syncing,
    /// Its containers are to end.
    Terminating,
    /// They have ended; volumes and the sandbox go.
    Terminated,
    /// All is cleaned up.
    Finished,
}

/// Where a sync stands that takes time.
#[derive(Clone, Debug)]
pub(super) enum Stage {
    /// Volumes are being mounted, since this moment.
    Volumes(Time),
    /// The sandbox is being made.
    Sandbox,
    /// Containers are being ended before others start.
    Kill(Box<Plan>),
    /// Containers are being started.
    Start(Box<Plan>),
    /// All containers are being ended.
    KillPod,
    /// They have ended, and the sandbox is being stopped.
    StopSandbox,
}

/// The pod's network.
#[derive(Clone, Debug)]
pub(super) struct Sandbox {
    pub ip: ArcStr,
    /// Whether a relist saw it.
    pub seen: bool,
    /// Whether it is gone, as it is once the last containers were ended that it was for.
    pub stopped: bool,
}

/// What a request that a container serves was for.
#[derive(Clone, Debug)]
pub(super) enum ServeUse {
    /// A probe of a container.
    Probe(usize, ProbeKind, u32),
    /// A lifecycle hook of a container.
    Hook(usize),
    /// A request that came over the network.
    Network(super::router::ReplyTo),
}

/// How a sync ended.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Outcome {
    pub failed: bool,
    /// The earliest end of a container's backoff.
    pub backoff_until: Option<Time>,
    /// The pod goes into its next phase.
    pub transition: bool,
    /// Something was started or ended: a relist follows at once.
    pub changed: bool,
}

/// What a worker acts on, beside itself.
pub(super) struct Cx<'a> {
    pub api: &'a mut ApiServer,
    pub now: Time,
    pub queue: &'a mut EventQueue<Wake>,
    pub node: &'a mut Node,
    pub disks: &'a mut Disks,
    pub execs: &'a mut Execs,
    pub links: &'a mut ServiceLinks,
    /// Requests of containers that are to be routed.
    pub outgoing: &'a mut Vec<Outgoing>,
    pub seed: u64,
}

/// One pod on its node.
#[derive(Clone, Debug)]
pub(super) struct PodWorker {
    pub uid: ArcStr,
    /// The pod as the kubelet last saw it.
    pub pod: Value,
    pub spec: Arc<PodSpec>,
    pub start_time: Time,
    pub work: Work,
    pub stage: Option<Stage>,
    stage_token: u32,
    pub(super) pending: bool,
    sync_token: u32,
    pub(super) sync_at: Option<Time>,
    /// The sync that is due waits for a relist; what comes meanwhile asks for another one after it.
    awaits_relist: bool,
    last_sync_end: Option<Time>,
    relisted_at: Time,
    relist_at: Option<Time>,
    pub sandbox: Option<Sandbox>,
    pub containers: Vec<Container>,
    pub volumes: Vec<Volume>,
    /// Images that could not be had, whichever container or volume they are for.
    pub failed_pulls: SortedMap<ArcStr, FailedPull>,
    /// The status as it was last told to the API.
    pub status: Value,
    /// Whether the API was ever told that it runs.
    pub was_running: bool,
    /// Whether all containers were ended for good.
    pub killed: bool,
    /// Why the kubelet ends it as a whole, where it does.
    pub end: Option<PodEnd>,
    /// It starts nothing until the pods that were ended for it have ended.
    pub held: bool,
    /// Whether the API's object is gone.
    pub deleted: bool,
    /// Whether it is a static pod whose manifest is gone: its mirror goes once it has ended.
    pub manifest_gone: bool,
    pub serves: SortedMap<(usize, ServeId), ServeUse>,
    pub probe_tokens: u32,
    pub random: RandomStream,
    /// When it would be synced without news; drawn as it is needed.
    pub resync_at: Time,
    pub resize: Resize,
}

impl PodWorker {
    /// A worker for a pod that was admitted at `now`.
    pub fn new(pod: Value, now: Time, seed: u64) -> Self {
        let spec = Arc::new(PodSpec::parse(&pod));
        let uid: ArcStr = pod.uid().into();
        let was_running = pod.at(&["status", "phase"]).str() == "Running";
        PodWorker {
            random: RandomStream::new(seed, &uid),
            uid,
            start_time: pod.at(&["status", "startTime"]).as_str().and_then(Time::parse_rfc3339).unwrap_or(now.whole_s()),
            containers: spec.containers.iter().map(|c| Container::new(c.clone())).list(),
            status: pod.get("status").clone(),
            pod,
            spec,
            work: Work::Syncing,
            stage: None,
            stage_token: 0,
            pending: false,
            sync_token: 0,
            sync_at: None,
            awaits_relist: false,
            last_sync_end: None,
            relisted_at: Time::ZERO,
            relist_at: None,
            sandbox: None,
            volumes: Vec::new(),
            failed_pulls: SortedMap::new(),
            was_running,
            killed: false,
            end: None,
            held: false,
            deleted: false,
            manifest_gone: false,
            serves: SortedMap::new(),
            probe_tokens: 0,
            resync_at: now,
            resize: Resize::default(),
        }
    }

    /// `metadata.namespace`.
    pub fn namespace(&self) -> &str {
        self.pod.namespace()
    }

    /// `name_namespace(uid)`, as the kubelet's messages name a pod.
    pub fn full_name(&self) -> String {
        format!("{}_{}({})", self.pod.name(), self.pod.namespace(), self.uid)
    }

    /// Whether its containers are to end or have ended.
    pub fn is_terminating(&self) -> bool {
        self.work != Work::Syncing
    }

    /// Whether the node's room is not back yet.
    pub fn takes_room(&self) -> bool {
        !matches!(self.work, Work::Terminated | Work::Finished)
    }

    /// Its address, where it has one.
    pub fn ip(&self, node_ip: &ArcStr) -> Option<ArcStr> {
        let sandbox = self.sandbox.as_ref()?;
        Some(if self.spec.host_network { node_ip.clone() } else { sandbox.ip.clone() })
    }

    /// Schedules a wake of this pod.
    pub fn wake_at(&self, cx: &mut Cx<'_>, at: Time, what: What) {
        cx.queue.push(at.max(cx.now), Wake { node: cx.node.name.clone(), uid: self.uid.clone(), what });
    }

    /// Schedules the next step of the sync under way.
    pub fn stage_at(&mut self, cx: &mut Cx<'_>, at: Time) {
        self.stage_token = self.stage_token.wrapping_add(1);
        self.wake_at(cx, at, What::Stage(self.stage_token));
    }

    /// Takes a wake.
    pub fn wake(&mut self, cx: &mut Cx<'_>, what: What) {
        match what {
            What::Sync(token) => {
                if token == self.sync_token && self.sync_at.take().is_some() {
                    self.begin_sync(cx);
                }
            }
            What::Stage(token) => {
                if token == self.stage_token {
                    self.advance(cx);
                }
            }
            What::Relist => {
                if self.relist_at.is_some_and(|at| at <= cx.now) {
                    self.relist(cx);
                }
            }
            What::Machine(container) => {
                let c = usize::from(container);
                let newest = self.containers.get_mut(c).and_then(Container::newest_mut);
                if newest.is_some_and(|i| i.machine_wake.take_if(|at| *at == cx.now).is_some()) {
                    self.pump(cx, c);
                }
            }
            What::Probe(container, kind, token) => self.probe_due(cx, usize::from(container), kind, token),
            What::ProbeTimeout(container, kind, token) => self.probe_timed_out(cx, usize::from(container), kind, token),
            What::Grace(container, attempt) => self.grace_over(cx, usize::from(container), attempt),
            What::Hook(container, attempt) => self.post_start_due(cx, usize::from(container), attempt),
            What::Deadline => self.request_sync(cx),
            What::Refresh => self.refresh_volumes(cx),
            What::Pressure => {}
        }
    }

    /// Takes in a change of the API's object.
    pub fn pod_changed(&mut self, cx: &mut Cx<'_>, pod: &Value) {
        let old = std::mem::replace(&mut self.pod, pod.clone());
        let spec_changed = !old.get("spec").same(pod.get("spec"));
        if spec_changed {
            self.keep_granted(old.get("spec"));
            cx.node.freed |= self.waits_for_resources();
            let seconds = self.spec.active_deadline_s;
            self.reread_spec();
            if self.spec.active_deadline_s != seconds {
                self.schedule_deadline(cx);
            }
        }
        if old.uid() != pod.uid() {
            // The new mirror of a static pod: it is told all that the last one was.
            let status = std::mem::replace(&mut self.status, pod.get("status").clone());
            self.set_status(cx, status);
            return;
        }
        if pod.is_terminating() {
            // A second delete with less grace does not hurry what is being ended already.
            if self.work == Work::Finished {
                self.delete_object(cx)
            } else {
                self.request_termination(cx)
            }
            return;
        }
        let meta_changed =
            !old.labels().same(pod.labels()) || !old.at(&["metadata", "annotations"]).same(pod.at(&["metadata", "annotations"]));
        let gates_changed =
            !self.spec.readiness_gates.is_empty() && !old.at(&["status", "conditions"]).same(pod.at(&["status", "conditions"]));
        if spec_changed || meta_changed || gates_changed {
            self.request_sync(cx);
        }
    }

    /// Reads the spec anew: images may have changed, ephemeral containers been added, resources been resized.
    pub(super) fn reread_spec(&mut self) {
        let spec = Arc::new(PodSpec::parse(&self.granted_pod()));
        let mut old = std::mem::take(&mut self.containers);
        self.containers = spec
            .containers
            .iter()
            .map(|c| match old.iter().position(|o| o.spec.name == c.name && o.spec.kind == c.kind) {
                Some(at) => {
                    let mut container = old.remove(at);
                    // Another image or other resources are not to blame for what failed (`GetBackoffKey`).
                    if container.spec.image != c.image || container.spec.value.get("resources") != c.value.get("resources") {
                        container.backoff = Backoff::default();
                    }
                    container.spec = c.clone();
                    container
                }
                None => Container::new(c.clone()),
            })
            .list();
        self.spec = spec;
    }

    /// The API's object is gone.
    pub fn pod_deleted(&mut self, cx: &mut Cx<'_>) {
        self.deleted = true;
        self.request_termination(cx);
    }

    /// The manifest of a static pod is gone.
    // Models HandlePodCleanups: a mirror outlives its pod, never the other way round.
    pub fn manifest_gone(&mut self, cx: &mut Cx<'_>) {
        self.manifest_gone = true;
        if self.work == Work::Finished { self.delete_object(cx) } else { self.request_termination(cx) }
    }

    /// The pod is to end: the sync under way no longer waits for volumes, but what it has begun with containers it does to the end.
    // Models syncPod, where only WaitForAttachAndMount hears of the cancellation.
    pub fn request_termination(&mut self, cx: &mut Cx<'_>) {
        if self.work == Work::Syncing {
            self.work = Work::Terminating;
            if matches!(self.stage, Some(Stage::Volumes(_))) {
                self.stage = None;
                self.stage_token = self.stage_token.wrapping_add(1);
                self.last_sync_end = Some(cx.now);
            }
            self.request_sync(cx);
        }
    }

    /// Asks for a sync as soon as the worker is free and the relist it must wait for has been.
    pub fn request_sync(&mut self, cx: &mut Cx<'_>) {
        if self.work == Work::Finished || !cx.node.running {
            return;
        }
        if self.stage.is_some() || self.awaits_relist {
            self.pending = true;
            return;
        }
        let seen = cx.node.relist_before(cx.now).max(self.relisted_at);
        self.awaits_relist = self.last_sync_end.is_some_and(|end| seen <= end);
        let at = if self.awaits_relist { cx.node.relist_after(cx.now) } else { cx.now };
        self.sync_no_later(cx, at);
    }

    fn sync_no_later(&mut self, cx: &mut Cx<'_>, at: Time) {
        if self.sync_at.is_some_and(|t| t <= at) {
            return;
        }
        self.sync_at = Some(at);
        self.sync_token = self.sync_token.wrapping_add(1);
        self.wake_at(cx, at, What::Sync(self.sync_token));
    }

    fn begin_sync(&mut self, cx: &mut Cx<'_>) {
        if !cx.node.running || self.stage.is_some() {
            return;
        }
        self.awaits_relist = false;
        // A relist of the same moment comes first; its news ask for another sync after this one.
        let relisted = self.relist_at.is_some_and(|at| at <= cx.now);
        self.pending = relisted && self.take_relist(cx);
        match self.work {
            Work::Syncing if self.held => {}
            Work::Syncing => self.sync_pod(cx),
            Work::Terminating => self.sync_terminating(cx),
            Work::Terminated => self.sync_terminated(cx),
            Work::Finished => {}
        }
    }

    /// Goes on with the sync under way.
    pub(super) fn advance(&mut self, cx: &mut Cx<'_>) {
        if !cx.node.running {
            return;
        }
        match self.stage.take() {
            None => {}
            Some(Stage::Volumes(since)) => self.mount_volumes(cx, since),
            Some(Stage::Sandbox) => self.sandbox_made(cx),
            Some(Stage::Kill(plan)) => self.killed_some(cx, plan),
            Some(Stage::Start(plan)) => self.start_containers(cx, plan),
            Some(Stage::KillPod) => self.wait_for_kills(cx),
            Some(Stage::StopSandbox) => self.sandbox_stopped(cx),
        }
    }

    /// Ends a sync and schedules the next one (`completeWork`). Waits that are over are looked for once a second (`syncLoop`), as relists.
    pub(super) fn finish_sync(&mut self, cx: &mut Cx<'_>, outcome: Outcome) {
        self.stage = None;
        self.last_sync_end = Some(cx.now);
        if outcome.transition {
            self.pending = false;
            self.request_sync(cx);
            return;
        }
        if outcome.failed {
            let wait = outcome.backoff_until.map_or(SYNC_BACKOFF, |t| t.since(cx.now).min(RESYNC));
            let at = cx.node.relist_after(cx.now + self.jittered(wait));
            self.sync_no_later(cx, at);
            if outcome.changed {
                self.relist_at_tick(cx);
            }
        } else {
            if outcome.changed {
                self.relist_no_later(cx, cx.now + RELIST_SOON);
            }
            self.resync_at = cx.now + self.jittered(RESYNC);
        }
        if std::mem::take(&mut self.pending) {
            self.request_sync(cx);
        }
    }

    /// What a step of the container runtime takes this time: half of the usual to half as much again. So pods that are
    /// made together do not get ready together.
    pub(super) fn step_end(&mut self, now: Time, usual: Duration) -> Time {
        now + usual.mul_f64(0.5 + self.random.unit())
    }

    /// A duration and up to half as much more (`wait.Jitter`).
    pub(super) fn jittered(&mut self, d: Duration) -> Duration {
        d.mul_f64(1.0 + 0.5 * self.random.unit())
    }

    /// Tells the API the status where it changed (the status manager's `syncPod`).
    pub(super) fn set_status(&mut self, cx: &mut Cx<'_>, status: Value) {
        self.was_running |= status.get("phase").str() == "Running";
        let old = std::mem::replace(&mut self.status, status);
        if !self.deleted && !old.same(&self.status) {
            self.send_status(cx);
        }
    }

    /// Sees that the API has the status.
    fn send_status(&mut self, cx: &mut Cx<'_>) {
        let pods = kinds::POD;
        if cx.node.cut {
            return;
        }
        let Some(current) = cx.api.peek(pods, self.pod.namespace(), self.pod.name()).filter(|p| p.uid() == self.pod.uid()) else {
            return;
        };
        let status = merge_foreign_conditions(self.status.clone(), current.get("status"));
        if status.same(current.get("status")) {
            return;
        }
        let mut next = current.clone();
        next.set(&["status"], status);
        // A pod that was deleted in between needs no status; the next sync finds out.
        let _ = cx.api.update(&Caller::new(cx.now, "kubelet"), pods, next, Subresource::Status, &WriteOptions::default());
    }

    /// Generates the status and tells it.
    pub(super) fn refresh_status(&mut self, cx: &mut Cx<'_>) {
        let (status, _) = self.generate_status(&cx.node.ip, cx.now, self.killed);
        self.set_status(cx, status);
    }

    /// Records an event about the pod.
    pub(super) fn event(&self, cx: &mut Cx<'_>, kind: EventType, reason: &'static str, message: &str) {
        if cx.node.cut {
            return;
        }
        cx.node.recorder.event(cx.api, cx.now, &self.pod, kind, reason, message);
    }

    /// Records an event about one of its containers.
    pub(super) fn container_event(&self, cx: &mut Cx<'_>, c: usize, kind: EventType, reason: &'static str, message: &str) {
        if cx.node.cut {
            return;
        }
        let path = self.containers[c].spec.field_path.clone();
        cx.node.recorder.event_at(cx.api, cx.now, &self.pod, &path, kind, reason, message);
    }
}
