//! The ephemeral volume controller (`pkg/controller/volume/ephemeral`): a claim for each volume of a pod that has a template of one.
//! The claim is the pod's and goes with it.

use thiserror::Error;

use crate::api::{KindRef, Object, Status, Value, kinds};
use crate::base::Time;
use crate::controllers::controller::{ObjectRef, controller_ref, key_of};
use crate::controllers::work_queue::WorkQueue;
use crate::obj;
use crate::server::{ApiServer, Caller, Change, Component, EventRecorder, EventType, WriteOptions};

/// Makes claims for pods.
#[derive(Clone, Debug)]
pub struct EphemeralVolumeController {
    pods: WorkQueue<ObjectRef>,
    recorder: EventRecorder,
}

impl Default for EphemeralVolumeController {
    fn default() -> Self {
        EphemeralVolumeController { pods: WorkQueue::new(), recorder: EventRecorder::new("ephemeral_volume", "") }
    }
}

/// Why a volume has no claim, worded as the controller's event.
#[derive(Debug, Error)]
enum ClaimError {
    /// One of its name is there for something else.
    #[error("PVC {namespace}/{name} was not created for pod {namespace}/{pod} (pod is not owner)")]
    NotOwner { namespace: String, name: String, pod: String },
    #[error("create PVC {name}: {status}")]
    Refused { name: String, status: Status },
}

/// Makes the claim of one volume, where it is not there.
fn make_claim(api: &mut ApiServer, by: &Caller, pod: &Value, volume: &Value) -> Result<(), ClaimError> {
    let (claims, pods) = (kinds::PERSISTENT_VOLUME_CLAIM, kinds::POD);
    let (namespace, template) = (pod.namespace(), volume.at(&["ephemeral", "volumeClaimTemplate"]));
    let name = format!("{}-{}", pod.name(), volume.get("name").str());
    if let Some(claim) = api.peek(claims, namespace, &name) {
        let mine = claim.controller_ref().get("uid").str() == pod.uid();
        let (namespace, pod) = (namespace.to_owned(), pod.name().to_owned());
        return if mine { Ok(()) } else { Err(ClaimError::NotOwner { namespace, name, pod }) };
    }
    let mut claim = obj!({"metadata": {"ownerReferences": [controller_ref(pod, pods)]}, "spec": template.get("spec")});
    for member in ["labels", "annotations"] {
        let own = template.at(&["metadata", member]);
        if !own.is_null() {
            claim.set(&["metadata", member], own.clone());
        }
    }
    claim.set(&["metadata", "name"], name.as_str());
    match api.create(by, claims, namespace, claim, &WriteOptions::default()) {
        Ok(_) => Ok(()),
        Err(status) => Err(ClaimError::Refused { name, status }),
    }
}

impl Component for EphemeralVolumeController {
    fn watches(&self, kind: KindRef) -> bool {
        kind == kinds::POD
    }

    fn on_change(&mut self, _: &ApiServer, now: Time, change: &Change) {
        match change.current() {
            None => self.recorder.forget(change.object.uid()),
            Some(pod) if change.old.is_none() && pod.at(&["spec", "volumes"]).items().iter().any(|v| !v.get("ephemeral").is_null()) => {
                self.pods.add_at(key_of(pod), now);
            }
            Some(_) => {}
        }
    }

    fn next_wake(&self) -> Option<Time> {
        self.pods.next_at()
    }

    fn wake(&mut self, api: &mut ApiServer, now: Time) {
        let Some(key) = self.pods.pop_due(now) else { return };
        let Some(pod) = api.peek(kinds::POD, &key.0, &key.1).filter(|p| !p.is_terminating()).cloned() else { return };
        let by = Caller::new(now, "ephemeral_volume");
        let volumes = pod.at(&["spec", "volumes"]).items();
        let failed = volumes.iter().filter(|v| !v.get("ephemeral").is_null()).find_map(|v| Some((v, make_claim(api, &by, &pod, v).err()?)));
        if let Some((volume, why)) = &failed {
            let message = format!("ephemeral volume {}: {why}", volume.get("name").str());
            self.recorder.event(api, now, &pod, EventType::Warning, "FailedBinding", &message);
        }
        self.pods.settle(key, now, failed.is_none());
    }
}
