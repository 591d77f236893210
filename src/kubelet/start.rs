//! Which containers to end and to start, and starting them one after another. Models `computePodActions`, `SyncPod` and
//! `startContainer` of pkg/kubelet/kuberuntime.

use std::collections::VecDeque;

use super::container::{Container, Exit, Instance, ProcessUse, StartFailure};
use super::container_runtime::{self, Image, Launch, kernel_hostname};
use super::env::{EnvSource, REQUEST_BYTES_MAX, bytes_of, environment, expand};
use super::image_manager::{Ensured, ImageFor};
use super::images::{Pull, with_default_tag};
use super::logs::Log;
use super::mount_points::Misfit;
use super::pod_worker::{Cx, Outcome, PodWorker, Stage, What};
use super::probes::ProbeKind;
use super::resources::oom_score_adj;
use super::spec::{ContainerKind, RestartPolicy};
use super::volumes::{account_mount, mounts_of, prepare};
use crate::api::{ArcStr, go_duration};
use crate::base::{Duration, Shared, SortedMap, Time};
use crate::server::EventType;

/// What creating a container takes.
const CREATE: Duration = Duration::from_millis(15);
/// What starting a created one takes.
const START: Duration = Duration::from_millis(35);
/// What it takes until a started container's process does its first step.
const BOOT: Duration = Duration::from_millis(12);

/// What something takes where the node's disk is as slow as it is.
fn on_disk(cx: &Cx<'_>, usual: Duration) -> Duration {
    usual.mul_f64(f64::from(cx.node.slower.disk))
}

/// A container to end, what is told of it, and the seconds it has.
type Kill = (usize, String, i64);

/// What a sync has yet to do with the containers.
#[derive(Clone, Debug, Default)]
pub(super) struct Plan {
    /// Containers that are being ended first, by index.
    pub kills: Vec<usize>,
    /// Containers to start, in order.
    starts: VecDeque<usize>,
    /// Whether all containers begin anew once those are ended.
    anew: bool,
    /// Whether the sandbox goes with them.
    last: bool,
    current: Option<(usize, Step)>,
    /// The first volume whose image was not seen to yet, and the pull of it.
    volume: usize,
    volume_pull: Option<Pull>,
    outcome: Outcome,
}

/// Where the start of a container stands.
#[derive(Clone, Debug)]
enum Step {
    Begin,
    Pulling(Pull),
    Create,
    Start,
    /// The postStart hook runs.
    Hook,
    /// The postStart hook sleeps.
    Sleep(Time),
    /// The hook failed and the container is being ended.
    HookFailed(ArcStr),
}

impl PodWorker {
    /// Decides what is to be ended and started, and begins.
    pub(super) fn plan(&mut self, cx: &mut Cx<'_>) {
        let mut plan = Plan::default();
        if self.restarts_all() {
            plan.kills = self.end_all_to_restart(cx);
            (plan.anew, plan.outcome.changed) = (true, true);
            self.killed_some(cx, Box::new(plan));
            return;
        }
        plan.outcome.changed = self.resize_containers(cx);
        plan.outcome.failed = self.resize.error.is_some();
        let (kills, starts) = self.compute_actions();
        match starts {
            Some(starts) => plan.starts = starts,
            None => (plan.kills, plan.last) = (self.kill_all(cx, self.spec.grace_period_s), true),
        }
        for (c, message, grace_s) in kills {
            plan.kills.push(c);
            self.kill_container(cx, c, grace_s, &message);
        }
        plan.outcome.changed |= !plan.kills.is_empty();
        self.killed_some(cx, Box::new(plan));
    }

    /// Goes on once the containers that had to end have ended.
    pub(super) fn killed_some(&mut self, cx: &mut Cx<'_>, mut plan: Box<Plan>) {
        if plan.kills.iter().any(|c| self.containers[*c].is_alive()) {
            self.stage = Some(Stage::Kill(plan));
            return;
        }
        if let Some(sandbox) = self.sandbox.as_mut().filter(|_| plan.last) {
            sandbox.stopped = true;
        }
        if std::mem::take(&mut plan.anew) {
            self.begin_anew();
            self.refresh_status(cx);
            plan.starts = self.compute_actions().1.unwrap_or_default();
        }
        self.start_containers(cx, plan);
    }

    /// Containers to end (with message and grace) and to start; nothing to start where all are to end.
    // Models computePodActions.
    fn compute_actions(&self) -> (Vec<Kill>, Option<VecDeque<usize>>) {
        let mut kills = Vec::new();
        let never_ran = |c: &Container| c.spec.kind == ContainerKind::Ephemeral && c.instances.is_empty();
        let mut starts: VecDeque<usize> = (0..self.containers.len()).filter(|c| never_ran(&self.containers[*c])).collect();
        let (initialized, begin) = self.init_actions(&mut kills);
        starts.extend(begin);
        if !initialized {
            return (kills, Some(starts));
        }
        let mut kept = false;
        for (i, container) in self.containers.iter().enumerate().filter(|(_, c)| c.spec.kind == ContainerKind::Regular) {
            if container.runs_seen() {
                let reason = self.kill_reason(i);
                kept |= reason.as_ref().is_none_or(|(_, _, restarts)| *restarts);
                if let Some((message, grace_s, restarts)) = reason {
                    kills.push((i, message, grace_s));
                    starts.extend(restarts.then_some(i));
                }
            } else {
                let again = match container.newest().and_then(Instance::exit_known) {
                    Some(exit) => self.spec.restarts(&container.spec, exit.code),
                    None => true,
                };
                if again {
                    kept = true;
                    starts.push_back(i);
                }
            }
        }
        // Sidecars do not keep alive a pod whose containers are all done; those that are to end for good end with the whole pod.
        if kept { (kills, Some(starts)) } else { (Vec::new(), None) }
    }

    /// Whether regular containers may run, and the init containers to start. The last one that has begun says how far it is: one before
    /// it that has ended since, a sidecar, is started again and holds nothing up.
    // Models computeInitContainerActions.
    fn init_actions(&self, kills: &mut Vec<Kill>) -> (bool, VecDeque<usize>) {
        let count = self.containers.iter().take_while(|c| c.spec.kind == ContainerKind::Init).count();
        let mut initialized = count == 0 || self.containers.iter().any(|c| c.spec.kind == ContainerKind::Regular && c.runs_seen());
        let mut passed = initialized;
        let mut starts = VecDeque::new();
        for (i, container) in self.containers[..count].iter().enumerate().rev() {
            let sidecar = container.spec.is_sidecar();
            let Some(newest) = container.newest() else {
                if passed && sidecar {
                    starts.push_front(i);
                }
                continue;
            };
            if passed && !sidecar {
                continue;
            }
            let mut again = false;
            let done = if newest.runs_seen() {
                sidecar && container.has_passed_startup()
            } else {
                let exit = newest.exit_known();
                let well = !sidecar && exit.is_some_and(|e| e.code == 0);
                if !well && !exit.is_none_or(|e| self.spec.restarts(&container.spec, e.code)) {
                    return (false, VecDeque::new());
                }
                again = !well;
                well
            };
            if done && i + 1 == count {
                initialized = true;
            } else if done && !passed {
                starts.push_front(i + 1);
            }
            if newest.runs_seen()
                && sidecar
                && let Some((message, grace_s, _)) = self.kill_reason(i)
            {
                kills.push((i, message, grace_s));
                again = true;
            }
            if again {
                starts.push_front(i);
            }
            passed = true;
        }
        if !passed {
            starts.push_front(0);
        }
        (initialized, starts)
    }

    /// What is told of a running container that is to end for a changed definition, a failed probe or a resize, the seconds it has, and
    /// whether it is started again.
    fn kill_reason(&self, i: usize) -> Option<(String, i64, bool)> {
        let container = &self.containers[i];
        let instance = container.newest()?;
        let name = &container.spec.name;
        let grace = self.spec.grace_period_s;
        let init = container.spec.kind == ContainerKind::Init;
        let told = |what: &str, restarts: bool| {
            let (who, will) = if init { ("Init container", "") } else { ("Container", if restarts { ", will be restarted" } else { "" }) };
            format!("{who} {name} {what}{will}")
        };
        if instance.spec_image != container.spec.image {
            return Some((told("definition changed", true), grace, true));
        }
        for (kind, word) in [(ProbeKind::Liveness, "liveness"), (ProbeKind::Startup, "startup")] {
            let Some(worker) = &container.probes[kind] else { continue };
            if worker.result_for(&instance.id) == Some(false) && worker.has_failed(&instance.id) {
                // Its rules are for exit codes, and it has none yet.
                let restarts = container.spec.restart.unwrap_or(self.spec.restart) != RestartPolicy::Never;
                let message = told(&format!("failed {word} probe"), restarts);
                return Some((message, worker.spec.grace_period_s.unwrap_or(grace), restarts));
            }
        }
        self.resize_restarts(i).then(|| (format!("Container {name} resize requires restart"), grace, true))
    }

    /// Starts what is to be started, as far as it goes without waiting.
    pub(super) fn start_containers(&mut self, cx: &mut Cx<'_>, mut plan: Box<Plan>) {
        if !plan.starts.is_empty()
            && let Some(at) = self.ensure_volume_images(cx, &mut plan.volume, &mut plan.volume_pull)
        {
            self.stage = Some(Stage::Start(plan));
            self.stage_at(cx, at);
            return;
        }
        loop {
            let (c, step) = match plan.current.take() {
                Some(current) => current,
                None => match plan.starts.pop_front() {
                    Some(c) => (c, Step::Begin),
                    None => {
                        self.finish_sync(cx, plan.outcome);
                        return;
                    }
                },
            };
            match self.start_step(cx, c, step, &mut plan.outcome) {
                Progress::Wait(next, at) => {
                    plan.current = Some((c, next));
                    self.stage = Some(Stage::Start(plan));
                    if let Some(at) = at {
                        self.stage_at(cx, at);
                    }
                    return;
                }
                Progress::Started => {
                    self.containers[c].failure = None;
                    plan.outcome.changed = true;
                }
                Progress::Failed(failure) => {
                    self.containers[c].failure = Some(failure);
                    plan.outcome.failed = true;
                    if self.containers[c].spec.kind == ContainerKind::Init && !self.containers[c].spec.is_sidecar() {
                        // Nothing comes before its init container.
                        plan.starts.clear();
                    }
                }
            }
        }
    }

    fn start_step(&mut self, cx: &mut Cx<'_>, c: usize, step: Step, outcome: &mut Outcome) -> Progress {
        match step {
            Step::Begin => {
                if let Some(until) = self.in_backoff(cx, c) {
                    outcome.backoff_until = Some(outcome.backoff_until.map_or(until, |t| t.min(until)));
                    let message = format!(
                        "back-off {} restarting failed container={} pod={}",
                        go_duration::format(self.containers[c].backoff.delay()),
                        self.containers[c].spec.name,
                        self.full_name()
                    );
                    let event =
                        format!("Back-off restarting failed container {} in pod {}", self.containers[c].spec.name, self.full_name());
                    self.container_event(cx, c, EventType::Warning, "BackOff", &event);
                    return Progress::failed("CrashLoopBackOff", message);
                }
                if let Some(failure) = self.volume_failure(cx, c) {
                    return Progress::Failed(failure);
                }
                let ensured = self.ensure_image(cx, ImageFor::Container(c));
                self.with_image(cx, c, ensured)
            }
            Step::Pulling(pull) => {
                let ensured = self.pulled(cx, ImageFor::Container(c), pull);
                self.with_image(cx, c, ensured)
            }
            Step::Create => match self.create_container(cx, c) {
                Ok(()) => {
                    self.container_event(cx, c, EventType::Normal, "Created", "Container created");
                    Progress::Wait(Step::Start, Some(self.step_end(cx.now, on_disk(cx, START))))
                }
                Err(failure) => {
                    self.container_event(cx, c, EventType::Warning, "Failed", &format!("Error: {}", failure.message));
                    Progress::Failed(failure)
                }
            },
            Step::Start => self.start_container(cx, c),
            Step::Hook => {
                if self.containers[c].newest().is_some_and(|i| i.uses.values().any(|u| *u == ProcessUse::PostStart)) {
                    return Progress::Wait(Step::Hook, None);
                }
                Progress::Started
            }
            Step::Sleep(until) if cx.now < until => Progress::Wait(step, Some(until)),
            Step::Sleep(_) => Progress::Started,
            Step::HookFailed(message) => {
                if self.containers[c].is_alive() {
                    return Progress::Wait(Step::HookFailed(message), None);
                }
                outcome.changed = true;
                Progress::failed("PostStartHookError", message.to_string())
            }
        }
    }

    /// When the container's restart backoff is over; where it is over already, the next failure's is longer.
    fn in_backoff(&mut self, cx: &Cx<'_>, c: usize) -> Option<Time> {
        let finished = self.containers[c].last_exit_known()?.at;
        if let Some(until) = self.containers[c].backoff.until_since(finished, cx.now) {
            return Some(until);
        }
        self.containers[c].backoff.next(finished, cx.now);
        None
    }

    /// What is to be done once it stands so with the container's image.
    fn with_image(&mut self, cx: &mut Cx<'_>, c: usize, ensured: Ensured) -> Progress {
        match ensured {
            Ensured::There => Progress::Wait(Step::Create, Some(self.step_end(cx.now, on_disk(cx, CREATE)))),
            Ensured::Pulling(pull) => {
                let ends = pull.ends;
                Progress::Wait(Step::Pulling(pull), Some(ends))
            }
            Ensured::Failed(failure) => {
                self.container_event(cx, c, EventType::Warning, "Failed", &format!("Error: {}", failure.reason));
                Progress::Failed(failure)
            }
        }
    }

    /// Makes an instance: its environment, its mounts, its files.
    fn create_container(&mut self, cx: &mut Cx<'_>, c: usize) -> Result<(), StartFailure> {
        let spec = self.containers[c].spec.clone();
        let ip = self.ip(&cx.node.ip).unwrap_or_default();
        let found = cx.node.catalogue.find(&self.spec, &spec);
        let source = EnvSource::of(cx.api, cx.node, &self.pod, &self.spec, &ip);
        let config_error = |message: String| StartFailure { reason: "CreateContainerConfigError".into(), message: message.into() };
        // An ephemeral container joins the processes of another one, which must have been there (`getTargetID`).
        let target = spec.value.get("targetContainerName").str();
        if !target.is_empty() && self.containers.iter().all(|c| c.spec.name != target || c.instances.is_empty()) {
            return Err(config_error(format!("unable to find target container {target}")));
        }
        let services = cx.links.of(cx.api, &self.pod, &self.spec);
        let env = environment(&source, &services, &self.volumes, &spec).map_err(|e| config_error(e.0))?;
        let lookup = |name: &str| env.iter().find(|(n, _)| n == name).map(|(_, v)| v).or_else(|| services.get(name)).cloned();
        let mut bytes = bytes_of(&env);
        let mut expanded = |member: &str| {
            let mut texts: Vec<ArcStr> = Vec::new();
            for text in spec.value.get(member).items() {
                if bytes <= REQUEST_BYTES_MAX {
                    texts.push(expand(text.str(), &lookup).into());
                    bytes += texts.last().map_or(0, |t| t.len());
                }
            }
            texts
        };
        let (command, args) = (expanded("command"), expanded("args"));
        let mut mounts = mounts_of(&spec, &lookup).map_err(|e| config_error(e.0))?;
        let account = if spec.kind == ContainerKind::Ephemeral { None } else { account_mount(&source, &mounts) };
        let attempt = self.containers[c].next_attempt();
        let not_created = |message: String| StartFailure { reason: "CreateContainerError".into(), message: message.into() };
        let image = found.map_err(|e| not_created(e.to_string()))?;
        if bytes > REQUEST_BYTES_MAX {
            return Err(not_created(format!("grpc: received message larger than max ({bytes} vs. {REQUEST_BYTES_MAX})")));
        }
        if let Some(message) = self.security_error(c, &image) {
            return Err(config_error(message));
        }
        let mut volumes = prepare(&mut mounts, &mut self.volumes, cx.disks, &self.uid);
        if let Some((mount, tree)) = account {
            volumes.insert(mount.volume.clone(), tree);
            mounts.push(mount);
        }
        let id = container_runtime::container_id(&self.uid, &spec.name, attempt);
        let misfit = Misfit::find(&image.root, &mounts, &volumes).and_then(|misfit| {
            let (mount, asked) = (&mounts[misfit.index], spec.value.get("volumeMounts").items().get(misfit.index)?);
            let volume = self.volumes.iter().find(|v| v.name == asked.get("name").str())?;
            let is_part = ["subPath", "subPathExpr"].iter().any(|member| !asked.get(member).is_empty());
            let path = volume.path_on_node(&source, is_part.then_some((spec.name.as_str(), misfit.index)));
            Some(misfit.message(mount, &path, id.trim_start_matches("containerd://")).into())
        });
        let launch = Launch {
            image: image.clone(),
            command,
            args,
            // With another there would be no sandbox.
            hostname: kernel_hostname(&self.pod, &self.spec, &cx.node.name).unwrap_or_default(),
            ip,
            mounts,
            env,
            services,
            volumes,
            container: spec.clone(),
            pod: self.pod.clone(),
            cpu_node_milli: cx.node.cpu_milli(),
            oom_score_adj: oom_score_adj(&self.pod, &self.spec, &spec, cx.node.memory()),
            seed: cx.seed,
            stream: format!("{}/{}/{attempt}", self.uid, spec.name),
        };
        let (machine, process) = container_runtime::create(cx.now, launch);
        self.containers[c].push(Instance {
            attempt,
            id,
            image: with_default_tag(&spec.image),
            image_id: container_runtime::image_id(&image),
            started: None,
            exit: None,
            start_seen: false,
            exit_seen: false,
            removed: false,
            machine: Some(Shared::new(machine)),
            process,
            stop_signal: image.stop_signal,
            misfit,
            machine_wake: None,
            uses: SortedMap::new(),
            captured: SortedMap::new(),
            log: Log::default(),
            killing: None,
            oom_killed: false,
            spec_image: spec.image.clone(),
            resources: spec.value.get("resources").clone(),
            resized: None,
        });
        self.log_begun(cx, c);
        Ok(())
    }

    /// What forbids the container for its security context (`verifyRunAsNonRoot`).
    fn security_error(&self, c: usize, image: &Image) -> Option<String> {
        let container = &self.containers[c].spec;
        let of = |member: &str| self.spec.security(container, member);
        if !of("runAsNonRoot").is_true() {
            return None;
        }
        let which = format!("(pod: {:?}, container: {})", self.full_name(), container.name);
        match of("runAsUser").as_int() {
            Some(0) => Some(format!("container's runAsUser breaks non-root policy {which}")),
            Some(_) => None,
            None if image.uid == 0 => Some(format!("container has runAsNonRoot and image will run as root {which}")),
            None => image.user.map(|user| {
                format!("container has runAsNonRoot and image has non-numeric user ({user}), cannot verify user is non-root {which}")
            }),
        }
    }

    /// Starts the created instance's process, and its postStart hook.
    fn start_container(&mut self, cx: &mut Cx<'_>, c: usize) -> Progress {
        self.share_processes(cx.now);
        let Some(instance) = self.containers[c].newest_mut() else { return Progress::Started };
        let Some(machine) = instance.machine.as_deref_mut() else { return Progress::Started };
        let spawned = match &instance.misfit {
            Some(misfit) => Err(misfit.to_string()),
            None => machine.spawn(cx.now, instance.process.clone()).map_err(|e| e.to_string()),
        };
        match spawned {
            Ok(pid) => {
                instance.uses.insert(pid, ProcessUse::Main);
                instance.started = Some(cx.now);
            }
            Err(error) => {
                let message = format!(
                    "failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: {error}: unknown"
                );
                instance.machine = None;
                instance.exit = Some(Exit { code: 128, reason: "StartError".into(), message: message.as_str().into(), at: cx.now });
                // No event names a container by its id (`recordContainerEvent`).
                let id = instance.id.clone();
                let told = message.replace(id.trim_start_matches("containerd://"), &self.containers[c].spec.name);
                self.container_event(cx, c, EventType::Warning, "Failed", &format!("Error: {told}"));
                self.relist_at_tick(cx);
                return Progress::failed("RunContainerError", message);
            }
        }
        let boot = cx.now + on_disk(cx, BOOT);
        instance.machine_wake = Some(boot);
        self.share_processes(cx.now);
        self.wake_at(cx, boot, What::Machine(c as u16));
        self.container_event(cx, c, EventType::Normal, "Started", "Container started");
        self.instance_started(cx, c);
        // A relist sees that it runs while its hook, or the pull for the next one, keeps the sync.
        self.relist_at_tick(cx);
        if let Some(sleep) = self.post_start_sleep(c) {
            return Progress::Wait(Step::Sleep(cx.now + sleep), Some(cx.now + sleep));
        }
        if self.begin_post_start(cx, c) { Progress::Wait(Step::Hook, None) } else { Progress::Started }
    }

    /// The pull that a container waits for: when its turn begins and when it ends.
    pub(super) fn pull_of(&self, c: usize) -> Option<(Time, Time)> {
        match &self.stage {
            Some(Stage::Start(plan)) => match &plan.current {
                Some((at, Step::Pulling(pull))) if *at == c => Some((pull.begins, pull.ends)),
                _ => None,
            },
            _ => None,
        }
    }

    /// The postStart hook of a container has ended.
    pub(super) fn post_start_ended(&mut self, cx: &mut Cx<'_>, c: usize, failure: Option<String>) {
        let Some(Stage::Start(_)) = &self.stage else { return };
        if let Some(message) = failure {
            self.container_event(cx, c, EventType::Warning, "FailedPostStartHook", "PostStartHook failed");
            if self.containers[c].is_alive() {
                let grace = self.spec.grace_period_s;
                self.kill_container(cx, c, grace, "FailedPostStartHook");
            } else {
                self.container_event(cx, c, EventType::Normal, "Killing", "FailedPostStartHook");
            }
            if let Some(Stage::Start(plan)) = &mut self.stage {
                plan.current = Some((c, Step::HookFailed(message.into())));
            }
        }
        self.stage_at(cx, cx.now);
    }
}

enum Progress {
    /// The step to go on with, and when; where there is no moment, something else wakes the sync.
    Wait(Step, Option<Time>),
    Started,
    Failed(StartFailure),
}

impl Progress {
    fn failed(reason: &str, message: String) -> Progress {
        Progress::Failed(StartFailure { reason: reason.into(), message: message.into() })
    }
}
