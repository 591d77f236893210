//! PVC and PV protection (`pkg/controller/volume/pvcprotection`, `pvprotection`): a claim that a pod mounts and a volume that is bound
//! do not go before that has ended.

use super::{claims_of, users};
use crate::api::{ArcStr, KindRef, Object, Status, Value, drop_finalizer, has_finalizer, kinds};
use crate::base::Time;
use crate::controllers::controller::{ObjectRef, ignore_not_found, work};
use crate::controllers::work_queue::WorkQueue;
use crate::server::{ApiServer, Caller, Change, Component, Subresource, WriteOptions};

const CLAIM: &str = "kubernetes.io/pvc-protection";
const VOLUME: &str = "kubernetes.io/pv-protection";

/// Takes protecting finalizers off when nothing needs them any more.
#[derive(Clone, Debug, Default)]
pub struct VolumeProtectionController {
    claims: WorkQueue<ObjectRef>,
    volumes: WorkQueue<ArcStr>,
}

fn release(api: &mut ApiServer, by: &Caller, kind: KindRef, object: &Value, finalizer: &str) -> Result<(), Status> {
    let mut next = object.clone();
    drop_finalizer(&mut next, finalizer);
    ignore_not_found(api.update(by, kind, next, Subresource::None, &WriteOptions::default()))
}

fn is_held(object: &Value, finalizer: &str) -> bool {
    object.is_terminating() && has_finalizer(object, finalizer)
}

impl VolumeProtectionController {
    fn check_claim(&mut self, api: &mut ApiServer, now: Time, key: &ObjectRef) -> Result<(), Status> {
        let kind = kinds::PERSISTENT_VOLUME_CLAIM;
        let Some(claim) = api.peek(kind, &key.0, &key.1).filter(|c| is_held(c, CLAIM)).cloned() else { return Ok(()) };
        // A pod that has no node yet cannot mount a claim that is going away.
        if users(api, &key.0, &key.1).any(|p| !p.at(&["spec", "nodeName"]).is_empty()) {
            return Ok(());
        }
        release(api, &Caller::new(now, "pvc-protection-controller"), kind, &claim, CLAIM)
    }

    fn check_volume(&mut self, api: &mut ApiServer, now: Time, name: &ArcStr) -> Result<(), Status> {
        let kind = kinds::PERSISTENT_VOLUME;
        let Some(volume) = api.peek(kind, "", name).filter(|v| is_held(v, VOLUME)).cloned() else { return Ok(()) };
        if volume.at(&["status", "phase"]).str() == "Bound" {
            return Ok(());
        }
        release(api, &Caller::new(now, "pv-protection-controller"), kind, &volume, VOLUME)
    }
}

impl Component for VolumeProtectionController {
    fn watches(&self, kind: KindRef) -> bool {
        kind.group.is_empty() && matches!(kind.plural, "pods" | "persistentvolumeclaims" | "persistentvolumes")
    }

    fn on_change(&mut self, api: &ApiServer, now: Time, change: &Change) {
        match change.key.kind.plural {
            "pods" => {
                if change.current().is_none() {
                    let kind = kinds::PERSISTENT_VOLUME_CLAIM;
                    for claim in claims_of(&change.object) {
                        if api.peek(kind, &change.key.namespace, &claim).is_some_and(|c| is_held(c, CLAIM)) {
                            self.claims.add_at((change.key.namespace.clone(), claim.into()), now);
                        }
                    }
                }
            }
            "persistentvolumeclaims" if is_held(&change.object, CLAIM) => {
                self.claims.add_at((change.key.namespace.clone(), change.key.name.clone()), now);
            }
            "persistentvolumes" if is_held(&change.object, VOLUME) => self.volumes.add_at(change.key.name.clone(), now),
            _ => {}
        }
    }

    fn next_wake(&self) -> Option<Time> {
        [self.claims.next_at(), self.volumes.next_at()].into_iter().flatten().min()
    }

    fn wake(&mut self, api: &mut ApiServer, now: Time) {
        let _ = work(self, |c| &mut c.claims, Self::check_claim, api, now) || work(self, |c| &mut c.volumes, Self::check_volume, api, now);
    }
}
