//! The append-only log: one version per revision, in shared chunks so that a clone of the store copies pointers only.

use std::sync::Arc;

use super::ObjectKey;
use crate::api::Value;
use crate::base::Time;

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
    /// When.
    pub at: Time,
    /// Which object.
    pub key: ObjectKey,
    /// What became of it.
    pub change: ChangeType,
    /// The object; its last state where `change` is `Deleted`.
    pub value: Value,
    /// The revision of the version before; 0 where there is none.
    pub previous: u64,
    /// Who made it: a component, or the client's name.
    pub by: &'static str,
}

const CHUNK: usize = 256;

/// Versions by revision. Revisions are dense, so a revision is a place; compaction leaves holes.
#[derive(Clone, Debug, Default)]
pub(super) struct Log {
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

    /// The version of a revision; `None` where it was compacted or never was.
    pub(super) fn get(&self, revision: u64) -> Option<&Version> {
        let at = revision.checked_sub(1)? as usize;
        self.chunks.get(at / CHUNK)?.get(at % CHUNK)?.as_ref()
    }

    /// Versions after `revision`, oldest first.
    pub(super) fn after(&self, revision: u64) -> impl Iterator<Item = &Version> {
        (revision + 1..=self.len).filter_map(|r| self.get(r))
    }

    /// Forgets one version, and a chunk in which it was the last.
    pub(super) fn drop_version(&mut self, revision: u64) {
        let Some(at) = revision.checked_sub(1).map(|at| at as usize) else { return };
        let Some(chunk) = self.chunks.get_mut(at / CHUNK) else { return };
        if let Some(version) = Arc::make_mut(chunk).get_mut(at % CHUNK) {
            *version = None;
        }
        // The newest chunk is not full yet: revisions are counted by it.
        if chunk.len() == CHUNK && chunk.iter().rev().all(Option::is_none) {
            *chunk = Arc::default();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::kinds;

    #[test]
    fn a_chunk_goes_with_its_last_version() {
        let mut log = Log::default();
        let newest = 2 * CHUNK as u64 + 3;
        for revision in 1..=newest {
            let key = ObjectKey::new(kinds::POD, "default", "p");
            log.push(Version { revision, at: Time::ZERO, key, change: ChangeType::Modified, value: Value::Null, previous: 0, by: "test" });
        }
        for revision in (1..newest).filter(|r| *r != 7) {
            log.drop_version(revision);
        }
        assert_eq!(log.chunks.iter().map(|c| c.len()).collect::<Vec<_>>(), [CHUNK, 0, 3]);
        log.drop_version(7);
        log.drop_version(7);
        assert_eq!(log.chunks[0].len(), 0);
        assert_eq!(log.after(0).map(|v| v.revision).collect::<Vec<_>>(), [newest]);
        assert_eq!(log.revision(), newest);
    }
}
