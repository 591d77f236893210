//! Recycling of volumes whose claims are gone: a pod empties the volume, and any claim may have it again then.
//! Models `recyclerclient` (pkg/volume/util) and the plugins that can recycle; what the pod's events say is not told of the volume.

use thiserror::Error;

use crate::api::persistent_volume::capacity;
use crate::api::{ArcStr, Object, Status, Value, has_ended, kinds};
use crate::controllers::controller::ignore_not_found;
use crate::obj;
use crate::server::{ApiServer, Caller, DeleteOptions, WriteOptions};
use crate::store::ObjectKey;

/// Where recycling pods are.
const NAMESPACE: &str = "default";
/// What comes before a volume's name in that of its pod.
const PREFIX: &str = "recycler-for-";
/// What can be recycled, and the seconds that a pod has for it at least.
const PLUGINS: [(&str, i64); 2] = [("hostPath", 60), ("nfs", 300)];
/// The seconds for each gibibyte.
const GIBIBYTE_S: i64 = 30;

/// Why a volume is not emptied.
#[derive(Debug, Error)]
pub(super) enum RecycleError {
    /// Nothing can empty volumes of its kind.
    #[error("No recycler plugin found for the volume!")]
    NoPlugin,
    /// The pod cannot be made.
    #[error("Recycle failed: unexpected error creating recycler pod:  {0}")]
    Create(Status),
    /// The pod has failed; what its status says.
    #[error("Recycle failed: failed to recycle volume: {0}")]
    Pod(String),
}

/// The volume that a pod of this key recycles.
pub(super) fn recycled_by(pod: &ObjectKey) -> Option<ArcStr> {
    pod.name.strip_prefix(PREFIX).filter(|_| pod.namespace == NAMESPACE).map(ArcStr::from)
}

/// Takes away the pod of a volume that went while it was being emptied.
pub(super) fn clean_up(api: &mut ApiServer, by: &Caller, volume: &str) -> Result<(), Status> {
    let name = format!("{PREFIX}{volume}");
    if !api.peek(kinds::POD, NAMESPACE, &name).is_some_and(has_ended) {
        return Ok(());
    }
    ignore_not_found(api.delete(by, kinds::POD, NAMESPACE, &name, &DeleteOptions::default()))
}

/// Has a volume emptied; what came of that, once something has.
// Models recycleVolumeOperation.
pub(super) fn recycle(api: &mut ApiServer, by: &Caller, volume: &Value) -> Option<Result<(), RecycleError>> {
    let source = |member: &str| volume.at(&["spec", member]);
    let Some((plugin, least_s)) = PLUGINS.into_iter().find(|(plugin, _)| !source(plugin).is_null()) else {
        return Some(Err(RecycleError::NoPlugin));
    };
    let name = format!("{PREFIX}{}", volume.name());
    let Some(pod) = api.peek(kinds::POD, NAMESPACE, &name) else {
        let mut mounted = source(plugin).clone();
        mounted.remove(&["type"]);
        let mut shown = obj!({"name": "vol"});
        shown.set(&[plugin], mounted);
        let deadline_s = (capacity(volume).value() / (1 << 30)).saturating_mul(GIBIBYTE_S).max(least_s);
        let script = "test -e /scrub && find /scrub -mindepth 1 -delete && test -z \"$(ls -A /scrub)\" || exit 1";
        let pod = obj!({
            "metadata": {"name": name.as_str()},
            "spec": {
                "activeDeadlineSeconds": deadline_s, "restartPolicy": "Never", "volumes": [shown],
                "containers": [{
                    "name": "pv-recycler", "image": "registry.k8s.io/build-image/debian-base:bookworm-v1.0.6",
                    "command": ["/bin/sh"], "args": ["-c", script], "volumeMounts": [{"name": "vol", "mountPath": "/scrub"}], "resources": {}
                }]
            }
        });
        let made = api.create(by, kinds::POD, NAMESPACE, pod, &WriteOptions::default());
        return made.err().map(|status| Err(RecycleError::Create(status)));
    };
    let outcome = match pod.at(&["status", "phase"]).str() {
        "Succeeded" => Ok(()),
        "Failed" => {
            let why = pod.at(&["status", "message"]).as_str().unwrap_or("pod failed, pod.Status.Message unknown");
            Err(RecycleError::Pod(why.to_owned()))
        }
        _ => return None,
    };
    // Where it is gone already, there is nothing left to do.
    let _ = api.delete(by, kinds::POD, NAMESPACE, &name, &DeleteOptions::default());
    Some(outcome)
}
