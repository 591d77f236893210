//! A digest of a history: equal where every commit was equal, byte for byte and at the same moment.

use crate::base::Fnv64;
use crate::store::Store;

/// FNV-1a, 64 bits, over every version of the store in order.
pub(super) fn digest(store: &Store) -> u64 {
    let mut hash = Fnv64::new();
    for revision in store.compacted() + 1..=store.revision() {
        if let Some(version) = store.version(revision) {
            hash.write(&version.revision.to_le_bytes());
            hash.write(&version.at.0.to_le_bytes());
            hash.write(version.change.as_str().as_bytes());
            hash.write(version.key.kind.plural.as_bytes());
            hash.write(version.value.to_json().as_bytes());
        }
    }
    hash.0
}
