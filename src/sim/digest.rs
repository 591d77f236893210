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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::{Value, kinds};
    use crate::base::Time;
    use crate::obj;
    use crate::store::{ObjectKey, Signature};

    #[test]
    fn what_was_done_and_when_makes_a_history() {
        let history = |second: u64, deletes: bool, value: &Value| {
            let (mut store, key) = (Store::new(&[]), ObjectKey::new(kinds::CONFIG_MAP, "d", "a"));
            let by = |at: u64| Signature { at: Time::from_secs(at), by: "test" };
            let first = store.create(by(1), key.clone(), obj!({"data": {"k": "v"}})).expect("nothing is there").clone();
            let revision = crate::api::Object::revision(&first);
            let done = if deletes {
                store.delete(by(second), key, value.clone(), revision)
            } else {
                store.update(by(second), key, value.clone(), revision)
            };
            done.expect("it is the newest");
            digest(&store)
        };
        let value = obj!({"data": {"k": "w"}});
        let one = history(2, false, &value);
        assert_eq!(one, history(2, false, &value));
        for other in [history(3, false, &value), history(2, true, &value), history(2, false, &obj!({}))] {
            assert_ne!(one, other);
        }
    }
}
