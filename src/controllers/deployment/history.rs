//! Revisions: which ReplicaSet is the new one, what it is called, and how many old ones are kept.

use super::progress::set_condition;
use super::{DESIRED, MAX, REVISION, Sync, controller_ref, replicas_of, status_count};
use crate::api::well_known::{LAST_APPLIED, POD_TEMPLATE_HASH};
use crate::api::{Object, Status, Value, find_condition, kinds, template_hash};
use crate::base::{List as _, Order as _};
use crate::controllers::replicas::is_namespace_ending;
use crate::obj;
use crate::server::{DeleteOptions, EventType, WriteOptions};

const REVISION_HISTORY: &str = "deployment.kubernetes.io/revision-history";
/// Annotations of a Deployment that its ReplicaSets do not take over.
const NOT_COPIED: [&str; 6] = [LAST_APPLIED, REVISION, REVISION_HISTORY, DESIRED, MAX, "deprecated.deployment.rollback.to"];

impl Sync<'_> {
    /// The ReplicaSet whose template is the Deployment's, the oldest where there are several.
    pub(super) fn find_new(&self) -> Option<Value> {
        let template = self.deployment.at(&["spec", "template"]);
        self.owned.iter().find(|set| same_template(set.at(&["spec", "template"]), template)).cloned()
    }

    /// All others.
    pub(super) fn find_old(&self) -> Vec<Value> {
        let new = self.find_new();
        self.owned.iter().filter(|set| new.as_ref().is_none_or(|n| n.uid() != set.uid())).cloned().list()
    }

    /// The new ReplicaSet, brought up to date; made where it is not there and `create` says so.
    pub(super) fn new_replica_set(&mut self, create: bool) -> Result<Option<Value>, Status> {
        let old = self.find_old();
        // As Go's arithmetic: anybody may write the annotation that holds the largest number.
        let revision = old.iter().map(revision_of).max().unwrap_or(0).wrapping_add(1).to_string();
        if let Some(existing) = self.find_new() {
            let mut next = existing.clone();
            self.set_annotations(&mut next, &revision, true);
            let min_ready = self.deployment.at(&["spec", "minReadySeconds"]).clone();
            if next.at(&["spec", "minReadySeconds"]).int() != min_ready.int() {
                next.set(&["spec", "minReadySeconds"], min_ready);
            }
            if !next.same(&existing) {
                return self.update_replica_set(next).map(Some);
            }
            let unknown = find_condition(self.deployment.get("status"), "Progressing").is_null();
            let progress = unknown.then(|| ("FoundNewReplicaSet", format!("Found new replica set {:?}", existing.name())));
            self.note(existing.annotation(REVISION).unwrap_or(""), progress)?;
            return Ok(Some(existing));
        }
        if !create {
            return Ok(None);
        }
        self.create_new(&revision, &old).map(Some)
    }

    fn create_new(&mut self, revision: &str, old: &[Value]) -> Result<Value, Status> {
        let kind = kinds::REPLICA_SET;
        let template = self.deployment.at(&["spec", "template"]).clone();
        let hash = template_hash::compute(&template, self.deployment.at(&["status", "collisionCount"]).as_int());
        let name = set_name(self.deployment.name(), &hash);
        let mut set = obj!({"metadata": {"name": name.as_str(), "ownerReferences": [controller_ref(&self.deployment, kinds::DEPLOYMENT)]}});
        let mut labelled = template.clone();
        labelled.set(&["metadata", "labels", POD_TEMPLATE_HASH], hash.as_str());
        set.set(&["metadata", "labels"], labelled.at(&["metadata", "labels"]).clone());
        set.set(&["spec", "template"], labelled);
        let mut selector = self.deployment.at(&["spec", "selector"]).clone();
        selector.set(&["matchLabels", POD_TEMPLATE_HASH], hash.as_str());
        set.set(&["spec", "selector"], selector);
        let min_ready = self.deployment.at(&["spec", "minReadySeconds"]);
        if !min_ready.is_empty() {
            set.set(&["spec", "minReadySeconds"], min_ready.clone());
        }
        let total: i64 = old.iter().map(replicas_of).sum();
        let rolling = self.deployment.at(&["spec", "strategy", "type"]).str() != "Recreate";
        let surge = self.deployment.at(&["spec", "strategy", "rollingUpdate", "maxSurge"]);
        let replicas = super::new_rs_new_replicas(rolling, surge, self.wanted(), total, 0);
        set.set(&["spec", "replicas"], replicas);
        self.set_annotations(&mut set, revision, false);
        match self.api.create(&self.by, kind, self.deployment.namespace(), set, &WriteOptions::default()) {
            Ok(made) => {
                self.owned.push(made.clone());
                if replicas > 0 {
                    let message = format!("Scaled up replica set {name} from 0 to {replicas}");
                    self.event(EventType::Normal, "ScalingReplicaSet", &message);
                }
                self.note(revision, Some(("NewReplicaSetCreated", format!("Created new replica set {name:?}"))))?;
                Ok(made)
            }
            Err(status) if status.reason == "AlreadyExists" => {
                // Another template with this hash: count the collision, and hash with the count next time.
                let mut next = self.deployment.clone();
                next.set(&["status", "collisionCount"], next.at(&["status", "collisionCount"]).int() + 1);
                self.update_status(next)?;
                Err(status)
            }
            Err(status) if is_namespace_ending(&status) => Err(status),
            Err(status) => {
                let message = format!("Failed to create new replica set {name:?}: {status}");
                self.note_create_failed(&message)?;
                self.event(EventType::Warning, "ReplicaSetCreateError", &message);
                Err(status)
            }
        }
    }

    /// What a ReplicaSet carries of its Deployment; the revision only ever grows (`SetNewReplicaSetAnnotations`).
    fn set_annotations(&self, set: &mut Value, revision: &str, exists: bool) {
        for (key, value) in self.deployment.at(&["metadata", "annotations"]).entries() {
            if !NOT_COPIED.contains(&key.as_str()) && set.annotation(key).is_none_or(|v| v != value.str()) {
                set.set(&["metadata", "annotations", key], value.clone());
            }
        }
        let old = set.annotation(REVISION).map(str::to_owned);
        let grown = old.as_deref().and_then(|r| r.parse::<i64>().ok()).unwrap_or(0) < revision.parse().unwrap_or(0);
        if grown {
            set.set(&["metadata", "annotations", REVISION], revision);
            if let Some(old) = old.filter(|_| exists) {
                let history = set.annotation(REVISION_HISTORY).map(|h| format!("{h},{old}")).unwrap_or(old);
                set.set(&["metadata", "annotations", REVISION_HISTORY], history);
            }
        }
        if !exists {
            self.set_replicas_annotations(set);
        }
    }

    /// How far the Deployment goes, for the proportions of a later scaling.
    pub(super) fn set_replicas_annotations(&self, set: &mut Value) {
        let (wanted, max) = (self.wanted().to_string(), (self.wanted() + self.max_surge()).to_string());
        for (key, value) in [(DESIRED, wanted), (MAX, max)] {
            if set.annotation(key) != Some(&value) {
                set.set(&["metadata", "annotations", key], value);
            }
        }
    }

    /// The Deployment carries the revision of its new ReplicaSet, and how it got on; both in one write.
    fn note(&mut self, revision: &str, progress: Option<(&str, String)>) -> Result<(), Status> {
        let mut next = self.deployment.clone();
        if !revision.is_empty() && self.deployment.annotation(REVISION) != Some(revision) {
            next.set(&["metadata", "annotations", REVISION], revision);
        }
        if let Some((reason, message)) = progress.filter(|_| self.has_deadline()) {
            set_condition(next.get_mut("status"), self.by.now, "Progressing", "True", reason, &message);
        }
        if next.same(&self.deployment) { Ok(()) } else { self.update_status(next) }
    }

    /// Deletes the oldest empty ReplicaSets beyond `revisionHistoryLimit`.
    pub(super) fn clean_up(&mut self) -> Result<(), Status> {
        let Some(limit) = self.deployment.at(&["spec", "revisionHistoryLimit"]).as_int().filter(|l| *l < i64::from(i32::MAX)) else {
            return Ok(());
        };
        let mut old: Vec<Value> = self.find_old().into_iter().filter(|s| !s.is_terminating()).list();
        let surplus = old.len() as i64 - limit;
        old.order_by_key(revision_of);
        for set in old.iter().take(surplus.max(0) as usize) {
            let settled = status_count(set, "replicas") == 0
                && replicas_of(set) == 0
                && set.at(&["metadata", "generation"]).int() <= set.at(&["status", "observedGeneration"]).int();
            if settled {
                self.api.delete(&self.by, kinds::REPLICA_SET, set.namespace(), set.name(), &DeleteOptions::default())?;
            }
        }
        Ok(())
    }
}

/// The name of a ReplicaSet: the Deployment's and the hash, the former cut where both would be too long (`generateReplicaSetName`).
pub(super) fn set_name(deployment: &str, hash: &str) -> String {
    let room = 252usize.saturating_sub(hash.len()).min(deployment.len());
    format!("{}-{hash}", &deployment[..room])
}

fn revision_of(set: &Value) -> i64 {
    set.annotation(REVISION).and_then(|r| r.parse().ok()).unwrap_or(0)
}

/// Whether two templates are equal but for the hash label (`EqualIgnoreHash`).
fn same_template(a: &Value, b: &Value) -> bool {
    if a.same(b) {
        return true;
    }
    let bare = |t: &Value| {
        let mut t = t.clone();
        t.remove(&["metadata", "labels", POD_TEMPLATE_HASH]);
        t
    };
    bare(a).same(&bare(b))
}
