//! The claims of a StatefulSet's pods: made with the pod, and kept or owned as the retention policy says.

use super::identity;
use crate::api::{Kind, Object, Status, Value};
use crate::controllers::controller::controller_ref;
use crate::obj;
use crate::server::{ApiServer, Caller, EventRecorder, EventType, Subresource, WriteOptions};

/// The claims that a pod should have: the volume's name and the claim.
fn claims_of(set: &Value, pod: &Value) -> Vec<(String, Value)> {
    let Some(ordinal) = identity::ordinal(pod) else { return Vec::new() };
    let matched = set.at(&["spec", "selector", "matchLabels"]);
    let templates = set.at(&["spec", "volumeClaimTemplates"]).items();
    templates
        .iter()
        .map(|template| {
            let volume = template.name().to_owned();
            let mut claim = template.clone();
            claim.remove(&["status"]);
            claim.set(&["metadata", "name"], format!("{volume}-{}-{ordinal}", set.name()));
            claim.set(&["metadata", "namespace"], set.namespace_arc());
            for (label, value) in matched.entries() {
                claim.set(&["metadata", "labels", label], value);
            }
            (volume, claim)
        })
        .collect()
}

/// Mounts the claims into the pod, in front of its other volumes; a volume of the same name gives way.
pub(super) fn mount(set: &Value, pod: &mut Value) {
    let claims = claims_of(set, pod);
    if claims.is_empty() {
        return;
    }
    let mut volumes: Vec<Value> = claims
        .iter()
        .map(|(volume, claim)| obj!({"name": volume.as_str(), "persistentVolumeClaim": {"claimName": claim.name()}}))
        .collect();
    let others = pod.at(&["spec", "volumes"]).items();
    volumes.extend(others.iter().filter(|v| !claims.iter().any(|(name, _)| name == v.get("name").str())).cloned());
    pod.set(&["spec", "volumes"], volumes);
}

/// Whether the pod mounts every claim that it should.
pub(super) fn storage_matches(set: &Value, pod: &Value) -> bool {
    claims_of(set, pod).iter().all(|(volume, claim)| {
        let volumes = pod.at(&["spec", "volumes"]).items();
        volumes
            .iter()
            .any(|v| v.get("name").str() == volume.as_str() && v.at(&["persistentVolumeClaim", "claimName"]).str() == claim.name())
    })
}

/// Makes the claims that are missing.
pub(super) fn create_missing(
    api: &mut ApiServer,
    by: &Caller,
    recorder: &mut EventRecorder,
    set: &Value,
    pod: &Value,
) -> Result<(), Status> {
    let kind = Kind::named("PersistentVolumeClaim");
    for (_, claim) in claims_of(set, pod) {
        let name = claim.name_arc();
        if let Some(found) = api.peek(kind, set.namespace(), &name) {
            if found.is_terminating() {
                return Err(Status::conflict(kind, &name, &format!("pvc {name} is being deleted")));
            }
            continue;
        }
        match api.create(by, kind, set.namespace(), claim, &WriteOptions::default()) {
            Ok(_) => {
                let message = format!("Create Claim {name} Pod {} in StatefulSet {} success", pod.name(), set.name());
                recorder.event(api, by.now, set, EventType::Normal, "SuccessfulCreate", &message);
            }
            Err(status) => {
                let message = format!("Create Claim {name} for Pod {} in StatefulSet {} failed error: {status}", pod.name(), set.name());
                recorder.event(api, by.now, set, EventType::Warning, "FailedCreate", &message);
                return Err(status);
            }
        }
    }
    Ok(())
}

/// Whether some claim of the pod is still owned by the pod's former self (`PodClaimIsStale`).
pub(super) fn is_stale(api: &ApiServer, set: &Value, pod: &Value) -> bool {
    if set.at(&["spec", "persistentVolumeClaimRetentionPolicy", "whenScaled"]).str() != "Delete" {
        return false;
    }
    claims_of(set, pod).iter().any(|(_, claim)| {
        api.peek(Kind::named("PersistentVolumeClaim"), set.namespace(), claim.name()).is_some_and(|found| {
            let owners = found.at(&["metadata", "ownerReferences"]).items();
            owners.iter().any(|o| o.get("kind").str() == "Pod" && o.get("name").str() == pod.name() && o.get("uid").str() != pod.uid())
        })
    })
}

/// Gives each claim of the pod the owners that the retention policy asks for. `condemned`: the pod is beyond the set's size.
pub(super) fn apply_retention(api: &mut ApiServer, by: &Caller, set: &Value, pod: &Value, condemned: bool) -> Result<(), Status> {
    let kind = Kind::named("PersistentVolumeClaim");
    let policy = set.at(&["spec", "persistentVolumeClaimRetentionPolicy"]);
    let deletes = |when: &str| policy.get(when).str() == "Delete";
    let by_pod = deletes("whenScaled") && condemned;
    let by_set = deletes("whenDeleted") && !by_pod;
    for (_, claim) in claims_of(set, pod) {
        let Some(found) = api.peek(kind, set.namespace(), claim.name()).cloned() else { continue };
        let mut owners = found.at(&["metadata", "ownerReferences"]).items().to_vec();
        if owners.iter().any(|o| o.get("controller").is_true() && o.get("uid").str() != set.uid() && o.get("uid").str() != pod.uid()) {
            // Somebody else decides about this claim.
            continue;
        }
        owners.retain(|o| {
            (o.get("uid").str() != set.uid() || by_set) && !(o.get("kind").str() == "Pod" && o.get("name").str() == pod.name() && !by_pod)
        });
        for (wanted, owner, owner_kind) in [(by_set, set, Kind::named("StatefulSet")), (by_pod, pod, Kind::named("Pod"))] {
            if wanted && !owner.uid().is_empty() && !owners.iter().any(|o| o.get("uid").str() == owner.uid()) {
                owners.push(controller_ref(owner, owner_kind));
            }
        }
        let mut next = found.clone();
        if owners.is_empty() {
            next.remove(&["metadata", "ownerReferences"]);
        } else {
            next.set(&["metadata", "ownerReferences"], owners);
        }
        if !next.same(&found) {
            api.update(by, kind, next, Subresource::None, &WriteOptions::default())?;
        }
    }
    Ok(())
}
