//! Recycling of volumes whose claims are gone: a pod empties the volume, and any claim may have it again then.
//! Models `recyclerclient` (pkg/volume/util) and the plugins that can recycle; what the pod's events say is not told of the volume.

use thiserror::Error;

use crate::api::persistent_volume::capacity;
use crate::api::{ArcStr, Object, Status, Value, has_ended, kinds};
use crate::controllers::controller::ignore_not_found;
use crate::obj;
use crate::server::{ApiServer, Caller, DeleteOptions, WriteOptions};
use crate::store::ObjectKey;

/// The namespace of recycler pods.
const NAMESPACE: &str = "default";
/// The prefix of a recycler pod's name, before that of the volume.
const PREFIX: &str = "recycler-for-";
/// The kinds of volumes that can be recycled, and the least time for it, in seconds.
const PLUGINS: [(&str, i64); 2] = [("hostPath", 60), ("nfs", 300)];
/// The time for each gibibyte, in seconds.
const GIBIBYTE_S: i64 = 30;

/// Why a volume cannot be recycled.
#[derive(Debug, Error)]
pub(super) enum RecycleError {
    /// There is no recycler for volumes of its kind.
    #[error("No recycler plugin found for the volume!")]
    NoPlugin,
    /// The recycler pod cannot be created.
    #[error("Recycle failed: unexpected error creating recycler pod:  {0}")]
    Create(Status),
    /// The recycler pod has failed, with this message.
    #[error("Recycle failed: failed to recycle volume: {0}")]
    Pod(String),
}

/// The volume that the pod of this key recycles; none where it is no recycler pod.
pub(super) fn recycled_by(pod: &ObjectKey) -> Option<ArcStr> {
    pod.name.strip_prefix(PREFIX).filter(|_| pod.namespace == NAMESPACE).map(ArcStr::from)
}

/// Deletes the recycler pod of a volume that is gone.
pub(super) fn clean_up(api: &mut ApiServer, by: &Caller, volume: &str) -> Result<(), Status> {
    let name = format!("{PREFIX}{volume}");
    if !api.peek(kinds::POD, NAMESPACE, &name).is_some_and(has_ended) {
        return Ok(());
    }
    ignore_not_found(api.delete(by, kinds::POD, NAMESPACE, &name, &DeleteOptions::default()))
}

/// Has a pod empty a volume; returns the result once there is one.
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
    // If it is gone already, there is nothing left to do.
    let _ = api.delete(by, kinds::POD, NAMESPACE, &name, &DeleteOptions::default());
    Some(outcome)
}
