//! What may change through the subresources of pods: ephemeral containers, and resources in place.

use super::super::{Cause, Value, internal, is_sidecar, qos_class};
use super::meta::object_meta_update;
use super::path::{Errors, Path, same};
use super::pod::{annotation_updates, metadata_and_spec};

/// One error in place of all others: pods of this sort have no such subresource.
fn refuse(errors: &mut Errors, field: &str, why: &str) {
    errors.0 = vec![Cause::forbidden(field, why)];
}

const MIRROR: [&str; 3] = ["metadata", "annotations", "kubernetes.io/config.mirror"];

/// A pod with more ephemeral containers.
// Models ValidatePodEphemeralContainersUpdate.
pub(super) fn ephemeral_containers(errors: &mut Errors, new: &Value, old: &Value) {
    object_meta_update(errors, new, old);
    metadata_and_spec(errors, new);
    annotation_updates(errors, new, old);
    if !old.at(&MIRROR).is_null() {
        return refuse(errors, "", "static pods do not support ephemeral containers");
    }
    let at = Path::new("spec");
    let at = at.child("ephemeralContainers");
    let path = ["spec", "ephemeralContainers"];
    for was in old.at(&path).items() {
        let name = was.get("name").str();
        match new.at(&path).items().iter().find(|c| c.get("name").str() == name) {
            None => errors.forbidden(at, &format!("existing ephemeral containers {name:?} may not be removed\n")),
            Some(now) if !same(now, was) => {
                let diff = internal::diff("core", "EphemeralContainer", was, now);
                errors.forbidden(at, &format!("existing ephemeral containers {name:?} may not be changed\n{diff}"));
            }
            Some(_) => {}
        }
    }
}

const ONLY: &str = "only cpu and memory resources are mutable";

/// A pod whose resources are changed in place.
// Models ValidatePodResize.
pub(super) fn resize(errors: &mut Errors, new: &Value, old: &Value) {
    object_meta_update(errors, new, old);
    metadata_and_spec(errors, new);
    if !old.at(&MIRROR).is_null() {
        return refuse(errors, "", "static pods cannot be resized");
    }
    if old.at(&["spec", "os", "name"]).str() == "windows" {
        return refuse(errors, "", "windows pods cannot be resized");
    }
    if !old.at(&["status", "nodeAllocatableResourceClaimStatuses"]).is_empty() {
        return refuse(errors, "spec", "pods with node allocatable resource claims cannot be resized");
    }
    let (at, spec, before) = (Path::new("spec"), new.get("spec"), old.get("spec"));
    for key in ["containers", "initContainers"] {
        let (now, were, list) = (spec.get(key).items(), before.get(key).items(), at.child(key));
        if now.len() != were.len() {
            return errors.forbidden(list, "containers may not be added or removed on resize");
        }
        for (i, _) in now.iter().zip(were).enumerate().filter(|(_, (a, b))| a.get("name") != b.get("name")) {
            let at = list.index(i);
            errors.forbidden(at.child("name"), "containers may not be renamed or reordered on resize");
        }
    }
    let class = old.at(&["status", "qosClass"]).as_str().filter(|c| !c.is_empty()).unwrap_or_else(|| qos_class(old));
    if class != qos_class(new) {
        errors.invalid(at, new.at(&["status", "qosClass"]).str(), "Pod QOS Class may not change as a result of resizing");
    }
    let running = old.at(&["status", "containerStatuses"]).items().iter().find(|s| !s.at(&["state", "running"]).is_null());
    if running.is_some_and(|s| s.get("resources").is_null()) {
        errors.forbidden(at, "Pod running on node without support for resize");
    }
    let mut munged = spec.clone();
    for key in ["initContainers", "containers"] {
        let list = at.child(key);
        for (i, was) in before.get(key).items().iter().enumerate() {
            let now = &spec.get(key).items()[i];
            let at = list.index(i);
            for (which, what) in [("requests", "resource requests"), ("limits", "resource limits")] {
                let path = ["resources", which];
                if was.at(&path).entries().any(|(name, _)| now.at(&path).get(name).is_null()) {
                    let at = at.child("resources");
                    errors.forbidden(at.child(which), &format!("{what} cannot be removed"));
                }
            }
            let restarts = now.get("resizePolicy").items().iter().any(|p| p.get("restartPolicy").str() == "RestartContainer");
            if key == "initContainers" && !is_sidecar(was) && restarts && !same(now.get("resources"), was.get("resources")) {
                errors.forbidden(at, "non-sidecar init containers with a resize policy of RestartContainer cannot be resized");
            }
            let own = &mut munged.get_mut(key).list_mut()[i];
            put_back(own, was);
            if key == "containers" && !same(own, was) {
                errors.forbidden(Path::new("spec"), ONLY);
            } else if key == "initContainers" && !same(own.get("resources"), was.get("resources")) {
                errors.forbidden(at, "only cpu and memory resources for init or sidecar containers are mutable");
            }
        }
    }
    put_back(&mut munged, before);
    if !same(munged.get("resources"), before.get("resources")) {
        errors.forbidden(at, ONLY);
    }
    if errors.0.is_empty() && !same(&munged, before) {
        errors.forbidden(at, ONLY);
    }
}

/// Puts back what a resize may change: cpu and memory.
fn put_back(owner: &mut Value, was: &Value) {
    for which in ["requests", "limits"] {
        for name in ["cpu", "memory"] {
            let path = ["resources", which, name];
            match was.at(&path) {
                Value::Null => {
                    owner.remove(&path);
                }
                amount => owner.set(&path, amount),
            }
        }
    }
    if was.get("resources").is_empty() && owner.at(&["resources", "requests"]).is_empty() && owner.at(&["resources", "limits"]).is_empty() {
        owner.remove(&["resources"]);
    }
}
