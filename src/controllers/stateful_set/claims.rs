//! The claims of a StatefulSet's pods: they are created with the pod, and owned as the retention policy says.

use super::identity;
use crate::api::{KindRef, Object, Status, Value, kinds};
use crate::base::List as _;
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
        .list()
}

/// Adds the claims to the pod's volumes, before the others; a volume of the same name is replaced.
pub(super) fn mount(set: &Value, pod: &mut Value) {
    let claims = claims_of(set, pod);
    if claims.is_empty() {
        return;
    }
    let mut volumes: Vec<Value> =
        claims.iter().map(|(volume, claim)| obj!({"name": volume.as_str(), "persistentVolumeClaim": {"claimName": claim.name()}})).list();
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

/// Creates missing claims.
pub(super) fn create_missing(
    api: &mut ApiServer,
    by: &Caller,
    recorder: &mut EventRecorder,
    set: &Value,
    pod: &Value,
) -> Result<(), Status> {
    let kind = kinds::PERSISTENT_VOLUME_CLAIM;
    let mut errors = Vec::new();
    for (_, claim) in claims_of(set, pod) {
        let name = claim.name_arc();
        if let Some(found) = api.peek(kind, set.namespace(), &name) {
            if found.is_terminating() {
                errors.push(format!("pvc {name} is being deleted"));
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
                errors.push(format!("failed to create PVC {name}: {status}"));
            }
        }
    }
    match errors.as_slice() {
        [] => Ok(()),
        [error] => Err(Status::internal(error)),
        _ => Err(Status::internal(format!("[{}]", errors.join(", ")))),
    }
}

/// Whether a claim of the pod is still owned by an earlier pod of the same name (`PodClaimIsStale`).
pub(super) fn is_stale(api: &ApiServer, set: &Value, pod: &Value) -> bool {
    if set.at(&["spec", "persistentVolumeClaimRetentionPolicy", "whenScaled"]).str() != "Delete" {
        return false;
    }
    claims_of(set, pod).iter().any(|(_, claim)| {
        api.peek(kinds::PERSISTENT_VOLUME_CLAIM, set.namespace(), claim.name()).is_some_and(|found| {
            let owners = found.at(&["metadata", "ownerReferences"]).items();
            owners.iter().any(|o| o.get("kind").str() == "Pod" && o.get("name").str() == pod.name() && o.get("uid").str() != pod.uid())
        })
    })
}

/// Whether a reference names the set or the pod, with any UID.
fn names_owner(reference: &Value, owner: &Value, kind: KindRef) -> bool {
    let is = |member: &str, wanted: &str| reference.get(member).str() == wanted;
    is("apiVersion", &kind.api_version()) && is("kind", kind.kind) && is("name", owner.name())
}

/// A claim's owner references, and what may own it: the set or one of its pods.
struct Owners<'a> {
    set: &'a Value,
    pod: &'a Value,
    refs: Vec<Value>,
}

impl Owners<'_> {
    fn ours(&self) -> [(&Value, KindRef); 2] {
        [(self.set, kinds::STATEFUL_SET), (self.pod, kinds::POD)]
    }

    /// Whether a reference is to one of the two.
    fn is_ours(&self, reference: &Value) -> bool {
        self.ours().iter().any(|(owner, kind)| names_owner(reference, owner, kind))
    }

    /// Whether it is owned by an earlier object with the name of one of them.
    fn is_stale(&self) -> bool {
        let stale = |r: &Value| self.ours().iter().any(|(o, kind)| names_owner(r, o, kind) && r.get("uid").str() != o.uid());
        self.refs.iter().any(stale)
    }

    /// Whether the claim has a controller other than expected (`hasUnexpectedController`).
    fn has_unexpected_controller(&self, keeps_all: bool) -> bool {
        !keeps_all && (self.is_stale() || self.refs.iter().any(|r| r.get("controller").is_true() && !self.is_ours(r)))
    }

    fn has_uid(&self, owner: &Value) -> bool {
        self.refs.iter().any(|r| r.get("uid").str() == owner.uid())
    }

    /// Whether one of them owns it without being its controller (`hasNonControllerOwner`).
    fn has_non_controller(&self) -> bool {
        let uids = [self.set.uid(), self.pod.uid()];
        self.refs.iter().any(|r| uids.contains(&r.get("uid").str()) && !r.get("controller").is_true())
    }

    /// Whether the claim has the owners that the retention policy asks for (`isClaimOwnerUpToDate`).
    fn up_to_date(&self, policy: &Retention) -> bool {
        if self.is_stale() {
            // An earlier owner that is gone is left to the garbage collector.
            return true;
        }
        let (of_set, of_pod) = (self.has_uid(self.set), self.has_uid(self.pod));
        if self.has_unexpected_controller(policy.keeps_all) {
            return !of_set && !of_pod;
        }
        !self.has_non_controller() && of_set == policy.by_set && of_pod == policy.by_pod
    }

    /// The owner references that it should have (`updateClaimOwnerRefForSetAndPod`).
    fn wanted(&self, policy: &Retention) -> Vec<Value> {
        let mut refs: Vec<Value> = self.refs.iter().filter(|r| !self.is_ours(r)).cloned().list();
        if !self.has_unexpected_controller(policy.keeps_all) {
            let owners = self.ours().into_iter().zip([policy.by_set, policy.by_pod]);
            refs.extend(owners.filter(|((owner, _), by)| *by && !owner.uid().is_empty()).map(|((o, kind), _)| controller_ref(o, kind)));
        }
        refs
    }
}

/// What a retention policy means for the claims of a pod.
struct Retention {
    /// Nothing is ever deleted.
    keeps_all: bool,
    by_set: bool,
    by_pod: bool,
}

impl Retention {
    /// `condemned`: the pod is beyond the set's size.
    fn of(set: &Value, condemned: bool) -> Self {
        let policy = set.at(&["spec", "persistentVolumeClaimRetentionPolicy"]);
        let deletes = |when: &str| policy.get(when).str() == "Delete";
        let by_pod = deletes("whenScaled") && condemned;
        Retention { keeps_all: !deletes("whenScaled") && !deletes("whenDeleted"), by_set: deletes("whenDeleted") && !by_pod, by_pod }
    }
}

/// Gives each claim of the pod the owners that the retention policy asks for, and says whether one had others. `condemned`: the pod is
/// beyond the set's size.
pub(super) fn apply_retention(api: &mut ApiServer, by: &Caller, set: &Value, pod: &Value, condemned: bool) -> Result<bool, Status> {
    let kind = kinds::PERSISTENT_VOLUME_CLAIM;
    let policy = Retention::of(set, condemned);
    let mut any = false;
    for (_, claim) in claims_of(set, pod) {
        let Some(found) = api.peek(kind, set.namespace(), claim.name()).cloned() else { continue };
        let owners = Owners { set, pod, refs: found.at(&["metadata", "ownerReferences"]).items().to_vec() };
        if owners.up_to_date(&policy) {
            continue;
        }
        any = true;
        let refs = owners.wanted(&policy);
        let mut next = found.clone();
        if refs.is_empty() {
            next.remove(&["metadata", "ownerReferences"]);
        } else {
            next.set(&["metadata", "ownerReferences"], refs);
        }
        if !next.same(&found) {
            api.update(by, kind, next, Subresource::None, &WriteOptions::default())?;
        }
    }
    Ok(any)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::table_rows::{check, same};
    use crate::server::Caller;

    const TABLE: &str = "statefulset_controller";

    fn set(policy: &Value) -> Value {
        obj!({
            "metadata": {"name": "set", "namespace": "default", "uid": "set-uid"},
            "spec": {"persistentVolumeClaimRetentionPolicy": policy}
        })
    }

    fn pod(name: &str, uid: &str) -> Value {
        obj!({"metadata": {"name": name, "namespace": "default", "uid": uid}})
    }

    fn policy_of(row: &Value) -> Value {
        obj!({"whenScaled": row.get("scaleDownPolicy"), "whenDeleted": row.get("setDeletePolicy")})
    }

    #[test]
    fn claims_are_owned_as_the_policy_says() {
        for function in ["TestIsClaimOwnerUpToDate", "TestUpdateClaimOwnerRefForSetAndPod"] {
            check(TABLE, function, 6, |row| {
                let set = set(&policy_of(row));
                let condemned = match row.get("ordinal") {
                    Value::Null => row.get("condemned").is_true(),
                    ordinal => ordinal.int() >= row.get("replicas").int(),
                };
                let (pod, policy) = (pod("set-0", "pod-uid"), Retention::of(&set, condemned));
                let stranger = obj!({"apiVersion": "v1", "kind": "Rogue", "name": "stranger", "uid": "x", "controller": true});
                let refs = if row.get("unexpectedController").is_true() { vec![stranger] } else { Vec::new() };
                let before = Owners { set: &set, pod: &pod, refs };
                let after = Owners { refs: before.wanted(&policy), ..before };
                let (needs_set, needs_pod) = (row.get("needsSetRef").is_true(), row.get("needsPodRef").is_true());
                let got = (after.has_uid(&set), after.has_uid(&pod), after.up_to_date(&policy));
                same(got, (needs_set, needs_pod, true))
            });
        }
    }

    #[test]
    fn one_owner_at_a_time() {
        let of = |policy: Value, condemned: bool, refs: &[Value]| {
            let set = set(&policy);
            let (pod, policy) = (pod("set-0", "pod-uid"), Retention::of(&set, condemned));
            let before = Owners { set: &set, pod: &pod, refs: refs.to_vec() };
            let wanted =
                before.wanted(&policy).iter().map(|r| format!("{} {}", r.get("kind").str(), r.get("uid").str())).collect::<Vec<_>>();
            (before.up_to_date(&policy), wanted.join(", "))
        };
        let own = |api: &str, kind: &str, name: &str, uid: &str| obj!({"apiVersion": api, "kind": kind, "name": name, "uid": uid, "controller": true});
        let former = own("apps/v1", "StatefulSet", "set", "former");
        let (scaled, both) =
            (obj!({"whenScaled": "Delete", "whenDeleted": "Retain"}), obj!({"whenScaled": "Delete", "whenDeleted": "Delete"}));
        assert_eq!(of(both.clone(), false, &[]), (false, "StatefulSet set-uid".to_owned()));
        assert_eq!(of(both.clone(), true, &[]), (false, "Pod pod-uid".to_owned()));
        assert_eq!(of(scaled.clone(), false, &[]), (true, String::new()));
        assert_eq!(of(scaled, true, &[]), (false, "Pod pod-uid".to_owned()));
        assert_eq!(of(Value::Null, true, &[own("apps/v1", "StatefulSet", "set", "set-uid")]), (false, String::new()));
        // What a former set or somebody else owns is left to them.
        assert_eq!(of(both.clone(), false, &[former]), (true, String::new()));
        assert_eq!(of(both, false, &[own("v1", "Rogue", "r", "x")]), (true, "Rogue x".to_owned()));
    }

    #[test]
    fn odd_owners_are_mended_or_left_alone() {
        check(TABLE, "TestClaimOwnerUpToDateEdgeCases", 8, |row| {
            let mut set = set(row.get("policy"));
            set.set(&["metadata", "name"], "stateful-set");
            set.set(&["metadata", "uid"], "ss-456");
            let (pod, policy) = (pod("pod-1", "pod-123"), Retention::of(&set, row.at(&["policy", "whenScaled"]).str() == "Delete"));
            let owners = Owners { set: &set, pod: &pod, refs: row.get("ownerRefs").items().to_vec() };
            same(owners.up_to_date(&policy), row.get("shouldMatch").is_true())
        });
        check(TABLE, "TestHasUnexpectedController", 11, |row| {
            let (set, pod) = (set(&Value::Null), pod("pod", "pod-uid"));
            let owners = Owners { set: &set, pod: &pod, refs: row.get("refs").items().to_vec() };
            same(owners.has_unexpected_controller(false), row.get("shouldReportUnexpectedController").is_true())
        });
        check(TABLE, "TestNonController", 10, |row| {
            let mut set = set(&Value::Null);
            set.set(&["metadata", "uid"], row.get("setUID"));
            let pod = pod("pod", row.get("podUID").str());
            let owners = Owners { set: &set, pod: &pod, refs: row.get("refs").items().to_vec() };
            same(owners.has_non_controller(), row.get("nonController").is_true())
        });
    }

    #[test]
    fn a_pod_waits_for_the_claims_of_its_former_self() {
        check(TABLE, "TestPodClaimIsStale", 8, |row| {
            let mut set = set(&obj!({"whenScaled": "Delete", "whenDeleted": "Delete"}));
            let mut api = ApiServer::new(1);
            let by = Caller::new(crate::base::Time::ZERO, "test");
            let uid = if row.get("skipPodUID").is_true() { "" } else { "123" };
            let states = row.get("claimStates").items();
            let names: Vec<Value> = (0..states.len()).map(|i| obj!({"metadata": {"name": format!("c{i}")}})).collect();
            set.set(&["spec", "volumeClaimTemplates"], names);
            for (i, state) in states.iter().enumerate().filter(|(_, s)| s.str() != "missing") {
                let mut claim = obj!({
                    "metadata": {"name": format!("c{i}-set-3")},
                    "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1"}}}
                });
                if state.str() != "exists" {
                    let uid = if state.str() == "stale" { "stale" } else { "123" };
                    claim.set(
                        &["metadata", "ownerReferences"],
                        obj!([{"apiVersion": "v1", "kind": "Pod", "name": "set-3", "uid": uid, "controller": true}]),
                    );
                }
                let kind = kinds::PERSISTENT_VOLUME_CLAIM;
                api.create(&by, kind, "default", claim, &WriteOptions::default()).expect("a claim that is right");
            }
            same(is_stale(&api, &set, &pod("set-3", uid)), row.get("expected").is_true())
        });
    }
}
