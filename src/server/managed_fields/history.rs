//! The managers of objects that only the cluster has written: worked out from their versions when somebody asks.

use super::{Managers, STATUS, bare, program, track};
use crate::api::well_known::{NOT_READY, UNREACHABLE};
use crate::api::{KindRef, Object, Value, kinds};
use crate::server::ApiServer;
use crate::server::options::Caller;
use crate::server::strategy::LABELS_OF_JOBS;
use crate::store::{ChangeType, ObjectKey, Version};

impl ApiServer {
    /// An object with its `managedFields`, even if only the cluster has written it. For such objects they are not recorded with each write.
    pub fn with_managers(&self, kind: KindRef, object: Value) -> Value {
        if !object.at(&["metadata", "managedFields"]).is_empty() {
            return object;
        }
        let key = ObjectKey::new(kind, object.namespace(), object.name());
        let (uid, revision) = (object.get("metadata").get("uid").arc_str(), object.revision());
        let own = self.store.history_until(&key, revision).filter(|v| v.value.uid() == uid);
        followed(kind, object, own)
    }
}

/// An object that only the cluster has written, with the managers that follow from its versions, oldest first. It is returned as it is if
/// its first version has been compacted.
fn followed<'a>(kind: KindRef, mut object: Value, versions: impl Iterator<Item = &'a Version>) -> Value {
    let mut last: Option<Value> = None;
    for version in versions {
        let mut next = version.value.clone();
        match &last {
            // A user wrote it, and by now removed all managers.
            None if version.change != ChangeType::Added || version.by == Caller::OF_USERS => return object,
            None => {
                let mut asked = next.clone();
                forget_admitted(kind, &mut asked);
                track((kind, kind.version), None, &mut asked, program(version.by), "", version.at);
                Managers::of(&asked).write(&mut next);
            }
            // A binding does not count as a write of the pod (BindingREST).
            Some(before) if kind == kinds::POD && node_of_pod(before) != node_of_pod(&next) => Managers::of(before).write(&mut next),
            Some(before) => {
                let part = |object: &Value| {
                    let mut part = bare(object);
                    part.remove(&["metadata", "resourceVersion"]);
                    part
                };
                let sub = if part(before) == part(&next) { STATUS } else { "" };
                track((kind, kind.version), Some(before), &mut next, program(version.by), sub, version.at);
            }
        }
        last = Some(next);
    }
    Managers::of(&last.unwrap_or_default()).write(&mut object);
    object
}

/// Removes from a new object what admission plugins and registries write, since nobody comes to own that: priority and the default
/// tolerations of pods, the finalizers of namespaces, claims and volumes, and the labels by which a Job knows its pods.
fn forget_admitted(kind: KindRef, object: &mut Value) {
    let filled_in: &[&str] = match kind.built_in() {
        "pods" => {
            object.remove(&["spec", "priority"]);
            object.remove(&["spec", "preemptionPolicy"]);
            if object.at(&["spec", "tolerations"]).items().iter().all(is_default_toleration) {
                object.remove(&["spec", "tolerations"]);
            }
            return;
        }
        "namespaces" => &["spec", "finalizers"],
        "persistentvolumeclaims" | "persistentvolumes" => &["metadata", "finalizers"],
        "jobs" => return forget_selection(object),
        _ => return,
    };
    object.remove(filled_in);
}

fn forget_selection(job: &mut Value) {
    if job.at(&["spec", "manualSelector"]).is_true() {
        return;
    }
    job.remove(&["spec", "selector"]);
    for labels in [&["metadata", "labels"][..], &["spec", "template", "metadata", "labels"]] {
        if job.at(labels).is_empty() {
            continue;
        }
        job.at_mut(labels).map_mut().retain(|key, _| !LABELS_OF_JOBS.contains(&key));
        if job.at(labels).is_empty() {
            job.remove(labels);
        }
    }
}

fn is_default_toleration(toleration: &Value) -> bool {
    matches!(toleration.get("key").str(), NOT_READY | UNREACHABLE) && toleration.get("tolerationSeconds").as_int() == Some(300)
}

fn node_of_pod(pod: &Value) -> &str {
    pod.at(&["spec", "nodeName"]).str()
}
