//! Counts of each owner's pods, kept up to date from the log of versions: the work is one look per change of a pod, not one per pod in each
//! reconcile.

use std::sync::Arc;

use super::deletion_rank::{self, DeletionRank};
use super::replicas::is_active;
use crate::api::selector::LabelSelector;
use crate::api::{ArcStr, Object, Value, has_ended, kinds};
use crate::base::SortedMap;
use crate::server::ApiServer;
use crate::store::ChangeType;

/// How many pods an owner has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    /// Active: neither ended nor terminating.
    pub(super) active: usize,
    /// Active and ready.
    pub(super) ready: usize,
    /// Active, with all labels of the owner's template.
    pub(super) fully_labeled: usize,
    /// Terminating, but not ended.
    pub(super) terminating: usize,
}

/// What counts about a pod.
#[derive(Debug)]
struct Facts {
    active: bool,
    terminating: bool,
    rank: DeletionRank,
}

#[derive(Clone, Debug, Default)]
struct Owned {
    /// The facts of its pods, by name.
    pods: SortedMap<ArcStr, Arc<Facts>>,
    counts: Counts,
    /// The labels of the template by which `fully_labeled` was counted.
    template: Value,
}

/// The counts of all owners of pods.
#[derive(Clone, Debug, Default)]
pub(super) struct ReplicaTally {
    seen: u64,
    owners: SortedMap<ArcStr, Owned>,
    owner_of: SortedMap<ArcStr, ArcStr>,
}

impl ReplicaTally {
    /// The current counts of an owner's pods; `template` holds the labels of the owner's pod template.
    pub(super) fn counts(&mut self, api: &ApiServer, owner: &str, template: &Value) -> Counts {
        self.catch_up(api);
        let Some(owned) = self.owners.get_mut(owner) else { return Counts::default() };
        if !owned.template.same(template) {
            owned.template = template.clone();
            owned.counts.fully_labeled = owned.pods.values().filter(|f| labeled(f, template)).count();
        }
        owned.counts
    }

    /// An owner's active pods, by name, as of the last count.
    pub(super) fn active(&self, owner: &str) -> impl Iterator<Item = &DeletionRank> {
        self.owners.get(owner).into_iter().flat_map(|o| o.pods.values()).filter(|f| f.active).map(|f| &f.rank)
    }

    /// Counts what was committed since the last time.
    fn catch_up(&mut self, api: &ApiServer) {
        let pods = kinds::POD;
        if let Ok(changes) = api.store().changes_after(self.seen) {
            for version in changes.filter(|v| v.key.kind == pods) {
                let gone = version.change == ChangeType::Deleted;
                self.take(&version.value, gone);
            }
        } else {
            // The log does not reach back far enough: all pods are counted anew.
            *self = ReplicaTally::default();
            for pod in api.iter(pods, None) {
                self.take(pod, false);
            }
        }
        self.seen = api.revision();
    }

    pub(super) fn take(&mut self, pod: &Value, gone: bool) {
        let uid = pod.get("metadata").get("uid").arc_str();
        let owner = if gone { ArcStr::new() } else { pod.controller_ref().get("uid").arc_str() };
        let before = self.owner_of.get(&uid).cloned();
        let is_known = before.as_ref() == Some(&owner);
        if let Some(before) = before.filter(|_| !is_known) {
            self.owner_of.remove(&uid);
            if let Some(owned) = self.owners.get_mut(&before) {
                if let Some(facts) = owned.pods.remove(pod.name()) {
                    add(&mut owned.counts, &facts, &owned.template, false);
                }
                if owned.pods.is_empty() {
                    self.owners.remove(&before);
                }
            }
        }
        if owner.is_empty() {
            return;
        }
        let ended = has_ended(pod);
        let facts = Arc::new(Facts {
            active: is_active(pod),
            terminating: pod.is_terminating() && !ended,
            rank: DeletionRank::new(pod, deletion_rank::cost(pod)),
        });
        let owned = self.owners.entry(owner.clone()).or_default();
        add(&mut owned.counts, &facts, &owned.template, true);
        if let Some(before) = owned.pods.insert(pod.name_arc(), facts) {
            add(&mut owned.counts, &before, &owned.template, false);
        }
        if !is_known {
            self.owner_of.insert(uid, owner);
        }
    }
}

fn labeled(facts: &Facts, template: &Value) -> bool {
    facts.active && LabelSelector::from_map(template).matches(facts.rank.pod.labels())
}

fn add(counts: &mut Counts, facts: &Facts, template: &Value, more: bool) {
    let change = |n: &mut usize, holds: bool| match (holds, more) {
        (true, true) => *n += 1,
        (true, false) => *n -= 1,
        (false, _) => {}
    };
    change(&mut counts.active, facts.active);
    change(&mut counts.ready, facts.active && facts.rank.is_ready());
    change(&mut counts.terminating, facts.terminating);
    change(&mut counts.fully_labeled, labeled(facts, template));
}
