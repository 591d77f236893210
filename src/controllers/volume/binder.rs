//! The persistent volume controller: it binds claims to volumes, and reclaims volumes whose claim is gone.

use super::provisioner::provision;
use super::recycler::{clean_up, recycle, recycled_by};
use super::users;
use crate::api::persistent_volume::{BOUND_BY_CONTROLLER, SELECTED_NODE, best_match, class_of, is_for, mismatch, set_aside};
use crate::api::{ArcStr, KindRef, Object, Quantity, Status, Value, has_ended, kinds};
use crate::base::{Duration, List as _, Time};
use crate::controllers::controller::{ObjectRef, ignore_not_found, key_of, work};
use crate::controllers::work_queue::WorkQueue;
use crate::obj;
use crate::server::{ApiServer, Caller, Change, Component, DeleteOptions, EventRecorder, EventType, Subresource, WriteOptions};

const MANAGER: &str = "persistentvolume-controller";
/// How often a claim without a volume is looked at again.
const RESYNC: Duration = Duration::from_secs(15);
const COMPLETED: &str = "pv.kubernetes.io/bind-completed";
const PROVISIONER: &str = "volume.kubernetes.io/storage-provisioner";
/// Provisioners that were once part of Kubernetes, and the CSI drivers that replace them.
// Models csi-translation-lib.
const MIGRATED: [(&str, &str); 7] = [
    ("kubernetes.io/aws-ebs", "ebs.csi.aws.com"),
    ("kubernetes.io/azure-disk", "disk.csi.azure.com"),
    ("kubernetes.io/azure-file", "file.csi.azure.com"),
    ("kubernetes.io/cinder", "cinder.csi.openstack.org"),
    ("kubernetes.io/gce-pd", "pd.csi.storage.gke.io"),
    ("kubernetes.io/portworx-volume", "pxd.portworx.com"),
    ("kubernetes.io/vsphere-volume", "csi.vsphere.vmware.com"),
];

/// Binds claims and volumes.
#[derive(Clone, Debug)]
pub struct PersistentVolumeController {
    claims: WorkQueue<ObjectRef>,
    volumes: WorkQueue<ArcStr>,
    /// Bound claims that may request more than their volume has.
    growing: WorkQueue<ObjectRef>,
    recorder: EventRecorder,
    provisioner: EventRecorder,
    expander: EventRecorder,
}

impl Default for PersistentVolumeController {
    fn default() -> Self {
        PersistentVolumeController {
            claims: WorkQueue::new(),
            volumes: WorkQueue::new(),
            growing: WorkQueue::new(),
            recorder: EventRecorder::new(MANAGER, ""),
            provisioner: EventRecorder::new("storage-provisioner", ""),
            expander: EventRecorder::new("volume_expand", ""),
        }
    }
}

const CLAIM: KindRef = kinds::PERSISTENT_VOLUME_CLAIM;
const VOLUME: KindRef = kinds::PERSISTENT_VOLUME;

impl PersistentVolumeController {
    fn sync_claim(&mut self, api: &mut ApiServer, now: Time, key: &ObjectRef) -> Result<(), Status> {
        let by = &Caller::new(now, MANAGER);
        let Some(claim) = api.peek(CLAIM, &key.0, &key.1).cloned() else { return Ok(()) };
        let named = claim.at(&["spec", "volumeName"]).str();
        if claim.annotation(COMPLETED).is_some() {
            return self.sync_bound_claim(api, by, &claim);
        }
        if !named.is_empty() {
            // Somebody asked for this very volume.
            let Some(volume) = api.peek(VOLUME, "", named).cloned() else {
                self.claims.add_at(key.clone(), by.now + RESYNC);
                return Ok(());
            };
            let free = volume.at(&["spec", "claimRef"]).is_null();
            let (reason, message) = match mismatch(&volume, &claim) {
                _ if !free && !is_for(&volume, &claim) => {
                    ("FailedBinding", format!("volume {named:?} already bound to a different claim."))
                }
                Some(why) if free => ("VolumeMismatch", format!("Cannot bind to requested volume {named:?}: {why}")),
                _ => return bind(api, by, &volume, &claim),
            };
            self.recorder.event(api, by.now, &claim, EventType::Warning, reason, &message);
            self.claims.add_at(key.clone(), by.now + RESYNC);
            return Ok(());
        }
        let class = class_of(&claim).to_owned();
        let class_object = api.peek(kinds::STORAGE_CLASS, "", &class).cloned();
        let late = class_object.as_ref().is_some_and(|c| c.get("volumeBindingMode").str() == "WaitForFirstConsumer");
        // The scheduler sets volumes aside for claims that wait for a pod.
        let all: Vec<&Value> = api.iter(VOLUME, None).filter(|v| !late || !v.at(&["spec", "claimRef"]).is_null()).list();
        if let Some(volume) = best_match(all.into_iter(), &claim).cloned() {
            return bind(api, by, &volume, &claim);
        }
        self.claims.add_at(key.clone(), by.now + RESYNC);
        // A default class may have come later than the claim (`assignDefaultStorageClass`).
        let mut next = claim.clone();
        if api.give_default_class(&mut next) {
            return api.update(by, CLAIM, next, Subresource::None, &WriteOptions::default()).map(|_| ());
        }
        let waits = late && claim.annotation(SELECTED_NODE).is_none();
        self.explain(api, by, &claim, &class, class_object.as_ref(), waits)
    }

    /// Records an event that says why a claim has no volume.
    fn explain(
        &mut self,
        api: &mut ApiServer,
        by: &Caller,
        claim: &Value,
        class: &str,
        class_object: Option<&Value>,
        waits: bool,
    ) -> Result<(), Status> {
        let now = by.now;
        if waits {
            let unscheduled = |p: &&Value| p.at(&["spec", "nodeName"]).is_empty() && !has_ended(p);
            let names: Vec<String> = users(api, claim.namespace(), claim.name()).filter(unscheduled).map(|p| p.name().to_owned()).list();
            let (reason, message) = match names.as_slice() {
                [] => ("WaitForFirstConsumer", "waiting for first consumer to be created before binding".to_owned()),
                [one] => ("WaitForPodScheduled", format!("waiting for pod {one} to be scheduled")),
                many => ("WaitForPodScheduled", format!("waiting for pods {} to be scheduled", many.join(","))),
            };
            self.recorder.event(api, now, claim, EventType::Normal, reason, &message);
            return Ok(());
        }
        if class.is_empty() {
            let message = "no persistent volumes available for this claim and no storage class is set";
            self.recorder.event(api, now, claim, EventType::Normal, "FailedBinding", message);
            return Ok(());
        }
        let Some(class_object) = class_object else {
            let message = format!("storageclass.storage.k8s.io {class:?} not found");
            self.recorder.event(api, now, claim, EventType::Warning, "ProvisioningFailed", &message);
            return Ok(());
        };
        let named = class_object.get("provisioner").str();
        let provisioner = MIGRATED.iter().find(|(in_tree, _)| *in_tree == named).map_or(named, |(_, driver)| driver);
        if provisioner.starts_with("kubernetes.io/") {
            let message = format!("no volume plugin matched name: {provisioner}");
            self.recorder.event(api, now, claim, EventType::Warning, "ProvisioningFailed", &message);
            return Ok(());
        }
        if claim.annotation(PROVISIONER) != Some(provisioner) {
            let mut next = claim.clone();
            next.set(&["metadata", "annotations", PROVISIONER], provisioner);
            next.set(&["metadata", "annotations", "volume.beta.kubernetes.io/storage-provisioner"], provisioner);
            api.update(by, CLAIM, next, Subresource::None, &WriteOptions::default())?;
        }
        let message = format!(
            "Waiting for a volume to be created either by the external provisioner '{provisioner}' or manually by the system administrator. \
             If volume creation is delayed, please verify that the provisioner is running and correctly registered."
        );
        self.recorder.event(api, now, claim, EventType::Normal, "ExternalProvisioning", &message);
        provision(api, by, &mut self.provisioner, claim, class_object)
    }

    fn sync_bound_claim(&mut self, api: &mut ApiServer, by: &Caller, claim: &Value) -> Result<(), Status> {
        let name = claim.at(&["spec", "volumeName"]).str();
        match api.peek(VOLUME, "", name).cloned() {
            // A released volume is taken back.
            Some(volume) if volume.at(&["spec", "claimRef"]).is_null() || is_for(&volume, claim) => bind(api, by, &volume, claim),
            found => {
                if claim.at(&["status", "phase"]).str() == "Lost" {
                    return Ok(());
                }
                let mut next = claim.clone();
                next.set(&["status"], obj!({"phase": "Lost"}));
                api.update(by, CLAIM, next, Subresource::Status, &WriteOptions::default())?;
                let (reason, message) = match found {
                    None => ("ClaimLost", "Bound claim has lost its PersistentVolume. Data on the volume is lost!"),
                    Some(_) => ("ClaimMisbound", "Two claims are bound to the same volume, this one is bound incorrectly"),
                };
                self.recorder.event(api, by.now, claim, EventType::Warning, reason, message);
                Ok(())
            }
        }
    }

    /// Records an event for a claim that wants a larger volume: an external controller would have to expand it.
    // Models the expand controller, none of whose plugins can; for in-tree volumes of clouds it would name the CSI driver.
    fn expand(&mut self, api: &mut ApiServer, now: Time, key: &ObjectRef) -> Result<(), Status> {
        let Some(claim) = api.peek(CLAIM, &key.0, &key.1).filter(|c| asked(c) > granted(c)).cloned() else { return Ok(()) };
        let volume = api.peek(VOLUME, "", claim.at(&["spec", "volumeName"]).str());
        if volume.is_some_and(|v| is_for(v, &claim)) {
            let message = "waiting for an external controller to expand this PVC";
            self.expander.event(api, now, &claim, EventType::Normal, "ExternalExpanding", message);
        }
        Ok(())
    }

    fn sync_volume(&mut self, api: &mut ApiServer, now: Time, name: &ArcStr) -> Result<(), Status> {
        let by = &Caller::new(now, MANAGER);
        let Some(volume) = api.peek(VOLUME, "", name).cloned() else { return clean_up(api, by, name) };
        let reference = volume.at(&["spec", "claimRef"]);
        let key: ObjectRef = (reference.get("namespace").arc_str(), reference.get("name").arc_str());
        if reference.get("uid").str().is_empty() {
            set_phase(api, by, &volume, "Available")?;
            // Claims that wait for one look again in their own time; so does one that had it.
            let had = |c: &&Value| c.annotation(COMPLETED).is_some() && c.at(&["spec", "volumeName"]).str() == name;
            for claim in api.iter(CLAIM, None).filter(had) {
                self.claims.add_at(key_of(claim), by.now + RESYNC);
            }
            return Ok(());
        }
        let claim = api.peek(CLAIM, &key.0, &key.1).filter(|c| c.uid() == reference.get("uid").str());
        match claim {
            Some(claim) if claim.at(&["spec", "volumeName"]).str() == name => set_phase(api, by, &volume, "Bound"),
            Some(_) => {
                self.claims.add_at(key, by.now);
                Ok(())
            }
            None => self.reclaim(api, by, &volume),
        }
    }

    /// Reclaims a volume whose claim is gone, by its reclaim policy.
    fn reclaim(&mut self, api: &mut ApiServer, by: &Caller, volume: &Value) -> Result<(), Status> {
        let phase = volume.at(&["status", "phase"]).str();
        if !matches!(phase, "Released" | "Failed") {
            set_phase(api, by, volume, "Released")?;
        }
        match volume.at(&["spec", "persistentVolumeReclaimPolicy"]).str() {
            _ if volume.is_terminating() => return Ok(()),
            "Recycle" => return self.recycle(api, by, volume),
            "Delete" if phase != "Failed" => {}
            _ => return Ok(()),
        }
        let path = volume.at(&["spec", "hostPath", "path"]).str();
        let failure = if path.starts_with("/tmp/") && path.len() > "/tmp/".len() {
            None
        } else if !path.is_empty() {
            Some(format!("host_path deleter only supports /tmp/.+ but received provided {path}"))
        } else if !volume.at(&["spec", "csi"]).is_null() {
            // Its driver would delete it, but none is simulated.
            return Ok(());
        } else {
            Some(format!("error getting deleter volume plugin for volume {:?}: no deletable volume plugin matched", volume.name()))
        };
        let Some(message) = failure else {
            return ignore_not_found(api.delete(by, VOLUME, "", volume.name(), &DeleteOptions::default()));
        };
        self.fail(api, by, volume, "VolumeFailedDelete", &message)
    }

    /// Recycles a volume and then makes it available; a failure is retried.
    fn recycle(&mut self, api: &mut ApiServer, by: &Caller, volume: &Value) -> Result<(), Status> {
        match recycle(api, by, volume) {
            None => Ok(()),
            Some(Ok(())) => {
                self.recorder.event(api, by.now, volume, EventType::Normal, "VolumeRecycled", "Volume recycled");
                unbind(api, by, volume)
            }
            Some(Err(error)) => {
                self.volumes.add_at(volume.name_arc(), by.now + RESYNC);
                self.fail(api, by, volume, "VolumeFailedRecycle", &error.to_string())
            }
        }
    }

    /// Records why a volume could not be reclaimed, if that is new.
    // Models updateVolumePhaseWithEvent.
    fn fail(&mut self, api: &mut ApiServer, by: &Caller, volume: &Value, reason: &str, message: &str) -> Result<(), Status> {
        let Some(volume) = api.peek(VOLUME, "", volume.name()).filter(|v| v.at(&["status", "phase"]).str() != "Failed").cloned() else {
            return Ok(());
        };
        let mut next = volume.clone();
        next.set(&["status", "phase"], "Failed");
        next.set(&["status", "message"], message);
        api.update(by, VOLUME, next, Subresource::Status, &WriteOptions::default())?;
        self.recorder.event(api, by.now, &volume, EventType::Warning, reason, message);
        Ok(())
    }
}

/// Unbinds a volume. If it was bound by hand, it stays reserved for a claim of that name.
// Models unbindVolume.
fn unbind(api: &mut ApiServer, by: &Caller, volume: &Value) -> Result<(), Status> {
    let Some(mut next) = api.peek(VOLUME, "", volume.name()).cloned() else { return Ok(()) };
    if next.annotation(BOUND_BY_CONTROLLER).is_some() {
        next.remove(&["spec", "claimRef"]);
        next.remove(&["metadata", "annotations", BOUND_BY_CONTROLLER]);
    } else {
        next.remove(&["spec", "claimRef", "uid"]);
    }
    let next = api.update(by, VOLUME, next, Subresource::None, &WriteOptions::default())?;
    set_phase(api, by, &next, "Available")
}

/// How much storage a claim requests.
fn asked(claim: &Value) -> Quantity {
    Quantity::of(claim.at(&["spec", "resources", "requests", "storage"]))
}

/// How much storage a claim has.
fn granted(claim: &Value) -> Quantity {
    Quantity::of(claim.at(&["status", "capacity", "storage"]))
}

fn set_phase(api: &mut ApiServer, by: &Caller, volume: &Value, phase: &str) -> Result<(), Status> {
    if volume.at(&["status", "phase"]).str() == phase {
        return Ok(());
    }
    let mut next = volume.clone();
    next.set(&["status", "phase"], phase);
    next.set(&["status", "lastPhaseTransitionTime"], by.now.rfc3339());
    next.remove(&["status", "message"]);
    api.update(by, VOLUME, next, Subresource::Status, &WriteOptions::default()).map(|_| ())
}

/// Binds both to each other: the volume first, so that no two claims get it.
fn bind(api: &mut ApiServer, by: &Caller, volume: &Value, claim: &Value) -> Result<(), Status> {
    let mut next = volume.clone();
    set_aside(&mut next, claim);
    if !next.same(volume) {
        next = api.update(by, VOLUME, next, Subresource::None, &WriteOptions::default())?;
    }
    set_phase(api, by, &next, "Bound")?;
    let mut next = claim.clone();
    if next.at(&["spec", "volumeName"]).str() != volume.name() {
        next.set(&["spec", "volumeName"], volume.name());
        next.set(&["metadata", "annotations", BOUND_BY_CONTROLLER], "yes");
    }
    next.set(&["metadata", "annotations", COMPLETED], "yes");
    let mut next = api.update(by, CLAIM, next, Subresource::None, &WriteOptions::default())?;
    next.set(&["status", "phase"], "Bound");
    next.set(&["status", "accessModes"], volume.at(&["spec", "accessModes"]).clone());
    next.set(&["status", "capacity"], volume.at(&["spec", "capacity"]).clone());
    api.update(by, CLAIM, next, Subresource::Status, &WriteOptions::default()).map(|_| ())
}

impl Component for PersistentVolumeController {
    fn watches(&self, kind: KindRef) -> bool {
        kind.group.is_empty() && matches!(kind.plural, "persistentvolumeclaims" | "persistentvolumes" | "pods")
    }

    fn on_change(&mut self, _api: &ApiServer, now: Time, change: &Change) {
        let object = &change.object;
        match change.key.kind.plural {
            "persistentvolumeclaims" => {
                if change.current().is_none() {
                    self.recorder.forget(object.uid());
                    self.provisioner.forget(object.uid());
                    self.expander.forget(object.uid());
                }
                let volume = object.at(&["spec", "volumeName"]).arc_str();
                if !volume.is_empty() {
                    self.volumes.add_at(volume, now);
                }
                let grew = |old: &Value| asked(object) > asked(old) || granted(object) > granted(old);
                if object.at(&["status", "phase"]).str() == "Bound" && change.old.as_ref().is_none_or(grew) {
                    self.growing.add_at(key_of(object), now);
                }
                if change.current().is_some() {
                    self.claims.add_at(key_of(object), now);
                }
            }
            "persistentvolumes" => {
                let reference = object.at(&["spec", "claimRef"]);
                if change.current().is_some() {
                    self.volumes.add_at(change.key.name.clone(), now);
                } else if !reference.is_null() {
                    self.claims.add_at((reference.get("namespace").arc_str(), reference.get("name").arc_str()), now);
                }
            }
            // A pod that has emptied a volume, or could not.
            _ => {
                if let Some(volume) = recycled_by(&change.key).filter(|_| change.current().is_some_and(has_ended)) {
                    self.volumes.add_at(volume, now);
                }
            }
        }
    }

    fn next_wake(&self) -> Option<Time> {
        [self.claims.next_at(), self.volumes.next_at(), self.growing.next_at()].into_iter().flatten().min()
    }

    fn wake(&mut self, api: &mut ApiServer, now: Time) {
        let _ = work(self, |c| &mut c.claims, Self::sync_claim, api, now)
            || work(self, |c| &mut c.volumes, Self::sync_volume, api, now)
            || work(self, |c| &mut c.growing, Self::expand, api, now);
    }
}
