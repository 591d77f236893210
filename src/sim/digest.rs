//! A digest of a history: equal where every commit was equal, byte for byte and at the same moment.

use crate::store::Store;

/// FNV-1a, 64 bits, over every version of the store in order.
pub(super) fn digest(store: &Store) -> u64 {
    let mut hash = Fnv(0xcbf2_9ce4_8422_2325);
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

struct Fnv(u64);

impl Fnv {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
}
