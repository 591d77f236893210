//! One sync of a pod that is to run. Models `Kubelet.SyncPod` (pkg/kubelet/kubelet.go) and what comes before containers
//! are started: volumes and the sandbox.

use thiserror::Error;

use super::container::Container;
use super::container_runtime::{HostnameTooLong, kernel_hostname, resolv_conf};
use super::env::EnvSource;
use super::log_files::shows_logs;
use super::pod_worker::{Cx, Outcome, PodWorker, RESYNC, Sandbox, Stage, What, Work};
use super::termination::PodEnd;
use super::volumes::Volume;
use crate::api::resource_claim::{self, ClaimError};
use crate::api::{ArcStr, Object, Status, Value, kinds};
use crate::base::{Duration, List as _, Order as _, Time};
use crate::server::{ApiServer, EventType};

/// How soon the volume manager sees a new pod's volumes.
const MOUNT_LAG: Duration = Duration::from_millis(100);
/// How often a sync looks whether its volumes are there.
const MOUNT_POLL: Duration = Duration::from_millis(300);
/// How long it waits for them (`podAttachAndMountTimeout`).
const MOUNT_TIMEOUT: Duration = Duration::from_secs(123);
/// What making a sandbox takes.
const SANDBOX: Duration = Duration::from_millis(50);

/// Why the devices of a pod's claims cannot be made ready.
#[derive(Debug, Error)]
enum DevicesError {
    /// A claim cannot be used by this pod.
    #[error(transparent)]
    Claim(#[from] ClaimError),
    /// A claim is gone.
    #[error("fetch ResourceClaim {name}: {status}")]
    Missing { name: ArcStr, status: Status },
    /// A claim is not reserved for this pod.
    #[error("pod {pod} ({pod_uid}) is not allowed to use ResourceClaim {claim} ({claim_uid})")]
    NotReserved { pod: ArcStr, pod_uid: String, claim: ArcStr, claim_uid: String },
}

/// Has the devices of the pod's claims made ready, or says why they cannot be. Every device has a driver here that does what it should.
// Models the checks of Manager.prepareResources (pkg/kubelet/cm/dra).
fn prepare_devices(api: &ApiServer, pod: &Value) -> Result<(), DevicesError> {
    if resource_claim::entries(pod).is_empty() {
        return Ok(());
    }
    let kind = kinds::RESOURCE_CLAIM;
    // What claims are called stands in the status.
    let pod = api.peek(kinds::POD, pod.namespace(), pod.name()).unwrap_or(pod);
    let find = |name: &ArcStr| {
        let missing = || DevicesError::Missing { name: name.clone(), status: Status::not_found(kind, name) };
        api.peek(kind, pod.namespace(), name).ok_or_else(missing)
    };
    match resource_claim::of_pod(pod, find)?.into_iter().find(|claim| !resource_claim::is_reserved_for(claim, pod.uid())) {
        Some(claim) => Err(DevicesError::NotReserved {
            pod: pod.name_arc(),
            pod_uid: pod.uid().into(),
            claim: claim.name_arc(),
            claim_uid: claim.uid().into(),
        }),
        None => Ok(()),
    }
}

impl PodWorker {
    /// Brings the pod a step nearer to what its spec says.
    pub(super) fn sync_pod(&mut self, cx: &mut Cx<'_>) {
        self.check_deadline(cx);
        self.finish_resize(cx);
        let (status, phase) = self.generate_status(&cx.node.ip, cx.now, false);
        self.set_status(cx, status);
        self.trigger_readiness(cx);
        if matches!(phase, "Succeeded" | "Failed") {
            self.work = Work::Terminating;
            self.finish_sync(cx, Outcome { transition: true, ..Outcome::default() });
            return;
        }
        if self.volumes.is_empty() && !self.spec.volumes.is_empty() {
            let node = cx.node.name.clone();
            self.volumes = self.spec.volumes.items().iter().map(|v| Volume::new(v, &node, cx.now + MOUNT_LAG)).list();
        }
        if self.sandbox.is_some() && self.volumes.iter().any(Volume::is_refreshed) {
            // Each sync has what comes from the API written anew where it has changed.
            self.refresh_volumes(cx);
        }
        self.mount_volumes(cx, cx.now);
    }

    /// Past the active deadline the pod fails, and says so each time it is looked at.
    pub(super) fn check_deadline(&mut self, cx: &mut Cx<'_>) {
        let Some(seconds) = self.spec.active_deadline_s else { return };
        let deadline = self.start_time + Duration::from_secs(seconds.max(0).unsigned_abs());
        if cx.now < deadline {
            return;
        }
        if self.end.is_none() && matches!(self.status.get("phase").str(), "Succeeded" | "Failed") {
            return;
        }
        if *self.end.get_or_insert(PodEnd::DeadlineExceeded) == PodEnd::DeadlineExceeded {
            let end = PodEnd::DeadlineExceeded;
            self.event(cx, EventType::Normal, end.reason(), end.message());
        }
    }

    /// Schedules the active deadline's wake.
    pub(super) fn schedule_deadline(&self, cx: &mut Cx<'_>) {
        if let Some(seconds) = self.spec.active_deadline_s {
            let deadline = self.start_time + Duration::from_secs(seconds.max(0).unsigned_abs());
            let at = cx.node.relist_after(deadline.max(cx.now));
            self.wake_at(cx, at, What::Deadline);
        }
    }

    /// Mounts what is due, and goes on once all is mounted.
    pub(super) fn mount_volumes(&mut self, cx: &mut Cx<'_>, since: Time) {
        let ip = self.ip(&cx.node.ip).unwrap_or_default();
        let mut failures: Vec<String> = Vec::new();
        let mut unready: Vec<(ArcStr, String)> = Vec::new();
        let mut logs_mounted = false;
        let source = EnvSource::of(cx.api, cx.node, &self.pod, &self.spec, &ip);
        let spec = self.spec.clone();
        let awaited = |v: &Volume| v.tree.is_none() && spec.uses_volume(&v.name);
        for volume in self.volumes.iter_mut().filter(|v| awaited(v)) {
            if let Some(why) = volume.unready_claim(cx.api, &self.pod) {
                unready.push((volume.name.clone(), why));
                continue;
            }
            if volume.next_try > cx.now {
                continue;
            }
            logs_mounted |= volume.disk().is_some_and(|disk| shows_logs(disk, &cx.node.name));
            if let Err(error) = volume.mount(&source, cx.disks, cx.now) {
                volume.failed(cx.now);
                let name = volume.known_as(&source);
                failures.push(format!("MountVolume.{} for volume {:?} : {error}", error.step(), name.as_str()));
            }
        }
        cx.node.logs_mounted |= logs_mounted;
        for message in failures {
            self.event(cx, EventType::Warning, "FailedMount", &message);
        }
        let mut unmounted: Vec<ArcStr> = self.volumes.iter().filter(|v| awaited(v)).map(|v| v.name.clone()).list();
        if unmounted.is_empty() {
            // The waiting sync looks only now and then.
            let waited = cx.now.since(since).as_micros() as u64;
            let poll = MOUNT_POLL.as_micros() as u64;
            let rest = (poll - waited % poll) % poll;
            if rest == 0 {
                self.volumes_ready(cx);
            } else {
                self.stage = Some(Stage::Volumes(since));
                self.stage_at(cx, cx.now + Duration::from_micros(rest));
            }
            return;
        }
        // What cannot even be tried ends the wait with the first look; what takes too long ends it in silence.
        let timeout = since + if unready.is_empty() { MOUNT_TIMEOUT } else { MOUNT_POLL };
        if cx.now >= timeout {
            if !unready.is_empty() {
                let (mut names, mut why): (Vec<ArcStr>, Vec<String>) = unready.into_iter().unzip();
                unmounted.order();
                names.order();
                why.order();
                let message = format!(
                    "Unable to attach or mount volumes: unmounted volumes=[{}], unattached volumes=[], failed to process volumes=[{}]: {}",
                    unmounted.join(" "),
                    names.join(" "),
                    why.join("; ")
                );
                self.event(cx, EventType::Warning, "FailedMount", &message);
            }
            self.finish_sync(cx, Outcome { failed: true, ..Outcome::default() });
            return;
        }
        let next = self.volumes.iter().filter(|v| awaited(v) && v.next_try > cx.now).map(|v| v.next_try).min().unwrap_or(timeout);
        self.stage = Some(Stage::Volumes(since));
        self.stage_at(cx, next.min(timeout));
    }

    fn volumes_ready(&mut self, cx: &mut Cx<'_>) {
        self.check_pull_secrets(cx);
        self.add_probes(cx);
        if self.sandbox.is_some() {
            self.plan(cx);
        } else if let Err(why) = prepare_devices(cx.api, &self.pod) {
            let message = format!("Failed to prepare dynamic resources: prepare dynamic resources: {why}");
            self.event(cx, EventType::Warning, "FailedPrepareDynamicResources", &message);
            self.finish_sync(cx, Outcome { failed: true, ..Outcome::default() });
        } else if let Err(why) = self.check_names(cx) {
            self.event(cx, EventType::Warning, "FailedCreatePodSandBox", &format!("Failed to create pod sandbox: {why}"));
            self.finish_sync(cx, Outcome { failed: true, ..Outcome::default() });
        } else {
            self.stage = Some(Stage::Sandbox);
            let at = self.step_end(cx.now, SANDBOX);
            self.stage_at(cx, at);
        }
    }

    /// What the resolver of the pod's containers has no room for is complained of, and left out; a host name that is too long is refused.
    fn check_names(&self, cx: &mut Cx<'_>) -> Result<ArcStr, HostnameTooLong> {
        // Only what a pod adds itself can be too much.
        if !self.pod.at(&["spec", "dnsConfig"]).is_null() {
            for message in resolv_conf(&self.pod).1 {
                self.event(cx, EventType::Warning, "DNSConfigForming", &message);
            }
        }
        kernel_hostname(&self.pod, &self.spec, &cx.node.name)
    }

    /// Image pull secrets that are not there are complained of, and done without (`getPullSecretsForPod`).
    fn check_pull_secrets(&self, cx: &mut Cx<'_>) {
        let secrets = self.pod.at(&["spec", "imagePullSecrets"]).items();
        let missing: Vec<&str> = secrets
            .iter()
            .map(|s| s.get("name").str())
            .filter(|name| !name.is_empty() && cx.api.peek(kinds::SECRET, self.namespace(), name).is_none())
            .list();
        if !missing.is_empty() {
            let message = format!(
                "Unable to retrieve some image pull secrets ({}); attempting to pull the image may not succeed.",
                missing.join(", ")
            );
            self.event(cx, EventType::Warning, "FailedToRetrieveImagePullSecret", &message);
        }
    }

    /// The sandbox is there: the pod has its network.
    pub(super) fn sandbox_made(&mut self, cx: &mut Cx<'_>) {
        let ip = if self.spec.host_network { cx.node.ip.clone() } else { cx.node.allocate_ip(&self.uid) };
        self.sandbox = Some(Sandbox { ip, seen: false, stopped: false });
        // The condition is told at once; the address with the next status.
        let mut status = self.status.clone();
        if let Some(condition) =
            status.at_mut(&["conditions"]).list_mut().iter_mut().find(|c| c.get("type").str() == "PodReadyToStartContainers")
            && condition.get("status").str() != "True"
        {
            condition.set(&["status"], "True");
            condition.set(&["lastTransitionTime"], cx.now.rfc3339());
        }
        self.set_status(cx, status);
        self.relist_at_tick(cx);
        self.plan(cx);
    }

    /// Writes what volumes show anew where their objects have changed, and schedules nothing itself.
    pub(super) fn refresh_volumes(&mut self, cx: &mut Cx<'_>) {
        let ip = self.ip(&cx.node.ip).unwrap_or_default();
        let mut changed = Vec::new();
        let source = EnvSource::of(cx.api, cx.node, &self.pod, &self.spec, &ip);
        for volume in &mut self.volumes {
            // An object that has gone leaves the files as they are.
            if volume.refresh(&source, cx.now).unwrap_or(false)
                && let Some(tree) = &volume.tree
            {
                changed.push((volume.name.clone(), tree.clone()));
            }
        }
        for (name, tree) in changed {
            for machine in self.containers.iter_mut().filter_map(Container::machine_mut) {
                machine.set_volume(&name, tree.clone());
            }
        }
    }

    /// When the pod is synced next without news: the moment at which its volumes follow their objects.
    pub(super) fn next_resync(&mut self, now: Time) -> Time {
        while self.resync_at <= now {
            let wait = self.jittered(RESYNC);
            self.resync_at += wait;
        }
        self.resync_at
    }
}
