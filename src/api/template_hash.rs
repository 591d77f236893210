//! The hash that names a ReplicaSet after its pod template.

use super::Value;

/// The letters that a hash is spelled with (`k8s.io/apimachinery/pkg/util/rand`).
const LETTERS: &[u8] = b"bcdfghjklmnpqrstvwxz2456789";

/// The `pod-template-hash` of a template, for a Deployment that has met `collisions` collisions.
///
/// Kubernetes hashes Go's dump of the template's memory with FNV-1a (32 bits); this hashes its canonical JSON with the
/// same function and spells it alike, so hashes look like real ones and differ where templates differ, but are not the same.
pub fn compute(template: &Value, collisions: Option<i64>) -> String {
    let mut hash: u32 = 0x811c_9dc5;
    let mut write = |bytes: &[u8]| {
        for byte in bytes {
            hash = (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193);
        }
    };
    write(template.to_json().as_bytes());
    if let Some(n) = collisions {
        write(n.to_string().as_bytes());
    }
    spell(hash)
}

/// A hash in letters that make no words (`rand.SafeEncodeString`).
pub fn spell(hash: u32) -> String {
    hash.to_string().bytes().map(|b| LETTERS[usize::from(b) % LETTERS.len()] as char).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::obj;

    #[test]
    fn differs_where_templates_or_collisions_differ() {
        let (a, b) = (obj!({"spec": {"x": 1}}), obj!({"spec": {"x": 2}}));
        assert_eq!(compute(&a, None), compute(&a.clone(), None));
        assert_ne!(compute(&a, None), compute(&b, None));
        assert_ne!(compute(&a, None), compute(&a, Some(1)));
    }
}
