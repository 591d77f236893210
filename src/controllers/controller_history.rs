//! ControllerRevisions (`pkg/controller/history`): the templates that DaemonSets and StatefulSets had.

use super::controller::controller_ref;
use crate::api::selector::LabelSelector;
use crate::api::{KindRef, Object, Status, Value, json_order, kinds, template_hash};
use crate::base::{List as _, Order as _};
use crate::obj;
use crate::server::{ApiServer, Caller, DeleteOptions, Subresource, WriteOptions};

/// The revisions of one kind of objects, and how they are named.
pub(super) struct History {
    /// The kind of their owner.
    pub(super) of: KindRef,
    /// The label that carries a revision's hash.
    pub(super) hash_label: &'static str,
    /// Hashes an object's template, or the patch stored for it, and its collision count.
    pub(super) hash: fn(template: &Value, data: &Value, collisions: Option<i64>) -> String,
}

/// The hash of a stored patch (`history.HashControllerRevision`): FNV-1, 32 bits, of its JSON as Go writes it, and the collisions.
pub(super) fn hash_of_data(data: &Value, collisions: i64) -> String {
    let json = json_order::sorted(data, "");
    let mut hash: u32 = 0x811c_9dc5;
    for byte in json.bytes().chain(collisions.to_string().bytes()) {
        hash = hash.wrapping_mul(0x0100_0193) ^ u32::from(byte);
    }
    template_hash::spell(hash)
}

/// The patch that a revision stores: the template, replaced as a whole.
pub(super) fn patch_of(object: &Value) -> Value {
    let mut template = object.at(&["spec", "template"]).clone();
    template.set(&["$patch"], "replace");
    obj!({"spec": {"template": template}})
}

/// The revisions that an object owns, oldest first.
pub(super) fn revisions_of(api: &ApiServer, owner: &Value) -> Vec<Value> {
    let mut found: Vec<Value> = api.owned_by(owner.uid(), kinds::CONTROLLER_REVISION).cloned().list();
    found.order_by(|a, b| a.get("revision").int().cmp(&b.get("revision").int()).then_with(|| a.name().cmp(b.name())));
    found
}

impl History {
    /// Adopts the revisions that fit the owner's selector and that nobody owns.
    pub(super) fn adopt_orphans(&self, api: &mut ApiServer, by: &Caller, owner: &Value, selector: &LabelSelector) -> Result<(), Status> {
        let kind = kinds::CONTROLLER_REVISION;
        if owner.is_terminating() {
            return Ok(());
        }
        let is_orphan = |r: &&Value| r.controller_ref().is_null() && !r.is_terminating() && selector.matches(r.labels());
        let orphans: Vec<Value> = api.iter(kind, Some(owner.namespace())).filter(is_orphan).cloned().list();
        for mut revision in orphans {
            revision.at_mut(&["metadata", "ownerReferences"]).list_mut().push(controller_ref(owner, self.of));
            api.update(by, kind, revision, Subresource::None, &WriteOptions::default())?;
        }
        Ok(())
    }

    /// The revision of the object's template: created if there is none, and moved to the end of the history.
    pub(super) fn current(&self, api: &mut ApiServer, by: &Caller, owner: &Value) -> Result<Value, Status> {
        let kind = kinds::CONTROLLER_REVISION;
        let data = patch_of(owner);
        let all = revisions_of(api, owner);
        let last = all.last().map_or(0, |r| r.get("revision").int());
        // As Go's arithmetic: the largest number may have been written by hand.
        let following = last.wrapping_add(1);
        if let Some(found) = all.iter().rev().find(|r| r.get("data").same(&data)) {
            if found.get("revision").int() == last {
                return Ok(found.clone());
            }
            let mut next = found.clone();
            next.set(&["revision"], following);
            return api.update(by, kind, next, Subresource::None, &WriteOptions::default());
        }
        let template = owner.at(&["spec", "template"]);
        let hash = (self.hash)(template, &data, owner.at(&["status", "collisionCount"]).as_int());
        let mut labels = template.at(&["metadata", "labels"]).clone();
        labels.set(&[self.hash_label], hash.as_str());
        let mut revision = obj!({
            "metadata": {
                "name": format!("{}-{hash}", owner.name()), "labels": labels, "ownerReferences": [controller_ref(owner, self.of)]
            },
            "data": data, "revision": following
        });
        let annotations = owner.at(&["metadata", "annotations"]);
        if !annotations.is_empty() {
            revision.set(&["metadata", "annotations"], annotations.clone());
        }
        api.create(by, kind, owner.namespace(), revision, &WriteOptions::default())
    }
}

/// Deletes the oldest unused revisions beyond the limit. A negative limit keeps all.
pub(super) fn truncate(api: &mut ApiServer, by: &Caller, owner: &Value, in_use: impl Fn(&Value) -> bool) -> Result<(), Status> {
    let limit = owner.at(&["spec", "revisionHistoryLimit"]).as_int().map_or(10, |limit| usize::try_from(limit).unwrap_or(usize::MAX));
    let idle: Vec<Value> = revisions_of(api, owner).into_iter().filter(|r| !in_use(r)).list();
    for old in idle.iter().take(idle.len().saturating_sub(limit)) {
        api.delete(by, kinds::CONTROLLER_REVISION, old.namespace(), old.name(), &DeleteOptions::default())?;
    }
    Ok(())
}
