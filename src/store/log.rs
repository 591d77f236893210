//! The append-only log: one version per revision, in shared chunks so that a clone of the store copies pointers only.

use std::sync::Arc;

use super::ObjectKey;
use crate::api::Value;
use crate::base::{List as _, Time};

/// What a version did to its object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeType {
    /// The object was not there before.
    Added,
    /// It was there and is there.
    Modified,
    /// It is gone; the version holds its last state.
    Deleted,
}

impl ChangeType {
    /// As watch events spell it: `ADDED`, `MODIFIED`, `DELETED`.
    pub fn as_str(self) -> &'static str {
        match self {
            ChangeType::Added => "ADDED",
            ChangeType::Modified => "MODIFIED",
            ChangeType::Deleted => "DELETED",
        }
    }
}

/// One commit: an object as it was from `revision` on.
#[derive(Clone, Debug)]
pub struct Version {
    /// The store's revision that this commit made; the object's `resourceVersion`.
    pub revision: u64,
    /// When it was committed.
    pub at: Time,
    /// The key of the object.
    pub key: ObjectKey,
    /// What the commit did to it.
    pub change: ChangeType,
    /// The object; its last state where `change` is `Deleted`.
    pub value: Value,
    /// The revision of the version before; 0 where there is none.
    pub previous: u64,
    /// Who made it: a component, or the client's name.
    pub by: &'static str,
    /// How many bytes of text were new in this version and all before it.
    pub written: u64,
}

const CHUNK: usize = 256;

/// The versions, by revision.
/// The newest are in chunks in which each revision has its place, even if compaction has dropped it. What compaction leaves of older
/// chunks, at most a version of each object, is moved together, so that the log takes no more room than what can still be read.
#[derive(Clone, Debug, Default)]
pub(super) struct Log {
    /// Versions from before the chunks, in order.
    old: Vec<Arc<Vec<Version>>>,
    /// The last revision before the chunks.
    upto: u64,
    chunks: Vec<Arc<Vec<Option<Version>>>>,
    len: u64,
}

impl Log {
    /// The newest revision; 0 where nothing was committed.
    pub(super) fn revision(&self) -> u64 {
        self.len
    }

    /// Appends the version of revision `self.revision() + 1`.
    pub(super) fn push(&mut self, version: Version) {
        debug_assert_eq!(version.revision, self.len + 1, "revisions are dense");
        if (self.len as usize).is_multiple_of(CHUNK) {
            self.chunks.push(Arc::new(Vec::with_capacity(CHUNK)));
        }
        let last = self.chunks.last_mut().expect("a chunk was pushed above");
        Arc::make_mut(last).push(Some(version));
        self.len += 1;
    }

    /// The version of a revision; `None` where it was compacted or never existed.
    pub(super) fn get(&self, revision: u64) -> Option<&Version> {
        let Some(at) = revision.checked_sub(self.upto + 1) else {
            let chunk = self.old.get(self.old_chunk(revision))?;
            return chunk.get(chunk.partition_point(|v| v.revision < revision)).filter(|v| v.revision == revision);
        };
        self.chunks.get(at as usize / CHUNK)?.get(at as usize % CHUNK)?.as_ref()
    }

    /// The old chunk that would contain a revision.
    fn old_chunk(&self, revision: u64) -> usize {
        self.old.partition_point(|chunk| chunk.last().is_some_and(|v| v.revision < revision))
    }

    /// Versions after `revision`, oldest first.
    pub(super) fn after(&self, revision: u64) -> impl Iterator<Item = &Version> {
        (revision + 1..=self.len).filter_map(|r| self.get(r))
    }

    /// Forgets one version.
    pub(super) fn drop_version(&mut self, revision: u64) {
        let Some(at) = revision.checked_sub(self.upto + 1) else {
            let chunk = self.old_chunk(revision);
            if let Some(chunk) = self.old.get_mut(chunk) {
                Arc::make_mut(chunk).retain(|v| v.revision != revision);
            }
            return;
        };
        let Some(chunk) = self.chunks.get_mut(at as usize / CHUNK) else { return };
        if let Some(version) = Arc::make_mut(chunk).get_mut(at as usize % CHUNK) {
            *version = None;
        }
    }

    /// Moves together what is left of the versions up to a revision.
    pub(super) fn settle(&mut self, revision: u64) {
        let full = (revision - self.upto) as usize / CHUNK;
        let chunks = self.chunks.drain(..full).map(|chunk| Arc::new(chunk.iter().flatten().cloned().list()));
        let mut together: Vec<Arc<Vec<Version>>> = Vec::new();
        for chunk in std::mem::take(&mut self.old).into_iter().chain(chunks) {
            match together.last_mut() {
                Some(last) if last.len() + chunk.len() <= CHUNK => Arc::make_mut(last).extend(chunk.iter().cloned()),
                _ => together.push(chunk),
            }
        }
        self.old = together;
        self.upto += (full * CHUNK) as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::kinds;

    #[test]
    fn what_is_left_is_moved_together() {
        let mut log = Log::default();
        let newest = 20 * CHUNK as u64 + 3;
        for revision in 1..=newest {
            let key = ObjectKey::new(kinds::POD, "default", "p");
            log.push(Version {
                revision,
                at: Time::ZERO,
                key,
                change: ChangeType::Modified,
                value: Value::Null,
                previous: 0,
                by: "test",
                written: 0,
            });
        }
        let copy = log.clone();
        // Of the oldest ten chunks every tenth version is left, of the others all.
        let (cut, is_left) = (10 * CHUNK as u64 + 9, |r: u64| r.is_multiple_of(10));
        (1..=cut).filter(|r| !is_left(*r)).for_each(|r| log.drop_version(r));
        log.settle(cut);
        assert_eq!((log.old.len(), log.chunks.len(), log.revision()), (1, 11, newest));
        for revision in 0..=newest + 1 {
            let want = (1..=newest).contains(&revision) && (revision > cut || is_left(revision));
            assert_eq!(log.get(revision).map(|v| v.revision), want.then_some(revision));
        }
        assert!(log.after(0).map(|v| v.revision).eq((1..=newest).filter(|r| *r > cut || is_left(*r))));
        // The rest of those goes one by one.
        (1..cut).for_each(|r| log.drop_version(r));
        log.settle(cut);
        assert_eq!(log.after(0).next().map(|v| v.revision), Some(cut + 1));
        assert!(log.old.iter().all(|chunk| chunk.is_empty()) && log.old.len() <= 1);
        assert!(copy.after(0).map(|v| v.revision).eq(1..=newest));
    }
}
