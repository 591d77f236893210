//! What may change through the subresources of pods: ephemeral containers, and resources in place.

use super::super::{Value, internal, is_sidecar, qos_class};
use super::meta::object_meta_update;
use super::path::{Errors, Path, same};
use super::pod::{MIRROR, NOWHERE, annotation_updates, metadata_and_spec};

/// One error in place of all others: pods of this sort have no such subresource.
fn refuse(errors: &mut Errors, at: Path<'_>, why: &str) {
    errors.0.clear();
    errors.forbidden(at, why);
}

/// A pod with more ephemeral containers.
// Models ValidatePodEphemeralContainersUpdate.
pub(super) fn ephemeral_containers(errors: &mut Errors, new: &Value, old: &Value) {
    object_meta_update(errors, new, old);
    metadata_and_spec(errors, new);
    annotation_updates(errors, new, old);
    if !old.at(&MIRROR).is_null() {
        return refuse(errors, NOWHERE, "static pods do not support ephemeral containers");
    }
    let at = Path::new("spec");
    let at = at.child("ephemeralContainers");
    let path = ["spec", "ephemeralContainers"];
    for was in old.at(&path).items() {
        let name = was.get("name").str();
        match new.at(&path).named(name) {
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
        return refuse(errors, NOWHERE, "static pods cannot be resized");
    }
    if old.at(&["spec", "os", "name"]).str() == "windows" {
        return refuse(errors, NOWHERE, "windows pods cannot be resized");
    }
    let (at, spec, before) = (Path::new("spec"), new.get("spec"), old.get("spec"));
    let class = old.at(&["status", "qosClass"]).as_str().filter(|c| !c.is_empty()).unwrap_or_else(|| qos_class(old));
    if class != qos_class(new) {
        errors.invalid(at, new.at(&["status", "qosClass"]).str(), "Pod QOS Class may not change as a result of resizing");
    }
    let running = old.at(&["status", "containerStatuses"]).items().iter().find(|s| !s.at(&["state", "running"]).is_null());
    if running.is_some_and(|s| s.get("resources").is_null()) {
        errors.forbidden(at, "Pod running on node without support for resize");
    }
    let mut munged = spec.clone();
    let has_own = |s: &Value| ["requests", "limits"].iter().any(|which| !s.at(&["resources", which]).is_empty());
    if has_own(spec) || has_own(before) {
        if spec.get("resources").is_null() {
            errors.forbidden(at.child("resources"), "pod-level resources cannot be removed");
        } else {
            none_removed(errors, at.child("resources"), spec, before, "pod-level resource");
            put_back(&mut munged, before);
            if !same(munged.get("resources"), before.get("resources")) {
                errors.forbidden(at, "only cpu and memory resources are mutable at pod-level");
            }
        }
    }
    if !old.at(&["status", "nodeAllocatableResourceClaimStatuses"]).is_empty() {
        errors.forbidden(at, "pods with node allocatable resource claims cannot be resized");
    }
    if !are_the_same_containers(errors, at, spec, before) {
        return;
    }
    for key in ["initContainers", "containers"] {
        let list = at.child(key);
        for (i, (now, was)) in spec.get(key).items().iter().zip(before.get(key).items()).enumerate() {
            let at = list.index(i);
            none_removed(errors, at.child("resources"), now, was, "resource");
        }
    }
    only_resources_changed(errors, at, spec, before, &mut munged);
    if errors.0.is_empty() && !internal::same("core", "PodSpec", &munged, before) {
        errors.forbidden(at, ONLY);
    }
}

/// Refuses containers that were added, removed, renamed or reordered; says whether there were none.
fn are_the_same_containers(errors: &mut Errors, at: Path<'_>, spec: &Value, before: &Value) -> bool {
    let wrong = errors.0.len();
    for key in ["containers", "initContainers"] {
        let (now, were, list) = (spec.get(key).items(), before.get(key).items(), at.child(key));
        if now.len() != were.len() {
            errors.forbidden(list, &format!("{key} may not be added or removed on resize"));
            continue;
        }
        for (i, _) in now.iter().zip(were).enumerate().filter(|(_, (a, b))| a.get("name") != b.get("name")) {
            let at = list.index(i);
            errors.forbidden(at.child("name"), &format!("{key} may not be renamed or reordered on resize"));
        }
    }
    errors.0.len() == wrong
}

/// Refuses changes of containers other than those of a resize, and undoes the latter in `munged`.
fn only_resources_changed(errors: &mut Errors, at: Path<'_>, spec: &Value, before: &Value, munged: &mut Value) {
    for key in ["containers", "initContainers"] {
        let list = at.child(key);
        for (i, (now, was)) in spec.get(key).items().iter().zip(before.get(key).items()).enumerate() {
            let own = &mut munged.get_mut(key).list_mut()[i];
            put_back(own, was);
            // Upstream drops the claims before it compares.
            own.remove(&["resources", "claims"]);
            let changed = |container: &Value| !internal::same("core", "Container", container, was);
            let is_init = key == "initContainers";
            if changed(own) {
                let (at, why) = match is_init {
                    true => (list.index(i), "only cpu and memory resources for init or sidecar containers are mutable"),
                    false => (at, ONLY),
                };
                errors.forbidden(at, why);
            }
            if is_init && !is_sidecar(now) && changed(now) {
                for _ in now.get("resizePolicy").items().iter().filter(|p| p.get("restartPolicy").str() == "RestartContainer") {
                    errors
                        .forbidden(list.index(i), "non-sidecar init containers with a resize policy of RestartContainer cannot be resized");
                }
            }
        }
    }
}

/// Refuses to remove the request or limit of a resource.
fn none_removed(errors: &mut Errors, at: Path<'_>, now: &Value, was: &Value, what: &str) {
    for which in ["requests", "limits"] {
        let path = ["resources", which];
        if was.at(&path).entries().any(|(name, _)| now.at(&path).get(name).is_null()) {
            errors.forbidden(at.child(which), &format!("{what} {which} cannot be removed"));
        }
    }
}

/// Restores what a resize may change: cpu and memory.
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
