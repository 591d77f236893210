//! The resource claim controller: it creates ResourceClaims from the templates that pods name, and releases those that finished pods no
//! longer use. It may not know which devices there are.
// Models pkg/controller/resourceclaim.

use thiserror::Error;

use super::controller::{ObjectRef, controller_ref, ignore_not_found, key_of, work};
use super::work_queue::WorkQueue;
use crate::api::resource_claim::{FINALIZER, deallocate, entries, is_allocated, is_made_for, is_reserved_for, name, names, reserve};
use crate::api::{ArcStr, KindRef, Object, Status, Value, drop_finalizer, has_ended, has_finalizer, kinds, quote};
use crate::base::{List as _, Time};
use crate::obj;
use crate::server::{ApiServer, Caller, Change, Component, DeleteOptions, EventRecorder, EventType, Subresource, WriteOptions};

/// The annotation with the pod's entry that a claim was created for.
const POD_CLAIM_NAME: &str = "resource.kubernetes.io/pod-claim-name";
/// The field manager of its writes to a pod's status.
const FIELD_MANAGER: &str = "ResourceClaimController";
/// The maximal length of the generated base of a claim's name.
const BASE_BYTES_MAX: usize = 57;

/// Creates claims for pods, removes finished pods from claims, and deletes the claims made for such pods.
#[derive(Clone, Debug)]
pub struct ResourceClaimController {
    claims: WorkQueue<ObjectRef>,
    pods: WorkQueue<ObjectRef>,
    recorder: EventRecorder,
}

impl Default for ResourceClaimController {
    fn default() -> Self {
        ResourceClaimController { claims: WorkQueue::new(), pods: WorkQueue::new(), recorder: EventRecorder::new("resource_claim", "") }
    }
}

fn caller(now: Time) -> Caller {
    Caller::new(now, "resource_claim")
}

fn update(api: &mut ApiServer, now: Time, claim: Value, sub: Subresource) -> Result<Value, Status> {
    api.update(&caller(now), kinds::RESOURCE_CLAIM, claim, sub, &WriteOptions::default())
}

/// Whether a pod will never run (again).
fn is_done(pod: &Value) -> bool {
    has_ended(pod) || (pod.is_terminating() && pod.at(&["spec", "nodeName"]).str().is_empty())
}

/// The base of a claim's name: the names of the pod and the entry, shortened if there is too little room.
fn base_name(pod: &str, entry: &str) -> String {
    let whole = format!("{pod}-{entry}-");
    if whole.len() <= BASE_BYTES_MAX {
        return whole;
    }
    // Both are ASCII.
    let part = |text: &str| text.get(..text.len() * BASE_BYTES_MAX / whole.len()).unwrap_or_default().to_owned();
    format!("{}-{}", part(pod), part(entry))
}

/// Why a pod gets no claim.
#[derive(Debug, Error)]
enum NoClaim {
    /// There is no template of this name.
    #[error("resource claim template {name}: resourceclaimtemplate.resource.k8s.io {name} not found", name = quote(.0))]
    NoTemplate(String),
    /// The API server refuses the claim.
    #[error("create ResourceClaim : {0}")]
    Refused(Status),
}

/// The claim for an entry of a pod: the existing one, or a new one. None if the entry needs none from a template.
fn ensure_claim(api: &mut ApiServer, now: Time, pod: &Value, entry: &Value) -> Result<Option<ArcStr>, NoClaim> {
    let (kind, namespace) = (kinds::RESOURCE_CLAIM, pod.namespace());
    let Some(template) = entry.get("resourceClaimTemplateName").as_str() else { return Ok(None) };
    match name(pod, entry) {
        Ok(None) => return Ok(None),
        Ok(Some(name)) if api.peek(kind, namespace, &name).is_some_and(|claim| is_made_for(claim, pod)) => return Ok(Some(name)),
        _ => {}
    }
    let entry = entry.get("name");
    // It may have been created without being recorded in the pod's status.
    let orphan = api.owned_by(pod.uid(), kind).find(|claim| claim.annotation(POD_CLAIM_NAME) == entry.as_str());
    if let Some(orphan) = orphan {
        return Ok(Some(orphan.name_arc()));
    }
    let missing = || NoClaim::NoTemplate(template.to_owned());
    let spec = api.peek(kinds::RESOURCE_CLAIM_TEMPLATE, namespace, template).ok_or_else(missing)?.get("spec");
    // Unlike what other controllers make, a claim does not hold up the deletion of its owner.
    let mut owner = controller_ref(pod, kinds::POD);
    owner.remove(&["blockOwnerDeletion"]);
    let mut claim = obj!({
        "metadata": {"generateName": base_name(pod.name(), entry.str()), "ownerReferences": [owner]},
        "spec": spec.get("spec")
    });
    for (member, value) in spec.get("metadata").entries() {
        claim.set(&["metadata", member], value.clone());
    }
    claim.set(&["metadata", "annotations", POD_CLAIM_NAME], entry.clone());
    let made = api.create(&caller(now), kind, namespace, claim, &WriteOptions::default());
    made.map(|claim| Some(claim.name_arc())).map_err(NoClaim::Refused)
}

impl ResourceClaimController {
    fn sync_pod(&mut self, api: &mut ApiServer, now: Time, key: &ObjectRef) -> Result<(), Status> {
        // A finished pod gets no new claim in place of one that is gone.
        let wants = |pod: &&Value| !pod.is_terminating() && !has_ended(pod);
        let Some(pod) = api.peek(kinds::POD, &key.0, &key.1).filter(wants).cloned() else { return Ok(()) };
        let (mut known, mut statuses) = (true, Vec::new());
        for entry in entries(&pod) {
            match ensure_claim(api, now, &pod, entry) {
                Ok(None) => {}
                Ok(Some(claim)) => {
                    known &= name(&pod, entry).is_ok_and(|name| name.as_ref() == Some(&claim));
                    statuses.push(obj!({"name": entry.get("name"), "resourceClaimName": claim}));
                }
                Err(why) => {
                    let message = format!("PodResourceClaim {}: {why}", entry.get("name").str());
                    self.recorder.event(api, now, &pod, EventType::Warning, "FailedResourceClaimCreation", &message);
                    return Err(Status::internal(message));
                }
            }
        }
        if !known {
            let config = obj!({
                "apiVersion": "v1", "kind": "Pod", "metadata": {"name": &key.1, "namespace": &key.0},
                "status": {"resourceClaimStatuses": statuses}
            });
            let options = WriteOptions { field_manager: FIELD_MANAGER.into(), force: true, ..WriteOptions::default() };
            api.apply(&caller(now), kinds::POD, &key.0, &config, Subresource::Status, &options)?;
        }
        if pod.at(&["spec", "nodeName"]).str().is_empty() {
            return Ok(());
        }
        // It was bound without the scheduler, which would have reserved its claims.
        for claim in names(&pod) {
            let found = api.peek(kinds::RESOURCE_CLAIM, &key.0, &claim);
            if let Some(mut claim) = found.filter(|claim| is_allocated(claim) && !is_reserved_for(claim, pod.uid())).cloned() {
                reserve(&mut claim, &key.1, pod.uid());
                update(api, now, claim, Subresource::Status)?;
            }
        }
        Ok(())
    }

    /// Removes finished pods from a claim. With the last of them it is deallocated, and it is deleted if it was made for a finished pod.
    fn sync_claim(&mut self, api: &mut ApiServer, now: Time, key: &ObjectRef) -> Result<(), Status> {
        let kind = kinds::RESOURCE_CLAIM;
        let Some(mut claim) = api.peek(kind, &key.0, &key.1).cloned() else { return Ok(()) };
        let pod_of = |api: &ApiServer, name: &str| api.peek(kinds::POD, &key.0, name).cloned();
        let uses = |user: &&Value| {
            user.get("resource").str() != "pods"
                || pod_of(api, user.get("name").str()).is_some_and(|pod| pod.uid() == user.get("uid").str() && !is_done(&pod))
        };
        let before = claim.at(&["status", "reservedFor"]).items();
        let valid: Vec<Value> = before.iter().filter(uses).cloned().list();
        let unused = valid.is_empty();
        if valid.len() < before.len() {
            claim.set(&["status", "reservedFor"], valid);
            if unused {
                deallocate(&mut claim);
            }
            claim = update(api, now, claim, Subresource::Status)?;
            if has_finalizer(&claim, FINALIZER) && !is_allocated(&claim) {
                drop_finalizer(&mut claim, FINALIZER);
                claim = update(api, now, claim, Subresource::None)?;
            }
        } else if unused && claim.is_terminating() && has_finalizer(&claim, FINALIZER) {
            if is_allocated(&claim) {
                deallocate(&mut claim);
                claim = update(api, now, claim, Subresource::Status)?;
            }
            drop_finalizer(&mut claim, FINALIZER);
            claim = update(api, now, claim, Subresource::None)?;
        }
        // The garbage collector would delete it, too, but not before the pod is gone.
        let owner = claim.controller_ref();
        let is_over = |pod: Value| pod.uid() != owner.get("uid").str() || is_done(&pod);
        if unused && owner.get("kind").str() == "Pod" && pod_of(api, owner.get("name").str()).is_some_and(is_over) {
            return ignore_not_found(api.delete(&caller(now), kind, &key.0, &key.1, &DeleteOptions::default()));
        }
        Ok(())
    }

    fn on_pod(&mut self, now: Time, pod: &Value, gone: bool) {
        if gone || is_done(pod) {
            for claim in names(pod) {
                self.claims.add_at((pod.namespace_arc(), claim), now);
            }
        }
        if !gone {
            self.pods.add_at(key_of(pod), now);
        }
    }
}

impl Component for ResourceClaimController {
    fn watches(&self, kind: KindRef) -> bool {
        kind == kinds::POD || kind == kinds::RESOURCE_CLAIM
    }

    fn on_change(&mut self, api: &ApiServer, now: Time, change: &Change) {
        let gone = change.current().is_none();
        if change.key.kind == kinds::POD {
            if entries(&change.object).is_empty() {
                return;
            }
            if gone {
                self.recorder.forget(change.object.uid());
            }
            return self.on_pod(now, &change.object, gone);
        }
        let key = key_of(&change.object);
        // A claim that is created, deleted or allocated concerns its pods.
        let news = gone || change.old.as_ref().is_none_or(|old| is_allocated(old) != is_allocated(&change.object));
        if news {
            for pod in api.pods_with_claim(&key.0, &key.1) {
                self.pods.add_at(key_of(pod), now);
            }
        }
        if !gone {
            self.claims.add_at(key, now);
        }
    }

    fn next_wake(&self) -> Option<Time> {
        [self.claims.next_at(), self.pods.next_at()].into_iter().flatten().min()
    }

    fn wake(&mut self, api: &mut ApiServer, now: Time) {
        let _ = work(self, |c| &mut c.claims, Self::sync_claim, api, now) || work(self, |c| &mut c.pods, Self::sync_pod, api, now);
    }
}
