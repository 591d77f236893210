//! Which pods belong to a controller (`controller.PodControllerRefManager`): those it owns and orphans that it adopts, without those that
//! no longer fit its selector.

use super::controller::controller_ref;
use crate::api::selector::LabelSelector;
use crate::api::{KindRef, Object, Status, Value, drop_finalizer, drop_owner, kinds};
use crate::base::{List as _, Order as _};
use crate::obj;
use crate::server::{ApiServer, Caller, Patch, Subresource, WriteOptions};

/// Adopts and releases pods of an owner; returns its pods, sorted by name. A pod must fit the selector and `fits`. `finalizer` is one that
/// only the owner's pods have.
pub(super) fn claim_pods(
    api: &mut ApiServer,
    by: &Caller,
    owner: &Value,
    owner_kind: KindRef,
    selector: &LabelSelector,
    finalizer: Option<&str>,
    fits: impl Fn(&Value) -> bool,
) -> Result<Vec<Value>, Status> {
    let pods = kinds::POD;
    let mut mine = Vec::new();
    let owned: Vec<Value> = api.owned_by(owner.uid(), pods).cloned().list();
    for pod in owned {
        if selector.matches(pod.labels()) && fits(&pod) {
            mine.push(pod);
        } else if !owner.is_terminating() {
            let mut released = pod.clone();
            drop_owner(&mut released, owner.uid());
            if let Some(name) = finalizer {
                drop_finalizer(&mut released, name);
            }
            api.update(by, pods, released, Subresource::None, &WriteOptions::default())?;
        }
    }
    if owner.is_terminating() {
        return Ok(mine);
    }
    let adoptable = |p: &&Value| !p.is_terminating() && selector.matches(p.labels()) && fits(p);
    let orphans: Vec<Value> = api.orphan_pods(owner.namespace()).filter(adoptable).cloned().list();
    // Those that are owned come by name.
    if orphans.is_empty() {
        return Ok(mine);
    }
    for pod in orphans {
        let mut adopted = obj!({"metadata": {"uid": pod.uid(), "ownerReferences": [controller_ref(owner, owner_kind)]}});
        if let Some(name) = finalizer {
            adopted.set(&["metadata", "finalizers"], obj!([name]));
        }
        let patch = Patch::Strategic(adopted);
        mine.push(api.patch(by, pods, pod.namespace(), pod.name(), &patch, Subresource::None, &WriteOptions::default())?);
    }
    mine.order_by(|a, b| a.name().cmp(b.name()));
    Ok(mine)
}
